/* SPDX-License-Identifier: MIT */

/* BatchEnsemble's layers: each member against a dense layer whose kernel carries its factors, one member with factors 1
 * against the plain block, gradients in the double build, and what fast weights start from. */

#include "core/autodiff/check.h"
#include "core/ensemble/ensemble.h"
#include "core/nn/encoder.h"

#include <math.h>

enum { ROWS = 4, WIDTH = 6, HIDDEN = 10, CLASSES = 3 };

static const MsPass pass = { .deterministic = true, .examples = ROWS, .tokens = 1 };

/* A layer of M members with every value drawn anew, and M ROWS rows of input. */
typedef struct {
  MsParams *params;
  MsFeedForward *layer;
  int M;
  MsReal x[8 * ROWS * WIDTH];
} Layer;

static void
draw (Layer *self, double scale)
{
  for (int i = 0; i < ms_params_count (self->params); i++)
    {
      MsParam *param = ms_params_at (self->params, i);
      MsRng rng = ms_rng_new (5, MS_RNG_TEST, (guint32)i, 0);

      for (gsize j = 0; j < param->n; j++)
        param->value[j] = (MsReal)((param->fast ? 1 : 0) + scale * ms_rng_normal (&rng));
    }
}

static void
layer_init (Layer *self, int M, bool head)
{
  const MsEnsembleConfig config = { .M = M, .fast_init = -0.5 };
  MsRng rng = ms_rng_new (1, MS_RNG_TEST, 100, 0);

  self->M = M;
  self->params = ms_params_new ();
  self->layer = head ? ms_ensemble_batch.head (self->params, &config, WIDTH, CLASSES, 0.5)
                     : ms_ensemble_batch.mlp (self->params, &config, "block", WIDTH, HIDDEN, 0);
  g_assert_true (ms_params_seal (self->params, NULL));
  draw (self, 0.5);
  for (int i = 0; i < M * ROWS * WIDTH; i++)
    self->x[i] = (MsReal)ms_rng_normal (&rng);
}

static void
layer_clear (Layer *self)
{
  ms_feed_forward_free (self->layer);
  ms_params_free (self->params);
}

static MsNode *
run (Layer *self, MsTape *tape, bool training)
{
  MsNode *x;

  ms_tape_reset (tape, training);
  x = ms_tape_input (tape, self->x, 2, (gsize[]){ (gsize)self->M * ROWS, WIDTH });
  return self->layer->forward (self->layer, tape, x, NULL, &pass);
}

/* y (out) = ((x o alpha_m) W) o gamma_m + bias_m, one row, straight from the formula. */
static void
by_hand (Layer *self, const char *name, int m, const double *x, double *y)
{
  const char *leaves[] = { "kernel", "fast_weight_alpha", "fast_weight_gamma", "bias" };
  const MsParam *tensor[4];
  gsize in, out;

  for (int i = 0; i < 4; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", name, leaves[i]);

      g_assert_nonnull (tensor[i] = ms_params_find (self->params, full));
      g_assert_cmpint (tensor[i]->n_dim, ==, 2);
    }
  in = tensor[0]->dim[0];
  out = tensor[0]->dim[1];
  g_assert_cmpuint (tensor[1]->n, ==, (gsize)self->M * in);
  g_assert_cmpuint (tensor[2]->n, ==, (gsize)self->M * out);
  g_assert_cmpuint (tensor[3]->n, ==, (gsize)self->M * out);
  for (gsize f = 0; f < out; f++)
    {
      y[f] = 0;
      for (gsize h = 0; h < in; h++)
        y[f] += x[h] * (double)tensor[1]->value[(gsize)m * in + h] * (double)tensor[0]->value[h * out + f];
      y[f] = y[f] * (double)tensor[2]->value[(gsize)m * out + f] + (double)tensor[3]->value[(gsize)m * out + f];
    }
}

static double
gelu (double x)
{
  return 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
}

static void
test_formula (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  Layer layer;
  MsNode *y;

  layer_init (&layer, 3, false);
  y = run (&layer, tape, false);
  for (int r = 0; r < 3 * ROWS; r++)
    {
      double x[WIDTH], hidden[HIDDEN], expected[WIDTH];

      for (int h = 0; h < WIDTH; h++)
        x[h] = (double)layer.x[r * WIDTH + h];
      by_hand (&layer, "block/Mlp/Dense_0", r / ROWS, x, hidden);
      for (int f = 0; f < HIDDEN; f++)
        hidden[f] = gelu (hidden[f]);
      by_hand (&layer, "block/Mlp/Dense_1", r / ROWS, hidden, expected);
      for (int h = 0; h < WIDTH; h++)
        g_assert_cmpfloat_with_epsilon ((double)y->value[r * WIDTH + h], expected[h], 1e-4);
    }
  layer_clear (&layer);
}

