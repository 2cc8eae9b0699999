/* SPDX-License-Identifier: MIT */

/* y_mr = x_mr o s_m + b_m: rows of M members one after another, each member with factors and offsets of its own
 *   dx_mr = dy_mr o s_m,  ds_m = sum_r dy_mr o x_mr,  db_m = sum_r dy_mr           x, y: (M R, H), s, b: (M, H)
 * Without b nothing is added. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

#define CHUNK_ROWS 128

typedef struct {
  const MsReal *x, *s, *b, *dy; /* b NULL: none */
  MsReal *y, *dx;
  MsReal *partial;       /* (M chunks, H) */
  gsize rows, H, chunks; /* rows and chunks of one member */
  bool add;
} Affine;

static gsize
n_members (const MsNode *y)
{
  return y->in[1]->dim[0];
}

static void
member_affine_shape (MsNode *y)
{
  const MsNode *x = y->in[0], *s = y->in[1], *b = y->in[2];

  g_assert (s->n_dim == 2 && s->dim[1] == ms_node_cols (x) && ms_node_rows (x) % s->dim[0] == 0);
  g_assert (b == NULL || b->n == s->n);
  ms_shape_matrix (y, ms_node_rows (x), ms_node_cols (x));
}

static Affine
affine (const MsNode *y)
{
  Affine a = { .x = y->in[0]->value, .s = y->in[1]->value, .b = y->in[2] != NULL ? y->in[2]->value : NULL,
               .dy = y->grad, .y = y->value, .H = ms_node_cols (y) };

  a.rows = ms_node_rows (y) / n_members (y);
  a.chunks = (a.rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
  return a;
}

MS_CLONES
static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Affine *a = data;

  for (gsize r = begin; r < end; r++)
    {
      const MsReal *x = a->x + r * a->H, *s = a->s + r / a->rows * a->H;
      const MsReal *b = a->b != NULL ? a->b + r / a->rows * a->H : NULL;
      MsReal *y = a->y + r * a->H;

      for (gsize h = 0; h < a->H; h++)
        y[h] = x[h] * s[h];
      if (b != NULL)
        ms_row_scale (y, b, 1, a->H, true);
    }
}

static void
member_affine_forward (MsTape *tape, MsNode *y)
{
  Affine a = affine (y);

  ms_pool_for (ms_tape_pool (tape), ms_node_rows (y), ms_rows_grain (a.H), forward_rows, &a);
}

MS_CLONES
static void
input_rows (gpointer data, gsize begin, gsize end)
{
  const Affine *a = data;

  for (gsize r = begin; r < end; r++)
    {
      const MsReal *dy = a->dy + r * a->H, *s = a->s + r / a->rows * a->H;
      MsReal *dx = a->dx + r * a->H;

      if (a->add)
        for (gsize h = 0; h < a->H; h++)
          dx[h] += dy[h] * s[h];
      else
        for (gsize h = 0; h < a->H; h++)
          dx[h] = dy[h] * s[h];
    }
}

/* One member's chunk of rows: its part of the sum of dy o x. */
MS_CLONES
static void
factor_chunks (gpointer data, gsize begin, gsize end)
{
  const Affine *a = data;

  for (gsize c = begin; c < end; c++)
    {
      gsize member = c / a->chunks, first = c % a->chunks * CHUNK_ROWS, last = MIN (first + CHUNK_ROWS, a->rows);
      MsReal *sum = a->partial + c * a->H;

      for (gsize r = member * a->rows + first; r < member * a->rows + last; r++)
        {
          const MsReal *dy = a->dy + r * a->H, *x = a->x + r * a->H;

          if (r == member * a->rows + first)
            for (gsize h = 0; h < a->H; h++)
              sum[h] = dy[h] * x[h];
          else
            for (gsize h = 0; h < a->H; h++)
              sum[h] += dy[h] * x[h];
        }
    }
}

static void
member_affine_backward (MsTape *tape, MsNode *y)
{
  Affine a = affine (y);
  gsize M = n_members (y);
  bool add;
  MsReal *to;

  a.dx = ms_grad (tape, y->in[0], &a.add);
  if (a.dx != NULL)
    ms_pool_for (ms_tape_pool (tape), ms_node_rows (y), ms_rows_grain (a.H), input_rows, &a);
  if ((to = ms_grad (tape, y->in[1], &add)) != NULL)
    {
      a.partial = ms_tape_alloc (tape, M * a.chunks * a.H * sizeof (MsReal));
      ms_pool_for (ms_tape_pool (tape), M * a.chunks, 1, factor_chunks, &a);
      for (gsize m = 0; m < M; m++)
        ms_rows_sum (to + m * a.H, a.partial + m * a.chunks * a.H, a.chunks, a.H, add);
    }
  if (y->in[2] != NULL && (to = ms_grad (tape, y->in[2], &add)) != NULL)
    for (gsize m = 0; m < M; m++)
      ms_column_sums (tape, to + m * a.H, a.dy + m * a.rows * a.H, a.rows, a.H, add);
}

/* Few operations for what it moves: products of matrices are what is counted. */
static MsCost
member_affine_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved ((backward ? 4 : 2) * y->n);
}

static MsNode *
member_affine_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3 * 4, 5 });
  MsNode *s = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 5 });
  MsNode *b = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 5 });

  return ms_member_affine (tape, ms_member_affine (tape, x, s, b), s, NULL);
}

const MsOp ms_op_member_affine = {
  .name = "member_affine",
  .shape = member_affine_shape,
  .forward = member_affine_forward,
  .backward = member_affine_backward,
  .cost = member_affine_cost,
  .sample = member_affine_sample,
};

MsNode *
ms_member_affine (MsTape *tape, MsNode *x, MsNode *s, MsNode *b)
{
  return ms_tape_apply (tape, &ms_op_member_affine, NULL, 0, (MsNode *[]){ x, s, b }, 3);
}
