/* SPDX-License-Identifier: MIT */

/* The curve that is drawn has the area and the operating point that are printed beside it. */
#include "core/metrics/ood.h"
#include "ui/paint/roc.h"

#include <math.h>

static float
score (guint32 i, bool foreign, bool coarse)
{
  guint32 h = i * 2654435761u ^ (foreign ? 0x9e3779b9u : 0);
  double v;

  h ^= h >> 15;
  h *= 2246822519u;
  h ^= h >> 13;
  v = h / 4294967296.0 - 0.6 + (foreign ? 0.3 : 0);
  return (float) (coarse ? floor (8 * v) / 8 : v);
}

static void
fill (float *values, int n, bool foreign, bool coarse)
{
  for (int i = 0; i < n; i++)
    values[i] = score ((guint32) i, foreign, coarse);
}

static double
area_below (const MsRoc *roc)
{
  MsRocPoint point = { 0 }, before = { 0 };
  double area = 0;

  while (ms_roc_next (roc, &point))
    {
      area += (double) (point.known - before.known) * (point.foreign + before.foreign) / 2;
      before = point;
    }
  g_assert_cmpint (point.known, ==, roc->n_known);
  g_assert_cmpint (point.foreign, ==, roc->n_foreign);
  return area / roc->n_known / roc->n_foreign;
}

static void
test_curve (void)
{
  for (int coarse = 0; coarse < 2; coarse++)
    {
      float known[1000], foreign[300];
      g_auto (MsRoc) roc = { 0 };
      MsDetection detection;
      MsRocPoint point;

      fill (known, 1000, false, coarse);
      fill (foreign, 300, true, coarse);
      detection = ms_ood_detect (known, 1000, foreign, 300, true);
      ms_roc_read (&roc, known, 1000, foreign, 300);
      for (int i = 1; i < 1000; i++)
        g_assert_cmpfloat (roc.known[i], <=, roc.known[i - 1]);
      g_assert_cmpfloat (fabs (area_below (&roc) - detection.auroc), <, 1e-12);
      g_assert_true (ms_roc_catching (&roc, 0.95, &point));
      g_assert_cmpfloat (fabs ((double) point.known / 1000 - detection.fpr95), <, 1e-12);
    }
}

/* Signs, zeros of both signs, infinities, and what is no number. */
static void
test_odd (void)
{
  const float known[] = { 1, -1, 0.0f, -0.0f, NAN, -INFINITY }, foreign[] = { INFINITY, 0, NAN };
  g_auto (MsRoc) roc = { 0 };
  MsRocPoint point = { 0 };

  ms_roc_read (&roc, known, 6, foreign, 3);
  g_assert_cmpint (roc.n_known, ==, 5);
  g_assert_cmpint (roc.n_foreign, ==, 2);
  g_assert_cmpfloat (roc.known[0], ==, 1);
  g_assert_cmpfloat (roc.known[4], ==, -INFINITY);
  g_assert_true (ms_roc_next (&roc, &point)); /* infinity */
  g_assert_true (ms_roc_next (&roc, &point)); /* 1 */
  g_assert_true (ms_roc_next (&roc, &point)); /* 0, three times */
  g_assert_cmpint (point.known, ==, 3);
  g_assert_cmpint (point.foreign, ==, 2);
  g_assert_cmpint (ms_roc_count (&roc, -1, 1, false).known, ==, 3);
  g_assert_cmpint (ms_roc_count (&roc, -1, 1, true).known, ==, 4);
}

static void
test_empty (void)
{
  g_auto (MsRoc) roc = { 0 };
  MsRocPoint point = { 0 };
  float one = 1;

  ms_roc_read (&roc, &one, 1, NULL, 0);
  g_assert_false (ms_roc_catching (&roc, 0.95, &point));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roc/curve", test_curve);
  g_test_add_func ("/roc/odd", test_odd);
  g_test_add_func ("/roc/empty", test_empty);
  return g_test_run ();
}
