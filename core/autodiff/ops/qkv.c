/* SPDX-License-Identifier: MIT */

/* Queries, keys and values in one pass over x:  y_i = x w_i + b_i for i = 0, 1, 2, one after the other in y (3 T, H).
 * dx = sum_i dy_i w_i^T,  dw_i = x^T dy_i,  db_i = sum_t dy_i,t. As three linears the same products would read x three
 * times, write dx three times, and make the threads meet twelve times instead of twice.
 *                                                                                  x: (T, H), w_i: (H, H), b_i: (H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"
#include "core/base/blas.h"

#include <string.h>

#define PARTS 3
#define CHUNK_ROWS 128  /* of x */
#define WEIGHT_ROWS 32  /* of dw in one job */

typedef struct {
  const MsReal *x, *w[PARTS], *b[PARTS], *dy;
  MsReal *y, *dx, *dw[PARTS], *db[PARTS];
  bool add_x, add_w[PARTS], add_b[PARTS];
  gsize T, H;
  gsize row_jobs, weight_jobs; /* of dx; of one dw, its last job the bias */
} Qkv;

static void
qkv_shape (MsNode *y)
{
  gsize H = ms_node_cols (y->in[0]);

  for (int i = 0; i < PARTS; i++)
    g_assert (y->in[1 + 2 * i]->n == H * H && y->in[2 + 2 * i]->n == H);
  ms_shape_matrix (y, PARTS * ms_node_rows (y->in[0]), H);
}

static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Qkv *q = data;
  gsize H = q->H;

  for (int i = 0; i < PARTS; i++)
    ms_gemm_bias (end - begin, H, H, q->x + begin * H, H, q->w[i], H, q->b[i],
                  q->y + ((gsize)i * q->T + begin) * H, H);
}

static void
backward_rows (const Qkv *q, gsize job)
{
  gsize H = q->H, first = job * CHUNK_ROWS, rows = MIN (CHUNK_ROWS, q->T - first);

  for (int i = 0; i < PARTS && q->dx != NULL; i++)
    ms_gemm (false, true, rows, H, H, 1, q->dy + ((gsize)i * q->T + first) * H, H, q->w[i], H, q->add_x || i > 0,
             q->dx + first * H, H);
}

MS_CLONES
static void
sum_columns (MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add)
{
  if (!add)
    memset (sum, 0, cols * sizeof *sum);
  for (gsize r = 0; r < rows; r++)
    ms_row_scale (sum, x + r * cols, 1, cols, true);
}

static void
backward_weight (const Qkv *q, gsize part, gsize job)
{
  gsize H = q->H, first = job * WEIGHT_ROWS, rows = MIN (WEIGHT_ROWS, H - MIN (first, H));
  const MsReal *dy = q->dy + part * q->T * H;

  if (job + 1 < q->weight_jobs && q->dw[part] != NULL)
    ms_gemm (true, false, rows, H, q->T, 1, q->x + first, H, dy, H, q->add_w[part], q->dw[part] + first * H, H);
  if (job + 1 == q->weight_jobs && q->db[part] != NULL)
    sum_columns (q->db[part], dy, q->T, H, q->add_b[part]);
}

/* First the rows of dx, then the three weights: no job writes what another writes. */
static void
backward_jobs (gpointer data, gsize begin, gsize end)
{
  const Qkv *q = data;

  for (gsize job = begin; job < end; job++)
    if (job < q->row_jobs)
      backward_rows (q, job);
    else
      backward_weight (q, (job - q->row_jobs) / q->weight_jobs, (job - q->row_jobs) % q->weight_jobs);
}

static Qkv
describe (const MsNode *y)
{
  Qkv q = { .x = y->in[0]->value, .y = y->value, .dy = y->grad, .T = ms_node_rows (y->in[0]), .H = ms_node_cols (y) };

  for (int i = 0; i < PARTS; i++)
    {
      q.w[i] = y->in[1 + 2 * i]->value;
      q.b[i] = y->in[2 + 2 * i]->value;
    }
  q.row_jobs = (q.T + CHUNK_ROWS - 1) / CHUNK_ROWS;
  q.weight_jobs = (q.H + WEIGHT_ROWS - 1) / WEIGHT_ROWS + 1;
  return q;
}

static void
qkv_forward (MsTape *tape, MsNode *y)
{
  Qkv q = describe (y);

  ms_pool_for (ms_tape_pool (tape), q.T, CHUNK_ROWS, forward_rows, &q);
}

static void
qkv_backward (MsTape *tape, MsNode *y)
{
  Qkv q = describe (y);

  q.dx = ms_grad (tape, y->in[0], &q.add_x);
  for (int i = 0; i < PARTS; i++)
    {
      q.dw[i] = ms_grad (tape, y->in[1 + 2 * i], &q.add_w[i]);
      q.db[i] = ms_grad (tape, y->in[2 + 2 * i], &q.add_b[i]);
    }
  ms_pool_for (ms_tape_pool (tape), q.row_jobs + PARTS * q.weight_jobs, 1, backward_jobs, &q);
}

static MsCost
qkv_cost (const MsNode *y, bool backward)
{
  gsize T = ms_node_rows (y->in[0]), H = ms_node_cols (y), products = backward ? 0 : PARTS;

  for (int i = 0; backward && i < PARTS; i++)
    products += (y->in[0]->needs_grad ? 1 : 0) + (y->in[1 + 2 * i]->needs_grad ? 1 : 0);
  return (MsCost){ 2 * products * T * H * H, (backward ? 2 : 1) * (T * H + y->n + PARTS * H * H) * sizeof (MsReal) };
}

/* 37 columns leave a short last job. */
static MsNode *
qkv_sample (MsTape *tape, MsCheck *check)
{
  gsize H = check->rng.seed == 1 ? WEIGHT_ROWS + 5 : 4;
  MsNode *in[1 + 2 * PARTS];

  in[0] = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, H });
  for (int i = 0; i < PARTS; i++)
    {
      in[1 + 2 * i] = ms_check_variable (tape, check, 1, 3, (gsize[]){ H, 1, H });
      in[2 + 2 * i] = ms_check_variable (tape, check, 1, 2, (gsize[]){ 1, H });
    }
  return ms_qkv (tape, in[0], in + 1);
}

const MsOp ms_op_qkv = {
  .name = "qkv",
  .shape = qkv_shape,
  .forward = qkv_forward,
  .backward = qkv_backward,
  .cost = qkv_cost,
  .sample = qkv_sample,
};

MsNode *
ms_qkv (MsTape *tape, MsNode *x, MsNode *const *weights)
{
  MsNode *in[1 + 2 * PARTS] = { x };

  memcpy (in + 1, weights, 2 * PARTS * sizeof *weights);
  return ms_tape_apply (tape, &ms_op_qkv, NULL, 0, in, G_N_ELEMENTS (in));
}
