/* SPDX-License-Identifier: MIT */

#include "ui/window/views-menu.h"

#include "ui/paint/painter.h"

#define MOST_ROWS 10 /* then there are two columns: eighteen views fit into a window 640 high */

struct _MsViewsMenu {
  GtkPopover parent;

  GPtrArray *checks;   /* of GtkToggleButton, borrowed, in the order of the painters; hidden: docked */
  GtkWidget *automatic;
  gboolean updating;   /* what changes now, nobody asked for */
};

G_DEFINE_FINAL_TYPE (MsViewsMenu, ms_views_menu, GTK_TYPE_POPOVER)

enum { TOGGLED, AUTOMATIC, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
toggled_cb (GtkToggleButton *check, MsViewsMenu *self)
{
  guint i;

  if (!self->updating && g_ptr_array_find (self->checks, check, &i))
    g_signal_emit (self, signals[TOGGLED], 0, (int) i, gtk_toggle_button_get_active (check));
}

static void
automatic_cb (MsViewsMenu *self)
{
  g_signal_emit (self, signals[AUTOMATIC], 0);
}

/* A toggle button that looks like an item with a check mark: check buttons cannot be pressed by assistive programs in
 * this version of GTK. */
static GtkWidget *
new_check (MsViewsMenu *self, const MsPainter *painter)
{
  GtkWidget *check = gtk_toggle_button_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *mark = g_object_new (GTK_TYPE_IMAGE, "icon-name", "object-select-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_box_append (GTK_BOX (line), mark);
  gtk_box_append (GTK_BOX (line), gtk_label_new (painter->title));
  gtk_button_set_child (GTK_BUTTON (check), line);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, painter->title, -1);
  gtk_widget_add_css_class (check, "flat");
  gtk_widget_add_css_class (check, "view-check");
  gtk_widget_set_tooltip_text (check, painter->help);
  g_signal_connect_object (check, "toggled", G_CALLBACK (toggled_cb), self, 0);
  g_ptr_array_add (self->checks, check);
  return check;
}

/* Down the first column, then down the second; a docked one has a place of its own in the window and is not chosen. */
static GtkWidget *
new_checks (MsViewsMenu *self)
{
  const MsPainter *const *painters = ms_painters ();
  GtkWidget *grid = gtk_grid_new ();
  int n = 0, at = 0, rows;

  for (int i = 0; painters[i] != NULL; i++)
    n += painters[i]->docked ? 0 : 1;
  rows = n > MOST_ROWS ? (n + 1) / 2 : n;
  for (int i = 0; painters[i] != NULL; i++)
    {
      GtkWidget *check = new_check (self, painters[i]);
      int cell = painters[i]->docked ? 0 : at++;

      gtk_widget_set_visible (check, !painters[i]->docked);
      gtk_grid_attach (GTK_GRID (grid), check, cell / rows, cell % rows, 1, 1);
    }
  gtk_grid_set_row_spacing (GTK_GRID (grid), 2);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  return grid;
}

void
ms_views_menu_update (MsViewsMenu *self, guint64 applying, guint64 shown, gboolean own)
{
  const MsPainter *const *painters = ms_painters ();

  self->updating = TRUE;
  for (guint i = 0; i < self->checks->len; i++)
    {
      GtkWidget *check = self->checks->pdata[i];
      gboolean applies = applying >> i & 1;
      g_autofree char *why = g_strdup_printf ("%s. Nothing to show here: what is open has none", painters[i]->help);

      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), shown >> i & 1);
      if (gtk_widget_get_sensitive (check) != applies)
        {
          gtk_widget_set_sensitive (check, applies);
          gtk_widget_set_tooltip_text (check, applies ? painters[i]->help : why);
        }
    }
  gtk_widget_set_sensitive (self->automatic, own);
  self->updating = FALSE;
}

static void
ms_views_menu_finalize (GObject *object)
{
  g_ptr_array_unref (MS_VIEWS_MENU (object)->checks);
  G_OBJECT_CLASS (ms_views_menu_parent_class)->finalize (object);
}

static void
ms_views_menu_class_init (MsViewsMenuClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_views_menu_finalize;
  signals[TOGGLED] = g_signal_new ("toggled", MS_TYPE_VIEWS_MENU, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   2, G_TYPE_INT, G_TYPE_BOOLEAN);
  signals[AUTOMATIC] = g_signal_new ("automatic", MS_TYPE_VIEWS_MENU, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
}

static void
ms_views_menu_init (MsViewsMenu *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->checks = g_ptr_array_new ();
  gtk_box_append (GTK_BOX (box), new_checks (self));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  self->automatic = gtk_button_new_with_label ("Usual views");
  gtk_widget_set_tooltip_text (self->automatic, "The layout that suits what is open");
  g_signal_connect_object (self->automatic, "clicked", G_CALLBACK (automatic_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->automatic);
  gtk_widget_add_css_class (box, "views-list");
  gtk_popover_set_child (GTK_POPOVER (self), box);
}

GtkWidget *
ms_views_menu_new (void)
{
  return g_object_new (MS_TYPE_VIEWS_MENU, NULL);
}
