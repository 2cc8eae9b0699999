/* SPDX-License-Identifier: MIT */

/* A tiny vision transformer held against tests/golden/vit.json: an independent float64 derivation in NumPy, 8 variants
 * with one member and 8 of E3 with two, whose copies may be made late or early. Then the gradient of whole routed
 * models, in the double build. */

#include "core/autodiff/check.h"
#include "core/experts/moe.h"
#include "core/nn/backbone.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

typedef struct {
  MsParams *params;
  MsBackbone *backbone;
  MsMoe *moe;
  MsRoutingConfig routing;
} Tiny;

#define N 2
#define C 4

static void
tiny_init (Tiny *tiny, int M, bool early)
{
  MsBackboneConfig config = { .height = 4, .width = 4, .channels = 3, .patch = 2,
                              .encoder = { .width = 8, .hidden = 16, .blocks = 2, .heads = 2, .classes = 4,
                                           .copies = M, .copy_block = 1, .copy_early = early } };
  MsMoeShape shape = { .block = 1, .member = -1, .E = 4, .H = 8, .F = 16, .identical = true,
                       .site = MS_SITE_BLOCK (1) + 1, .copies = M, .partition = true, .own_routers = true };

  tiny->params = ms_params_new ();
  tiny->moe = ms_moe_new (tiny->params, &ms_router_top_k, &tiny->routing, &shape);
  tiny->backbone = ms_vit_new (tiny->params, &config, (MsFeedForward *[]){ NULL, &tiny->moe->base });
  g_assert_true (ms_params_seal (tiny->params, NULL));
  g_assert_cmpuint (ms_params_size (tiny->params), ==, 2260);
}

static void
tiny_clear (Tiny *tiny)
{
  ms_backbone_free (tiny->backbone);
  ms_params_free (tiny->params);
}

/* Leaf values v_k = sin (1.7 k + 0.3) / 2 by flat index k over the sorted paths; norm scales plus 1. */
static void
fill (Tiny *tiny, JsonArray *leaves)
{
  g_assert_cmpuint (json_array_get_length (leaves), ==, (guint)ms_params_count (tiny->params));
  for (guint i = 0; i < json_array_get_length (leaves); i++)
    {
      JsonArray *leaf = json_array_get_array_element (leaves, i);
      MsParam *param = ms_params_find (tiny->params, json_array_get_string_element (leaf, 0));
      JsonArray *shape = json_array_get_array_element (leaf, 1);
      gint64 offset = json_array_get_int_element (leaf, 2), size = 1;

      g_assert_nonnull (param);
      for (guint d = 0; d < json_array_get_length (shape); d++)
        size *= json_array_get_int_element (shape, d);
      g_assert_cmpint (size, ==, (gint64)param->n);
      /* Members' routers (H, M, E/M) are the one router (H, E) in another shape. */
      for (int d = 0; d < param->n_dim && (int)json_array_get_length (shape) == param->n_dim; d++)
        g_assert_cmpint (json_array_get_int_element (shape, (guint)d), ==, (gint64)param->dim[d]);
      for (gsize j = 0; j < param->n; j++)
        param->value[j] = (MsReal)(0.5 * sin (1.7 * (double)((gsize)offset + j) + 0.3)
                                   + g_str_has_suffix (param->name, "/scale"));
    }
}

static MsNode *
run (Tiny *tiny, MsTape *tape, bool training)
{
  MsPass pass = { .deterministic = true, .examples = 2 };
  gsize shape[] = { 2, 4, 4, 3 };
  MsReal *x;

  ms_tape_reset (tape, training);
  x = ms_tape_alloc (tape, 96 * sizeof (MsReal));
  for (int i = 0; i < 96; i++)
    x[i] = (MsReal)cos (0.13 * i);
  return ms_backbone_forward (tiny->backbone, tape, ms_tape_input (tape, x, 4, shape), &pass, NULL);
}

static void
configure (Tiny *tiny, int K, int capacity, bool bpr)
{
  /* Four tokens an image: a group is one image. */
  tiny->routing = (MsRoutingConfig){ .K = K, .capacity = { .fixed = capacity }, .group_examples = 1,
                                     .noise = 1, .noise_by_experts = true, .priority_evaluation = bpr,
                                     .importance_weight = 1 };
}

