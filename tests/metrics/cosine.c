/* SPDX-License-Identifier: MIT */

/* Cosines from pieces are those of the whole vectors. */
#include "core/metrics/cosine.h"

#include "core/base/rng.h"

#include <math.h>

#define N 5
#define WIDTH 9001 /* more than are centred at a time */

static double
expected (const MsReal *x, const double *mean, int i, int j)
{
  double ij = 0, ii = 0, jj = 0;

  for (int c = 0; c < WIDTH; c++)
    {
      double a = x[i * WIDTH + c] - mean[c], b = x[j * WIDTH + c] - mean[c];

      ij += a * b;
      ii += a * a;
      jj += b * b;
    }
  return ij / sqrt (ii * jj);
}

static void
check (gconstpointer data)
{
  bool centred = GPOINTER_TO_INT (data);
  g_autofree MsReal *x = g_new (MsReal, N * WIDTH);
  g_autofree double *mean = g_new0 (double, WIDTH);
  MsRng rng = ms_rng_new (3, MS_RNG_TEST, 0, 0);
  MsReal gram[N * N] = { 0 };
  float cosine[N * N];

  for (int i = 0; i < N * WIDTH; i++)
    x[i] = (MsReal) (0.3 + ms_rng_normal (&rng) + (i < 2 * WIDTH ? sin (i % WIDTH) : 0));
  for (int i = 0; centred && i < N * WIDTH; i++)
    mean[i % WIDTH] += x[i] / N;
  ms_cosine_add (NULL, gram, x, N, 5000, WIDTH, centred);
  ms_cosine_add (NULL, gram, x + 5000, N, WIDTH - 5000, WIDTH, centred);
  ms_cosine_finish (cosine, gram, N);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      g_assert_cmpfloat_with_epsilon (cosine[i * N + j], expected (x, mean, i, j), 1e-5);
}

/* Nothing is like a zero vector, and equal ones are nothing beside their mean. */
static void
test_zero (void)
{
  const MsReal x[3 * 2] = { 1, 2, 0, 0, -1, -2 }, same[3 * 2] = { 0.1f, 0.7f, 0.1f, 0.7f, 0.1f, 0.7f };
  MsReal gram[9] = { 0 };
  float cosine[9];

  ms_cosine_add (NULL, gram, x, 3, 2, 2, false);
  ms_cosine_finish (cosine, gram, 3);
  g_assert_cmpfloat (cosine[0], ==, 1);
  g_assert_cmpfloat (cosine[2], ==, -1);
  g_assert_true (isnan (cosine[1]) && isnan (cosine[3]) && isnan (cosine[4]));
  for (int i = 0; i < 9; i++)
    gram[i] = 0;
  ms_cosine_add (NULL, gram, same, 3, 2, 2, true);
  ms_cosine_finish (cosine, gram, 3);
  for (int i = 0; i < 9; i++)
    g_assert_true (isnan (cosine[i]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/cosine/plain", GINT_TO_POINTER (false), check);
  g_test_add_data_func ("/cosine/centred", GINT_TO_POINTER (true), check);
  g_test_add_func ("/cosine/zero", test_zero);
  return g_test_run ();
}
