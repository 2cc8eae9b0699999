/* SPDX-License-Identifier: MIT */

/* Soft MoE against numbers that were derived with NumPy, in double and float; what must hold for every input; and a
 * whole layer against finite differences. */

#include "core/autodiff/check.h"
#include "core/experts/moe.h"
#include "core/train/model.h"
#include "core/train/session-private.h"
#include "core/train/slots.h"

#include <math.h>
#include <string.h>

#define DOUBLE (sizeof (MsReal) == 8)
#define CLOSE (DOUBLE ? 1e-8 : 1e-5)

static const double golden_x[3][2] = { { 1, 2 }, { 3, -1 }, { 0.5, 0.5 } };
static const double golden_mu[2][4] = { { 1, 0, 1, -1 }, { 0, 2, 1, 3 } }; /* (H, slot), two slots an expert */
static const double golden_logits[3][4] = { { 0.89442665, 1.78885398, 1.89736593, 1.41421335 },
                                            { 1.89736555, -0.63245542, 0.89442692, -1.19999988 },
                                            { 1.41421144, 1.41421197, 1.9999975, 0.89442625 } };
static const double golden_slots[4][2]
  = { { 1.85276926, 0.02118188 }, { 0.90646098, 1.26944258 }, { 1.07255217, 0.88377584 }, { 0.90954176, 1.33349412 } };
static const double golden_y[3][2]
  = { { 1.65232478, 1.582655 }, { 1.87309015, 0.59741111 }, { 1.7522948, 1.37820738 } };

typedef struct {
  MsParams *params;
  MsRouter *router;
} Golden;

static void
golden_init (Golden *g)
{
  const MsRouterShape shape = { .H = 2, .E = 2, .M = 1, .slots = 2 };

  g->params = ms_params_new ();
  g->router = ms_router_new (&ms_router_soft, g->params, "Moe", &shape);
  g_assert_true (ms_params_seal (g->params, NULL));
  for (int i = 0; i < 8; i++)
    g->router->mu->value[i] = (MsReal)golden_mu[i / 4][i % 4];
  g->router->scale->value[0] = 2;
}

static void
golden_clear (Golden *g)
{
  ms_router_free (g->router);
  ms_params_free (g->params);
}

/* The same three tokens in every group; f_e (z) = (e + 1) z. With one group the scale goes to the tokens, which have
 * fewer numbers than mu, with more to mu. */
static void
check_golden (const Golden *g, int groups)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  const MsPass pass = { .deterministic = true };
  const MsRoutingConfig config = { .noise = 1 };
  MsReal x[3 * 3 * 2], f[4 * 3 * 2];
  MsDecision d = { 0 };
  MsNode *in, *z, *y;

  for (int i = 0; i < groups * 6; i++)
    x[i] = (MsReal)golden_x[i % 6 / 2][i % 2];
  in = ms_tape_input (tape, x, 2, (gsize[]){ 3 * (gsize)groups, 2 });
  ms_router_soft.decide (g->router, tape, in, &config, &pass, groups, 0, &d);
  g_assert_null (d.choice);
  z = ms_fill_slots (tape, d.dispatch, in, groups);
  for (int row = 0; row < 4 * groups; row++)
    for (int h = 0; h < 2; h++)
      {
        g_assert_cmpfloat_with_epsilon (z->value[2 * row + h], golden_slots[row / groups][h], CLOSE);
        f[2 * row + h] = z->value[2 * row + h] * (MsReal)(row / groups / 2 + 1);
      }
  y = ms_mix_slots (tape, d.mix, ms_tape_input (tape, f, 2, (gsize[]){ 4 * (gsize)groups, 2 }), groups, NULL);
  for (int t = 0; t < 3 * groups; t++)
    {
      for (int s = 0; s < 4; s++)
        g_assert_cmpfloat_with_epsilon (d.logits->value[4 * t + s], golden_logits[t % 3][s], CLOSE);
      for (int h = 0; h < 2; h++)
        g_assert_cmpfloat_with_epsilon (y->value[2 * t + h], golden_y[t % 3][h], CLOSE);
    }
}

