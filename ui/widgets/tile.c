/* SPDX-License-Identifier: MIT */

/* The menu button stands behind the title that the picture itself draws. */
#include "ui/widgets/tile.h"

#include "ui/paint/frame.h"
#include "ui/paint/text.h"
#include "ui/widgets/halves.h"

#define BUTTON_SIDE 24   /* px, as the style sheet says */
#define CANVAS_MARGIN 4  /* likewise */

struct _MsTile {
  GtkWidget parent;

  MsCanvas *canvas, *second; /* borrowed from the overlays */
  GtkWidget *halves, *overlay, *button, *letters[2];
  GMenu *beside[2], *instead, *rest; /* owned: parts of the menu */
  guint64 offered_beside, offered_instead;
  bool maximised;
};

enum { ARRANGE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsTile, ms_tile, GTK_TYPE_WIDGET)

/* The menu's actions, in the order of the wishes. */
static const char *const actions[] = { "tile.maximise", "tile.split-right", "tile.split-below", "tile.show-instead",
                                       "tile.close" };

static GtkWidget *
new_button (MsTile *self, const MsPainter *painter)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autofree char *name = g_strdup_printf ("%s menu", painter->title);

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "pan-down-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (ms_canvas_menu (self->canvas)));
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

static void
arrange_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const MsPainter *other = parameter != NULL ? ms_painter_find (g_variant_get_string (parameter, NULL)) : NULL;

  for (int wish = 0; wish < (int) G_N_ELEMENTS (actions); wish++)
    if (g_str_equal (action, actions[wish]))
      g_signal_emit (widget, signals[ARRANGE], 0, wish, other);
}

/* The canvas asks with a double click or a key. */
static void
asked_cb (MsTile *self, const char *what)
{
  if (g_str_equal (what, "maximise"))
    g_signal_emit (self, signals[ARRANGE], 0, MS_TILE_MAXIMISE, NULL);
}

/* The button stands beside the canvas, not inside, so what its menu asks for is passed on. */
static void
forward_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (MS_TILE (widget)->canvas), action, NULL);
}

/* What can be done with the tile, below what can be done with the picture. */
static void
add_to_menu (MsTile *self)
{
  GMenu *menu = ms_canvas_menu (self->canvas);
  g_autoptr (GMenu) split = g_menu_new ();

  self->beside[0] = g_menu_new ();
  self->beside[1] = g_menu_new ();
  self->instead = g_menu_new ();
  self->rest = g_menu_new ();
  g_menu_append_submenu (split, "Split _Right", G_MENU_MODEL (self->beside[0]));
  g_menu_append_submenu (split, "Split _Below", G_MENU_MODEL (self->beside[1]));
  g_menu_append_submenu (split, "Show _Instead", G_MENU_MODEL (self->instead));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (split));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (self->rest));
}

static void
fill_views (GMenu *menu, const char *action, guint64 views)
{
  const MsPainter *const *painters = ms_painters ();

  g_menu_remove_all (menu);
  for (int i = 0; painters[i] != NULL; i++)
    if (views >> i & 1)
      {
        g_autoptr (GMenuItem) item = g_menu_item_new (painters[i]->title, NULL);

        g_menu_item_set_action_and_target (item, action, "s", painters[i]->name);
        g_menu_append_item (menu, item);
      }
}

static void
fill_rest (MsTile *self)
{
  g_menu_remove_all (self->rest);
  g_menu_append (self->rest, self->maximised ? "Re_store" : "_Maximise", "tile.maximise");
  g_menu_append (self->rest, "C_lose", "tile.close");
}

