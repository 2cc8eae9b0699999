/* SPDX-License-Identifier: MIT */

/* The curves of a history: which there are, what they are called and what they hold at a step. */
#pragma once

#include "ui/paint/line.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;  /* "task loss" */
  const char *unit;  /* after a value: "", " %" */
  int colour;        /* a category of the palette; MS_NONE: the text's colour */
  double factor;     /* its values are drawn times this, and the label says so; 1, 10, 100, ... */
  int window;        /* points in a running mean; 1: as it is */
  bool points;       /* single measurements: dots on the line */
  MsLine line;       /* arrays owned */
  MsLine faint;      /* what a running mean was made from; n = 0: nothing. x borrowed from line, y owned */
} MsSeries;

/* Arrays of MsSeries, to be unreferenced; absent and all-zero terms are left out. */
GArray *ms_series_losses (const MsScene *scene);
GArray *ms_series_errors (const MsScene *scene);

MsColour ms_series_colour (const MsSeries *series, const MsPalette *palette);
char *ms_series_name (const MsSeries *series);  /* "importance ×100", "train, smoothed" */
char *ms_series_label (const MsSeries *series); /* the same and its newest value */

char *ms_series_describe (const MsScene *scene, const MsSpot *spot);
char *ms_series_table (const MsScene *scene);

G_END_DECLS
