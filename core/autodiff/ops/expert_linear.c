/* SPDX-License-Identifier: MIT */

/* For the rows r of expert e:  y_r = x_r w_e + b_e;  dx_r = dy_r w_e^T,  dw_e = sum_r x_r^T dy_r,  db_e = sum_r dy_r.
 * One product per expert, cut into pieces of rows so that a popular expert does not keep the threads waiting. An expert
 * without rows is not touched at all. With a GELU behind it as in linear.c.
 *                                                                x: (n, H), w: (E, H, F), b: (E, F), y: (n, F) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/gelu.h"
#include "core/autodiff/ops/plan-sample.h"
#include "core/autodiff/ops/rows.h"
#include "core/base/blas.h"

#include <string.h>

#define PIECE_ROWS 128
#define MANY_WEIGHTS 1048576 /* numbers: a layer whose gradient no cache will hold until somebody reads it */

typedef struct {
  const MsPlan *plan;
  bool gelu;
} Attr;

/* Rows [first, first + n) of one expert; n < 0: the expert's weight gradient. */
typedef struct {
  int expert, first, n;
} Piece;

typedef struct {
  const MsReal *x, *w, *b, *dy;
  MsReal *y, *dx, *slope; /* slope NULL: not needed */
  MsNode *w_node, *b_node;
  MsTape *tape;
  const Piece *piece;
  const int *offset;
  gsize H, F;
  bool add, gelu;
} Experts;

static void
expert_linear_shape (MsNode *y)
{
  const Attr *a = y->attr;

  g_assert (y->in[1]->n_dim == 3 && y->in[1]->dim[0] == (gsize)a->plan->E);
  ms_shape_matrix (y, (gsize)a->plan->n, y->in[1]->dim[2]);
}

/* All pieces of rows in order; with @weights also one entry an expert for its weight gradient, before its rows: the
 * larger jobs first. */
static gsize
list_pieces (Piece *piece, const MsPlan *plan, bool weights)
{
  gsize n = 0;

  for (int e = 0; e < plan->E; e++)
    {
      int first = plan->offset[e], end = plan->offset[e + 1];

      if (weights && first < end)
        piece[n++] = (Piece){ e, first, -1 };
      for (; first < end; first += PIECE_ROWS)
        piece[n++] = (Piece){ e, first, MIN (PIECE_ROWS, end - first) };
    }
  return n;
}

static Piece *
new_pieces (MsTape *tape, const MsPlan *plan)
{
  return ms_tape_alloc (tape, (2 * (gsize)plan->E + (gsize)plan->n / PIECE_ROWS + 1) * sizeof (Piece));
}

static void
forward_pieces (gpointer data, gsize begin, gsize end)
{
  const Experts *x = data;
  gsize H = x->H, F = x->F;

  for (gsize i = begin; i < end; i++)
    {
      gsize e = (gsize)x->piece[i].expert, first = (gsize)x->piece[i].first, n = (gsize)x->piece[i].n;
      const MsReal *b = x->b != NULL ? x->b + e * F : NULL;

      ms_gemm_bias (n, F, H, x->x + first * H, H, x->w + e * H * F, F, b, x->y + first * F, F);
      if (x->gelu)
        ms_gelu_apply (x->y + first * F, x->slope != NULL ? x->slope + first * F : NULL, n * F);
    }
}

/* Expert e's part of a weight's gradient. A plain variable has no slices of its own and was cleared beforehand. */
static MsReal *
expert_grad (const Experts *x, MsNode *node, gsize e, bool *add)
{
  if (node == NULL || !node->needs_grad || node->n_slices > 1)
    return ms_grad_slice (x->tape, node, e, add);
  *add = true;
  return node->grad + e * (node->n / node->dim[0]);
}

static void
backward_weights (const Experts *x, gsize e)
{
  gsize H = x->H, F = x->F, first = (gsize)x->offset[e], n = (gsize)x->offset[e + 1] - first;
  bool add;
  MsReal *dw = expert_grad (x, x->w_node, e, &add);

  if (dw != NULL && !add && x->w_node->n >= MANY_WEIGHTS)
    ms_gemm_fresh (H, F, n, x->x + first * H, H, x->dy + first * F, F, dw, F);
  else if (dw != NULL)
    ms_gemm (true, false, H, F, n, 1, x->x + first * H, H, x->dy + first * F, F, add, dw, F);
  MsReal *db = expert_grad (x, x->b_node, e, &add);
  if (db != NULL)
    ms_rows_sum (db, x->dy + first * F, n, F, add);
}

