/* SPDX-License-Identifier: MIT */

/* A model that starts from another one's checkpoint says the same as that one, where it can; what has no place to come
 * from starts fresh, and what does not fit is refused by name. */

#include "tests/train/sessions.h"

#include "core/train/checkpoint.h"
#include "core/train/upcycle.h"
#include "tests/fixture.h"

#include <math.h>

#define SMALL                                                                                                          \
  "model.blocks", "2", "model.width", "16", "model.hidden", "24", "model.heads", "2", "optimiser.batch", "16",         \
    "optimiser.learning_rate", "0.01"
#define DENSE SMALL, "routing.router", "none"
/* Nothing is dropped: what is compared is the function, not the capacity. */
#define ROUTED SMALL, "routing.experts", "4", "routing.capacity_factor", "64", "routing.eval_capacity_factor", "64"
static void
steps (MsSession *s, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_SCALARS, &error);

      g_assert_no_error (error);
    }
}

/* A checkpoint of @pairs after some steps; @s takes the session if not NULL. Transfer full. */
static char *
trained (const char *name, const char *const *pairs, MsSession **s)
{
  g_autoptr (MsSession) own = session_of (2, pairs);
  g_autoptr (GError) error = NULL;
  char *path = fixture_path (name);

  steps (own, 30);
  g_assert_true (ms_session_save (own, path, &error));
  g_assert_no_error (error);
  if (s != NULL)
    *s = g_steal_pointer (&own);
  return path;
}

/* Logits (M, 20, 10) of the first test examples. */
static float *
logits (MsSession *s)
{
  float *to = g_new (float, (gsize)ms_model_members (s->model) * 200);

  ms_session_predict (s, s->dataset->test_x, 20, to, NULL);
  return to;
}

/* Every member of @b says what @a says. */
static void
assert_same_function (MsSession *a, MsSession *b)
{
  g_autofree float *x = logits (a), *y = logits (b);

  for (int i = 0; i < ms_model_members (b->model) * 200; i++)
    g_assert_cmpfloat_with_epsilon (x[i % 200], y[i], 2e-5);
  g_assert_cmpfloat (fabs (x[0] - x[1]), >, 1e-3); /* they say something */
}

/* Gates that sum to one, over experts that are all the old layer: the sum is the old layer's output. */
static void
test_dense_to_experts (void)
{
  g_autoptr (MsSession) dense = NULL;
  g_autofree char *path = trained ("dense.safetensors", PAIRS (DENSE), &dense);
  g_autoptr (MsSession) some
    = session_of (2, PAIRS (ROUTED, "routing.k", "2", "routing.renormalise", "true", "model.start", path));
  g_autoptr (MsSession) all = session_of (2, PAIRS (ROUTED, "routing.k", "4", "model.start", path));
  const MsParam *kernel = ms_params_find (all->model->params, "Encoder/encoderblock_1/Moe/Mlp/Dense_0/kernel");

  assert_same_function (dense, some);
  assert_same_function (dense, all);
  g_assert_cmpint (ms_session_get_step (all), ==, 0);
  g_assert_cmpmem (kernel->value, kernel->n / 4 * sizeof (MsReal), kernel->value + kernel->n / 4 * 3,
                   kernel->n / 4 * sizeof (MsReal));
  g_test_message ("%s", ms_session_start_text (all));
  g_assert_nonnull (strstr (ms_session_start_text (all), "dense.safetensors: "));
  g_assert_nonnull (strstr (ms_session_start_text (all), "4 tiled, 1 fresh"));
}

/* V-MoE's router reshaped: member m's router and experts are the m-th part of the V-MoE's, as a V-MoE of its own. */
static void
test_vmoe_to_e3 (void)
{
  g_autoptr (MsSession) whole = NULL;
  g_autofree char *path = trained ("vmoe.safetensors", PAIRS (ROUTED), &whole);
  g_autoptr (MsSession) e3
    = session_of (2, PAIRS (ROUTED, "ensemble.kind", "e3", "ensemble.members", "2", "model.start", path));
  g_autofree float *members = logits (e3);

  g_assert_nonnull (strstr (ms_session_start_text (e3), "1 reshaped"));
  for (int m = 0; m < 2; m++)
    {
      g_autoptr (MsSession) part = session_of (2, PAIRS (ROUTED, "routing.experts", "2"));
      g_autofree float *alone = NULL;

      for (int i = 0; i < ms_params_count (part->model->params); i++)
        {
          MsParam *to = ms_params_at (part->model->params, i);
          const MsParam *from = ms_params_find (whole->model->params, to->name);

          if (strstr (to->name, "/Moe/Router/") != NULL) /* (H, 2) from columns of (H, 4) */
            for (gsize j = 0; j < to->n; j++)
              to->value[j] = from->value[j / 2 * 4 + (gsize)m * 2 + j % 2];
          else
            memcpy (to->value, from->value + (from->n == to->n ? 0 : (gsize)m * to->n), to->n * sizeof (MsReal));
        }
      alone = logits (part);
      for (int i = 0; i < 200; i++)
        g_assert_cmpfloat_with_epsilon (alone[i], members[m * 200 + i], 2e-5);
    }
}

