/* SPDX-License-Identifier: MIT */

/* Numbers worked out independently, to the digits printed, and what happens at the edges. */
#include "core/metrics/load.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 5.1e-7)

typedef struct {
  int E;
  double count[8];
  double max_violation, min_violation, mean_violation, cv, cv_sample, entropy, entropy_normalised, effective;
  double kl_uniform, gini, dead_fraction, balancedness;
} Row;

static const Row rows[] = {
  { 4, { 25, 25, 25, 25 }, 0, 0, 0, 0, 0, 1.386294, 1, 1, 0, 0, 0, 1 },
  { 4, { 10, 20, 30, 40 }, 0.6, -0.6, 0.4, 0.447214, 0.516398, 1.279854, 0.923220, 0.899029, 0.106440, 0.25, 0, 0.625 },
  { 4, { 0, 0, 50, 50 }, 1, -1, 1, 1, 1.154701, 0.693147, 0.5, 0.5, 0.693147, 0.5, 0.5, 0.5 },
  { 4, { 100, 0, 0, 0 }, 3, -1, 1.5, 1.732051, 2, 0, 0, 0.25, 1.386294, 0.75, 0.75, 0.25 },
  { 8, { 1, 2, 3, 4, 5, 6, 7, 8 }, 0.777778, -0.777778, 0.444444, 0.509175, 0.544331, 1.936798, 0.931403, 0.867063,
    0.142644, 0.291667, 0, 0.5625 },
};

static void
assert_row (const Row *row, const double *count)
{
  MsLoadMetrics m = ms_load_metrics (count, row->E);
  g_assert_cmpint (m.E, ==, row->E);
  assert_near (m.max_violation, row->max_violation);
  assert_near (m.min_violation, row->min_violation);
  assert_near (m.mean_violation, row->mean_violation);
  assert_near (m.cv, row->cv);
  assert_near (m.cv_sample, row->cv_sample);
  assert_near (m.entropy, row->entropy);
  assert_near (m.entropy_normalised, row->entropy_normalised);
  assert_near (m.effective, row->effective);
  assert_near (m.kl_uniform, row->kl_uniform);
  assert_near (m.gini, row->gini);
  assert_near (m.dead_fraction, row->dead_fraction);
  assert_near (m.balancedness, row->balancedness);
  assert_near (m.max_share, (row->max_violation + 1) / row->E);
  assert_near (m.active_fraction, 1 - row->dead_fraction);
  g_assert_cmpint (m.dead, ==, (int)lround (row->dead_fraction * row->E));
}

static void
test_golden (void)
{
  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      double reversed[8];
      for (int e = 0; e < rows[r].E; e++)
        reversed[e] = rows[r].count[rows[r].E - 1 - e];
      assert_row (&rows[r], rows[r].count);
      assert_row (&rows[r], reversed); /* the order of experts means nothing */
    }
}

static void
test_no_data (void)
{
  const double none[3] = { 0 };
  MsLoadMetrics m = ms_load_metrics (none, 3);
  g_assert_true (m.E == 3 && m.total == 0);
  g_assert_true (isnan (m.max_violation) && isnan (m.min_violation) && isnan (m.mean_violation) && isnan (m.cv));
  g_assert_true (isnan (m.cv_sample) && isnan (m.entropy) && isnan (m.entropy_normalised) && isnan (m.effective));
  g_assert_true (isnan (m.kl_uniform) && isnan (m.gini) && isnan (m.balancedness) && isnan (m.dead_fraction));
  g_assert_true (m.dead == 0 && !m.dead_is_meaningful);
  g_assert_true (isnan (ms_load_metrics (NULL, 0).gini));
}

static void
test_one_expert (void)
{
  const double count[1] = { 7 };
  MsLoadMetrics m = ms_load_metrics (count, 1);
  g_assert_true (m.total == 7 && m.max_violation == 0 && m.min_violation == 0 && m.cv == 0 && isnan (m.cv_sample));
  g_assert_true (m.entropy == 0 && m.entropy_normalised == 1 && m.effective == 1 && m.kl_uniform == 0 && m.gini == 0);
  g_assert_true (m.balancedness == 1 && m.dead == 0 && m.dead_fraction == 0);
}

static void
test_dead_is_meaningful (void)
{
  const double enough[4] = { 40, 0, 0, 0 }, few[4] = { 39, 0, 0, 0 };
  g_assert_true (ms_load_metrics (enough, 4).dead_is_meaningful);
  g_assert_false (ms_load_metrics (few, 4).dead_is_meaningful);
  g_assert_cmpint (ms_load_metrics (few, 4).dead, ==, 3);
}

