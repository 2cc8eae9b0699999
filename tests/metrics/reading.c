/* SPDX-License-Identifier: MIT */

/* Readings of a record whose numbers were worked out by hand, and their text. */
#include "core/metrics/reading.h"

#include <math.h>
#include <string.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 5.1e-7)

static MsRouting *
add_layer (MsRecord *record, int block, int member, const int *load, const int *dropped, int E)
{
  MsRouting *routing = ms_routing_new (0, E, 1, 1);
  routing->layer = block;
  routing->member = member;
  memcpy (routing->load, load, (gsize)E * sizeof (int));
  memcpy (routing->dropped, dropped, (gsize)E * sizeof (int));
  record->routing = g_renew (MsRouting *, record->routing, record->n_routing + 1);
  record->routing[record->n_routing++] = routing;
  return routing;
}

/* Scalars only: block 1 has loads 10, 20, 30, 40 of which 0, 0, 3, 10 are dropped. */
static MsRecord *
scalars (void)
{
  MsRecord *record = ms_record_new ();
  record->loss = 1.5;
  record->task_loss = 1.25;
  record->train_error = 0.375;
  record->importance_loss = 0.2;
  record->load_loss = 0.05;
  record->gradient_norm = 0.75;
  record->learning_rate = 0.005;
  add_layer (record, 1, -1, (const int[]){ 10, 20, 30, 40 }, (const int[]){ 0, 0, 3, 10 }, 4);
  return record;
}

static double
value_of (const MsRecord *record, const char *text)
{
  g_autoptr (GError) error = NULL;
  MsReading reading;
  g_assert_true (ms_reading_parse (&reading, text, &error));
  g_assert_no_error (error);
  return ms_reading_value (&reading, record);
}

static void
test_run (void)
{
  g_autoptr (MsRecord) record = scalars ();
  g_assert_cmpfloat (value_of (record, "loss"), ==, 1.5);
  g_assert_cmpfloat (value_of (record, "task_loss"), ==, 1.25);
  g_assert_cmpfloat (value_of (record, "train_error"), ==, 0.375);
  g_assert_cmpfloat (value_of (record, "importance_loss"), ==, 0.2);
  g_assert_cmpfloat (value_of (record, "load_loss"), ==, 0.05);
  g_assert_cmpfloat (value_of (record, "gradient_norm"), ==, 0.75);
  g_assert_cmpfloat (value_of (record, "learning_rate"), ==, 0.005);
  g_assert_true (isnan (value_of (record, "test_error")));
  record->evaluation = g_new (MsEvaluation, 1);
  *record->evaluation = (MsEvaluation){ .error = 0.03, .nll = 0.11, .ece = 0.02, .brier = 0.5 };
  g_assert_cmpfloat (value_of (record, "test_error"), ==, 0.03);
  g_assert_cmpfloat (value_of (record, "test_nll"), ==, 0.11);
  g_assert_cmpfloat (value_of (record, "test_ece"), ==, 0.02);
}

/* N = 100, shares 0.1 to 0.4: figures as in tests/metrics/load.c. */
static void
test_layer (void)
{
  g_autoptr (MsRecord) record = scalars ();
  assert_near (value_of (record, "max_violation@1"), 0.6);
  assert_near (value_of (record, "cv@1"), 0.447214);
  assert_near (value_of (record, "load_entropy@1"), 1.279854);
  assert_near (value_of (record, "dropped@1"), 0.13);
  g_assert_cmpfloat (value_of (record, "dead@1"), ==, 0);
  assert_near (value_of (record, "share@1:3"), 0.4);
  assert_near (value_of (record, "share@1:0"), 0.1);
  assert_near (value_of (record, "expert_dropped@1:3"), 0.25);
  assert_near (value_of (record, "expert_dropped@1:2"), 0.1);
  record->routing[0]->load[0] = 0;
  g_assert_cmpfloat (value_of (record, "dead@1"), ==, 1);
  g_assert_true (isnan (value_of (record, "expert_dropped@1:0")));
}

/* What a record lacks is no number. */
static void
test_absent (void)
{
  g_autoptr (MsRecord) record = scalars ();
  static const char *const none[] = { "max_violation@0", "share@1:4", "share@2:0", "max_violation@1.0",
                                      "gate_entropy@1", "disagreement", "dropped@3" };
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_true (isnan (value_of (record, none[i])));
  memset (record->routing[0]->load, 0, 4 * sizeof (int));
  static const char *const empty[] = { "max_violation@1", "cv@1", "load_entropy@1", "dropped@1", "dead@1",
                                       "share@1:0" };
  for (gsize i = 0; i < G_N_ELEMENTS (empty); i++)
    g_assert_true (isnan (value_of (record, empty[i])));
  g_autoptr (MsRecord) nothing = ms_record_new ();
  g_assert_true (isnan (value_of (nothing, "loss")) && isnan (value_of (nothing, "share@1:0")));
}

