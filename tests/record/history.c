/* SPDX-License-Identifier: MIT */

/* The history keeps sums, means and the order of steps whatever the number of records. */
#include "core/record/history.h"

#include <math.h>

static MsRecord *
make_record (gint64 step, int n_layers, int E)
{
  MsRecord *record = ms_record_new ();

  record->step = step;
  record->loss = (double) step;
  record->train_error = step % 2 == 0 ? NAN : 0.5;
  record->n_routing = n_layers;
  record->routing = g_new0 (MsRouting *, n_layers);
  for (int l = 0; l < n_layers; l++)
    {
      record->routing[l] = ms_routing_new (0, E - l, 1, 1);
      record->routing[l]->layer = 2 * l + 1;
      for (int e = 0; e < E - l; e++)
        record->routing[l]->load[e] = (int) step + e;
      record->routing[l]->dropped[0] = (int) step;
    }
  return record;
}

static void
add_steps (MsHistory *history, gint64 first, gint64 last)
{
  for (gint64 step = first; step <= last; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, 2, 4);

      ms_history_add (history, record);
    }
}

/* Points follow each other without a gap, and the means weighted by their records give the mean of all. */
static void
check_whole (const MsHistory *history, gint64 first, gint64 last)
{
  double loss = 0, load = 0, dropped = 0;
  gint64 next = first, records = 0;

  g_assert_cmpint (history->n_points, <=, history->capacity);
  for (int i = 0; i < history->n_points; i++)
    {
      const MsHistoryPoint *p = &history->points[i];
      gsize row = (gsize) (i * history->n_layers * history->E);

      g_assert_cmpint (p->first_step, ==, next);
      g_assert_cmpint (p->n_records, ==, p->last_step - p->first_step + 1);
      g_assert_cmpint (p->n_records, <=, history->stride);
      if (i + 1 < history->n_points)
        g_assert_cmpint (p->n_records, ==, history->stride);
      next = p->last_step + 1;
      records += p->n_records;
      loss += p->n_records * p->loss;
      load += p->n_records * (double) history->load[row + 4 + 2]; /* layer 1, expert 2 */
      dropped += p->n_records * (double) history->dropped[row];
      g_assert_cmpfloat (history->load[row + 4 + 3], ==, 0); /* padding: layer 1 has three experts */
      if (p->n_records > 1)
        g_assert_cmpfloat (p->train_error, ==, 0.5);
      g_assert_true (isnan (p->z_loss));
    }

  double n = (double) (last - first + 1), mean = (double) (first + last) / 2;

  g_assert_cmpint (next, ==, last + 1);
  g_assert_cmpint (records, ==, last - first + 1);
  g_assert_cmpfloat_with_epsilon (loss / n, mean, 1e-9 * mean);
  g_assert_cmpfloat_with_epsilon (load / n, mean + 2, 1e-5 * mean);
  g_assert_cmpfloat_with_epsilon (dropped / n, mean, 1e-5 * mean);
}

static void
test_merge (void)
{
  const gint64 lengths[] = { 1, 7, 8, 9, 10, 16, 17, 100, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (MsHistory) history = ms_history_new (8);

      add_steps (history, 1, lengths[i]);
      check_whole (history, 1, lengths[i]);
      g_assert_cmpint (history->stride * history->capacity, >=, lengths[i]);
      if (lengths[i] > 8)
        g_assert_cmpint (history->n_points, >, history->capacity / 2);
    }
}

static void
test_shape (void)
{
  g_autoptr (MsHistory) history = ms_history_new (8);
  g_autoptr (MsRecord) wide = make_record (6, 1, 9);
  g_autoptr (MsRecord) dense = make_record (7, 0, 0);

  add_steps (history, 1, 5);
  g_assert_cmpint (history->E, ==, 4);
  g_assert_cmpint (history->layer_experts[1], ==, 3);
  g_assert_cmpint (history->layer_block[1], ==, 3);
  ms_history_add (history, wide);
  g_assert_cmpint (history->n_points, ==, 1);
  g_assert_cmpint (history->E, ==, 9);
  ms_history_add (history, dense);
  ms_history_add (history, dense);
  g_assert_cmpint (history->n_points, ==, 2);
  g_assert_cmpint (history->n_layers, ==, 0);
}

static void
test_truncate (void)
{
  g_autoptr (MsHistory) history = ms_history_new (8);

  add_steps (history, 1, 20); /* stride 4: 1-4, 5-8, 9-12, 13-16, 17-20 */
  ms_history_truncate (history, 14);
  g_assert_cmpint (history->n_points, ==, 3);
  g_assert_cmpint (history->points[2].last_step, ==, 12);
  add_steps (history, 13, 60);
  check_whole (history, 1, 60);
  ms_history_truncate (history, 0);
  g_assert_cmpint (history->n_points, ==, 0);
  add_steps (history, 1, 3);
  g_assert_cmpint (history->n_points, ==, 3); /* an emptied history starts with stride 1 again */
}

static void
test_evaluations (void)
{
  g_autoptr (MsHistory) history = ms_history_new (8);

  for (gint64 step = 1; step <= 100; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, 1, 2);

      record->evaluation = g_new0 (MsEvaluation, 1);
      record->evaluation->step = step / 5 * 5; /* the newest stays with the records until the next */
      record->evaluation->error = (double) record->evaluation->step;
      ms_history_add (history, record);
    }
  g_assert_cmpint (history->n_evaluations, <=, 8);
  g_assert_cmpint (history->evaluations[history->n_evaluations - 1].step, ==, 100);
  for (int i = 1; i < history->n_evaluations; i++)
    g_assert_cmpint (history->evaluations[i].step, >, history->evaluations[i - 1].step);
  ms_history_truncate (history, 97);
  g_assert_cmpint (history->evaluations[history->n_evaluations - 1].step, <=, 97);
}

