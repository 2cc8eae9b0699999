/* SPDX-License-Identifier: MIT */

/* What each router decides, against the numbers that V-MoE's own unit tests assert (moe_test.py), and
 * small cases worked out by hand. */

#include "core/base/rng.h"
#include "core/routing/assign.h"
#include "core/routing/rank.h"
#include "core/routing/router.h"

#include <math.h>
#include <string.h>

#define CLOSE 1e-6
#define R(x) ((MsReal)(x))

/* A router by itself, with what decides about it. */
typedef struct {
  MsParams *params;
  MsRouter *router;
  MsTape *tape;
  MsRoutingConfig config;
  MsPass pass;
  MsDecision decision;
} Bench;

static void
bench_init (Bench *b, const MsRouterKind *kind, int H, int E, int M, const MsReal *kernel)
{
  MsRouterShape shape = { .H = H, .E = E, .M = M, .place = 1 };

  *b = (Bench){ .params = ms_params_new (), .tape = ms_tape_new (NULL), .pass = { .deterministic = true, .seed = 7 },
                .config = { .K = 1, .noise = 1, .noise_by_experts = true, .gate_scale = 1 } };
  b->router = ms_router_new (kind, b->params, "Moe", &shape);
  g_assert_true (ms_params_seal (b->params, NULL));
  ms_params_init (b->params, 1);
  if (kernel != NULL)
    memcpy (b->router->kernel->value, kernel, b->router->kernel->n * sizeof *kernel);
}

static void
bench_clear (Bench *b)
{
  ms_router_free (b->router);
  ms_params_free (b->params);
  ms_tape_free (b->tape);
}

static void
decide (Bench *b, const MsReal *x, int T, int groups, int capacity)
{
  gsize H = b->router->kernel->dim[0];

  ms_tape_reset (b->tape, false);
  b->decision = (MsDecision){ 0 };
  b->router->kind->decide (b->router, b->tape, ms_tape_input (b->tape, x, 2, (gsize[]){ (gsize)T, H }), &b->config,
                           &b->pass, groups, capacity, &b->decision);
}

static void
assert_choice (const Bench *b, int n, const int *expected)
{
  for (int i = 0; i < n; i++)
    g_assert_cmpint (b->decision.choice[i], ==, expected[i]);
}

static void
assert_weights (const Bench *b, int n, const double *expected)
{
  g_assert_cmpuint (b->decision.weights->n, ==, (gsize)n);
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (b->decision.weights->value[i], expected[i], CLOSE);
}

/* Against a sort that is stable by construction, with many ties. */
static void
test_rank (void)
{
  enum { MOST = 100 };
  MsRanked items[MOST], scratch[MOST];

  for (int n = 0; n <= MOST; n++)
    {
      for (int i = 0; i < n; i++)
        items[i] = (MsRanked){ (MsReal)g_test_rand_int_range (0, 1 + n / 3), i };
      ms_rank (items, scratch, (gsize)n);
      for (int i = 1; i < n; i++)
        g_assert_true (items[i - 1].key > items[i].key
                       || (items[i - 1].key == items[i].key && items[i - 1].item < items[i].item));
    }
}

/* With what is no number the order is nobody's business, but nothing is lost. */
static void
test_rank_nan (void)
{
  enum { N = 50 };
  MsRanked items[N], scratch[N];
  int seen[N] = { 0 };

  for (int i = 0; i < N; i++)
    items[i] = (MsRanked){ i % 3 == 0 ? (MsReal)NAN : (MsReal)(i % 7), i };
  ms_rank (items, scratch, N);
  for (int i = 0; i < N; i++)
    seen[items[i].item]++;
  for (int i = 0; i < N; i++)
    g_assert_cmpint (seen[i], ==, 1);
}

