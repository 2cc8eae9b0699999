/* SPDX-License-Identifier: MIT */

/* The geometry of a layout. A cut gives its first part its share of the room, but each part at least what its tiles
 * need; a part of which nothing is shown leaves all of it to the other. Rows that do not fit side by side stand as
 * columns, so that nobody has to scroll sideways. Cuts are numbered from the root downwards, first parts first. */
#include "ui/widgets/layout-private.h"

#include <math.h>

static void
least (const MsNode *node, const MsRoom *room, double *width, double *height)
{
  double w[2] = { 0, 0 }, h[2] = { 0, 0 };
  bool both;

  if (ms_node_is_leaf (node))
    {
      *width = node->hidden ? 0 : room->least_width;
      *height = node->hidden ? 0 : room->least_height;
      return;
    }
  least (node->first, room, &w[0], &h[0]);
  least (node->second, room, &w[1], &h[1]);
  both = ms_node_count (node->first, true) > 0 && ms_node_count (node->second, true) > 0;
  *width = ms_node_is_row (node) ? w[0] + w[1] + (both ? room->gap : 0) : MAX (w[0], w[1]);
  *height = ms_node_is_row (node) ? MAX (h[0], h[1]) : h[0] + h[1] + (both ? room->gap : 0);
}

void
ms_layout_least (const MsLayout *self, const MsRoom *room, double *width, double *height)
{
  least (self->root, room, width, height);
}

static void
unturn (MsNode *node)
{
  node->turned = false;
  if (ms_node_is_leaf (node))
    return;
  unturn (node->first);
  unturn (node->second);
}

/* Of what is widest, the innermost row becomes a column. False: there is none left. */
static bool
turn_one (MsNode *node, const MsRoom *room)
{
  double w[2], h[2];

  if (ms_node_is_leaf (node))
    return false;
  least (node->first, room, &w[0], &h[0]);
  least (node->second, room, &w[1], &h[1]);
  if (turn_one (w[0] > w[1] ? node->first : node->second, room)
      || (ms_node_is_row (node) && turn_one (w[0] > w[1] ? node->second : node->first, room)))
    return true;
  if (!ms_node_is_row (node) || ms_node_count (node->first, true) == 0 || ms_node_count (node->second, true) == 0)
    return false;
  node->turned = true;
  return true;
}

void
ms_layout_fit (MsLayout *self, const MsRoom *room)
{
  double width, height;

  unturn (self->root);
  for (least (self->root, room, &width, &height); width > room->width && turn_one (self->root, room);)
    least (self->root, room, &width, &height);
}

/* How long the first part of a cut may be, out of the @inner length of both: from .. to. */
static void
bounds (const MsNode *cut, const MsRoom *room, double inner, double *from, double *to)
{
  double w[2], h[2], first, second;

  least (cut->first, room, &w[0], &h[0]);
  least (cut->second, room, &w[1], &h[1]);
  first = ms_node_is_row (cut) ? w[0] : h[0];
  second = ms_node_is_row (cut) ? w[1] : h[1];
  *from = inner * MS_CUT_LEAST;
  *to = inner - *from;
  if (first + second > inner)
    return;
  *from = MAX (*from, first);
  *to = MAX (MIN (*to, inner - second), *from);
}

/* The places of both parts and of the gap between them; the gap is empty where only one part shows something. */
static void
divide (const MsNode *cut, const MsRoom *room, const MsPlace *whole, MsPlace part[2], MsPlace *gap)
{
  bool shows[2] = { ms_node_count (cut->first, true) > 0, ms_node_count (cut->second, true) > 0 };
  double length = ms_node_is_row (cut) ? whole->width : whole->height, inner = MAX (length - room->gap, 0);
  double from, to, first;

  part[0] = part[1] = *gap = *whole;
  gap->width = gap->height = 0;
  if (!shows[0] || !shows[1])
    return;
  bounds (cut, room, inner, &from, &to);
  first = CLAMP (cut->share * inner, from, to);
  *gap = *whole;
  if (ms_node_is_row (cut))
    {
      part[0].width = first;
      gap->x += first;
      gap->width = length - inner;
      part[1].x = gap->x + gap->width;
      part[1].width = inner - first;
    }
  else
    {
      part[0].height = first;
      gap->y += first;
      gap->height = length - inner;
      part[1].y = gap->y + gap->height;
      part[1].height = inner - first;
    }
}

static bool
place_view (const MsNode *node, const char *view, const MsRoom *room, const MsPlace *whole, MsPlace *place)
{
  MsPlace part[2], gap;

  if (ms_node_is_leaf (node))
    {
      if (node->hidden || g_strcmp0 (node->view, view) != 0)
        return false;
      *place = *whole;
      return true;
    }
  divide (node, room, whole, part, &gap);
  return place_view (node->first, view, room, &part[0], place)
         || place_view (node->second, view, room, &part[1], place);
}

