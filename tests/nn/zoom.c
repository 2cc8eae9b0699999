/* SPDX-License-Identifier: MIT */

/* Position embeddings on another grid: linear between the old places, corners on corners, worked out by hand. */

#include "core/nn/zoom.h"

static void
test_grow (void)
{
  const MsReal x[] = { 0, 1, 2, 3 };
  const double expected[] = { 0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3 };
  MsReal y[9];

  ms_zoom (y, (MsGrid){ 3, 3 }, x, (MsGrid){ 2, 2 }, 1);
  for (int i = 0; i < 9; i++)
    g_assert_cmpfloat_with_epsilon ((double)y[i], expected[i], 1e-6);
}

/* 3 x 3 -> 5 x 2 of two numbers each: x_ij = (i^2 + 10 j, -i j). */
static void
test_sides (void)
{
  const double expected[] = { 0, 0,    20, 0,    0.5, 0, 20.5, -1, 1, 0, 21, -2, 2.5, 0, 22.5, -3, 4, 0, 24, -4 };
  MsReal x[18], y[20];

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      {
        x[(i * 3 + j) * 2] = (MsReal)(i * i + 10 * j);
        x[(i * 3 + j) * 2 + 1] = (MsReal)(-i * j);
      }
  ms_zoom (y, (MsGrid){ 5, 2 }, x, (MsGrid){ 3, 3 }, 2);
  for (int i = 0; i < 20; i++)
    g_assert_cmpfloat_with_epsilon ((double)y[i], expected[i], 1e-6);
}

static void
test_edges (void)
{
  const MsReal x[] = { 5, 6, 7, 8 };
  MsReal same[4], one, many[6];

  ms_zoom (same, (MsGrid){ 2, 2 }, x, (MsGrid){ 2, 2 }, 1);
  g_assert_cmpmem (same, sizeof same, x, sizeof x);
  ms_zoom (&one, (MsGrid){ 1, 1 }, x, (MsGrid){ 2, 2 }, 1);
  g_assert_true (one == 5);
  ms_zoom (many, (MsGrid){ 2, 3 }, x, (MsGrid){ 1, 1 }, 1);
  for (int i = 0; i < 6; i++)
    g_assert_true (many[i] == 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/zoom/grow", test_grow);
  g_test_add_func ("/zoom/sides", test_sides);
  g_test_add_func ("/zoom/edges", test_edges);
  return g_test_run ();
}
