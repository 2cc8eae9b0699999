/* SPDX-License-Identifier: MIT */

/* For each example and head, with T tokens, d = H / heads columns, scale = 1 / sqrt (d):
 *   P = softmax (scale q k^T),  o = P v
 *   dv = P^T do,  dP = do v^T,  dS_ij = scale P_ij (dP_ij - sum_l dP_il P_il),  dq = dS k,  dk = dS^T q
 * q, k, v, o: (N T, H), q, k and v one after the other. The matrices are far too small for BLAS. P and dS are kept
 * transposed, keys down and queries across, so that the softmax of 16 queries at once runs down the vectors; then of
 * each pair of factors only one (q, do) has to be transposed, and where d is a whole number of vectors nothing else is
 * copied. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

#include <math.h>
#include <string.h>

#define EXAMPLES_A_CHUNK 4
#define N_SCRATCH 4
#define ROWS 8 /* of a product at a time, each a vector of sums */

typedef struct {
  int tokens, heads;
} Attr;

typedef struct {
  const MsReal *q, *k, *v, *dy;
  MsReal *y, *dq, *dk, *dv;
  bool add;        /* to the gradient of q, k and v, which are parts of one array */
  MsReal *p;       /* (N, heads, T, Tp) transposed: row j, column i is P_ij; columns padded to whole vectors */
  MsReal *scratch; /* (chunks, N_SCRATCH, L, L), L = max (T, d) padded */
  gsize N, T, Tp, H, heads, d, dp, L;
  MsReal scale;
} Attention;

/* A matrix read element by element: (i, k) is x[i * row + k * col]. */
typedef struct {
  const MsReal *x;
  gsize row, col;
} Left;

/* A matrix of whole vectors: rows ld apart. */
typedef struct {
  const MsReal *x;
  gsize ld;
} Right;

MS_VEC_INLINE void
multiply_rows (int rows, MsReal *C, gsize ldc, bool add, Left A, Right B, gsize K)
{
  MsVec sum[ROWS];

#pragma GCC unroll 8
  for (int i = 0; i < rows; i++)
    sum[i] = add ? ms_vec_load (C + (gsize)i * ldc) : (MsVec){ 0 };
  for (gsize k = 0; k < K; k++)
    {
      MsVec b = ms_vec_load (B.x + k * B.ld);
      const MsReal *a = A.x + k * A.col;

#pragma GCC unroll 8
      for (int i = 0; i < rows; i++)
        sum[i] += a[(gsize)i * A.row] * b;
    }
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++)
    ms_vec_store (C + (gsize)i * ldc, sum[i]);
}

/* C (M, N) = A B or C += A B; N a multiple of the lanes. */
MS_VEC_INLINE void
multiply (MsReal *C, gsize ldc, bool add, Left A, Right B, gsize M, gsize N, gsize K)
{
  for (gsize j = 0; j < N; j += MS_LANES)
    {
      Right strip = { B.x + j, B.ld };

      for (gsize i = 0; i < M / ROWS * ROWS; i += ROWS)
        multiply_rows (ROWS, C + i * ldc + j, ldc, add, (Left){ A.x + i * A.row, A.row, A.col }, strip, K);
      for (gsize i = M / ROWS * ROWS; i < M; i++)
        multiply_rows (1, C + i * ldc + j, ldc, add, (Left){ A.x + i * A.row, A.row, A.col }, strip, K);
    }
}

/* c times the head's (T, d) block, transposed: (d, Tp), padding cleared. */
MS_VEC_INLINE void
transpose (MsReal *to, const MsReal *x, MsReal c, const Attention *a)
{
  for (gsize t = 0; t < a->Tp; t += MS_LANES)
    for (gsize i = 0; i < a->d; i += MS_LANES)
      {
        gsize rows = MIN ((gsize)MS_LANES, a->T - MIN (t, a->T)), cols = MIN ((gsize)MS_LANES, a->d - i);
        MsVec block[64 / sizeof (MsReal)];

        for (gsize r = 0; r < (gsize)MS_LANES; r++)
          block[r] = r >= rows               ? (MsVec){ 0 }
                     : cols < (gsize)MS_LANES ? c * ms_vec_load_part (x + (t + r) * a->H + i, (int)cols)
                                              : c * ms_vec_load (x + (t + r) * a->H + i);
        ms_vec_transpose (block);
        for (gsize r = 0; r < cols; r++)
          ms_vec_store (to + (i + r) * a->Tp + t, block[r]);
      }
}

