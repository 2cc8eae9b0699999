/* SPDX-License-Identifier: MIT */

/* The rows of the parameter table: there is one for each key, what does not apply is hidden, and a change is judged
 * before anybody hears of it. */
#include "core/train/choices.h"
#include "ui/widgets/rows.h"

#include <adwaita.h>

typedef struct {
  GtkWidget *rows; /* owned */
  MsExperiment *changed; /* owned */
  char *refused;   /* owned */
  int n_changes;
} Fixture;

static void
changed_cb (MsRows *rows, MsExperiment *experiment, Fixture *fixture)
{
  fixture->n_changes++;
  g_clear_pointer (&fixture->changed, ms_experiment_unref);
  fixture->changed = ms_experiment_ref (experiment);
}

static void
refused_cb (MsRows *rows, const char *sentence, Fixture *fixture)
{
  g_free (fixture->refused);
  fixture->refused = g_strdup (sentence);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MsExperiment) experiment = ms_experiment_new ();

  fixture->rows = g_object_ref_sink (ms_rows_new ());
  g_signal_connect (fixture->rows, "changed", G_CALLBACK (changed_cb), fixture);
  g_signal_connect (fixture->rows, "refused", G_CALLBACK (refused_cb), fixture);
  ms_rows_set_experiment (MS_ROWS (fixture->rows), experiment);
  g_assert_cmpint (fixture->n_changes, ==, 0); /* showing is not changing */
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->rows);
  g_clear_pointer (&fixture->changed, ms_experiment_unref);
  g_free (fixture->refused);
}

static GtkWidget *
find_control (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_control (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
control_of (Fixture *fixture, MsKeyId id, GType type)
{
  GtkWidget *control = find_control (GTK_WIDGET (ms_rows_row (MS_ROWS (fixture->rows), id)), type);

  g_assert_nonnull (control);
  return control;
}

static void
test_all_keys (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < ms_keys_count (); i++)
    g_assert_true (ms_row_key (ms_rows_row (MS_ROWS (fixture->rows), ms_key_at (i)->id)) == ms_key_at (i));
}

static void
test_whole_number (Fixture *fixture, gconstpointer data)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control_of (fixture, MS_KEY_ROUTING_K, GTK_TYPE_SPIN_BUTTON)), 2);
  g_assert_cmpint (fixture->n_changes, ==, 1);
  g_assert_cmpint (ms_experiment_int (fixture->changed, MS_KEY_ROUTING_K), ==, 2);
}

static void
test_real (Fixture *fixture, gconstpointer data)
{
  GtkWidget *entry = control_of (fixture, MS_KEY_ROUTING_NOISE, GTK_TYPE_ENTRY);
  GtkWidget *scale = control_of (fixture, MS_KEY_ROUTING_NOISE, GTK_TYPE_SCALE);

  gtk_editable_set_text (GTK_EDITABLE (entry), "2.5");
  g_assert_cmpint (fixture->n_changes, ==, 0); /* still being typed */
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpfloat (ms_experiment_real (fixture->changed, MS_KEY_ROUTING_NOISE), ==, 2.5);
  gtk_range_set_value (GTK_RANGE (scale), 0.5);
  g_assert_cmpfloat (ms_experiment_real (fixture->changed, MS_KEY_ROUTING_NOISE), ==, 2);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "2");
}

static void
test_choice_and_switch (Fixture *fixture, gconstpointer data)
{
  GtkWidget *choice = control_of (fixture, MS_KEY_ROUTING_BATCH_PRIORITY, GTK_TYPE_DROP_DOWN);
  GtkWidget *flag = control_of (fixture, MS_KEY_ROUTING_RENORMALISE, GTK_TYPE_SWITCH);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 1);
  g_assert_cmpint (ms_experiment_choice (fixture->changed, MS_KEY_ROUTING_BATCH_PRIORITY), ==, 1);
  gtk_switch_set_active (GTK_SWITCH (flag), TRUE);
  g_assert_true (ms_experiment_bool (fixture->changed, MS_KEY_ROUTING_RENORMALISE));
  g_assert_cmpint (fixture->n_changes, ==, 2);
}

static void
test_refused_together (Fixture *fixture, gconstpointer data)
{
  GtkWidget *k = control_of (fixture, MS_KEY_ROUTING_K, GTK_TYPE_SPIN_BUTTON);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (k), 9); /* of 8 experts */
  g_assert_cmpint (fixture->n_changes, ==, 0);
  g_assert_nonnull (fixture->refused);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (k)), ==, 1);
}

static void
test_refused_text (Fixture *fixture, gconstpointer data)
{
  GtkWidget *entry = control_of (fixture, MS_KEY_OPTIMISER_LEARNING_RATE, GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), "fast");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpint (fixture->n_changes, ==, 0);
  g_assert_nonnull (strstr (fixture->refused, "fast"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "0.001");
}

/* Without a router there is nothing to choose about experts. */
static void
test_what_applies (Fixture *fixture, gconstpointer data)
{
  GtkWidget *router = control_of (fixture, MS_KEY_ROUTING_ROUTER, GTK_TYPE_DROP_DOWN);
  GtkWidget *k = GTK_WIDGET (ms_rows_row (MS_ROWS (fixture->rows), MS_KEY_ROUTING_K));

  g_assert_true (gtk_widget_get_visible (k));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (router), MS_CHOICE_ROUTER_NONE);
  g_assert_false (gtk_widget_get_visible (k));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (ms_rows_row (MS_ROWS (fixture->rows), MS_KEY_ROUTING_ROUTER))));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (router), MS_CHOICE_ROUTER_TOP_K);
  g_assert_true (gtk_widget_get_visible (k));
}

#define ADD(name, function) g_test_add ("/rows/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  ADD ("all-keys", test_all_keys);
  ADD ("whole-number", test_whole_number);
  ADD ("real", test_real);
  ADD ("choice-and-switch", test_choice_and_switch);
  ADD ("refused-together", test_refused_together);
  ADD ("refused-text", test_refused_text);
  ADD ("what-applies", test_what_applies);
  return g_test_run ();
}
