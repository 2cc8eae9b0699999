/* SPDX-License-Identifier: MIT */

/* What a SOURCE on the command line is: a preset's name, an experiment file, a checkpoint or a trace. */
#pragma once

#include "core/train/experiment.h"

G_BEGIN_DECLS

typedef enum {
  MS_SOURCE_PRESET,
  MS_SOURCE_EXPERIMENT,
  MS_SOURCE_CHECKPOINT,
  MS_SOURCE_TRACE,
} MsSourceKind;

typedef struct {
  MsSourceKind kind;
  char *name;               /* owned: shown with results and pictures */
  char *path;               /* owned; NULL for a preset */
  MsExperiment *experiment; /* owned; NULL for checkpoints and traces */
} MsSource;

/* Presets go before files. Files are told apart by their first bytes, not by their names. */
MsSource *ms_source_resolve (const char *text, GError **error);
void ms_source_free (MsSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsSource, ms_source_free)

G_END_DECLS
