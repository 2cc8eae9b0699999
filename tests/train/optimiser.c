/* SPDX-License-Identifier: MIT */

/* One tensor against the update rules written out by hand, and the schedules. */

#include "core/train/optimiser.h"
#include "core/train/schedule.h"

#include <math.h>
#include <string.h>

enum { N = 6 };

static MsParams *
two_tensors (void)
{
  MsParams *params = ms_params_new ();
  MsInit one = { .kind = MS_INIT_CONSTANT, .scale = 1 };

  ms_params_add (params, "a/kernel", one, 2, (gsize[]){ 3, 2 }, true);
  ms_params_add (params, "a/bias", one, 1, (gsize[]){ 2 }, false);
  g_assert_true (ms_params_seal (params, NULL));
  ms_params_init (params, 0);
  return params;
}

/* A gradient i + 1 for the kernel's slices 0 and 2 and for the bias; slice 1 is not touched and holds garbage. */
static void
give_gradients (MsParams *params)
{
  MsParam *kernel = ms_params_at (params, 0), *bias = ms_params_at (params, 1);

  for (int i = 0; i < N; i++)
    kernel->grad[i] = i / 2 == 1 ? (MsReal)NAN : (MsReal)(i + 1);
  kernel->touched[0] = kernel->touched[2] = 1;
  bias->grad[0] = 1;
  bias->grad[1] = 2;
  bias->touched[0] = 1;
}

static void
check (MsOptimiserChoice kind, double momentum, double decay, double clip)
{
  g_autoptr (MsParams) params = two_tensors ();
  g_autoptr (MsOptimiser) o = ms_optimiser_new (params, kind, NULL);
  MsOptimiserConfig config = { momentum, 0.9, 0.99, 1e-8, decay, clip };
  double p[N], m[N] = { 0 }, v[N] = { 0 }, norm = sqrt (1 + 4 + 25 + 36 + 1 + 4);

  for (int i = 0; i < N; i++)
    p[i] = 1;
  for (int t = 1; t <= 3; t++)
    {
      double found;

      give_gradients (params);
      found = ms_optimiser_gradient_norm (o, NULL);
      g_assert_cmpfloat_with_epsilon (found, norm, 1e-5);
      ms_optimiser_step (o, NULL, &config, 0.1);
      for (int i = 0; i < N; i++)
        {
          double g = i / 2 == 1 ? 0 : i + 1;

          if (clip > 0 && norm > clip)
            g *= clip / norm;
          if (kind != MS_CHOICE_OPTIMISER_ADAMW)
            g += decay * p[i];
          if (kind == MS_CHOICE_OPTIMISER_SGD)
            {
              m[i] = momentum * m[i] + g;
              p[i] -= 0.1 * m[i];
              continue;
            }
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.99 * v[i] + 0.01 * g * g;
          p[i] -= 0.1 * (m[i] / (1 - pow (0.9, t)) / (sqrt (v[i] / (1 - pow (0.99, t))) + 1e-8)
                         + (kind == MS_CHOICE_OPTIMISER_ADAMW ? decay * p[i] : 0));
        }
    }
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (ms_params_at (params, 0)->value[i], p[i], 1e-5);
}

static void
test_sgd (void)
{
  check (MS_CHOICE_OPTIMISER_SGD, 0.9, 0, 0);
  check (MS_CHOICE_OPTIMISER_SGD, 0.5, 0.1, 2);
}

static void
test_adam (void)
{
  check (MS_CHOICE_OPTIMISER_ADAM, 0, 0, 0);
  check (MS_CHOICE_OPTIMISER_ADAM, 0, 0.1, 2);
}

static void
test_adamw (void)
{
  check (MS_CHOICE_OPTIMISER_ADAMW, 0, 0.1, 0);
  check (MS_CHOICE_OPTIMISER_ADAMW, 0, 0.3, 2);
}

/* Decay is for kernels: a bias without gradient stays. */
static void
test_decay_spares_biases (void)
{
  g_autoptr (MsParams) params = two_tensors ();
  g_autoptr (MsOptimiser) o = ms_optimiser_new (params, MS_CHOICE_OPTIMISER_ADAMW, NULL);
  MsOptimiserConfig config = { 0, 0.9, 0.99, 1e-8, 0.5, 0 };

  ms_optimiser_step (o, NULL, &config, 0.1);
  g_assert_cmpfloat_with_epsilon (ms_params_at (params, 0)->value[0], 0.95, 1e-6);
  g_assert_true (ms_params_at (params, 1)->value[0] == 1);
}

static void
test_schedules (void)
{
  MsSchedule s = { MS_CHOICE_SCHEDULE_COSINE, 1, 0.1, 4, 15 };

  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, i), (i + 1) / 5.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 4), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 6), 0.1 + 0.45 * (1 + cos (0.2 * G_PI)), 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 9), 0.55, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 14), 0.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 99), 0.1, 1e-12);
  s.kind = MS_CHOICE_SCHEDULE_LINEAR;
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 6), 1 - 0.9 * 0.2, 1e-12);
  s.kind = MS_CHOICE_SCHEDULE_CONSTANT;
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 99), 1, 1e-12);
  s.kind = MS_CHOICE_SCHEDULE_RSQRT;
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 4 + 12), 0.5, 1e-12);
}

