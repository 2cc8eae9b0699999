/* SPDX-License-Identifier: MIT */

/* The bundled experiments: one JSON file each in data/presets, with a name, a title, a sentence and the values that
 * differ from the defaults. Compiled in as a GResource, so they need no file at run time. */
#pragma once

#include "core/train/experiment.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;        /* "digits-vmoe" */
  const char *title;       /* "Digits, sparse MoE" */
  const char *description; /* one sentence: what to look for */
  const char *layout;      /* how the window arranges its views, as ui/widgets/layout.h reads it; NULL: the usual way */
} MsPreset;

int ms_presets_count (void);
const MsPreset *ms_preset_at (int i);
const MsPreset *ms_preset_find (const char *name); /* NULL: none */
MsExperiment *ms_preset_load (const MsPreset *preset, GError **error);

G_END_DECLS
