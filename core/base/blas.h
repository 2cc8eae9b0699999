/* SPDX-License-Identifier: MIT */

/* The one door to BLAS. Matrices are row-major; products are in the order of the maths: C = alpha op(A) op(B) + beta C,
 * op(A) is (M, K), op(B) is (K, N). Each call runs on the calling thread; callers spread rows or experts over
 * MsPool. */
#pragma once

#include "core/base/pool.h"
#include "core/base/real.h"
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const char *library; /* "OpenBLAS 0.3.21" */
  const char *kernel;  /* "SkylakeX", "Haswell", ... as the library names it */
  const char *wanted;  /* the strongest kernel this processor supports, NULL where we do not know better */
} MsBlasInfo;

/* The value OPENBLAS_CORETYPE should have, or NULL where the library's own choice is at least as strong as what the
 * processor supports. Asks the processor (CPUID), not a list of models. Call before any other BLAS call. */
const char *ms_blas_better_kernel (void);

/* Sets one BLAS thread and compares a few products with a plain loop. False and @error if a product is wrong. */
bool ms_blas_check (GError **error);
const MsBlasInfo *ms_blas_info (void);

/* C (M, N) with leading dimension ldc, and so on. beta = 0 overwrites without reading C. Small and middle-sized
 * products are cut into the pieces that the library is fastest at. */
void ms_gemm (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
              const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc);

/* C = A B + bias, the layer y = x w + b in one pass: @bias (N) is added to every row, NULL adds nothing. */
void ms_gemm_bias (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb,
                   const MsReal *bias, MsReal *C, gsize ldc);

/* C = A^T B for one of many C that together are larger than the caches: written past them where that is possible, so
 * that the memory is not read before it is overwritten. The pool's end of a loop makes it visible to other threads. */
void ms_gemm_fresh (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb, MsReal *C,
                    gsize ldc);

/* ms_gemm over the threads of @pool: rows (or, for few rows, columns) of C are shared out in fixed blocks. */
void ms_gemm_pool (MsPool *pool, bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A,
                   gsize lda, const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc);

/* One call of the library as it is, for benchmarks: what ms_gemm is held against. */
void ms_gemm_library (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
                      const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc);

G_END_DECLS
