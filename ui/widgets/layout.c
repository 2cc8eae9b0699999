/* SPDX-License-Identifier: MIT */

/* The tree and what changes it; layout-place.c has the geometry, layout-text.c the text. */
#include "ui/widgets/layout-private.h"

#define ASPECT 1.25 /* width to height that suits the pictures */

/* Nodes */

MsNode *
ms_node_new_leaf (const char *view)
{
  MsNode *node = g_new0 (MsNode, 1);

  node->view = g_strdup (view);
  return node;
}

MsNode *
ms_node_new_cut (bool row, double share, MsNode *first, MsNode *second)
{
  MsNode *node = g_new0 (MsNode, 1);

  node->row = row;
  node->share = share;
  node->first = first;
  node->second = second;
  return node;
}

void
ms_node_free (MsNode *node)
{
  if (node == NULL)
    return;
  ms_node_free (node->first);
  ms_node_free (node->second);
  g_free (node->view);
  g_free (node);
}

int
ms_node_count (const MsNode *node, bool shown_only)
{
  if (ms_node_is_leaf (node))
    return node->hidden && shown_only ? 0 : 1;
  return ms_node_count (node->first, shown_only) + ms_node_count (node->second, shown_only);
}

MsNode **
ms_node_find (MsNode **place, const char *view)
{
  MsNode *node = *place, **found;

  if (ms_node_is_leaf (node))
    return g_strcmp0 (node->view, view) == 0 ? place : NULL;
  found = ms_node_find (&node->first, view);
  return found != NULL ? found : ms_node_find (&node->second, view);
}

static MsNode *
find (const MsLayout *self, const char *view)
{
  MsNode **place = ms_node_find (&((MsLayout *) self)->root, view);

  return place != NULL ? *place : NULL;
}

static MsNode *
copy (const MsNode *node)
{
  MsNode *other;

  if (!ms_node_is_leaf (node))
    return ms_node_new_cut (node->row, node->share, copy (node->first), copy (node->second));
  other = ms_node_new_leaf (node->view);
  other->hidden = node->hidden;
  return other;
}

/* Layouts */

static MsLayout *
new_layout (MsNode *root)
{
  MsLayout *self = g_new0 (MsLayout, 1);

  self->root = root;
  return self;
}

MsLayout *
ms_layout_new (const char *view)
{
  return new_layout (ms_node_new_leaf (view));
}

MsLayout *
ms_layout_copy (const MsLayout *self)
{
  return self != NULL ? new_layout (copy (self->root)) : NULL;
}

void
ms_layout_free (MsLayout *self)
{
  if (self == NULL)
    return;
  ms_node_free (self->root);
  g_free (self);
}

/* How many columns make @n pictures largest. */
static int
best_columns (int n, double width, double height)
{
  int best = 1;
  double largest = -1;

  for (int columns = 1; columns <= n; columns++)
    {
      int rows = (n + columns - 1) / columns;
      double w = width / columns, h = height / rows;
      /* The largest picture of the right shape that fits into a cell; of equals, the one with fewer empty cells. */
      double size = MIN (w, h * ASPECT) - 0.01 * (rows * columns - n);

      if (size > largest)
        {
          largest = size;
          best = columns;
        }
    }
  return best;
}

/* @n views side by side, each as wide as the others. */
static MsNode *
new_line (const char *const *views, int n)
{
  MsNode *line = ms_node_new_leaf (views[n - 1]);

  for (int i = n - 2; i >= 0; i--)
    line = ms_node_new_cut (true, 1.0 / (n - i), ms_node_new_leaf (views[i]), line);
  return line;
}

MsLayout *
ms_layout_even (const char *const *views, int n, double width, double height)
{
  MsNode *whole;
  int columns, rows;

  g_return_val_if_fail (n >= 1, NULL);
  columns = best_columns (n, width, height);
  rows = (n + columns - 1) / columns;
  whole = new_line (views + (rows - 1) * columns, n - (rows - 1) * columns);
  for (int row = rows - 2; row >= 0; row--)
    whole = ms_node_new_cut (false, 1.0 / (rows - row), new_line (views + row * columns, columns), whole);
  return new_layout (whole);
}

int
ms_layout_count (const MsLayout *self)
{
  return ms_node_count (self->root, false);
}

