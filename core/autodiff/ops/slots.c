/* SPDX-License-Identifier: MIT */

#include "core/autodiff/ops/slots.h"

#include "core/base/blas.h"

#define MIN_PIECE 65536 /* multiplications of one piece of work */
#define FEW_GROUPS 8    /* so few are cut up themselves */

/* C_g = op(A_g) op(B_g) for every group, @step apart. */
typedef struct {
  bool trans_a, trans_b;
  gsize M, N, K, a_step, lda, b_step, ldb, c_step, ldc;
  const MsReal *A, *B;
  MsReal *C, beta;
} Product;

static void
multiply_groups (gpointer data, gsize begin, gsize end)
{
  const Product *p = data;

  for (gsize g = begin; g < end; g++)
    ms_gemm (p->trans_a, p->trans_b, p->M, p->N, p->K, 1, p->A + g * p->a_step, p->lda, p->B + g * p->b_step, p->ldb,
             p->beta, p->C + g * p->c_step, p->ldc);
}

static void
multiply (MsPool *pool, gsize groups, Product *p)
{
  if (groups >= FEW_GROUPS)
    ms_pool_for (pool, groups, MAX (1, MIN_PIECE / (p->M * p->N * p->K)), multiply_groups, p);
  else
    for (gsize g = 0; g < groups; g++)
      ms_gemm_pool (pool, p->trans_a, p->trans_b, p->M, p->N, p->K, 1, p->A + g * p->a_step, p->lda,
                    p->B + g * p->b_step, p->ldb, p->beta, p->C + g * p->c_step, p->ldc);
}

void
ms_slots_from_tokens (MsPool *pool, const MsSlots *s, const MsReal *weight, const MsReal *token, MsReal *slot, bool add)
{
  Product p = { .trans_a = true, .M = s->slots, .N = s->H, .K = s->tokens,
                .A = weight, .a_step = s->tokens * s->slots, .lda = s->slots,
                .B = token, .b_step = s->tokens * s->H, .ldb = s->H,
                .C = slot, .c_step = s->H, .ldc = s->groups * s->H, .beta = add };

  multiply (pool, s->groups, &p);
}

void
ms_slots_to_tokens (MsPool *pool, const MsSlots *s, const MsReal *weight, const MsReal *slot, MsReal *token, bool add)
{
  Product p = { .M = s->tokens, .N = s->H, .K = s->slots,
                .A = weight, .a_step = s->tokens * s->slots, .lda = s->slots,
                .B = slot, .b_step = s->H, .ldb = s->groups * s->H,
                .C = token, .c_step = s->tokens * s->H, .ldc = s->H, .beta = add };

  multiply (pool, s->groups, &p);
}

void
ms_slots_dots (MsPool *pool, const MsSlots *s, const MsReal *token, const MsReal *slot, MsReal *weight, bool add)
{
  Product p = { .trans_b = true, .M = s->tokens, .N = s->slots, .K = s->H,
                .A = token, .a_step = s->tokens * s->H, .lda = s->H,
                .B = slot, .b_step = s->H, .ldb = s->groups * s->H,
                .C = weight, .c_step = s->tokens * s->slots, .ldc = s->slots, .beta = add };

  multiply (pool, s->groups, &p);
}

MsCost
ms_slots_cost (const MsNode *y, bool backward)
{
  gsize product = 2 * y->in[0]->n * ms_node_cols (y), moved = (y->in[0]->n + y->in[1]->n + y->n) * sizeof (MsReal);
  gsize wanted = (y->in[0]->needs_grad ? 1 : 0) + (y->in[1]->needs_grad ? 1 : 0);

  return backward ? (MsCost){ wanted * product, 2 * moved } : (MsCost){ product, moved };
}
