/* SPDX-License-Identifier: MIT */

/* Alerts on loads written by hand. Windows are short so that every step can be counted. */
#include "core/metrics/alerts.h"

#include <math.h>
#include <string.h>

#define EVEN ((const int[]){ 10, 10, 10, 10 })
#define DEAD_2 ((const int[]){ 14, 13, 0, 13 })
#define COLLAPSED ((const int[]){ 1, 37, 1, 1 }) /* exp H / E = 0.354 */
#define WORSE ((const int[]){ 0, 40, 0, 0 })     /* exp H / E = 0.25 */

static MsAlertLimits
limits_of (int window)
{
  MsAlertLimits limits = ms_alert_limits_default ();
  limits.window = window;
  return limits;
}

static MsRecord *
record_of (gint64 step, const int load[4], int dropped)
{
  MsRecord *record = ms_record_new ();
  MsRouting *routing = ms_routing_new (0, 4, 1, 1);
  record->step = step;
  record->loss = 1;
  record->n_routing = 1;
  record->routing = g_new (MsRouting *, 1);
  record->routing[0] = routing;
  routing->layer = 3;
  memcpy (routing->load, load, 4 * sizeof (int));
  routing->dropped[1] = dropped;
  return record;
}

/* Steps @from to @to; returns how many alerts they brought. */
static int
feed (MsAlerts *alerts, gint64 from, gint64 to, const int load[4], int dropped)
{
  int n = 0;
  for (gint64 step = from; step <= to; step++)
    {
      g_autoptr (MsRecord) record = record_of (step, load, dropped);
      n += ms_alerts_add (alerts, record);
    }
  return n;
}

static const MsAlert *
newest (const MsAlerts *alerts)
{
  return ms_alerts_at (alerts, ms_alerts_count (alerts) - 1);
}

static void
test_defaults (void)
{
  MsAlertLimits limits = ms_alert_limits_default ();
  g_assert_true (limits.collapse == 0.35 && limits.dead_per_expert == 10 && limits.dropped == 0.2);
  g_assert_cmpint (limits.window, ==, 25);
}

/* Three steps' loads are summed: at step 3 the first sum is there. */
static void
test_window (void)
{
  MsAlertLimits limits = limits_of (3);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  g_assert_cmpint (feed (alerts, 1, 2, DEAD_2, 0), ==, 0);
  g_assert_cmpint (feed (alerts, 3, 3, DEAD_2, 0), ==, 1);
  g_assert_cmpint (newest (alerts)->kind, ==, MS_ALERT_DEAD);
  g_assert_true (newest (alerts)->step == 3 && newest (alerts)->over == -1 && newest (alerts)->expert == 2);
  g_assert_true (newest (alerts)->block == 3 && newest (alerts)->member == -1 && newest (alerts)->value == 120);

  /* One assignment in the window is enough to live, and it stays there for three steps. */
  g_autoptr (MsAlerts) late = ms_alerts_new (&limits);
  g_assert_cmpint (feed (late, 1, 1, EVEN, 0) + feed (late, 2, 3, DEAD_2, 0), ==, 0);
  g_assert_cmpint (feed (late, 4, 4, DEAD_2, 0), ==, 1);
  g_assert_cmpint (newest (late)->step, ==, 4);
}

