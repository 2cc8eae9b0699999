/* SPDX-License-Identifier: MIT */

#include "core/bench/products.h"

#include "core/base/arena.h"
#include "core/base/blas.h"

typedef struct {
  bool trans_a, trans_b;
  gsize M, N, K, lda, ldb, ldc;
  const MsReal *A, *B;
  MsReal *C;
} Product;

struct MsProducts {
  GArray *list; /* of Product */
  MsArena *arena;
};

MsProducts *
ms_products_new (void)
{
  MsProducts *p = g_new (MsProducts, 1);

  p->list = g_array_new (FALSE, FALSE, sizeof (Product));
  p->arena = ms_arena_new ();
  return p;
}

void
ms_products_free (MsProducts *p)
{
  if (p == NULL)
    return;
  g_array_unref (p->list);
  ms_arena_free (p->arena);
  g_free (p);
}

/* Numbers of ordinary size: denormals or infinities would change the speed. */
static MsReal *
matrix (MsProducts *p, gsize n)
{
  MsReal *x = ms_arena_alloc (p->arena, n * sizeof (MsReal));

  for (gsize i = 0; i < n; i++)
    x[i] = (MsReal)((i * 2654435761u) % 1000) / 1000 - (MsReal)0.5;
  return x;
}

static void
add (MsProducts *p, Product product)
{
  if (product.M > 0 && product.N > 0 && product.K > 0)
    g_array_append_val (p->list, product);
}

/* x (T, H), w (H, F), y (T, F) and their gradients, rows [first, first + n) of T for forward and dX. */
static void
add_rows (MsProducts *p, gsize first, gsize n, gsize H, gsize F, const MsReal *x, const MsReal *w, MsReal *y,
          MsReal *dx)
{
  add (p, (Product){ false, false, n, F, H, H, F, F, x + first * H, w, y + first * F });
  if (dx != NULL)
    add (p, (Product){ false, true, n, H, F, F, F, H, y + first * F, w, dx + first * H });
}

/* Rows [first, first + n) of dw (H, F) = x^T dy over T rows. */
static void
add_weight (MsProducts *p, gsize first, gsize n, gsize T, gsize H, gsize F, const MsReal *x, const MsReal *dy,
            MsReal *dw)
{
  add (p, (Product){ true, false, n, F, T, H, F, F, x + first, dy, dw + first * F });
}

void
ms_products_add_linear (MsProducts *p, gsize T, gsize H, gsize F, bool with_dx)
{
  MsReal *x = matrix (p, T * H), *w = matrix (p, H * F), *y = matrix (p, T * F), *dw = matrix (p, H * F);
  MsReal *dx = with_dx ? matrix (p, T * H) : NULL;

  add_rows (p, 0, T / 2, H, F, x, w, y, dx);
  add_rows (p, T / 2, T - T / 2, H, F, x, w, y, dx);
  add_weight (p, 0, H / 2, T, H, F, x, y, dw);
  add_weight (p, H / 2, H - H / 2, T, H, F, x, y, dw);
}

void
ms_products_add_experts (MsProducts *p, const MsPlan *plan, gsize H, gsize F)
{
  gsize n = (gsize)plan->n, E = (gsize)plan->E;
  MsReal *x = matrix (p, n * H), *h = matrix (p, n * F), *y = matrix (p, n * H), *dx = matrix (p, n * H);
  MsReal *dh = matrix (p, n * F), *w1 = matrix (p, E * H * F), *w2 = matrix (p, E * H * F);
  MsReal *dw1 = matrix (p, E * H * F), *dw2 = matrix (p, E * H * F);

  for (gsize e = 0; e < E; e++)
    {
      gsize first = (gsize)plan->offset[e], rows = (gsize)plan->offset[e + 1] - first, at = e * H * F;

      add_rows (p, first, rows, H, F, x, w1 + at, h, dx);
      add_rows (p, first, rows, F, H, h, w2 + at, y, dh);
      add_weight (p, 0, H, rows, H, F, x + first * H, h + first * F, dw1 + at);
      add_weight (p, 0, F, rows, F, H, h + first * F, y + first * H, dw2 + at);
    }
}

void
ms_products_add_slots (MsProducts *p, gsize groups, gsize tokens, gsize slots, gsize H)
{
  gsize T = groups * tokens, S = groups * slots;
  MsReal *x = matrix (p, T * H), *z = matrix (p, S * H), *weight = matrix (p, T * slots);
  MsReal *y = matrix (p, T * H), *dz = matrix (p, S * H), *dweight = matrix (p, T * slots);

  for (gsize g = 0; g < groups; g++)
    for (int way = 0; way < 2; way++) /* in and out: the same three shapes */
      {
        const MsReal *token = x + g * tokens * H, *slot = z + g * slots * H, *w = weight + g * tokens * slots;

        add (p, (Product){ true, false, slots, H, tokens, slots, H, H, w, token, dz + g * slots * H });
        add (p, (Product){ false, true, tokens, slots, H, H, H, slots, token, slot, dweight + g * tokens * slots });
        add (p, (Product){ false, false, tokens, H, slots, slots, H, H, w, slot, y + g * tokens * H });
      }
}

static void
run_products (gpointer data, gsize begin, gsize end)
{
  const MsProducts *p = data;

  for (gsize i = begin; i < end; i++)
    {
      const Product *x = &g_array_index (p->list, Product, i);

      ms_gemm_library (x->trans_a, x->trans_b, x->M, x->N, x->K, 1, x->A, x->lda, x->B, x->ldb, 0, x->C, x->ldc);
    }
}

void
ms_products_run (MsProducts *p, MsPool *pool)
{
  ms_pool_for (pool, p->list->len, 1, run_products, p);
}
