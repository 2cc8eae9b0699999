/* SPDX-License-Identifier: MIT */

#include "core/bench/workloads.h"

#include "core/base/rng.h"
#include "core/bench/sample.h"
#include "core/bench/products.h"
#include "core/metrics/sample.h"
#include "core/train/session-private.h"

/* A workload under way: step does one training step and bound the same products bare. */
typedef struct {
  const char *name, *title;
  gsize T, H, F; /* of a single layer; T = 0: a whole transformer */
  int E, K;
  int tokens, slots; /* Soft MoE: of a group, and of each expert; 0: top-k */
} Entry;

static const Entry entries[] = {
  { "W1 K=1", "one MoE layer, T 1024, H 64, F 128, E 8, K 1", 1024, 64, 128, 8, 1 },
  { "W1 K=2", "one MoE layer, T 1024, H 64, F 128, E 8, K 2", 1024, 64, 128, 8, 2 },
  { "W2", "one MoE layer, T 4096, H 256, F 512, E 16, K 2", 4096, 256, 512, 16, 2 },
  { "W3 E=64", "one MoE layer, T 1024, H 64, F 128, E 64, K 1", 1024, 64, 128, 64, 1 },
  { "W3 E=512", "one MoE layer, T 1024, H 64, F 128, E 512, K 1", 1024, 64, 128, 512, 1 },
  { "W3 E=4096", "one MoE layer, T 1024, H 64, F 128, E 4096, K 1", 1024, 64, 128, 4096, 1 },
  { "W4", "one Soft MoE layer, 64 images of 16 tokens, H 64, F 128, E 8, 2 slots each", 1024, 64, 128, 8, 0, 16, 2 },
  { "W5", "a transformer with Adam, 64 images 28x28, patch 7, H 64, 4 heads, 4 blocks, F 128, 2 MoE with E 8, K 1", 0,
    64, 128, 8, 1 },
};

typedef struct {
  const Entry *entry;
  MsPool *pool; /* owned, but for a transformer's, which is its session's */
  MsProducts *products;
  /* A layer. */
  MsParams *params;
  MsRoutingConfig routing;
  MsMoe *moe;
  MsTape *tape;
  MsReal *x, *gradient; /* (T, H), the layer's input and what comes back to its output */
  /* A transformer. */
  MsSession *session;
} Work;