static MsPlace
whole_of (const MsRoom *room)
{
  return (MsPlace){ 0, 0, room->width, room->height };
}

bool
ms_layout_place (const MsLayout *self, const char *view, const MsRoom *room, MsPlace *place)
{
  MsPlace whole = whole_of (room);

  return place_view (self->root, view, room, &whole, place);
}

/* Cuts */

/* Visits the cuts in their order until @wants says yes to one; returns its number, or -1. */
typedef struct {
  const MsRoom *room; /* NULL: places do not count */
  bool (*wants) (const MsNode *cut, const MsPlace *gap, int number, gconstpointer data);
  gconstpointer data;
  int n;
  MsNode *found;
  MsPlace whole, gap; /* of the found one */
} Search;

static bool
search (MsNode *node, const MsPlace *whole, Search *self)
{
  MsPlace part[2] = { { 0 }, { 0 } }, gap = { 0 };

  if (ms_node_is_leaf (node))
    return false;
  if (self->room != NULL)
    divide (node, self->room, whole, part, &gap);
  self->n++;
  if (self->wants (node, &gap, self->n - 1, self->data))
    {
      self->found = node;
      self->whole = *whole;
      self->gap = gap;
      return true;
    }
  return search (node->first, &part[0], self) || search (node->second, &part[1], self);
}

static bool
is_number (const MsNode *cut, const MsPlace *gap, int number, gconstpointer data)
{
  return number == *(const int *) data;
}

static bool
is_under (const MsNode *cut, const MsPlace *gap, int number, gconstpointer data)
{
  const double *point = data;

  return gap->width > 0 && gap->height > 0 && point[0] >= gap->x && point[0] < gap->x + gap->width
         && point[1] >= gap->y && point[1] < gap->y + gap->height;
}

static bool
find_cut (const MsLayout *self, int cut, const MsRoom *room, Search *found)
{
  MsPlace whole = room != NULL ? whole_of (room) : (MsPlace){ 0 };

  *found = (Search){ .room = room, .wants = is_number, .data = &cut };
  return search (self->root, &whole, found);
}

int
ms_layout_cut_at (const MsLayout *self, double x, double y, const MsRoom *room)
{
  double point[2] = { x, y };
  MsPlace whole = whole_of (room);
  Search under = { .room = room, .wants = is_under, .data = point };

  return search (self->root, &whole, &under) ? under.n - 1 : -1;
}

static bool
shows (const MsNode *node)
{
  return ms_node_count (node, true) > 0;
}

/* The last cut on the way down to the view that has it on the side away from the one asked for. */
static bool
is_beside (MsNode *node, const char *view, MsSide side, int *n, int *found)
{
  bool row = side == MS_SIDE_RIGHT || side == MS_SIDE_LEFT, in_first = side == MS_SIDE_RIGHT || side == MS_SIDE_BELOW;
  int number = *n;
  bool first, second;

  if (ms_node_is_leaf (node))
    return g_strcmp0 (node->view, view) == 0;
  (*n)++;
  first = is_beside (node->first, view, side, n, found);
  second = !first && is_beside (node->second, view, side, n, found);
  if (*found < 0 && ms_node_is_row (node) == row && (in_first ? first : second) && shows (node->first)
      && shows (node->second))
    *found = number;
  return first || second;
}

int
ms_layout_cut_beside (const MsLayout *self, const char *view, MsSide side)
{
  int n = 0, found = -1;

  is_beside (self->root, view, side, &n, &found);
  return found;
}

bool
ms_layout_cut_is_row (const MsLayout *self, int cut)
{
  Search found;

  return find_cut (self, cut, NULL, &found) && ms_node_is_row (found.found);
}

bool
ms_layout_cut_place (const MsLayout *self, int cut, const MsRoom *room, MsPlace *place)
{
  Search found;

  if (!find_cut (self, cut, room, &found))
    return false;
  *place = found.gap;
  return true;
}

void
ms_layout_move_cut (MsLayout *self, int cut, double x, double y, const MsRoom *room)
{
  Search found;
  double inner, first, from, to;

  if (!find_cut (self, cut, room, &found))
    return;
  inner = (ms_node_is_row (found.found) ? found.whole.width : found.whole.height) - room->gap;
  if (inner <= 0 || !isfinite (x) || !isfinite (y))
    return;
  first = (ms_node_is_row (found.found) ? x - found.whole.x : y - found.whole.y) - room->gap / 2;
  bounds (found.found, room, inner, &from, &to);
  found.found->share = CLAMP (CLAMP (first, from, to) / inner, MS_CUT_LEAST, 1 - MS_CUT_LEAST);
}
