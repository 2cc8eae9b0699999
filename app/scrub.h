/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS_SCRUB_LAYERS 128
#define MS_SCRUB_EXPERTS 512
#define MS_SCRUB_STEPS 10000
#define MS_SCRUB_WIDTH 1920
#define MS_SCRUB_HEIGHT 1200

typedef struct {
  int points;      /* that the history keeps */
  gint64 bytes;    /* that the past holds */
  double add_ms;   /* median of adding a step */
  double paint_ms; /* median of going to a step and painting the heatmap there */
  double worst_ms; /* the slowest of these */
} MsScrubResult;

/* A past of MS_SCRUB_STEPS steps whose loads are drawn by chance, scrubbed from end to end in the heatmap. */
void ms_scrub_measure (MsScrubResult *result);

G_END_DECLS
