/* SPDX-License-Identifier: MIT */

#include "core/base/rng.h"

#include <math.h>

/* Known answers of Philox 4x32-10, from the reference implementation's kat_vectors (Random123). */
static void
test_known (void)
{
  guint32 out[4];

  ms_rng_block (0, 0, 0, out);
  g_assert_cmphex (out[0], ==, 0x6627e8d5);
  g_assert_cmphex (out[1], ==, 0xe169c58d);
  g_assert_cmphex (out[2], ==, 0xbc57ac4c);
  g_assert_cmphex (out[3], ==, 0x9b00dbd8);
  ms_rng_block (0x299f31d0a4093822ULL, 0x0370734413198a2eULL, 0x85a308d3243f6a88ULL, out);
  g_assert_cmphex (out[0], ==, 0xd16cfe09);
  g_assert_cmphex (out[1], ==, 0x94fdcceb);
  g_assert_cmphex (out[2], ==, 0x5001e420);
  g_assert_cmphex (out[3], ==, 0x24126ea1);
}

/* Any part can be drawn on its own and equals the same part of the whole. */
static void
test_random_access (void)
{
  MsReal whole[37], part[11];

  ms_rng_fill_normal (7, 3, 0, 37, whole);
  ms_rng_fill_normal (7, 3, 13, 11, part);
  for (int i = 0; i < 11; i++)
    g_assert_true (part[i] == whole[13 + i]);
  ms_rng_fill_uniform (7, 3, 0, 37, whole);
  ms_rng_fill_uniform (7, 3, 13, 11, part);
  for (int i = 0; i < 11; i++)
    g_assert_true (part[i] == whole[13 + i]);
}

static void
test_moments (void)
{
  const int n = 40000;
  g_autofree MsReal *x = g_new (MsReal, n);
  double sum = 0, square = 0, fourth = 0;

  ms_rng_fill_normal (1, ms_rng_stream (MS_RNG_TEST, 0, 0), 0, n, x);
  for (int i = 0; i < n; i++)
    {
      sum += x[i];
      square += (double)x[i] * x[i];
      fourth += pow (x[i], 4);
    }
  g_assert_cmpfloat (fabs (sum / n), <, 4 / sqrt (n));
  g_assert_cmpfloat (fabs (square / n - 1), <, 4 * sqrt (2.0 / n));
  g_assert_cmpfloat (fabs (fourth / n - 3), <, 4 * sqrt (96.0 / n));
}

static void
test_streams_differ (void)
{
  MsRng a = ms_rng_new (1, MS_RNG_NOISE, 2, 3), b = ms_rng_new (1, MS_RNG_DROPOUT, 2, 3);
  MsRng c = ms_rng_new (1, MS_RNG_NOISE, 3, 3), d = ms_rng_new (1, MS_RNG_NOISE, 2, 4);
  guint32 x = ms_rng_u32 (&a);

  g_assert_cmpuint (x, !=, ms_rng_u32 (&b));
  g_assert_cmpuint (x, !=, ms_rng_u32 (&c));
  g_assert_cmpuint (x, !=, ms_rng_u32 (&d));
}

static void
test_shuffle (void)
{
  MsRng rng = ms_rng_new (5, MS_RNG_SHUFFLE, 0, 0);
  int items[100], seen[100] = { 0 }, moved = 0;

  for (int i = 0; i < 100; i++)
    items[i] = i;
  ms_rng_shuffle (&rng, items, 100);
  for (int i = 0; i < 100; i++)
    {
      seen[items[i]]++;
      moved += items[i] != i;
    }
  for (int i = 0; i < 100; i++)
    g_assert_cmpint (seen[i], ==, 1);
  g_assert_cmpint (moved, >, 80);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rng/known", test_known);
  g_test_add_func ("/rng/random-access", test_random_access);
  g_test_add_func ("/rng/moments", test_moments);
  g_test_add_func ("/rng/streams-differ", test_streams_differ);
  g_test_add_func ("/rng/shuffle", test_shuffle);
  return g_test_run ();
}
