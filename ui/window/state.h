/* SPDX-License-Identifier: MIT */

/* What the program remembers between two runs: a key file, window.ini, in the folder moescope of the user's
 * configuration ($XDG_CONFIG_HOME, usually ~/.config). It is written when the window closes. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  int width, height;
  bool maximised, panel, inspector; /* both panels: whether they are wanted */
  int memory;       /* MB for the past */
  double speed;     /* steps per second; 0: no limit */
  char *name;       /* owned: of what was open; NULL: nothing was */
  char *experiment; /* owned: its JSON */
  GKeyFile *layouts; /* owned: what somebody made of the layout of each experiment, newest last */
} MsWindowState;

/* What cannot be read or makes no sense is as in a first run. */
MsWindowState *ms_window_state_load (const char *path);
bool ms_window_state_save (const MsWindowState *state, const char *path, GError **error);
MsWindowState *ms_window_state_copy (const MsWindowState *state);
void ms_window_state_free (MsWindowState *state);
char *ms_window_state_path (void); /* transfer full */

/* The layout of the experiment of that name, as text; NULL: the usual one. Of many experiments the last hundred. */
char *ms_window_state_layout (const MsWindowState *state, const char *name); /* transfer full */
void ms_window_state_set_layout (MsWindowState *state, const char *name, const char *layout);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsWindowState, ms_window_state_free)

G_END_DECLS