/* Row 5: three items, three experts, two places: expert 0 takes items 1 and 0, experts 1 and 2 items 2 and 1. */
static void
test_top_tokens (void)
{
  static const MsReal gates[] = { .4f, 0, .2f, .5f, .1f, .4f, .3f, .2f, .6f };
  static const int expected[] = { 0, -1, -1, 0, 2, 1, 2, 1, -1 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  int K;
  const int *choice = ms_top_tokens (tape, gates, 3, 3, 1, 2, &K);

  g_assert_cmpint (K, ==, 3);
  for (int i = 0; i < 9; i++)
    g_assert_cmpint (choice[i], ==, expected[i]);
}

/* Of equal gates the earlier item goes first; nobody takes the last one of each group. */
static void
test_top_tokens_ties (void)
{
  static const MsReal gates[] = { .5f, .5f, .5f, .5f, .5f, .5f, .2f, .8f, .2f, .8f, .2f, .8f };
  static const int expected[] = { 0, 1, 0, 1, -1, -1, 1, 0, 1, 0, -1, -1 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  int K;
  const int *choice = ms_top_tokens (tape, gates, 6, 2, 2, 2, &K);

  g_assert_cmpint (K, ==, 2);
  for (int i = 0; i < 12; i++)
    g_assert_cmpint (choice[i], ==, expected[i]);
  choice = ms_top_tokens (tape, gates, 6, 2, 2, 99, &K); /* no more than there are */
  for (int i = 0; i < 12; i++)
    g_assert_cmpint (choice[i], >=, 0);
}

/* Many groups of random gates against the plain rule, which counts who comes before. */
static void
test_top_tokens_of_many (void)
{
  enum { G = 3, S = 37, E = 6, C = 11 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal gates[G * S * E];
  int K, most = 0;
  const int *choice;

  for (int i = 0; i < G * S * E; i++)
    gates[i] = (MsReal)g_test_rand_int_range (0, 30) / 32;
  choice = ms_top_tokens (tape, gates, G * S, E, G, C, &K);
  for (int t = 0; t < G * S; t++)
    {
      int n = 0;

      for (int e = 0; e < E; e++)
        {
          int before = 0;
          bool listed = false;

          for (int s = t / S * S; s < t / S * S + S; s++)
            before += gates[s * E + e] > gates[t * E + e] || (gates[s * E + e] == gates[t * E + e] && s < t);
          for (int k = 0; k < K; k++)
            listed |= choice[t * K + k] == e;
          g_assert_true (listed == (before < C));
          n += listed;
        }
      for (int k = 0; k < K; k++)
        g_assert_true ((choice[t * K + k] >= 0) == (k < n));
      for (int k = 1; k < n; k++)
        g_assert_true (gates[t * E + choice[t * K + k]] <= gates[t * E + choice[t * K + k - 1]]);
      most = MAX (most, n);
    }
  g_assert_cmpint (K, ==, most);
}

/* The router: gates are a softmax over the experts, and weights those gates as they are. */
static void
test_experts_choose (void)
{
  static const MsReal kernel[] = { 1, 0, 0, 1 }, x[] = { 2, 0, 1, 0, 0, 0 };
  const double g0 = 1 / (1 + exp (-2)), g1 = 1 / (1 + exp (-1));
  Bench b;

  bench_init (&b, &ms_router_experts_choose, 2, 2, 1, kernel);
  decide (&b, x, 3, 1, 2);
  /* Column 0 is .88, .73, .5 and column 1 .12, .27, .5: expert 0 takes 0 and 1, expert 1 takes 2 and 1. */
  g_assert_true (b.decision.placed);
  g_assert_cmpint (b.decision.K, ==, 2);
  assert_choice (&b, 6, (const int[]){ 0, -1, 0, 1, 1, -1 });
  assert_weights (&b, 6, (const double[]){ g0, 0, g1, 1 - g1, .5, 0 });
  g_assert_null (b.decision.z);
  decide (&b, x, 3, 3, 0); /* alone: everybody gets everything */
  g_assert_cmpint (b.decision.K, ==, 2);
  assert_choice (&b, 6, (const int[]){ 0, 1, 0, 1, 0, 1 });
  decide (&b, x, 3, 1, 1);
  g_assert_cmpint (b.decision.K, ==, 1);
  assert_choice (&b, 3, (const int[]){ 0, -1, 1 });
  bench_clear (&b);
}

/* The noise of a training pass has the deviation noise / E, in both routers that add it. */
static void
check_noise (const MsRouterKind *kind)
{
  enum { T = 4000, E = 4 };
  g_autofree MsReal *x = g_new0 (MsReal, T);
  double sum = 0;
  Bench b;

  bench_init (&b, kind, 1, E, 1, NULL);
  b.config.noise = 2;
  b.pass.deterministic = false;
  decide (&b, x, T, 1, 0);
  for (int t = 0; t < T; t++) /* the logits are 0: differences of log gates are differences of the noise */
    {
      double d = log (b.decision.gates->value[t * E]) - log (b.decision.gates->value[t * E + 1]);

      sum += d * d / 2;
    }
  g_assert_cmpfloat_with_epsilon (sqrt (sum / T), 2.0 / E, 0.02);
  b.pass.deterministic = true;
  decide (&b, x, T, 1, 0);
  g_assert_cmpfloat_with_epsilon (b.decision.gates->value[0], 1.0 / E, CLOSE);
  bench_clear (&b);
}

static void
test_noise (void)
{
  check_noise (&ms_router_top_k);
  check_noise (&ms_router_experts_choose);
}

/* Logits ln 3 and 0, twice preferring expert 0 and once expert 1: f = (2/3, 1/3), P = (7/12, 5/12). */
static void
test_switch (void)
{
  static const MsReal kernel[] = { 1, 0, 0, 1 };
  const MsReal l = (MsReal)log (3), x[] = { l, 0, l, 0, 0, l };
  const double lse = log (4);
  Bench b;

  bench_init (&b, &ms_router_switch, 2, 2, 1, kernel);
  b.config.jitter = 0.5; /* which a deterministic pass does not have */
  b.config.K = 5;        /* nor is this its business */
  decide (&b, x, 3, 1, 0);
  g_assert_cmpint (b.decision.K, ==, 1);
  assert_choice (&b, 3, (const int[]){ 0, 0, 1 });
  assert_weights (&b, 3, (const double[]){ .75, .75, .75 });
  g_assert_null (b.decision.gshard);
  b.config.switch_weight = 0.01;
  b.config.z_weight = 1e-3;
  decide (&b, x, 3, 1, 0);
  g_assert_cmpfloat_with_epsilon (b.decision.gshard->value[0], 2 * (2.0 / 3 * 7 / 12 + 1.0 / 3 * 5 / 12), CLOSE);
  g_assert_cmpfloat (b.decision.gshard_weight, ==, 0.01);
  g_assert_cmpfloat_with_epsilon (b.decision.z->value[0], lse * lse, CLOSE);
  g_assert_true (b.decision.importance == NULL && b.decision.load == NULL);
  bench_clear (&b);
}

/* What the router reads is scaled number by number within the bounds, and fills them. */
static void
test_jitter (void)
{
  enum { T = 2000 };
  g_autofree MsReal *x = g_new (MsReal, T);
  double low = 2, high = 0;
  Bench b;

  bench_init (&b, &ms_router_switch, 1, 1, 1, (const MsReal[]){ 1 });
  b.config.jitter = 0.25;
  b.pass.deterministic = false;
  for (int t = 0; t < T; t++)
    x[t] = 1;
  decide (&b, x, T, 1, 0);
  for (int t = 0; t < T; t++)
    {
      low = MIN (low, b.decision.logits->value[t]);
      high = MAX (high, b.decision.logits->value[t]);
    }
  g_assert_true (low >= 0.75 && low < 0.76 && high <= 1.25 && high > 1.24);
  g_assert_cmpfloat (x[0], ==, 1);
  bench_clear (&b);
}

/* Affinities .5, .6, .7 by their logits; the bias decides who is chosen, not with what weight. */
static void
test_sigmoid (void)
{
  const MsReal x[] = { 0, (MsReal)log (1.5), (MsReal)log (7.0 / 3) };
  static const MsReal kernel[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
  Bench b;

  bench_init (&b, &ms_router_sigmoid, 3, 3, 1, kernel);
  b.config.K = 2;
  decide (&b, x, 1, 1, 0);
  assert_choice (&b, 2, (const int[]){ 2, 1 });
  assert_weights (&b, 2, (const double[]){ .7, .6 });
  b.router->bias->value[0] = R (.15); /* .65 beats .6, not .7 */
  decide (&b, x, 1, 1, 0);
  assert_choice (&b, 2, (const int[]){ 2, 0 });
  assert_weights (&b, 2, (const double[]){ .7, .5 });
  b.config.renormalise = true;
  b.config.gate_scale = 2.5;
  b.config.z_weight = 1; /* it has no losses, whatever their weights */
  decide (&b, x, 1, 1, 0);
  assert_weights (&b, 2, (const double[]){ 2.5 * .7 / 1.2, 2.5 * .5 / 1.2 });
  g_assert_cmpfloat_with_epsilon (b.decision.priority[0], .7, CLOSE);
  g_assert_true (b.decision.z == NULL && b.decision.gshard == NULL && b.decision.importance == NULL);
  bench_clear (&b);
}

/* By hand: the mean of 9, 3, 6, 6 is 6; an even load moves nothing. Each member has its own mean. */
static void
test_settle (void)
{
  static const int load[] = { 9, 3, 6, 6, 0, 0, 0, 40 }, even[] = { 5, 5, 5, 5, 1, 1, 1, 1 };
  static const double expected[] = { -.001, .001, 0, 0, .001, .001, .001, -.001 };
  Bench b;

  bench_init (&b, &ms_router_sigmoid, 2, 4, 2, NULL);
  g_assert_cmpint (b.router->bias->n_dim, ==, 2);
  g_assert_cmpuint (b.router->bias->dim[0], ==, 2);
  g_assert_cmpstr (b.router->bias->name, ==, "Moe/Router/bias");
  b.config.bias_rate = 0.001;
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat (b.router->bias->value[i], ==, 0);
  b.router->kind->settle (b.router, &b.config, load);
  b.router->kind->settle (b.router, &b.config, even);
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat_with_epsilon (b.router->bias->value[i], expected[i], 1e-9);
  bench_clear (&b);
}

/* Equal affinities: each member's own biases decide. */
static void
test_members_biases (void)
{
  static const MsReal kernel[] = { 0, 0, 0, 0 }, x[] = { 1, 2, 3, 4 };
  Bench b;

  bench_init (&b, &ms_router_sigmoid, 1, 2, 2, kernel);
  b.router->bias->value[1] = b.router->bias->value[2] = R (.1);
  decide (&b, x, 4, 2, 0);
  assert_choice (&b, 4, (const int[]){ 1, 1, 0, 0 });
  bench_clear (&b);
}

/* Batch priority is vanilla whenever nothing is dropped. */
static void
test_priority_without_drops (void)
{
  enum { T = 60, K = 2, E = 5 };
  MsReal gates[T * E], priority[T];
  int choice[T * K];

  for (int round = 0; round < 20; round++)
    {
      g_autoptr (MsTape) tape = ms_tape_new (NULL);
      MsFill fill = { 3, 0, NULL };
      const MsPlan *vanilla, *by_priority;
      int most = 0;

      for (int i = 0; i < T * E; i++)
        gates[i] = (MsReal)g_test_rand_double ();
      ms_top_k (NULL, choice, gates, T, K, E);
      for (int t = 0; t < T; t++)
        priority[t] = gates[t * E + choice[t * K]];
      vanilla = ms_assign (tape, choice, T, K, E, &fill);
      for (int g = 0; g < 3; g++)
        for (int e = 0; e < E; e++)
          {
            int load = 0;

            for (int i = g * T / 3 * K; i < (g + 1) * T / 3 * K; i++)
              load += choice[i] == e;
            most = MAX (most, load);
          }
      fill = (MsFill){ 3, most, priority };
      by_priority = ms_assign (tape, choice, T, K, E, &fill);
      g_assert_cmpint (by_priority->n, ==, T * K);
      g_assert_cmpmem (by_priority->row, T * K * sizeof (int), vanilla->row, T * K * sizeof (int));
      fill.capacity--;
      by_priority = ms_assign (tape, choice, T, K, E, &fill);
      g_assert_cmpint (by_priority->n, <, T * K);
    }
}

/* On a tape without values everybody still gets a share, so that costs can be counted. */
static void
test_dry (gconstpointer data)
{
  g_autoptr (MsTape) tape = ms_tape_new_dry ();
  MsNode *x = ms_tape_input (tape, NULL, 2, (gsize[]){ 24, 6 });
  MsRouterShape shape = { .H = 6, .E = 4, .M = 1, .place = 1 };
  MsRoutingConfig config = { .K = 1, .noise = 1, .z_weight = 1, .switch_weight = 1, .jitter = 0.1, .gate_scale = 2,
                             .importance_weight = 1, .load_weight = 1 };
  const MsRouterKind *kind = data;
  MsPass pass = { .examples = 6, .tokens = 4 };
  MsParams *params = ms_params_new ();
  MsRouter *router = ms_router_new (kind, params, "Moe", &shape);
  MsDecision d = { 0 };
  int load[4] = { 0 };

  kind->decide (router, tape, x, &config, &pass, 2, 3, &d);
  for (int i = 0; d.choice != NULL && i < 24 * d.K; i++)
    if (d.choice[i] >= 0)
      load[d.choice[i]]++;
  for (int e = 0; e < 4; e++)
    g_assert_cmpint (load[e], ==, 6);
  ms_router_free (router);
  ms_params_free (params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routers/rank", test_rank);
  g_test_add_func ("/routers/rank-nan", test_rank_nan);
  g_test_add_func ("/routers/top-tokens", test_top_tokens);
  g_test_add_func ("/routers/top-tokens-ties", test_top_tokens_ties);
  g_test_add_func ("/routers/top-tokens-of-many", test_top_tokens_of_many);
  g_test_add_func ("/routers/experts-choose", test_experts_choose);
  g_test_add_func ("/routers/noise", test_noise);
  g_test_add_func ("/routers/switch", test_switch);
  g_test_add_func ("/routers/jitter", test_jitter);
  g_test_add_func ("/routers/sigmoid", test_sigmoid);
  g_test_add_func ("/routers/settle", test_settle);
  g_test_add_func ("/routers/members-biases", test_members_biases);
  g_test_add_func ("/routers/priority-without-drops", test_priority_without_drops);
  g_test_add_data_func ("/routers/dry/top-k", &ms_router_top_k, test_dry);
  g_test_add_data_func ("/routers/dry/switch", &ms_router_switch, test_dry);
  g_test_add_data_func ("/routers/dry/sigmoid", &ms_router_sigmoid, test_dry);
  g_test_add_data_func ("/routers/dry/experts-choose", &ms_router_experts_choose, test_dry);
  return g_test_run ();
}
