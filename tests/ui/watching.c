/* SPDX-License-Identifier: MIT */

/* The watch list, the alerts and the conditions to stop at, without a window: what they show, keep and write. */
#include "ui/widgets/spark.h"
#include "ui/window/alerts-list.h"
#include "ui/window/breakpoints.h"
#include "ui/window/pin.h"
#include "ui/window/watch-list.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

/* Blocks 1 and 3 of 4 experts; the loads of block 3 are step, 10, 10, 0. */
static MsRecord *
record_of (gint64 step)
{
  MsRecord *record = ms_record_new ();

  record->step = step;
  record->loss = 1.0 / (double) step;
  record->n_routing = 2;
  record->routing = g_new (MsRouting *, 2);
  for (int l = 0; l < 2; l++)
    {
      record->routing[l] = ms_routing_new (0, 4, 1, 1);
      record->routing[l]->layer = 1 + 2 * l;
      record->routing[l]->load[0] = (int) step;
      record->routing[l]->load[1] = record->routing[l]->load[2] = 10;
    }
  return record;
}

/* Every text that can be read in @widget, in its order, with "|" between. */
static void
collect (GtkWidget *widget, GString *text)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s|", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL; c = gtk_widget_get_next_sibling (c))
    collect (c, text);
}

static void
assert_reads (GtkWidget *widget, const char *words)
{
  GString *text = g_string_new (NULL);

  collect (widget, text);
  g_test_message ("%s", text->str);
  g_assert_nonnull (strstr (text->str, words));
  g_string_free (text, TRUE);
}

/* A visible one; NULL: there is none. */
static GtkWidget *
find_label (GtkWidget *widget, const char *words)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (GTK_IS_LABEL (widget))
    return strstr (gtk_label_get_text (GTK_LABEL (widget)), words) != NULL ? widget : NULL;
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL && found == NULL;)
    {
      found = find_label (c, words);
      c = gtk_widget_get_next_sibling (c);
    }
  return found;
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget))
    {
      GString *text = g_string_new (NULL);
      bool found;

      collect (widget, text);
      found = strstr (text->str, label) != NULL;
      g_string_free (text, TRUE);
      if (found)
        return widget;
    }
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL; c = gtk_widget_get_next_sibling (c))
    {
      GtkWidget *button = find_button (c, label);

      if (button != NULL)
        return button;
    }
  return NULL;
}

static void
count_cb (gpointer object, int *n)
{
  (*n)++;
}

static void
test_pin (void)
{
  g_autoptr (MsRecord) record = record_of (1);
  MsSelection selection = MS_SELECTION_NONE;
  MsReading reading;

  selection.layer = 1;
  reading = ms_pin_reading (&selection, record);
  g_assert_true (reading.id == MS_READING_MAX_VIOLATION && reading.block == 3 && reading.expert == -1);
  selection.expert = 2;
  reading = ms_pin_reading (&selection, record);
  g_assert_true (reading.id == MS_READING_SHARE && reading.block == 3 && reading.expert == 2);
  selection.expert = 4; /* of another model */
  g_assert_true (ms_pin_reading (&selection, record).id == MS_READING_MAX_VIOLATION);
  selection.expert = MS_NONE;
  selection.member = 1;
  g_assert_true (ms_pin_reading (&selection, record).id == MS_READING_LOSS);
  record->predictions = ms_predictions_new (2, 1, 2);
  g_assert_true (ms_pin_reading (&selection, record).id == MS_READING_DISAGREEMENT);
  g_assert_true (ms_pin_reading (&selection, NULL).id == MS_READING_LOSS);
}

