/* SPDX-License-Identifier: MIT */

/* Masks, forces and biases inside a routed layer: what is chosen, what the gates and losses become, and that gradients
 * hold under them. In float, where -INFINITY meets the vector loops, and in double, where differences are exact. */

#include "core/autodiff/check.h"
#include "core/experts/moe.h"

#include <math.h>
#include <string.h>

#define DOUBLE (sizeof (MsReal) == 8)
#define CLOSE (DOUBLE ? 1e-12 : 1e-5)
#define EXAMPLES 6
#define TOKENS 5
#define WIDTH 8
#define EXPERTS 5

static const int labels[EXAMPLES] = { 0, 1, 2, 0, 1, 2 };

typedef struct {
  MsParams *params;
  MsRoutingConfig config;
  MsMoe *moe;
  MsTape *tape;
  MsNode *x, *y;
} Layer;

/* Copies 0: a plain layer of E experts; else E3's with E experts for each copy. */
static void
layer_init (Layer *l, const MsRouterKind *kind, int copies)
{
  const MsMoeShape shape = { .member = -1, .E = EXPERTS * MAX (1, copies), .H = WIDTH, .F = 6,
                             .slots = kind->soft ? 2 : 0,
                             .copies = copies, .partition = copies > 1, .own_routers = copies > 1 };

  *l = (Layer){ .params = ms_params_new (), .tape = ms_tape_new (NULL) };
  l->config = (MsRoutingConfig){ .K = 2, .capacity = { .factor = 1.2, .multiple = 1 }, .noise = 1,
                                 .noise_by_experts = true, .gate_scale = 1, .jitter = 0.01, .renormalise = true,
                                 .importance_weight = 0.3, .load_weight = 0.4, .gshard_weight = 0.2, .z_weight = 0.1,
                                 .switch_weight = 0.5 };
  if (kind == &ms_router_switch)
    l->config.K = 1;
  l->moe = ms_moe_new (l->params, kind, &l->config, &shape);
  g_assert_true (ms_params_seal (l->params, NULL));
  ms_params_init (l->params, 3);
}

static void
layer_clear (Layer *l)
{
  ms_feed_forward_free (&l->moe->base);
  ms_params_free (l->params);
  ms_tape_free (l->tape);
}

static void
steer (Layer *l, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsInterventions) set = ms_interventions_parse (text, &error);
  g_autofree MsIntervention *steers = g_new (MsIntervention, 16);
  int n = ms_interventions_count (set);

  g_assert_no_error (error);
  for (int i = 0; i < n; i++)
    steers[i] = *ms_interventions_at (set, i);
  ms_router_set_steers (l->moe->router, steers, n);
}

static void
run (Layer *l, bool deterministic)
{
  const MsPass pass = { .deterministic = deterministic, .seed = 3, .step = 4, .examples = EXAMPLES, .tokens = TOKENS,
                        .labels = labels };
  gsize rows = (gsize)(EXAMPLES * TOKENS * l->moe->copies), n = rows * WIDTH;
  MsReal *values;

  ms_params_clear_gradients (l->params);
  ms_tape_reset (l->tape, true);
  values = ms_tape_alloc (l->tape, n * sizeof (MsReal));
  ms_rng_fill_normal (1, ms_rng_stream (MS_RNG_TEST, 0, 0), 0, n, values);
  l->x = ms_tape_variable (l->tape, values, 2, (gsize[]){ rows, WIDTH });
  l->y = l->moe->base.forward (&l->moe->base, l->tape, l->x, l->x, &pass);
}

static const MsRouterKind *const kinds[]
  = { &ms_router_top_k, &ms_router_switch, &ms_router_sigmoid, &ms_router_experts_choose };

/* Times that the expert is among a row's choices. */
static int
count_choices (const Layer *l, int first, int end, int expert)
{
  const MsPlan *plan = l->moe->plan;
  int n = 0;

  for (int i = first * plan->K; i < end * plan->K; i++)
    n += plan->choice[i] == expert;
  return n;
}

static void
assert_finite (const Layer *l)
{
  for (gsize i = 0; i < l->y->n; i++)
    g_assert_true (isfinite (l->y->value[i]));
  if (l->moe->loss != NULL)
    g_assert_true (isfinite (l->moe->loss->value[0]));
  for (gsize i = 0; i < l->moe->decision.gates->n; i++)
    g_assert_true (isfinite (l->moe->decision.gates->value[i]));
}

