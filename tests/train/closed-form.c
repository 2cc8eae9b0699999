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
  /* The second sends a token to one expert only. */
  static const char *const routers[] = { "top-k", "switch", "sigmoid", "experts-choose", "hash", "random" };

  for (guint i = 0; i < G_N_ELEMENTS (routers); i++)
    for (int groups = 0; groups <= 2; groups += 2)
      {
        g_autofree char *group = g_strdup_printf ("%d", groups);

        assert_agree (SETTINGS ("routing.router", routers[i], "routing.k", i == 1 ? "1" : "3", "routing.group_examples",
                                group, "routing.placement", "all", "routing.hidden", "20"),
                      &images, 4, true);
      }
}

/* Experts that choose fill their places whatever the loads: the factor may be small, and the kernels agree, too. */
static void
test_experts_choose (void)
{
  static const char *const factors[] = { "0.3", "1", "2.5" }, *const groups[] = { "0", "2" };

  for (int i = 0; i < 6; i++)
    {
      const char *factor = factors[i % 3], *group = groups[i / 3];

      assert_agree (SETTINGS ("routing.router", "experts-choose", "routing.capacity_factor", factor,
                              "routing.group_examples", group),
                    &images, 4, true);
      assert_agree (SETTINGS ("routing.router", "experts-choose", "routing.capacity_factor", factor,
                              "routing.group_examples", group, "ensemble.kind", "e3"),
                    &images, 4, true);
      assert_agree (SETTINGS ("routing.router", "experts-choose", "routing.capacity_factor", factor,
                              "routing.group_examples", group, "ensemble.kind", "e3", "ensemble.partition", "false"),
                    &images, 4, true);
    }
  assert_agree (SETTINGS ("routing.router", "experts-choose", "routing.capacity", "5", "ensemble.kind", "e3",
                          "ensemble.partition", "false"),
                &images, 4, true);
}

static void
test_slots (void)
{
  static const char *const slots[] = { "0", "3" }, *const groups[] = { "0", "2" };

  for (int i = 0; i < 4; i++)
    for (int examples = 2; examples <= 4; examples += 2)
      assert_agree (SETTINGS ("routing.router", "soft", "routing.slots", slots[i & 1], "routing.group_examples",
                              groups[i >> 1], "routing.capacity_factor", "1.3"),
                    &images, examples, true);
}

/* Even loads overflow a factor below 1, and the rounding of small groups leaves a remainder. */
static void
test_capacity (void)
{
  static const char *const factors[] = { "0.1", "0.5", "0.9", "1", "1.3" };

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    {
      assert_agree (SETTINGS ("routing.capacity_factor", factors[i], "routing.k", "3"), &images, 3, false);
      assert_agree (SETTINGS ("routing.capacity_factor", factors[i], "routing.router", "switch"), &images, 3, false);
      assert_agree (SETTINGS ("routing.capacity_factor", factors[i], "routing.capacity_multiple", "0",
                              "routing.group_examples", "1", "routing.experts", "7"),
                    &images, 3, false);
    }
}

static void
test_ensembles (void)
{
  assert_agree (SETTINGS ("ensemble.kind", "deep", "ensemble.members", "3"), &images, 4, true);
  assert_agree (SETTINGS ("ensemble.kind", "mc-dropout", "ensemble.members", "3", "model.dropout", "0.1"), &images, 4,
                true);
}

/* Layers of members and of inputs in the blocks and behind the pooling. */
static void
test_members_layers (void)
{
  static const char *const representations[] = { "0", "6" }, *const placements[] = { "every-2", "all" };

  for (int i = 0; i < 4; i++)
    {
      const char *representation = representations[i & 1], *placement = placements[i >> 1];

      assert_agree (SETTINGS ("ensemble.kind", "batch", "ensemble.members", "3", "routing.router", "none",
                              "model.representation", representation, "routing.placement", placement),
                    &images, 4, true);
      assert_agree (SETTINGS ("ensemble.kind", "mimo", "ensemble.members", "3", "ensemble.repetitions", "2",
                              "model.representation", representation, "routing.placement", placement),
                    &images, 4, true);
      assert_agree (SETTINGS ("ensemble.kind", "mimo", "routing.router", "none", "ensemble.repetitions", "1",
                              "model.representation", representation),
                    &images, 4, true);
    }
  assert_agree (SETTINGS ("ensemble.kind", "mimo", "ensemble.members", "1", "ensemble.repetitions", "3"), &images, 4,
                true);
  assert_agree (SETTINGS ("ensemble.kind", "mimo", "ensemble.members", "3", "model.kind", "mlp", "task.data", "moons"),
                &plane, 5, true);
}

#define E3(...) SETTINGS ("ensemble.kind", "e3", "model.blocks", "3", "routing.k", "2", __VA_ARGS__)

