/* SPDX-License-Identifier: MIT */

/* Against an independent derivation in NumPy. */
#include "core/metrics/choices.h"

#include <math.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-9)

static void
test_confidence (void)
{
  const float gate[] = { 0.5f, 0.25f, 0.75f, 0.125f };
  assert_near (ms_router_confidence (gate, (const guint8[]){ 1, 1, 1, 1 }, 2, 2), 0.40625);
  assert_near (ms_router_confidence (gate, (const guint8[]){ 0, 1, 1, 0 }, 2, 2), 0.5);
  g_assert_true (isnan (ms_router_confidence (gate, (const guint8[]){ 0, 0, 0, 0 }, 2, 2)));
}

static void
test_coactivation (void)
{
  const gint16 expert[] = { 0, 1, 0, 2, 1, 0, 2, 1, 3, 0 };
  const double rates[] = { 1, 0.5, 0.25, 0.25, 2.0 / 3, 1, 1.0 / 3, 0, 0.5, 0.5, 1, 0, 1, 0, 0, 1 };
  const double over[] = { 0, 0, -1.0 / 12, 1.0 / 12, 2.0 / 21, 0, 1.0 / 21, -1.0 / 7,
                          0, 0.125, 0, -0.125, 5.0 / 9, -1.0 / 3, -2.0 / 9, 0 };
  double rate[16], excess[16];
  ms_coactivation (rate, excess, expert, 5, 4, 2);
  for (int i = 0; i < 16; i++)
    {
      assert_near (rate[i], rates[i]);
      assert_near (excess[i], over[i]);
    }
}

static void
test_coactivation_edges (void)
{
  const gint16 alone[] = { 0, -1, 2, -1 };
  double rate[9], excess[9];
  ms_coactivation (rate, excess, alone, 2, 3, 2);
  g_assert_true (rate[0] == 1 && rate[1] == 0 && rate[2] == 0 && excess[1] == 0 && excess[2] == 0);
  g_assert_true (isnan (rate[3]) && isnan (rate[4]) && isnan (excess[4])); /* nobody chose expert 1 */
  ms_coactivation (rate, excess, (const gint16[]){ 0, 0 }, 2, 1, 1); /* E = 1 */
  g_assert_true (rate[0] == 1 && excess[0] == 0);
}

static void
test_overlap (void)
{
  const gint16 a[] = { 0, 1, 2, 3, -1, -1 }, b[] = { 1, 0, 2, 0, -1, -1 };
  assert_near (ms_choice_overlap (a, b, 2, 2), 0.75);
  assert_near (ms_choice_overlap (a, b, 3, 2), 0.75); /* a token without choices says nothing */
  assert_near (ms_choice_overlap (a, a, 2, 2), 1);
  g_assert_true (isnan (ms_choice_overlap (a + 4, b + 4, 1, 2)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/choices/confidence", test_confidence);
  g_test_add_func ("/metrics/choices/coactivation", test_coactivation);
  g_test_add_func ("/metrics/choices/coactivation-edges", test_coactivation_edges);
  g_test_add_func ("/metrics/choices/overlap", test_overlap);
  return g_test_run ();
}