/* Nobody goes there, its gates are 0, and the logits stay what the router said. */
static void
test_mask (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int training = 0; training < 2; training++)
      {
        g_autofree MsReal *logits = NULL;
        const MsDecision *d;
        Layer l;

        layer_init (&l, kinds[i], 0);
        run (&l, !training);
        d = &l.moe->decision;
        g_assert_null (d->offset);
        g_assert_cmpint (count_choices (&l, 0, EXAMPLES * TOKENS, 2), >, 0);
        logits = g_memdup2 (d->logits->value, d->logits->n * sizeof *logits);
        steer (&l, "mask:0:2");
        run (&l, !training);
        g_assert_cmpint (count_choices (&l, 0, EXAMPLES * TOKENS, 2), ==, 0);
        g_assert_cmpmem (logits, d->logits->n * sizeof *logits, d->logits->value, d->logits->n * sizeof *logits);
        for (gsize t = 0; t < EXAMPLES * TOKENS; t++)
          {
            g_assert_cmpfloat (d->gates->value[t * EXPERTS + 2], ==, 0);
            g_assert_true (isinf (d->offset[t * EXPERTS + 2]));
          }
        assert_finite (&l);
        layer_clear (&l);
      }
}

/* With fewer experts than choices a token has as many choices as there are experts. */
static void
test_few_left (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int exclusive = 0; exclusive < 2; exclusive++)
      {
        Layer l;

        layer_init (&l, kinds[i], 0);
        l.config.load_exclusive = exclusive;
        steer (&l, "mask:0:0 mask:0:1 mask:0:2 mask:0:4");
        run (&l, false);
        for (int t = 0; t < EXAMPLES * TOKENS; t++)
          for (int k = 0; k < l.moe->plan->K; k++)
            {
              int choice = l.moe->plan->choice[t * l.moe->plan->K + k];

              g_assert_true (choice == -1 || (choice == 3 && k == 0));
            }
        g_assert_cmpint (count_choices (&l, 0, EXAMPLES * TOKENS, 3), >, 0);
        assert_finite (&l);
        layer_clear (&l);
      }
}

/* Gates are the softmax of the logits plus the bias. */
static void
test_bias (void)
{
  const MsDecision *d;
  Layer l;

  layer_init (&l, &ms_router_top_k, 0);
  steer (&l, "bias:0:1:1.5 bias:0:3:-0.5");
  run (&l, true);
  d = &l.moe->decision;
  for (int t = 0; t < EXAMPLES * TOKENS; t++)
    {
      const double add[EXPERTS] = { 0, 1.5, 0, -0.5, 0 };
      double sum = 0;

      for (int e = 0; e < EXPERTS; e++)
        sum += exp (d->logits->value[t * EXPERTS + e] + add[e]);
      for (int e = 0; e < EXPERTS; e++)
        {
          g_assert_cmpfloat (d->offset[t * EXPERTS + e], ==, add[e]);
          g_assert_cmpfloat_with_epsilon (d->gates->value[t * EXPERTS + e],
                                          exp (d->logits->value[t * EXPERTS + e] + add[e]) / sum,
                                          CLOSE);
        }
    }
  layer_clear (&l);
}

/* Only the rows that are meant go there first, by the margin; the others go where they went. */
static void
test_force (void)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autofree int *before = NULL;
      const MsPlan *plan;
      Layer l;

      layer_init (&l, kinds[i], 0);
      run (&l, true);
      before = g_memdup2 (l.moe->plan->choice, (gsize)(l.moe->plan->T * l.moe->plan->K) * sizeof *before);
      if (l.moe->router->bias != NULL)
        l.moe->router->bias->value[0] = 50; /* must not outweigh the force, and is the same for the others */
      steer (&l, "force:0:4:token=2:label=1:margin=3");
      if (l.moe->router->bias != NULL)
        run (&l, true);
      run (&l, true);
      plan = l.moe->plan;
      for (int t = 0; t < EXAMPLES * TOKENS; t++)
        {
          bool meant = t % TOKENS == 2 && labels[t / TOKENS] == 1;
          const MsDecision *d = &l.moe->decision;

          if (meant)
            {
              double largest = -INFINITY;

              for (int e = 0; e < EXPERTS; e++)
                largest = MAX (largest, (double)d->logits->value[t * EXPERTS + e]);
              g_assert_cmpint (plan->choice[t * plan->K], ==, 4);
              g_assert_cmpfloat_with_epsilon (d->logits->value[t * EXPERTS + 4] + d->offset[t * EXPERTS + 4],
                                              largest + 3, CLOSE);
            }
          else if (l.moe->router->bias == NULL)
            g_assert_cmpmem (before + t * plan->K, (gsize)plan->K * sizeof (int), plan->choice + t * plan->K,
                             (gsize)plan->K * sizeof (int));
        }
      layer_clear (&l);
    }
}