/* Repeated early and late, one routed block and all; with each half of e3 alone. */
static void
test_e3 (void)
{
  static const char *const repeats[] = { "early", "deferred" }, *const placements[] = { "every-2", "all" };

  for (int i = 0; i < 8; i++)
    {
      const char *repeat = repeats[i & 1], *placement = placements[i >> 1 & 1], *group = i & 4 ? "2" : "0";

      assert_agree (E3 ("ensemble.repeat", repeat, "routing.placement", placement, "routing.group_examples", group),
                    &images, 4, true);
      assert_agree (E3 ("ensemble.repeat", repeat, "routing.placement", placement, "routing.group_examples", group,
                        "ensemble.tiling", "false"),
                    &images, 4, true);
      assert_agree (E3 ("ensemble.repeat", repeat, "routing.placement", placement, "routing.group_examples", group,
                        "ensemble.partition", "false"),
                    &images, 4, true);
      assert_agree (E3 ("ensemble.repeat", repeat, "routing.placement", placement, "routing.group_examples", group,
                        "ensemble.partition", "false", "ensemble.routers", "shared"),
                    &images, 4, true);
      assert_agree (E3 ("routing.router", "sigmoid", "routing.group_examples", group), &images, 4, true);
      assert_agree (E3 ("routing.router", "switch", "routing.k", "1", "routing.group_examples", group), &images, 4,
                    true);
      assert_agree (E3 ("routing.capacity_factor", "0.7", "routing.group_examples", group), &images, 4, false);
    }
}

/* A row of the table, as printed; r is e3 (K 1, M 2) over V-MoE (K 1), savings are in per cent of M V-MoEs. */
typedef struct {
  double vit, vmoe_1, vmoe_2, e3, r, saving, saving_late, r_4, saving_4;
} Printed;

static const Printed table[] = {
  { 2.71, 2.72, 3.14, 3.68, 1.35, 32, 34, 2.06, 49 },     { 8.82, 8.82, 9.77, 10.97, 1.24, 38, 39, 1.73, 57 },
  { 111.0, 111.0, 121.9, 138.6, 1.25, 38, 39, 1.75, 56 }, { 90.6, 90.6, 95.4, 101.8, 1.12, 44, 45, 1.37, 66 },
  { 382, 382, 402, 430, 1.13, 44, 45, 1.37, 66 },         { 382, 382, 431, 525, 1.37, 31, 32, 2.12, 47 },
  { 335, 335, 368, 429, 1.28, 36, 37, 1.84, 54 },
};

/* GFLOP of a forward pass of one image, by the counters; the closed form must come to the same. */
static double
giga (const MsPaperBackbone *b, int K, int M, bool early)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) x = ms_paper_experiment (b, K, M, early);
  MsModelShape shape = ms_paper_shape (b);
  MsClosedForm form = ms_closed_form (x, &shape, 1);
  MsDryCount dry;

  ms_dry_count (x, &shape, 1, &dry, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dry.flops, ==, ms_closed_form_flops (&form));
  g_assert_cmpuint (dry.parameters, ==, ms_closed_form_parameters (&form));
  return 1e-9 * (double)dry.flops;
}

/* To the @digits behind the point that are printed. */
static void
assert_printed (double value, double printed, int digits)
{
  if (fabs (value - printed) > 0.5 * pow (10, -digits) + 1e-9)
    g_error ("%.*f is printed as %.*f", digits + 2, value, digits, printed);
}

static double
as_printed (double value, int digits)
{
  return round (value * pow (10, digits)) / pow (10, digits);
}

/* The table divides what it prints: its r is that of the printed FLOPs, its saving of four members that of the printed
 * ratio. For L/16 last-2 the exact ratio, 1.1247, would print as 1.12, for S/32 the exact saving, 48.49 %, as 48. */
static void
test_table (void)
{
  g_assert_cmpint (ms_paper_backbones_count (), ==, G_N_ELEMENTS (table));
  for (int i = 0; i < ms_paper_backbones_count (); i++)
    {
      const MsPaperBackbone *b = ms_paper_backbone (i);
      const Printed *p = &table[i];
      double vmoe = giga (b, 1, 1, false), e3 = giga (b, 1, 2, true), late = giga (b, 1, 2, false);
      double r_4 = giga (b, 1, 4, true) / vmoe;
      int digits = vmoe < 20 ? 2 : vmoe < 200 && b->patch != 14 ? 1 : 0;

      g_test_message ("%s last-%d", b->name, b->routed);
      assert_printed (giga (b, 0, 1, false), p->vit, digits);
      assert_printed (vmoe, p->vmoe_1, digits);
      assert_printed (giga (b, 2, 1, false), p->vmoe_2, digits);
      assert_printed (e3, p->e3, digits);
      assert_printed (as_printed (e3, digits) / as_printed (vmoe, digits), p->r, 2);
      g_assert_cmpfloat_with_epsilon (e3 / vmoe, p->r, 0.006);
      assert_printed (100 * (1 - e3 / (2 * vmoe)), p->saving, 0);
      assert_printed (100 * (1 - late / (2 * vmoe)), p->saving_late, 0);
      assert_printed (r_4, p->r_4, 2);
      assert_printed (100 * (1 - as_printed (r_4, 2) / 4), p->saving_4, 0);
      g_assert_cmpfloat_with_epsilon (100 * (1 - r_4 / 4), p->saving_4, 0.6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/closed-form/backbones", test_backbones);
  g_test_add_func ("/closed-form/routers", test_routers);
  g_test_add_func ("/closed-form/experts-choose", test_experts_choose);
  g_test_add_func ("/closed-form/slots", test_slots);
  g_test_add_func ("/closed-form/capacity", test_capacity);
  g_test_add_func ("/closed-form/ensembles", test_ensembles);
  g_test_add_func ("/closed-form/members-layers", test_members_layers);
  g_test_add_func ("/closed-form/e3", test_e3);
  g_test_add_func ("/closed-form/table", test_table);
  return g_test_run ();
}
