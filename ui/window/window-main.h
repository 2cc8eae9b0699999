/* SPDX-License-Identifier: MIT */

/* The program with a window. */
#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef struct {
  const char *source; /* a preset's name or a file; NULL: what was open last */
  int n_threads;      /* of the model, >= 1 */
  double measure;     /* > 0: a benchmark of this many seconds each way, whose result is printed as JSON */
} MsWindowOptions;

/* Runs until the window is closed. The exit status; @error if there is no display. */
int ms_window_main (const MsWindowOptions *options, GError **error);

G_END_DECLS