static void
test_golden (void)
{
  Golden g;

  golden_init (&g);
  check_golden (&g, 1);
  check_golden (&g, 3);
  golden_clear (&g);
}

/* The reference's router_test.py: 8 tokens of 16 numbers, 5 experts. */
static void
test_shapes (void)
{
  const MsCapacityRule rule = { .factor = 1, .round = MS_ROUND_NEAREST_EVEN, .multiple = 1, .counts_tokens = true };
  const MsRouterShape shape = { .H = 16, .E = 5, .M = 1, .slots = ms_capacity (&rule, 8, 1, 5) };
  g_autoptr (MsParams) params = ms_params_new ();
  g_autoptr (MsRouter) router = ms_router_new (&ms_router_soft, params, "Moe", &shape);
  const MsParam *mu = ms_params_find (params, "Moe/Router/mu"), *scale = ms_params_find (params, "Moe/Router/scale");

  g_assert_true (mu == router->mu && scale == router->scale);
  g_assert_cmpmem (mu->dim, 3 * sizeof (gsize), ((gsize[]){ 16, 5, 2 }), 3 * sizeof (gsize));
  g_assert_cmpint (mu->n_dim, ==, 3);
  g_assert_cmpint (scale->n_dim, ==, 0);
  g_assert_cmpuint (scale->n, ==, 1);
}

/* A layer with everything on it, of 16 numbers wide tokens and 4 experts of 3 slots. */
typedef struct {
  MsParams *params;
  MsRoutingConfig config;
  MsMoe *moe;
} Layer;

static void
layer_init (Layer *l, int group_examples, double noise)
{
  const MsMoeShape shape = { .member = -1, .E = 4, .H = 16, .F = 24, .slots = 3 };

  l->params = ms_params_new ();
  l->config = (MsRoutingConfig){ .K = 1, .group_examples = group_examples, .noise = noise, .noise_by_experts = true };
  l->moe = ms_moe_new (l->params, &ms_router_soft, &l->config, &shape);
  g_assert_true (ms_params_seal (l->params, NULL));
  ms_params_init (l->params, 3);
  l->moe->router->scale->value[0] = (MsReal)1.7;
}

static void
layer_clear (Layer *l)
{
  ms_feed_forward_free (&l->moe->base);
  ms_params_free (l->params);
}

/* y = x + layer (x) for examples of 5 tokens. */
static MsNode *
run (Layer *l, MsTape *tape, MsNode **x, int examples, bool alone)
{
  const MsPass pass = { .deterministic = alone, .alone = alone, .seed = 3, .step = 4, .examples = examples,
                        .tokens = 5 };
  gsize n = 5 * (gsize)examples * 16;
  MsReal *values;

  ms_tape_reset (tape, true);
  values = ms_tape_alloc (tape, n * sizeof (MsReal));
  ms_rng_fill_normal (1, ms_rng_stream (MS_RNG_TEST, 0, 0), 0, n, values);
  *x = ms_tape_variable (tape, values, 2, (gsize[]){ n / 16, 16 });
  return l->moe->base.forward (&l->moe->base, tape, *x, *x, &pass);
}

static void
test_gradients (void)
{
  for (int group = 0; DOUBLE && group <= 2; group++)
    {
      g_autoptr (MsTape) tape = ms_tape_new (NULL);
      Layer l;

      layer_init (&l, group, 0.3);
      for (int i = -1; i < ms_params_count (l.params); i++)
        {
          MsParam *p = i < 0 ? NULL : ms_params_at (l.params, i);
          MsNode *x, *y, leaf;
          MsCheckResult r;

          ms_params_clear_gradients (l.params);
          y = run (&l, tape, &x, 4, false);
          if (p != NULL)
            {
              leaf = (MsNode){ .value = p->value, .grad = p->grad, .n = p->n, .n_slices = p->n_slices,
                               .touched = p->touched };
              x = &leaf;
            }
          r = ms_check_node (tape, y, &x, 1, MAX (1, x->n / 23), 1);
          g_test_message ("group %d, %s: worst %.2g", group, p != NULL ? p->name : "tokens", r.worst);
          g_assert_true (r.finite);
          g_assert_cmpfloat (r.worst, <, 1e-6);
        }
      layer_clear (&l);
    }
}

