/* SPDX-License-Identifier: MIT */

/* Products by own tiles where they win, else by OpenBLAS, each on one thread; and both over the threads of a pool. */
#include "core/base/blas.h"

#include "core/base/gemm.h"

#include <cblas.h>
#include <string.h>

void
ms_gemm_library (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
                 const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc)
{
  CBLAS_TRANSPOSE ta = trans_a ? CblasTrans : CblasNoTrans, tb = trans_b ? CblasTrans : CblasNoTrans;
#ifdef MS_DOUBLE
  cblas_dgemm (CblasRowMajor, ta, tb, (blasint)M, (blasint)N, (blasint)K, alpha, A, (blasint)lda, B, (blasint)ldb, beta,
               C, (blasint)ldc);
#else
  cblas_sgemm (CblasRowMajor, ta, tb, (blasint)M, (blasint)N, (blasint)K, alpha, A, (blasint)lda, B, (blasint)ldb, beta,
               C, (blasint)ldc);
#endif
}

static void
fill_rows (MsReal *C, gsize ldc, const MsReal *row, gsize M, gsize N)
{
  for (gsize m = 0; m < M; m++)
    memcpy (C + m * ldc, row, N * sizeof *row);
}

/* The tiles take whole vectors of columns, the library the rest, or all. In a layer forward they take all columns:
 * equal rows then give equal results wherever they stand, which the library does not promise. */
static void
multiply (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
          const MsReal *B, gsize ldb, const MsReal *bias, MsReal beta, MsReal *C, gsize ldc)
{
  if (M == 0 || N == 0)
    return;
  gsize tiled = trans_a || trans_b ? N - N % MS_GEMM_LANES : N;
  if (ms_gemm_tiled_wins (trans_b, M, tiled, K))
    ms_gemm_tiled (trans_a, trans_b, M, tiled, K, alpha, A, lda, B, ldb, bias, beta, C, ldc);
  else
    tiled = 0;
  if (tiled == N)
    return;
  if (bias)
    fill_rows (C + tiled, ldc, bias + tiled, M, N - tiled);
  ms_gemm_library (trans_a, trans_b, M, N - tiled, K, alpha, A, lda, B + tiled * (trans_b ? ldb : 1), ldb,
                   bias ? 1 : beta, C + tiled, ldc);
}

void
ms_gemm (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
         const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc)
{
  multiply (trans_a, trans_b, M, N, K, alpha, A, lda, B, ldb, NULL, beta, C, ldc);
}

void
ms_gemm_bias (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb, const MsReal *bias,
              MsReal *C, gsize ldc)
{
  multiply (false, false, M, N, K, 1, A, lda, B, ldb, bias, 0, C, ldc);
}

void
ms_gemm_fresh (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb, MsReal *C, gsize ldc)
{
  if (ms_gemm_streams (M, N, K, C, ldc))
    ms_gemm_stream (M, N, K, A, lda, B, ldb, C, ldc);
  else
    ms_gemm (true, false, M, N, K, 1, A, lda, B, ldb, 0, C, ldc);
}

#define BLOCK_COLUMNS 64     /* a strip of the tiles */
#define MIN_SHARED 65536     /* multiplications: fewer are done before another thread has joined in */
#define MIN_C 1024           /* numbers of C worth sharing out: the library copies A and B anew for every block */
#define MAX_TRANSPOSED 16384 /* numbers of B transposed once for all blocks, on the stack */

typedef struct {
  bool trans_a, trans_b;
  gsize M, N, K, lda, ldb, ldc;
  MsReal alpha, beta;
  const MsReal *A, *B;
  MsReal *C;
  gsize rows, columns; /* of a block */
} Product;

static void
multiply_blocks (gpointer data, gsize begin, gsize end)
{
  const Product *p = data;
  gsize n_across = (p->N + p->columns - 1) / p->columns;
  for (gsize block = begin; block < end; block++)
    {
      gsize m = block / n_across * p->rows, n = block % n_across * p->columns;
      ms_gemm (p->trans_a, p->trans_b, MIN (p->rows, p->M - m), MIN (p->columns, p->N - n), p->K, p->alpha,
               p->A + m * (p->trans_a ? 1 : p->lda), p->lda, p->B + n * (p->trans_b ? p->ldb : 1), p->ldb, p->beta,
               p->C + m * p->ldc + n, p->ldc);
    }
}

/* Blocks of C depend on the shape only. Where C is wide, each block is a strip of columns, so that its part of B is
 * read (and, if transposed, turned) once; where it is tall, a block keeps whole rows, so that A is read once; a small
 * C, the sum over many examples, is cut both ways. */
static void
choose_blocks (Product *p)
{
  p->rows = p->M;
  p->columns = p->N;
  if (p->N >= (p->trans_b ? 4 : 8) * BLOCK_COLUMNS)
    {
      p->columns = BLOCK_COLUMNS;
    }
  else if (p->M > 256)
    {
      p->rows = p->trans_b ? 128 : 64;
    }
  else
    {
      p->rows = 16;
      p->columns = p->N >= 2 * BLOCK_COLUMNS ? BLOCK_COLUMNS : p->N;
    }
}

void
ms_gemm_pool (MsPool *pool, bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A,
              gsize lda, const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc)
{
  if (M == 0 || N == 0)
    return;
  Product p = { trans_a, trans_b, M, N, K, lda, ldb, ldc, alpha, beta, A, B, C };
  _Alignas (64) MsReal transposed[MAX_TRANSPOSED];
  if (trans_b && N % MS_GEMM_LANES == 0 && N * K <= MAX_TRANSPOSED && ms_gemm_tiled_wins (true, M, N, K))
    {
      ms_gemm_transpose (transposed, N, B, ldb, N, K);
      p.trans_b = false;
      p.B = transposed;
      p.ldb = N;
    }
  choose_blocks (&p);
  if (M * N < MIN_C || M * N * K < MIN_SHARED)
    {
      p.rows = M;
      p.columns = N;
    }
  gsize n_blocks = ((M + p.rows - 1) / p.rows) * ((N + p.columns - 1) / p.columns);
  ms_pool_for (pool, n_blocks, 1, multiply_blocks, &p);
}