bool
ms_layout_has (const MsLayout *self, const char *view)
{
  return find (self, view) != NULL;
}

static const char *
view_at (const MsNode *node, int i)
{
  int n;

  if (ms_node_is_leaf (node))
    return node->view;
  n = ms_node_count (node->first, false);
  return i < n ? view_at (node->first, i) : view_at (node->second, i - n);
}

const char *
ms_layout_view_at (const MsLayout *self, int i)
{
  g_return_val_if_fail (i >= 0 && i < ms_layout_count (self), NULL);
  return view_at (self->root, i);
}

void
ms_layout_set_shown (MsLayout *self, const char *view, bool shown)
{
  MsNode *node = find (self, view);

  if (node != NULL)
    node->hidden = !shown;
}

bool
ms_layout_shows (const MsLayout *self, const char *view)
{
  const MsNode *node = find (self, view);

  return node != NULL && !node->hidden;
}

int
ms_layout_count_shown (const MsLayout *self)
{
  return ms_node_count (self->root, true);
}

/* Changes */

/* Takes the leaf out of the tree; the other part of its cut stands in the cut's place. */
static MsNode *
take_out (MsNode **place, const char *view)
{
  MsNode *cut = *place, *leaf, *rest;

  if (ms_node_is_leaf (cut))
    return NULL;
  for (int i = 0; i < 2; i++)
    {
      MsNode *part = i == 0 ? cut->first : cut->second;

      if (!ms_node_is_leaf (part) || g_strcmp0 (part->view, view) != 0)
        continue;
      leaf = part;
      rest = i == 0 ? cut->second : cut->first;
      cut->first = cut->second = NULL;
      ms_node_free (cut);
      *place = rest;
      return leaf;
    }
  leaf = take_out (&cut->first, view);
  return leaf != NULL ? leaf : take_out (&cut->second, view);
}

bool
ms_layout_split (MsLayout *self, const char *beside, MsSide side, const char *view)
{
  bool row = side == MS_SIDE_RIGHT || side == MS_SIDE_LEFT, after = side == MS_SIDE_RIGHT || side == MS_SIDE_BELOW;
  MsNode *leaf, **place;

  if (!ms_layout_has (self, beside) || g_str_equal (beside, view))
    return false;
  if (!ms_layout_has (self, view) && ms_layout_count (self) >= MS_LAYOUT_MOST)
    return false;
  leaf = take_out (&self->root, view);
  if (leaf == NULL)
    leaf = ms_node_new_leaf (view);
  place = ms_node_find (&self->root, beside);
  *place = after ? ms_node_new_cut (row, 0.5, *place, leaf) : ms_node_new_cut (row, 0.5, leaf, *place);
  return true;
}

bool
ms_layout_add (MsLayout *self, const char *view, const MsRoom *room)
{
  const char *largest = ms_layout_view_at (self, 0);
  MsPlace place, best = { 0 };

  if (ms_layout_has (self, view))
    return false;
  for (int i = 0; i < ms_layout_count (self); i++)
    if (ms_layout_place (self, ms_layout_view_at (self, i), room, &place)
        && place.width * place.height > best.width * best.height + 1) /* of equals, the first */
      {
        best = place;
        largest = ms_layout_view_at (self, i);
      }
  return ms_layout_split (self, largest, best.width >= best.height * ASPECT ? MS_SIDE_RIGHT : MS_SIDE_BELOW, view);
}

bool
ms_layout_swap (MsLayout *self, const char *a, const char *b)
{
  MsNode *x = find (self, a), *y = find (self, b);
  MsNode other;

  if (x == NULL || y == NULL)
    return false;
  other = *x;
  x->view = y->view;
  x->hidden = y->hidden;
  y->view = other.view;
  y->hidden = other.hidden;
  return true;
}

bool
ms_layout_replace (MsLayout *self, const char *view, const char *by)
{
  MsNode *node = find (self, view);

  if (node == NULL)
    return false;
  if (ms_layout_has (self, by))
    return ms_layout_swap (self, view, by);
  g_free (node->view);
  node->view = g_strdup (by);
  node->hidden = false;
  return true;
}

bool
ms_layout_remove (MsLayout *self, const char *view)
{
  g_autoptr (MsNode) leaf = take_out (&self->root, view);

  return leaf != NULL;
}