/* A soft layer's load is how much the tokens take; its slots are all full, so that its counts say nothing. */
static void
test_soft (void)
{
  g_autoptr (MsRecord) record = ms_record_new ();
  MsRouting *soft = add_layer (record, 3, -1, (const int[]){ 8, 8 }, (const int[]){ 0, 0 }, 2);
  soft->slots = 4;
  g_assert_true (isnan (value_of (record, "share@3:1")) && isnan (value_of (record, "max_violation@3")));
  soft->use = g_new (double, 2);
  soft->use[0] = 2.5;
  soft->use[1] = 7.5;
  assert_near (value_of (record, "share@3:1"), 0.75);
  assert_near (value_of (record, "max_violation@3"), 0.5);
  assert_near (value_of (record, "cv@3"), 0.5);
  assert_near (value_of (record, "load_entropy@3"), 0.5623351446);
  g_assert_true (isnan (value_of (record, "dropped@3")) && isnan (value_of (record, "dead@3")));
  g_assert_true (isnan (value_of (record, "expert_dropped@3:0")));
}

/* Members of a deep ensemble have layers of their own. */
static void
test_members (void)
{
  g_autoptr (MsRecord) record = ms_record_new ();
  add_layer (record, 1, 0, (const int[]){ 1, 3 }, (const int[]){ 0, 0 }, 2);
  add_layer (record, 1, 1, (const int[]){ 4, 1 }, (const int[]){ 2, 0 }, 2);
  assert_near (value_of (record, "share@1.0:0"), 0.25);
  assert_near (value_of (record, "share@1.1:0"), 0.8);
  assert_near (value_of (record, "dropped@1.1"), 0.4);
  assert_near (value_of (record, "expert_dropped@1.1:0"), 0.5);
  g_assert_true (isnan (value_of (record, "share@1:0")) && isnan (value_of (record, "share@1.2:0")));
}

static void
test_batch (void)
{
  g_autoptr (MsRecord) record = ms_record_new ();
  const int none[2] = { 0 };
  const float probs[] = { 0.5f, 0.5f, 1, 0, 0.25f, 0.75f }, said[] = { 1, 0, 0.5f, 0.5f, 0, 1, 0.5f, 0.5f };
  MsRouting *routing = add_layer (record, 1, -1, none, none, 2);
  routing->T = 3;
  routing->probs = g_memdup2 (probs, sizeof probs);
  assert_near (value_of (record, "gate_entropy@1"), (0.6931471806 + 0 + 0.5623351446) / 3);
  /* Of two examples the members disagree wholly about the first and not at all about the second. */
  record->predictions = ms_predictions_new (2, 2, 2);
  memcpy (record->predictions->probs, said, sizeof said);
  assert_near (value_of (record, "disagreement"), G_LN2 / 2);
  record->predictions->M = 1;
  g_assert_true (isnan (value_of (record, "disagreement")));
}

static void
test_round_trip (void)
{
  for (int id = 0; id < MS_N_READINGS; id++)
    for (int member = -1; member < 2; member++)
      {
        MsReadingScope scope = ms_reading_scope ((MsReadingId)id);
        MsReading reading = { (MsReadingId)id, -1, -1, -1 }, back = { 0, 7, 7, 7 };
        if (scope != MS_OF_RUN)
          {
            reading.block = 12;
            reading.member = member;
          }
        if (scope == MS_OF_EXPERT)
          reading.expert = 345;
        g_autofree char *text = ms_reading_to_text (&reading);
        g_assert_true (ms_reading_parse (&back, text, NULL));
        g_assert_true (ms_reading_equal (&reading, &back));
        g_assert_true (*ms_reading_title (id) != '\0' && *ms_reading_help (id) != '\0');
      }
  MsReading a, b;
  g_assert_true (ms_reading_parse (&a, " share@3.1:5 ", NULL) && ms_reading_parse (&b, "share@3:5", NULL));
  g_assert_true (a.block == 3 && a.member == 1 && a.expert == 5 && b.member == -1 && !ms_reading_equal (&a, &b));
}

