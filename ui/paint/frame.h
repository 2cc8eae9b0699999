/* SPDX-License-Identifier: MIT */

/* What every picture has around its content: the title, the figures that matter, where the numbers come from; and what
 * it says when there is nothing to show. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* Head and foot have height 0 where there is no room for them. */
typedef struct {
  cairo_rectangle_t head, content, foot;
} MsFrame;

MsFrame ms_frame_layout (double width, double height, const MsPalette *palette);

/* Fills the panel, draws the title on the left and @figures on the right, most important first, as many as fit; in the
 * foot the record's provenance, shortened down to the step if the painter wants @legend units there for itself. Returns
 * how wide the foot's free left part is. */
double ms_frame_paint (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const MsScene *scene,
                       const char *title, const char *const *figures, double legend);

/* While a forward pass is walked through and has come to a stage from @first to @last in the shown layer: frames
 * the picture, and says in its foot what has just been computed. */
void ms_frame_now (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const MsScene *scene,
                   MsStageKind first, MsStageKind last);

/* True where the pass that is walked through has not come to @kind in the shown layer: says so, and draws nothing of
 * it. */
bool ms_frame_ahead (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const MsScene *scene,
                     MsStageKind kind);

/* Nothing to show: what is missing, and why or what to do about it. */
void ms_frame_empty (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const char *what, const char *why);

/* A part of a picture whose data were not captured: hatched, with a word if it fits. */
void ms_frame_missing (cairo_t *cr, const cairo_rectangle_t *area, const MsPalette *palette, const char *what);

/* Swatches "0 1 2 ..." of the @n experts from @first on, from (x, middle) on, at most @width wide; says how many more
 * there are. */
double ms_frame_expert_legend_width (const MsPalette *palette, const char *heading, int first, int n);
void ms_frame_expert_legend (cairo_t *cr, const MsPalette *palette, double x, double middle, double width,
                             const char *heading, int first, int n, int selected);

G_END_DECLS