/* Row m N + n of ours is row n M + m of the reference's, for logits and for the losses by group, here an image. */
static void
check_variant (Tiny *tiny, JsonObject *golden, int M, int K, int capacity, bool bpr)
{
  g_autofree char *name = g_strdup_printf ("M%d_K%d_C%d_%s", M, K, capacity, bpr ? "bpr" : "vanilla");
  JsonObject *variant = json_object_get_object_member (golden, name);
  JsonArray *rows = json_object_get_array_member (variant, "logits");
  JsonArray *importance = json_object_get_array_member (variant, "importance");
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsNode *logits;
  double mean = 0;

  configure (tiny, K, capacity, bpr);
  logits = run (tiny, tape, false);
  g_assert_cmpuint (ms_node_rows (logits), ==, (gsize)M * N);
  for (int row = 0; row < M * N; row++)
    for (int c = 0; c < C; c++)
      {
        JsonArray *theirs = json_array_get_array_element (rows, (guint)(row % N * M + row / N));
        double expected = json_array_get_double_element (theirs, (guint)c);

        g_test_message ("%s: %.7f against %.7f", name, logits->value[row * C + c], expected);
        g_assert_cmpfloat_with_epsilon (logits->value[row * C + c], expected, sizeof (MsReal) == 4 ? 1e-6 : 1.2e-7);
      }
  for (guint i = 0; i < json_array_get_length (importance); i++)
    mean += json_array_get_double_element (importance, i) / (M * N);
  g_assert_cmpfloat_with_epsilon (tiny->moe->decision.importance->value[0], mean, 1e-5);
}

static void
check_members (JsonObject *golden, int M, bool early)
{
  Tiny tiny;

  tiny_init (&tiny, M, early);
  fill (&tiny, json_object_get_array_member (json_object_get_object_member (golden, "_meta"), "leaves"));
  for (int K = 1; K <= 2; K++)
    for (int capacity = 1; capacity <= 2; capacity++)
      for (int bpr = 0; bpr < 2; bpr++)
        check_variant (&tiny, golden, M, K, capacity, bpr);
  tiny_clear (&tiny);
}

static void
test_golden (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", "vit.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *golden;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  golden = json_node_get_object (json_parser_get_root (parser));
  check_members (golden, 1, false);
  check_members (golden, 2, false);
  check_members (golden, 2, true);
}

/* Fresh values with some noise on all of them. */
static void
stir (Tiny *tiny)
{
  ms_params_init (tiny->params, 3);
  for (int i = 0; i < ms_params_count (tiny->params); i++)
    {
      MsParam *param = ms_params_at (tiny->params, i);
      MsRng rng = ms_rng_new (5, MS_RNG_TEST, (guint32)i, 0);

      for (gsize j = 0; j < param->n; j++)
        param->value[j] += (MsReal)(0.3 * ms_rng_normal (&rng));
    }
}

/* Copies made before the block's attention or after it are the same without dropout. */
static void
test_early_is_deferred (void)
{
  g_autoptr (MsTape) a = ms_tape_new (NULL), b = ms_tape_new (NULL);
  Tiny early, late;
  MsNode *x, *y;

  tiny_init (&early, 2, true);
  tiny_init (&late, 2, false);
  configure (&early, 2, 3, false);
  configure (&late, 2, 3, false);
  stir (&early);
  stir (&late);
  x = run (&early, a, true);
  y = run (&late, b, true);
  for (gsize i = 0; i < x->n; i++)
    g_assert_cmpfloat_with_epsilon (x->value[i], y->value[i], sizeof (MsReal) == 4 ? 1e-5 : 1e-12);
  ms_tape_backward (a, ms_cross_entropy (a, x, (int[]){ 1, 2, 1, 2 }));
  ms_tape_backward (b, ms_cross_entropy (b, y, (int[]){ 1, 2, 1, 2 }));
  for (int i = 0; i < ms_params_count (early.params); i++)
    {
      const MsParam *p = ms_params_at (early.params, i), *q = ms_params_at (late.params, i);

      for (gsize j = 0; j < p->n; j++)
        if (p->touched[j / ms_param_slice (p)])
          g_assert_cmpfloat_with_epsilon (p->grad[j], q->grad[j], sizeof (MsReal) == 4 ? 1e-5 : 1e-12);
    }
  tiny_clear (&early);
  tiny_clear (&late);
}

/* Every tensor of the routed model, some elements each; choices are far enough from ties for the small steps. */
static void
check_gradients (int M, int K)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  Tiny tiny;
  MsNode *logits;

  tiny_init (&tiny, M, false);
  configure (&tiny, K, 2, true);
  stir (&tiny);
  for (int i = 0; i < ms_params_count (tiny.params); i++)
    {
      MsParam *param = ms_params_at (tiny.params, i);
      MsNode leaf = { .value = param->value, .grad = param->grad, .n = param->n, .n_slices = param->n_slices,
                      .touched = param->touched };
      MsNode *x = &leaf;
      MsCheckResult r;

      ms_params_clear_gradients (tiny.params);
      logits = run (&tiny, tape, true);
      r = ms_check_node (tape, logits, &x, 1, MAX (1, param->n / 7), 1);
      g_test_message ("%s: worst %.2g", param->name, r.worst);
      g_assert_true (r.finite);
      g_assert_cmpfloat (r.worst, <, 1e-6);
    }
  tiny_clear (&tiny);
}

static void
test_gradients (void)
{
  if (sizeof (MsReal) == 4)
    return;
  check_gradients (1, 2);
  check_gradients (2, 1);
  check_gradients (2, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vit/golden", test_golden);
  g_test_add_func ("/vit/early-is-deferred", test_early_is_deferred);
  g_test_add_func ("/vit/gradients", test_gradients);
  return g_test_run ();
}
