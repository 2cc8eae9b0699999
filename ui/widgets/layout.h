/* SPDX-License-Identifier: MIT */

/* Where the tiles stand: a tree whose leaves are views and whose inner nodes are cuts, plain data without a widget. As
 * text "row(0.55 col(0.5 assignments curves) load)": row puts its two parts side by side, col one above the other, the
 * number is the share of the first. A view stands in a layout at most once.
 *
 * A view that has nothing to show at the moment is hidden: it keeps its leaf, and the others fill its room. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_LAYOUT_MOST 64 /* views in a layout */

typedef struct MsLayout MsLayout;

typedef enum {
  MS_SIDE_RIGHT,
  MS_SIDE_BELOW,
  MS_SIDE_LEFT,
  MS_SIDE_ABOVE,
} MsSide;

/* What a layout has to fill. No tile is made smaller than the least size as long as all of them fit. */
typedef struct {
  double width, height, gap; /* gap: between tiles */
  double least_width, least_height;
} MsRoom;

typedef struct {
  double x, y, width, height; /* in the units of the room */
} MsPlace;

MsLayout *ms_layout_new (const char *view); /* one tile */
/* In rows of equally many, as large as pictures can be in @width x @height; n >= 1, all different. */
MsLayout *ms_layout_even (const char *const *views, int n, double width, double height);
MsLayout *ms_layout_copy (const MsLayout *layout);
void ms_layout_free (MsLayout *layout);

/* Names are not judged here: letters, digits, hyphens. Errors name the place in the text. */
MsLayout *ms_layout_parse (const char *text, GError **error);
char *ms_layout_to_text (const MsLayout *layout); /* transfer full; hidden views, too; shares to a thousandth */
bool ms_layout_equal (const MsLayout *a, const MsLayout *b); /* the same text */

int ms_layout_count (const MsLayout *layout);
bool ms_layout_has (const MsLayout *layout, const char *view);
const char *ms_layout_view_at (const MsLayout *layout, int i); /* leaves from left to right, top to bottom */

/* All views are shown until they are hidden. */
void ms_layout_set_shown (MsLayout *layout, const char *view, bool shown);
bool ms_layout_shows (const MsLayout *layout, const char *view); /* false, too, if it is not there */
int ms_layout_count_shown (const MsLayout *layout);

/* @view gets a tile on @side of @beside, half of its place. A view that is there already moves. False: @beside is not
 * there, is @view itself, or the layout is full. */
bool ms_layout_split (MsLayout *layout, const char *beside, MsSide side, const char *view);
/* Splits the largest tile across its longer side. */
bool ms_layout_add (MsLayout *layout, const char *view, const MsRoom *room);
bool ms_layout_swap (MsLayout *layout, const char *a, const char *b);
/* Two views change places where @by is there already. */
bool ms_layout_replace (MsLayout *layout, const char *view, const char *by);
bool ms_layout_remove (MsLayout *layout, const char *view); /* the neighbour grows; false: it is the last */

/* To be asked whenever the room is another: where rows would need more width than there is, the innermost of them stand
 * as columns from now on. The text stays what it is, and with enough room they are rows again. */
void ms_layout_fit (MsLayout *layout, const MsRoom *room);

/* Where @view stands. False: it is hidden or not there. */
bool ms_layout_place (const MsLayout *layout, const char *view, const MsRoom *room, MsPlace *place);
/* The least room in which no tile is smaller than the least size; of @room only that and the gap count. */
void ms_layout_least (const MsLayout *layout, const MsRoom *room, double *width, double *height);

/* The cut under a point, or the one that is nearest to @side of a view, as a number that stays valid until the layout
 * is changed otherwise; -1: none. */
int ms_layout_cut_at (const MsLayout *layout, double x, double y, const MsRoom *room);
int ms_layout_cut_beside (const MsLayout *layout, const char *view, MsSide side);
bool ms_layout_cut_is_row (const MsLayout *layout, int cut); /* its parts stand side by side */
bool ms_layout_cut_place (const MsLayout *layout, int cut, const MsRoom *room, MsPlace *place); /* the gap it is */
/* Its middle comes to (x, y) as far as the least sizes on both sides allow. */
void ms_layout_move_cut (MsLayout *layout, int cut, double x, double y, const MsRoom *room);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsLayout, ms_layout_free)

G_END_DECLS