static void
backward_pieces (gpointer data, gsize begin, gsize end)
{
  const Experts *x = data;
  gsize H = x->H, F = x->F;

  for (gsize i = begin; i < end; i++)
    {
      gsize e = (gsize)x->piece[i].expert, first = (gsize)x->piece[i].first;

      if (x->piece[i].n < 0)
        backward_weights (x, e);
      else if (x->dx != NULL)
        ms_gemm (false, true, (gsize)x->piece[i].n, H, F, 1, x->dy + first * F, F, x->w + e * H * F, F, x->add,
                 x->dx + first * H, H);
    }
}

static void
expert_linear_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Piece *piece = new_pieces (tape, a->plan);
  gsize n = list_pieces (piece, a->plan, false);
  Experts x = { .x = y->in[0]->value, .w = y->in[1]->value, .b = y->in[2] != NULL ? y->in[2]->value : NULL,
                .y = y->value, .gelu = a->gelu, .piece = piece, .H = ms_node_cols (y->in[0]), .F = ms_node_cols (y) };

  if (y->saved == NULL && a->gelu && y->needs_grad)
    y->saved = ms_tape_alloc (tape, y->n * sizeof (MsReal));
  x.slope = y->saved;
  ms_pool_for (ms_tape_pool (tape), n, 1, forward_pieces, &x);
}

static void
expert_linear_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Piece *piece = new_pieces (tape, a->plan);
  gsize n = list_pieces (piece, a->plan, true);
  Experts x = { .x = y->in[0]->value, .w = y->in[1]->value, .dy = y->grad, .w_node = y->in[1], .b_node = y->in[2],
                .tape = tape, .piece = piece, .offset = a->plan->offset, .H = ms_node_cols (y->in[0]),
                .F = ms_node_cols (y) };

  ms_gelu_unapply (tape, y);
  for (int i = 1; i <= 2; i++)
    if (y->in[i] != NULL && y->in[i]->n_slices == 1)
      ms_grad_cleared (tape, y->in[i]);
  x.dx = ms_grad (tape, y->in[0], &x.add);
  ms_pool_for (ms_tape_pool (tape), n, 1, backward_pieces, &x);
}

static MsCost
expert_linear_cost (const MsNode *y, bool backward)
{
  const Attr *a = y->attr;
  gsize product = 2 * (gsize)a->plan->n * ms_node_cols (y->in[0]) * ms_node_cols (y), moved = y->in[0]->n + y->n;

  if (!backward)
    return (MsCost){ product, moved * sizeof (MsReal) };
  return (MsCost){ 2 * product, (2 * moved + (a->gelu ? 3 * y->n : 0)) * sizeof (MsReal) };
}

static MsNode *
expert_linear_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 5, 3 });
  MsNode *w = ms_check_variable (tape, check, 1, 3, (gsize[]){ 3, 3, 4 });
  MsNode *b = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 });

  if (check->rng.seed % 2 == 0)
    return ms_expert_linear_gelu (tape, x, w, b, &ms_plan_sample);
  return ms_expert_linear (tape, x, w, b, &ms_plan_sample);
}

const MsOp ms_op_expert_linear = {
  .name = "expert_linear",
  .shape = expert_linear_shape,
  .forward = expert_linear_forward,
  .backward = expert_linear_backward,
  .cost = expert_linear_cost,
  .sample = expert_linear_sample,
};

static MsNode *
apply (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, const MsPlan *plan, bool gelu)
{
  Attr attr = { plan, gelu };

  return ms_tape_apply (tape, &ms_op_expert_linear, &attr, sizeof attr, (MsNode *[]){ x, w, b }, 3);
}

MsNode *
ms_expert_linear (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, const MsPlan *plan)
{
  return apply (tape, x, w, b, plan, false);
}

MsNode *
ms_expert_linear_gelu (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, const MsPlan *plan)
{
  return apply (tape, x, w, b, plan, true);
}