/* Dispatch sums to 1 over the tokens of a group, combine over the slots of a token. */
static void
check_sums (const MsMoe *moe, int T)
{
  const MsReal *dispatch = moe->decision.dispatch->value, *mix = moe->decision.mix->value;
  int rows = T / moe->groups, S = 12;

  g_assert_cmpuint (ms_node_cols (moe->decision.mix), ==, (gsize)S);
  for (int g = 0; g < moe->groups; g++)
    for (int s = 0; s < S; s++)
      {
        double sum = 0;

        for (int t = 0; t < rows; t++)
          sum += dispatch[(g * rows + t) * S + s];
        g_assert_cmpfloat_with_epsilon (sum, 1, 1e-6);
      }
  for (int t = 0; t < T; t++)
    {
      double sum = 0;

      for (int s = 0; s < S; s++)
        sum += mix[t * S + s];
      g_assert_cmpfloat_with_epsilon (sum, 1, 1e-6);
    }
}

static void
test_sums (void)
{
  /* Examples that do not fill groups are one group. */
  static const int examples[] = { 4, 12, 3 }, group[] = { 0, 1, 2 }, groups[] = { 1, 12, 1 };

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (MsTape) tape = ms_tape_new (NULL);
      MsNode *x;
      Layer l;

      layer_init (&l, group[i], 0.5);
      run (&l, tape, &x, examples[i], false);
      g_assert_cmpint (l.moe->groups, ==, groups[i]);
      g_assert_null (l.moe->loss);
      g_assert_cmpint (l.moe->plan->n, ==, 12 * groups[i]);
      check_sums (l.moe, 5 * examples[i]);
      layer_clear (&l);
    }
}

/* A group's tokens see nothing of another group's: each comes out as if the others were not there. */
static void
test_groups (void)
{
  g_autoptr (MsTape) one = ms_tape_new (NULL), all = ms_tape_new (NULL);
  MsNode *x, *y, *alone;
  Layer l;

  layer_init (&l, 1, 0);
  y = run (&l, all, &x, 9, false);
  alone = run (&l, one, &x, 1, false);
  for (int i = 0; i < 5 * 16; i++)
    g_assert_cmpfloat_with_epsilon (y->value[i], alone->value[i], 1e-5);
  layer_clear (&l);
}

/* In a pass alone every token is a group of its own: dispatch is 1, and it is mixed from all experts' answers. */
static void
test_alone (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL), groups = ms_tape_new (NULL);
  const MsPass pass = { .deterministic = true, .examples = 10, .tokens = 1 };
  MsNode *x, *y, *expected;
  Layer l;

  layer_init (&l, 1, 0);
  y = run (&l, tape, &x, 2, true);
  ms_tape_reset (groups, false);
  x = ms_tape_input (groups, x->value, 2, (gsize[]){ 10, 16 });
  expected = l.moe->base.forward (&l.moe->base, groups, x, x, &pass);
  g_assert_cmpint (l.moe->groups, ==, 10);
  for (gsize i = 0; i < y->n; i++)
    g_assert_cmpfloat_with_epsilon (y->value[i], expected->value[i], 1e-5);
  layer_clear (&l);
}

