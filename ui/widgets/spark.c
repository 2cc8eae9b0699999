/* SPDX-License-Identifier: MIT */

#include "ui/widgets/spark.h"

#include <math.h>

#define HEIGHT 22
#define WIDTH 60
#define MARGIN 3 /* so that the dot is not cut off */
#define DOT 2.5

struct _MsSpark {
  GtkWidget parent;

  GArray *steps, *values; /* owned: of gint64, of double */
  gint64 at;
};

G_DEFINE_FINAL_TYPE (MsSpark, ms_spark, GTK_TYPE_WIDGET)

gboolean
ms_spark_range (const double *values, int n, double *low, double *high)
{
  double least = INFINITY, most = -INFINITY, room;

  for (int i = 0; i < n; i++)
    if (isfinite (values[i]))
      {
        least = MIN (least, values[i]);
        most = MAX (most, values[i]);
      }
  if (least > most)
    return FALSE;
  room = MAX (0.01 * MAX (fabs (least), fabs (most)), 1e-12) - (most - least);
  *low = least - MAX (room, 0) / 2;
  *high = most + MAX (room, 0) / 2;
  return TRUE;
}

typedef struct {
  double x0, x1, y0, y1, low, high;
  gint64 first, last;
} Frame;

static double
x_of (const Frame *frame, gint64 step)
{
  gint64 span = MAX (frame->last - frame->first, 1);

  return frame->x0 + (frame->x1 - frame->x0) * (double) (step - frame->first) / (double) span;
}

static double
y_of (const Frame *frame, double value)
{
  return frame->y1 - (frame->y1 - frame->y0) * (value - frame->low) / (frame->high - frame->low);
}

static void
draw_line (const MsSpark *self, cairo_t *cr, const Frame *frame)
{
  bool pen_down = false;

  for (guint i = 0; i < self->values->len; i++)
    {
      double value = g_array_index (self->values, double, i);
      double x = x_of (frame, g_array_index (self->steps, gint64, i));

      if (!isfinite (value))
        pen_down = false;
      else if (!pen_down)
        cairo_move_to (cr, x, y_of (frame, value));
      else
        cairo_line_to (cr, x, y_of (frame, value));
      pen_down = isfinite (value);
    }
  cairo_stroke (cr);
}

/* Of the newest point at or before the step that is looked at. */
static void
draw_dot (const MsSpark *self, cairo_t *cr, const Frame *frame)
{
  int i = (int) self->values->len - 1;

  while (i > 0 && self->at >= 0 && g_array_index (self->steps, gint64, i) > self->at)
    i--;
  if (!isfinite (g_array_index (self->values, double, i)))
    return;
  cairo_arc (cr, x_of (frame, g_array_index (self->steps, gint64, i)),
             y_of (frame, g_array_index (self->values, double, i)), DOT, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
ms_spark_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MsSpark *self = MS_SPARK (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget), n = (int) self->values->len;
  Frame frame = { .x0 = MARGIN, .x1 = width - MARGIN, .y0 = MARGIN, .y1 = height - MARGIN };
  GdkRGBA colour;
  cairo_t *cr;

  if (n == 0 || width <= 2 * MARGIN || height <= 2 * MARGIN
      || !ms_spark_range ((const double *) (gpointer) self->values->data, n, &frame.low, &frame.high))
    return;
  frame.first = g_array_index (self->steps, gint64, 0);
  frame.last = g_array_index (self->steps, gint64, n - 1);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_set_line_width (cr, 1.2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  gdk_cairo_set_source_rgba (cr, &colour);
  draw_line (self, cr, &frame);
  draw_dot (self, cr, &frame);
  cairo_destroy (cr);
}

static void
ms_spark_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
  *natural = *minimum;
}

void
ms_spark_set_values (MsSpark *self, const gint64 *steps, const double *values, int n, gint64 at)
{
  g_array_set_size (self->steps, 0);
  g_array_set_size (self->values, 0);
  g_array_append_vals (self->steps, steps, (guint) n);
  g_array_append_vals (self->values, values, (guint) n);
  self->at = at;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
ms_spark_finalize (GObject *object)
{
  MsSpark *self = MS_SPARK (object);

  g_array_unref (self->steps);
  g_array_unref (self->values);
  G_OBJECT_CLASS (ms_spark_parent_class)->finalize (object);
}

static void
ms_spark_class_init (MsSparkClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_spark_finalize;
  GTK_WIDGET_CLASS (class)->snapshot = ms_spark_snapshot;
  GTK_WIDGET_CLASS (class)->measure = ms_spark_measure;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "spark");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
ms_spark_init (MsSpark *self)
{
  self->steps = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->values = g_array_new (FALSE, FALSE, sizeof (double));
  self->at = -1;
}

GtkWidget *
ms_spark_new (void)
{
  return g_object_new (MS_TYPE_SPARK, NULL);
}
