/* SPDX-License-Identifier: MIT */

#include "core/autodiff/ops/rows.h"

#include <string.h>

#define CHUNK_ROWS 128

typedef struct {
  const MsReal *x;  /* (rows, cols) */
  MsReal *partial;  /* (chunks, cols) */
  gsize rows, cols;
} Sums;

/* Four vectors of columns stay in registers from the first row to the last. */
MS_CLONES
void
ms_rows_sum (MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add)
{
  gsize c = 0;

  for (; c + 4 * MS_LANES <= cols; c += 4 * MS_LANES)
    {
      MsVec s[4];

#pragma GCC unroll 4
      for (int i = 0; i < 4; i++)
        s[i] = add ? ms_vec_load (sum + c + i * MS_LANES) : (MsVec){ 0 };
      for (gsize r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
          s[i] += ms_vec_load (x + r * cols + c + i * MS_LANES);
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++)
        ms_vec_store (sum + c + i * MS_LANES, s[i]);
    }
  if (c == cols)
    return;
  if (!add)
    memset (sum + c, 0, (cols - c) * sizeof *sum);
  for (gsize r = 0; r < rows; r++)
    ms_row_scale (sum + c, x + r * cols + c, 1, cols - c, true);
}

static void
sum_chunks (gpointer data, gsize begin, gsize end)
{
  const Sums *s = data;

  for (gsize c = begin; c < end; c++)
    {
      gsize first = c * CHUNK_ROWS, rows = MIN (s->rows - first, CHUNK_ROWS);

      ms_rows_sum (s->partial + c * s->cols, s->x + first * s->cols, rows, s->cols, false);
    }
}

void
ms_column_sums (MsTape *tape, MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add)
{
  gsize chunks = (rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
  Sums s = { x, ms_tape_alloc (tape, MAX (chunks, 1) * cols * sizeof (MsReal)), rows, cols };

  ms_pool_for (ms_tape_pool (tape), chunks, 1, sum_chunks, &s);
  ms_rows_sum (sum, s.partial, chunks, cols, add);
}