/* And back, and to itself; with shared experts every member's router is a copy. */
static void
test_routers (void)
{
  g_autofree char *e3 = trained ("e3.safetensors", PAIRS (ROUTED, "ensemble.kind", "e3"), NULL);
  g_autofree char *vmoe = trained ("vmoe.safetensors", PAIRS (ROUTED), NULL);
  g_autoptr (MsSession) back = session_of (2, PAIRS (ROUTED, "model.start", e3));
  g_autoptr (MsSession) shared
    = session_of (2, PAIRS (ROUTED, "ensemble.kind", "e3", "ensemble.partition", "false", "model.start", vmoe));
  g_autoptr (MsSession) hash = session_of (2, PAIRS (ROUTED, "routing.router", "hash", "model.start", vmoe));
  const char *name = "Encoder/encoderblock_1/Moe/Router/dense/kernel";
  const MsParam *kernel = ms_params_find (shared->model->params, name);

  g_assert_nonnull (strstr (ms_session_start_text (back), "1 reshaped"));
  g_assert_cmpuint (kernel->n, ==, 16 * 2 * 4);
  for (gsize h = 0; h < 16; h++)
    g_assert_cmpmem (kernel->value + h * 8, 4 * sizeof (MsReal), kernel->value + h * 8 + 4, 4 * sizeof (MsReal));
  g_assert_cmpstr (strstr (ms_session_start_text (hash), "tiled"), ==, NULL);
}

static void
test_members (void)
{
  g_autoptr (MsSession) dense = NULL, vmoe = NULL;
  g_autofree char *path = trained ("dense.safetensors", PAIRS (DENSE), &dense);
  g_autofree char *routed = trained ("vmoe.safetensors", PAIRS (ROUTED), &vmoe);
  g_autoptr (MsSession) deep
    = session_of (2, PAIRS (DENSE, "ensemble.kind", "deep", "ensemble.members", "3", "model.start", path));
  g_autoptr (MsSession) deep_routed = session_of (2, PAIRS (ROUTED, "ensemble.kind", "deep", "model.start", routed));
  g_autoptr (MsSession) batch
    = session_of (2, PAIRS (DENSE, "ensemble.kind", "batch", "ensemble.fast_init", "1", "model.start", path));

  assert_same_function (dense, deep);
  assert_same_function (vmoe, deep_routed);
  assert_same_function (dense, batch);
  g_test_message ("%s", ms_session_start_text (batch));
  g_assert_nonnull (strstr (ms_session_start_text (batch), "3 tiled, 6 fresh"));
}

/* What the sigmoid router learnt without gradients goes with its experts to their members. */
static void
test_biases (void)
{
  const char *name = "Encoder/encoderblock_1/Moe/Router/bias";
  g_autoptr (MsSession) whole = NULL;
  g_autofree char *path
    = trained ("sigmoid.safetensors", PAIRS (ROUTED, "routing.router", "sigmoid", "routing.bias_rate", "0.1"), &whole);
  g_autoptr (MsSession) e3
    = session_of (2, PAIRS (ROUTED, "routing.router", "sigmoid", "ensemble.kind", "e3", "model.start", path));
  const MsParam *from = ms_params_find (whole->model->params, name), *to = ms_params_find (e3->model->params, name);

  g_assert_nonnull (strstr (ms_session_start_text (e3), "2 reshaped"));
  g_assert_cmpint (to->n_dim, ==, 2);
  g_assert_cmpmem (from->value, from->n * sizeof (MsReal), to->value, to->n * sizeof (MsReal));
  g_assert_true (from->value[0] != 0 || from->value[1] != 0);
}