static void
assert_refused (const char *text, const char *says)
{
  g_autoptr (GError) error = NULL;
  MsReading reading = { MS_READING_LOSS, -1, -1, -1 };
  g_assert_false (ms_reading_parse (&reading, text, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_false (g_str_has_suffix (error->message, "."));
  g_assert_true (reading.id == MS_READING_LOSS && reading.block == -1);
}

static void
test_refused (void)
{
  assert_refused ("los", "no reading \"los\": it must be one of loss, task_loss,");
  assert_refused ("", "no reading \"\"");
  assert_refused ("loss@1", "loss is one number of the run");
  assert_refused ("max_violation", "as in max_violation@3");
  assert_refused ("max_violation@", "as in max_violation@3");
  assert_refused ("max_violation@1:2", "as in max_violation@3");
  assert_refused ("max_violation@-1", "as in max_violation@3");
  assert_refused ("cv@1x", "as in cv@3");
  assert_refused ("cv@1.", "as in cv@3");
  assert_refused ("share@3", "as in share@3:5");
  assert_refused ("share@3:", "as in share@3:5");
  assert_refused ("share@3:99999999999999999999", "as in share@3:5");
  assert_refused ("share@3:1000000", "as in share@3:5");
  assert_refused ("share@3:5:1", "as in share@3:5");
}

static void
assert_check_refused (const MsRecord *record, const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  MsReading reading;
  g_assert_true (ms_reading_parse (&reading, text, NULL));
  g_assert_false (ms_reading_check (&reading, record, &error));
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_check (void)
{
  g_autoptr (MsRecord) record = scalars (), deep = ms_record_new (), dense = ms_record_new ();
  MsReading reading;
  assert_check_refused (record, "max_violation@7", "max_violation@7: there is no routed block 7; there are 1");
  assert_check_refused (record, "share@1:4", "share@1:4: there is no expert 4 in block 1; there are 0 to 3");
  assert_check_refused (dense, "cv@1", "cv@1: there is no routed block 1; there are none");
  add_layer (deep, 1, 0, (const int[]){ 1 }, (const int[]){ 0 }, 1);
  add_layer (deep, 1, 1, (const int[]){ 1 }, (const int[]){ 0 }, 1);
  assert_check_refused (deep, "cv@1.2", "cv@1.2: there is no routed block 1 of member 2; there are 1.0, 1.1");
  g_assert_true (ms_reading_parse (&reading, "share@1:3", NULL) && ms_reading_check (&reading, record, NULL));
  g_assert_true (ms_reading_parse (&reading, "loss", NULL) && ms_reading_check (&reading, dense, NULL));
}

static void
assert_format (MsReadingId id, double value, const char *expected)
{
  g_autofree char *text = ms_reading_format (id, value);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_words (void)
{
  MsReading reading;
  g_assert_true (ms_reading_parse (&reading, "share@3:5", NULL));
  g_autofree char *expert = ms_reading_words (&reading);
  g_assert_cmpstr (expert, ==, "load, expert 5, block 3");
  g_assert_true (ms_reading_parse (&reading, "max_violation@3.1", NULL));
  g_autofree char *layer = ms_reading_words (&reading);
  g_assert_cmpstr (layer, ==, "max violation, block 3, member 1");
  g_assert_true (ms_reading_parse (&reading, "test_nll", NULL));
  g_autofree char *run = ms_reading_words (&reading);
  g_assert_cmpstr (run, ==, "test NLL");
  assert_format (MS_READING_SHARE, 0.10449, "10.4 %");
  assert_format (MS_READING_TRAIN_ERROR, 1, "100.0 %");
  assert_format (MS_READING_CV, 0.11153, "0.112");
  assert_format (MS_READING_DEAD, 3, "3");
  assert_format (MS_READING_LOSS, 12345.6, "12346");
  assert_format (MS_READING_LOSS, 999.7, "1000");
  assert_format (MS_READING_LEARNING_RATE, 1.25e-6, "1.25e-6");
  assert_format (MS_READING_GRADIENT_NORM, INFINITY, "∞");
  assert_format (MS_READING_SHARE, NAN, "–");
  assert_format (MS_READING_LOSS, NAN, "–");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/reading/run", test_run);
  g_test_add_func ("/metrics/reading/layer", test_layer);
  g_test_add_func ("/metrics/reading/absent", test_absent);
  g_test_add_func ("/metrics/reading/soft", test_soft);
  g_test_add_func ("/metrics/reading/members", test_members);
  g_test_add_func ("/metrics/reading/batch", test_batch);
  g_test_add_func ("/metrics/reading/round-trip", test_round_trip);
  g_test_add_func ("/metrics/reading/refused", test_refused);
  g_test_add_func ("/metrics/reading/check", test_check);
  g_test_add_func ("/metrics/reading/words", test_words);
  return g_test_run ();
}