/* An open menu would jump if it were filled anew for nothing. */
void
ms_tile_offer (MsTile *self, guint64 beside, guint64 instead, bool maximised, bool closable)
{
  if (self->offered_beside != beside)
    for (int i = 0; i < 2; i++)
      fill_views (self->beside[i], actions[MS_TILE_SPLIT_RIGHT + i], beside);
  if (self->offered_instead != instead)
    fill_views (self->instead, actions[MS_TILE_SHOW_INSTEAD], instead);
  self->offered_beside = beside;
  self->offered_instead = instead;
  if (self->maximised != maximised)
    {
      self->maximised = maximised;
      fill_rest (self);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tile.close", closable);
}

bool
ms_tile_is_head (MsTile *self, double x, double y)
{
  graphene_point_t point;

  if (!gtk_widget_compute_point (GTK_WIDGET (self), GTK_WIDGET (self->canvas),
                                 &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    return false;
  return point.x >= 0 && point.x < gtk_widget_get_width (GTK_WIDGET (self->canvas)) && point.y >= -CANVAS_MARGIN
         && point.y < ms_canvas_head (self->canvas);
}

/* A tab at the upper edge, above what the picture's head may fill. */
static GtkWidget *
new_letter (const char *letter)
{
  GtkWidget *label = gtk_label_new (letter);

  gtk_widget_set_halign (label, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_set_can_target (label, FALSE);
  gtk_widget_add_css_class (label, "run-letter");
  gtk_widget_set_visible (label, FALSE);
  return label;
}

/* The canvas of the run that is compared, in an overlay with its letter. */
static GtkWidget *
new_second (MsTile *self, const MsPainter *painter)
{
  GtkWidget *overlay = gtk_overlay_new ();
  g_autofree char *name = g_strdup_printf ("%s, B", painter->title);

  self->second = MS_CANVAS (ms_canvas_new (painter));
  ms_canvas_set_name (self->second, name);
  self->letters[1] = new_letter ("B");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->second));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->letters[1]);
  return overlay;
}

GtkWidget *
ms_tile_new (const MsPainter *painter)
{
  MsTile *self = g_object_new (MS_TYPE_TILE, NULL);
  g_autofree char *name = g_strdup_printf ("%s tile", painter->title);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);

  self->canvas = MS_CANVAS (ms_canvas_new (painter));
  self->overlay = gtk_overlay_new ();
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), GTK_WIDGET (self->canvas));
  self->letters[0] = new_letter ("A");
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->letters[0]);
  self->halves = ms_halves_new (self->overlay, new_second (self, painter));
  add_to_menu (self);
  fill_rest (self);
  g_signal_connect_object (self->canvas, "asked", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
  self->button = new_button (self, painter);
  place_button (self);
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi", G_CALLBACK (place_button), self,
                           G_CONNECT_SWAPPED);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->button);
  gtk_widget_set_parent (self->halves, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

MsCanvas *
ms_tile_second (MsTile *self)
{
  return self->second;
}

void
ms_tile_set_paired (MsTile *self, bool paired)
{
  ms_halves_set_both (MS_HALVES (self->halves), paired);
  for (int i = 0; i < 2; i++)
    gtk_widget_set_visible (self->letters[i], paired);
}

MsCanvas *
ms_tile_canvas (MsTile *self)
{
  return self->canvas;
}

const MsPainter *
ms_tile_painter (MsTile *self)
{
  return ms_canvas_painter (self->canvas);
}

static void
ms_tile_dispose (GObject *object)
{
  MsTile *self = MS_TILE (object);

  g_clear_pointer (&self->halves, gtk_widget_unparent);
  g_clear_object (&self->beside[0]);
  g_clear_object (&self->beside[1]);
  g_clear_object (&self->instead);
  g_clear_object (&self->rest);
  G_OBJECT_CLASS (ms_tile_parent_class)->dispose (object);
}

static void
ms_tile_class_init (MsTileClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ms_tile_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "tile");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
  for (int i = 0; ms_canvas_actions[i] != NULL; i++)
    gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), ms_canvas_actions[i], NULL, forward_cb);
  for (int wish = 0; wish < (int) G_N_ELEMENTS (actions); wish++)
    {
      bool names_view = wish >= MS_TILE_SPLIT_RIGHT && wish <= MS_TILE_SHOW_INSTEAD;

      gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), actions[wish], names_view ? "s" : NULL, arrange_cb);
    }
  signals[ARRANGE] = g_signal_new ("arrange", MS_TYPE_TILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                   G_TYPE_INT, G_TYPE_POINTER);
}

static void
ms_tile_init (MsTile *self)
{
}
