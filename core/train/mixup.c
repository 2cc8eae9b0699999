/* SPDX-License-Identifier: MIT */

#include "core/train/mixup.h"

#include "core/base/rng.h"

#include <math.h>
#include <string.h>

/* Normal and uniform numbers of one stream are made of the same bits and not independent: so there are two. */
typedef struct {
  MsRng normal, uniform;
} Streams;

/* In (0, 1], for logarithms. */
static double
uniform_above_zero (Streams *streams)
{
  return 1 - ms_rng_uniform (&streams->uniform);
}

/* The logarithm of a Gamma (a, 1) number, by rejection (Marsaglia and Tsang, 2000) for a + 1, whose draw times
 * U^(1 / a) is one for a: as a logarithm because for small a the number itself is below what a double holds. */
static double
log_gamma_number (Streams *streams, double a)
{
  double d = a + 1 - 1.0 / 3, c = 1 / sqrt (9 * d), x, v;

  do
    {
      x = ms_rng_normal (&streams->normal);
      v = pow (1 + c * x, 3);
    }
  while (v <= 0 || log (uniform_above_zero (streams)) > 0.5 * x * x + d - d * v + d * log (v));
  return log (d * v) + log (uniform_above_zero (streams)) / a;
}

double
ms_mixup_share (double m, guint64 seed, gint64 step)
{
  Streams streams = { ms_rng_new (seed, MS_RNG_MIXUP, 0, (guint64)step),
                      ms_rng_new (seed, MS_RNG_MIXUP, 1, (guint64)step) };
  double a, b;

  if (m <= 0)
    return 1;
  a = log_gamma_number (&streams, m);
  b = log_gamma_number (&streams, m);
  return 1 / (1 + exp (-fabs (a - b)));
}

void
ms_mixup_inputs (MsReal *x, int N, gsize size, double share)
{
  g_autofree MsReal *first = g_memdup2 (x, size * sizeof *x);
  const MsReal own = (MsReal)share, other = (MsReal)(1 - share);

  for (gsize n = 0; n < (gsize)N; n++)
    {
      const MsReal *next = n + 1 < (gsize)N ? x + (n + 1) * size : first;

      for (gsize i = 0; i < size; i++)
        x[n * size + i] = own * x[n * size + i] + other * next[i];
    }
}

void
ms_mixup_partners (int *partner, const int *labels, int N)
{
  for (int n = 0; n < N; n++)
    partner[n] = labels[(n + 1) % N];
}
