/* SPDX-License-Identifier: MIT */

/* The timeline below the views: dragging over it chooses the step that all views show, and from there the run can go on
 * as a new branch. */
#include "ui/window/window-private.h"

#define HEIGHT 84 /* px of the picture, for text of the usual size */

/* What stands under @x, whatever its height: the nearest step. */
static bool
step_at (MsWindow *self, double x, MsSpot *spot)
{
  MsCanvas *canvas = self->timeline;
  const MsPainter *painter = ms_canvas_painter (canvas);
  MsPalette palette = ms_canvas_palette (canvas);
  int width = gtk_widget_get_width (GTK_WIDGET (canvas)), height = gtk_widget_get_height (GTK_WIDGET (canvas));

  return painter->pick (CLAMP (x, 1, width - 2), height / 2.0, width, height, ms_canvas_scene (canvas), &palette, spot)
         && spot->step != MS_NONE;
}

static gint64
newest_step (MsWindow *self)
{
  const MsHistory *history = ms_live_history (self->live);

  return history->n_points > 0 ? history->points[history->n_points - 1].last_step : 0;
}

/* The end of the line is now, not a past that is looked at. */
void
ms_window_look_at (MsWindow *self, gint64 step)
{
  MsSelection selection = self->selection;

  selection.step = step >= newest_step (self) && ms_live_state (self->live) != MS_RUNNER_EMPTY ? MS_NONE : step;
  if (selection.step == self->selection.step)
    return;
  if (selection.step != MS_NONE)
    ms_window_leave_stages (self); /* of the next batch */
  ms_window_select (self, selection);
}

static void
dragged_cb (GtkGestureDrag *gesture, double dx, double dy, MsWindow *self)
{
  double x, y;
  MsSpot spot;

  if (!gtk_gesture_drag_get_start_point (gesture, &x, &y) || ABS (dx) + ABS (dy) < 1)
    return;
  if (step_at (self, x + dx, &spot))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      ms_window_look_at (self, spot.step);
    }
}

/* A click chooses what lies there: a step, an alert, a change, or the end of another branch. */
static void
chosen_cb (MsCanvas *canvas, const MsSpot *spot, MsWindow *self)
{
  if (spot != NULL && spot->kind == MS_SPOT_BRANCH && spot->bin != ms_live_branch (self->live))
    ms_window_go (self, spot->bin, spot->step);
  else if (spot != NULL && spot->step != MS_NONE && spot->kind != MS_SPOT_ALERT)
    ms_window_look_at (self, spot->step);
  else
    ms_window_select (self, ms_selection_after (&self->selection, spot));
}

static void
asked_cb (MsCanvas *canvas, const char *what, MsWindow *self)
{
  if (g_str_equal (what, "table"))
    ms_window_show_table (self, canvas);
  else if (g_str_equal (what, "picture"))
    ms_window_save_picture (self, canvas);
  else if (self->selection.step != MS_NONE)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.continue", NULL);
}

/* Takes the run to a step of a branch; it stays there, paused. */
void
ms_window_go (MsWindow *self, int branch, gint64 step)
{
  MsSelection selection = self->selection;

  selection.step = MS_NONE;
  ms_window_select (self, selection);
  g_clear_pointer (&self->sent, ms_experiment_unref);
  if (self->compare != NULL)
    ms_compare_halt (self->compare); /* the first run is not going where both were on their way to */
  ms_runner_go (ms_live_runner (self->live), branch, step);
}

void
ms_window_go_to_branch (MsWindow *self, int id)
{
  const MsBranch *branch = id != ms_live_branch (self->live) ? ms_branches_find (ms_live_branches (self->live), id)
                                                             : NULL;

  if (branch != NULL)
    ms_window_go (self, id, branch->to);
}

void
ms_window_continue (MsWindow *self)
{
  g_autofree char *sentence = NULL;
  gint64 step = self->selection.step;

  if (step == MS_NONE)
    return;
  sentence = g_strdup_printf ("At step %" G_GINT64_FORMAT ": what is done from here is a branch of its own", step);
  ms_window_go (self, ms_live_branch (self->live), step);
  ms_window_toast (self, sentence);
}

void
ms_window_move_step (MsWindow *self, int by)
{
  const MsHistory *history = ms_live_history (self->live);
  gint64 step = self->selection.step;

  if (history->n_points == 0)
    return;
  if (step == MS_NONE)
    step = newest_step (self);
  ms_window_look_at (self, MAX (step + by, history->points[0].first_step));
}

void
ms_window_look_at_first (MsWindow *self)
{
  const MsHistory *history = ms_live_history (self->live);

  if (history->n_points > 0)
    ms_window_look_at (self, history->points[0].first_step);
}

void
ms_window_look_at_now (MsWindow *self)
{
  MsSelection selection = self->selection;

  selection.step = MS_NONE;
  ms_window_select (self, selection);
}

/* Which branch goes on: a menu, there when there is a choice. */

static void
go_to_branch_cb (GtkWidget *button, MsWindow *self)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_menu_button_get_popover (self->branches_button)));
  ms_window_go_to_branch (self, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "branch")));
}

