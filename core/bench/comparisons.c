/* SPDX-License-Identifier: MIT */

#include "core/bench/comparisons.h"

#include "core/bench/sample.h"
#include "core/metrics/sample.h"
#include "core/train/session-private.h"

/* Of two ensembles of the same transformer; kind NULL: the transformer alone. */
typedef struct {
  MsComparison public;
  const char *kind, *members, *other_kind, *other_members;
} Entry;

static const Entry entries[] = {
  { { "e3 / deep", "W5's transformer: e3, K 1, M 2, beside a deep ensemble of 2" }, "e3", "2", "deep", "2" },
  { { "e3 / alone", "W5's transformer: e3, K 1, M 2, beside the one model" }, "e3", "2", "none", "1" },
};

/* One of the two models, and what its timed steps came to. */
typedef struct {
  MsSession *session;
  double ms;
  guint64 flops;
} Side;

static void
side_clear (Side *side)
{
  ms_session_free (side->session);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Side, side_clear)

static bool
step (Side *side, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (MsRecord) record = ms_session_step (side->session, MS_DETAIL_SCALARS, error);

  if (record == NULL)
    return false;
  side->ms = (double)(g_get_monotonic_time () - start) / 1e3;
  side->flops += record->flops;
  return true;
}

static bool
open_side (Side *side, MsDataset *images, const char *kind, const char *members, int n_threads, GError **error)
{
  g_autoptr (MsExperiment) base = ms_bench_transformer (error), some = NULL, all = NULL;

  if (base == NULL || (some = ms_experiment_with (base, "ensemble.kind", kind, error)) == NULL
      || (all = ms_experiment_with (some, "ensemble.members", members, error)) == NULL)
    return false;
  side->session = ms_session_new_on (all, "benchmark", images, n_threads, error);
  for (int warm = 0; warm < 3; warm++)
    if (side->session == NULL || !step (side, error))
      return false;
  side->flops = 0;
  return true;
}

int
ms_comparisons_count (void)
{
  return G_N_ELEMENTS (entries);
}

const MsComparison *
ms_comparison_at (int i)
{
  g_return_val_if_fail (i >= 0 && i < ms_comparisons_count (), NULL);
  return &entries[i].public;
}

bool
ms_comparison_run (int i, int n_threads, double seconds, MsComparisonResult *result, GError **error)
{
  enum { MAX_ROUNDS = 1000, MIN_ROUNDS = 5 };
  const Entry *e = &entries[i];
  g_autoptr (MsDataset) images = ms_bench_images ();
  g_auto (Side) one = { 0 }, other = { 0 };
  double ms[MAX_ROUNDS], other_ms[MAX_ROUNDS], ratio[MAX_ROUNDS];
  gint64 start;
  gsize n = 0;

  if (!open_side (&one, images, e->kind, e->members, n_threads, error)
      || !open_side (&other, images, e->other_kind, e->other_members, n_threads, error))
    return false;
  start = g_get_monotonic_time ();
  while (n < MAX_ROUNDS && (n < MIN_ROUNDS || (double)(g_get_monotonic_time () - start) < seconds * 1e6))
    {
      if (!step (&one, error) || !step (&other, error))
        return false;
      ms[n] = one.ms;
      other_ms[n] = other.ms;
      ratio[n++] = one.ms / other.ms;
    }
  *result = (MsComparisonResult){ ms_median (ms, n), ms_median (other_ms, n), ms_median (ratio, n),
                                  (double)one.flops / (double)other.flops, (int)n };
  return true;
}
