/* SPDX-License-Identifier: MIT */

#include "core/metrics/reading-series.h"

#include <math.h>
#include <string.h>

static MsReading
reading_of (const char *text)
{
  MsReading reading;
  g_assert_true (ms_reading_parse (&reading, text, NULL));
  return reading;
}

/* Loss @step, gradient norm 2 @step; block 3: loads step, 10, of which 0, 5 are dropped. */
static MsRecord *
record_of (gint64 step)
{
  MsRecord *record = ms_record_new ();
  MsRouting *routing = ms_routing_new (0, 2, 1, 1);
  record->step = step;
  record->loss = (double)step;
  record->gradient_norm = 2.0 * (double)step;
  record->n_routing = 1;
  record->routing = g_new (MsRouting *, 1);
  record->routing[0] = routing;
  routing->layer = 3;
  routing->load[0] = (int)step;
  routing->load[1] = 10;
  routing->dropped[1] = 5;
  return record;
}

static void
feed (MsReadingSeries *series, MsHistory *history, gint64 from, gint64 to)
{
  for (gint64 step = from; step <= to; step++)
    {
      g_autoptr (MsRecord) record = record_of (step);
      if (series != NULL)
        ms_reading_series_add (series, record);
      if (history != NULL)
        ms_history_add (history, record);
    }
}

static void
test_thinning (void)
{
  MsReading reading = reading_of ("loss");
  g_autoptr (MsReadingSeries) series = ms_reading_series_new (&reading, 4);
  feed (series, NULL, 1, 4);
  g_assert_true (series->n == 4 && series->stride == 1 && series->value[3] == 4);
  feed (series, NULL, 5, 5); /* 1.5 3.5 5 */
  g_assert_true (series->n == 3 && series->stride == 2);
  g_assert_true (series->value[0] == 1.5 && series->value[1] == 3.5 && series->value[2] == 5);
  g_assert_true (series->last_step[1] == 4 && series->last_step[2] == 5);
  feed (series, NULL, 6, 9); /* 2.5 6.5 9 */
  g_assert_true (series->n == 3 && series->stride == 4 && series->value[1] == 6.5 && series->value[2] == 9);
  feed (series, NULL, 3, 9); /* known already */
  g_assert_true (series->n == 3 && series->value[2] == 9 && series->records[2] == 1);
  feed (series, NULL, 10, 11);
  g_assert_true (series->n == 3 && series->value[2] == 10 && series->records[2] == 3);
}

static void
test_truncate (void)
{
  MsReading reading = reading_of ("loss");
  g_autoptr (MsReadingSeries) series = ms_reading_series_new (&reading, 4);
  feed (series, NULL, 1, 5);
  ms_reading_series_truncate (series, 4);
  g_assert_true (series->n == 2 && series->stride == 2);
  ms_reading_series_truncate (series, 1); /* 1.5 is of step 2, too */
  g_assert_true (series->n == 0 && series->stride == 1);
  feed (series, NULL, 2, 2);
  g_assert_true (series->n == 1 && series->value[0] == 2);
}

static void
test_absent (void)
{
  MsReading layer = reading_of ("cv@9"), batch = reading_of ("disagreement");
  g_autoptr (MsReadingSeries) gaps = ms_reading_series_new (&layer, 4), none = ms_reading_series_new (&batch, 4);
  feed (gaps, NULL, 1, 3);
  feed (none, NULL, 1, 3);
  g_assert_true (gaps->n == 3 && isnan (gaps->value[0]));
  g_assert_cmpint (none->n, ==, 0);
}

/* What a history tells is what its records tell, as far as it can. */
static void
test_refill (void)
{
  static const char *const told[] = { "loss", "share@3:0", "expert_dropped@3:1", "dropped@3", "max_violation@3", "cv@3",
                                      "load_entropy@3", "dead@3", "share@3:2", "cv@4" };
  g_autoptr (MsHistory) history = ms_history_new (8);
  feed (NULL, history, 1, 6);
  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      MsReading reading = reading_of (told[i]);
      g_autoptr (MsReadingSeries) direct = ms_reading_series_new (&reading, 8);
      g_autoptr (MsReadingSeries) refilled = ms_reading_series_new (&reading, 8);
      feed (direct, NULL, 1, 6);
      g_assert_true (ms_reading_series_refill (refilled, history, NULL));
      if (isnan (direct->value[0])) /* there is no such layer or expert */
        g_assert_cmpint (refilled->n, ==, 0);
      else
        g_assert_cmpint (refilled->n, ==, 6);
      for (int p = 0; p < refilled->n; p++)
        {
          g_assert_cmpfloat_with_epsilon (refilled->value[p], direct->value[p], 1e-6);
          g_assert_cmpint (refilled->last_step[p], ==, direct->last_step[p]);
        }
    }
  MsReading norm = reading_of ("gradient_norm");
  g_autoptr (MsReadingSeries) kept = ms_reading_series_new (&norm, 8);
  feed (kept, NULL, 1, 2);
  g_assert_false (ms_reading_series_refill (kept, history, NULL));
  g_assert_true (kept->n == 2 && kept->value[1] == 4);
}

