/* SPDX-License-Identifier: MIT */

/* Products by OpenBLAS, each on one thread. */
#include "core/base/blas.h"

#include <cblas.h>

void
ms_gemm (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
         const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc)
{
  if (M == 0 || N == 0)
    return;
  CBLAS_TRANSPOSE ta = trans_a ? CblasTrans : CblasNoTrans, tb = trans_b ? CblasTrans : CblasNoTrans;
#ifdef MS_DOUBLE
  cblas_dgemm (CblasRowMajor, ta, tb, (blasint) M, (blasint) N, (blasint) K, alpha, A, (blasint) lda, B, (blasint) ldb,
               beta, C, (blasint) ldc);
#else
  cblas_sgemm (CblasRowMajor, ta, tb, (blasint) M, (blasint) N, (blasint) K, alpha, A, (blasint) lda, B, (blasint) ldb,
               beta, C, (blasint) ldc);
#endif
}

typedef struct {
  bool trans_a, trans_b;
  gsize N, K, lda, ldb, ldc;
  MsReal alpha, beta;
  const MsReal *A, *B;
  MsReal *C;
  gsize M;
} Product;

static void
multiply_rows (gpointer data, gsize begin, gsize end)
{
  const Product *p = data;
  ms_gemm (p->trans_a, p->trans_b, end - begin, p->N, p->K, p->alpha, p->A + begin * (p->trans_a ? 1 : p->lda), p->lda,
           p->B, p->ldb, p->beta, p->C + begin * p->ldc, p->ldc);
}

static void
multiply_columns (gpointer data, gsize begin, gsize end)
{
  const Product *p = data;
  ms_gemm (p->trans_a, p->trans_b, p->M, end - begin, p->K, p->alpha, p->A, p->lda,
           p->B + begin * (p->trans_b ? p->ldb : 1), p->ldb, p->beta, p->C + begin, p->ldc);
}

void
ms_gemm_pool (MsPool *pool, bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A,
              gsize lda, const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc)
{
  Product product = { trans_a, trans_b, N, K, lda, ldb, ldc, alpha, beta, A, B, C, M };
  if (M >= N)
    ms_pool_for (pool, M, 64, multiply_rows, &product);
  else
    ms_pool_for (pool, N, 64, multiply_columns, &product);
}
