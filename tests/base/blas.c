/* SPDX-License-Identifier: MIT */

/* Products against a plain loop in double: all transposes, odd sizes, leading dimensions with gaps, one to three
 * threads. */
#include "core/base/blas.h"

#include "core/base/arena.h"
#include "core/base/gemm.h"

#include <math.h>

static double
at (const MsReal *A, gsize lda, bool trans, gsize i, gsize k)
{
  return trans ? A[k * lda + i] : A[i * lda + k];
}

static MsReal *
random_array (gsize n)
{
  MsReal *x = g_new (MsReal, n);
  for (gsize i = 0; i < n; i++)
    x[i] = (MsReal)g_test_rand_double_range (-1, 1);
  return x;
}

typedef struct {
  gsize M, N, K, gap;
  bool trans_a, trans_b;
  MsReal alpha, beta;
} Case;

static void
assert_product (MsPool *pool, const Case *c)
{
  gsize lda = (c->trans_a ? c->M : c->K) + c->gap, ldb = (c->trans_b ? c->K : c->N) + c->gap, ldc = c->N + c->gap;
  g_autofree MsReal *A = random_array ((c->trans_a ? c->K : c->M) * lda + 1);
  g_autofree MsReal *B = random_array ((c->trans_b ? c->N : c->K) * ldb + 1);
  g_autofree MsReal *before = random_array (c->M * ldc + 1);
  g_autofree MsReal *C = g_memdup2 (before, (c->M * ldc + 1) * sizeof *C);
  if (c->beta == 0)
    for (gsize i = 0; i < c->M; i++)
      for (gsize j = 0; j < c->N; j++)
        C[i * ldc + j] = (MsReal)NAN; /* must be overwritten unread */
  if (pool)
    ms_gemm_pool (pool, c->trans_a, c->trans_b, c->M, c->N, c->K, c->alpha, A, lda, B, ldb, c->beta, C, ldc);
  else
    ms_gemm (c->trans_a, c->trans_b, c->M, c->N, c->K, c->alpha, A, lda, B, ldb, c->beta, C, ldc);

  for (gsize i = 0; i < c->M; i++)
    {
      for (gsize j = 0; j < c->N; j++)
        {
          double sum = 0, size = 0;
          for (gsize k = 0; k < c->K; k++)
            {
              double term = at (A, lda, c->trans_a, i, k) * at (B, ldb, c->trans_b, k, j);
              sum += term;
              size += fabs (term);
            }
          double start = c->beta == 0 ? 0 : c->beta * before[i * ldc + j];
          double error = fabs (C[i * ldc + j] - (c->alpha * sum + start));
          double bound
            = 8 * MS_REAL_EPSILON * (fabs (start) + fabs (c->alpha) * size * (1 + 0.05 * sqrt ((double)c->K)));
          if (!(error <= bound + 1e-30))
            g_error ("(%" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT
                     ") trans %d %d alpha %g beta %g: error %g "
                     "at (%" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT ")",
                     c->M, c->N, c->K, c->trans_a, c->trans_b, (double)c->alpha, (double)c->beta, error, i, j);
        }
      for (gsize j = c->N; j < ldc; j++)
        g_assert_true (C[i * ldc + j] == before[i * ldc + j]);
    }
  g_assert_true (C[c->M * ldc] == before[c->M * ldc]);
}

static void
all_transposes (MsPool *pool, gsize M, gsize N, gsize K)
{
  const MsReal alphas[] = { 1, (MsReal)0.5 }, betas[] = { 0, 1, (MsReal)-0.25 };
  for (int trans = 0; trans < 4; trans++)
    for (int s = 0; s < 3; s++)
      {
        Case c = { M, N, K, (gsize)s * 3, trans & 1, trans & 2, alphas[s == 2], betas[s] };
        assert_product (pool, &c);
      }
}

