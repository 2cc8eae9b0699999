/* SPDX-License-Identifier: MIT */

#include "ui/window/inspector.h"

#include "ui/paint/token.h"
#include "ui/paint/tokens.h"

#define WIDTH 300 /* px */
#define MARGINS 16
#define EMPTY 96 /* height of the picture while no token is chosen */

struct _MsInspector {
  GtkWidget parent;

  GtkWidget *scroller; /* child */
  GtkBox *box;         /* borrowed */
  MsCanvas *canvas;    /* borrowed */
  int height;          /* of the canvas, as asked for */
};

G_DEFINE_FINAL_TYPE (MsInspector, ms_inspector, GTK_TYPE_WIDGET)

MsCanvas *
ms_inspector_canvas (MsInspector *self)
{
  return self->canvas;
}

/* It grows at once and shrinks only for another token or layer: numbers that come and go would make all below jump. */
static int
wanted_height (MsInspector *self, const MsScene *scene)
{
  const MsSelection *now = &scene->selection, *before = &ms_canvas_scene (self->canvas)->selection;
  MsPalette palette = ms_canvas_palette (self->canvas);
  int width = gtk_widget_get_width (GTK_WIDGET (self->canvas));
  MsScene whole = *scene;
  double height;

  if (now->token == MS_NONE || ms_scene_routing (scene) == NULL)
    return (int) (EMPTY * palette.scale);
  whole.stage = MS_STAGE_WHOLE;
  height = ms_token_height (width > 0 ? width : WIDTH - MARGINS, &whole, &palette);
  return now->token == before->token && now->layer == before->layer ? MAX ((int) height, self->height) : (int) height;
}

void
ms_inspector_set_scene (MsInspector *self, const MsScene *scene)
{
  int height = wanted_height (self, scene);

  if (height != self->height)
    gtk_widget_set_size_request (GTK_WIDGET (self->canvas), -1, height);
  self->height = height;
  ms_canvas_set_scene (self->canvas, scene);
}

void
ms_inspector_append (MsInspector *self, GtkWidget *section)
{
  gtk_box_append (self->box, section);
}

GtkWidget *
ms_inspector_new (void)
{
  return g_object_new (MS_TYPE_INSPECTOR, NULL);
}

static void
ms_inspector_dispose (GObject *object)
{
  g_clear_pointer (&MS_INSPECTOR (object)->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (ms_inspector_parent_class)->dispose (object);
}

static void
ms_inspector_class_init (MsInspectorClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ms_inspector_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "inspector");
}

static void
ms_inspector_init (MsInspector *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 14), *card = adw_bin_new ();

  self->scroller = gtk_scrolled_window_new ();
  self->box = GTK_BOX (box);
  self->canvas = MS_CANVAS (ms_canvas_new (ms_painter_find ("token")));
  self->height = EMPTY;
  gtk_widget_set_vexpand (GTK_WIDGET (self->canvas), FALSE);
  gtk_widget_set_size_request (GTK_WIDGET (self->canvas), -1, EMPTY);
  adw_bin_set_child (ADW_BIN (card), GTK_WIDGET (self->canvas));
  gtk_widget_add_css_class (card, "picture");
  gtk_box_append (self->box, card);
  gtk_widget_add_css_class (box, "inspected");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_widget_set_size_request (GTK_WIDGET (self), WIDTH, -1);
}
