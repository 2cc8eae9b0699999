/* SPDX-License-Identifier: MIT */

/* What the program remembers between two runs: a key file, window.ini, in the folder moescope of the user's
 * configuration ($XDG_CONFIG_HOME, usually ~/.config). It is written when the window closes. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  int width, height;
  bool maximised, panel;
  int memory;       /* MB for the past */
  double speed;     /* steps per second; 0: no limit */
  char *views;      /* owned: names of the views that somebody chose, with semicolons; "": the usual ones */
  char *name;       /* owned: of what was open; NULL: nothing was */
  char *experiment; /* owned: its JSON */
} MsWindowState;

/* What cannot be read or makes no sense is as in a first run. */
MsWindowState *ms_window_state_load (const char *path);
bool ms_window_state_save (const MsWindowState *state, const char *path, GError **error);
MsWindowState *ms_window_state_copy (const MsWindowState *state);
void ms_window_state_free (MsWindowState *state);
char *ms_window_state_path (void); /* transfer full */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsWindowState, ms_window_state_free)

G_END_DECLS
