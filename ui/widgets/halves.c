/* SPDX-License-Identifier: MIT */

#include "ui/widgets/halves.h"

#define GAP 2
#define WIDE 1.3 /* width to height from which the halves stand side by side */

struct _MsHalves {
  GtkWidget parent;

  GtkWidget *first, *second; /* children */
};

G_DEFINE_FINAL_TYPE (MsHalves, ms_halves, GTK_TYPE_WIDGET)

static void
ms_halves_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                   int *minimum_baseline, int *natural_baseline)
{
  MsHalves *self = MS_HALVES (widget);
  int least = 0, usual = 0;

  gtk_widget_measure (self->first, orientation, -1, minimum, natural, NULL, NULL);
  if (!gtk_widget_get_visible (self->second))
    return;
  gtk_widget_measure (self->second, orientation, -1, &least, &usual, NULL, NULL);
  *minimum = MAX (*minimum, least);
  *natural = MAX (*natural, usual);
}

static void
ms_halves_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MsHalves *self = MS_HALVES (widget);
  bool wide = width > WIDE * height;
  int w = wide ? MAX ((width - GAP) / 2, 1) : width, h = wide ? height : MAX ((height - GAP) / 2, 1);

  if (!gtk_widget_get_visible (self->second))
    {
      gtk_widget_size_allocate (self->first, &(GtkAllocation){ 0, 0, width, height }, -1);
      return;
    }
  gtk_widget_size_allocate (self->first, &(GtkAllocation){ 0, 0, w, h }, -1);
  gtk_widget_size_allocate (self->second, &(GtkAllocation){ wide ? width - w : 0, wide ? 0 : height - h, w, h }, -1);
}

GtkWidget *
ms_halves_new (GtkWidget *first, GtkWidget *second)
{
  MsHalves *self = g_object_new (MS_TYPE_HALVES, NULL);

  self->first = first;
  self->second = second;
  gtk_widget_set_visible (second, FALSE);
  gtk_widget_set_parent (first, GTK_WIDGET (self));
  gtk_widget_set_parent (second, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
ms_halves_set_both (MsHalves *self, bool both)
{
  gtk_widget_set_visible (self->second, both);
}

static void
ms_halves_dispose (GObject *object)
{
  MsHalves *self = MS_HALVES (object);

  g_clear_pointer (&self->first, gtk_widget_unparent);
  g_clear_pointer (&self->second, gtk_widget_unparent);
  G_OBJECT_CLASS (ms_halves_parent_class)->dispose (object);
}

static void
ms_halves_class_init (MsHalvesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ms_halves_dispose;
  GTK_WIDGET_CLASS (class)->measure = ms_halves_measure;
  GTK_WIDGET_CLASS (class)->size_allocate = ms_halves_size_allocate;
}

static void
ms_halves_init (MsHalves *self)
{
}
