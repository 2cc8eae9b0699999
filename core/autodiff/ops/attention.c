/* SPDX-License-Identifier: MIT */

/* For each example and head, with T tokens, d = H / heads columns, scale = 1 / sqrt (d):
 *   P = softmax (scale q k^T),  o = P v
 *   dv = P^T do,  dP = do v^T,  dS_ij = scale P_ij (dP_ij - sum_l dP_il P_il),  dq = dS k,  dk = dS^T q
 * q, k, v, o: (N T, H). The matrices are far too small for BLAS, so they are packed into padded scratch and multiplied
 * by a kernel of a few rows at a time. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/softmax.h"

#include <math.h>
#include <string.h>

#define EXAMPLES_A_CHUNK 4
#define N_SCRATCH 5

typedef struct {
  int tokens, heads;
} Attr;

typedef struct {
  const MsReal *q, *k, *v, *dy;
  MsReal *y, *dq, *dk, *dv;
  bool add_q, add_k, add_v;
  MsReal *p;       /* (N, heads, T, Tp), columns padded to whole vectors */
  MsReal *scratch; /* (chunks, N_SCRATCH, L, L), L = max (T, d) padded */
  gsize N, T, Tp, H, heads, d, dp, L;
} Attention;

/* C (M, N) = A B, where A's element (i, k) is A[i * row + k * col], B (K, N) has leading dimension ldb, C ldc; N is a
 * multiple of the lanes. */
MS_VEC_INLINE void
multiply (MsReal *C, gsize ldc, const MsReal *A, gsize row, gsize col, const MsReal *B, gsize ldb, gsize M, gsize N,
          gsize K)
{
  for (gsize j = 0; j < N; j += MS_LANES)
    {
      gsize i = 0;

      for (; i + 4 <= M; i += 4)
        {
          MsVec c0 = { 0 }, c1 = { 0 }, c2 = { 0 }, c3 = { 0 };

          for (gsize k = 0; k < K; k++)
            {
              MsVec b = ms_vec_load (B + k * ldb + j);
              const MsReal *a = A + i * row + k * col;

              c0 += a[0] * b;
              c1 += a[row] * b;
              c2 += a[2 * row] * b;
              c3 += a[3 * row] * b;
            }
          ms_vec_store (C + i * ldc + j, c0);
          ms_vec_store (C + (i + 1) * ldc + j, c1);
          ms_vec_store (C + (i + 2) * ldc + j, c2);
          ms_vec_store (C + (i + 3) * ldc + j, c3);
        }
      for (; i < M; i++)
        {
          MsVec c = { 0 };

          for (gsize k = 0; k < K; k++)
            c += A[i * row + k * col] * ms_vec_load (B + k * ldb + j);
          ms_vec_store (C + i * ldc + j, c);
        }
    }
}

/* The head's (T, d) block of x, times c, into scratch with leading dimension dp, padding cleared. */
MS_VEC_INLINE void
pack (MsReal *to, const MsReal *x, MsReal c, const Attention *a)
{
  for (gsize t = 0; t < a->T; t++)
    {
      for (gsize i = 0; i < a->d; i++)
        to[t * a->dp + i] = c * x[t * a->H + i];
      for (gsize i = a->d; i < a->dp; i++)
        to[t * a->dp + i] = 0;
    }
}

/* Its transpose (d, T), leading dimension Tp. */
MS_VEC_INLINE void
pack_transposed (MsReal *to, const MsReal *x, const Attention *a)
{
  for (gsize i = 0; i < a->d; i++)
    {
      for (gsize t = 0; t < a->T; t++)
        to[i * a->Tp + t] = x[t * a->H + i];
      for (gsize t = a->T; t < a->Tp; t++)
        to[i * a->Tp + t] = 0;
    }
}

MS_VEC_INLINE void
unpack (MsReal *x, const MsReal *from, MsReal c, bool add, const Attention *a)
{
  for (gsize t = 0; t < a->T; t++)
    ms_row_scale (x + t * a->H, from + t * a->dp, c, a->d, add);
}

static MsReal *
scratch (const Attention *a, gsize chunk, int i)
{
  return a->scratch + (chunk * N_SCRATCH + (gsize)i) * a->L * a->L;
}

MS_CLONES
static void
forward_head (const Attention *a, gsize chunk, gsize n, gsize head)
{
  gsize at = n * a->T * a->H + head * a->d;
  MsReal *p = a->p + (n * a->heads + head) * a->T * a->Tp;
  MsReal *kt = scratch (a, chunk, 0), *v = scratch (a, chunk, 1), *o = scratch (a, chunk, 2);
  MsReal *q = scratch (a, chunk, 3);

  pack (q, a->q + at, 1 / (MsReal)sqrt ((double)a->d), a);
  pack_transposed (kt, a->k + at, a);
  pack (v, a->v + at, 1, a);
  multiply (p, a->Tp, q, a->dp, 1, kt, a->Tp, a->T, a->Tp, a->d);
  for (gsize t = 0; t < a->T; t++)
    ms_softmax_row (p + t * a->Tp, p + t * a->Tp, a->T);
  multiply (o, a->dp, p, a->Tp, 1, v, a->dp, a->T, a->dp, a->T);
  unpack (a->y + at, o, 1, false, a);
}

