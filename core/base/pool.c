/* SPDX-License-Identifier: MIT */

/* One loop is open at a time. Its whole life is in one atomic word: a generation, an open bit, and how many workers are
 * inside. A worker may enter only while the bit is set, and the caller clears it when no chunk is left, so a worker
 * that sleeps, or that the system has put aside, holds nobody up. */
#include "core/base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#if defined __SSE2__
#include <immintrin.h>
#endif

#define SPIN_US 50
#define CACHE_LINE 64
#define MAX_THREADS 1024

#define INSIDE_MASK G_GUINT64_CONSTANT (0xffff)
#define OPEN_BIT G_GUINT64_CONSTANT (0x10000)
#define GENERATION_UNIT G_GUINT64_CONSTANT (0x20000)

struct MsPool {
  /* What every thread polls, apart from what changes with every chunk. */
  _Alignas (CACHE_LINE) _Atomic guint64 state;
  _Alignas (CACHE_LINE) _Atomic gsize next; /* the first chunk nobody has taken */

  /* The open loop: written before the bit is set, read only by those inside. */
  _Alignas (CACHE_LINE) MsTask task;
  gpointer data;
  gsize n, grain, n_chunks;

  _Alignas (CACHE_LINE) atomic_int sleeping; /* workers that need waking */
  atomic_bool caller_sleeps;
  atomic_bool stop;
  pthread_mutex_t mutex;
  pthread_cond_t work, done;

  int n_threads;
  pthread_t *threads; /* owned, (n_threads - 1) */
};

void
ms_flush_denormals (void)
{
#if defined __SSE2__
  const unsigned flush_and_zero = 0x8040;
  unsigned now = _mm_getcsr ();
  if ((now & flush_and_zero) != flush_and_zero)
    _mm_setcsr (now | flush_and_zero);
#elif defined __aarch64__
  const guint64 flush = G_GUINT64_CONSTANT (1) << 24;
  guint64 now;
  __asm__ volatile ("mrs %0, fpcr" : "=r"(now));
  if (!(now & flush))
    __asm__ volatile ("msr fpcr, %0" : : "r"(now | flush));
#endif
}

static inline void
relax (void)
{
#if defined __SSE2__
  _mm_pause ();
#elif defined __aarch64__
  __asm__ volatile ("yield");
#endif
}

static void
run_chunks (MsPool *pool)
{
  for (;;) {
    gsize chunk = atomic_fetch_add_explicit (&pool->next, 1, memory_order_relaxed);
    if (chunk >= pool->n_chunks)
      return;
    gsize begin = chunk * pool->grain;
    pool->task (pool->data, begin, begin + MIN (pool->grain, pool->n - begin));
  }
}

/* True and *@seen is the loop's generation if the worker is now inside a loop it has not yet served. */
static bool
enter (MsPool *pool, guint64 *seen)
{
  guint64 state = atomic_load_explicit (&pool->state, memory_order_seq_cst);
  while ((state & OPEN_BIT) && state / GENERATION_UNIT != *seen) {
    if (atomic_compare_exchange_weak_explicit (&pool->state, &state, state + 1, memory_order_acquire,
                                               memory_order_relaxed)) {
      *seen = state / GENERATION_UNIT;
      return true;
    }
  }
  return false;
}

static void
leave (MsPool *pool)
{
  guint64 before = atomic_fetch_sub_explicit (&pool->state, 1, memory_order_seq_cst);
  if ((before & INSIDE_MASK) == 1 && atomic_load_explicit (&pool->caller_sleeps, memory_order_seq_cst)) {
    pthread_mutex_lock (&pool->mutex);
    pthread_cond_signal (&pool->done);
    pthread_mutex_unlock (&pool->mutex);
  }
}

static bool
stopping (MsPool *pool)
{
  return atomic_load_explicit (&pool->stop, memory_order_seq_cst);
}

/* Waits for a loop, at first awake. False when the pool ends. */
static bool
wait_for_work (MsPool *pool, guint64 *seen)
{
  gint64 end = g_get_monotonic_time () + SPIN_US;
  do {
    for (int i = 0; i < 16; i++) {
      if (enter (pool, seen))
        return true;
      relax ();
    }
  } while (g_get_monotonic_time () < end && !stopping (pool));

  bool inside = false;
  pthread_mutex_lock (&pool->mutex);
  atomic_fetch_add_explicit (&pool->sleeping, 1, memory_order_seq_cst);
  while (!(inside = enter (pool, seen)) && !stopping (pool))
    pthread_cond_wait (&pool->work, &pool->mutex);
  atomic_fetch_sub_explicit (&pool->sleeping, 1, memory_order_seq_cst);
  pthread_mutex_unlock (&pool->mutex);
  return inside;
}

