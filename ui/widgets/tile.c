/* SPDX-License-Identifier: MIT */

/* The menu button stands behind the title that the picture itself draws. */
#include "ui/widgets/tile.h"

#include "ui/paint/frame.h"
#include "ui/paint/text.h"

#define BUTTON_SIDE 24   /* px, as the style sheet says */
#define CANVAS_MARGIN 4  /* likewise */

struct _MsTile {
  GtkWidget parent;

  MsCanvas *canvas; /* borrowed from the overlay */
  GtkWidget *overlay, *button;
};

G_DEFINE_FINAL_TYPE (MsTile, ms_tile, GTK_TYPE_WIDGET)

static GtkWidget *
new_button (MsTile *self, const MsPainter *painter)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autofree char *name = g_strdup_printf ("%s menu", painter->title);

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "pan-down-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), ms_canvas_menu (self->canvas));
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_add_css_class (button, "tile-menu");
  gtk_widget_add_css_class (button, "flat");
  return button;
}

/* Text size follows the system's, and so does the title's width. */
static void
place_button (MsTile *self)
{
  MsPalette palette = ms_canvas_palette (self->canvas);
  MsFrame frame = ms_frame_layout (400, 300, &palette);
  double width = ms_text_width (&palette, MS_TEXT_TITLE, ms_canvas_painter (self->canvas)->title);

  gtk_widget_set_margin_start (self->button, CANVAS_MARGIN + (int) (frame.head.x + width + 4 * palette.scale));
  gtk_widget_set_margin_top (self->button, CANVAS_MARGIN + (int) MAX (20 * palette.scale - BUTTON_SIDE / 2, 0));
}

/* The button stands beside the canvas, not inside, so what its menu asks for is passed on. */
static void
forward_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (MS_TILE (widget)->canvas), action, NULL);
}

GtkWidget *
ms_tile_new (const MsPainter *painter)
{
  MsTile *self = g_object_new (MS_TYPE_TILE, NULL);

  self->canvas = MS_CANVAS (ms_canvas_new (painter));
  self->overlay = gtk_overlay_new ();
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), GTK_WIDGET (self->canvas));
  self->button = new_button (self, painter);
  place_button (self);
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi", G_CALLBACK (place_button), self,
                           G_CONNECT_SWAPPED);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->button);
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

MsCanvas *
ms_tile_canvas (MsTile *self)
{
  return self->canvas;
}

static void
ms_tile_dispose (GObject *object)
{
  MsTile *self = MS_TILE (object);

  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  G_OBJECT_CLASS (ms_tile_parent_class)->dispose (object);
}

static void
ms_tile_class_init (MsTileClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ms_tile_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "tile");
  for (int i = 0; ms_canvas_actions[i] != NULL; i++)
    gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), ms_canvas_actions[i], NULL, forward_cb);
}

static void
ms_tile_init (MsTile *self)
{
}