/* The head's block as whole vectors: where it lies, or padded in @scratch. */
MS_VEC_INLINE Right
whole_vectors (const MsReal *x, MsReal *scratch, const Attention *a)
{
  if (a->dp == a->d)
    return (Right){ x, a->H };
  for (gsize t = 0; t < a->T; t++)
    {
      memcpy (scratch + t * a->dp, x + t * a->H, a->d * sizeof *x);
      memset (scratch + t * a->dp + a->d, 0, (a->dp - a->d) * sizeof *x);
    }
  return (Right){ scratch, a->dp };
}

/* The head's block at x = A B, or += A B: straight, or through @scratch where vectors would reach over its edge. */
MS_VEC_INLINE void
multiply_into (MsReal *x, bool add, Left A, Right B, MsReal *scratch, const Attention *a)
{
  if (a->dp == a->d)
    {
      multiply (x, a->H, add, A, B, a->T, a->d, a->T);
      return;
    }
  multiply (scratch, a->dp, false, A, B, a->T, a->dp, a->T);
  for (gsize t = 0; t < a->T; t++)
    ms_row_scale (x + t * a->H, scratch + t * a->dp, 1, a->d, add);
}

/* Down the rows of p (T, Tp), each column by itself. */
MS_VEC_INLINE void
softmax_down (MsReal *p, gsize T, gsize Tp)
{
  for (gsize i = 0; i < Tp; i += MS_LANES)
    {
      MsVec max = ms_vec_load (p + i), sum = { 0 };

      for (gsize j = 1; j < T; j++)
        max = ms_vec_max (max, ms_vec_load (p + j * Tp + i));
      for (gsize j = 0; j < T; j++)
        {
          MsVec e = ms_vec_exp (ms_vec_load (p + j * Tp + i) - max);

          sum += e;
          ms_vec_store (p + j * Tp + i, e);
        }
      sum = 1 / sum;
      for (gsize j = 0; j < T; j++)
        ms_vec_store (p + j * Tp + i, sum * ms_vec_load (p + j * Tp + i));
    }
}

/* ds = scale p (ds - sum down of ds p), each column by itself. */
MS_VEC_INLINE void
softmax_back (MsReal *ds, const MsReal *p, MsReal scale, gsize T, gsize Tp)
{
  for (gsize i = 0; i < Tp; i += MS_LANES)
    {
      MsVec dot = { 0 };

      for (gsize j = 0; j < T; j++)
        dot += ms_vec_load (ds + j * Tp + i) * ms_vec_load (p + j * Tp + i);
      for (gsize j = 0; j < T; j++)
        ms_vec_store (ds + j * Tp + i,
                      scale * ms_vec_load (p + j * Tp + i) * (ms_vec_load (ds + j * Tp + i) - dot));
    }
}

static MsReal *
scratch (const Attention *a, gsize chunk, int i)
{
  return a->scratch + (chunk * N_SCRATCH + (gsize)i) * a->L * a->L;
}

MS_VEC_INLINE void
forward_head (const Attention *a, gsize chunk, gsize n, gsize head)
{
  gsize at = n * a->T * a->H + head * a->d;
  MsReal *p = a->p + (n * a->heads + head) * a->T * a->Tp, *qt = scratch (a, chunk, 0);
  Right v = whole_vectors (a->v + at, scratch (a, chunk, 1), a);

  transpose (qt, a->q + at, a->scale, a);
  multiply (p, a->Tp, false, (Left){ a->k + at, a->H, 1 }, (Right){ qt, a->Tp }, a->T, a->Tp, a->d);
  softmax_down (p, a->T, a->Tp);
  multiply_into (a->y + at, false, (Left){ p, 1, a->Tp }, v, scratch (a, chunk, 2), a);
}

