/* SPDX-License-Identifier: MIT */

#include "core/formats/array.h"

#include <math.h>
#include <string.h>

static double
half (guint16 bits)
{
  g_autoptr (MsArray) array = ms_array_new_copy (MS_DTYPE_F16, 0, NULL, &bits);
  return ms_array_get (array, 0);
}

static double
brain (guint16 bits)
{
  g_autoptr (MsArray) array = ms_array_new_copy (MS_DTYPE_BF16, 0, NULL, &bits);
  return ms_array_get (array, 0);
}

static void
test_half (void)
{
  g_assert_true (half (0x3c00) == 1.0 && half (0xc000) == -2.0 && half (0x7bff) == 65504.0);
  g_assert_true (half (0x0001) == ldexp (1, -24) && half (0x03ff) == ldexp (1023, -24)); /* subnormal */
  g_assert_true (half (0x0400) == ldexp (1, -14) && half (0x3555) == 0.333251953125);
  g_assert_true (half (0x0000) == 0.0 && signbit (half (0x8000)));
  g_assert_true (isinf (half (0x7c00)) && half (0xfc00) < 0.0 && isnan (half (0x7e01)));
}

static void
test_brain (void)
{
  g_assert_true (brain (0x3f80) == 1.0 && brain (0xc040) == -3.0 && brain (0x4049) == 3.140625);
  g_assert_true (brain (0x0001) == ldexp (1, -133) && brain (0x7f7f) == ldexp (255, 120));
  g_assert_true (isinf (brain (0x7f80)) && isnan (brain (0x7fc0)) && signbit (brain (0x8000)));
}

static void
test_integers (void)
{
  const gint64 wide[2] = { G_MININT64, 1 };
  const guint8 flags[3] = { 0, 1, 7 };
  const gint16 small[2] = { -1, 300 };
  gsize two = 2, three = 3;
  g_autoptr (MsArray) a = ms_array_new_copy (MS_DTYPE_I64, 1, &two, wide);
  g_autoptr (MsArray) b = ms_array_new_copy (MS_DTYPE_BOOL, 1, &three, flags);
  g_autoptr (MsArray) c = ms_array_new_copy (MS_DTYPE_I16, 1, &two, small);
  g_assert_true (ms_array_get (a, 0) == -ldexp (1, 63) && ms_array_get (a, 1) == 1.0);
  g_assert_true (ms_array_get (b, 0) == 0.0 && ms_array_get (b, 2) == 1.0);
  g_autofree float *values = ms_array_to_float (c);
  g_assert_true (values[0] == -1.0f && values[1] == 300.0f);
}

static void
test_shapes (void)
{
  gsize n, huge[3] = { G_MAXSIZE / 2, 3, 1 }, hidden[3] = { G_MAXSIZE, 0, G_MAXSIZE }, normal[3] = { 64, 0, 8 };
  g_assert_false (ms_shape_count (MS_DTYPE_U8, 3, huge, &n));
  g_assert_false (ms_shape_count (MS_DTYPE_U8, 3, hidden, &n)); /* an empty axis does not hide the overflow */
  g_assert_true (ms_shape_count (MS_DTYPE_F64, 3, normal, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (ms_array_new (MS_DTYPE_F32, 3, huge));
  g_autoptr (MsArray) empty = ms_array_new (MS_DTYPE_F32, 3, normal);
  g_autofree char *text = ms_array_shape_text (empty), *one = ms_shape_text (1, huge + 1);
  g_autofree char *none = ms_shape_text (0, NULL);
  g_assert_cmpstr (text, ==, "(64, 0, 8)");
  g_assert_cmpstr (one, ==, "(3,)");
  g_assert_cmpstr (none, ==, "()");
}

static void
test_names (void)
{
  MsDtype found;
  for (MsDtype i = MS_DTYPE_F32; i <= MS_DTYPE_BOOL; i++)
    {
      g_assert_true (ms_dtype_from_name (ms_dtype_name (i), &found));
      g_assert_cmpint (found, ==, i);
      g_assert_cmpuint (ms_dtype_size (i), >=, 1);
    }
  g_assert_false (ms_dtype_from_name ("F8_E4M3", &found));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/array/half", test_half);
  g_test_add_func ("/array/brain", test_brain);
  g_test_add_func ("/array/integers", test_integers);
  g_test_add_func ("/array/shapes", test_shapes);
  g_test_add_func ("/array/names", test_names);
  return g_test_run ();
}
