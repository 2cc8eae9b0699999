/* SPDX-License-Identifier: MIT */

/* The vector functions against libm in double, in units of the last place of the float result. */
#include "core/base/simd.h"

#include <glib.h>

typedef MsVec (*VectorFunction) (MsVec x);

static MsVec
vector_exp (MsVec x)
{
  return ms_vec_exp (x);
}

static MsVec
vector_tanh (MsVec x)
{
  return ms_vec_tanh (x);
}

MS_CLONES static void
exp_clones (MsReal *y, const MsReal *x)
{
  ms_vec_store (y, ms_vec_exp (ms_vec_load (x)));
}

MS_CLONES static void
tanh_clones (MsReal *y, const MsReal *x)
{
  ms_vec_store (y, ms_vec_tanh (ms_vec_load (x)));
}

static double
ulps (float got, double exact)
{
  float near = (float)exact;
  double unit = nextafterf (fabsf (near), INFINITY) - fabsf (near);
  return fabs (got - exact) / unit;
}

/* Steps through all floats from @low to @high by a fixed number of representable values. */
static double
worst_ulps (VectorFunction f, void (*clones) (MsReal *, const MsReal *), double (*exact) (double), float low,
            float high)
{
  double worst = 0;
  for (float x = low; x < high;)
    {
      MsReal in[64 / sizeof (MsReal)], out[64 / sizeof (MsReal)], out_clones[64 / sizeof (MsReal)];
      for (int i = 0; i < MS_LANES; i++)
        {
          in[i] = x;
          x = x + fmaxf (fabsf (x) * 2e-6f, 1e-12f);
        }
      ms_vec_store (out, f (ms_vec_load (in)));
      clones (out_clones, in);
      for (int i = 0; i < MS_LANES; i++)
        {
          worst = fmax (worst, ulps (out[i], exact (in[i])));
          worst = fmax (worst, ulps (out_clones[i], exact (in[i])));
        }
    }
  return worst;
}

static void
test_exp (void)
{
  double worst = fmax (worst_ulps (vector_exp, exp_clones, exp, -87.3f, -1e-6f),
                       worst_ulps (vector_exp, exp_clones, exp, 0, 88.72f));
  g_test_message ("exp: at most %.2f ulp", worst);
  g_assert_cmpfloat (worst, <=, 2);
}

static void
test_tanh (void)
{
  double worst = fmax (worst_ulps (vector_tanh, tanh_clones, tanh, -12, -1e-6f),
                       worst_ulps (vector_tanh, tanh_clones, tanh, 0, 12));
  g_test_message ("tanh: at most %.2f ulp", worst);
  g_assert_cmpfloat (worst, <=, 8);
}

static void
test_edges (void)
{
  float in[16] = { 0, -0.0f, INFINITY, -INFINITY, NAN, 88.8f, -88, 1e30f, -1e30f, 1e-30f, 200, -200, -NAN, 20, -20, 1 };
  float e[16], t[16];
  exp_clones (e, in);
  tanh_clones (t, in);
  for (int i = 0; i < 16; i++)
    {
      float e_i = ms_vec_exp (ms_vec_load (in))[i], t_i = ms_vec_tanh (ms_vec_load (in))[i];
      g_assert_true (isnan (in[i]) ? isnan (e[i]) && isnan (e_i) : e[i] == e_i || fabsf (e[i] - e_i) < 1e-6f);
      g_assert_true (isnan (in[i]) ? isnan (t[i]) && isnan (t_i) : t[i] == t_i || fabsf (t[i] - t_i) < 1e-6f);
    }
  g_assert_true (e[0] == 1 && e[1] == 1 && isinf (e[2]) && e[2] > 0 && e[3] == 0 && isnan (e[4]));
  g_assert_true (isinf (e[5]) && e[6] == 0 && isinf (e[7]) && e[8] == 0 && e[9] == 1 && isinf (e[10]) && e[11] == 0);
  g_assert_true (t[0] == 0 && t[1] == 0 && signbit (t[1]) && t[2] == 1 && t[3] == -1 && isnan (t[4]));
  g_assert_true (t[7] == 1 && t[8] == -1 && t[9] == 1e-30f && t[13] == 1 && t[14] == -1);
}

static void
test_lanes (void)
{
  MsReal x[3 * 16];
  for (int i = 0; i < 48; i++)
    x[i] = (MsReal)(i * 7 % 16);
  MsVec v = ms_vec_load (x + 1);
  double sum = 0, largest = 0;
  for (int i = 1; i <= MS_LANES; i++)
    {
      sum += x[i];
      largest = fmax (largest, x[i]);
    }
  g_assert_cmpfloat (ms_vec_sum (v), ==, sum);
  g_assert_cmpfloat (ms_vec_max_lane (v), ==, largest);
  g_assert_cmpfloat (ms_vec_max (v, ms_vec_set (9))[2], ==, fmax (x[3], 9));
  g_assert_cmpfloat (ms_vec_min (v, ms_vec_set (4))[2], ==, fmin (x[3], 4));
  g_assert_true (isnan (ms_vec_set (NAN)[3]) && isinf (ms_vec_set (INFINITY)[0]));

  MsVec part = ms_vec_load_part (x + 1, 3);
  g_assert_true (part[2] == x[3] && part[3] == 0 && part[MS_LANES - 1] == 0);
  MsReal y[16] = { 0 };
  ms_vec_store_part (y, v, 3);
  g_assert_true (y[2] == x[3] && y[3] == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/simd/exp", test_exp);
  g_test_add_func ("/base/simd/tanh", test_tanh);
  g_test_add_func ("/base/simd/edges", test_edges);
  g_test_add_func ("/base/simd/lanes", test_lanes);
  return g_test_run ();
}