static GtkWidget *
new_branch_row (MsWindow *self, const MsBranch *branch, bool current)
{
  g_autofree char *from = branch->parent >= 0 ? g_strdup_printf ("from step %" G_GINT64_FORMAT ", ", branch->from)
                                              : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("%s (%sto step %" G_GINT64_FORMAT ")%s", branch->label, from, branch->to,
                                           current ? " – this one" : "");
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_label_set_xalign (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), 0);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, !current);
  g_object_set_data (G_OBJECT (button), "branch", GINT_TO_POINTER (branch->id));
  g_signal_connect_object (button, "clicked", G_CALLBACK (go_to_branch_cb), self, 0);
  return button;
}

static void
fill_branches_cb (GtkMenuButton *menu, gpointer data)
{
  MsWindow *self = data;
  const MsBranches *branches = ms_live_branches (self->live);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *scroller;
  GtkWidget *popover = (GtkWidget *) gtk_menu_button_get_popover (menu);

  if (popover == NULL)
    {
      popover = gtk_popover_new ();
      gtk_menu_button_set_popover (menu, popover);
    }
  for (int i = 0; branches != NULL && i < branches->n; i++)
    gtk_box_append (GTK_BOX (box), new_branch_row (self, &branches->branch[i], i == branches->current));
  scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 400);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
}

/* "looking at step 12"; "" in the present. */
static char *
words_of_past (MsWindow *self, const MsScene *scene)
{
  gint64 step = self->selection.step;

  if (step == MS_NONE || scene->record == NULL)
    return g_strdup ("");
  if (scene->record->step == step)
    return g_strdup_printf ("looking at step %" G_GINT64_FORMAT, step);
  return g_strdup_printf ("step %" G_GINT64_FORMAT ", with the batch of step %" G_GINT64_FORMAT, step,
                          scene->record->step);
}

/* The figures in the timeline's head keep clear of the buttons that stand over it. */
static void
show_scene (MsWindow *self, const MsScene *scene)
{
  GtkWidget *corner = gtk_widget_get_parent (self->past_bar);
  MsScene shown = *scene;
  int width;

  gtk_widget_measure (corner, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  if (gtk_widget_get_visible (self->past_bar) || gtk_widget_get_visible (GTK_WIDGET (self->branches_button)))
    shown.corner = width;
  ms_canvas_set_scene (self->timeline, &shown);
}

/* Called with each scene. */
void
ms_window_show_timeline (MsWindow *self, const MsScene *scene)
{
  bool past = self->selection.step != MS_NONE, is_model = ms_live_experiment (self->live) != NULL;
  const MsBranches *branches = ms_live_branches (self->live);
  g_autofree char *words = words_of_past (self, scene);

  gtk_widget_set_visible (self->past_bar, past);
  gtk_widget_set_visible (GTK_WIDGET (self->branches_button), branches != NULL && branches->n > 1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.continue", past && is_model);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.now", past);
  gtk_label_set_text (self->past_label, words);
  show_scene (self, scene);
}

static GtkWidget *
new_button (const char *label, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_add_css_class (button, "small");
  return button;
}

static GtkWidget *
new_bar (MsWindow *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new ("");

  self->past_label = GTK_LABEL (label);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, "accent");
  gtk_box_append (GTK_BOX (bar), label);
  gtk_box_append (GTK_BOX (bar), new_button ("Continue from here", "win.continue",
                                             "Go back to this step; what was run since stays as a branch (Enter)"));
  gtk_box_append (GTK_BOX (bar), new_button ("Now", "win.now", "Back to where the run is (End, Escape)"));
  gtk_widget_set_visible (bar, FALSE);
  return bar;
}

static GtkWidget *
new_branches_button (MsWindow *self)
{
  GtkWidget *button = gtk_menu_button_new ();

  self->branches_button = GTK_MENU_BUTTON (button);
  gtk_menu_button_set_label (self->branches_button, "Branches");
  gtk_menu_button_set_direction (self->branches_button, GTK_ARROW_UP);
  gtk_menu_button_set_create_popup_func (self->branches_button, fill_branches_cb, self, NULL);
  gtk_widget_set_tooltip_text (button, "Everything that was run: choose what goes on");
  gtk_widget_add_css_class (button, "small");
  gtk_widget_set_visible (button, FALSE);
  return button;
}

GtkWidget *
ms_window_build_timeline (MsWindow *self)
{
  GtkWidget *overlay = gtk_overlay_new (), *corner = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->timeline = MS_CANVAS (ms_canvas_new (ms_painter_find ("timeline")));
  gtk_widget_set_size_request (GTK_WIDGET (self->timeline), -1, HEIGHT);
  gtk_widget_set_vexpand (GTK_WIDGET (self->timeline), FALSE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect (drag, "drag-update", G_CALLBACK (dragged_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->timeline), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect_object (self->timeline, "select", G_CALLBACK (chosen_cb), self, 0);
  g_signal_connect_object (self->timeline, "asked", G_CALLBACK (asked_cb), self, 0);
  self->past_bar = new_bar (self);
  gtk_box_append (GTK_BOX (corner), self->past_bar);
  gtk_box_append (GTK_BOX (corner), new_branches_button (self));
  gtk_widget_set_halign (corner, GTK_ALIGN_END);
  gtk_widget_set_valign (corner, GTK_ALIGN_START);
  gtk_widget_add_css_class (corner, "timeline-corner");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->timeline));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), corner);
  gtk_widget_add_css_class (overlay, "timeline");
  return overlay;
}