static void
test_small (void)
{
  for (gsize M = 0; M <= 9; M += M < 3 ? 1 : 2)
    for (gsize N = 0; N <= 40; N += N < 3 ? 1 : 7)
      for (gsize K = 0; K <= 20; K += K < 3 ? 1 : 6)
        all_transposes (NULL, M, N, K);
}

static void
test_random_shapes (void)
{
  for (int i = 0; i < 60; i++)
    all_transposes (NULL, (gsize)g_test_rand_int_range (1, 150), (gsize)g_test_rand_int_range (1, 150),
                    (gsize)g_test_rand_int_range (1, 150));
}

static void
test_shapes_of_models (void)
{
  const gsize shapes[][3]
    = { { 128, 64, 128 }, { 200, 128, 64 }, { 1024, 64, 64 },  { 1024, 128, 64 }, { 64, 128, 1024 },
        { 64, 8, 1024 },  { 1024, 8, 64 },  { 1, 4096, 64 },   { 2, 64, 128 },    { 3, 128, 64 },
        { 96, 512, 256 }, { 64, 10, 64 },   { 520, 528, 140 }, { 12, 80, 300 } };
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    all_transposes (NULL, shapes[i][0], shapes[i][1], shapes[i][2]);
}

static void
test_threads (void)
{
  const gsize shapes[][3] = { { 1, 1, 1 },    { 300, 70, 33 },   { 70, 300, 33 },  { 64, 8, 1024 },  { 5, 1000, 7 },
                              { 1000, 5, 7 }, { 64, 128, 1024 }, { 513, 129, 64 }, { 300, 272, 100 } };
  for (int n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_autoptr (MsPool) pool = ms_pool_new (n_threads);
      for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
        all_transposes (pool, shapes[i][0], shapes[i][1], shapes[i][2]);
    }
}

static void
test_check (void)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  g_assert_true (ms_blas_check (&error));
  g_assert_no_error (error);
  g_test_message ("the check took %.1f ms", (double)(g_get_monotonic_time () - start) / 1000);
  const MsBlasInfo *info = ms_blas_info ();
  g_test_message ("%s, kernel %s, wanted %s, better %s", info->library, info->kernel, info->wanted,
                  ms_blas_better_kernel ());
  g_assert_true (g_str_has_prefix (info->library, "OpenBLAS"));
  g_assert_nonnull (info->kernel);
  g_assert_true (ms_blas_better_kernel () == NULL || g_strcmp0 (ms_blas_better_kernel (), info->wanted) == 0);
  g_assert_true (ms_blas_better_kernel () == NULL || g_strcmp0 (info->kernel, info->wanted) != 0);
}

static void
test_bias (void)
{
  const gsize shapes[][3] = { { 1, 1, 1 }, { 7, 64, 300 }, { 33, 83, 40 }, { 5, 16, 2 }, { 600, 528, 3 }, { 4, 0, 4 } };
  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      gsize M = shapes[s][0], N = shapes[s][1], K = shapes[s][2], ldc = N + 3;
      g_autofree MsReal *A = random_array (M * K), *B = random_array (K * N), *bias = random_array (N);
      g_autofree MsReal *plain = random_array (M * ldc), *sum = g_memdup2 (plain, M * ldc * sizeof *plain);
      ms_gemm_bias (M, N, K, A, K, B, N, NULL, plain, ldc);
      ms_gemm_bias (M, N, K, A, K, B, N, bias, sum, ldc);
      for (gsize m = 0; m < M; m++)
        for (gsize n = 0; n < ldc; n++)
          g_assert_cmpfloat_with_epsilon (sum[m * ldc + n], plain[m * ldc + n] + (n < N ? bias[n] : 0),
                                          MS_REAL_EPSILON * (MsReal)(K + 8));
    }
}

/* How rows are shared out must not show in the result where the own tiles do the work: a run with another number of
 * threads, or of tokens an expert, then differs in nothing. */
