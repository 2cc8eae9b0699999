/* SPDX-License-Identifier: MIT */

/* A tiny vision transformer held against tests/golden/vit.json: an independent float64 derivation in NumPy, 8 variants
 * with one member. Then the gradient of a whole routed model, in the double build. */

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

static void
tiny_init (Tiny *tiny)
{
  MsBackboneConfig config = { .height = 4, .width = 4, .channels = 3, .patch = 2,
                              .encoder = { .width = 8, .hidden = 16, .blocks = 2, .heads = 2, .classes = 4 } };
  MsMoeShape shape = { .block = 1, .member = -1, .E = 4, .H = 8, .F = 16, .identical = true,
                       .site = MS_SITE_BLOCK (1) + 1 };

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
      gint64 offset = json_array_get_int_element (leaf, 2);

      g_assert_nonnull (param);
      g_assert_cmpint ((int)json_array_get_length (shape), ==, param->n_dim);
      for (int d = 0; d < param->n_dim; d++)
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

static void
check_variant (Tiny *tiny, JsonObject *golden, int K, int capacity, bool bpr)
{
  g_autofree char *name = g_strdup_printf ("M1_K%d_C%d_%s", K, capacity, bpr ? "bpr" : "vanilla");
  JsonObject *variant = json_object_get_object_member (golden, name);
  JsonArray *rows = json_object_get_array_member (variant, "logits");
  JsonArray *importance = json_object_get_array_member (variant, "importance");
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsNode *logits;
  double mean = 0;

  configure (tiny, K, capacity, bpr);
  logits = run (tiny, tape, false);
  for (guint n = 0; n < 2; n++)
    for (guint c = 0; c < 4; c++)
      {
        double expected = json_array_get_double_element (json_array_get_array_element (rows, n), c);

        g_test_message ("%s: %.7f against %.7f", name, logits->value[n * 4 + c], expected);
        g_assert_cmpfloat_with_epsilon (logits->value[n * 4 + c], expected, 1e-5);
      }
  for (guint n = 0; n < 2; n++)
    mean += json_array_get_double_element (importance, n) / 2;
  g_assert_cmpfloat_with_epsilon (tiny->moe->decision.importance->value[0], mean, 1e-5);
}

static void
test_golden (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", "vit.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  Tiny tiny;
  JsonObject *golden;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  golden = json_node_get_object (json_parser_get_root (parser));
  tiny_init (&tiny);
  fill (&tiny, json_object_get_array_member (json_object_get_object_member (golden, "_meta"), "leaves"));
  for (int K = 1; K <= 2; K++)
    for (int capacity = 1; capacity <= 2; capacity++)
      for (int bpr = 0; bpr < 2; bpr++)
        check_variant (&tiny, golden, K, capacity, bpr);
  tiny_clear (&tiny);
}

/* Every tensor of the routed model, some elements each; choices are far enough from ties for the small steps. */
static void
test_gradients (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  Tiny tiny;
  MsNode *logits;

  if (sizeof (MsReal) == 4)
    return;
  tiny_init (&tiny);
  configure (&tiny, 2, 2, true);
  ms_params_init (tiny.params, 3);
  for (int i = 0; i < ms_params_count (tiny.params); i++)
    {
      MsParam *param = ms_params_at (tiny.params, i);
      MsRng rng = ms_rng_new (5, MS_RNG_TEST, (guint32)i, 0);

      for (gsize j = 0; j < param->n; j++)
        param->value[j] += (MsReal)(0.3 * ms_rng_normal (&rng));
    }
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vit/golden", test_golden);
  g_test_add_func ("/vit/gradients", test_gradients);
  return g_test_run ();
}
