/* SPDX-License-Identifier: MIT */

/* Experiments: changing, comparing, reading and writing, and which values are refused together. */
#include "core/train/choices.h"
#include "core/train/experiment.h"
#include "core/train/presets.h"
#include <glib/gstdio.h>
#include <string.h>

/* @settings: key, value, …, NULL. */
static MsExperiment *
make (const char *key, ...)
{
  MsExperiment *experiment = ms_experiment_new ();
  va_list args;
  va_start (args, key);
  for (; key != NULL; key = va_arg (args, const char *))
    {
      g_autoptr (GError) error = NULL;
      MsExperiment *next = ms_experiment_with (experiment, key, va_arg (args, const char *), &error);
      g_assert_no_error (error);
      ms_experiment_unref (experiment);
      experiment = next;
    }
  va_end (args);
  return experiment;
}

static void
test_defaults (void)
{
  g_autoptr (MsExperiment) experiment = ms_experiment_new ();
  g_assert_cmpint (ms_experiment_int (experiment, MS_KEY_ROUTING_EXPERTS), ==, 8);
  g_assert_cmpfloat (ms_experiment_real (experiment, MS_KEY_ROUTING_CAPACITY_FACTOR), ==, 1.05);
  g_assert_cmpfloat (ms_experiment_real (experiment, MS_KEY_ROUTING_IMPORTANCE_WEIGHT), ==, 0.005);
  g_assert_cmpint (ms_experiment_choice (experiment, MS_KEY_ROUTING_ROUTER), ==, MS_CHOICE_ROUTER_TOP_K);
  g_assert_false (ms_experiment_bool (experiment, MS_KEY_ROUTING_RENORMALISE));
  g_assert_cmpstr (ms_experiment_text (experiment, MS_KEY_OPTIMISER_EPSILON), ==, "1e-8");
  g_assert_true (ms_experiment_validate (experiment, NULL));
}

static void
test_changes (void)
{
  g_autoptr (MsExperiment) a = ms_experiment_new ();
  g_autoptr (MsExperiment) live = make ("routing.k", "2", NULL);
  g_autoptr (MsExperiment) rebuilt = make ("routing.experts", "16", NULL);
  g_assert_cmpint (ms_experiment_int (a, MS_KEY_ROUTING_K), ==, 1); /* immutable */
  g_assert_cmpint (ms_experiment_int (live, MS_KEY_ROUTING_K), ==, 2);
  g_assert_false (ms_experiment_equal (a, live));
  g_assert_false (ms_experiment_needs_rebuild (a, live));
  g_assert_true (ms_experiment_needs_rebuild (a, rebuilt));
  g_autoptr (MsExperiment) back = ms_experiment_with (live, "routing.k", "1.0", NULL);
  g_assert_true (ms_experiment_equal (a, back));
}

static void
test_unknown_key (void)
{
  g_autoptr (MsExperiment) a = ms_experiment_new ();
  g_autoptr (GError) error = NULL;
  g_assert_null (ms_experiment_with (a, "routing.expert", "8", &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "there is no key routing.expert; did you mean routing.experts");
}

static void
test_json_round_trip (void)
{
  g_autoptr (MsExperiment) a
      = make ("optimiser.learning_rate", "0.1234567890123", "routing.renormalise", "true",
            "task.path", "/x \"y\"\\z", NULL);
  g_autofree char *json = ms_experiment_to_json (a);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) b = ms_experiment_from_json (json, -1, "test", &error);
  g_assert_no_error (error);
  g_assert_true (ms_experiment_equal (a, b));
  g_assert_nonnull (strstr (json, "\"routing.importance_weight\": 0.005,"));
}