/* A mask wins; of two forces the later is first and the earlier second. */
static void
test_order (void)
{
  Layer l;

  layer_init (&l, &ms_router_top_k, 0);
  steer (&l, "force:0:1 force:0:0 mask:0:1");
  run (&l, true);
  g_assert_cmpint (count_choices (&l, 0, EXAMPLES * TOKENS, 1), ==, 0);
  g_assert_cmpint (count_choices (&l, 0, EXAMPLES * TOKENS, 0), ==, EXAMPLES * TOKENS);
  steer (&l, "force:0:1 force:0:4");
  run (&l, true);
  for (int t = 0; t < EXAMPLES * TOKENS; t++)
    {
      g_assert_cmpint (l.moe->plan->choice[2 * t], ==, 4);
      g_assert_cmpint (l.moe->plan->choice[2 * t + 1], ==, 1);
    }
  layer_clear (&l);
}

/* Experts count over all parts; only the tokens of the expert's part notice. */
static void
test_parts (void)
{
  const int rows = EXAMPLES * TOKENS;
  g_autofree int *before = NULL;
  const MsPlan *plan;
  Layer l;

  layer_init (&l, &ms_router_top_k, 2);
  run (&l, true);
  before = g_memdup2 (l.moe->plan->choice, (gsize)(2 * rows * 2) * sizeof *before);
  steer (&l, "mask:0:7 force:0:9:token=0");
  run (&l, true);
  plan = l.moe->plan;
  g_assert_cmpmem (before, (gsize)(rows * 2) * sizeof *before, plan->choice, (gsize)(rows * 2) * sizeof *before);
  g_assert_cmpint (count_choices (&l, rows, 2 * rows, 7), ==, 0);
  for (int t = rows; t < 2 * rows; t += TOKENS)
    g_assert_cmpint (plan->choice[2 * t], ==, 9);
  assert_finite (&l);
  layer_clear (&l);
}

/* What slots read stays; what tokens get back from the masked expert is nothing, and the rest in the same ratios. */
static void
test_soft_mask (void)
{
  g_autofree MsReal *dispatch = NULL, *mix = NULL;
  const MsDecision *d;
  Layer l;

  layer_init (&l, &ms_router_soft, 0);
  run (&l, true);
  d = &l.moe->decision;
  dispatch = g_memdup2 (d->dispatch->value, d->dispatch->n * sizeof *dispatch);
  mix = g_memdup2 (d->mix->value, d->mix->n * sizeof *mix);
  steer (&l, "mask:0:1");
  run (&l, true);
  g_assert_cmpmem (dispatch, d->dispatch->n * sizeof *dispatch, d->dispatch->value, d->dispatch->n * sizeof *dispatch);
  for (int t = 0; t < EXAMPLES * TOKENS; t++)
    for (int s = 0; s < 2 * EXPERTS; s++)
      {
        const MsReal *row = mix + t * 2 * EXPERTS;
        double expected = s / 2 == 1 ? 0 : row[s] / (1 - row[2] - row[3]);

        g_assert_cmpfloat_with_epsilon (d->mix->value[t * 2 * EXPERTS + s], expected, CLOSE);
      }
  layer_clear (&l);
}

/* What is withdrawn leaves no trace. */
static void
test_withdrawn (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree MsReal *y = NULL;
      Layer l;

      layer_init (&l, kinds[i], 0);
      run (&l, false);
      y = g_memdup2 (l.y->value, l.y->n * sizeof *y);
      steer (&l, "mask:0:2 bias:0:0:2");
      run (&l, false);
      g_assert_cmpint (memcmp (y, l.y->value, l.y->n * sizeof *y), !=, 0);
      steer (&l, "");
      run (&l, false);
      g_assert_cmpmem (y, l.y->n * sizeof *y, l.y->value, l.y->n * sizeof *y);
      layer_clear (&l);
    }
}

