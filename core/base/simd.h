/* SPDX-License-Identifier: MIT */

/* Vectors of one cache line for the inner loops, in the compilers' own notation, so that one source serves every
 * processor: 16 floats or 8 doubles, which the compiler splits where registers are shorter. Use them in files listed
 * under kernel_sources, inside functions marked MS_CLONES, so that the same binary uses AVX-512 or AVX2 where they
 * exist. */
#pragma once

#include "core/base/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Put before the definition of a function with a hot loop: the compiler makes one variant a processor level and the
 * loader picks. Functions that are inlined into it get the same level. Sanitizers cannot bear the picking at load
 * time. */
#if defined __x86_64__ && defined __GLIBC__ && defined __GNUC__ && !defined __clang__ && !defined MS_SANITIZED
#define MS_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MS_CLONES
#endif

#define MS_VEC_INLINE static inline __attribute__ ((always_inline))

#define MS_LANES ((int) (64 / sizeof (MsReal)))

typedef MsReal MsVec __attribute__ ((vector_size (64)));
#ifdef MS_DOUBLE
typedef int64_t MsVecInt __attribute__ ((vector_size (64)));
#else
typedef int32_t MsVecInt __attribute__ ((vector_size (64)));
typedef uint32_t MsVecBits __attribute__ ((vector_size (64))); /* for sums that may wrap: beyond the range of exp () */
#endif

/* Any alignment. */
MS_VEC_INLINE MsVec
ms_vec_load (const MsReal *x)
{
  MsVec v;
  memcpy (&v, x, sizeof v);
  return v;
}

MS_VEC_INLINE void
ms_vec_store (MsReal *y, MsVec v)
{
  memcpy (y, &v, sizeof v);
}

/* The last @n < MS_LANES numbers of a row: the other lanes are loaded as 0 and not stored. */
MS_VEC_INLINE MsVec
ms_vec_load_part (const MsReal *x, int n)
{
  MsVec v = { 0 };
  memcpy (&v, x, (size_t) n * sizeof *x);
  return v;
}

MS_VEC_INLINE void
ms_vec_store_part (MsReal *y, MsVec v, int n)
{
  memcpy (y, &v, (size_t) n * sizeof *y);
}

MS_VEC_INLINE MsVec
ms_vec_set (MsReal x)
{
  return x - (MsVec){ 0 };
}

/* Lane by lane a where @mask is all ones (the result of a comparison), else b. */
MS_VEC_INLINE MsVec
ms_vec_select (MsVecInt mask, MsVec a, MsVec b)
{
  return (MsVec) (((MsVecInt) a & mask) | ((MsVecInt) b & ~mask));
}

/* The second argument where either is NaN. */
MS_VEC_INLINE MsVec
ms_vec_max (MsVec a, MsVec b)
{
  return ms_vec_select (a > b, a, b);
}

MS_VEC_INLINE MsVec
ms_vec_min (MsVec a, MsVec b)
{
  return ms_vec_select (a < b, a, b);
}

/* v with its halves exchanged, and so on down to neighbours: what a fold over all lanes needs. */
#ifdef MS_DOUBLE
#define MS_FOLD(v, with)                                                   \
  v = with (v, __builtin_shufflevector (v, v, 4, 5, 6, 7, 0, 1, 2, 3));    \
  v = with (v, __builtin_shufflevector (v, v, 2, 3, 0, 1, 6, 7, 4, 5));    \
  v = with (v, __builtin_shufflevector (v, v, 1, 0, 3, 2, 5, 4, 7, 6))
