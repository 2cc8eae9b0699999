/* SPDX-License-Identifier: MIT */

/* C = alpha (op(A) op(B) + bias) + beta C in tiles of up to 6 rows and 4 vectors of columns, which fill the 32
 * registers of AVX-512. A and B are read where they lie: K is cut so that the part of B under a strip of columns stays
 * in the nearest cache, and it is copied only if it is transposed, or if its rows lie so far apart that they would
 * fight for the same cache sets and there are enough rows of A to make up for the copy. */
#include "core/base/gemm.h"

#include "core/base/simd.h"

#if defined __x86_64__ && defined __GNUC__ && !defined MS_DOUBLE

#include <immintrin.h>

#define ROWS 6
#define VECS 4
#define STRIP (VECS * MS_GEMM_LANES)
#define DEPTH 128        /* of one cut of K: 32 KiB of B */
#define FAR_APART 512    /* a leading dimension, in numbers */
#define MIN_REUSE 512    /* rows that make up for copying a strip */
#define MIN_TRANSPOSE 12 /* the same for transposing it, which the library's kernels for few rows do without */
#define MIN_K 4          /* with fewer numbers to sum, setting up a tile costs more than the sums */
#define AVX512 __attribute__ ((target ("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

typedef struct {
  gsize M, K;                   /* rows, and the depth of this cut */
  __mmask16 columns;            /* of a tile that is narrower than a vector */
  gsize a_row, a_col, ldb, ldc; /* A's steps from a row to the next, and along k */
  MsReal alpha, beta;
  const MsReal *start; /* (STRIP): what the sums of every row begin with; NULL: nothing */
} Panel;

AVX512 MS_VEC_INLINE MsVec
load (const Panel *p, bool part, const MsReal *x)
{
  return part ? (MsVec)_mm512_maskz_loadu_ps (p->columns, x) : ms_vec_load (x);
}

/* @rows, @vecs, @part and @stream are constants wherever this is inlined, so that the sums live in registers. A part is
 * the last columns, fewer than a vector. To stream is to write whole cache lines past the caches. */
AVX512 MS_VEC_INLINE void
multiply_tile (int rows, int vecs, bool part, bool stream, const Panel *p, const MsReal *A, const MsReal *B, MsReal *C)
{
  gsize a_row = p->a_row, a_col = p->a_col, ldb = p->ldb, ldc = p->ldc;
  MsReal alpha = p->alpha, beta = p->beta;
  MsVec sum[ROWS][VECS];
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
    for (int j = 0; j < vecs; j++)
      sum[i][j] = p->start ? load (p, part, p->start + MS_GEMM_LANES * j) : (MsVec){ 0 };
  for (gsize k = p->K; k > 0; k--, A += a_col, B += ldb)
    {
      MsVec b[VECS];
#pragma GCC unroll 8
      for (int j = 0; j < vecs; j++)
        b[j] = load (p, part, B + MS_GEMM_LANES * j);
#pragma GCC unroll 8
      for (int i = 0; i < rows; i++)
        {
          MsReal a = A[(gsize)i * a_row];
#pragma GCC unroll 8
          for (int j = 0; j < vecs; j++)
            sum[i][j] += a * b[j];
        }
    }
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++, C += ldc)
    {
#pragma GCC unroll 8
      for (int j = 0; j < vecs; j++)
        {
          MsVec c = alpha * sum[i][j];
          if (beta != 0)
            c += beta * load (p, part, C + MS_GEMM_LANES * j);
          if (part)
            _mm512_mask_storeu_ps (C, p->columns, (__m512)c);
          else if (stream)
            _mm512_stream_ps (C + MS_GEMM_LANES * j, (__m512)c);
          else
            ms_vec_store (C + MS_GEMM_LANES * j, c);
        }
    }
}

typedef void (*Tile) (const Panel *p, const MsReal *A, const MsReal *B, MsReal *C);

#define TILE(rows, vecs) \
  AVX512 static void tile_##rows##_##vecs (const Panel *p, const MsReal *A, const MsReal *B, MsReal *C) \
  { \
    multiply_tile (rows, vecs, false, false, p, A, B, C); \
  }
