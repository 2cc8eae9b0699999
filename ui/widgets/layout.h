/* SPDX-License-Identifier: MIT */

/* Where the tiles stand: a tree whose leaves are views and whose inner nodes are cuts, plain data without a widget. As
 * text "row(0.55 col(0.5 assignments curves) load)": row puts its two parts side by side, col one above the other, the
 * number is the share of the first. A view stands in a layout at most once. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct MsLayout MsLayout;

typedef enum {
  MS_SIDE_RIGHT,
  MS_SIDE_BELOW,
  MS_SIDE_LEFT,
  MS_SIDE_ABOVE,
} MsSide;

typedef struct {
  double x, y, width, height; /* shares of the whole: 0 to 1 */
} MsShare;

MsLayout *ms_layout_new (const char *view); /* one tile */
MsLayout *ms_layout_even (const char *const *views, int n, double width, double height); /* as large as they can be */
MsLayout *ms_layout_copy (const MsLayout *layout);
void ms_layout_free (MsLayout *layout);

/* Names are not judged here. Errors name the place in the text. */
MsLayout *ms_layout_parse (const char *text, GError **error);
char *ms_layout_to_text (const MsLayout *layout); /* transfer full */
bool ms_layout_equal (const MsLayout *a, const MsLayout *b);

int ms_layout_count (const MsLayout *layout);
bool ms_layout_has (const MsLayout *layout, const char *view);
const char *ms_layout_view_at (const MsLayout *layout, int i); /* leaves from left to right, top to bottom */

/* @view gets a tile on @side of @beside, half of its place. A view that is there already moves. */
bool ms_layout_split (MsLayout *layout, const char *beside, MsSide side, const char *view);
bool ms_layout_swap (MsLayout *layout, const char *a, const char *b);
bool ms_layout_replace (MsLayout *layout, const char *view, const char *by);
bool ms_layout_remove (MsLayout *layout, const char *view); /* the neighbour grows; false: it is the last */

/* Where @view stands, with @gap between tiles, in units of the @width x @height given. */
bool ms_layout_place (const MsLayout *layout, const char *view, double width, double height, double gap,
                      MsShare *place);

/* The cut under a point, as a number that stays valid until the layout is changed otherwise; -1: none. Its direction,
 * and moving it: @share of the first part, kept from hiding either part altogether. */
int ms_layout_cut_at (const MsLayout *layout, double x, double y, double width, double height, double gap);
bool ms_layout_cut_is_row (const MsLayout *layout, int cut);
void ms_layout_move_cut (MsLayout *layout, int cut, double x, double y, double width, double height, double gap);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsLayout, ms_layout_free)

G_END_DECLS