#else
#define MS_FOLD(v, with)                                                                              \
  v = with (v, __builtin_shufflevector (v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
  v = with (v, __builtin_shufflevector (v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)); \
  v = with (v, __builtin_shufflevector (v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)); \
  v = with (v, __builtin_shufflevector (v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14))
#endif

MS_VEC_INLINE MsVec
ms_vec_plus (MsVec a, MsVec b)
{
  return a + b;
}

/* Sum and largest of all lanes, in a fixed order. */
MS_VEC_INLINE MsReal
ms_vec_sum (MsVec v)
{
  MS_FOLD (v, ms_vec_plus);
  return v[0];
}

MS_VEC_INLINE MsReal
ms_vec_max_lane (MsVec v)
{
  MS_FOLD (v, ms_vec_max);
  return v[0];
}

#undef MS_FOLD

/* x[i][j] becomes x[j][i] over MS_LANES vectors: log2 (MS_LANES) rounds of a perfect shuffle. */
MS_VEC_INLINE void
ms_vec_transpose (MsVec *x)
{
#ifdef MS_DOUBLE
#define MS_SHUFFLE_LOW(a, b) __builtin_shufflevector (a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define MS_SHUFFLE_HIGH(a, b) __builtin_shufflevector (a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define MS_SHUFFLE_LOW(a, b) __builtin_shufflevector (a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define MS_SHUFFLE_HIGH(a, b) \
  __builtin_shufflevector (a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif
  MsVec y[64 / sizeof (MsReal)];
#pragma GCC unroll 4
  for (int round = 1; round < MS_LANES; round *= 2)
    {
#pragma GCC unroll 8
      for (int i = 0; i < MS_LANES / 2; i++)
        {
          y[2 * i] = MS_SHUFFLE_LOW (x[i], x[i + MS_LANES / 2]);
          y[2 * i + 1] = MS_SHUFFLE_HIGH (x[i], x[i + MS_LANES / 2]);
        }
#pragma GCC unroll 16
      for (int i = 0; i < MS_LANES; i++)
        x[i] = y[i];
    }
#undef MS_SHUFFLE_LOW
#undef MS_SHUFFLE_HIGH
}

#ifdef MS_DOUBLE

MS_VEC_INLINE MsVec
ms_vec_exp (MsVec x)
{
  for (int i = 0; i < MS_LANES; i++)
    x[i] = exp (x[i]);
  return x;
}

MS_VEC_INLINE MsVec
ms_vec_tanh (MsVec x)
{
  for (int i = 0; i < MS_LANES; i++)
    x[i] = tanh (x[i]);
  return x;
}

#else

/* exp (x) = 2^n exp (r), |r| <= ln 2 / 2, within 2 ulp; results below the smallest normal number are 0, as they are for
 * every other operation in threads that flush denormals. The coefficients are those of the Cephes library. */
MS_VEC_INLINE MsVec
ms_vec_exp (MsVec x)
{
  const float log2_e = 1.44269504088896341f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  const float largest = 88.7228394f, smallest = -87.3365402f;
  const float round_to_int = 12582912.0f; /* 1.5 * 2^23: a sum with it keeps no fraction and has n in its low bits */

  MsVec shifted = x * log2_e + round_to_int;
  MsVec n = shifted - round_to_int;
  MsVec r = x - n * ln2_high - n * ln2_low;
  MsVec p = ((((1.9875691500e-4f * r + 1.3981999507e-3f) * r + 8.3334519073e-3f) * r + 4.1665795894e-2f) * r +
             1.6666665459e-1f) * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  MsVec y = (MsVec) ((MsVecBits) p + ((MsVecBits) shifted << 23));
  y = (MsVec) ((MsVecInt) y & ~(x < smallest));
  return ms_vec_select (x <= largest, y, x + INFINITY); /* the sum keeps NaN */
}

/* A quotient of polynomials on [-8, 8], within 8 ulp; the coefficients are those of the Eigen library. */
MS_VEC_INLINE MsVec
ms_vec_tanh (MsVec x)
{
  const float edge = 7.90531110763549805f, one_from = 9.01f, linear_to = 4e-4f;
  MsVec zero = { 0 }, one = 1.0f - zero;
  MsVec magnitude = (MsVec) ((MsVecInt) x & 0x7fffffff);
  MsVecInt sign = (MsVecInt) x & (int32_t) 0x80000000;
  MsVec z = ms_vec_select (magnitude > edge, edge - zero, magnitude);
  MsVec z2 = z * z;
  MsVec p = ((((((-2.76076847742355e-16f * z2 + 2.00018790482477e-13f) * z2 + -8.60467152213735e-11f) * z2 +
                5.12229709037114e-08f) * z2 + 1.48572235717979e-05f) * z2 + 6.37261928875436e-04f) * z2 +
             4.89352455891786e-03f) * z;
  MsVec q = ((1.19825839466702e-06f * z2 + 1.18534705686654e-04f) * z2 + 2.26843463243900e-03f) * z2 +
            4.89352518554385e-03f;
  MsVec y = ms_vec_select (magnitude < linear_to, magnitude, p / q);
  y = ms_vec_select (magnitude > one_from, one, y);
  return (MsVec) ((MsVecInt) y | sign);
}

#endif
