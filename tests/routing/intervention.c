/* SPDX-License-Identifier: MIT */

/* Interventions as text: round trips, words, refusals, sets and controls. */

#include "core/routing/intervention.h"

static MsIntervention
parsed (const char *text)
{
  MsIntervention intervention;
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_intervention_parse (&intervention, text, &error));
  g_assert_no_error (error);
  return intervention;
}

/* As written, as it is written back, and in words. */
static const char *const texts[][3] = {
  { "mask:1:3", "mask:1:3", "mask expert 3 in block 1" },
  { " mask:1.2:3 ", "mask:1.2:3", "mask expert 3 in block 1 of member 2" },
  { "force:1:3", "force:1:3", "force all tokens to expert 3 in block 1" },
  { "force:1:3:token=5", "force:1:3:token=5", "force token 5 of every example to expert 3 in block 1" },
  { "force:1:3:label=7:token=5", "force:1:3:token=5:label=7", "force token 5 of class 7 to expert 3 in block 1" },
  { "force:1:3:label=7", "force:1:3:label=7", "force all tokens of class 7 to expert 3 in block 1" },
  { "force:0:1:margin=4", "force:0:1", "force all tokens to expert 1 in block 0" },
  { "force:0:1:margin=0.5", "force:0:1:margin=0.5", "force all tokens to expert 1 in block 0 with margin 0.5" },
  { "bias:1:3:1.50", "bias:1:3:1.5", "bias +1.5 on expert 3 in block 1" },
  { "bias:1:3:-2", "bias:1:3:-2", "bias -2 on expert 3 in block 1" },
  { "freeze:3", "freeze:3", "freeze the router in block 3" },
  { "freeze:3.1", "freeze:3.1", "freeze the router in block 3 of member 1" },
  { "swap:1:3,5", "swap:1:3,5", "swap experts 3 and 5 in block 1" },
  { "clone:1:3,5", "clone:1:3,5", "clone expert 3 to expert 5 in block 1" },
};

static void
test_round_trips (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      MsIntervention first = parsed (texts[i][0]), second;
      g_autofree char *text = ms_intervention_to_text (&first), *words = ms_intervention_words (&first);

      g_assert_cmpstr (text, ==, texts[i][1]);
      g_assert_cmpstr (words, ==, texts[i][2]);
      second = parsed (text);
      g_assert_true (ms_intervention_equal (&first, &second));
    }
}

static void
test_fields (void)
{
  MsIntervention force = parsed ("force:2.1:3:token=5:label=7:margin=2.5"), mask = parsed ("mask:1:3");

  g_assert_cmpint (force.kind, ==, MS_INTERVENE_FORCE);
  g_assert_cmpint (force.block, ==, 2);
  g_assert_cmpint (force.member, ==, 1);
  g_assert_cmpint (force.expert, ==, 3);
  g_assert_cmpint (force.other, ==, -1);
  g_assert_cmpint (force.token, ==, 5);
  g_assert_cmpint (force.label, ==, 7);
  g_assert_cmpfloat (force.value, ==, 2.5);
  g_assert_cmpint (mask.member, ==, -1);
  g_assert_cmpint (mask.token, ==, -1);
  g_assert_cmpfloat (mask.value, ==, 0);
}

/* What is wrong, and a part of what is said about it: what was found, and what would be right. */
static const char *const refusals[][3] = {
  { "", "\"\"", "mask, force, bias, freeze, swap, clone" },
  { "musk:1:3", "musk", "was mask meant?" },
  { "mask", "names no block", "mask:1:3" },
  { "mask:one:3", "one", "BLOCK" },
  { "mask:1.x:3", "1.x", "BLOCK.MEMBER" },
  { "mask:1", "ends too early", "mask:BLOCK:EXPERT" },
  { "mask:1:-3", "-3", "counted from 0" },
  { "mask:1:3:4", "\"4\" is too much", "mask:BLOCK:EXPERT" },
  { "mask:1:99999999999", "99999999999", "number of an expert" },
  { "freeze:1:2", "\"2\" is too much", "freeze:BLOCK" },
  { "bias:1:3", "ends too early", "bias:1:3:1.5" },
  { "bias:1:3:much", "much", "-10000 to 10000" },
  { "bias:1:3:nan", "nan", "-10000 to 10000" },
  { "bias:1:3:1e9", "1e9", "-10000 to 10000" },
  { "force:1:3:five", "five", "token=" },
  { "force:1:3:token=5:token=6", "token=6", "twice" },
  { "force:1:3:label=-1", "label=-1", "whole number" },
  { "force:1:3:margin=0", "margin=0", "above 0" },
  { "swap:1:3", "\"3\"", "swap:1:3,5" },
  { "swap:1:3,3", "3,3", "same expert twice" },
  { "clone:1:3,4,5", "3,4,5", "clone:1:3,5" },
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      MsIntervention intervention = { .block = 77 };
      g_autoptr (GError) error = NULL;

      g_assert_false (ms_intervention_parse (&intervention, refusals[i][0], &error));
      g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
      g_assert_cmpint (intervention.block, ==, 77);
      g_assert_nonnull (strstr (error->message, refusals[i][1]));
      g_assert_nonnull (strstr (error->message, refusals[i][2]));
      g_assert_false (g_str_has_suffix (error->message, "."));
    }
}