#define STREAMING_TILE(rows) \
  AVX512 static void streaming_tile_##rows (const Panel *p, const MsReal *A, const MsReal *B, MsReal *C) \
  { \
    multiply_tile (rows, VECS, false, true, p, A, B, C); \
  }
#define NARROW_TILE(rows) \
  AVX512 static void narrow_tile_##rows (const Panel *p, const MsReal *A, const MsReal *B, MsReal *C) \
  { \
    multiply_tile (rows, 1, true, false, p, A, B, C); \
  }
#define TILES(vecs) TILE (1, vecs) TILE (2, vecs) TILE (3, vecs) TILE (4, vecs) TILE (5, vecs) TILE (6, vecs)
#define TILE_NAMES(vecs) \
  { NULL, tile_1_##vecs, tile_2_##vecs, tile_3_##vecs, tile_4_##vecs, tile_5_##vecs, tile_6_##vecs }

TILES (1)
TILES (2)
TILES (3)
TILES (4)
STREAMING_TILE (1)
STREAMING_TILE (2)
STREAMING_TILE (3)
STREAMING_TILE (4)
STREAMING_TILE (5)
STREAMING_TILE (6)
NARROW_TILE (1)
NARROW_TILE (2)
NARROW_TILE (3)
NARROW_TILE (4)
NARROW_TILE (5)
NARROW_TILE (6)
static const Tile narrow_tiles[ROWS + 1]
  = { NULL, narrow_tile_1, narrow_tile_2, narrow_tile_3, narrow_tile_4, narrow_tile_5, narrow_tile_6 };
static const Tile streaming_tiles[ROWS + 1] = { NULL,             streaming_tile_1, streaming_tile_2, streaming_tile_3,
                                                streaming_tile_4, streaming_tile_5, streaming_tile_6 };
static const Tile tiles[VECS + 1][ROWS + 1] = {
  { NULL }, TILE_NAMES (1), TILE_NAMES (2), TILE_NAMES (3), TILE_NAMES (4),
};

/* Four rounds of a perfect shuffle of its rows transpose a 16 x 16 block. */
MS_VEC_INLINE void
transpose_block (MsReal *to, gsize ldt, const MsReal *from, gsize ldf)
{
  MsVec x[16], y[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++)
    x[i] = ms_vec_load (from + (gsize)i * ldf);
#pragma GCC unroll 4
  for (int round = 0; round < 4; round++)
    {
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++)
        {
          MsVec a = x[i], b = x[i + 8];
          y[2 * i] = __builtin_shufflevector (a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
          y[2 * i + 1] = __builtin_shufflevector (a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
#pragma GCC unroll 16
      for (int i = 0; i < 16; i++)
        x[i] = y[i];
    }
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++)
    ms_vec_store (to + (gsize)i * ldt, x[i]);
}

AVX512 void
ms_gemm_transpose (MsReal *to, gsize ldt, const MsReal *B, gsize ldb, gsize n, gsize K)
{
  gsize whole = K / 16 * 16;
  for (gsize j = 0; j < n; j += 16)
    for (gsize k = 0; k < whole; k += 16)
      transpose_block (to + k * ldt + j, ldt, B + j * ldb + k, ldb);
  for (gsize k = whole; k < K; k++)
    for (gsize j = 0; j < n; j++)
      to[k * ldt + j] = B[j * ldb + k];
}

static void
copy_strip (MsReal *to, const MsReal *B, gsize ldb, gsize n, gsize K)
{
  for (gsize k = 0; k < K; k++)
    memcpy (to + k * STRIP, B + k * ldb, n * sizeof *to);
}

/* Tiles of as equal heights as possible: 16 rows are 6 + 5 + 5, not 6 + 6 + 4. */
static void
multiply_strip (const Panel *p, const Tile *of_height, const MsReal *A, const MsReal *B, MsReal *C)
{
  gsize left = p->M;
  for (gsize n_tiles = (p->M + ROWS - 1) / ROWS; n_tiles > 0; n_tiles--)
    {
      gsize rows = (left + n_tiles - 1) / n_tiles;
      of_height[rows](p, A, B, C);
      A += rows * p->a_row;
      C += rows * p->ldc;
      left -= rows;
    }
}

bool
ms_gemm_tiled_wins (bool trans_b, gsize M, gsize N, gsize K)
{
  bool shape = M > 0 && N > 0 && K >= MIN_K && (!trans_b || (M >= MIN_TRANSPOSE && N % MS_GEMM_LANES == 0));
  return shape && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl");
}

void
ms_gemm_tiled (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
               const MsReal *B, gsize ldb, const MsReal *bias, MsReal beta, MsReal *C, gsize ldc)
{
  _Alignas (64) MsReal buffer[DEPTH * STRIP];
  bool copy = !trans_b && ldb >= FAR_APART && M >= MIN_REUSE;
  gsize whole = N / MS_GEMM_LANES * MS_GEMM_LANES;
  Panel p = { .M = M, .a_row = trans_a ? 1 : lda, .a_col = trans_a ? lda : 1, .ldc = ldc };

  p.alpha = alpha;
  p.beta = beta;
  p.columns = (__mmask16)((1u << (N - whole)) - 1);
  for (gsize k = 0; k < K; k += DEPTH, p.beta = 1)
    {
      p.K = MIN (DEPTH, K - k);
      p.ldb = trans_b || copy ? STRIP : ldb;
      for (gsize n = 0; n < whole; n += STRIP)
        {
          gsize width = MIN (STRIP, whole - n);
          p.start = bias && k == 0 ? bias + n : NULL;
          const MsReal *B_kn = trans_b ? B + n * ldb + k : B + k * ldb + n;
          if (trans_b)
            ms_gemm_transpose (buffer, STRIP, B_kn, ldb, width, p.K);
          else if (copy)
            copy_strip (buffer, B_kn, ldb, width, p.K);
          multiply_strip (&p, tiles[width / MS_GEMM_LANES], A + k * p.a_col, trans_b || copy ? buffer : B_kn, C + n);
        }
      p.ldb = ldb;
      p.start = bias && k == 0 ? bias + whole : NULL;
      if (whole < N)
        multiply_strip (&p, narrow_tiles, A + k * p.a_col, B + k * ldb + whole, C + whole);
    }
}

bool
ms_gemm_streams (gsize M, gsize N, gsize K, const MsReal *C, gsize ldc)
{
  bool lines = ((guintptr)C | ldc * sizeof *C) % 64 == 0;

  return lines && N % STRIP == 0 && K <= DEPTH && ms_gemm_tiled_wins (false, M, N, MAX (K, MIN_K));
}

void
ms_gemm_stream (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb, MsReal *C, gsize ldc)
{
  Panel p = { .M = M, .K = K, .a_row = 1, .a_col = lda, .ldb = ldb, .ldc = ldc, .alpha = 1 };

  for (gsize n = 0; n < N; n += STRIP)
    multiply_strip (&p, streaming_tiles, A, B + n, C + n);
  /* Such stores keep no order by themselves: another thread must not see the loop's end before them. */
  _mm_sfence ();
}

#else

bool
ms_gemm_tiled_wins (bool trans_b, gsize M, gsize N, gsize K)
{
  return false;
}

void
ms_gemm_tiled (bool trans_a, bool trans_b, gsize M, gsize N, gsize K, MsReal alpha, const MsReal *A, gsize lda,
               const MsReal *B, gsize ldb, const MsReal *bias, MsReal beta, MsReal *C, gsize ldc)
{
  g_assert_not_reached ();
}

void
ms_gemm_transpose (MsReal *to, gsize ldt, const MsReal *B, gsize ldb, gsize n, gsize K)
{
  g_assert_not_reached ();
}

bool
ms_gemm_streams (gsize M, gsize N, gsize K, const MsReal *C, gsize ldc)
{
  return false;
}

void
ms_gemm_stream (gsize M, gsize N, gsize K, const MsReal *A, gsize lda, const MsReal *B, gsize ldb, MsReal *C, gsize ldc)
{
  g_assert_not_reached ();
}

#endif