/* Values and gradients of the layer as bytes. */
static GByteArray *
pass_bytes (int n_threads, int group_examples)
{
  g_autoptr (MsPool) pool = ms_pool_new (n_threads);
  g_autoptr (MsTape) tape = ms_tape_new (pool);
  GByteArray *bytes = g_byte_array_new ();
  MsReal *gradient;
  MsNode *x, *y;
  Layer l;

  layer_init (&l, group_examples, 0.2);
  y = run (&l, tape, &x, 96, false);
  gradient = ms_tape_alloc (tape, y->n * sizeof (MsReal));
  ms_rng_fill_normal (2, ms_rng_stream (MS_RNG_TEST, 1, 0), 0, y->n, gradient);
  g_byte_array_append (bytes, (const guint8 *)y->value, (guint)(y->n * sizeof (MsReal)));
  ms_tape_backward_from (tape, y, gradient);
  g_byte_array_append (bytes, (const guint8 *)x->grad, (guint)(x->n * sizeof (MsReal)));
  for (int i = 0; i < ms_params_count (l.params); i++)
    {
      const MsParam *p = ms_params_at (l.params, i);

      g_byte_array_append (bytes, (const guint8 *)p->grad, (guint)(p->n * sizeof (MsReal)));
    }
  layer_clear (&l);
  return bytes;
}

static void
test_threads (void)
{
  for (int group = 0; group <= 2; group++)
    {
      g_autoptr (GByteArray) one = pass_bytes (1, group);

      for (int n_threads = 2; n_threads <= 4; n_threads++)
        {
          g_autoptr (GByteArray) many = pass_bytes (n_threads, group);

          g_assert_cmpmem (one->data, one->len, many->data, many->len);
        }
    }
}

static MsExperiment *
experiment (const char *json)
{
  g_autoptr (GError) error = NULL;
  MsExperiment *x = ms_experiment_from_json (json, -1, "test", &error);

  g_assert_no_error (error);
  return x;
}

#define SOFT "\"routing.router\": \"soft\", \"routing.noise\": 0.1, \"model.blocks\": 2, \"routing.group_examples\": 1"

/* p from the rule when it is not given: 16 tokens, 8 experts. */
static void
test_slots (void)
{
  static const struct {
    const char *json;
    int slots;
  } cases[] = {
    { "{" SOFT ", \"routing.slots\": 3, \"routing.capacity_factor\": 0.1}", 3 },
    { "{" SOFT "}", 4 }, /* 16 * 1.05 / 8 = 2.1, a multiple of 4 */
    { "{" SOFT ", \"routing.capacity_multiple\": 0}", 3 },
    { "{" SOFT ", \"routing.capacity_multiple\": 0, \"routing.capacity_round\": \"nearest-even\"}", 2 },
    { "{" SOFT ", \"routing.capacity\": 5}", 5 },
    { "{\"routing.router\": \"top-k\"}", 0 },
    { "{\"routing.router\": \"soft\", \"routing.capacity_multiple\": 0, \"routing.capacity_factor\": 1}", 128 },
  };
  g_autoptr (GError) error = NULL;
  int slots;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MsExperiment) x = experiment (cases[i].json);

      g_assert_true (ms_experiment_slots (x, 16, &slots, &error));
      g_assert_no_error (error);
      g_assert_cmpint (slots, ==, cases[i].slots);
    }
  g_autoptr (MsExperiment) none = experiment ("{" SOFT ", \"routing.capacity_factor\": 0.2, "
                                              "\"routing.capacity_round\": \"nearest-even\", "
                                              "\"routing.capacity_multiple\": 0}");
  g_assert_false (ms_experiment_slots (none, 16, &slots, &error));
  g_assert_nonnull (strstr (error->message, "less than one slot for a group of 16 tokens"));
  g_clear_error (&error);
  g_autoptr (MsExperiment) many = experiment ("{" SOFT ", \"routing.slots\": 4096, \"routing.experts\": 4096}");
  g_assert_false (ms_experiment_slots (many, 16, &slots, &error));
  g_assert_nonnull (strstr (error->message, "too much memory"));
}

/* A live change of what slots are worked out from would leave the model with the old ones. */
static void
test_rebuild (void)
{
  g_autoptr (MsExperiment) by_rule = experiment ("{" SOFT "}"), given = experiment ("{" SOFT ", \"routing.slots\": 2}");
  g_autoptr (MsExperiment) rule_2 = ms_experiment_with (by_rule, "routing.capacity_factor", "2", NULL);
  g_autoptr (MsExperiment) given_2 = ms_experiment_with (given, "routing.capacity_factor", "2", NULL);

  g_assert_true (ms_experiment_needs_rebuild (by_rule, rule_2));
  g_assert_false (ms_experiment_needs_rebuild (given, given_2));
}

