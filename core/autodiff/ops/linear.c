/* SPDX-License-Identifier: MIT */

/* y_tf = sum_h x_th w_hf + b_f;  dx = dy w^T,  dw = x^T dy,  db_f = sum_t dy_tf      x: (T, H), w: (H, F), y: (T, F)
 * While the rows of x w are in the cache they can be finished: y = gelu (x w + b), and dy is first multiplied by the
 * slopes kept; or y = r + x w + b, and dr = dy. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"
#include "core/autodiff/ops/gelu.h"
#include "core/autodiff/ops/rows.h"
#include "core/base/blas.h"

#include <string.h>

typedef struct {
  bool gelu;
} Attr;

/* The columns H of x, counted from the front of w's axes; the rest of w is F. */
static gsize
outputs (const MsNode *y)
{
  return y->in[1]->n / ms_node_cols (y->in[0]);
}

static void
linear_shape (MsNode *y)
{
  g_assert (outputs (y) * ms_node_cols (y->in[0]) == y->in[1]->n);
  g_assert (y->in[2] == NULL || y->in[2]->n == outputs (y));
  g_assert (y->in[3] == NULL || y->in[3]->n == ms_node_rows (y->in[0]) * outputs (y));
  ms_shape_matrix (y, ms_node_rows (y->in[0]), outputs (y));
}

typedef struct {
  const MsReal *x, *w, *b, *r; /* b, r NULL: none */
  MsReal *y, *slope;           /* slope NULL: not needed */
  bool gelu;
  gsize H, F;
} Forward;

static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Forward *f = data;

  ms_gemm_bias (end - begin, f->F, f->H, f->x + begin * f->H, f->H, f->w, f->F, f->b, f->y + begin * f->F, f->F);
  if (f->gelu)
    ms_gelu_apply (f->y + begin * f->F, f->slope != NULL ? f->slope + begin * f->F : NULL, (end - begin) * f->F);
  if (f->r != NULL)
    ms_add_numbers (f->y + begin * f->F, f->r + begin * f->F, (end - begin) * f->F);
}

static void
linear_forward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y->in[0]), F = ms_node_cols (y);
  const Attr *a = y->attr;
  Forward f = { .x = y->in[0]->value, .w = y->in[1]->value, .b = y->in[2] != NULL ? y->in[2]->value : NULL,
                .r = y->in[3] != NULL ? y->in[3]->value : NULL, .y = y->value, .gelu = a->gelu, .H = H, .F = F };

  if (y->saved == NULL && a->gelu && y->needs_grad)
    y->saved = ms_tape_alloc (tape, y->n * sizeof (MsReal));
  f.slope = y->saved;
  ms_pool_for (ms_tape_pool (tape), T, 128, forward_rows, &f);
}

static void
linear_backward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y->in[0]), F = ms_node_cols (y);
  MsPool *pool = ms_tape_pool (tape);
  bool add;

  ms_gelu_unapply (tape, y);
  MsReal *dx = ms_grad (tape, y->in[0], &add);
  if (dx != NULL)
    ms_gemm_pool (pool, false, true, T, H, F, 1, y->grad, F, y->in[1]->value, F, add, dx, H);
  MsReal *dw = ms_grad (tape, y->in[1], &add);
  if (dw != NULL)
    ms_gemm_pool (pool, true, false, H, F, T, 1, y->in[0]->value, H, y->grad, F, add, dw, F);
  MsReal *db = ms_grad (tape, y->in[2], &add);
  if (db != NULL)
    ms_column_sums (tape, db, y->grad, T, F, add);
  ms_add_gradient (tape, y->in[3], y);
}

static MsCost
linear_cost (const MsNode *y, bool backward)
{
  const Attr *a = y->attr;
  gsize T = ms_node_rows (y), H = ms_node_cols (y->in[0]), F = ms_node_cols (y), moved = T * H + H * F + T * F;
  MsCost product = { 2 * T * H * F, moved * sizeof (MsReal) };

  if (!backward)
    return product;
  product.flops *= (y->in[0]->needs_grad ? 1 : 0) + (y->in[1]->needs_grad ? 1 : 0);
  product.bytes = (2 * moved + (a->gelu ? 3 * y->n : 0)) * sizeof (MsReal);
  return product;
}

static MsNode *
linear_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 3, (gsize[]){ 2, 3, 4 });
  MsNode *w = ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, 5 });
  MsNode *b = ms_check_variable (tape, check, 1, 1, (gsize[]){ 5 });

  if (check->rng.seed == 1)
    return ms_linear (tape, x, w, b);
  if (check->rng.seed == 2)
    return ms_linear_gelu (tape, x, w, b);
  return ms_linear_add (tape, x, w, b, ms_check_variable (tape, check, 1, 2, (gsize[]){ 6, 5 }));
}

const MsOp ms_op_linear = {
  .name = "linear",
  .shape = linear_shape,
  .forward = linear_forward,
  .backward = linear_backward,
  .cost = linear_cost,
  .sample = linear_sample,
};

static MsNode *
apply (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, MsNode *r, bool gelu)
{
  Attr attr = { gelu };

  return ms_tape_apply (tape, &ms_op_linear, &attr, sizeof attr, (MsNode *[]){ x, w, b, r }, 4);
}

MsNode *
ms_linear (MsTape *tape, MsNode *x, MsNode *w, MsNode *b)
{
  return apply (tape, x, w, b, NULL, false);
}

MsNode *
ms_linear_gelu (MsTape *tape, MsNode *x, MsNode *w, MsNode *b)
{
  return apply (tape, x, w, b, NULL, true);
}

MsNode *
ms_linear_add (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, MsNode *r)
{
  return apply (tape, x, w, b, r, false);
}