MS_VEC_INLINE void
backward_head (const Attention *a, gsize chunk, gsize n, gsize head)
{
  gsize at = n * a->T * a->H + head * a->d;
  const MsReal *p = a->p + (n * a->heads + head) * a->T * a->Tp;
  MsReal *dyt = scratch (a, chunk, 0), *ds = scratch (a, chunk, 1);
  MsReal *padded = scratch (a, chunk, 2), *out = scratch (a, chunk, 3);

  multiply_into (a->dv + at, a->add, (Left){ p, a->Tp, 1 }, whole_vectors (a->dy + at, padded, a), out, a);
  transpose (dyt, a->dy + at, 1, a);
  multiply (ds, a->Tp, false, (Left){ a->v + at, a->H, 1 }, (Right){ dyt, a->Tp }, a->T, a->Tp, a->d);
  softmax_back (ds, p, a->scale, a->T, a->Tp);
  multiply_into (a->dq + at, a->add, (Left){ ds, 1, a->Tp }, whole_vectors (a->k + at, padded, a), out, a);
  multiply_into (a->dk + at, a->add, (Left){ ds, a->Tp, 1 }, whole_vectors (a->q + at, padded, a), out, a);
}

/* Heads lie side by side, so a head's rows are too far apart for the processor to see them coming. A part of the next
 * example's is asked for at each head, not all at once: the requests would wait for each other. */
MS_VEC_INLINE void
prefetch_next (const MsReal *x, const Attention *a, gsize n, gsize head, bool to_write)
{
  gsize size = a->T * a->H * sizeof *x, part = (size / a->heads + 63) / 64 * 64, begin = head * part;
  const char *at = (const char *)(x + (n + 1) * a->T * a->H);

  if (x != NULL && n + 1 < a->N)
    for (gsize i = begin; i < MIN (size, begin + part); i += 64)
      {
        if (to_write)
          __builtin_prefetch (at + i, 1);
        else
          __builtin_prefetch (at + i);
      }
}

MS_VEC_INLINE void
forward_examples (const Attention *a, gsize begin, gsize end)
{
  for (gsize n = begin; n < end; n++)
    for (gsize head = 0; head < a->heads; head++)
      {
        prefetch_next (a->q, a, n, head, false);
        prefetch_next (a->k, a, n, head, false);
        prefetch_next (a->v, a, n, head, false);
        prefetch_next (a->y, a, n, head, true);
        forward_head (a, begin / EXAMPLES_A_CHUNK, n, head);
      }
}

MS_VEC_INLINE void
backward_examples (const Attention *a, gsize begin, gsize end)
{
  for (gsize n = begin; n < end; n++)
    for (gsize head = 0; head < a->heads; head++)
      {
        prefetch_next (a->q, a, n, head, false);
        prefetch_next (a->k, a, n, head, false);
        prefetch_next (a->v, a, n, head, false);
        prefetch_next (a->dy, a, n, head, false);
        prefetch_next (a->dq, a, n, head, true);
        prefetch_next (a->dk, a, n, head, true);
        prefetch_next (a->dv, a, n, head, true);
        backward_head (a, begin / EXAMPLES_A_CHUNK, n, head);
      }
}

/* One vector of tokens and one of columns is what small images give: with sizes that the compiler knows, matrices stay
 * in registers. */
static bool
is_one_vector (const Attention *a)
{
  return a->T == (gsize)MS_LANES && a->d == (gsize)MS_LANES;
}

MS_VEC_INLINE Attention
of_one_vector (const Attention *a)
{
  Attention one = *a;

  one.T = one.Tp = one.d = one.dp = (gsize)MS_LANES;
  return one;
}

MS_CLONES
static void
forward_chunk (gpointer data, gsize begin, gsize end)
{
  const Attention *a = data;

  if (is_one_vector (a))
    {
      const Attention one = of_one_vector (a);

      forward_examples (&one, begin, end);
    }
  else
    forward_examples (a, begin, end);
}

