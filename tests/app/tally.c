/* SPDX-License-Identifier: MIT */

/* The window over the last steps that `run` reports from. */
#include "app/tally.h"
#include <math.h>

static MsRecord *
make_record (int step)
{
  MsRecord *record = ms_record_new ();
  record->loss = step;
  record->task_loss = 2 * step;
  record->n_routing = 1;
  record->routing = g_new0 (MsRouting *, 1);
  record->routing[0] = ms_routing_new (4, 2, 1, 1);
  record->routing[0]->layer = 3;
  record->routing[0]->router = g_strdup ("top-k");
  record->routing[0]->load[0] = step;
  record->routing[0]->load[1] = 1;
  record->routing[0]->dropped[1] = 1;
  return record;
}

static void
test_window (void)
{
  g_autoptr (MsTally) tally = ms_tally_new (3);
  g_assert_cmpint (ms_tally_n_steps (tally), ==, 0);
  g_assert_true (isnan (ms_tally_means (tally).loss) && isnan (ms_tally_step_ms (tally)));
  for (int step = 1; step <= 5; step++)
    {
      g_autoptr (MsRecord) record = make_record (step);
      ms_tally_add (tally, record, 10 * step);
    }
  g_assert_cmpint (ms_tally_n_steps (tally), ==, 3);
  g_assert_cmpfloat (ms_tally_means (tally).loss, ==, 4);
  g_assert_cmpfloat (ms_tally_means (tally).task_loss, ==, 8);
  g_assert_true (isnan (ms_tally_means (tally).load_loss)); /* absent stays absent */
  g_assert_cmpint (ms_tally_n_layers (tally), ==, 1);
  MsTallyLayer layer = ms_tally_layer (tally, 0);
  g_assert_cmpint (layer.layer, ==, 3);
  g_assert_cmpfloat (layer.load[0], ==, 3 + 4 + 5);
  g_assert_cmpfloat (layer.load[1], ==, 3);
  g_assert_cmpfloat (layer.dropped[1], ==, 3);
  g_assert_cmpfloat (ms_tally_step_ms (tally), ==, 30); /* of all steps */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/tally/window", test_window);
  return g_test_run ();
}
