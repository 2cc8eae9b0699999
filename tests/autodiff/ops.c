/* SPDX-License-Identifier: MIT */

/* Every op of the list against central differences, in double. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

#include <math.h>

#define TOLERANCE 1e-6

static void
test_op (gconstpointer data)
{
  const MsOp *op = data;

  for (guint64 seed = 1; seed <= 3; seed++)
    {
      MsCheckResult r = ms_check_op (op, seed);

      if (!r.finite)
        g_error ("%s, seed %" G_GUINT64_FORMAT ": gradient of input %d at %" G_GSIZE_FORMAT " is not finite", op->name,
                 seed, r.variable, r.element);
      if (r.worst >= TOLERANCE)
        g_error ("%s, seed %" G_GUINT64_FORMAT ": input %d at %" G_GSIZE_FORMAT ": %g against %g, error %g", op->name,
                 seed, r.variable, r.element, r.analytic, r.numeric, r.worst);
      g_assert_nonnull (op->cost);
      g_test_message ("%s: worst relative error %.2g", op->name, r.worst);
    }
}

/* The check itself must see wrong gradients: softmax with its backward replaced, as a sum as loss would not. */
static void (*right_backward) (MsTape *tape, MsNode *y);
static double mutant_factor;

static void
mutant_backward (MsTape *tape, MsNode *y)
{
  MsReal *dx;

  right_backward (tape, y);
  dx = ms_grad_cleared (tape, y->in[0]);
  for (gsize i = 0; i < y->n; i++)
    dx[i] *= (MsReal)mutant_factor;
}

static void
test_check_sees (void)
{
  MsOp mutant = ms_op_softmax;
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  const double factors[] = { 0, 7, 1.001, NAN };

  right_backward = ms_op_softmax.backward;
  mutant.backward = mutant_backward;
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    {
      MsCheck check = { .rng = ms_rng_new (1, MS_RNG_TEST, 0, 0) };
      MsNode *x, *y;
      MsCheckResult r;

      ms_tape_reset (tape, true);
      x = ms_check_variable (tape, &check, 1, 2, (gsize[]){ 3, 5 });
      y = ms_tape_apply (tape, &mutant, NULL, 0, &x, 1);
      mutant_factor = factors[i];
      r = ms_check_node (tape, y, &x, 1, 1, 1);
      g_assert_true (!r.finite || r.worst > TOLERANCE);
    }
}

/* What is not a number must reach the loss, where it is noticed. */
static void
test_relu_keeps_nan (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal x[] = { NAN, -1, 2 };
  MsNode *y = ms_relu (tape, ms_tape_input (tape, x, 1, (gsize[]){ 3 }));

  g_assert_true (isnan (y->value[0]));
  g_assert_true (y->value[1] == 0 && y->value[2] == 2);
}

/* A dry tape comes to the same shape and count as a real one, without a value anywhere. */
static void
test_dry (void)
{
  g_autoptr (MsTape) real = ms_tape_new (NULL), dry = ms_tape_new_dry ();
  const gsize T = 6, H = 8, F = 12;
  MsReal *values = g_new0 (MsReal, H * F);
  MsNode *y[2];
  MsTape *tapes[] = { real, dry };

  for (int i = 0; i < 2; i++)
    {
      const MsReal *value = i == 0 ? values : NULL;
      MsNode *x = ms_tape_input (tapes[i], value, 2, (gsize[]){ T, H });
      MsNode *w = ms_tape_input (tapes[i], value, 2, (gsize[]){ H, F });

      y[i] = ms_softmax (tapes[i], ms_linear_gelu (tapes[i], x, w, NULL));
    }
  g_assert_null (y[1]->value);
  g_assert_cmpmem (y[0]->dim, sizeof y[0]->dim, y[1]->dim, sizeof y[1]->dim);
  g_assert_cmpuint (ms_tape_flops (dry), ==, 2 * T * H * F);
  g_assert_cmpuint (ms_tape_flops (dry), ==, ms_tape_flops (real));
  g_assert_cmpuint (ms_tape_bytes (dry), ==, ms_tape_bytes (real));
  g_assert_cmpuint (ms_tape_used (dry), <, T * F * sizeof (MsReal) + 5 * sizeof (MsNode));
  g_free (values);
}

/* Backward counts what it computes: dW and dX, or dW alone where the input needs no gradient. */
static void
test_backward_counts (void)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  const gsize T = 6, H = 8, F = 12;
  g_autofree MsReal *x = g_new0 (MsReal, T * H), *w = g_new0 (MsReal, H * F), *r = g_new0 (MsReal, T * F);

  for (guint64 products = 1; products <= 2; products++)
    {
      MsNode *in, *y;

      ms_tape_reset (tape, true);
      in = products == 1 ? ms_tape_input (tape, x, 2, (gsize[]){ T, H })
                         : ms_tape_variable (tape, x, 2, (gsize[]){ T, H });
      y = ms_project (tape, ms_linear (tape, in, ms_tape_variable (tape, w, 2, (gsize[]){ H, F }), NULL), r);
      g_assert_cmpuint (ms_tape_flops (tape), ==, 2 * T * H * F);
      ms_tape_backward (tape, y);
      g_assert_cmpuint (ms_tape_flops (tape), ==, (1 + products) * 2 * T * H * F);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_data_func ("/ops/" #name, &ms_op_##name, test_op);
  MS_OPS (ADD)
  g_test_add_func ("/ops/dry", test_dry);
  g_test_add_func ("/ops/backward-counts", test_backward_counts);
  g_test_add_func ("/ops/relu-keeps-nan", test_relu_keeps_nan);
  g_test_add_func ("/ops/the-check-sees-mutants", test_check_sees);
  return g_test_run ();
}