static void
test_cut_does_not_show (void)
{
  const gsize M = 61, N = 64, K = 200;
  g_autofree MsReal *A = random_array (M * K), *B = random_array (K * N);
  g_autofree MsReal *whole = g_new (MsReal, M * N), *parts = g_new (MsReal, M * N);
  ms_gemm (false, false, M, N, K, 1, A, K, B, N, 0, whole, N);
  for (gsize m = 0, rows = 1; m < M; m += rows, rows = rows % 7 + 1)
    ms_gemm (false, false, MIN (rows, M - m), N, K, 1, A + m * K, K, B, N, 0, parts + m * N, N);
  if (ms_gemm_tiled_wins (false, M, N, K))
    g_assert_cmpmem (whole, M * N * sizeof *whole, parts, M * N * sizeof *parts);
  else /* the library does the work on this processor, and may add up in another order */
    for (gsize i = 0; i < M * N; i++)
      g_assert_cmpfloat_with_epsilon (whole[i], parts[i], 16 * (double)K * MS_REAL_EPSILON);
}

/* Nor may the place of a row show, in few columns or many: members of an ensemble that are told apart by nothing must
 * agree to the last bit. */
static void
test_place_does_not_show (void)
{
  const gsize columns[] = { 1, 4, 10, 16, 24, 83 }, M = 45, K = 40;
  g_autofree MsReal *A = random_array (M * K);
  for (gsize m = 1; m < M; m++)
    memcpy (A + m * K, A, K * sizeof *A);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      gsize N = columns[i];
      g_autofree MsReal *B = random_array (K * N), *C = g_new (MsReal, M * N);
      ms_gemm (false, false, M, N, K, 1, A, K, B, N, 0, C, N);
      for (gsize m = 1; m < M; m++)
        if (ms_gemm_tiled_wins (false, M, N, K))
          g_assert_cmpmem (C, N * sizeof *C, C + m * N, N * sizeof *C);
        else
          for (gsize n = 0; n < N; n++)
            g_assert_cmpfloat_with_epsilon (C[n], C[m * N + n], 16 * (double)K * MS_REAL_EPSILON);
    }
}

/* Straight past the caches or not, aligned or not, for few rows and many. */
static void
test_fresh (void)
{
  const gsize shapes[][3] = { { 64, 128, 1 }, { 128, 64, 2 }, { 64, 128, 7 },
                              { 5, 80, 3 }, { 6, 33, 2 }, { 64, 64, 200 } };
  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    for (gsize shift = 0; shift < 2; shift++)
      {
        gsize M = shapes[s][0], N = shapes[s][1], K = shapes[s][2], n = M * N;
        g_autofree MsReal *A = random_array (K * M), *B = random_array (K * N), *plain = g_new (MsReal, n);
        MsReal *memory = ms_aligned_new0 ((n + 2) * sizeof *memory), *C = memory + shift;
        C[n] = 7;
        ms_gemm (true, false, M, N, K, 1, A, M, B, N, 0, plain, N);
        ms_gemm_fresh (M, N, K, A, M, B, N, C, N);
        for (gsize i = 0; i < n; i++)
          g_assert_cmpfloat_with_epsilon (C[i], plain[i], MS_REAL_EPSILON * (MsReal)(K + 8));
        g_assert_true (C[n] == 7);
        ms_aligned_free (memory);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/blas/check", test_check);
  g_test_add_func ("/base/blas/small", test_small);
  g_test_add_func ("/base/blas/random-shapes", test_random_shapes);
  g_test_add_func ("/base/blas/shapes-of-models", test_shapes_of_models);
  g_test_add_func ("/base/blas/threads", test_threads);
  g_test_add_func ("/base/blas/bias", test_bias);
  g_test_add_func ("/base/blas/fresh", test_fresh);
  g_test_add_func ("/base/blas/cut-does-not-show", test_cut_does_not_show);
  g_test_add_func ("/base/blas/place-does-not-show", test_place_does_not_show);
  return g_test_run ();
}
