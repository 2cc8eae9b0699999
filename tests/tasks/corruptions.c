/* SPDX-License-Identifier: MIT */

#include "core/tasks/corruptions.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define SIZE (8 * 10 * 3)

static const MsImageShape shape = { 8, 10, 3 };

static void
draw_image (float *image)
{
  for (int i = 0; i < SIZE; i++)
    image[i] = (float)g_test_rand_double_range (0, 1);
}

static double
distance (const float *a, const float *b)
{
  double sum = 0;
  for (int i = 0; i < SIZE; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt (sum / SIZE);
}

/* Of every kind: in range, reproducible, and on average the worse the higher the severity. */
static void
test_all (void)
{
  float image[SIZE], out[SIZE], again[SIZE];
  for (int k = 0; k < MS_N_CORRUPTIONS; k++)
    {
      double harm[MS_SEVERITIES + 1] = { 0 };
      for (guint64 i = 0; i < 40; i++)
        for (int s = 1; s <= MS_SEVERITIES; s++)
          {
            draw_image (image);
            ms_corrupt (k, s, 3, i, shape, image, out);
            ms_corrupt (k, s, 3, i, shape, image, again);
            g_assert_cmpmem (out, sizeof out, again, sizeof again);
            for (int p = 0; p < SIZE; p++)
              g_assert_true (out[p] >= 0 && out[p] <= 1);
            harm[s] += distance (image, out) / 40;
          }
      g_assert_cmpfloat (harm[1], >, 0.005);
      g_assert_cmpfloat (harm[MS_SEVERITIES], >, 1.3 * harm[1]);
      for (int s = 2; s <= MS_SEVERITIES; s++)
        g_assert_cmpfloat (harm[s], >, 0.95 * harm[s - 1]);
    }
}

/* Another seed or example gives other noise, and kinds do not share theirs. */
static void
test_random (void)
{
  float grey[SIZE], a[SIZE], b[SIZE];
  for (int i = 0; i < SIZE; i++)
    grey[i] = 0.5f;
  ms_corrupt (MS_CORRUPTION_gaussian_noise, 3, 1, 0, shape, grey, a);
  ms_corrupt (MS_CORRUPTION_gaussian_noise, 3, 2, 0, shape, grey, b);
  g_assert_cmpfloat (distance (a, b), >, 0.1);
  ms_corrupt (MS_CORRUPTION_gaussian_noise, 3, 1, 1, shape, grey, b);
  g_assert_cmpfloat (distance (a, b), >, 0.1);
  g_assert_cmpfloat_with_epsilon (distance (a, grey), 0.18, 0.03); /* its standard deviation */
  ms_corrupt (MS_CORRUPTION_shot_noise, 5, 1, 0, shape, grey, a);
  for (int i = 0; i < SIZE; i++) /* whole quanta, of three */
    g_assert_true (a[i] == 1 || fabsf (a[i] * 3 - roundf (a[i] * 3)) < 1e-6f);
}

static void
test_exact (void)
{
  float image[SIZE], out[SIZE], mean = 0;
  draw_image (image);
  ms_corrupt (MS_CORRUPTION_brightness, 2, 0, 0, shape, image, out);
  for (int i = 0; i < SIZE; i++)
    g_assert_cmpfloat_with_epsilon (out[i], fminf (image[i] + 0.2f, 1), 1e-6);
  for (int i = 1; i < SIZE; i += 3)
    mean += image[i] / 80;
  ms_corrupt (MS_CORRUPTION_contrast, 5, 0, 0, shape, image, out); /* each channel around its own mean */
  g_assert_cmpfloat_with_epsilon (out[4], mean + 0.15f * (image[4] - mean), 1e-5);
  ms_corrupt (MS_CORRUPTION_quantise, 5, 0, 0, shape, image, out);
  for (int i = 0; i < SIZE; i++)
    g_assert_true (out[i] == (image[i] >= 0.5f));
}

/* Nothing of these is lost or gained where the image is even, and a white image stays white under a blur. */
static void
test_even (void)
{
  static const MsCorruption kinds[] = { MS_CORRUPTION_gaussian_blur, MS_CORRUPTION_motion_blur, MS_CORRUPTION_contrast,
                                        MS_CORRUPTION_zoom, MS_CORRUPTION_pixelate };
  float white[SIZE], out[SIZE];
  for (int i = 0; i < SIZE; i++)
    white[i] = 1;
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (int s = 1; s <= MS_SEVERITIES; s++)
      {
        ms_corrupt (kinds[k], s, 0, 0, shape, white, out);
        for (int i = 0; i < SIZE; i++)
          g_assert_cmpfloat_with_epsilon (out[i], 1, 1e-5);
      }
}

static void
test_geometry (void)
{
  const MsImageShape square = { 9, 9, 1 };
  float dot[81] = { 0 }, out[81], sum = 0;
  int grey = 0;
  dot[40] = 1; /* the centre stays where it is */
  ms_corrupt (MS_CORRUPTION_rotation, 5, 0, 0, square, dot, out);
  g_assert_cmpfloat_with_epsilon (out[40], 1, 1e-6);
  ms_corrupt (MS_CORRUPTION_translation, 3, 0, 0, square, dot, out);
  for (int i = 0; i < 81; i++)
    sum += out[i];
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
  g_assert_cmpfloat (out[40], <, 0.5);
  ms_corrupt (MS_CORRUPTION_occlusion, 5, 0, 0, square, dot, out); /* a side of 0.6 * 9, rounded */
  for (int i = 0; i < 81; i++)
    grey += out[i] == 0.5f;
  g_assert_cmpint (grey, ==, 25);
}

static void
test_names (void)
{
  for (int k = 0; k < MS_N_CORRUPTIONS; k++)
    {
      g_assert_true (*ms_corruption_name (k) != '\0' && *ms_corruption_title (k) != '\0');
      g_assert_false (g_str_has_suffix (ms_corruption_what (k), "."));
      g_assert_null (strchr (ms_corruption_name (k), ' '));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tasks/corruptions/all", test_all);
  g_test_add_func ("/tasks/corruptions/random", test_random);
  g_test_add_func ("/tasks/corruptions/exact", test_exact);
  g_test_add_func ("/tasks/corruptions/even", test_even);
  g_test_add_func ("/tasks/corruptions/geometry", test_geometry);
  g_test_add_func ("/tasks/corruptions/names", test_names);
  return g_test_run ();
}