static void *
worker_main (void *data)
{
  MsPool *pool = data;
  guint64 seen = 0;
  ms_flush_denormals ();
  while (wait_for_work (pool, &seen)) {
    run_chunks (pool);
    leave (pool);
  }
  return NULL;
}

static void
wake_sleepers (MsPool *pool)
{
  if (atomic_load_explicit (&pool->sleeping, memory_order_seq_cst) == 0)
    return;
  pthread_mutex_lock (&pool->mutex);
  pthread_cond_broadcast (&pool->work);
  pthread_mutex_unlock (&pool->mutex);
}

static bool
all_left (MsPool *pool)
{
  return (atomic_load_explicit (&pool->state, memory_order_seq_cst) & INSIDE_MASK) == 0;
}

static void
wait_until_left (MsPool *pool)
{
  if (all_left (pool))
    return;
  gint64 end = g_get_monotonic_time () + SPIN_US;
  do {
    for (int i = 0; i < 16; i++) {
      if (all_left (pool))
        return;
      relax ();
    }
  } while (g_get_monotonic_time () < end);

  pthread_mutex_lock (&pool->mutex);
  atomic_store_explicit (&pool->caller_sleeps, true, memory_order_seq_cst);
  while (!all_left (pool))
    pthread_cond_wait (&pool->done, &pool->mutex);
  atomic_store_explicit (&pool->caller_sleeps, false, memory_order_seq_cst);
  pthread_mutex_unlock (&pool->mutex);
}

MsPool *
ms_pool_new (int n_threads)
{
  g_return_val_if_fail (n_threads >= 1, NULL);

  MsPool *pool = g_aligned_alloc0 (1, sizeof *pool, CACHE_LINE);
  int wanted = MIN (n_threads, MAX_THREADS);
  pthread_mutex_init (&pool->mutex, NULL);
  pthread_cond_init (&pool->work, NULL);
  pthread_cond_init (&pool->done, NULL);
  pool->threads = g_new0 (pthread_t, wanted);
  pool->n_threads = 1;
  /* A system that grants fewer threads than asked for gives a smaller pool, not a failure. */
  while (pool->n_threads < wanted &&
         pthread_create (&pool->threads[pool->n_threads - 1], NULL, worker_main, pool) == 0)
    pool->n_threads++;
  return pool;
}

void
ms_pool_free (MsPool *pool)
{
  if (pool == NULL)
    return;
  atomic_store_explicit (&pool->stop, true, memory_order_seq_cst);
  wake_sleepers (pool);
  for (int i = 0; i < pool->n_threads - 1; i++)
    pthread_join (pool->threads[i], NULL);
  pthread_mutex_destroy (&pool->mutex);
  pthread_cond_destroy (&pool->work);
  pthread_cond_destroy (&pool->done);
  g_free (pool->threads);
  g_aligned_free (pool);
}

int
ms_pool_n_threads (const MsPool *pool)
{
  return pool ? pool->n_threads : 1;
}

void
ms_pool_for (MsPool *pool, gsize n, gsize grain, MsTask task, gpointer data)
{
  g_return_if_fail (task != NULL && grain >= 1);

  ms_flush_denormals ();
  if (ms_pool_n_threads (pool) == 1 || n <= grain) {
    for (gsize begin = 0; begin < n; begin += MIN (grain, n - begin))
      task (data, begin, begin + MIN (grain, n - begin));
    return;
  }
  guint64 state = atomic_load_explicit (&pool->state, memory_order_relaxed);
  g_return_if_fail ((state & (OPEN_BIT | INSIDE_MASK)) == 0);

  pool->task = task;
  pool->data = data;
  pool->n = n;
  pool->grain = grain;
  pool->n_chunks = n / grain + (n % grain != 0);
  atomic_store_explicit (&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit (&pool->state, (state + GENERATION_UNIT) | OPEN_BIT, memory_order_seq_cst);
  wake_sleepers (pool);
  run_chunks (pool);
  atomic_fetch_and_explicit (&pool->state, ~OPEN_BIT, memory_order_seq_cst);
  wait_until_left (pool);
}