/* With fewer than ten assignments an expert, being empty means nothing. */
static void
test_dead_withheld (void)
{
  MsAlertLimits limits = limits_of (1);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  g_assert_cmpint (feed (alerts, 1, 1, (const int[]){ 13, 13, 0, 13 }, 0), ==, 0); /* 39 of 40 */
  g_assert_cmpint (feed (alerts, 2, 2, DEAD_2, 0), ==, 1);
  g_assert_cmpint (feed (alerts, 3, 3, (const int[]){ 13, 13, 0, 13 }, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, -1); /* too few to say that it lives */
  g_assert_cmpint (feed (alerts, 4, 4, (const int[]){ 13, 13, 1, 13 }, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, 4);
}

/* Raised once, over, and again only after it was over for a window of steps. */
static void
test_collapse (void)
{
  MsAlertLimits limits = limits_of (2);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  limits.dead_per_expert = 1000;
  ms_alerts_set_limits (alerts, &limits);
  g_assert_cmpint (feed (alerts, 1, 5, COLLAPSED, 0), ==, 0); /* 0.354 is not below 0.35 */
  g_assert_cmpint (feed (alerts, 6, 9, WORSE, 0), ==, 1);
  g_assert_true (newest (alerts)->kind == MS_ALERT_COLLAPSE && newest (alerts)->step == 6);
  g_assert_true (newest (alerts)->expert == 1);
  g_assert_cmpfloat_with_epsilon (newest (alerts)->value, 0.305691, 1e-6); /* loads 1, 77, 1, 1 */
  g_assert_cmpint (newest (alerts)->over, ==, -1);

  g_assert_cmpint (feed (alerts, 10, 10, EVEN, 0), ==, 0); /* sum 10, 50, 10, 10 */
  g_assert_cmpint (newest (alerts)->over, ==, 10);
  g_assert_cmpint (feed (alerts, 11, 12, WORSE, 0), ==, 1); /* at 12 again, 2 steps after it was over */
  g_assert_cmpint (newest (alerts)->step, ==, 12);
}

static void
test_hysteresis (void)
{
  MsAlertLimits limits = limits_of (3);
  limits.dead_per_expert = 1e9;
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  const int huge[4] = { 0, 4000, 0, 0 }, even[4] = { 4000, 4000, 4000, 4000 };
  g_assert_cmpint (feed (alerts, 1, 3, huge, 0), ==, 1);
  g_assert_cmpint (feed (alerts, 4, 4, even, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, 4);
  g_assert_cmpint (feed (alerts, 5, 6, (const int[]){ 0, 900000, 0, 0 }, 0), ==, 0);
  g_assert_cmpint (ms_alerts_count (alerts), ==, 1);
  g_assert_cmpint (newest (alerts)->over, ==, -1); /* it had not been over */
  g_assert_cmpint (feed (alerts, 7, 7, (const int[]){ 900000, 0, 900000, 900000 }, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, 7);
  g_assert_cmpint (feed (alerts, 8, 9, even, 0), ==, 0);
  g_assert_cmpint (feed (alerts, 10, 12, huge, 0), ==, 1);
}

static void
test_dropped (void)
{
  MsAlertLimits limits = limits_of (2);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  g_assert_cmpint (feed (alerts, 1, 4, EVEN, 8), ==, 0); /* exactly a fifth is not above it */
  g_assert_cmpint (feed (alerts, 5, 5, EVEN, 9), ==, 1);
  g_assert_true (newest (alerts)->kind == MS_ALERT_DROPPED && newest (alerts)->expert == -1);
  g_assert_cmpfloat_with_epsilon (newest (alerts)->value, 17.0 / 80, 1e-12);
}

static void
test_not_finite (void)
{
  MsAlertLimits limits = limits_of (2);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  feed (alerts, 1, 3, EVEN, 0);
  ms_alerts_add_not_finite (alerts, 3);
  ms_alerts_add_not_finite (alerts, 3);
  g_assert_cmpint (ms_alerts_count (alerts), ==, 1);
  g_assert_true (newest (alerts)->kind == MS_ALERT_NOT_FINITE && newest (alerts)->step == 3);
  g_assert_cmpint (feed (alerts, 4, 6, EVEN, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, 4);
  g_autoptr (MsRecord) record = record_of (7, EVEN, 0), absent = record_of (12, EVEN, 0);
  record->gradient_norm = INFINITY;
  g_assert_cmpint (ms_alerts_add (alerts, record), ==, 1);
  g_assert_cmpint (newest (alerts)->step, ==, 7);
  feed (alerts, 8, 8, EVEN, 0);
  absent->loss = NAN; /* not captured */
  g_assert_cmpint (ms_alerts_add (alerts, absent), ==, 0);
}

static void
test_truncate (void)
{
  MsAlertLimits limits = limits_of (2);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  g_assert_cmpint (feed (alerts, 1, 4, DEAD_2, 0), ==, 1);
  g_assert_cmpint (feed (alerts, 5, 8, EVEN, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, 5);
  ms_alerts_truncate (alerts, 5);
  g_assert_cmpint (newest (alerts)->over, ==, 5);
  ms_alerts_truncate (alerts, 4);
  g_assert_cmpint (newest (alerts)->over, ==, -1);
  g_assert_cmpint (feed (alerts, 5, 6, DEAD_2, 0), ==, 0);
  ms_alerts_truncate (alerts, 2);
  g_assert_cmpint (ms_alerts_count (alerts), ==, 1);
  ms_alerts_truncate (alerts, 1);
  g_assert_cmpint (ms_alerts_count (alerts), ==, 0);
  /* The window knows no step after 1 and fills anew. */
  g_assert_cmpint (feed (alerts, 2, 2, DEAD_2, 0), ==, 0);
  g_assert_cmpint (feed (alerts, 3, 3, DEAD_2, 0), ==, 1);
  g_assert_cmpint (newest (alerts)->step, ==, 3);

  /* What it holds up to the step stays: with step 3 in it, one more fills it. */
  g_autoptr (MsAlerts) kept = ms_alerts_new (&limits);
  g_assert_cmpint (feed (kept, 1, 3, EVEN, 0) + feed (kept, 4, 4, EVEN, 0), ==, 0);
  ms_alerts_truncate (kept, 3);
  g_assert_cmpint (feed (kept, 4, 4, (const int[]){ 0, 400, 0, 0 }, 0), ==, 1);
}

static void
test_copy (void)
{
  MsAlertLimits limits = limits_of (3);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  feed (alerts, 1, 3, DEAD_2, 0);
  g_autoptr (MsAlerts) copy = ms_alerts_copy (alerts);
  g_assert_cmpint (feed (alerts, 4, 4, EVEN, 0), ==, 0);
  g_assert_cmpint (newest (alerts)->over, ==, 4);
  g_assert_true (ms_alerts_count (copy) == 1 && newest (copy)->over == -1); /* it has a list of its own */
  g_assert_cmpint (ms_alerts_limits (copy)->window, ==, 3);
  g_assert_cmpint (feed (copy, 4, 4, DEAD_2, 0), ==, 0); /* and goes on by itself */
  g_assert_cmpint (newest (copy)->over, ==, -1);
  g_assert_cmpint (feed (copy, 5, 5, EVEN, 0), ==, 0);
  g_assert_cmpint (newest (copy)->over, ==, 5);
}

static void
test_of (void)
{
  MsAlertLimits limits = limits_of (1);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  feed (alerts, 1, 1, (const int[]){ 0, 20, 0, 20 }, 0);
  g_assert_cmpint (ms_alerts_count (alerts), ==, 2);
  g_assert_true (ms_alerts_of (alerts, 3, -1, 0) == ms_alerts_at (alerts, 0));
  g_assert_true (ms_alerts_of (alerts, 3, -1, 2) == ms_alerts_at (alerts, 1));
  g_assert_true (ms_alerts_of (alerts, 3, -1, -1) == ms_alerts_at (alerts, 1)); /* the newest */
  g_assert_null (ms_alerts_of (alerts, 3, -1, 1));
  g_assert_null (ms_alerts_of (alerts, 3, 0, -1));
  g_assert_null (ms_alerts_of (alerts, 1, -1, -1));
  feed (alerts, 2, 2, EVEN, 0);
  g_assert_null (ms_alerts_of (alerts, 3, -1, -1)); /* all are over */
}

/* A soft layer's load is what the tokens take. It may collapse, and has nothing to drop or to miss. */
static void
test_soft (void)
{
  MsAlertLimits limits = limits_of (1);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  g_autoptr (MsRecord) record = record_of (1, EVEN, 30), without = record_of (2, WORSE, 0);
  const double use[4] = { 100, 1, 1, 0 };
  record->routing[0]->slots = without->routing[0]->slots = 4;
  record->routing[0]->use = g_memdup2 (use, sizeof use);
  g_assert_cmpint (ms_alerts_add (alerts, record), ==, 1);
  g_assert_true (newest (alerts)->kind == MS_ALERT_COLLAPSE && newest (alerts)->expert == 0);
  g_assert_cmpint (ms_alerts_add (alerts, without), ==, 0); /* nothing is known, so nothing is over */
  g_assert_cmpint (newest (alerts)->over, ==, -1);
}

/* Another model's layers are others: what was wrong is over, and the window begins anew. */
static void
test_other_layers (void)
{
  MsAlertLimits limits = limits_of (2);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  feed (alerts, 1, 2, DEAD_2, 0);
  for (gint64 step = 3; step <= 4; step++)
    {
      g_autoptr (MsRecord) record = record_of (step, DEAD_2, 0);
      record->routing[0]->member = 1;
      g_assert_cmpint (ms_alerts_add (alerts, record), ==, step == 4);
    }
  g_assert_cmpint (ms_alerts_at (alerts, 0)->over, ==, 3);
  g_assert_cmpint (newest (alerts)->member, ==, 1);
}

static void
test_limits (void)
{
  MsAlertLimits limits = limits_of (4);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  g_assert_cmpint (feed (alerts, 1, 1, EVEN, 0) + feed (alerts, 2, 4, DEAD_2, 0), ==, 0);
  limits.window = 3;
  ms_alerts_set_limits (alerts, &limits); /* keeps the three newest steps */
  g_assert_cmpint (feed (alerts, 5, 5, DEAD_2, 0), ==, 1);
  limits.window = 5;
  limits.dropped = 0.1;
  ms_alerts_set_limits (alerts, &limits);
  g_assert_cmpint (feed (alerts, 6, 6, EVEN, 40), ==, 0); /* 4 of 5 steps */
  g_assert_cmpint (feed (alerts, 7, 7, EVEN, 40), ==, 1); /* 80 of 200 */
  g_assert_cmpfloat_with_epsilon (newest (alerts)->value, 0.4, 1e-12);
}

/* However long it goes on, the list is bounded; what still is stays. */
static void
test_bounded (void)
{
  MsAlertLimits limits = limits_of (1);
  g_autoptr (MsAlerts) alerts = ms_alerts_new (&limits);
  gint64 step = 1;
  feed (alerts, step++, 1, (const int[]){ 20, 20, 0, 20 }, 0);
  for (int i = 0; i < MS_ALERTS_MOST + 10; i++)
    {
      feed (alerts, step, step, (const int[]){ 20, 0, 0, 20 }, 0);
      feed (alerts, step + 1, step + 1, (const int[]){ 20, 20, 0, 20 }, 0);
      step += 2;
    }
  g_assert_cmpint (ms_alerts_count (alerts), <=, MS_ALERTS_MOST);
  g_assert_true (ms_alerts_at (alerts, 0)->expert == 2 && ms_alerts_at (alerts, 0)->step == 1);
  g_assert_true (newest (alerts)->expert == 1 && newest (alerts)->over == step - 1);
}

static void
assert_words (MsAlert alert, int window, const char *expected)
{
  MsAlertLimits limits = limits_of (window);
  g_autofree char *words = ms_alert_words (&alert, &limits);
  g_assert_cmpstr (words, ==, expected);
}

static void
test_words (void)
{
  assert_words ((MsAlert){ MS_ALERT_DEAD, 25, -1, 3, -1, 5, 1600 }, 25,
                "expert 5 in block 3 got none of 1,600 assignments in 25 steps");
  assert_words ((MsAlert){ MS_ALERT_DEAD, 1, -1, 3, 1, 5, 1234567 }, 1,
                "expert 5 in block 3 of member 1 got none of 1,234,567 assignments in 1 step");
  assert_words ((MsAlert){ MS_ALERT_DROPPED, 25, -1, 3, -1, -1, 0.3333 }, 25,
                "block 3 dropped 33.3 % of its assignments in 25 steps");
  assert_words ((MsAlert){ MS_ALERT_COLLAPSE, 25, -1, 3, -1, 7, 0.21 }, 25,
                "block 3 collapsed: its load over 25 steps is worth 21.0 % of its experts, and expert 7 is the "
                "busiest");
  assert_words ((MsAlert){ MS_ALERT_NOT_FINITE, 12, -1, -1, -1, -1, NAN }, 25,
                "the loss or the gradient is no number after step 12");
  g_assert_cmpstr (ms_alert_name (MS_ALERT_NOT_FINITE), ==, "nan");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/alerts/defaults", test_defaults);
  g_test_add_func ("/metrics/alerts/window", test_window);
  g_test_add_func ("/metrics/alerts/dead-withheld", test_dead_withheld);
  g_test_add_func ("/metrics/alerts/collapse", test_collapse);
  g_test_add_func ("/metrics/alerts/hysteresis", test_hysteresis);
  g_test_add_func ("/metrics/alerts/dropped", test_dropped);
  g_test_add_func ("/metrics/alerts/not-finite", test_not_finite);
  g_test_add_func ("/metrics/alerts/truncate", test_truncate);
  g_test_add_func ("/metrics/alerts/copy", test_copy);
  g_test_add_func ("/metrics/alerts/of", test_of);
  g_test_add_func ("/metrics/alerts/soft", test_soft);
  g_test_add_func ("/metrics/alerts/other-layers", test_other_layers);
  g_test_add_func ("/metrics/alerts/limits", test_limits);
  g_test_add_func ("/metrics/alerts/bounded", test_bounded);
  g_test_add_func ("/metrics/alerts/words", test_words);
  return g_test_run ();
}
