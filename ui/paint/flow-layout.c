/* SPDX-License-Identifier: MIT */

#include "ui/paint/flow-layout.h"

#include "ui/paint/draw.h"

#include <math.h>

#define THINNEST 0.4 /* ribbons below this width are left out: they could not be seen */

void
ms_flow_layout_clear (MsFlowLayout *layout)
{
  g_clear_pointer (&layout->stack, g_free);
  g_clear_pointer (&layout->ribbons, g_array_unref);
}

double
ms_flow_column_x (const MsFlowLayout *layout, int column)
{
  return layout->plot.x + column * (layout->plot.width - layout->node) / MAX (1, layout->n_columns - 1);
}

double
ms_flow_ribbons_from (const MsFlowLayout *layout, int column)
{
  return ms_flow_column_x (layout, column) + layout->node;
}

double
ms_flow_ribbons_to (const MsFlowLayout *layout, int column)
{
  return ms_flow_column_x (layout, column + 1);
}

cairo_rectangle_t
ms_flow_node_area (const MsFlowLayout *layout, int column, int node)
{
  return (cairo_rectangle_t) { ms_flow_column_x (layout, column), layout->stack[column].y[node], layout->node,
                               MAX (1, layout->stack[column].height[node]) };
}

/* Nodes from the top, with gaps as there is room for; all columns in the same scale. */
static void
stack_column (MsFlowLayout *layout, const MsFlow *flow, int c)
{
  const MsFlowColumn *column = &flow->column[c];
  double total = 0, gap, y;

  for (int i = 0; i < column->n_nodes; i++)
    total += column->node[i].mass * layout->scale;
  gap = column->n_nodes > 1 ? MIN (14, (layout->plot.height - total) / (column->n_nodes - 1)) : 0;
  y = layout->plot.y + (layout->plot.height - total - gap * (column->n_nodes - 1)) / 2;
  for (int i = 0; i < column->n_nodes; i++)
    {
      layout->stack[c].y[i] = y;
      layout->stack[c].height[i] = column->node[i].mass * layout->scale;
      y += layout->stack[c].height[i] + gap;
    }
}

static int
by_width (gconstpointer a, gconstpointer b)
{
  const MsFlowRibbon *x = a, *y = b;

  return (x->band.width < y->band.width) - (x->band.width > y->band.width);
}

/* The ribbons from column @c on, each beside the one before on both sides. */
static void
add_ribbons (MsFlowLayout *layout, const MsFlow *flow, int c)
{
  const MsFlowColumn *column = &flow->column[c];
  int n = flow->column[c + 1].n_nodes;
  double there[MS_FLOW_MOST] = { 0 };

  for (int i = 0; i < column->n_nodes; i++)
    {
      double here = 0;

      for (int j = 0; j < n; j++)
        {
          double width = (double) column->mass[i * n + j] * layout->scale;
          MsBand band = { layout->stack[c].y[i] + here, layout->stack[c + 1].y[j] + there[j], width };
          MsFlowRibbon ribbon = { c, i, j, band, (double) column->chosen[i * n + j] * layout->scale };

          here += width;
          there[j] += width;
          layout->tokens += width;
          if (width >= THINNEST || ribbon.chosen > 0)
            g_array_append_val (layout->ribbons, ribbon);
        }
    }
}

/* As many of the widest as the picture can show apart, and all that are selected. */
static void
choose_ribbons (MsFlowLayout *layout)
{
  guint most = (guint) MAX (8, layout->plot.height / 2), kept = 0;

  g_array_sort (layout->ribbons, by_width);
  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      MsFlowRibbon ribbon = g_array_index (layout->ribbons, MsFlowRibbon, i);

      if (kept >= most && (!(ribbon.chosen > 0) || kept >= 2 * most))
        continue;
      layout->drawn += ribbon.band.width;
      g_array_index (layout->ribbons, MsFlowRibbon, kept++) = ribbon;
    }
  g_array_set_size (layout->ribbons, kept);
}

static void
place_plot (MsFlowLayout *layout, const MsFlow *flow, const MsPalette *palette)
{
  cairo_rectangle_t area = layout->frame.content;
  double s = palette->scale, least = INFINITY;

  layout->names = area.height >= 90 * s ? 18 * s : 0;
  layout->notes = area.height >= 90 * s ? 16 * s : 0;
  layout->node = MIN (26 * s, area.width / (3 * flow->n_columns));
  layout->plot = (cairo_rectangle_t) { area.x + MIN (10 * s, area.width / 20), area.y + layout->names, 0,
                                       area.height - layout->names - layout->notes };
  layout->plot.width = area.width - 2 * MIN (10 * s, area.width / 20);
  /* A quarter of the height at most is for gaps. */
  for (int c = 0; c < flow->n_columns; c++)
    least = MIN (least, layout->plot.height - MIN (0.25 * layout->plot.height, 6.0 * (flow->column[c].n_nodes - 1)));
  layout->scale = least / flow->total;
}

MsFlowLayout
ms_flow_lay_out (double width, double height, const MsFlow *flow, const MsPalette *palette)
{
  MsFlowLayout layout = { .frame = ms_frame_layout (width, height, palette), .n_columns = flow->n_columns };

  if (flow->n_columns < 2 || layout.frame.content.width < 24 || layout.frame.content.height < 16
      || !(flow->total > 0))
    return layout;
  place_plot (&layout, flow, palette);
  layout.stack = g_new0 (MsFlowStack, flow->n_columns);
  layout.ribbons = g_array_new (FALSE, FALSE, sizeof (MsFlowRibbon));
  for (int c = 0; c < flow->n_columns; c++)
    stack_column (&layout, flow, c);
  for (int c = 0; c + 1 < flow->n_columns; c++)
    add_ribbons (&layout, flow, c);
  choose_ribbons (&layout);
  return layout;
}

bool
ms_flow_node_at (const MsFlowLayout *layout, const MsFlow *flow, double x, double y, int *column, int *node)
{
  bool found = false;

  for (int c = 0; c < flow->n_columns; c++)
    for (int i = 0; i < flow->column[c].n_nodes; i++)
      {
        cairo_rectangle_t area = ms_flow_node_area (layout, c, i), around = area;

        around.y -= 2; /* an expert without tokens is a line, which can be met, too */
        around.height += 4;
        if (!ms_inside (&around, x, y) || (found && !ms_inside (&area, x, y)))
          continue;
        *column = c;
        *node = i;
        found = true;
      }
  return found;
}

/* Wide ones can be met elsewhere. */
const MsFlowRibbon *
ms_flow_ribbon_at (const MsFlowLayout *layout, double x, double y)
{
  const MsFlowRibbon *found = NULL;

  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      const MsFlowRibbon *ribbon = &g_array_index (layout->ribbons, MsFlowRibbon, i);
      double from = ms_flow_ribbons_from (layout, ribbon->column), to = ms_flow_ribbons_to (layout, ribbon->column);
      double top;

      if (x < from || x >= to)
        continue;
      top = ms_band_top (&ribbon->band, from, to, x);
      if (y >= top && y <= top + MAX (1.5, ribbon->band.width))
        found = ribbon;
    }
  return found;
}