/* Reset goes back to the start; a checkpoint of the run needs the start's file no more. */
static void
test_reset (void)
{
  g_autofree char *path = trained ("dense.safetensors", PAIRS (DENSE), NULL);
  g_autofree char *later = fixture_path ("later.safetensors");
  g_autoptr (MsSession) s = session_of (2, PAIRS (ROUTED, "model.start", path)), loaded = NULL;
  g_autoptr (GBytes) start = ms_session_save_state (s), again = NULL, a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;

  steps (s, 3);
  g_assert_true (ms_session_save (s, later, &error));
  a = ms_session_save_state (s);
  ms_session_reset (s);
  again = ms_session_save_state (s);
  g_assert_true (g_bytes_equal (start, again));
  g_remove (path);
  loaded = ms_session_load (later, NULL, 1, &error);
  g_assert_no_error (error);
  b = ms_session_save_state (loaded);
  g_assert_true (g_bytes_equal (a, b));
}

/* Writes a fresh model of @pairs for @shape, and starts another one of @to for @to_shape from it. */
static MsModel *
start_elsewhere (const char *const *pairs, MsModelShape shape, const char *const *to, MsModelShape to_shape,
                 MsModel **source, MsUpcycled *done, GError **error)
{
  g_autoptr (MsExperiment) x = experiment_of (pairs), y = experiment_of (to);
  g_autoptr (MsModel) from = ms_model_new (x, &shape, error), model = ms_model_new (y, &to_shape, error);
  g_autoptr (MsOptimiser) optimiser = ms_optimiser_new (from->params, MS_CHOICE_OPTIMISER_SGD, error);
  g_autofree char *path = fixture_path ("elsewhere.safetensors");
  const MsCheckpointHead head = { "elsewhere", 0 };
  g_autoptr (MsSafetensors) file = NULL;

  ms_params_init (from->params, 1);
  ms_params_init (model->params, 2);
  g_assert_true (ms_checkpoint_save (path, x, &head, from, optimiser, error));
  file = ms_safetensors_open (path, error);
  if (source != NULL)
    *source = g_steal_pointer (&from);
  return ms_upcycle (file, path, model, done, error) ? g_steal_pointer (&model) : NULL;
}

static const MsModelShape square = { 8, 8, 1, true, 10 }, large = { 12, 16, 1, true, 10 };
static const MsModelShape wide = { 4, 16, 1, true, 10 };

#define POSITION "Encoder/posembed_input/pos_embedding"

