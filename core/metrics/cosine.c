/* SPDX-License-Identifier: MIT */

#include "core/metrics/cosine.h"

#include "core/base/blas.h"

#include <math.h>
#include <string.h>

#define CHUNK 4096 /* columns that are centred at a time */

/* to (n, columns): the rows less their mean, which is summed in double: of equal rows nothing is left. */
static void
centre (MsReal *to, const MsReal *x, gsize n, gsize columns, gsize ld)
{
  g_autofree double *mean = g_new0 (double, columns);

  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < columns; c++)
      mean[c] += x[i * ld + c];
  for (gsize c = 0; c < columns; c++)
    mean[c] /= (double)n;
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < columns; c++)
      to[i * columns + c] = (MsReal)(x[i * ld + c] - mean[c]);
}

void
ms_cosine_add (MsPool *pool, MsReal *gram, const MsReal *x, gsize n, gsize width, gsize ld, bool centred)
{
  g_autofree MsReal *chunk = centred ? g_new (MsReal, n * MIN (width, CHUNK)) : NULL;

  for (gsize from = 0; from < width; from += CHUNK)
    {
      gsize columns = MIN (width - from, CHUNK), stride = centred ? columns : ld;
      const MsReal *part = x + from;

      if (centred)
        {
          centre (chunk, part, n, columns, ld);
          part = chunk;
        }
      ms_gemm_pool (pool, false, true, n, n, columns, 1, part, stride, part, stride, 1, gram, n);
    }
}

void
ms_cosine_finish (float *cosine, const MsReal *gram, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      {
        double a = gram[i * n + i], b = gram[j * n + j];
        double value = gram[i * n + j] / (sqrt (a) * sqrt (b));

        cosine[i * n + j] = a > 0 && b > 0 ? (float)CLAMP (value, -1, 1) : NAN;
      }
}