static void
test_watch_list (void)
{
  GtkWidget *widget = g_object_ref_sink (ms_watch_list_new ());
  MsWatchList *list = MS_WATCH_LIST (widget);
  MsReading share = { MS_READING_SHARE, 3, -1, 0 }, loss = { MS_READING_LOSS, -1, -1, -1 };
  g_autoptr (MsRecord) record = record_of (5);
  int changes = 0;

  g_signal_connect (list, "changed", G_CALLBACK (count_cb), &changes);
  assert_reads (widget, "press P");
  g_assert_true (ms_watch_list_pin (list, &share) && ms_watch_list_pin (list, &loss));
  g_assert_false (ms_watch_list_pin (list, &share));
  g_assert_true (ms_watch_list_count (list) == 2 && changes == 2);
  assert_reads (widget, "load, expert 0, block 3|–|");
  g_assert_null (find_label (widget, "press P"));
  ms_watch_list_add_record (list, record);
  ms_watch_list_show (list, record, FALSE);
  assert_reads (widget, "load, expert 0, block 3|20.0 %|loss|0.2|");
  ms_watch_list_show (list, NULL, FALSE);
  assert_reads (widget, "load, expert 0, block 3|–|");
  g_autofree char *text = ms_watch_list_to_text (list);
  g_assert_cmpstr (text, ==, "share@3:0 loss");
  ms_watch_list_remove (list, &share);
  g_autofree char *rest = ms_watch_list_to_text (list);
  g_assert_cmpstr (rest, ==, "loss");
  g_object_unref (widget);
}

static void
test_watch_list_text (void)
{
  GtkWidget *widget = g_object_ref_sink (ms_watch_list_new ());
  MsWatchList *list = MS_WATCH_LIST (widget);
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_watch_list_set_text (list, " cv@3  share@3.1:2 ", &error));
  g_assert_false (ms_watch_list_set_text (list, "loss nonsense", &error));
  g_assert_nonnull (strstr (error->message, "no reading \"nonsense\""));
  g_autofree char *text = ms_watch_list_to_text (list);
  g_assert_cmpstr (text, ==, "cv@3 share@3.1:2");
  g_assert_true (ms_watch_list_set_text (list, "", NULL));
  g_assert_cmpint (ms_watch_list_count (list), ==, 0);
  g_object_unref (widget);
}

static void
test_spark_range (void)
{
  const double some[] = { NAN, 2, 4, INFINITY, 3 }, none[] = { NAN, NAN }, flat[] = { 5, 5, 5 };
  double low = 0, high = 0;

  g_assert_true (ms_spark_range (some, 5, &low, &high));
  g_assert_true (low == 2 && high == 4);
  g_assert_false (ms_spark_range (none, 2, &low, &high));
  g_assert_false (ms_spark_range (NULL, 0, &low, &high));
  g_assert_true (ms_spark_range (flat, 3, &low, &high));
  g_assert_cmpfloat_with_epsilon (high - low, 0.05, 1e-12);
  g_assert_cmpfloat_with_epsilon ((high + low) / 2, 5, 1e-12);
}

/* Alerts */

static MsAlerts *
alerts_of (gint64 steps)
{
  MsAlertLimits limits = ms_alert_limits_default ();
  MsAlerts *alerts;

  limits.window = 2;
  limits.dead_per_expert = 1;
  alerts = ms_alerts_new (&limits);
  for (gint64 step = 1; step <= steps; step++)
    {
      g_autoptr (MsRecord) record = record_of (step);

      ms_alerts_add (alerts, record);
    }
  return alerts;
}

static void
chosen_cb (MsAlertsList *list, const MsSpot *spot, MsSpot *chosen)
{
  *chosen = *spot;
}

static void
test_alerts_list (void)
{
  GtkWidget *widget = g_object_ref_sink (ms_alerts_list_new ());
  MsAlertsList *list = MS_ALERTS_LIST (widget);
  g_autoptr (MsAlerts) alerts = alerts_of (4);
  g_autoptr (MsRecord) record = record_of (4), fixed = record_of (5);
  MsSpot chosen = MS_SPOT_NONE;

  g_signal_connect (list, "chosen", G_CALLBACK (chosen_cb), &chosen);
  ms_alerts_list_show (list, NULL, NULL);
  assert_reads (widget, "Nothing has collapsed, died or been dropped over 25 steps");
  g_assert_true (ms_alerts_list_set_text (list, "window=3", NULL));
  assert_reads (widget, "dropped over 3 steps");
  ms_alerts_list_show (list, alerts, record);
  g_assert_cmpint (ms_alerts_count (alerts), ==, 2);
  assert_reads (widget, "expert 3 in block 3 got none of 43 assignments in 2 steps");
  assert_reads (widget, "|step 2|");
  g_signal_emit_by_name (find_button (widget, "in block 3 got"), "clicked");
  g_assert_true (chosen.kind == MS_SPOT_ALERT && chosen.step == 2 && chosen.layer == 1 && chosen.expert == 3);
  g_assert_cmpint (chosen.bin, ==, 1);
  g_signal_emit_by_name (find_button (widget, "in block 1 got"), "clicked");
  g_assert_true (chosen.layer == 0 && chosen.bin == 0);

  fixed->routing[0]->load[3] = fixed->routing[1]->load[3] = 30;
  ms_alerts_add (alerts, fixed);
  ms_alerts_list_show (list, alerts, fixed);
  assert_reads (widget, "|step 2, over at 5|");
  g_object_unref (widget);
}

