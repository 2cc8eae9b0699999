/* SPDX-License-Identifier: MIT */

/* The commands that only say something, and the errors of the command line itself. */
#include "tests/app/cli.h"
#include "core/base/blas.h"
#include "core/train/experiment.h"
#include "core/train/presets.h"
#include <string.h>

static void
test_version (void)
{
  g_autoptr (CliResult) result = cli_run ("--version");
  g_assert_cmpint (result->status, ==, 0);
  g_assert_true (g_str_has_prefix (result->out, "moescope " MS_VERSION "\nOpenBLAS "));
  g_assert_nonnull (strstr (result->out, ", kernel "));
  g_assert_nonnull (strstr (result->out, " threads\n"));
}

/* Each command listed by --help has a --help of its own. */
static void
test_help (void)
{
  g_autoptr (CliResult) result = cli_run ("--help");
  g_assert_cmpint (result->status, ==, 0);
  g_auto (GStrv) lines = g_strsplit (strstr (result->out, "Commands:\n") + strlen ("Commands:\n"), "\n", -1);
  int found = 0;
  for (char **line = lines; g_str_has_prefix (*line, "  "); line++, found++)
    {
      g_auto (GStrv) words = g_strsplit (*line + 2, " ", 2);
      g_autoptr (CliResult) help = cli_run ("%s --help", words[0]);
      g_autofree char *usage = g_strdup_printf ("Usage: moescope %s", words[0]);
      g_assert_cmpint (help->status, ==, 0);
      g_assert_true (g_str_has_prefix (help->out, usage));
    }
  g_assert_cmpint (found, >=, 3);
}

static void
test_keys_json (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("keys --json"));
  JsonArray *array = json_node_get_array (node);
  g_assert_cmpuint (json_array_get_length (array), ==, (guint) ms_keys_count ());
  for (int i = 0; i < ms_keys_count (); i++)
    {
      JsonObject *row = json_array_get_object_element (array, (guint) i);
      g_assert_cmpstr (json_object_get_string_member (row, "key"), ==, ms_key_at (i)->key);
      g_assert_true (json_object_get_boolean_member (row, "live") == (ms_key_at (i)->effect == MS_EFFECT_LIVE));
      g_assert_true (json_object_has_member (row, "default") && json_object_has_member (row, "help"));
      g_assert_true (json_object_has_member (row, "type"));
    }
  JsonObject *k = json_array_get_object_element (array, MS_KEY_ROUTING_K);
  g_assert_cmpint (json_object_get_int_member (k, "default"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (k, "max"), ==, 64);
}

static void
test_keys_text (void)
{
  g_autoptr (CliResult) result = cli_run ("keys");
  for (int i = 0; i < ms_keys_count (); i++)
    {
      g_assert_nonnull (strstr (result->out, ms_key_at (i)->key));
      g_assert_nonnull (strstr (result->out, ms_key_at (i)->help));
    }
}

static void
test_presets (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("presets --json"));
  JsonArray *array = json_node_get_array (node);
  g_assert_cmpuint (json_array_get_length (array), ==, (guint) ms_presets_count ());
  for (int i = 0; i < ms_presets_count (); i++)
    {
      JsonObject *row = json_array_get_object_element (array, (guint) i);
      g_assert_cmpstr (json_object_get_string_member (row, "name"), ==, ms_preset_at (i)->name);
      g_assert_cmpstr (json_object_get_string_member (row, "title"), ==, ms_preset_at (i)->title);
    }
  g_autoptr (CliResult) result = cli_run ("presets");
  g_assert_true (g_str_has_prefix (result->out, "digits-vmoe "));
}

static void
test_views (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("views --json"));
  JsonArray *array = json_node_get_array (node);
  g_assert_cmpuint (json_array_get_length (array), >, 0);
  JsonObject *row = json_array_get_object_element (array, 0);
  g_assert_true (json_object_has_member (row, "name") && json_object_has_member (row, "title"));
}

