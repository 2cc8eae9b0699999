/* SPDX-License-Identifier: MIT */

/* The rows of member m, which stand one member after another, times that member's own kernel:  y_m = x_m w_m with
 * w_m = w[:, m, :];  dx_m = dy_m w_m^T,  dw_m = x_m^T dy_m. Kernels are read and written where they lie, M F apart.
 *                                                              x: (M T, H), w: (H, M, F), y: (M T, F) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/base/blas.h"

static void
member_linear_shape (MsNode *y)
{
  const MsNode *x = y->in[0], *w = y->in[1];

  g_assert (w->n_dim == 3 && w->dim[0] == ms_node_cols (x) && ms_node_rows (x) % w->dim[1] == 0);
  ms_shape_matrix (y, ms_node_rows (x), w->dim[2]);
}

typedef struct {
  const MsReal *x, *w;
  MsReal *y;
  gsize M, T, H, F; /* T rows of one member */
} Forward;

#define PIECE_ROWS 128

/* Pieces of rows, none of which holds two members'. */
static void
forward_pieces (gpointer data, gsize begin, gsize end)
{
  const Forward *f = data;
  gsize pieces = (f->T + PIECE_ROWS - 1) / PIECE_ROWS;

  for (gsize i = begin; i < end; i++)
    {
      gsize m = i / pieces, first = i % pieces * PIECE_ROWS, row = m * f->T + first;

      ms_gemm (false, false, MIN (PIECE_ROWS, f->T - first), f->F, f->H, 1, f->x + row * f->H, f->H, f->w + m * f->F,
               f->M * f->F, 0, f->y + row * f->F, f->F);
    }
}

static Forward
describe (const MsNode *y)
{
  const MsNode *x = y->in[0], *w = y->in[1];

  return (Forward){ x->value, w->value, y->value, w->dim[1], ms_node_rows (x) / w->dim[1], w->dim[0], w->dim[2] };
}

static void
member_linear_forward (MsTape *tape, MsNode *y)
{
  Forward f = describe (y);

  ms_pool_for (ms_tape_pool (tape), f.M * ((f.T + PIECE_ROWS - 1) / PIECE_ROWS), 1, forward_pieces, &f);
}

static void
member_linear_backward (MsTape *tape, MsNode *y)
{
  Forward f = describe (y);
  MsPool *pool = ms_tape_pool (tape);
  bool add_x, add_w;
  MsReal *dx = ms_grad (tape, y->in[0], &add_x), *dw = ms_grad (tape, y->in[1], &add_w);

  for (gsize m = 0; m < f.M; m++)
    {
      const MsReal *dy = y->grad + m * f.T * f.F;

      if (dx != NULL)
        ms_gemm_pool (pool, false, true, f.T, f.H, f.F, 1, dy, f.F, f.w + m * f.F, f.M * f.F, add_x,
                      dx + m * f.T * f.H, f.H);
      if (dw != NULL)
        ms_gemm_pool (pool, true, false, f.H, f.F, f.T, 1, f.x + m * f.T * f.H, f.H, dy, f.F, add_w, dw + m * f.F,
                      f.M * f.F);
    }
}

static MsCost
member_linear_cost (const MsNode *y, bool backward)
{
  const MsNode *x = y->in[0], *w = y->in[1];
  gsize products = backward ? (x->needs_grad ? 1 : 0) + (w->needs_grad ? 1 : 0) : 1;

  return (MsCost){ 2 * products * x->n * w->dim[2], (backward ? 2 : 1) * (x->n + w->n + y->n) * sizeof (MsReal) };
}

static MsNode *
member_linear_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 4 });

  return ms_member_linear (tape, x, ms_check_variable (tape, check, 1, 3, (gsize[]){ 4, 2, 5 }));
}

const MsOp ms_op_member_linear = {
  .name = "member_linear",
  .shape = member_linear_shape,
  .forward = member_linear_forward,
  .backward = member_linear_backward,
  .cost = member_linear_cost,
  .sample = member_linear_sample,
};

MsNode *
ms_member_linear (MsTape *tape, MsNode *x, MsNode *w)
{
  return ms_tape_apply (tape, &ms_op_member_linear, NULL, 0, (MsNode *[]){ x, w }, 2);
}