static void
test_alerts_settings (void)
{
  GtkWidget *widget = g_object_ref_sink (ms_alerts_list_new ());
  MsAlertsList *list = MS_ALERTS_LIST (widget);
  g_autoptr (GError) error = NULL;
  int changes = 0;

  g_signal_connect (list, "changed", G_CALLBACK (count_cb), &changes);
  g_autofree char *usual = ms_alerts_list_to_text (list);
  g_assert_cmpstr (usual, ==, "collapse=0.35 dead=10 dropped=0.2 window=25");
  g_assert_true (ms_alerts_list_set_text (list, "pause window=7 dropped=0.5", &error));
  g_assert_cmpint (changes, ==, 1);
  g_assert_true (ms_alerts_list_pauses (list) && ms_alerts_list_limits (list)->window == 7);
  g_autofree char *other = ms_alerts_list_to_text (list);
  g_assert_cmpstr (other, ==, "pause collapse=0.35 dead=10 dropped=0.5 window=7");
  static const char *const bad[] = { "window=0", "window", "dropped=x", "drop=1", "collapse=-1", "paused" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ms_alerts_list_set_text (list, bad[i], NULL));
  g_assert_true (changes == 1 && ms_alerts_list_limits (list)->window == 7);
  g_object_unref (widget);
}

static void
test_breakpoints (void)
{
  GtkWidget *widget = g_object_ref_sink (ms_breakpoints_new ());
  MsBreakpoints *list = MS_BREAKPOINTS (widget);
  g_autofree MsCondition *conditions = NULL, *fewer = NULL;
  g_autoptr (GError) error = NULL;
  int n, changes = 0;

  g_signal_connect (list, "changed", G_CALLBACK (count_cb), &changes);
  assert_reads (widget, "Nothing stops the run");
  g_assert_true (ms_breakpoints_set_text (list, "train_error<0.5 !max_violation@3>2 dead", &error));
  g_assert_cmpint (changes, ==, 1);
  assert_reads (widget, "training error below 50 %|max violation, block 3, above 2|an expert dies|");
  conditions = ms_breakpoints_get (list, &n);
  g_assert_true (n == 2 && conditions[0].when == MS_WHEN_BELOW && conditions[1].when == MS_WHEN_DEAD);
  g_assert_false (ms_breakpoints_add (list, &conditions[0]));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button (widget, "training error below")), FALSE);
  g_signal_emit_by_name (find_button (widget, "Any alert"), "clicked");
  g_autofree char *text = ms_breakpoints_to_text (list);
  g_assert_cmpstr (text, ==, "!train_error<0.5 !max_violation@3>2 dead alert");
  g_assert_cmpint (changes, ==, 3);
  g_assert_false (ms_breakpoints_set_text (list, "loss<1 !nothing", &error));
  g_assert_nonnull (strstr (error->message, "\"nothing\" is no condition"));
  fewer = ms_breakpoints_get (list, &n);
  g_assert_cmpint (n, ==, 2);
  g_object_unref (widget);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/ui/watching/pin", test_pin);
  g_test_add_func ("/ui/watching/watch-list", test_watch_list);
  g_test_add_func ("/ui/watching/watch-list-text", test_watch_list_text);
  g_test_add_func ("/ui/watching/spark-range", test_spark_range);
  g_test_add_func ("/ui/watching/alerts-list", test_alerts_list);
  g_test_add_func ("/ui/watching/alerts-settings", test_alerts_settings);
  g_test_add_func ("/ui/watching/breakpoints", test_breakpoints);
  return g_test_run ();
}
