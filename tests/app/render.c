/* SPDX-License-Identifier: MIT */

/* render: every kind of source as every kind of picture, and what it refuses. */
#include "tests/app/cli.h"
#include <glib/gstdio.h>
#include <string.h>

#define QUICK "digits-vmoe --set optimiser.batch=16 --set model.width=16 --threads 2 "

static void
assert_starts (const char *name, const char *magic)
{
  gsize length;
  g_autofree char *content = cli_read (name, &length);
  g_assert_cmpuint (length, >, strlen (magic));
  g_assert_true (memcmp (content, magic, strlen (magic)) == 0);
}

static void
run_well (const char *command)
{
  g_autoptr (CliResult) result = cli_run ("%s", command);
  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (result->status, ==, 0);
}

static void
test_kinds (void)
{
  run_well ("render " QUICK "--step 2 --view load --output load.png --size 400x300");
  run_well ("render " QUICK "--step 0 --view assignments --output first.svg --style dark");
  run_well ("render " QUICK "--step 2 --view curves --output curves.pdf");
  assert_starts ("load.png", "\x89PNG\r\n");
  assert_starts ("first.svg", "<?xml");
  assert_starts ("curves.pdf", "%PDF");
  gsize length;
  g_autofree char *png = cli_read ("load.png", &length);
  g_assert_true (memcmp (png + 16, "\0\0\x01\x90\0\0\x01\x2c", 8) == 0); /* 400, 300 */
}

static void
test_sources (void)
{
  g_autoptr (CliResult) result
      = cli_run ("run " QUICK "--steps 2 --json --checkpoint c.safetensors --trace t.npz --pictures views");
  g_assert_cmpint (result->status, ==, 0);
  run_well ("render c.safetensors --view assignments --output c.png");
  run_well ("render t.npz --view assignments --output t.png");
  assert_starts ("c.png", "\x89PNG");
  assert_starts ("t.png", "\x89PNG");
  assert_starts ("views/assignments.png", "\x89PNG");
  assert_starts ("views/load.png", "\x89PNG");
  cli_assert_refused (cli_run ("render t.npz --step 9 --view load --output x.png"), 2, "holds no step 9");
  cli_assert_refused (cli_run ("render c.safetensors --step 1 --view load --output x.png"), 2, "at step 2");
  cli_assert_refused (cli_run ("render c.safetensors --view plane --output x.png"), 1, "plane");
  g_assert_false (cli_exists ("x.png"));
}

/* A step in the middle of a trace is drawn without what came after it. */
static void
test_trace_step (void)
{
  g_autofree char *folder = cli_path ("one");
  g_mkdir (folder, 0755);
  g_autoptr (CliResult) two = cli_run ("run " QUICK "--steps 2 --json --trace same.npz");
  g_autoptr (CliResult) one = cli_run ("run " QUICK "--steps 1 --json --trace one/same.npz");
  g_assert_cmpint (two->status + one->status, ==, 0);
  run_well ("render same.npz --step 1 --view load --output two.svg");
  run_well ("render one/same.npz --view load --output one.svg");
  g_autofree char *a = cli_read ("two.svg", NULL), *b = cli_read ("one.svg", NULL);
  g_assert_cmpstr (a, ==, b);
}

static void
test_refusals (void)
{
  cli_assert_refused (cli_run ("render " QUICK "--output x.png"), 2, "--view must be one of");
  cli_assert_refused (cli_run ("render " QUICK "--view nothing --output x.png"), 2, "there is no view nothing");
  cli_assert_refused (cli_run ("render " QUICK "--view load"), 2, "--output");
  cli_assert_refused (cli_run ("render " QUICK "--view load --output x.gif"), 2, "x.gif");
  cli_assert_refused (cli_run ("render " QUICK "--view load --output x.png --size 0x5"), 2, "--size 0x5");
  cli_assert_refused (cli_run ("render " QUICK "--view load --output x.png --size big"), 2, "--size big");
  cli_assert_refused (cli_run ("render " QUICK "--view load --output x.png --style blue"), 2, "--style blue");
  cli_assert_refused (cli_run ("render " QUICK "--view load --output missing/x.png"), 1, "does not exist");
  cli_assert_refused (cli_run ("render nothing --view load --output x.png"), 1, "nothing");
  g_assert_false (cli_exists ("x.png"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/render/kinds", test_kinds);
  g_test_add_func ("/app/render/sources", test_sources);
  g_test_add_func ("/app/render/trace-step", test_trace_step);
  g_test_add_func ("/app/render/refusals", test_refusals);
  return cli_finish (g_test_run ());
}
