/* SPDX-License-Identifier: MIT */

/* Counter-based random numbers (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A number is a pure function of (seed, stream, index): any step can be drawn again without the ones before it, and the
 * order in which threads ask does not matter. */
#pragma once

#include "core/base/real.h"
#include <glib.h>

G_BEGIN_DECLS

/* What a number is for. Purposes never share a stream, so adding dropout does not change the router's noise. */
typedef enum {
  MS_RNG_INIT,
  MS_RNG_SHUFFLE,
  MS_RNG_NOISE,
  MS_RNG_DROPOUT,
  MS_RNG_ROUTE,
  MS_RNG_DATA,
  MS_RNG_AUGMENT,
  MS_RNG_TEST,
  MS_RNG_MEMBER,
  MS_RNG_MIMO,
  MS_RNG_MIXUP,
  MS_RNG_JITTER,
  MS_RNG_CONTROL,
} MsRngPurpose;

typedef struct {
  guint64 seed;
  guint64 stream;
  guint64 index; /* of the next 32-bit number */
} MsRng;

/* The stream of @purpose for a place in the model (layer or tensor number) and a moment (step or epoch). */
guint64 ms_rng_stream (MsRngPurpose purpose, guint32 place, guint64 moment);

/* The seed of member @m of an ensemble: member 0 has the run's own, so that it is the single model; any m >= 0. */
guint64 ms_rng_member_seed (guint64 seed, int m);

/* Four 32-bit numbers at @block of (seed, stream). */
void ms_rng_block (guint64 seed, guint64 stream, guint64 block, guint32 out[4]);

/* Sequential use: each call moves @rng on. */
MsRng ms_rng_new (guint64 seed, MsRngPurpose purpose, guint32 place, guint64 moment);
guint32 ms_rng_u32 (MsRng *rng);
double ms_rng_uniform (MsRng *rng);               /* in [0, 1), 32 bits */
double ms_rng_normal (MsRng *rng);                /* mean 0, standard deviation 1 */
guint32 ms_rng_below (MsRng *rng, guint32 bound); /* in [0, bound), unbiased; bound > 0 */
void ms_rng_shuffle (MsRng *rng, int *items, gsize n);

/* Random access: numbers [first, first + n) of (seed, stream), so that threads can fill their own parts. */
void ms_rng_fill_uniform (guint64 seed, guint64 stream, guint64 first, gsize n, MsReal *out);
void ms_rng_fill_normal (guint64 seed, guint64 stream, guint64 first, gsize n, MsReal *out);

G_END_DECLS
