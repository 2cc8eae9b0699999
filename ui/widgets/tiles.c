/* SPDX-License-Identifier: MIT */

#include "ui/widgets/tiles.h"

#define GAP 12
#define ASPECT 1.25       /* width to height that suits the pictures */
#define LEAST_WIDTH 300   /* of a tile */
#define LEAST_HEIGHT 210

struct _MsTiles {
  GtkWidget parent;

  GtkWidget *alone; /* a child, or NULL */
};

G_DEFINE_FINAL_TYPE (MsTiles, ms_tiles, GTK_TYPE_WIDGET)

int
ms_tiles_columns (int n, double width, double height)
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

static bool
is_shown (MsTiles *self, GtkWidget *child)
{
  return gtk_widget_get_visible (child) && (self->alone == NULL || self->alone == child);
}

static int
count_shown (MsTiles *self)
{
  int n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += is_shown (self, child) ? 1 : 0;
  return n;
}

static void
ms_tiles_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  int n = count_shown (MS_TILES (widget));
  int least = orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_WIDTH : LEAST_HEIGHT;
  int side = n > 1 ? 2 : 1;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum = 0;

      if (gtk_widget_get_visible (child))
        gtk_widget_measure (child, orientation, -1, &child_minimum, NULL, NULL, NULL);
      least = MAX (least, child_minimum);
    }
  *minimum = side * least + (side - 1) * GAP;
  *natural = *minimum * 3 / 2;
}

/* A row with fewer tiles than columns shares its width among those it has. */
static void
ms_tiles_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MsTiles *self = MS_TILES (widget);
  int n = count_shown (self), i = 0;
  int columns = n > 0 ? ms_tiles_columns (n, width + GAP, height + GAP) : 1, rows = (n + columns - 1) / columns;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      bool shown = is_shown (self, child);

      gtk_widget_set_child_visible (child, shown);
      if (!shown)
        continue;
      int row = i / columns, in_row = MIN (columns, n - row * columns), column = i % columns;
      int x0 = column * (width + GAP) / in_row, x1 = (column + 1) * (width + GAP) / in_row - GAP;
      int y0 = row * (height + GAP) / rows, y1 = (row + 1) * (height + GAP) / rows - GAP;

      gtk_widget_size_allocate (child, &(GtkAllocation){ x0, y0, MAX (x1 - x0, 1), MAX (y1 - y0, 1) }, -1);
      i++;
    }
}

GtkWidget *
ms_tiles_new (void)
{
  return g_object_new (MS_TYPE_TILES, NULL);
}

void
ms_tiles_append (MsTiles *self, GtkWidget *tile)
{
  gtk_widget_set_parent (tile, GTK_WIDGET (self));
}

void
ms_tiles_set_alone (MsTiles *self, GtkWidget *tile)
{
  self->alone = tile;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

GtkWidget *
ms_tiles_alone (MsTiles *self)
{
  return self->alone;
}

static void
ms_tiles_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (ms_tiles_parent_class)->dispose (object);
}

static void
ms_tiles_class_init (MsTilesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = ms_tiles_dispose;
  widget_class->measure = ms_tiles_measure;
  widget_class->size_allocate = ms_tiles_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "tiles");
}

static void
ms_tiles_init (MsTiles *self)
{
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
}
