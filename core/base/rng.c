/* SPDX-License-Identifier: MIT */

#include "core/base/rng.h"

#include <math.h>

guint64
ms_rng_stream (MsRngPurpose purpose, guint32 place, guint64 moment)
{
  /* Packed, not hashed: distinct while place < 2^16 and moment < 2^40, so streams cannot collide. */
  return ((guint64)purpose << 56) | ((guint64)(place & 0xffff) << 40) | (moment & ((1ULL << 40) - 1));
}

void
ms_rng_block (guint64 seed, guint64 stream, guint64 block, guint32 out[4])
{
  guint32 c0 = (guint32)block, c1 = (guint32)(block >> 32);
  guint32 c2 = (guint32)stream, c3 = (guint32)(stream >> 32);
  guint32 k0 = (guint32)seed, k1 = (guint32)(seed >> 32);

  for (int round = 0; round < 10; round++)
    {
      guint64 p0 = (guint64)0xD2511F53u * c0;
      guint64 p1 = (guint64)0xCD9E8D57u * c2;
      guint32 n0 = (guint32)(p1 >> 32) ^ c1 ^ k0;
      guint32 n2 = (guint32)(p0 >> 32) ^ c3 ^ k1;

      c0 = n0;
      c1 = (guint32)p1;
      c2 = n2;
      c3 = (guint32)p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/* [0, 1) from 32 bits, and (0, 1] for logarithms. */
static double
unit (guint32 bits)
{
  return bits * (1.0 / 4294967296.0);
}

static double
unit_above_zero (guint32 bits)
{
  return (bits + 1.0) * (1.0 / 4294967296.0);
}

/* Box and Muller: numbers 0 and 1 of a block make two normals, 2 and 3 the other two. */
static void
block_normal (const guint32 bits[4], double out[4])
{
  for (int i = 0; i < 4; i += 2)
    {
      double radius = sqrt (-2.0 * log (unit_above_zero (bits[i])));
      double angle = 2.0 * G_PI * unit (bits[i + 1]);

      out[i] = radius * cos (angle);
      out[i + 1] = radius * sin (angle);
    }
}

guint64
ms_rng_member_seed (guint64 seed, int m)
{
  guint32 bits[4];

  if (m == 0)
    return seed;
  ms_rng_block (seed, ms_rng_stream (MS_RNG_MEMBER, 0, 0), (guint64)m, bits);
  return (guint64)bits[0] << 32 | bits[1];
}

MsRng
ms_rng_new (guint64 seed, MsRngPurpose purpose, guint32 place, guint64 moment)
{
  return (MsRng){ seed, ms_rng_stream (purpose, place, moment), 0 };
}

guint32
ms_rng_u32 (MsRng *rng)
{
  guint32 bits[4];

  ms_rng_block (rng->seed, rng->stream, rng->index / 4, bits);
  return bits[rng->index++ % 4];
}

double
ms_rng_uniform (MsRng *rng)
{
  return unit (ms_rng_u32 (rng));
}

double
ms_rng_normal (MsRng *rng)
{
  guint32 bits[4];
  double normal[4];

  ms_rng_block (rng->seed, rng->stream, rng->index / 4, bits);
  block_normal (bits, normal);
  return normal[rng->index++ % 4];
}

guint32
ms_rng_below (MsRng *rng, guint32 bound)
{
  /* Lemire's multiplication with rejection of the few values that would favour small results. */
  guint64 product;
  guint32 floor;

  g_return_val_if_fail (bound > 0, 0);
  floor = (0u - bound) % bound;
  do
    product = (guint64)ms_rng_u32 (rng) * bound;
  while ((guint32)product < floor);
  return (guint32)(product >> 32);
}

void
ms_rng_shuffle (MsRng *rng, int *items, gsize n)
{
  for (gsize i = n; i > 1; i--)
    {
      gsize j = ms_rng_below (rng, (guint32)i);
      int held = items[i - 1];

      items[i - 1] = items[j];
      items[j] = held;
    }
}
