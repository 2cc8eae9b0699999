/* SPDX-License-Identifier: MIT */

/* A persistent pool of threads for the loops inside one step. The caller is one of the threads. Waiting threads spin
 * for a short while (<= 50 us), then sleep. Every thread runs with FTZ and DAZ set: denormals make the same product 25
 * times slower. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct MsPool MsPool;

/* Works on items [begin, end). Chunks of one loop run in any order on any thread, so a chunk writes only what belongs
 * to its own items; then results do not depend on timing. */
typedef void (*MsTask) (gpointer data, gsize begin, gsize end);

MsPool *ms_pool_new (int n_threads); /* n_threads >= 1, the caller's included */
void ms_pool_free (MsPool *pool);    /* NULL is fine */
int ms_pool_n_threads (const MsPool *pool); /* 1 for NULL */

/* Runs @task over [0, n) in chunks of @grain items (the last may be shorter). Each thread begins with the same share in
 * every loop, so that rows stay in its caches from loop to loop, then helps the others. The cut does not depend on the
 * number of threads. Returns when all are done. @pool may be NULL: everything runs on the caller. Not reentrant. */
void ms_pool_for (MsPool *pool, gsize n, gsize grain, MsTask task, gpointer data);

/* Sets flush-to-zero and denormals-are-zero in the calling thread, where the processor has them. */
void ms_flush_denormals (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsPool, ms_pool_free)

G_END_DECLS
