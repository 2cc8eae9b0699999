/* SPDX-License-Identifier: MIT */

/* Which kernel OpenBLAS runs, which it should run, and whether its products are right. Old libraries do not know new
 * processors and fall back to the weakest kernel; asking the processor what it can do needs no list of models. */
#include "core/base/blas.h"

#include "core/base/error.h"

#include <cblas.h>
#include <string.h>

typedef enum {
  STRENGTH_SSE,
  STRENGTH_AVX,
  STRENGTH_AVX2,
  STRENGTH_AVX512,
} Strength;

/* The names a library can report. One that is not here is newer than this list, so it is taken as strong. */
static const struct {
  const char *name;
  Strength strength;
} kernels[] = {
  { "generic", STRENGTH_SSE },       { "Katmai", STRENGTH_SSE },
  { "Coppermine", STRENGTH_SSE },    { "Northwood", STRENGTH_SSE },
  { "Prescott", STRENGTH_SSE },      { "Banias", STRENGTH_SSE },
  { "Atom", STRENGTH_SSE },          { "Core2", STRENGTH_SSE },
  { "Penryn", STRENGTH_SSE },        { "Dunnington", STRENGTH_SSE },
  { "Nehalem", STRENGTH_SSE },       { "Athlon", STRENGTH_SSE },
  { "Opteron", STRENGTH_SSE },       { "Opteron_SSE3", STRENGTH_SSE },
  { "Barcelona", STRENGTH_SSE },     { "Bobcat", STRENGTH_SSE },
  { "Nano", STRENGTH_SSE },          { "Unknown", STRENGTH_SSE },
  { "Sandybridge", STRENGTH_AVX },   { "Bulldozer", STRENGTH_AVX },
  { "Piledriver", STRENGTH_AVX },    { "Steamroller", STRENGTH_AVX },
  { "Excavator", STRENGTH_AVX },     { "Haswell", STRENGTH_AVX2 },
  { "Zen", STRENGTH_AVX2 },          { "SkylakeX", STRENGTH_AVX512 },
  { "Cooperlake", STRENGTH_AVX512 }, { "SapphireRapids", STRENGTH_AVX512 },
};

static Strength
strength_of (const char *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kernels); i++)
    if (g_ascii_strcasecmp (kernels[i].name, kernel) == 0)
      return kernels[i].strength;
  return STRENGTH_AVX512;
}

/* The compiler's own check includes whether the operating system saves the registers. */
static const char *
strongest_kernel (void)
{
#if defined __x86_64__ || defined __i386__
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
      && __builtin_cpu_supports ("avx512vl"))
    return "SkylakeX";
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return "Haswell";
#endif
  return NULL;
}

const char *
ms_blas_better_kernel (void)
{
  const char *best = strongest_kernel ();
  bool can_choose = strstr (openblas_get_config (), "DYNAMIC_ARCH") != NULL;
  if (best == NULL || !can_choose || strength_of (openblas_get_corename ()) >= strength_of (best))
    return NULL;
  return best;
}

/* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": the first two words. */
static char *
library_name (void)
{
  g_auto (GStrv) words = g_strsplit (openblas_get_config (), " ", 3);
  if (g_strv_length (words) < 2)
    return g_strdup ("OpenBLAS");
  return g_strconcat (words[0], " ", words[1], NULL);
}

const MsBlasInfo *
ms_blas_info (void)
{
  static MsBlasInfo info;
  static gsize ready = 0;
  if (g_once_init_enter (&ready))
    {
      info.library = library_name ();
      info.kernel = openblas_get_corename ();
      info.wanted = strongest_kernel ();
      g_once_init_leave (&ready, 1);
    }
  return &info;
}

/* Small whole numbers, so that every order of summation gives the same exact result and any difference is an error. */
static void
fill (MsReal *x, gsize n, guint32 seed)
{
  for (gsize i = 0; i < n; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      x[i] = (MsReal)((int)(seed >> 28) - 8);
    }
}

typedef void (*Multiply) (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A,
                          gsize lda, const MsReal *B, gsize ldb, MsReal beta, MsReal *C, gsize ldc);

typedef struct {
  gsize M, N, K;
  bool trans_a, trans_b;
  MsReal beta;
  MsReal *A, *B, *C, *expected; /* owned */
} Trial;

static void
trial_clear (Trial *t)
{
  g_free (t->A);
  g_free (t->B);
  g_free (t->C);
  g_free (t->expected);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static void
trial_init (Trial *t)
{
  gsize M = t->M, N = t->N, K = t->K;
  t->A = g_new (MsReal, M * K);
  t->B = g_new (MsReal, K * N);
  t->C = g_new (MsReal, M * N);
  t->expected = g_new (MsReal, M * N);
  fill (t->A, M * K, 1);
  fill (t->B, K * N, 2);
  fill (t->expected, M * N, 3);
  for (gsize i = 0; i < M * N; i++)
    t->expected[i] *= t->beta;
  for (gsize i = 0; i < M; i++)
    for (gsize k = 0; k < K; k++)
      {
        MsReal a = t->trans_a ? t->A[k * M + i] : t->A[i * K + k];
        for (gsize j = 0; j < N; j++)
          t->expected[i * N + j] += a * (t->trans_b ? t->B[j * K + k] : t->B[k * N + j]);
      }
}

static bool
trial_passes (const Trial *t, Multiply multiply)
{
  gsize M = t->M, N = t->N, K = t->K;
  fill (t->C, M * N, 3);
  multiply (t->trans_a, t->trans_b, M, N, K, 1, t->A, t->trans_a ? M : K, t->B, t->trans_b ? K : N, t->beta, t->C, N);
  for (gsize i = 0; i < M * N; i++)
    if (!(t->C[i] == t->expected[i])) /* so that NaN fails and the sign of zero does not matter */
      return false;
  return true;
}

/* The library by itself, too: it does what the own tiles leave. */
static bool
check_product (gsize M, gsize N, gsize K, bool trans_a, bool trans_b, GError **error)
{
  g_auto (Trial) t = { M, N, K, trans_a, trans_b, trans_a == trans_b ? 0 : 1 };
  trial_init (&t);
  if (!trial_passes (&t, ms_gemm_library))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                   "%s with its kernel %s multiplies wrongly on this processor (%" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT
                   " by %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " numbers, compared with a plain loop); set "
                   "OPENBLAS_CORETYPE to a weaker kernel, for example Haswell or Prescott",
                   ms_blas_info ()->library, ms_blas_info ()->kernel, M, K, K, N);
      return false;
    }
  if (!trial_passes (&t, ms_gemm))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                   "this program's own product of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " by %" G_GSIZE_FORMAT
                   " x %" G_GSIZE_FORMAT " numbers differs from a plain loop on this processor; please report it",
                   M, K, K, N);
      return false;
    }
  return true;
}

bool
ms_blas_check (GError **error)
{
  static const gsize shapes[][3] = { { 1, 1, 1 },    { 3, 5, 7 },     { 1, 128, 64 },   { 17, 33, 65 },
                                     { 64, 8, 200 }, { 65, 130, 31 }, { 100, 67, 129 }, { 33, 130, 300 } };
  openblas_set_num_threads (1);
  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    for (int trans = 0; trans < 4; trans++)
      if (!check_product (shapes[s][0], shapes[s][1], shapes[s][2], trans & 1, trans & 2, error))
        return false;
  return true;
}
