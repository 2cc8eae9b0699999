/* SPDX-License-Identifier: MIT */

/* Many random numbers at once. They are made in batches of BLOCKS blocks, always whole and always from a multiple of
 * the batch, so that a number is the same whichever part of the stream it is asked for with. */
#include "core/base/rng.h"
#include "core/base/simd.h"

#include <math.h>

#define BLOCKS 16
#define BATCH (4 * BLOCKS) /* numbers */

/* ms_rng_block for BLOCKS blocks from @block: out[j][i] is number j of block i. */
MS_VEC_INLINE void
philox (guint64 seed, guint64 stream, guint64 block, guint32 out[4][BLOCKS])
{
  guint32 c0[BLOCKS], c1[BLOCKS], c2[BLOCKS], c3[BLOCKS];
  guint32 k0 = (guint32)seed, k1 = (guint32)(seed >> 32);

  for (int i = 0; i < BLOCKS; i++)
    {
      c0[i] = (guint32)(block + (guint64)i);
      c1[i] = (guint32)((block + (guint64)i) >> 32);
      c2[i] = (guint32)stream;
      c3[i] = (guint32)(stream >> 32);
    }
  for (int round = 0; round < 10; round++)
    {
      for (int i = 0; i < BLOCKS; i++)
        {
          guint64 p0 = (guint64)0xD2511F53u * c0[i], p1 = (guint64)0xCD9E8D57u * c2[i];

          c0[i] = (guint32)(p1 >> 32) ^ c1[i] ^ k0;
          c1[i] = (guint32)p1;
          c2[i] = (guint32)(p0 >> 32) ^ c3[i] ^ k1;
          c3[i] = (guint32)p0;
        }
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  memcpy (out[0], c0, sizeof c0);
  memcpy (out[1], c1, sizeof c1);
  memcpy (out[2], c2, sizeof c2);
  memcpy (out[3], c3, sizeof c3);
}

/* [0, 1): 24 bits, so that a float never becomes 1. */
MS_VEC_INLINE MsReal
unit (guint32 bits)
{
  return (MsReal)(int)(bits >> 8) * (MsReal)(1.0 / 16777216.0);
}

MS_CLONES
static void
uniform_batch (guint64 seed, guint64 stream, guint64 block, MsReal *out)
{
  guint32 bits[4][BLOCKS];

  philox (seed, stream, block, bits);
  for (int i = 0; i < BLOCKS; i++)
    for (int j = 0; j < 4; j++)
      out[4 * i + j] = unit (bits[j][i]);
}

#ifdef MS_DOUBLE

static void
box_muller (const guint32 *a, const guint32 *b, MsReal *x, MsReal *y)
{
  for (int i = 0; i < BLOCKS; i++)
    {
      double radius = sqrt (-2 * log ((a[i] + 1.0) / 4294967296.0)), angle = 2 * G_PI * (b[i] / 4294967296.0);

      x[i] = radius * cos (angle);
      y[i] = radius * sin (angle);
    }
}

#else

/* ln x for normal x > 0: exponent and a polynomial of the mantissa in [sqrt 1/2, sqrt 2); coefficients of the Cephes
 * library. */
MS_VEC_INLINE MsVec
vec_log (MsVec x)
{
  MsVecInt bits = (MsVecInt)x, exponent = ((bits - 0x3f3504f3) >> 23);
  MsVec m = (MsVec)(bits - (exponent << 23)) - 1, e = __builtin_convertvector (exponent, MsVec), z = m * m;
  MsVec p = ((((((((7.0376836292e-2f * m - 1.1514610310e-1f) * m + 1.1676998740e-1f) * m - 1.2420140846e-1f) * m
                 + 1.4249322787e-1f) * m - 1.6668057665e-1f) * m + 2.0000714765e-1f) * m - 2.4999993993e-1f) * m
             + 3.3333331174e-1f) * m * z;

  p += e * -2.12194440e-4f - 0.5f * z;
  return m + p + e * 0.693359375f;
}

/* Cosine and sine of 2 pi t for t in [0, 1): t is brought into [-1/8, 1/8] around a quarter turn, then polynomials. */
MS_VEC_INLINE void
vec_turn (MsVec t, MsVec *cosine, MsVec *sine)
{
  MsVecInt quarter = __builtin_convertvector (t * 4 + 0.5f, MsVecInt);
  MsVec a = (t - __builtin_convertvector (quarter, MsVec) * 0.25f) * 6.28318530717958647692f, z = a * a;
  MsVec s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
  MsVec c = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1;
  MsVecInt odd = (quarter & 1) != 0, cos_minus = ((quarter + 1) & 2) != 0, sin_minus = (quarter & 2) != 0;
  MsVec u = ms_vec_select (odd, s, c), v = ms_vec_select (odd, c, s);

  *cosine = ms_vec_select (cos_minus, -u, u);
  *sine = ms_vec_select (sin_minus, -v, v);
}

/* Two normals from two 32-bit numbers each. */
MS_VEC_INLINE void
box_muller (const guint32 *a, const guint32 *b, MsReal *x, MsReal *y)
{
  MsReal radius[BLOCKS], turn[BLOCKS];
  MsVec cosine, sine;

  for (int i = 0; i < BLOCKS; i++)
    {
      radius[i] = unit (a[i]) + (MsReal)(1.0 / 16777216.0); /* (0, 1] */
      turn[i] = unit (b[i]);
    }
  ms_vec_store (radius, -2 * vec_log (ms_vec_load (radius)));
  for (int i = 0; i < BLOCKS; i++)
    radius[i] = sqrtf (fmaxf (radius[i], 0));
  vec_turn (ms_vec_load (turn), &cosine, &sine);
  ms_vec_store (x, ms_vec_load (radius) * cosine);
  ms_vec_store (y, ms_vec_load (radius) * sine);
}

#endif

MS_CLONES
static void
normal_batch (guint64 seed, guint64 stream, guint64 block, MsReal *out)
{
  guint32 bits[4][BLOCKS];
  MsReal x[4][BLOCKS];

  philox (seed, stream, block, bits);
  box_muller (bits[0], bits[1], x[0], x[1]);
  box_muller (bits[2], bits[3], x[2], x[3]);
  for (int i = 0; i < BLOCKS; i++)
    for (int j = 0; j < 4; j++)
      out[4 * i + j] = x[j][i];
}

typedef void (*Batch) (guint64 seed, guint64 stream, guint64 block, MsReal *out);

static void
fill (guint64 seed, guint64 stream, guint64 first, gsize n, MsReal *out, Batch batch)
{
  MsReal numbers[BATCH];

  for (gsize done = 0; done < n;)
    {
      gsize skip = (gsize)((first + done) % BATCH), take = MIN (BATCH - skip, n - done);

      batch (seed, stream, (first + done - skip) / 4, numbers);
      memcpy (out + done, numbers + skip, take * sizeof *out);
      done += take;
    }
}

void
ms_rng_fill_uniform (guint64 seed, guint64 stream, guint64 first, gsize n, MsReal *out)
{
  fill (seed, stream, first, n, out, uniform_batch);
}

void
ms_rng_fill_normal (guint64 seed, guint64 stream, guint64 first, gsize n, MsReal *out)
{
  fill (seed, stream, first, n, out, normal_batch);
}
