/* SPDX-License-Identifier: MIT */

/* The parameter table agrees with its enum, its own ranges and the choices' names; values are read as promised. */
#include "core/base/number.h"
#include "core/tasks/dataset.h"
#include "core/train/choices.h"
#include "core/train/experiment.h"
#include <math.h>
#include <string.h>

/* "ROUTING_CAPACITY_FACTOR" -> "routing.capacity_factor": the enum's names are the keys. */
static void
test_rows_follow_enum (void)
{
#define MS_KEY_NAME(name) #name,
  static const char *const names[] = { MS_KEYS (MS_KEY_NAME) };
  g_assert_cmpint (ms_keys_count (), ==, (int) G_N_ELEMENTS (names));
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      g_autofree char *expected = g_ascii_strdown (names[i], -1);
      *strchr (expected, '_') = '.';
      g_assert_cmpstr (key->key, ==, expected);
      g_assert_cmpint (key->id, ==, i);
      g_assert_true (ms_key_find (expected) == key);
    }
}

static void
test_rows_are_whole (void)
{
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      g_autofree char *value = ms_key_parse (key, key->fallback, NULL);
      g_assert_cmpstr (value, ==, key->fallback); /* defaults are in range and in canonical form */
      g_assert_true (key->label != NULL && strlen (key->label) <= 24);
      g_assert_true (key->help != NULL && !g_str_has_suffix (key->help, ".") && strchr (key->help, '\n') == NULL);
      g_assert_cmpint (strlen (key->help), <=, 120);
      g_assert_true ((key->type == MS_TYPE_CHOICE) == (key->choices != NULL));
      if (key->type == MS_TYPE_INT || key->type == MS_TYPE_REAL)
        g_assert_cmpfloat (key->min, <, key->max);
    }
}

static void
test_groups_stand_together (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const char *group = ms_key_at (i)->group;
      bool starts = i == 0 || strcmp (ms_key_at (i - 1)->group, group) != 0;
      g_assert_true (starts == g_hash_table_add (seen, (gpointer) group));
      g_assert_true (g_ascii_strncasecmp (group, ms_key_at (i)->key, strlen (group)) == 0);
    }
}

static void
assert_parses (const char *name, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = ms_key_parse (ms_key_find (name), text, &error);
  g_assert_cmpstr (value, ==, expected);
  if (expected == NULL)
    {
      g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
      g_assert_nonnull (strstr (error->message, name));
      g_assert_false (g_str_has_suffix (error->message, "."));
    }
}

static void
test_values (void)
{
  assert_parses ("optimiser.learning_rate", "1e-3", "0.001");
  assert_parses ("optimiser.learning_rate", " 2.50E-2 ", "0.025");
  assert_parses ("optimiser.learning_rate", "0,001", NULL);
  assert_parses ("optimiser.learning_rate", "nan", NULL);
  assert_parses ("optimiser.learning_rate", "-1e-3", NULL);
  assert_parses ("optimiser.learning_rate", "1e999", NULL);
  assert_parses ("optimiser.learning_rate", "1e-3x", NULL);
  assert_parses ("optimiser.epsilon", "1e-08", "1e-8");
  assert_parses ("routing.noise", "-0", "0");
  assert_parses ("routing.k", "2", "2");
  assert_parses ("routing.k", "2e0", "2");
  assert_parses ("routing.k", "2.5", NULL);
  assert_parses ("routing.k", "0", NULL);
  assert_parses ("routing.k", "0x2", NULL);
  assert_parses ("routing.k", "", NULL);
  assert_parses ("routing.router", "top-k", "top-k");
  assert_parses ("routing.router", "topk", NULL);
  assert_parses ("routing.renormalise", "on", "true");
  assert_parses ("routing.renormalise", "0", "false");
  assert_parses ("routing.renormalise", "maybe", NULL);
  assert_parses ("task.path", "/a b/ü", "/a b/ü");
  assert_parses ("task.path", "\xff", NULL);
}

static void
test_message (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ms_key_parse (ms_key (MS_KEY_ROUTING_K), "99", &error));
  g_assert_cmpstr (error->message, ==, "routing.k = 99 is not possible: it must be a whole number from 1 to 64");
}

static void
test_nearest (void)
{
  g_assert_cmpstr (ms_key_nearest ("routing.kk")->key, ==, "routing.k");
  g_assert_cmpstr (ms_key_nearest ("optimizer.learning_rate")->key, ==, "optimiser.learning_rate");
  g_assert_cmpstr (ms_key_nearest ("learning_rate")->key, ==, "optimiser.learning_rate");
  g_assert_null (ms_key_nearest ("something.else.entirely"));
}

static void
test_choices (void)
{
  const MsKey *key = ms_key (MS_KEY_ROUTING_ROUTER);
  g_assert_cmpstr (key->choices[MS_CHOICE_ROUTER_TOP_K], ==, "top-k");
  g_assert_cmpstr (key->choices[MS_CHOICE_ROUTER_RANDOM], ==, "random");
  g_assert_null (key->choices[MS_CHOICE_ROUTER_RANDOM + 1]);
}

/* task.data offers what there are readers and generators for, in the same order; planes stand together. */
static void
test_data_choices (void)
{
  const MsDatasetKind *const *kinds = ms_dataset_kinds ();
  const char *const *choices = ms_key (MS_KEY_TASK_DATA)->choices;
  for (int i = 0; kinds[i] != NULL || choices[i] != NULL; i++)
    {
      g_assert_cmpstr (choices[i], ==, kinds[i] != NULL ? kinds[i]->name : NULL);
      g_assert_true (kinds[i]->plane == (i >= MS_CHOICE_DATA_SPIRALS && i <= MS_CHOICE_DATA_REGIMES));
      g_assert_true (kinds[i]->needs_path == (i >= MS_CHOICE_DATA_IDX));
    }
}

static void
assert_text (double value, const char *expected)
{
  char text[MS_NUMBER_SIZE];
  g_assert_cmpstr (ms_number_text (text, value), ==, expected);
}

static void
test_numbers (void)
{
  assert_text (0, "0");
  assert_text (0.1, "0.1");
  assert_text (0.1 + 0.2, "0.30000000000000004");
  assert_text (100000, "100000");
  assert_text (-1234.5, "-1234.5");
  assert_text (1e20, "1e20");
  assert_text (1.5e-8, "1.5e-8");
  assert_text (0.0001, "0.0001");
  assert_text (1.0 / 3, "0.3333333333333333");
  assert_text (INFINITY, "inf");
  assert_text (NAN, "nan");
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  for (int i = 0; i < 2000; i++)
    {
      double value = (g_rand_double (rand) - 0.5) * pow (10, g_rand_int_range (rand, -300, 300)), back = 0;
      char text[MS_NUMBER_SIZE];
      g_assert_true (ms_number_read (ms_number_text (text, value), &back) && back == value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/parameters/rows-follow-enum", test_rows_follow_enum);
  g_test_add_func ("/train/parameters/rows-are-whole", test_rows_are_whole);
  g_test_add_func ("/train/parameters/groups-stand-together", test_groups_stand_together);
  g_test_add_func ("/train/parameters/values", test_values);
  g_test_add_func ("/train/parameters/message", test_message);
  g_test_add_func ("/train/parameters/nearest", test_nearest);
  g_test_add_func ("/train/parameters/choices", test_choices);
  g_test_add_func ("/train/parameters/data-choices", test_data_choices);
  g_test_add_func ("/train/parameters/numbers", test_numbers);
  return g_test_run ();
}
