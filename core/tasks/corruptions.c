/* SPDX-License-Identifier: MIT */

#include "core/tasks/corruptions.h"

#include "core/base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define RNG_PLACE 16 /* of MS_RNG_DATA; one for each kind from here on */

/* What a kind is given: @level is its strength at the severity asked for. */
typedef struct {
  MsImageShape shape;
  const float *image;
  float *out;
  double level;
  MsRng rng;
} Work;

static gsize
count_numbers (const Work *w)
{
  return (gsize)w->shape.height * (gsize)w->shape.width * (gsize)w->shape.channels;
}

static int
side_of (const Work *w)
{
  return MAX (w->shape.height, w->shape.width);
}

static void
do_gaussian_noise (Work *w)
{
  for (gsize i = 0; i < count_numbers (w); i++)
    w->out[i] = (float)(w->image[i] + w->level * ms_rng_normal (&w->rng));
}

/* Knuth's product of uniforms: the means are small. */
static int
draw_poisson (MsRng *rng, double mean)
{
  double limit = exp (-mean), product = ms_rng_uniform (rng);
  int n = 0;
  for (; product > limit; n++)
    product *= ms_rng_uniform (rng);
  return n;
}

static void
do_shot_noise (Work *w)
{
  for (gsize i = 0; i < count_numbers (w); i++)
    w->out[i] = (float)(draw_poisson (&w->rng, w->image[i] * w->level) / w->level);
}

static void
do_impulse_noise (Work *w)
{
  gsize C = (gsize)w->shape.channels;
  for (gsize p = 0; p < count_numbers (w) / C; p++)
    {
      double u = ms_rng_uniform (&w->rng); /* the first level / 2 become black, the next white */
      for (gsize c = p * C; c < (p + 1) * C; c++)
        w->out[c] = u < w->level / 2 ? 0 : u < w->level ? 1 : w->image[c];
    }
}

static void
do_speckle_noise (Work *w)
{
  for (gsize i = 0; i < count_numbers (w); i++)
    w->out[i] = (float)(w->image[i] * (1 + w->level * ms_rng_normal (&w->rng)));
}

/* The image at a place between pixels, by the four around it; @outside beyond the edge, or the edge itself. */
static double
sample (const Work *w, double y, double x, int c, bool edge)
{
  int H = w->shape.height, W = w->shape.width, C = w->shape.channels;
  int y0 = (int)floor (y), x0 = (int)floor (x);
  double sum = 0;
  for (int j = 0; j < 2; j++)
    for (int i = 0; i < 2; i++)
      {
        int row = edge ? CLAMP (y0 + j, 0, H - 1) : y0 + j, column = edge ? CLAMP (x0 + i, 0, W - 1) : x0 + i;
        double share = (j ? y - y0 : 1 - (y - y0)) * (i ? x - x0 : 1 - (x - x0));
        if (row >= 0 && row < H && column >= 0 && column < W)
          sum += share * w->image[(row * W + column) * C + c];
      }
  return sum;
}

/* Along rows, then along columns; the edge goes on. */
static void
do_gaussian_blur (Work *w)
{
  int H = w->shape.height, W = w->shape.width, C = w->shape.channels;
  double sigma = w->level * side_of (w);
  int reach = (int)ceil (3 * sigma);
  g_autofree double *kernel = g_new (double, reach + 1), *rows = g_new0 (double, count_numbers (w));
  double total = 0;
  for (int d = -reach; d <= reach; d++)
    total += kernel[ABS (d)] = exp (-0.5 * d * d / (sigma * sigma));
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      for (int c = 0; c < C; c++)
        for (int d = -reach; d <= reach; d++)
          rows[(y * W + x) * C + c]
              += kernel[ABS (d)] / total * w->image[(y * W + CLAMP (x + d, 0, W - 1)) * C + c];
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      for (int c = 0; c < C; c++)
        {
          double sum = 0;
          for (int d = -reach; d <= reach; d++)
            sum += kernel[ABS (d)] / total * rows[(CLAMP (y + d, 0, H - 1) * W + x) * C + c];
          w->out[(y * W + x) * C + c] = (float)sum;
        }
}

