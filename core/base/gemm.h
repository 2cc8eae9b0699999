/* SPDX-License-Identifier: MIT */

/* Own products for the sizes of small models, where the library spends its time on packing and leaves its fast path.
 * For core/base/blas.c only. */
#pragma once

#include "core/base/real.h"
#include <glib.h>
#include <stdbool.h>

#define MS_GEMM_LANES 16 /* columns of a transposed B come in multiples of this */

/* True where ms_gemm_tiled works and is faster than the library. */
bool ms_gemm_tiled_wins (bool trans_b, gsize M, gsize N, gsize K);

/* As ms_gemm, for shapes that ms_gemm_tiled_wins accepts: C = alpha (op(A) op(B) + bias) + beta C, @bias (N) or NULL.
 * An element's sum does not depend on how rows and columns were shared out among calls, nor on where in the matrix it
 * stands. */
void ms_gemm_tiled (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
                    const MsReal *B, gsize ldb, const MsReal *bias, MsReal beta, MsReal *C, gsize ldc);

/* to (K, n) with leading dimension ldt = B (n, K) transposed; n a multiple of MS_GEMM_LANES, and only where
 * ms_gemm_tiled_wins has said so. */
void ms_gemm_transpose (MsReal *to, gsize ldt, const MsReal *B, gsize ldb, gsize n, gsize K);

/* C = A^T B with C written past the caches, where ms_gemm_streams accepts it. */
bool ms_gemm_streams (gsize M, gsize N, gsize K, const MsReal *C, gsize ldc);
void ms_gemm_stream (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb, MsReal *C,
                     gsize ldc);