/* The list reads the struct's own fields, and says something about each. */
static void
test_list (void)
{
  MsLoadMetrics m = ms_load_metrics (rows[1].count, rows[1].E), none = ms_load_metrics (NULL, 0);
  assert_near (ms_load_metric_value (&m, MS_LOAD_METRIC_cv), 0.447214);
  assert_near (ms_load_metric_value (&m, MS_LOAD_METRIC_cv_sample), 0.516398);
  assert_near (ms_load_metric_value (&m, MS_LOAD_METRIC_max_share), 0.4);
  for (int i = 0; i < MS_N_LOAD_METRICS; i++)
    {
      g_assert_true (isnan (ms_load_metric_value (&none, i)) && !isnan (ms_load_metric_value (&m, i)));
      g_assert_true (*ms_load_metric_title (i) != '\0' && *ms_load_metric_formula (i) != '\0');
    }
  g_assert_nonnull (strstr (ms_load_metric_formula (MS_LOAD_METRIC_cv), "population"));
  g_assert_nonnull (strstr (ms_load_metric_formula (MS_LOAD_METRIC_cv_sample), "sample"));
}

static void
test_coverage (void)
{
  const double count[4] = { 20, 40, 10, 30 }, none[4] = { 0 };
  double coverage[4];
  ms_load_coverage (coverage, count, 4);
  assert_near (coverage[0], 0.4);
  assert_near (coverage[1], 0.7);
  assert_near (coverage[2], 0.9);
  assert_near (coverage[3], 1);
  ms_load_coverage (coverage, none, 4);
  g_assert_true (isnan (coverage[0]) && isnan (coverage[3]));
}

static void
test_switch (void)
{
  const double count[4] = { 10, 20, 30, 40 }, same[4] = { 0.1, 0.2, 0.3, 0.4 }, opposite[4] = { 0.4, 0.3, 0.2, 0.1 };
  const double even[4] = { 7, 7, 7, 7 }, none[4] = { 0 };
  assert_near (ms_load_switch (count, same, 4), 1.2);
  assert_near (ms_load_switch (count, opposite, 4), 0.8);
  assert_near (ms_load_switch (even, same, 4), 1);
  g_assert_true (isnan (ms_load_switch (none, same, 4)));
}

static void
test_divergence (void)
{
  const double a[4] = { 10, 20, 30, 40 }, b[4] = { 4, 0, 3, 3 }, left[2] = { 5, 0 }, right[2] = { 0, 1 };
  assert_near (ms_load_divergence (a, b, 4), 0.12108458386);
  assert_near (ms_load_divergence (b, a, 4), 0.12108458386);
  assert_near (ms_load_divergence (left, right, 2), G_LN2);
  g_assert_cmpfloat (ms_load_divergence (a, a, 4), ==, 0);
  g_assert_true (isnan (ms_load_divergence (a, (const double[4]){ 0 }, 4)));
}

static void
test_gate_entropy (void)
{
  const float probs[] = { 0.5f, 0.5f, 1, 0, 0.25f, 0.75f };
  const unsigned char second[] = { 0, 1, 0 }, outer[] = { 1, 0, 1 }, nobody[] = { 0, 0, 0 };
  assert_near (ms_gate_entropy (probs, NULL, 3, 2), (0.6931471806 + 0 + 0.5623351446) / 3);
  assert_near (ms_gate_entropy (probs, second, 3, 2), 0);
  assert_near (ms_gate_entropy (probs, outer, 3, 2), (0.6931471806 + 0.5623351446) / 2);
  g_assert_true (isnan (ms_gate_entropy (probs, nobody, 3, 2)));
  g_assert_true (isnan (ms_gate_entropy (probs, NULL, 0, 2)));
}

static void
test_row_entropy (void)
{
  const float even[] = { 2, 2, 2, 2 }, one[] = { 0, 3, 0 }, gates[] = { 0.2f, 0.6f }, none[] = { 0, 0 };
  const float bad[] = { NAN, 1 };
  g_assert_cmpfloat_with_epsilon (ms_row_entropy (even, 4), 1.3862943611, 1e-6);
  g_assert_cmpfloat_with_epsilon (ms_row_entropy (one, 3), 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (ms_row_entropy (gates, 2), 0.5623351446, 1e-6); /* sigmoids do not sum to 1 */
  g_assert_true (isnan (ms_row_entropy (none, 2)));
  g_assert_true (isnan (ms_row_entropy (bad, 2)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/load/golden", test_golden);
  g_test_add_func ("/metrics/load/no-data", test_no_data);
  g_test_add_func ("/metrics/load/one-expert", test_one_expert);
  g_test_add_func ("/metrics/load/dead-is-meaningful", test_dead_is_meaningful);
  g_test_add_func ("/metrics/load/list", test_list);
  g_test_add_func ("/metrics/load/coverage", test_coverage);
  g_test_add_func ("/metrics/load/switch", test_switch);
  g_test_add_func ("/metrics/load/divergence", test_divergence);
  g_test_add_func ("/metrics/load/gate-entropy", test_gate_entropy);
  g_test_add_func ("/metrics/load/row-entropy", test_row_entropy);
  return g_test_run ();
}
