/* SPDX-License-Identifier: MIT */

/* Step into: the next batch's forward pass is shown stage by stage, by a bar above the views. The record is that of a
 * look, which trains nothing; after the last stage the step is done in earnest. */
#include "ui/window/window-private.h"

static int
count_layers (MsWindow *self)
{
  const MsRecord *record = ms_live_record (self->live);

  return record != NULL ? record->n_routing : 0;
}

static void
show_bar (MsWindow *self)
{
  const MsRecord *record = ms_live_record (self->live);
  const MsStage *stage = &self->stage;
  bool of_layer = stage->kind != MS_STAGE_PATCHES && stage->kind != MS_STAGE_LOSS && stage->layer < count_layers (self);
  g_autofree char *words = NULL;

  gtk_widget_set_visible (self->stage_bar, stage->partial);
  for (guint i = 0; i < self->stage_pills->len; i++)
    {
      GtkWidget *pill = self->stage_pills->pdata[i];

      gtk_widget_remove_css_class (pill, "now");
      gtk_widget_remove_css_class (pill, "done");
      if (stage->partial && (int) i <= (int) stage->kind)
        gtk_widget_add_css_class (pill, (int) i == (int) stage->kind ? "now" : "done");
    }
  if (!stage->partial)
    return;
  words = of_layer ? g_strdup_printf ("Block %d, %s: %s", record->routing[stage->layer]->layer,
                                      ms_stage_title (stage->kind), ms_stage_words (stage->kind))
                   : g_strdup_printf ("%s: %s", ms_stage_title (stage->kind), ms_stage_words (stage->kind));
  gtk_label_set_text (self->stage_words, words);
}

/* The layer that is being computed is the one that is shown. */
static void
go_to (MsWindow *self, MsStage stage)
{
  MsSelection selection = self->selection;

  self->stage = stage;
  if (stage.partial && stage.kind != MS_STAGE_PATCHES && stage.kind != MS_STAGE_LOSS)
    selection.layer = stage.layer;
  show_bar (self);
  ms_window_select (self, selection);
  ms_window_show_choosers (self, ms_live_record (self->live));
}

bool
ms_window_in_stages (MsWindow *self)
{
  return self->stage.partial;
}

void
ms_window_leave_stages (MsWindow *self)
{
  self->stage_asked = false;
  if (self->stage.partial)
    go_to (self, MS_STAGE_WHOLE);
}

/* A recorded run has no next batch that could be looked at: what is shown is walked through. */
static void
begin (MsWindow *self)
{
  if (self->selection.step != MS_NONE)
    ms_window_look_at_now (self);
  if (ms_live_experiment (self->live) == NULL)
    {
      go_to (self, ms_stage_first ());
      return;
    }
  self->stage_asked = true;
  ms_runner_look_ahead (ms_live_runner (self->live));
  if (self->second != NULL && ms_live_experiment (self->second) != NULL) /* the same batch in both */
    ms_runner_look_ahead (ms_live_runner (self->second));
}

static void
finish (MsWindow *self)
{
  ms_window_leave_stages (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.step", NULL);
}

static void
step_into_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  gtk_menu_button_popdown (self->steps_button);
  if (self->stage_asked || ms_live_state (self->live) == MS_RUNNER_PLAYING)
    return;
  if (!self->stage.partial)
    begin (self);
  else if (self->stage.kind == MS_STAGE_LOSS)
    finish (self);
  else
    go_to (self, ms_stage_next (&self->stage, count_layers (self)));
}

static void
finish_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  finish (MS_WINDOW (widget));
}

void
ms_window_follow_stages (MsWindow *self)
{
  if (self->stage_asked && ms_live_is_new (self->live))
    {
      self->stage_asked = false;
      self->stage = ms_stage_first (); /* the news are shown with it */
      show_bar (self);
    }
  else if (self->stage.partial
           && (ms_live_is_new (self->live) || ms_live_state (self->live) == MS_RUNNER_PLAYING))
    {
      self->stage = MS_STAGE_WHOLE;
      show_bar (self);
    }
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

void
ms_window_build_stages (MsWindow *self, GtkBox *above)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *below = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *pills = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4), *words = gtk_label_new ("");

  self->stage_bar = bar;
  self->stage_words = GTK_LABEL (words);
  self->stage_pills = g_ptr_array_new ();
  for (int i = 0; i < MS_N_STAGES; i++)
    {
      GtkWidget *pill = gtk_label_new (ms_stage_title ((MsStageKind) i));

      gtk_widget_add_css_class (pill, "stage");
      gtk_widget_set_tooltip_text (pill, ms_stage_words ((MsStageKind) i));
      gtk_box_append (GTK_BOX (pills), pill);
      g_ptr_array_add (self->stage_pills, pill);
    }
  gtk_label_set_xalign (self->stage_words, 0);
  gtk_label_set_ellipsize (self->stage_words, PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (bar), pills);
  gtk_box_append (GTK_BOX (bar), below);
  gtk_box_append (GTK_BOX (below), words);
  gtk_box_append (GTK_BOX (below), new_button ("Next stage", "win.step-into", "What is computed next (I)"));
  gtk_box_append (GTK_BOX (below), new_button ("Finish step", "win.finish-step", "Train on this batch (→)"));
  gtk_widget_add_css_class (bar, "stages");
  gtk_widget_set_visible (bar, FALSE);
  gtk_box_append (above, bar);
}

void
ms_window_class_install_stages (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.step-into", NULL, step_into_cb);
  gtk_widget_class_install_action (class, "win.finish-step", NULL, finish_cb);
}