static void
test_copy (void)
{
  g_autoptr (MsHistory) history = ms_history_new (8);
  g_autoptr (MsHistory) empty = ms_history_copy (history);

  g_assert_cmpint (empty->n_points, ==, 0);
  add_steps (history, 1, 11);

  g_autoptr (MsHistory) copy = ms_history_copy (history);

  ms_history_clear (history);
  check_whole (copy, 1, 11);
  add_steps (copy, 12, 90);
  check_whole (copy, 1, 90);
}

/* Soft layers fill all slots always: their past is what tokens take from each expert. */
static void
test_use (void)
{
  g_autoptr (MsHistory) history = ms_history_new (8);
  g_autoptr (MsRecord) record = make_record (1, 1, 4);

  record->routing[0]->use = g_new0 (double, 4);
  for (int e = 0; e < 4; e++)
    record->routing[0]->use[e] = 0.25 + e;
  ms_history_add (history, record);
  for (int e = 0; e < 4; e++)
    g_assert_cmpfloat ((double) history->load[e], ==, 0.25 + e);
}

static void
add_wide (MsHistory *history, gint64 first, gint64 last, int layers, int E)
{
  for (gint64 step = first; step <= last; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, layers, E);

      ms_history_add (history, record);
    }
}

/* A limit in bytes leaves as many points as fit, an even number, but never fewer than the fewest. */
static void
test_within (void)
{
  const gsize limit = 1 << 20;
  g_autoptr (MsHistory) small = ms_history_new_within (limit, 2048), wide = ms_history_new_within (limit, 2048);
  g_autoptr (MsHistory) huge = ms_history_new_within (limit, 2048);

  add_wide (small, 1, 10, 1, 4);
  g_assert_cmpint (small->capacity, ==, 2048);
  g_assert_cmpuint (ms_history_bytes (small), <, 10000); /* rows come as they are needed */
  add_wide (wide, 1, 5000, 4, 100); /* 3.2 kB of loads a point */
  g_assert_cmpint (wide->capacity, >, 256);
  g_assert_cmpint (wide->capacity, <, 328);
  g_assert_cmpint (wide->capacity % 2, ==, 0);
  g_assert_cmpuint (ms_history_bytes (wide), <=, limit);
  g_assert_cmpint (wide->points[0].first_step, ==, 1);
  g_assert_cmpint (wide->points[wide->n_points - 1].last_step, ==, 5000);
  add_wide (huge, 1, 200, 16, 512);
  g_assert_cmpint (huge->capacity, ==, MS_HISTORY_FEWEST);
}

/* Merging by a smaller limit keeps the means. */
static void
test_limit (void)
{
  g_autoptr (MsHistory) history = ms_history_new (1024);

  add_steps (history, 1, 999);
  ms_history_set_limit (history, 30000);
  g_assert_cmpuint (ms_history_bytes (history), <=, 30000);
  g_assert_cmpint (history->n_points, <=, history->capacity);
  check_whole (history, 1, 999);
  add_steps (history, 1000, 2000);
  check_whole (history, 1, 2000);
  g_assert_cmpuint (ms_history_bytes (history), <=, 30000);
}

/* A mean over very many records is as good as float: it is built up one record at a time. */
static void
test_long (void)
{
  g_autoptr (MsHistory) history = ms_history_new (2);
  double sum = 0;
  const int n = 100000;

  for (int step = 1; step <= n; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, 1, 1);

      record->routing[0]->load[0] = step * 7919 % 1000;
      sum += record->routing[0]->load[0];
      ms_history_add (history, record);
    }
  double weighted = 0;

  for (int i = 0; i < history->n_points; i++)
    weighted += history->points[i].n_records * (double) ms_history_load (history, i, 0)[0];
  g_assert_cmpfloat_with_epsilon (weighted / n, sum / n, 1e-4 * sum / n);
}

/* The fastest of several rounds, so that a busy machine does not matter; generous, for sanitisers. */
static void
test_cost (void)
{
  g_autoptr (MsHistory) history = ms_history_new_within (64 << 20, 2048);
  g_autoptr (MsRecord) record = make_record (1, 128, 512);
  gint64 best = G_MAXINT64;

  for (int l = 0; l < 128; l++)
    {
      ms_routing_free (record->routing[l]);
      record->routing[l] = ms_routing_new (0, 512, 1, 1);
    }
  for (int round = 0; round < 40; round++)
    {
      gint64 start = g_get_monotonic_time ();

      for (int i = 0; i < 10; i++, record->step++)
        ms_history_add (history, record);
      best = MIN (best, g_get_monotonic_time () - start);
    }
  g_test_message ("%.3f ms a record of 65,536 cells, %.1f MB", (double) best / 1e4,
                  (double) ms_history_bytes (history) / 1e6);
  g_assert_cmpint (best, <, 50000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/merge", test_merge);
  g_test_add_func ("/history/shape", test_shape);
  g_test_add_func ("/history/truncate", test_truncate);
  g_test_add_func ("/history/evaluations", test_evaluations);
  g_test_add_func ("/history/copy", test_copy);
  g_test_add_func ("/history/use", test_use);
  g_test_add_func ("/history/within", test_within);
  g_test_add_func ("/history/limit", test_limit);
  g_test_add_func ("/history/long", test_long);
  g_test_add_func ("/history/cost", test_cost);
  return g_test_run ();
}
