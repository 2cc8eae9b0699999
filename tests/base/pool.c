/* SPDX-License-Identifier: MIT */

/* Every item is done exactly once and before the loop returns, whatever the sizes; also meant to be run under TSan. */
#include "core/base/pool.h"

#include <float.h>

typedef struct {
  int *times; /* (n) */
  gsize n, grain;
  int bad_chunks;
} Loop;

static void
count_items (gpointer data, gsize begin, gsize end)
{
  Loop *loop = data;
  gboolean last = end == loop->n;
  if (begin % loop->grain != 0 || (last ? end - begin > loop->grain : end - begin != loop->grain))
    g_atomic_int_inc (&loop->bad_chunks);
  for (gsize i = begin; i < end; i++)
    loop->times[i]++;
}

static void
assert_each_once (MsPool *pool, gsize n, gsize grain)
{
  g_autofree int *times = g_new0 (int, n + 1);
  Loop loop = { times, n, grain, 0 };
  ms_pool_for (pool, n, grain, count_items, &loop);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (times[i], ==, 1);
  g_assert_cmpint (times[n], ==, 0);
  g_assert_cmpint (loop.bad_chunks, ==, 0);
}

static void
test_sizes (void)
{
  for (int n_threads = 0; n_threads <= 5; n_threads++)
    {
      g_autoptr (MsPool) pool = n_threads ? ms_pool_new (n_threads) : NULL;
      g_assert_cmpint (ms_pool_n_threads (pool), ==, MAX (n_threads, 1));
      for (gsize n = 0; n < 20; n++)
        for (gsize grain = 1; grain < 8; grain += 3)
          assert_each_once (pool, n, grain);
      assert_each_once (pool, 100003, 10);
      assert_each_once (pool, 5, G_MAXSIZE);
    }
}

static void
test_many_tiny_loops (void)
{
  g_autoptr (MsPool) pool = ms_pool_new (3);
  int times[8] = { 0 };
  Loop loop = { times, 8, 1, 0 };
  for (int i = 0; i < 20000; i++)
    {
      loop.n = (gsize)(i % 8) + 1;
      ms_pool_for (pool, loop.n, 1, count_items, &loop);
      g_assert_cmpint (times[0], ==, i + 1); /* done when the call returns */
    }
  for (int i = 0; i < 8; i++)
    g_assert_cmpint (times[i], ==, 20000 / 8 * (8 - i));
}

/* Long enough for the workers to fall asleep between loops, or for the caller to fall asleep inside one. */
static void
sleep_in_item (gpointer data, gsize begin, gsize end)
{
  g_usleep (begin % 2 ? 0 : 500);
  count_items (data, begin, end);
}

static void
test_sleep (void)
{
  g_autoptr (MsPool) pool = ms_pool_new (3);
  int times[5] = { 0 };
  Loop loop = { times, 5, 1, 0 };
  for (int i = 0; i < 50; i++)
    {
      ms_pool_for (pool, 5, 1, i % 2 ? sleep_in_item : count_items, &loop);
      g_usleep (i % 3 ? 0 : 1000);
    }
  for (int i = 0; i < 5; i++)
    g_assert_cmpint (times[i], ==, 50);
}

/* Each item waits for the other, so that one thread alone would not get through. */
static void
meet (gpointer data, gsize begin, gsize end)
{
  gint *arrived = data;
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  g_atomic_int_inc (arrived);
  while (g_atomic_int_get (arrived) < 2 && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (arrived), ==, 2);
}

static void
test_sleepers_are_woken (void)
{
  g_autoptr (MsPool) pool = ms_pool_new (2);
  for (int i = 0; i < 5; i++)
    {
      gint arrived = 0;
      g_usleep (5000);
      ms_pool_for (pool, 2, 1, meet, &arrived);
    }
}

static void
test_free_at_once (void)
{
  for (int i = 0; i < 100; i++)
    ms_pool_free (ms_pool_new (1 + i % 4));
  ms_pool_free (NULL);
}

static void
multiply_small (gpointer data, gsize begin, gsize end)
{
  float *product = data;
  for (gsize i = begin; i < end; i++)
    {
      volatile float small = FLT_MIN;
      product[i] = small * 0.25f;
      g_usleep (100); /* so that every thread gets an item */
    }
}

static void
test_denormals_are_flushed (void)
{
#if defined __SSE2__ || defined __aarch64__
  g_autoptr (MsPool) pool = ms_pool_new (3);
  float product[32];
  ms_pool_for (pool, 32, 1, multiply_small, product);
  for (int i = 0; i < 32; i++)
    g_assert_true (product[i] == 0.0f);
  ms_pool_for (NULL, 1, 1, multiply_small, product);
  g_assert_true (product[0] == 0.0f);
#else
  g_test_skip ("this processor always keeps denormals");
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/pool/sizes", test_sizes);
  g_test_add_func ("/base/pool/many-tiny-loops", test_many_tiny_loops);
  g_test_add_func ("/base/pool/sleep", test_sleep);
  g_test_add_func ("/base/pool/sleepers-are-woken", test_sleepers_are_woken);
  g_test_add_func ("/base/pool/free-at-once", test_free_at_once);
  g_test_add_func ("/base/pool/denormals-are-flushed", test_denormals_are_flushed);
  return g_test_run ();
}
