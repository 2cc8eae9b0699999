/* SPDX-License-Identifier: MIT */

#include "core/autodiff/ops/rows.h"

#include <string.h>

#define CHUNK_ROWS 128

typedef struct {
  const MsReal *x;  /* (rows, cols) */
  MsReal *partial;  /* (chunks, cols) */
  gsize rows, cols;
} Sums;

MS_CLONES
static void
sum_chunks (gpointer data, gsize begin, gsize end)
{
  const Sums *s = data;

  for (gsize c = begin; c < end; c++)
    {
      MsReal *partial = s->partial + c * s->cols;
      gsize last = MIN (s->rows, (c + 1) * CHUNK_ROWS);

      memset (partial, 0, s->cols * sizeof *partial);
      for (gsize r = c * CHUNK_ROWS; r < last; r++)
        ms_row_scale (partial, s->x + r * s->cols, 1, s->cols, true);
    }
}

void
ms_column_sums (MsTape *tape, MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add)
{
  gsize chunks = (rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
  Sums s = { x, ms_tape_alloc (tape, MAX (chunks, 1) * cols * sizeof (MsReal)), rows, cols };

  ms_pool_for (ms_tape_pool (tape), chunks, 1, sum_chunks, &s);
  if (!add)
    memset (sum, 0, cols * sizeof *sum);
  for (gsize c = 0; c < chunks; c++)
    ms_row_scale (sum, s.partial + c * cols, 1, cols, true);
}
