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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_data_func ("/ops/" #name, &ms_op_##name, test_op);
  MS_OPS (ADD)
  g_test_add_func ("/ops/relu-keeps-nan", test_relu_keeps_nan);
  g_test_add_func ("/ops/the-check-sees-mutants", test_check_sees);
  return g_test_run ();
}
