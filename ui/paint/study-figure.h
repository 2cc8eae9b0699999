/* SPDX-License-Identifier: MIT */

/* The figure of a study: one panel a metric, means with error bars of one standard error, and each seed as a faint dot.
 * Variants are rows, or, where they lie along an axis, points of a line a group. Not a painter: it shows no Record. */
#pragma once

#include "core/base/error.h"
#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const char *title, *unit; /* "Test NLL", "nats" */
  int better;               /* -1: lower is better, 1: higher, 0: neither */
} MsFigurePanel;

typedef struct {
  const char *title;      /* of a row */
  int group;
  double place;           /* along the axis */
  const char *place_name; /* "0.25" */
} MsFigureVariant;

/* All borrowed. */
typedef struct {
  const char *title, *foot;
  int n_panels, n_variants, n_seeds, n_groups;
  const MsFigurePanel *panels;     /* (n_panels) */
  const MsFigureVariant *variants; /* (n_variants) */
  const char *const *groups;       /* (n_groups) names */
  const double *value;             /* (n_panels, n_variants, n_seeds) as shown; NaN: absent */
  const char *axis;                /* the axis' title; NULL: variants are rows */
} MsStudyFigure;

/* The size at which everything has room, in units. */
void ms_study_figure_size (const MsStudyFigure *figure, const MsPalette *palette, double *width, double *height);
void ms_study_figure_paint (cairo_t *cr, double width, double height, const MsStudyFigure *figure,
                            const MsPalette *palette);

/* Saves it at its own size, whole or not at all; .png, .svg or .pdf. */
bool ms_study_figure_save (const MsStudyFigure *figure, const MsPalette *palette, const char *path, GError **error);

G_END_DECLS