MS_CLONES
static void
backward_head (const Attention *a, gsize chunk, gsize n, gsize head)
{
  gsize at = n * a->T * a->H + head * a->d;
  const MsReal *p = a->p + (n * a->heads + head) * a->T * a->Tp;
  MsReal *vt = scratch (a, chunk, 0), *dy = scratch (a, chunk, 1), *ds = scratch (a, chunk, 2);
  MsReal *other = scratch (a, chunk, 3), *out = scratch (a, chunk, 4);
  MsReal scale = 1 / (MsReal)sqrt ((double)a->d);

  pack (dy, a->dy + at, 1, a);
  if (a->dv != NULL)
    {
      multiply (out, a->dp, p, 1, a->Tp, dy, a->dp, a->T, a->dp, a->T);
      unpack (a->dv + at, out, 1, a->add_v, a);
    }
  pack_transposed (vt, a->v + at, a);
  multiply (ds, a->Tp, dy, a->dp, 1, vt, a->Tp, a->T, a->Tp, a->d);
  for (gsize t = 0; t < a->T; t++)
    {
      const MsReal *row = p + t * a->Tp;
      MsReal *ds_t = ds + t * a->Tp, dot = ms_row_dot (ds_t, row, a->T);

      for (gsize j = 0; j < a->T; j++)
        ds_t[j] = row[j] * (ds_t[j] - dot);
    }
  if (a->dq != NULL)
    {
      pack (other, a->k + at, scale, a);
      multiply (out, a->dp, ds, a->Tp, 1, other, a->dp, a->T, a->dp, a->T);
      unpack (a->dq + at, out, 1, a->add_q, a);
    }
  if (a->dk != NULL)
    {
      pack (other, a->q + at, scale, a);
      multiply (out, a->dp, ds, 1, a->Tp, other, a->dp, a->T, a->dp, a->T);
      unpack (a->dk + at, out, 1, a->add_k, a);
    }
}

static void
forward_chunks (gpointer data, gsize begin, gsize end)
{
  const Attention *a = data;

  for (gsize c = begin; c < end; c++)
    for (gsize n = c * EXAMPLES_A_CHUNK; n < MIN (a->N, (c + 1) * EXAMPLES_A_CHUNK); n++)
      for (gsize head = 0; head < a->heads; head++)
        forward_head (a, c, n, head);
}

static void
backward_chunks (gpointer data, gsize begin, gsize end)
{
  const Attention *a = data;

  for (gsize c = begin; c < end; c++)
    for (gsize n = c * EXAMPLES_A_CHUNK; n < MIN (a->N, (c + 1) * EXAMPLES_A_CHUNK); n++)
      for (gsize head = 0; head < a->heads; head++)
        backward_head (a, c, n, head);
}

static gsize
padded (gsize n)
{
  return (n + MS_LANES - 1) / MS_LANES * MS_LANES;
}

static Attention
describe (MsTape *tape, MsNode *y)
{
  const Attr *attr = y->attr;
  gsize T = (gsize)attr->tokens, heads = (gsize)attr->heads, H = ms_node_cols (y), d = H / heads;
  Attention a = { .q = y->in[0]->value, .k = y->in[1]->value, .v = y->in[2]->value, .T = T, .heads = heads, .H = H,
                  .d = d, .Tp = padded (T), .dp = padded (d), .N = ms_node_rows (y) / T };
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
  ms_pool_for (ms_tape_pool (tape), (a.N + EXAMPLES_A_CHUNK - 1) / EXAMPLES_A_CHUNK, 1, forward_chunks, &a);
  ms_tape_count (tape, 4 * a.N * a.heads * a.T * a.T * a.d, (4 * y->n + a.N * a.heads * a.T * a.T) * sizeof (MsReal));
}

static void
attention_backward (MsTape *tape, MsNode *y)
{
  Attention a = describe (tape, y);

  a.p = y->saved;
  a.dy = y->grad;
  a.dq = ms_grad (tape, y->in[0], &a.add_q);
  a.dk = ms_grad (tape, y->in[1], &a.add_k);
  a.dv = ms_grad (tape, y->in[2], &a.add_v);
  ms_pool_for (ms_tape_pool (tape), (a.N + EXAMPLES_A_CHUNK - 1) / EXAMPLES_A_CHUNK, 1, backward_chunks, &a);
  ms_tape_count (tape, 8 * a.N * a.heads * a.T * a.T * a.d, (7 * y->n + a.N * a.heads * a.T * a.T) * sizeof (MsReal));
}

static MsNode *
attention_sample (MsTape *tape, MsCheck *check)
{
  gsize shape[2] = { 2 * 5, 2 * 3 };
  MsNode *q = ms_check_variable (tape, check, 1, 2, shape);
  MsNode *k = ms_check_variable (tape, check, 1, 2, shape);
  MsNode *v = ms_check_variable (tape, check, 1, 2, shape);

  return ms_attention (tape, q, k, v, 5, 2);
}

const MsOp ms_op_attention = {
  .name = "attention",
  .shape = ms_shape_same,
  .forward = attention_forward,
  .backward = attention_backward,
  .sample = attention_sample,
};

MsNode *
ms_attention (MsTape *tape, MsNode *q, MsNode *k, MsNode *v, int tokens, int heads)
{
  Attr attr = { tokens, heads };

  return ms_tape_apply (tape, &ms_op_attention, &attr, sizeof attr, (MsNode *[]){ q, k, v }, 3);
}