static void
do_motion_blur (Work *w)
{
  int H = w->shape.height, W = w->shape.width, C = w->shape.channels;
  double length = w->level * side_of (w), angle = G_PI * ms_rng_uniform (&w->rng);
  int steps = MAX ((int)ceil (2 * length), 1);
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      for (int c = 0; c < C; c++)
        {
          double sum = 0;
          for (int s = 0; s <= steps; s++)
            {
              double along = length * ((double)s / steps - 0.5);
              sum += sample (w, y + along * sin (angle), x + along * cos (angle), c, true);
            }
          w->out[(y * W + x) * C + c] = (float)(sum / (steps + 1));
        }
}

static void
do_contrast (Work *w)
{
  int C = w->shape.channels;
  gsize n = count_numbers (w) / (gsize)C;
  for (int c = 0; c < C; c++)
    {
      double mean = 0;
      for (gsize i = 0; i < n; i++)
        mean += w->image[i * (gsize)C + (gsize)c] / (double)n;
      for (gsize i = (gsize)c; i < n * (gsize)C; i += (gsize)C)
        w->out[i] = (float)(mean + w->level * (w->image[i] - mean));
    }
}

static void
do_brightness (Work *w)
{
  for (gsize i = 0; i < count_numbers (w); i++)
    w->out[i] = (float)(w->image[i] + w->level);
}

/* Every pixel of the result is read from where the map (a, b; -b, a) around the centre and a shift take it. */
static void
resample (Work *w, double a, double b, double dy, double dx)
{
  int H = w->shape.height, W = w->shape.width, C = w->shape.channels;
  double cy = (H - 1) / 2.0, cx = (W - 1) / 2.0;
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      for (int c = 0; c < C; c++)
        {
          double from_x = cx + a * (x - cx) + b * (y - cy) - dx, from_y = cy - b * (x - cx) + a * (y - cy) - dy;
          w->out[(y * W + x) * C + c] = (float)sample (w, from_y, from_x, c, false);
        }
}

static void
do_rotation (Work *w)
{
  double angle = (ms_rng_below (&w->rng, 2) ? 1 : -1) * w->level * G_PI / 180;
  resample (w, cos (angle), sin (angle), 0, 0);
}

static void
do_translation (Work *w)
{
  double angle = 2 * G_PI * ms_rng_uniform (&w->rng), way = w->level * side_of (w);
  resample (w, 1, 0, way * sin (angle), way * cos (angle));
}

static void
do_zoom (Work *w)
{
  resample (w, 1 / w->level, 0, 0, 0);
}

static void
do_occlusion (Work *w)
{
  int H = w->shape.height, W = w->shape.width, C = w->shape.channels;
  int h = MAX ((int)lround (w->level * H), 1), v = MAX ((int)lround (w->level * W), 1);
  double down = ms_rng_uniform (&w->rng), right = ms_rng_uniform (&w->rng);
  int y0 = (int)(down * (H - h + 1)), x0 = (int)(right * (W - v + 1));
  memcpy (w->out, w->image, count_numbers (w) * sizeof *w->out);
  for (int y = y0; y < y0 + h; y++)
    for (int i = (y * W + x0) * C; i < (y * W + x0 + v) * C; i++)
      w->out[i] = 0.5f;
}

/* Pixels belong to the block that their centre falls into. */
static void
do_pixelate (Work *w)
{
  int H = w->shape.height, W = w->shape.width, C = w->shape.channels;
  int rows = MAX ((int)lround (w->level * H), 1), columns = MAX ((int)lround (w->level * W), 1);
  g_autofree double *sum = g_new0 (double, (gsize)rows * (gsize)columns);
  g_autofree int *n = g_new (int, (gsize)rows * (gsize)columns);
  for (int c = 0; c < C; c++)
    {
      memset (sum, 0, (gsize)rows * (gsize)columns * sizeof *sum);
      memset (n, 0, (gsize)rows * (gsize)columns * sizeof *n);
      for (int pass = 0; pass < 2; pass++)
        for (int y = 0; y < H; y++)
          for (int x = 0; x < W; x++)
            {
              int block = (2 * y + 1) * rows / (2 * H) * columns + (2 * x + 1) * columns / (2 * W);
              if (pass == 0)
                {
                  sum[block] += w->image[(y * W + x) * C + c];
                  n[block]++;
                }
              else
                w->out[(y * W + x) * C + c] = (float)(sum[block] / n[block]);
            }
    }
}