static void
test_refill_merged (void)
{
  MsReading loss = reading_of ("loss"), dropped = reading_of ("dropped@3"), cv = reading_of ("cv@3");
  g_autoptr (MsReadingSeries) losses = ms_reading_series_new (&loss, 8);
  g_autoptr (MsReadingSeries) shares = ms_reading_series_new (&dropped, 8), cvs = ms_reading_series_new (&cv, 8);
  g_autoptr (MsHistory) history = ms_history_new (4);
  feed (NULL, history, 1, 5); /* steps 1-2, 3-4, 5 */
  g_assert_true (ms_reading_series_refill (losses, history, NULL) && ms_reading_series_refill (shares, history, NULL));
  g_assert_true (losses->n == 3 && losses->value[0] == 1.5 && losses->value[2] == 5 && losses->records[0] == 2);
  g_assert_cmpfloat_with_epsilon (shares->value[0], 5 / 11.5, 1e-6);
  g_assert_true (ms_reading_series_refill (cvs, history, NULL));
  g_assert_true (isnan (cvs->value[0]) && isnan (cvs->value[1]) && !isnan (cvs->value[2]));
}

/* Points of a thinned history fill a shorter series evenly. */
static void
test_refill_short (void)
{
  MsReading loss = reading_of ("loss");
  g_autoptr (MsReadingSeries) series = ms_reading_series_new (&loss, 4);
  g_autoptr (MsHistory) history = ms_history_new (8);
  feed (NULL, history, 1, 16); /* eight points of two steps each */
  g_assert_cmpint (history->n_points, ==, 8);
  g_assert_true (ms_reading_series_refill (series, history, NULL));
  g_assert_true (series->n == 4 && series->stride == 4);
  for (int i = 0; i < 4; i++)
    g_assert_true (series->records[i] == 4 && series->value[i] == 4 * i + 2.5);
}

static void
test_refill_soft (void)
{
  MsReading dropped = reading_of ("dropped@3"), share = reading_of ("share@3:0");
  g_autoptr (MsReadingSeries) lost = ms_reading_series_new (&dropped, 8), part = ms_reading_series_new (&share, 8);
  g_autoptr (MsHistory) history = ms_history_new (4);
  g_autoptr (MsRecord) soft = record_of (1);
  soft->routing[0]->slots = 2;
  feed (NULL, history, 1, 3);
  g_assert_false (ms_reading_series_refill (lost, history, soft));
  g_assert_true (ms_reading_series_refill (part, history, soft));
  g_assert_cmpint (part->n, ==, 3);
}

static void
test_refill_test (void)
{
  MsReading reading = reading_of ("test_error");
  g_autoptr (MsReadingSeries) series = ms_reading_series_new (&reading, 8);
  g_autoptr (MsHistory) history = ms_history_new (8);
  for (gint64 step = 1; step <= 4; step++)
    {
      g_autoptr (MsRecord) record = record_of (step);
      if (step >= 2)
        {
          record->evaluation = g_new0 (MsEvaluation, 1);
          record->evaluation->step = step < 4 ? 2 : 4;
          record->evaluation->error = step < 4 ? 0.5 : 0.25;
        }
      ms_history_add (history, record);
    }
  g_assert_true (ms_reading_series_refill (series, history, NULL));
  g_assert_true (isnan (series->value[0]) && series->value[1] == 0.5 && series->value[2] == 0.5);
  g_assert_true (series->value[3] == 0.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/reading-series/thinning", test_thinning);
  g_test_add_func ("/metrics/reading-series/truncate", test_truncate);
  g_test_add_func ("/metrics/reading-series/absent", test_absent);
  g_test_add_func ("/metrics/reading-series/refill", test_refill);
  g_test_add_func ("/metrics/reading-series/refill-merged", test_refill_merged);
  g_test_add_func ("/metrics/reading-series/refill-short", test_refill_short);
  g_test_add_func ("/metrics/reading-series/refill-soft", test_refill_soft);
  g_test_add_func ("/metrics/reading-series/refill-test", test_refill_test);
  return g_test_run ();
}