/* V-MoE's own schedule tests: from the peak on, its values to the last step and beyond. */
static void
test_reference_schedules (void)
{
  const MsSchedule polynomial = { MS_CHOICE_SCHEDULE_POLYNOMIAL, 0.1, 0.1, 5, 10, .power = 0.5 };
  const MsSchedule rsqrt = { MS_CHOICE_SCHEDULE_RSQRT, 0.1, 0, 4, 12, .timescale = 2, .cooldown = 3 };
  const MsSchedule plain = { MS_CHOICE_SCHEDULE_RSQRT, 0.1, 0, 4, 12, .timescale = 2 };

  for (int k = 0; k <= 5; k++)
    g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&polynomial, 5 + k), 0.09 * sqrt (1 - k / 5.0) + 0.01, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&polynomial, 14), 0.01, 1e-12);
  for (int k = 0; k <= 5; k++)
    g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&rsqrt, 4 + k), 0.1 / sqrt (1 + k / 2.0), 1e-12);
  for (int i = 0; i <= 3; i++)
    g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&rsqrt, 9 + i), 0.1 / sqrt (1 + 5 / 2.0) * (1 - i / 3.0), 1e-12);
  g_assert_cmpfloat (ms_schedule_rate (&rsqrt, 20), ==, 0);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&plain, 20), 0.1 / sqrt (1 + 16 / 2.0), 1e-12);
}

/* A warm-up and a cool-down that together are longer than the run meet at the peak. */
static void
test_cooldown_after_long_warmup (void)
{
  const MsSchedule s = { MS_CHOICE_SCHEDULE_RSQRT, 1, 0, 6, 8, .cooldown = 5 };

  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 6), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_schedule_rate (&s, 7), 0.5, 1e-12);
  g_assert_cmpfloat (ms_schedule_rate (&s, 8), ==, 0);
}

/* V-MoE's own test of its rules: the first one found in a name counts, 'b' in bz before '.*z', and d has none. */
static void
test_decay_rules (void)
{
  static const char *const names[] = { "a", "bz", "cz", "d" };
  static const double change[] = { 0.1, 0.4, 0.9, 1 };
  g_autoptr (MsDecayRules) rules = ms_decay_rules_new ("a=0.1, b=0.2, .*z=0.3", NULL);
  g_autoptr (MsDecayRules) none = ms_decay_rules_new (" ", NULL);
  g_autoptr (MsParams) params = ms_params_new ();
  g_autoptr (MsOptimiser) o = NULL;
  const MsOptimiserConfig config = { 0, 0, 0, 1e-12, 0.7, 0 };

  for (int i = 0; i < 4; i++)
    ms_params_add (params, names[i], (MsInit){ .scale = i + 1 }, 1, (gsize[]){ 1 }, false);
  g_assert_true (ms_params_seal (params, NULL));
  ms_params_init (params, 0);
  o = ms_optimiser_new (params, MS_CHOICE_OPTIMISER_ADAMW, NULL);
  ms_params_at (params, 3)->grad[0] = 1;
  ms_params_at (params, 3)->touched[0] = 1;
  ms_optimiser_set_decay (o, rules);
  ms_optimiser_step (o, NULL, &config, 1);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (i + 1 - ms_params_at (params, i)->value[0], change[i], 1e-6);
  g_assert_cmpint (ms_decay_rules_count (none), ==, 0);
  ms_optimiser_set_decay (o, none);
  ms_optimiser_step (o, NULL, &config, 1); /* these names are no kernels */
  g_assert_cmpfloat_with_epsilon (ms_params_at (params, 0)->value[0], 0.9, 1e-6);
}

static void
test_bad_decay_rules (void)
{
  static const char *const bad[][2] = {
    { "a=0.1, head", "\"head\" does not end in =" },
    { "head=-1", "\"head=-1\" does not end in =" },
    { "head=", "\"head=\" does not end in =" },
    { "=0.1", "\"=0.1\" does not begin with" },
    { "he(ad=0.1", "\"he(ad=0.1\" does not begin with" },
    { "a=0.1,", "\"\" does not end in =" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ms_decay_rules_new (bad[i][0], &error));
      g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
      g_assert_true (g_str_has_prefix (error->message, "optimiser.decay_rules: "));
      g_assert_nonnull (strstr (error->message, bad[i][1]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optimiser/sgd", test_sgd);
  g_test_add_func ("/optimiser/adam", test_adam);
  g_test_add_func ("/optimiser/adamw", test_adamw);
  g_test_add_func ("/optimiser/decay-spares-biases", test_decay_spares_biases);
  g_test_add_func ("/optimiser/schedules", test_schedules);
  g_test_add_func ("/optimiser/reference-schedules", test_reference_schedules);
  g_test_add_func ("/optimiser/cooldown-after-long-warmup", test_cooldown_after_long_warmup);
  g_test_add_func ("/optimiser/decay-rules", test_decay_rules);
  g_test_add_func ("/optimiser/bad-decay-rules", test_bad_decay_rules);
  return g_test_run ();
}