static void
test_sets (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsInterventions) set = ms_interventions_parse (" mask:1:3  bias:1:2:1\tfreeze:1 ", &error);
  const MsIntervention stronger = parsed ("bias:1:2:5"), mask = parsed ("mask:1:3"), another = parsed ("mask:1:4");
  g_autoptr (MsInterventions) with = ms_interventions_with (set, &stronger);
  g_autoptr (MsInterventions) without = ms_interventions_without (with, &mask);
  g_autoptr (MsInterventions) same = ms_interventions_without (set, &another);
  g_autoptr (MsInterventions) none = ms_interventions_parse ("", NULL);
  g_autofree char *text = ms_interventions_to_text (set), *changed = ms_interventions_to_text (with);
  g_autofree char *words = ms_interventions_words (without), *empty = ms_interventions_to_text (none);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "mask:1:3 bias:1:2:1 freeze:1");
  g_assert_cmpstr (changed, ==, "mask:1:3 bias:1:2:5 freeze:1");
  g_assert_cmpstr (words, ==, "bias +5 on expert 2 in block 1; freeze the router in block 1");
  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpint (ms_interventions_count (set), ==, 3);
  g_assert_cmpint (ms_interventions_at (set, 1)->expert, ==, 2);
  g_assert_true (ms_interventions_equal (set, same));
  g_assert_false (ms_interventions_equal (set, with));
  g_assert_false (ms_interventions_equal (set, none));
}

static void
test_bad_sets (void)
{
  g_autoptr (GError) edit = NULL, unknown = NULL;

  g_assert_null (ms_interventions_parse ("mask:1:3 swap:1:3,5", &edit));
  g_assert_nonnull (strstr (edit->message, "swap:1:3,5"));
  g_assert_null (ms_interventions_parse ("mask:1:3 nothing", &unknown));
  g_assert_nonnull (strstr (unknown->message, "nothing"));
}

/* Every other expert is drawn, each about as often; what the intervention names is not. */
static void
test_control (void)
{
  const MsIntervention mask = parsed ("mask:1:3"), swap = parsed ("swap:1:3,0"), freeze = parsed ("freeze:1");
  int drawn[6] = { 0 };
  MsIntervention control, again;

  for (guint64 seed = 0; seed < 6000; seed++)
    {
      g_assert_true (ms_intervention_control (&swap, 6, seed, &control));
      g_assert_cmpint (control.other, ==, 0);
      g_assert_true (control.expert != 3 && control.expert != 0);
      g_assert_true (ms_intervention_control (&mask, 6, seed, &control));
      g_assert_true (ms_intervention_control (&mask, 6, seed, &again));
      g_assert_true (ms_intervention_equal (&control, &again));
      drawn[control.expert]++;
    }
  for (int e = 0; e < 6; e++)
    if (e == 3)
      g_assert_cmpint (drawn[e], ==, 0);
    else
      g_assert_cmpint (ABS (drawn[e] - 1200), <, 150);
  g_assert_true (ms_intervention_control (&mask, 4, 1, &control));
  g_assert_false (ms_intervention_control (&mask, 1, 1, &control));
  g_assert_false (ms_intervention_control (&swap, 2, 1, &control));
  g_assert_false (ms_intervention_control (&freeze, 6, 1, &control));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/intervention/round-trips", test_round_trips);
  g_test_add_func ("/routing/intervention/fields", test_fields);
  g_test_add_func ("/routing/intervention/refusals", test_refusals);
  g_test_add_func ("/routing/intervention/sets", test_sets);
  g_test_add_func ("/routing/intervention/bad-sets", test_bad_sets);
  g_test_add_func ("/routing/intervention/control", test_control);
  return g_test_run ();
}
