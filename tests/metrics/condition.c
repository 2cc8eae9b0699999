/* SPDX-License-Identifier: MIT */

#include "core/metrics/condition.h"

#include <math.h>
#include <string.h>

static MsCondition
condition_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  MsCondition condition;
  g_assert_true (ms_condition_parse (&condition, text, &error));
  g_assert_no_error (error);
  return condition;
}

static bool
comes_true (const char *text, double before, double now)
{
  MsCondition condition = condition_of (text);
  g_autoptr (MsRecord) first = ms_record_new (), second = ms_record_new ();
  first->loss = before;
  second->loss = now;
  return ms_condition_comes_true (&condition, second, first, NULL, 0);
}

static void
test_crossing (void)
{
  g_assert_true (comes_true ("loss<0.5", 0.6, 0.4));
  g_assert_false (comes_true ("loss<0.5", 0.4, 0.3)); /* it held before */
  g_assert_false (comes_true ("loss<0.5", 0.6, 0.5)); /* the limit itself is not below it */
  g_assert_true (comes_true ("loss<0.5", 0.5, 0.4));
  g_assert_false (comes_true ("loss<0.5", 0.4, 0.6));
  g_assert_true (comes_true ("loss>0.5", 0.4, 0.6));
  g_assert_false (comes_true ("loss>0.5", 0.4, 0.5));
  g_assert_true (comes_true ("loss>0.5", 0.5, 0.6));
  g_assert_false (comes_true ("loss>0.5", 0.6, 0.7));
  g_assert_true (comes_true ("loss<0.5", NAN, 0.4)); /* an evaluation that was not there before */
  g_assert_false (comes_true ("loss<0.5", 0.6, NAN));
  g_assert_false (comes_true ("loss>0.5", 0.4, NAN));
}

/* What holds from the start has not come true. */
static void
test_first (void)
{
  MsCondition condition = condition_of ("loss<0.5");
  g_autoptr (MsRecord) record = ms_record_new ();
  record->loss = 0.1;
  g_assert_false (ms_condition_comes_true (&condition, record, NULL, NULL, 0));
}

static void
test_alerts (void)
{
  MsCondition dead = condition_of ("dead"), any = condition_of (" alert ");
  const MsAlert dropped = { .kind = MS_ALERT_DROPPED }, died = { .kind = MS_ALERT_DEAD };
  const MsAlert both[] = { dropped, died };
  g_autoptr (MsRecord) record = ms_record_new ();
  g_assert_false (ms_condition_comes_true (&dead, record, NULL, NULL, 0));
  g_assert_false (ms_condition_comes_true (&any, record, record, NULL, 0));
  g_assert_false (ms_condition_comes_true (&dead, record, record, &dropped, 1));
  g_assert_true (ms_condition_comes_true (&any, record, record, &dropped, 1));
  g_assert_true (ms_condition_comes_true (&dead, record, record, both, 2));
  g_assert_true (ms_condition_comes_true (&dead, record, NULL, &died, 1));
}

static void
test_round_trip (void)
{
  static const char *const texts[] = { "test_error<0.03", "max_violation@3>2", "share@3:5<0.01", "cv@1.0>1e-8",
                                       "loss<-1.5", "dead", "alert" };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      MsCondition condition = condition_of (texts[i]);
      g_autofree char *text = ms_condition_to_text (&condition);
      MsCondition back = condition_of (text);
      g_assert_cmpstr (text, ==, texts[i]);
      g_assert_true (ms_condition_equal (&condition, &back));
    }
  MsCondition spaced = condition_of (" test_error < 0.03 "), plain = condition_of ("test_error<0.03");
  MsCondition above = condition_of ("test_error>0.03"), other = condition_of ("test_error<0.04");
  g_assert_true (ms_condition_equal (&spaced, &plain));
  g_assert_false (ms_condition_equal (&above, &plain) || ms_condition_equal (&other, &plain));
}

static void
assert_refused (const char *text, const char *says)
{
  g_autoptr (GError) error = NULL;
  MsCondition condition = condition_of ("alert");
  g_assert_false (ms_condition_parse (&condition, text, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_true (condition.when == MS_WHEN_ALERT);
}

static void
test_refused (void)
{
  assert_refused ("", "\"\" is no condition: it must be dead, alert, or a reading");
  assert_refused ("died", "\"died\" is no condition");
  assert_refused ("loss", "\"loss\" is no condition");
  assert_refused ("loss<", "after < must come a number, as in loss<0.5");
  assert_refused ("loss<=3", "after < must come a number");
  assert_refused ("loss>nan", "after > must come a number");
  assert_refused ("loss>1 2", "after > must come a number");
  assert_refused ("<0.5", "no reading \"\"");
  assert_refused ("share@3<0.5", "as in share@3:5");
}

static void
assert_words (const char *text, const char *expected)
{
  MsCondition condition = condition_of (text);
  g_autofree char *words = ms_condition_words (&condition);
  g_assert_cmpstr (words, ==, expected);
}

static void
test_words (void)
{
  assert_words ("test_error<0.03", "test error below 3 %");
  assert_words ("train_error>0.07", "training error above 7 %");
  assert_words ("max_violation@3>2", "max violation, block 3, above 2");
  assert_words ("share@3:5<0.0125", "load, expert 5, block 3, below 1.25 %");
  assert_words ("loss<1.23456789", "loss below 1.23456789");
  assert_words ("dead", "an expert dies");
  assert_words ("alert", "any alert");
}

static void
test_needs (void)
{
  MsCondition entropy = condition_of ("gate_entropy@1<0.5"), mutual = condition_of ("disagreement>0.1");
  MsCondition loss = condition_of ("loss<1"), dead = condition_of ("dead");
  g_autoptr (MsRecord) record = ms_record_new ();
  g_autoptr (GError) error = NULL;
  g_assert_true (ms_condition_needs_batch (&entropy) && ms_condition_needs_batch (&mutual));
  g_assert_false (ms_condition_needs_batch (&loss) || ms_condition_needs_batch (&dead));
  g_assert_true (ms_condition_check (&loss, record, NULL) && ms_condition_check (&dead, record, NULL));
  g_assert_false (ms_condition_check (&entropy, record, &error));
  g_assert_cmpstr (error->message, ==, "gate_entropy@1: there is no routed block 1; there are none");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/condition/crossing", test_crossing);
  g_test_add_func ("/metrics/condition/first", test_first);
  g_test_add_func ("/metrics/condition/alerts", test_alerts);
  g_test_add_func ("/metrics/condition/round-trip", test_round_trip);
  g_test_add_func ("/metrics/condition/refused", test_refused);
  g_test_add_func ("/metrics/condition/words", test_words);
  g_test_add_func ("/metrics/condition/needs", test_needs);
  return g_test_run ();
}