static void
test_head (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  Layer layer;
  MsNode *y;

  layer_init (&layer, 2, true);
  y = run (&layer, tape, false);
  for (int r = 0; r < 2 * ROWS; r++)
    {
      double x[WIDTH], expected[CLASSES];

      for (int h = 0; h < WIDTH; h++)
        x[h] = (double)layer.x[r * WIDTH + h];
      by_hand (&layer, "head", r / ROWS, x, expected);
      for (int c = 0; c < CLASSES; c++)
        g_assert_cmpfloat_with_epsilon ((double)y->value[r * CLASSES + c], expected[c], 1e-5);
    }
  layer_clear (&layer);
}

/* Fresh head: kernel 0, so every member says the bias, whatever its fast weights are. */
static void
test_fresh_head (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  Layer layer;
  MsNode *y;

  layer_init (&layer, 2, true);
  ms_params_init (layer.params, 7);
  y = run (&layer, tape, false);
  for (gsize i = 0; i < y->n; i++)
    g_assert_true (y->value[i] == (MsReal)0.5);
  layer_clear (&layer);
}

static void
test_one_member (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  g_autoptr (MsParams) params = ms_params_new ();
  g_autoptr (MsFeedForward) plain = ms_mlp_block_new (params, "block", WIDTH, HIDDEN, 0);
  g_autofree MsReal *kept = NULL;
  Layer layer;
  MsNode *x, *y;

  layer_init (&layer, 1, false);
  g_assert_true (ms_params_seal (params, NULL));
  for (int i = 0; i < ms_params_count (layer.params); i++)
    {
      MsParam *from = ms_params_at (layer.params, i), *to = ms_params_find (params, from->name);

      for (gsize j = 0; j < from->n; j++)
        if (from->fast)
          from->value[j] = 1;
        else
          to->value[j] = from->value[j];
    }
  y = run (&layer, tape, false);
  kept = g_memdup2 (y->value, y->n * sizeof (MsReal));
  ms_tape_reset (tape, false);
  x = ms_tape_input (tape, layer.x, 2, (gsize[]){ ROWS, WIDTH });
  y = plain->forward (plain, tape, x, NULL, &pass);
  for (gsize i = 0; i < y->n; i++)
    g_assert_cmpfloat_with_epsilon ((double)y->value[i], (double)kept[i], 1e-5);
  layer_clear (&layer);
}

static void
test_gradients (gconstpointer data)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  Layer layer;

  if (sizeof (MsReal) == 4)
    return;
  layer_init (&layer, 3, GPOINTER_TO_INT (data));
  for (int i = 0; i < ms_params_count (layer.params); i++)
    {
      MsParam *param = ms_params_at (layer.params, i);
      MsNode leaf = { .value = param->value, .grad = param->grad, .n = param->n, .n_slices = param->n_slices,
                      .touched = param->touched };
      MsNode *x = &leaf, *y;
      MsCheckResult r;

      ms_params_clear_gradients (layer.params);
      y = run (&layer, tape, true);
      r = ms_check_node (tape, y, &x, 1, 1, 1);
      g_test_message ("%s: worst %.2g", param->name, r.worst);
      g_assert_true (r.finite);
      g_assert_cmpfloat (r.worst, <, 1e-6);
    }
  layer_clear (&layer);
}

static void
test_start (void)
{
  const double q[] = { 0.25, 1, -0.5, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (q); i++)
    {
      const MsEnsembleConfig config = { .M = 4, .fast_init = q[i] };
      g_autoptr (MsParams) params = ms_params_new ();
      g_autoptr (MsFeedForward) layer = ms_ensemble_batch.mlp (params, &config, "block", 1000, 2, 0);
      const MsParam *alpha = ms_params_find (params, "block/Mlp/Dense_0/fast_weight_alpha");
      double mean = 0, square = 0, expected_mean = q[i] > 0 ? 2 * q[i] - 1 : 1;
      double deviation = q[i] > 0 ? 2 * sqrt (q[i] * (1 - q[i])) : -q[i];

      g_assert_true (ms_params_seal (params, NULL));
      ms_params_init (params, 1);
      g_assert_true (alpha->fast && !alpha->decay);
      for (gsize j = 0; j < alpha->n; j++)
        {
          double value = (double)alpha->value[j];

          g_assert_true (q[i] <= 0 || fabs (value) == 1);
          mean += value / (double)alpha->n;
          square += value * value / (double)alpha->n;
        }
      g_assert_cmpfloat_with_epsilon (mean, expected_mean, 0.05);
      g_assert_cmpfloat_with_epsilon (sqrt (fmax (0, square - mean * mean)), deviation, 0.05);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch/formula", test_formula);
  g_test_add_func ("/batch/head", test_head);
  g_test_add_func ("/batch/fresh-head", test_fresh_head);
  g_test_add_func ("/batch/one-member-is-the-plain-block", test_one_member);
  g_test_add_data_func ("/batch/gradients/mlp", GINT_TO_POINTER (0), test_gradients);
  g_test_add_data_func ("/batch/gradients/head", GINT_TO_POINTER (1), test_gradients);
  g_test_add_func ("/batch/start", test_start);
  return g_test_run ();
}
