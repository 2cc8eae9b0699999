/* SPDX-License-Identifier: MIT */

/* The closed form against a dry count and against what the kernels count, exactly; and the two together against the
 * table of the paper's backbones. */

#include "core/base/rng.h"
#include "core/train/backbones.h"
#include "core/train/closed-form.h"

#include <math.h>

/* Alternating keys and values, on top of a small transformer of 2 blocks on 8 x 8 images. */
static MsExperiment *
experiment (const char *const *settings)
{
  static const char *const base[] = { "model.width", "8", "model.hidden", "12", "model.blocks", "2", "model.heads", "2",
                                      "model.patch", "4", "routing.experts", "4", "routing.capacity_factor", "64",
                                      "optimiser.batch", "4", NULL };
  MsExperiment *x = ms_experiment_new ();

  for (int pass = 0; pass < 2; pass++)
    for (const char *const *s = pass == 0 ? base : settings; *s != NULL; s += 2)
      {
        g_autoptr (GError) error = NULL;
        MsExperiment *next = ms_experiment_with (x, s[0], s[1], &error);

        g_assert_no_error (error);
        ms_experiment_unref (x);
        x = next;
      }
  return x;
}

/* What the kernels count in a forward pass of training, on random inputs. */
static MsDryCount
real_count (const MsExperiment *x, const MsModelShape *shape, int examples)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsModel) model = ms_model_new (x, shape, &error);
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  gsize n = (gsize)examples * (gsize)shape->height * (gsize)shape->width * (gsize)shape->channels;
  g_autofree MsReal *values = g_new (MsReal, n);
  g_autofree int *labels = g_new0 (int, examples);
  MsPass pass = { .seed = 3, .examples = examples };

  g_assert_no_error (error);
  ms_params_init (model->params, 5);
  ms_rng_fill_normal (1, 2, 0, n, values);
  ms_model_forward (model, tape, values, &(MsTargets){ .labels = labels }, &pass);
  return (MsDryCount){ ms_params_size (model->params), ms_tape_flops (tape) };
}

static void
assert_agree (const char *const *settings, const MsModelShape *shape, int examples, bool real)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) x = experiment (settings);
  g_autofree char *what = g_strjoinv (" ", (char **)settings);
  MsClosedForm form = ms_closed_form (x, shape, examples);
  MsDryCount dry;

  g_test_message ("%s", what);
  ms_dry_count (x, shape, examples, &dry, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ms_closed_form_parameters (&form), ==, dry.parameters);
  g_assert_cmpuint (ms_closed_form_flops (&form), ==, dry.flops);
  if (real)
    {
      MsDryCount kernels = real_count (x, shape, examples);

      g_assert_cmpuint (kernels.parameters, ==, dry.parameters);
      g_assert_cmpuint (kernels.flops, ==, dry.flops);
    }
}

static const MsModelShape images = { 8, 8, 1, true, 10 }, plane = { 1, 2, 1, false, 3 };

#define SETTINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_backbones (void)
{
  static const char *const pools[] = { "gap", "token" }, *const representations[] = { "0", "6" };

  for (int i = 0; i < 4; i++)
    {
      const char *pool = pools[i % 2], *representation = representations[i / 2];

      assert_agree (SETTINGS ("routing.router", "none", "model.pool", pool, "model.representation", representation),
                    &images, 4, true);
      assert_agree (SETTINGS ("routing.k", "2", "model.pool", pool, "model.representation", representation), &images, 4,
                    true);
    }
  assert_agree (SETTINGS ("model.kind", "mlp", "task.data", "moons"), &plane, 5, true);
  assert_agree (SETTINGS ("model.kind", "mlp", "task.data", "moons", "routing.router", "none"), &plane, 5, true);
}

static void
test_routers (void)
{
  static const char *const routers[] = { "top-k", "hash", "random" };

  for (guint i = 0; i < G_N_ELEMENTS (routers); i++)
    for (int groups = 0; groups <= 2; groups += 2)
      {
        g_autofree char *group = g_strdup_printf ("%d", groups);

        assert_agree (SETTINGS ("routing.router", routers[i], "routing.k", "3", "routing.group_examples", group,
                                "routing.placement", "all", "routing.hidden", "20"),
                      &images, 4, true);
      }
}

/* Even loads overflow a factor below 1, and the rounding of small groups leaves a remainder. */
static void
test_capacity (void)
{
  static const char *const factors[] = { "0.1", "0.5", "0.9", "1", "1.3" };

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    {
      assert_agree (SETTINGS ("routing.capacity_factor", factors[i], "routing.k", "3"), &images, 3, false);
      assert_agree (SETTINGS ("routing.capacity_factor", factors[i], "routing.capacity_multiple", "0",
                              "routing.group_examples", "1", "routing.experts", "7"),
                    &images, 3, false);
    }
}

static void
test_ensembles (void)
{
  assert_agree (SETTINGS ("ensemble.kind", "deep", "ensemble.members", "3"), &images, 4, true);
  assert_agree (SETTINGS ("ensemble.kind", "mc-dropout", "ensemble.members", "3"), &images, 4, true);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closed-form/backbones", test_backbones);
  g_test_add_func ("/closed-form/routers", test_routers);
  g_test_add_func ("/closed-form/capacity", test_capacity);
  g_test_add_func ("/closed-form/ensembles", test_ensembles);
  return g_test_run ();
}