static void
test_e3_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) x = experiment ("{" SOFT ", \"ensemble.kind\": \"e3\", \"ensemble.members\": 2}");

  g_assert_false (ms_experiment_validate (x, &error));
  g_assert_nonnull (strstr (error->message, "routing.router = soft"));
}

static void
steps (MsSession *s, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_BATCH, &error);
      const MsRouting *r;

      g_assert_no_error (error);
      r = record->routing[0];
      g_assert_cmpint (r->slots, ==, 16);
      g_assert_cmpint (r->K, ==, 0);
      g_assert_true (r->expert == NULL && r->gate == NULL && r->kept == NULL && r->probs == NULL);
      g_assert_true (r->dispatch != NULL && r->combine != NULL && r->logits != NULL && r->use != NULL);
      for (int e = 0; e < r->E; e++)
        g_assert_true (r->load[e] == 2 * r->groups && r->dropped[e] == 0 && r->use[e] > 0);
    }
}

/* Steps, saves and restores bit for bit, alone and as a deep ensemble. */
static void
check_session (const char *json)
{
  g_autoptr (MsExperiment) x = experiment (json);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsSession) a = ms_session_new (x, "test", 2, &error), b = ms_session_new (x, "test", 3, &error);
  g_autoptr (GBytes) middle = NULL, last_a = NULL, last_b = NULL;

  g_assert_no_error (error);
  steps (a, 3);
  middle = ms_session_save_state (a);
  steps (a, 3);
  g_assert_true (ms_session_restore_state (b, middle, &error));
  steps (b, 3);
  last_a = ms_session_save_state (a);
  last_b = ms_session_save_state (b);
  g_assert_true (g_bytes_equal (last_a, last_b));
}

static void
test_session (void)
{
  check_session ("{" SOFT ", \"routing.slots\": 2}");
  check_session ("{" SOFT ", \"routing.slots\": 2, \"ensemble.kind\": \"deep\", \"ensemble.members\": 2}");
}

/* A map of the plane names the expert whose answer weighs most at each place, and not the same everywhere. */
static void
test_surface (void)
{
  g_autoptr (MsExperiment) x = experiment ("{\"task.data\": \"spirals\", \"task.examples\": 200, \"model.kind\": "
                                           "\"mlp\", \"routing.router\": \"soft\", \"routing.slots\": 3}");
  g_autoptr (GError) error = NULL;
  g_autoptr (MsSession) s = ms_session_new (x, "test", 2, &error);
  g_autoptr (MsRecord) record = ms_session_look (s, MS_DETAIL_BATCH | MS_DETAIL_SURFACE, &error);
  bool seen[8] = { false };
  int n = 0;

  g_assert_no_error (error);
  g_assert_cmpint (record->routing[0]->slots, ==, 24);
  g_assert_cmpint (record->surface->E, ==, 8);
  for (int i = 0; i < record->surface->n_layers * record->surface->width * record->surface->height; i++)
    {
      g_assert_true (record->surface->expert[i] >= 0 && record->surface->expert[i] < 8);
      n += !seen[record->surface->expert[i]];
      seen[record->surface->expert[i]] = true;
    }
  g_assert_cmpint (n, >, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/soft/golden", test_golden);
  g_test_add_func ("/soft/shapes", test_shapes);
  g_test_add_func ("/soft/gradients", test_gradients);
  g_test_add_func ("/soft/sums", test_sums);
  g_test_add_func ("/soft/groups", test_groups);
  g_test_add_func ("/soft/alone", test_alone);
  g_test_add_func ("/soft/threads", test_threads);
  g_test_add_func ("/soft/slots", test_slots);
  g_test_add_func ("/soft/rebuild", test_rebuild);
  g_test_add_func ("/soft/e3-is-refused", test_e3_is_refused);
  g_test_add_func ("/soft/session", test_session);
  g_test_add_func ("/soft/surface", test_surface);
  return g_test_run ();
}
