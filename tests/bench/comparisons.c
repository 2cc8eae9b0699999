/* SPDX-License-Identifier: MIT */

/* The benchmark's comparisons run, and e3 multiplies less than the deep ensemble that it stands for. */

#include "core/bench/comparisons.h"

#include <string.h>

static void
test_comparisons (void)
{
  for (int i = 0; i < ms_comparisons_count (); i++)
    {
      g_autoptr (GError) error = NULL;
      MsComparisonResult result = { 0 };
      bool with_deep = strcmp (ms_comparison_at (i)->name, "e3 / deep") == 0;

      ms_comparison_run (i, 1, 0, &result, &error);
      g_assert_no_error (error);
      g_assert_cmpint (result.rounds, >=, 5);
      g_assert_true (result.ms > 0 && result.other_ms > 0 && result.ratio > 0);
      g_assert_true (with_deep ? result.flop_ratio > 0.5 && result.flop_ratio < 1
                               : result.flop_ratio > 1 && result.flop_ratio < 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/comparisons/run", test_comparisons);
  return g_test_run ();
}