MS_CLONES
static void
backward_chunk (gpointer data, gsize begin, gsize end)
{
  const Attention *a = data;

  if (is_one_vector (a))
    {
      const Attention one = of_one_vector (a);

      backward_examples (&one, begin, end);
    }
  else
    backward_examples (a, begin, end);
}

static gsize
padded_size (gsize n)
{
  return (n + MS_LANES - 1) / MS_LANES * MS_LANES;
}

static Attention
describe (MsTape *tape, MsNode *y)
{
  const Attr *attr = y->attr;
  gsize T = (gsize)attr->tokens, heads = (gsize)attr->heads, H = ms_node_cols (y), d = H / heads;
  const MsReal *qkv = y->in[0]->value;
  Attention a = { .q = qkv, .k = qkv + y->n, .v = qkv + 2 * y->n, .T = T, .heads = heads, .H = H,
                  .d = d, .Tp = padded_size (T), .dp = padded_size (d), .N = ms_node_rows (y) / T,
                  .scale = 1 / (MsReal)sqrt ((double)d) };
  gsize chunks = (a.N + EXAMPLES_A_CHUNK - 1) / EXAMPLES_A_CHUNK;

  a.L = MAX (a.Tp, a.dp);
  a.scratch = ms_tape_alloc (tape, chunks * N_SCRATCH * a.L * a.L * sizeof (MsReal));
  return a;
}

static void
attention_forward (MsTape *tape, MsNode *y)
{
  Attention a = describe (tape, y);

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, a.N * a.heads * a.T * a.Tp * sizeof (MsReal));
  a.p = y->saved;
  a.y = y->value;
  ms_pool_for (ms_tape_pool (tape), a.N, EXAMPLES_A_CHUNK, forward_chunk, &a);
}

static void
attention_backward (MsTape *tape, MsNode *y)
{
  Attention a = describe (tape, y);

  a.p = y->saved;
  a.dy = y->grad;
  a.dq = ms_grad (tape, y->in[0], &a.add);
  if (a.dq == NULL)
    return;
  a.dk = a.dq + y->n;
  a.dv = a.dq + 2 * y->n;
  ms_pool_for (ms_tape_pool (tape), a.N, EXAMPLES_A_CHUNK, backward_chunk, &a);
}

static MsCost
attention_cost (const MsNode *y, bool backward)
{
  const Attr *a = y->attr;
  gsize T = (gsize)a->tokens, heads = (gsize)a->heads, N = ms_node_rows (y) / T, scores = N * heads * T * T;

  return (MsCost){ (backward ? 8 : 4) * scores * (ms_node_cols (y) / heads),
                   ((backward ? 7 : 4) * y->n + scores) * sizeof (MsReal) };
}

/* 5 tokens of 3 columns are all padding; one vector of each; and more than one vector of tokens. */
static MsNode *
attention_sample (MsTape *tape, MsCheck *check)
{
  static const struct { int tokens, columns; } sizes[] = { { 5, 3 }, { MS_LANES, MS_LANES }, { 17, MS_LANES } };
  int tokens = sizes[check->rng.seed % 3].tokens, columns = sizes[check->rng.seed % 3].columns;
  gsize shape[2] = { 3 * 2 * (gsize)tokens, 2 * (gsize)columns };

  return ms_attention (tape, ms_check_variable (tape, check, 1, 2, shape), tokens, 2);
}

static void
attention_shape (MsNode *y)
{
  const Attr *a = y->attr;
  gsize rows = ms_node_rows (y->in[0]);

  g_assert (rows % (3 * (gsize)a->tokens) == 0 && ms_node_cols (y->in[0]) % (gsize)a->heads == 0);
  ms_shape_matrix (y, rows / 3, ms_node_cols (y->in[0]));
}

const MsOp ms_op_attention = {
  .name = "attention",
  .shape = attention_shape,
  .forward = attention_forward,
  .backward = attention_backward,
  .cost = attention_cost,
  .sample = attention_sample,
};

MsNode *
ms_attention (MsTape *tape, MsNode *qkv, int tokens, int heads)
{
  Attr attr = { tokens, heads };

  return ms_tape_apply (tape, &ms_op_attention, &attr, sizeof attr, &qkv, 1);
}