static void
test_file_round_trip (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.json", NULL);
  g_autoptr (MsExperiment) a = make ("routing.k", "4", NULL);
  g_autoptr (GError) error = NULL;
  g_assert_true (ms_experiment_save (a, path, &error));
  g_autoptr (MsExperiment) b = ms_experiment_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (ms_experiment_equal (a, b));
  g_remove (path);
  g_assert_null (ms_experiment_load (path, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_rmdir (dir);
}

/* A layout stands beside the keys; who has no window passes over it. */
static void
test_file_with_layout (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL), *layout = NULL, *none = NULL;
  g_autofree char *path = g_build_filename (dir, "a.json", NULL);
  g_autoptr (MsExperiment) a = make ("routing.k", "4", NULL);
  g_autoptr (GError) error = NULL;
  g_assert_true (ms_experiment_save_arranged (a, "row(0.5 load curves)", path, &error));
  g_autoptr (MsExperiment) b = ms_experiment_load_arranged (path, &layout, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (layout, ==, "row(0.5 load curves)");
  g_assert_true (ms_experiment_equal (a, b));
  g_autoptr (MsExperiment) c = ms_experiment_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (ms_experiment_equal (a, c));
  g_assert_true (ms_experiment_save (a, path, &error));
  g_autoptr (MsExperiment) d = ms_experiment_load_arranged (path, &none, &error);
  g_assert_nonnull (d);
  g_assert_null (none);
  g_remove (path);
  g_rmdir (dir);
}

static void
test_bad_json (void)
{
  static const struct {
    const char *json, *says;
  } cases[] = {
    { "", "not an experiment" },
    { "{", "not valid JSON" },
    { "[1]", "not an experiment" },
    { "{\"routing.experst\": 8}", "did you mean routing.experts" },
    { "{\"routing.experts\": \"8\"}", "wrong type" },
    { "{\"routing.experts\": null}", "wrong type" },
    { "{\"layout\": 7}", "layout must be a text" },
    { "{\"routing.experts\": [8]}", "wrong type" },
    { "{\"routing.experts\": 8.5}", "whole number from 1 to 4096" },
    { "{\"routing.experts\": 1e9}", "whole number from 1 to 4096" },
    { "{\"routing.router\": \"best\"}", "one of none, top-k, switch, sigmoid, " },
    { "{\"routing.renormalise\": 1}", "true or false" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (ms_experiment_from_json (cases[i].json, -1, "bad.json", &error));
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, "bad.json"));
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = g_strnfill (1 << 20, '['); /* a parser that recurses would overflow the stack */
  g_assert_null (ms_experiment_from_json (deep, -1, "deep.json", &error));
  g_assert_nonnull (strstr (error->message, "not valid JSON"));
}

static void
assert_refused (MsExperiment *owned, const char *says)
{
  g_autoptr (MsExperiment) experiment = owned;
  g_autoptr (GError) error = NULL;
  g_assert_false (ms_experiment_validate (experiment, &error));
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_combinations (void)
{
  assert_refused (make ("routing.experts", "4", "routing.k", "5", NULL), "routing.k = 5");
  assert_refused (make ("routing.router", "switch", "routing.k", "2", NULL), "routing.k = 2");
  assert_refused (make ("model.width", "66", NULL), "model.heads = 4");
  assert_refused (make ("model.patch", "3", NULL), "8 pixels");
  assert_refused (make ("task.data", "cifar10", "model.patch", "5", NULL), "32 pixels");
  assert_refused (make ("task.data", "spirals", NULL), "set model.kind to mlp");
  assert_refused (make ("task.data", "csv", NULL), "set model.kind to mlp");
  assert_refused (make ("routing.group_examples", "7", NULL), "optimiser.batch = 64");
  assert_refused (make ("routing.placement", "last", "routing.layers", "5", NULL), "routing.layers = 5");
  assert_refused (make ("routing.placement", "last-odd", "routing.layers", "3", NULL), "routing.layers = 3");
  assert_refused (make ("model.blocks", "1", NULL), "every-2");
  g_autoptr (MsExperiment) dense = make ("routing.router", "none", "routing.k", "64", "model.blocks", "1", NULL);
  g_assert_true (ms_experiment_validate (dense, NULL)); /* what does not apply does not disturb */
  g_autoptr (MsExperiment) plane = make ("task.data", "xor", "model.kind", "mlp", "model.heads", "3", NULL);
  g_assert_true (ms_experiment_validate (plane, NULL));
}

static void
assert_placement (MsExperiment *owned, const char *expected)
{
  g_autoptr (MsExperiment) experiment = owned;
  g_assert_true (ms_experiment_validate (experiment, NULL));
  char found[65] = "";
  for (int b = 0; b < ms_experiment_int (experiment, MS_KEY_MODEL_BLOCKS); b++)
    strcat (found, ms_experiment_routes_block (experiment, b) ? "x" : ".");
  g_assert_cmpstr (found, ==, expected);
}

/* V-MoE S/32 has 8 blocks and its "last 2" is (5, 7). */
static void
test_placement (void)
{
  assert_placement (make ("model.blocks", "8", NULL), ".x.x.x.x");
  assert_placement (make ("model.blocks", "8", "routing.placement", "last-odd", NULL), ".....x.x");
  assert_placement (make ("model.blocks", "7", "routing.placement", "last-odd", NULL), "...x.x.");
  assert_placement (make ("model.blocks", "8", "routing.placement", "last", NULL), "......xx");
  assert_placement (make ("model.blocks", "3", "routing.placement", "all", NULL), "xxx");
  assert_placement (make ("routing.router", "none", NULL), "....");
}

static void
test_applies (void)
{
  g_autoptr (MsExperiment) digits = ms_experiment_new ();
  g_autoptr (MsExperiment) plane = make ("task.data", "moons", "model.kind", "mlp", "routing.router", "hash", NULL);
  g_assert_false (ms_key (MS_KEY_TASK_NOISE)->applies (digits));
  g_assert_true (ms_key (MS_KEY_TASK_NOISE)->applies (plane));
  g_assert_true (ms_key (MS_KEY_MODEL_HEADS)->applies (digits));
  g_assert_false (ms_key (MS_KEY_MODEL_HEADS)->applies (plane));
  g_assert_true (ms_key (MS_KEY_ROUTING_NOISE)->applies (digits));
  g_assert_false (ms_key (MS_KEY_ROUTING_NOISE)->applies (plane));
  g_assert_true (ms_key (MS_KEY_ROUTING_EXPERTS)->applies (plane));
  g_assert_false (ms_key (MS_KEY_TASK_PATH)->applies (digits));
  g_autoptr (MsExperiment) noise = ms_experiment_with (digits, "task.ood", "noise", NULL);
  g_assert_false (ms_key (MS_KEY_TASK_SEED)->applies (digits)); /* whose split and inverted images nobody draws */
  g_assert_true (ms_key (MS_KEY_TASK_SEED)->applies (noise));
}

static void
test_presets (void)
{
  static const char *const names[] = { "digits-vmoe",   "digits-dense",  "digits-collapse",
                                       "plane-spirals", "plane-regimes", "mnist-vmoe" };
  g_assert_cmpint (ms_presets_count (), >=, (int) G_N_ELEMENTS (names));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_nonnull (ms_preset_find (names[i]));
  g_assert_null (ms_preset_find ("digits"));
  g_assert_cmpstr (ms_preset_at (0)->name, ==, "digits-vmoe"); /* the default */
  for (int i = 0; i < ms_presets_count (); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsExperiment) experiment = ms_preset_load (ms_preset_at (i), &error);
      g_assert_no_error (error);
      g_assert_true (ms_experiment_validate (experiment, &error));
      g_assert_no_error (error);
      g_assert_true (ms_preset_at (i)->title != NULL && ms_preset_at (i)->description != NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/experiment/defaults", test_defaults);
  g_test_add_func ("/train/experiment/changes", test_changes);
  g_test_add_func ("/train/experiment/unknown-key", test_unknown_key);
  g_test_add_func ("/train/experiment/json-round-trip", test_json_round_trip);
  g_test_add_func ("/train/experiment/file-round-trip", test_file_round_trip);
  g_test_add_func ("/train/experiment/file-with-layout", test_file_with_layout);
  g_test_add_func ("/train/experiment/bad-json", test_bad_json);
  g_test_add_func ("/train/experiment/combinations", test_combinations);
  g_test_add_func ("/train/experiment/placement", test_placement);
  g_test_add_func ("/train/experiment/applies", test_applies);
  g_test_add_func ("/train/presets", test_presets);
  return g_test_run ();
}