static void
work_clear (Work *w)
{
  if (w->moe != NULL)
    ms_feed_forward_free (&w->moe->base);
  ms_params_free (w->params);
  ms_tape_free (w->tape);
  ms_products_free (w->products);
  if (w->session == NULL)
    ms_pool_free (w->pool);
  ms_session_free (w->session);
  g_free (w->x);
  g_free (w->gradient);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* Forward and backward of one layer, the gradient of its input included; no balancing losses, no capacity, no noise. */
static void
step_layer (Work *w)
{
  gsize shape[] = { w->entry->T, w->entry->H };
  int tokens = MAX (1, w->entry->tokens);
  MsPass pass = { .deterministic = true, .alone = w->entry->slots == 0, .examples = (int)w->entry->T / tokens,
                  .tokens = tokens };
  MsNode *x, *y;

  ms_tape_reset (w->tape, true);
  x = ms_tape_variable (w->tape, w->x, 2, shape);
  y = w->moe->base.forward (&w->moe->base, w->tape, x, NULL, &pass);
  ms_tape_backward_from (w->tape, y, w->gradient);
  ms_params_clear_gradients (w->params);
}

static void
add_layer_products (Work *w)
{
  const Entry *e = w->entry;
  gsize S = (gsize)(e->E * MAX (1, e->slots));

  ms_products_add_linear (w->products, e->T, e->H, S, true);
  ms_products_add_experts (w->products, w->moe->plan, e->H, e->F);
  if (e->slots > 0)
    ms_products_add_slots (w->products, e->T / (gsize)e->tokens, (gsize)e->tokens, S, e->H);
}

static bool
open_layer (Work *w, GError **error)
{
  const Entry *e = w->entry;
  const MsMoeShape shape = { .member = -1, .E = e->E, .H = (int)e->H, .F = (int)e->F, .slots = e->slots };
  gsize n = e->T * e->H;

  w->params = ms_params_new ();
  w->routing = (MsRoutingConfig){ .K = e->K, .group_examples = e->slots > 0 };
  w->moe = ms_moe_new (w->params, e->slots > 0 ? &ms_router_soft : &ms_router_top_k, &w->routing, &shape);
  if (!ms_params_seal (w->params, error))
    return false;
  ms_params_init (w->params, 1);
  w->tape = ms_tape_new (w->pool);
  w->x = g_new (MsReal, n);
  w->gradient = g_new (MsReal, n);
  ms_rng_fill_normal (1, ms_rng_stream (MS_RNG_TEST, 0, 0), 0, n, w->x);
  ms_rng_fill_normal (1, ms_rng_stream (MS_RNG_TEST, 1, 0), 0, n, w->gradient);
  step_layer (w);
  add_layer_products (w);
  return true;
}

static void
add_transformer_products (Work *w)
{
  gsize T = 64 * 16, H = 64, F = 128;

  ms_products_add_linear (w->products, T, 49, H, false);
  for (int block = 0; block < 4; block++)
    {
      for (int i = 0; i < 4; i++)
        ms_products_add_linear (w->products, T, H, H, true);
      if (block % 2 == 0)
        {
          ms_products_add_linear (w->products, T, H, F, true);
          ms_products_add_linear (w->products, T, F, H, true);
        }
    }
  for (int i = 0; i < w->session->model->n_moe; i++)
    {
      ms_products_add_linear (w->products, T, H, 8, true);
      ms_products_add_experts (w->products, w->session->model->moe[i]->plan, H, F);
    }
  ms_products_add_linear (w->products, 64, H, 10, true);
}

static bool
open_transformer (Work *w, GError **error)
{
  g_autoptr (MsDataset) images = ms_bench_images ();
  g_autoptr (MsExperiment) experiment = ms_bench_transformer (error);
  g_autoptr (MsRecord) record = NULL;

  if (experiment == NULL
      || (w->session = ms_session_new_on (experiment, "benchmark", images, ms_pool_n_threads (w->pool), error)) == NULL
      || (record = ms_session_step (w->session, MS_DETAIL_SCALARS, error)) == NULL)
    return false;
  /* One pool for both: a second one's thread would still be spinning for work when the other's turn comes. */
  ms_pool_free (w->pool);
  w->pool = w->session->pool;
  add_transformer_products (w);
  return true;
}

static double
time_step (Work *w)
{
  gint64 start = g_get_monotonic_time ();

  if (w->session != NULL)
    ms_record_unref (ms_session_step (w->session, MS_DETAIL_SCALARS, NULL));
  else
    step_layer (w);
  return (double)(g_get_monotonic_time () - start) / 1e3;
}

static double
time_products (Work *w)
{
  gint64 start = g_get_monotonic_time ();

  ms_products_run (w->products, w->pool);
  return (double)(g_get_monotonic_time () - start) / 1e3;
}

int
ms_workloads_count (void)
{
  return G_N_ELEMENTS (entries);
}

const MsWorkload *
ms_workload_at (int i)
{
  static MsWorkload public[G_N_ELEMENTS (entries)];

  g_return_val_if_fail (i >= 0 && i < ms_workloads_count (), NULL);
  public[i] = (MsWorkload){ entries[i].name, entries[i].title };
  return &public[i];
}

bool
ms_workload_run (int i, int n_threads, double seconds, MsWorkloadResult *result, GError **error)
{
  enum { MAX_ROUNDS = 2000, MIN_ROUNDS = 5 };
  g_auto (Work) w = { .entry = &entries[i] };
  g_autofree double *step = g_new (double, MAX_ROUNDS), *gemm = g_new (double, MAX_ROUNDS);
  g_autofree double *ratio = g_new (double, MAX_ROUNDS);
  gint64 start;
  gsize n = 0;

  w.pool = ms_pool_new (n_threads);
  w.products = ms_products_new ();
  if (!(w.entry->T > 0 ? open_layer (&w, error) : open_transformer (&w, error)))
    return false;
  for (int warm = 0; warm < 3; warm++)
    {
      time_step (&w);
      time_products (&w);
    }
  start = g_get_monotonic_time ();
  while (n < MAX_ROUNDS && (n < MIN_ROUNDS || (double)(g_get_monotonic_time () - start) < seconds * 1e6))
    {
      step[n] = time_step (&w);
      gemm[n] = time_products (&w);
      ratio[n] = step[n] / gemm[n];
      n++;
    }
  *result = (MsWorkloadResult){ ms_median (step, n), ms_median (gemm, n), ms_median (ratio, n),
                                (int)n };
  return true;
}