static void
do_quantise (Work *w)
{
  for (gsize i = 0; i < count_numbers (w); i++)
    w->out[i] = (float)(round (w->image[i] * (w->level - 1)) / (w->level - 1));
}

static const struct {
  const char *name, *title, *what;
  void (*corrupt) (Work *work);
} kinds[] = {
#define KIND(name, title, what) { #name, title, what, do_##name },
  MS_CORRUPTIONS (KIND)
#undef KIND
};

static const double levels[MS_N_CORRUPTIONS][MS_SEVERITIES] = {
  [MS_CORRUPTION_gaussian_noise] = { 0.08, 0.12, 0.18, 0.26, 0.38 },
  [MS_CORRUPTION_shot_noise] = { 60, 25, 12, 5, 3 },
  [MS_CORRUPTION_impulse_noise] = { 0.03, 0.06, 0.09, 0.17, 0.27 },
  [MS_CORRUPTION_speckle_noise] = { 0.15, 0.2, 0.35, 0.45, 0.6 },
  [MS_CORRUPTION_gaussian_blur] = { 0.04, 0.06, 0.08, 0.12, 0.16 },
  [MS_CORRUPTION_motion_blur] = { 0.15, 0.25, 0.35, 0.5, 0.65 },
  [MS_CORRUPTION_contrast] = { 0.75, 0.5, 0.4, 0.3, 0.15 },
  [MS_CORRUPTION_brightness] = { 0.1, 0.2, 0.3, 0.4, 0.5 },
  [MS_CORRUPTION_rotation] = { 10, 20, 30, 45, 60 },
  [MS_CORRUPTION_translation] = { 0.06, 0.12, 0.19, 0.25, 0.31 },
  [MS_CORRUPTION_zoom] = { 1.15, 1.3, 1.5, 1.75, 2 },
  [MS_CORRUPTION_occlusion] = { 0.2, 0.3, 0.4, 0.5, 0.6 },
  [MS_CORRUPTION_pixelate] = { 0.8, 0.65, 0.5, 0.4, 0.3 },
  [MS_CORRUPTION_quantise] = { 16, 8, 5, 3, 2 },
};

const char *
ms_corruption_name (MsCorruption kind)
{
  g_return_val_if_fail (kind >= 0 && kind < MS_N_CORRUPTIONS, NULL);
  return kinds[kind].name;
}

const char *
ms_corruption_title (MsCorruption kind)
{
  g_return_val_if_fail (kind >= 0 && kind < MS_N_CORRUPTIONS, NULL);
  return kinds[kind].title;
}

const char *
ms_corruption_what (MsCorruption kind)
{
  g_return_val_if_fail (kind >= 0 && kind < MS_N_CORRUPTIONS, NULL);
  return kinds[kind].what;
}

void
ms_corrupt (MsCorruption kind, int severity, guint64 seed, guint64 index, MsImageShape shape, const float *image,
            float *out)
{
  g_return_if_fail (kind >= 0 && kind < MS_N_CORRUPTIONS && severity >= 1 && severity <= MS_SEVERITIES);
  Work w = { shape, image, out, levels[kind][severity - 1],
             ms_rng_new (seed, MS_RNG_DATA, (guint32)(RNG_PLACE + kind), index) };
  kinds[kind].corrupt (&w);
  for (gsize i = 0; i < count_numbers (&w); i++)
    out[i] = CLAMP (out[i], 0, 1);
}