/* Differences of the layer's output or of its balancing loss in one tensor, or in the tokens (@p NULL). */
static void
check_gradient (Layer *l, MsParam *p, bool loss)
{
  MsNode leaf, *x;
  MsCheckResult r;

  run (l, false);
  if (loss && l->moe->loss == NULL)
    return;
  x = l->x;
  if (p != NULL)
    {
      leaf = (MsNode){ .value = p->value, .grad = p->grad, .n = p->n, .n_slices = p->n_slices, .touched = p->touched };
      x = &leaf;
    }
  r = ms_check_node (l->tape, loss ? l->moe->loss : l->y, &x, 1, MAX (1, x->n / 19), 1);
  g_test_message ("%s, %s of %s: worst %.2g", l->moe->router->kind->name, loss ? "loss" : "output",
                  p != NULL ? p->name : "tokens", r.worst);
  g_assert_true (r.finite);
  g_assert_cmpfloat (r.worst, <, 1e-6);
}

/* Offsets are constants: what they do is in the values, and the gradients are those of the values. */
static void
test_gradients (void)
{
  static const char *const sets[]
    = { "mask:0:2 bias:0:1:0.7 force:0:3:token=1", "mask:0:0 mask:0:1 mask:0:2 mask:0:4" };

  for (guint i = 0; DOUBLE && i < G_N_ELEMENTS (kinds); i++)
    for (guint j = 0; j < G_N_ELEMENTS (sets); j++)
      {
        Layer l;

        layer_init (&l, kinds[i], 0);
        steer (&l, sets[j]);
        for (int p = -1; p < ms_params_count (l.params); p++)
          for (int loss = 0; loss < 2; loss++)
            if (p < 0 || !ms_params_at (l.params, p)->settled)
              check_gradient (&l, p < 0 ? NULL : ms_params_at (l.params, p), loss);
        layer_clear (&l);
      }
}

static void
test_soft_gradients (void)
{
  Layer l;

  layer_init (&l, &ms_router_soft, 0);
  steer (&l, "mask:0:1");
  for (int p = -1; DOUBLE && p < ms_params_count (l.params); p++)
    check_gradient (&l, p < 0 ? NULL : ms_params_at (l.params, p), false);
  layer_clear (&l);
}

/* Of two forces the later is the first choice, however close to 1 both gates are. */
static void
test_later_force (void)
{
  const MsRouterKind *const choosers[] = { &ms_router_top_k, &ms_router_switch, &ms_router_sigmoid };

  for (guint i = 0; i < G_N_ELEMENTS (choosers); i++)
    for (int reversed = 0; reversed < 2; reversed++)
      {
        Layer l;

        layer_init (&l, choosers[i], 0);
        l.config.K = 1;
        steer (&l, reversed ? "force:0:3:margin=40 force:0:1:margin=40" : "force:0:1:margin=40 force:0:3:margin=40");
        run (&l, true);
        g_assert_cmpint (count_choices (&l, 0, EXAMPLES * TOKENS, reversed ? 1 : 3), ==, EXAMPLES * TOKENS);
        layer_clear (&l);
      }
}

/* The first expert masked and all other gates no numbers: nothing is chosen, and nothing beside the gates is read. */
static void
test_no_first (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal values[] = { 1, 2, 3, 4 };
  const int choice[] = { 1, -1 };
  const MsReal *first = ms_router_first (tape, ms_tape_input (tape, values, 2, (gsize[]){ 2, 2 }), choice, 1);

  g_assert_cmpfloat (first[0], ==, 2);
  g_assert_cmpfloat (first[1], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/steer/mask", test_mask);
  g_test_add_func ("/routing/steer/few-left", test_few_left);
  g_test_add_func ("/routing/steer/bias", test_bias);
  g_test_add_func ("/routing/steer/force", test_force);
  g_test_add_func ("/routing/steer/order", test_order);
  g_test_add_func ("/routing/steer/parts", test_parts);
  g_test_add_func ("/routing/steer/soft-mask", test_soft_mask);
  g_test_add_func ("/routing/steer/withdrawn", test_withdrawn);
  g_test_add_func ("/routing/steer/gradients", test_gradients);
  g_test_add_func ("/routing/steer/soft-gradients", test_soft_gradients);
  g_test_add_func ("/routing/steer/later-force", test_later_force);
  g_test_add_func ("/routing/steer/no-first", test_no_first);
  return g_test_run ();
}