static void
check_grid (const char *pool_from, const char *pool_to)
{
  bool from_token = strcmp (pool_from, "token") == 0, to_token = strcmp (pool_to, "token") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (MsModel) source = NULL, model = NULL;
  MsUpcycled done;
  const MsReal *a, *b;

  model = start_elsewhere (PAIRS (DENSE, "model.pool", pool_from), square, PAIRS (DENSE, "model.pool", pool_to), large,
                           &source, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpint (done.tensors[MS_START_RESIZED], ==, 1);
  g_assert_cmpint (done.tensors[MS_START_FRESH], ==, to_token && !from_token ? 1 : 0);
  a = ms_params_find (source->params, POSITION)->value;
  b = ms_params_find (model->params, POSITION)->value;
  if (from_token && to_token)
    g_assert_cmpmem (a, 16 * sizeof (MsReal), b, 16 * sizeof (MsReal));
  a += from_token ? 16 : 0;
  b += to_token ? 16 : 0;
  /* 4 x 4 places to 6 x 8: corners stay, and the second of the first row is at 3/7. */
  for (int h = 0; h < 16; h++)
    {
      g_assert_cmpfloat (a[h], ==, b[h]);
      g_assert_cmpfloat_with_epsilon (a[15 * 16 + h], b[47 * 16 + h], 1e-7);
      g_assert_cmpfloat_with_epsilon (a[h] * 4 / 7 + a[16 + h] * 3 / 7, b[16 + h], 1e-7);
    }
}

static void
test_grid (void)
{
  check_grid ("gap", "gap");
  check_grid ("token", "token");
  check_grid ("gap", "token");
  check_grid ("token", "gap");
}

static void
test_head (void)
{
  MsModelShape more = square;
  g_autoptr (GError) error = NULL;
  g_autoptr (MsModel) source = NULL, model = NULL;
  MsUpcycled done;

  more.classes = 100;
  model = start_elsewhere (PAIRS (DENSE), square, PAIRS (DENSE), more, &source, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpint (done.tensors[MS_START_FRESH], ==, 2);
  g_assert_cmpint (done.tensors[MS_START_COPIED], ==, ms_params_count (model->params) - 2);
}

static void
test_refusals (void)
{
  const char *missing = "nowhere/at-all.safetensors";
  g_autofree char *path = trained ("dense.safetensors", PAIRS (DENSE), NULL);
  g_autoptr (MsExperiment) x = experiment_of (PAIRS (DENSE, "model.start", missing));
  g_autoptr (MsExperiment) y = experiment_of (PAIRS (DENSE, "model.start", path, "model.width", "32"));
  g_autoptr (MsExperiment) z = experiment_of (PAIRS (DENSE, "model.start", path, "model.blocks", "3"));
  g_autoptr (GError) error = NULL;

  g_assert_null (ms_session_new (x, "test", 1, &error));
  fixture_assert_refused (error, missing, "is no file");
  g_assert_null (ms_session_new (y, "test", 1, &error));
  fixture_assert_refused (error, "dense.safetensors", "the tensor embedding/kernel is (2, 2, 1, 16)");
  g_assert_null (ms_session_new (z, "test", 1, &error));
  fixture_assert_refused (error, "dense.safetensors", "Encoder/encoderblock_2/");
}

/* 2 x 8 places are as many as 4 x 4, and not the same: their corners still come to the corners. */
static void
test_wide_grid (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsModel) source = NULL, model = NULL;
  MsUpcycled done;
  const MsReal *a, *b;

  model = start_elsewhere (PAIRS (DENSE), wide, PAIRS (DENSE), square, &source, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpint (done.tensors[MS_START_RESIZED], ==, 1);
  a = ms_params_find (source->params, POSITION)->value;
  b = ms_params_find (model->params, POSITION)->value;
  g_assert_cmpfloat_with_epsilon (a[7 * 16], b[3 * 16], 1e-7);
  g_assert_cmpfloat_with_epsilon (a[8 * 16], b[12 * 16], 1e-7);
}

/* Without the examples' size in the file, 15 places could be any grid. */
static void
test_unknown_grid (void)
{
  g_autofree char *path = fixture_path ("grid.safetensors");
  g_autoptr (MsExperiment) x = experiment_of (PAIRS (DENSE));
  g_autoptr (GError) error = NULL;
  g_autoptr (MsModel) model = ms_model_new (x, &square, &error);
  g_autoptr (MsSafetensorsWriter) writer = ms_safetensors_writer_new ();
  g_autoptr (MsSafetensors) file = NULL;
  float numbers[15 * 16] = { 0 };
  MsUpcycled done;

  ms_params_init (model->params, 1);
  for (int i = 0; i < ms_params_count (model->params); i++)
    {
      const MsParam *param = ms_params_at (model->params, i);

      if (strcmp (param->name, POSITION) != 0)
        ms_safetensors_writer_add (writer, param->name, MS_DTYPE_F32, param->n_dim, param->dim, param->value);
    }
  ms_safetensors_writer_add (writer, POSITION, MS_DTYPE_F32, 3, (gsize[]){ 1, 15, 16 }, numbers);
  g_assert_true (ms_safetensors_writer_save (writer, path, &error));
  file = ms_safetensors_open (path, &error);
  g_assert_false (ms_upcycle (file, path, model, &done, &error));
  fixture_assert_refused (error, POSITION, "square grid");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/upcycle/dense-to-experts", test_dense_to_experts);
  g_test_add_func ("/upcycle/vmoe-to-e3", test_vmoe_to_e3);
  g_test_add_func ("/upcycle/routers", test_routers);
  g_test_add_func ("/upcycle/biases", test_biases);
  g_test_add_func ("/upcycle/members", test_members);
  g_test_add_func ("/upcycle/reset", test_reset);
  g_test_add_func ("/upcycle/grid/square", test_grid);
  g_test_add_func ("/upcycle/grid/wide", test_wide_grid);
  g_test_add_func ("/upcycle/grid/unknown", test_unknown_grid);
  g_test_add_func ("/upcycle/head", test_head);
  g_test_add_func ("/upcycle/refusals", test_refusals);
  return fixture_run ();
}