/* The formulas and the counters agree, and without data their sizes can be given. */
static void
test_flops (void)
{
  static const char *const commands[] = {
    "flops digits-vmoe --json",
    "flops digits-vmoe --set task.data=npz --set model.patch=16 --shape 224x224x3 --classes 1000 --json",
  };
  gint64 parameters[2];
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (JsonNode) node = cli_json (cli_run ("%s", commands[i]));
      JsonObject *form = json_object_get_object_member (json_node_get_object (node), "closed_form");
      JsonObject *counted = json_object_get_object_member (json_node_get_object (node), "counted");
      parameters[i] = json_object_get_int_member (counted, "parameters");
      g_assert_cmpint (json_object_get_int_member (form, "parameters"), ==, parameters[i]);
      g_assert_cmpint (json_object_get_int_member (form, "flops_per_example"), ==,
                       json_object_get_int_member (counted, "flops_per_example"));
      g_assert_true (json_object_has_member (json_object_get_object_member (form, "parts"), "attention"));
    }
  g_assert_cmpint (parameters[1], >, parameters[0]);
  g_autoptr (JsonNode) node = cli_json (cli_run ("flops --json"));
  JsonArray *backbones = json_object_get_array_member (json_node_get_object (node), "backbones");
  JsonObject *s32 = json_array_get_object_element (backbones, 0);
  g_assert_cmpstr (json_object_get_string_member (s32, "name"), ==, "S/32");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (s32, "saving"), 0.32, 0.005);
  cli_assert_refused (cli_run ("flops digits-vmoe digits-dense"), 2, "flops takes");
  cli_assert_refused (cli_run ("flops digits-vmoe --shape 8x8 --classes 10"), 2, "--shape 8x8 is no shape");
  cli_assert_refused (cli_run ("flops digits-vmoe --shape 8x8x1"), 2, "--shape 8x8x1 goes with --classes");
}

static void
test_wrong_usage (void)
{
  cli_assert_refused (cli_run ("--nonsense"), 2, "--nonsense");
  cli_assert_refused (cli_run ("nonsense now"), 2, "there is no command nonsense");
  cli_assert_refused (cli_run ("keys --nonsense=3"), 2, "there is no option --nonsense here");
  cli_assert_refused (cli_run ("keys -x"), 2, "there is no option -x here");
  cli_assert_refused (cli_run ("keys --steps 3"), 2, "there is no option --steps here");
  cli_assert_refused (cli_run ("keys --json=1"), 2, "--json takes no value");
  cli_assert_refused (cli_run ("keys extra"), 2, "takes no argument");
  cli_assert_refused (cli_run ("nonsense"), 1, "neither a command, a preset nor a file");
}

static void
test_full_output (void)
{
  cli_assert_refused (cli_shell ("\"$moescope\" keys > /dev/full"), 1, "standard output: No space left");
}

/* A variable set by the user wins, and its kernel is what the program reports. */
static void
test_kernel_respected (void)
{
  g_autoptr (CliResult) result = cli_shell ("OPENBLAS_CORETYPE=Prescott \"$moescope\" --version");
  g_assert_cmpint (result->status, ==, 0);
#ifdef __x86_64__
  g_assert_nonnull (strstr (result->out, "kernel Prescott"));
#endif
}

/* With no variable set, a weak kernel is only used where the processor has nothing better. */
static void
test_kernel_chosen (void)
{
  g_autoptr (CliResult) result = cli_run ("--version");
  if (ms_blas_info ()->wanted != NULL)
    g_assert_null (strstr (result->out, "kernel Prescott"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/flops", test_flops);
  g_test_add_func ("/app/version", test_version);
  g_test_add_func ("/app/help", test_help);
  g_test_add_func ("/app/keys/json", test_keys_json);
  g_test_add_func ("/app/keys/text", test_keys_text);
  g_test_add_func ("/app/presets", test_presets);
  g_test_add_func ("/app/views", test_views);
  g_test_add_func ("/app/wrong-usage", test_wrong_usage);
  g_test_add_func ("/app/full-output", test_full_output);
  g_test_add_func ("/app/kernel-respected", test_kernel_respected);
  g_test_add_func ("/app/kernel-chosen", test_kernel_chosen);
  return cli_finish (g_test_run ());
}
