/* SPDX-License-Identifier: MIT */

/* One loop is open at a time. Its whole life is in one atomic word: a generation, an open bit, and how many workers are
 * inside. A worker may enter only while the bit is set, and the caller clears it when no chunk is left, so a worker
 * that sleeps, or that the system has put aside, holds nobody up.
 *
 * Each thread begins with its own share of the chunks, always the same one, so that in loop after loop over the same
 * rows it finds them in its own caches; then it takes what the others have not come to. */
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

typedef struct {
  _Alignas (CACHE_LINE) _Atomic gsize next; /* the first chunk of the share that nobody has taken */
  gsize end;
} Share;

typedef struct {
  MsPool *pool;
  int index; /* of the thread; the caller is 0 */
  pthread_t thread;
} Worker;

struct MsPool {
  /* The open loop: written before the bit is set, read only by those inside. On the line that every thread polls, so
   * that one transfer brings it all. */
  _Alignas (CACHE_LINE) _Atomic guint64 state;
  MsTask task;
  gpointer data;
  gsize n, grain;

  _Alignas (CACHE_LINE) atomic_int sleeping; /* workers that need waking */
  atomic_bool caller_sleeps;
  atomic_bool stop;
  pthread_mutex_t mutex;
  pthread_cond_t work, done;

  int n_threads;
  Share *shares;   /* owned, (n_threads) */
  Worker *workers; /* owned, (n_threads), the first unused */
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
  __asm__ volatile("mrs %0, fpcr" : "=r"(now));
  if (!(now & flush))
    __asm__ volatile("msr fpcr, %0" : : "r"(now | flush));
#endif
}

static inline void
relax (void)
{
#if defined __SSE2__
  _mm_pause ();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static void
run_share (MsPool *pool, Share *share)
{
  gsize end = share->end, grain = pool->grain, n = pool->n, chunk;
  while ((chunk = atomic_fetch_add_explicit (&share->next, 1, memory_order_relaxed)) < end)
    pool->task (pool->data, chunk * grain, chunk * grain + MIN (grain, n - chunk * grain));
}

/* What is left of another's share is looked at before it is written to: its owner may be at work on it. */
static void
run_chunks (MsPool *pool, int thread)
{
  run_share (pool, &pool->shares[thread]);
  for (int i = 1; i < pool->n_threads; i++)
    {
      Share *other = &pool->shares[(thread + i) % pool->n_threads];
      if (atomic_load_explicit (&other->next, memory_order_relaxed) < other->end)
        run_share (pool, other);
    }
}

static void
share_out (MsPool *pool, gsize n_chunks)
{
  gsize begin = 0, T = (gsize)pool->n_threads;
  for (gsize t = 0; t < T; t++)
    {
      atomic_store_explicit (&pool->shares[t].next, begin, memory_order_relaxed);
      begin += n_chunks / T + (t < n_chunks % T);
      pool->shares[t].end = begin;
    }
}

/* True and *@seen is the loop's generation if the worker is now inside a loop it has not yet served. */
static bool
enter (MsPool *pool, guint64 *seen)
{
  guint64 state = atomic_load_explicit (&pool->state, memory_order_seq_cst);
  while ((state & OPEN_BIT) && state / GENERATION_UNIT != *seen)
    {
      if (atomic_compare_exchange_weak_explicit (&pool->state, &state, state + 1, memory_order_acquire,
                                                 memory_order_relaxed))
        {
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
  if ((before & INSIDE_MASK) == 1 && atomic_load_explicit (&pool->caller_sleeps, memory_order_seq_cst))
    {
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
  do
    {
      for (int i = 0; i < 16; i++)
        {
          if (enter (pool, seen))
            return true;
          relax ();
        }
    }
  while (g_get_monotonic_time () < end && !stopping (pool));

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
  Worker *worker = data;
  guint64 seen = 0;
  ms_flush_denormals ();
  while (wait_for_work (worker->pool, &seen))
    {
      run_chunks (worker->pool, worker->index);
      leave (worker->pool);
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
  do
    {
      for (int i = 0; i < 16; i++)
        {
          if (all_left (pool))
            return;
          relax ();
        }
    }
  while (g_get_monotonic_time () < end);

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
  pool->shares = g_aligned_alloc0 ((gsize)wanted, sizeof *pool->shares, CACHE_LINE);
  pool->workers = g_new0 (Worker, wanted);
  /* A system that grants fewer threads than asked for gives a smaller pool, not a failure. The number of threads is
   * settled before the first loop, and only then do workers read it. */
  pool->n_threads = 1;
  for (int i = 1; i < wanted; i++)
    {
      Worker *worker = &pool->workers[i];
      *worker = (Worker){ .pool = pool, .index = i };
      if (pthread_create (&worker->thread, NULL, worker_main, worker) != 0)
        break;
      pool->n_threads++;
    }
  return pool;
}

void
ms_pool_free (MsPool *pool)
{
  if (pool == NULL)
    return;
  atomic_store_explicit (&pool->stop, true, memory_order_seq_cst);
  wake_sleepers (pool);
  for (int i = 1; i < pool->n_threads; i++)
    pthread_join (pool->workers[i].thread, NULL);
  pthread_mutex_destroy (&pool->mutex);
  pthread_cond_destroy (&pool->work);
  pthread_cond_destroy (&pool->done);
  g_aligned_free (pool->shares);
  g_free (pool->workers);
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
  if (ms_pool_n_threads (pool) == 1 || n <= grain)
    {
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
  share_out (pool, n / grain + (n % grain != 0));
  atomic_store_explicit (&pool->state, (state + GENERATION_UNIT) | OPEN_BIT, memory_order_seq_cst);
  wake_sleepers (pool);
  run_chunks (pool, 0);
  atomic_fetch_and_explicit (&pool->state, ~OPEN_BIT, memory_order_seq_cst);
  wait_until_left (pool);
}
