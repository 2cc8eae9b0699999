/* SPDX-License-Identifier: MIT */

#include "ui/paint/sample.h"

#include "ui/paint/sample-digits.h"

#include <math.h>

#define SIDE 8
#define PATCH 2
#define PATCHES ((SIDE / PATCH) * (SIDE / PATCH))
#define STEPS 300

/* 5 x 7 letters: a row a byte, the leftmost pixel in bit 4. */
static const guint8 glyphs[10][7] = {
  { 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e }, { 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e },
  { 0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f }, { 0x0e, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0e },
  { 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 }, { 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e },
  { 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e }, { 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 },
  { 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e }, { 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c },
};

double
ms_sample_scatter (guint32 i)
{
  guint32 h = i * 2654435761u;

  h ^= h >> 15;
  h *= 2246822519u;
  h ^= h >> 13;
  h *= 3266489917u;
  h ^= h >> 16;
  return h / 4294967296.0;
}

static double
glyph_at (int digit, double x, double y)
{
  int column = (int) floor (x), row = (int) floor (y);

  if (column < 0 || column > 4 || row < 0 || row > 6)
    return 0;
  return glyphs[digit][row] >> (4 - column) & 1;
}

/* The glyph, shifted by a fraction of a pixel and blurred by that shift, with some grain. */
static void
draw_digit (float *image, int digit, guint32 salt)
{
  double dx = 1 + 0.55 * ms_sample_scatter (salt), dy = 0.6 * ms_sample_scatter (salt + 1), grain;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double fx = dx - floor (dx), fy = dy - floor (dy), gx = x - floor (dx), gy = y - floor (dy);
        double v = glyph_at (digit, gx, gy) * (1 - fx) * (1 - fy) + glyph_at (digit, gx - 1, gy) * fx * (1 - fy)
                   + glyph_at (digit, gx, gy - 1) * (1 - fx) * fy + glyph_at (digit, gx - 1, gy - 1) * fx * fy;

        grain = 0.85 + 0.15 * ms_sample_scatter (salt + 7 + (guint32) (y * SIDE + x));
        image[y * SIDE + x] = (float) (v * grain);
      }
}

double
ms_sample_patch_angle (const float *image, int p)
{
  int px = p % (SIDE / PATCH) * PATCH, py = p / (SIDE / PATCH) * PATCH;
  const float *a = image + py * SIDE + px;
  double mean = (double) (a[0] + a[1] + a[SIDE] + a[SIDE + 1]) / 4;
  double slope_x = (double) (a[1] + a[SIDE + 1] - a[0] - a[SIDE]),
         slope_y = (double) (a[SIDE] + a[SIDE + 1] - a[0] - a[1]);

  return 4.4 * mean + 1.9 * slope_x + 2.6 * slope_y + 2.1 * px / SIDE + 3.3 * py / SIDE;
}

static void
fill_probs (float *probs, int E, double angle, guint32 salt)
{
  double sum = 0;

  for (int e = 0; e < E; e++)
    {
      double logit = 1.7 * cos (angle - 2 * G_PI * e / E) + 2.6 * ms_sample_scatter (salt + (guint32) e);

      probs[e] = (float) exp (logit);
      sum += (double) probs[e];
    }
  for (int e = 0; e < E; e++)
    probs[e] = (float) ((double) probs[e] / sum);
}

/* The best of @probs that is not among the @n already in @chosen. */
static int
next_best (const float *probs, int E, const gint16 *chosen, int n)
{
  int best = -1;

  for (int e = 0; e < E; e++)
    {
      bool taken = false;

      for (int k = 0; k < n; k++)
        taken |= chosen[k] == e;
      if (!taken && (best < 0 || probs[e] > probs[best]))
        best = e;
    }
  return best;
}

/* Chooses from probs, first choices first, and drops what finds no place. */
static void
choose (MsRouting *routing)
{
  int T = routing->T, E = routing->E, K = routing->K;
  g_autofree int *used = g_new0 (int, E);

  for (int t = 0; t < T; t++)
    for (int k = 0; k < K; k++)
      routing->expert[t * K + k] = (gint16) next_best (routing->probs + (gsize) t * (gsize) E, E,
                                                       routing->expert + t * K, k);
  for (int k = 0; k < K; k++)
    for (int t = 0; t < T; t++)
      {
        int e = routing->expert[t * K + k];

        routing->gate[t * K + k] = routing->probs[(gsize) t * (gsize) E + (gsize) e];
        routing->load[e]++;
        routing->kept[t * K + k] = routing->capacity == 0 || used[e] < routing->capacity;
        used[e] += routing->kept[t * K + k];
        routing->dropped[e] += !routing->kept[t * K + k];
      }
}

static MsRouting *
sample_routing (const MsRecord *record, int block, int E, int K)
{
  int T = record->N * record->tokens, first = record->class_token ? 1 : 0;
  MsRouting *routing = ms_routing_new (T, E, K, 1);

  routing->layer = block;
  routing->router = g_strdup ("top-k");
  routing->capacity = (int) ceil (1.3 * T * K / E / 4) * 4;
  routing->gate = g_new0 (float, T * K);
  routing->probs = g_new0 (float, (gsize) T * (gsize) E);
  for (int t = 0; t < T; t++)
    {
      int n = t / record->tokens, p = t % record->tokens - first;
      double angle = p < 0 ? 4 : ms_sample_patch_angle (record->inputs + n * SIDE * SIDE, p);

      fill_probs (routing->probs + (gsize) t * (gsize) E, E, angle * (1 + 0.17 * block) + block,
                  (guint32) (t * 131 + block * 7919));
    }
  choose (routing);
  routing->importance_loss = 0.041;
  routing->load_loss = 0.062;
  return routing;
}

static void
fill_losses (MsRecord *record, gint64 step)
{
  double s = (double) step, noise = ms_sample_scatter ((guint32) step * 17 + 3) - 0.5;

  record->task_loss = 2.25 * exp (-s / 70) + 0.06 + 0.2 * noise * exp (-s / 220);
  record->importance_loss = 0.005 * (0.9 * exp (-s / 40) + 0.05 + 0.05 * fabs (noise));
  record->load_loss = 0.005 * (1.3 * exp (-s / 55) + 0.07 + 0.06 * fabs (noise));
  record->loss = record->task_loss + record->importance_loss + record->load_loss;
  record->train_error = floor (64 * CLAMP (0.86 * exp (-s / 60) + 0.02 + 0.07 * noise, 0, 1)) / 64;
}

static MsEvaluation
sample_evaluation (gint64 step)
{
  double s = (double) step, noise = ms_sample_scatter ((guint32) step + 5000) - 0.5;

  return (MsEvaluation) {
    .step = step, .examples = 360, .error = 0.83 * exp (-s / 66) + 0.022 + 0.01 * noise,
    .nll = 2.2 * exp (-s / 78) + 0.11 + 0.02 * noise, .ece = 0.012 + 0.05 * exp (-s / 50), .brier = 0.04,
  };
}

MsRecord *
ms_sample_step (const MsRecord *record, gint64 step)
{
  MsRecord *past = ms_record_new ();
  double early = exp (-(double) step / 60);

  past->step = step;
  past->provenance = MS_PROVENANCE_SAMPLE;
  fill_losses (past, step);
  past->n_routing = record->n_routing;
  past->routing = g_new0 (MsRouting *, record->n_routing);
  for (int l = 0; l < record->n_routing; l++)
    {
      int E = record->routing[l]->E;

      past->routing[l] = ms_routing_new (0, E, 1, 1);
      past->routing[l]->layer = record->routing[l]->layer;
      for (int e = 0; e < E; e++)
        {
          double fair = (double) record->N * record->tokens * record->routing[l]->K / E;
          double wave = 1 + early * 1.6 * cos (e * 2.4 + l) + 0.22 * cos ((double) step / (9 + e % 5) + e)
                        + 0.3 * (ms_sample_scatter ((guint32) (step * 64 + e + 900 * l)) - 0.5);

          past->routing[l]->load[e] = (int) MAX (0, fair * wave);
          past->routing[l]->dropped[e] = (int) MAX (0, fair * (wave - 1.3));
        }
    }
  if (step % 15 == 0)
    {
      past->evaluation = g_new (MsEvaluation, 1);
      *past->evaluation = sample_evaluation (step);
    }
  return past;
}

/* The steps up to the record's own. */
static MsHistory *
sample_history (const MsRecord *record)
{
  MsHistory *history = ms_history_new (1024);

  for (gint64 step = 1; step <= record->step; step++)
    {
      g_autoptr (MsRecord) past = ms_sample_step (record, step);

      ms_history_add (history, past);
    }
  return history;
}

static MsScene *
make_scene (MsRecord *record)
{
  MsScene *scene = g_new0 (MsScene, 1);

  record->evaluation = g_new0 (MsEvaluation, 1);
  *record->evaluation = sample_evaluation (record->step / 15 * 15);
  fill_losses (record, record->step);
  scene->record = record;
  scene->history = sample_history (record);
  scene->selection = MS_SELECTION_NONE;
  return scene;
}

MsScene *
ms_sample_digits_sized (int N, int E, int K, bool class_token)
{
  MsRecord *record = ms_record_new ();

  record->provenance = MS_PROVENANCE_SAMPLE;
  record->source = g_strdup ("digits");
  record->step = STEPS;
  record->epoch = 13.4;
  record->N = N;
  record->class_token = class_token;
  record->tokens = PATCHES + (class_token ? 1 : 0);
  record->height = record->width = SIDE;
  record->channels = 1;
  record->patch = PATCH;
  record->inputs = g_new0 (float, N * SIDE * SIDE);
  record->labels = g_new0 (int, N);
  record->C = 10;
  record->predictions = ms_predictions_new (1, N, 10);
  for (int n = 0; n < N; n++)
    {
      record->labels[n] = (int) (10 * ms_sample_scatter ((guint32) n + 77));
      draw_digit (record->inputs + n * SIDE * SIDE, record->labels[n], (guint32) n * 1009);
      for (int c = 0; c < 10; c++)
        record->predictions->probs[n * 10 + c] = c == record->labels[n] ? 0.91f : 0.01f;
    }
  record->n_routing = 2;
  record->routing = g_new0 (MsRouting *, 2);
  record->routing[0] = sample_routing (record, 1, E, K);
  record->routing[1] = sample_routing (record, 3, E, K);
  return make_scene (record);
}

MsScene *
ms_sample_digits (void)
{
  return ms_sample_digits_sized (64, 8, 1, false);
}

/* Two arms, half a turn apart. */
static void
spiral_point (int i, float *xy, int *label)
{
  double r = 0.1 + 0.9 * ms_sample_scatter ((guint32) i * 3 + 1), turn = 3.4 * G_PI * sqrt (r);

  *label = i % 2;
  xy[0] = (float) (r * cos (turn + G_PI * *label) + 0.06 * (ms_sample_scatter ((guint32) i * 3 + 2) - 0.5));
  xy[1] = (float) (r * sin (turn + G_PI * *label) + 0.06 * (ms_sample_scatter ((guint32) i * 3 + 3) - 0.5));
}

static double
spiral_probability (double x, double y)
{
  double r = hypot (x, y);

  return 1 / (1 + exp (-4.5 * cos (atan2 (y, x) - 3.4 * G_PI * sqrt (r)) * MIN (1, 2.5 * r)));
}

static int
spiral_expert (double x, double y)
{
  double turn = atan2 (y + 0.08 * sin (3 * x), x) / (2 * G_PI) + 0.5 + 0.05 * sin (4 * hypot (x, y));
  int sector = (int) floor (fmod (turn + 1, 1) * 5);

  return hypot (x, y) < 0.34 ? 5 : sector;
}

static MsSurface *
sample_surface (void)
{
  int W = 96, H = 96;
  MsSurface *surface = ms_surface_new (W, H, 2, 1);

  surface->x0 = surface->y0 = -1.2;
  surface->x1 = surface->y1 = 1.2;
  surface->E = 6;
  for (int j = 0; j < H; j++)
    for (int i = 0; i < W; i++)
      {
        double x = -1.2 + 2.4 * (i + 0.5) / W, y = 1.2 - 2.4 * (j + 0.5) / H, p = spiral_probability (x, y);

        surface->probs[(j * W + i) * 2] = (float) p;
        surface->probs[(j * W + i) * 2 + 1] = (float) (1 - p);
        surface->expert[j * W + i] = (gint16) spiral_expert (x, y);
      }
  return surface;
}

MsScene *
ms_sample_plane (void)
{
  int N = 128, n_points = 400;
  MsRecord *record = ms_record_new ();
  MsRouting *routing = ms_routing_new (N, 6, 1, 1);

  record->provenance = MS_PROVENANCE_SAMPLE;
  record->source = g_strdup ("spirals");
  record->step = STEPS;
  record->N = N;
  record->tokens = record->height = record->channels = 1;
  record->width = 2;
  record->plane = true;
  record->C = 2;
  record->inputs = g_new0 (float, N * 2);
  record->labels = g_new0 (int, N);
  record->n_points = n_points;
  record->points = g_new0 (float, n_points * 2);
  record->point_labels = g_new0 (int, n_points);
  for (int i = 0; i < n_points; i++)
    spiral_point (i, record->points + 2 * i, &record->point_labels[i]);
  routing->layer = 1;
  routing->router = g_strdup ("top-k");
  routing->gate = g_new0 (float, N);
  routing->probs = g_new0 (float, N * 6);
  for (int n = 0; n < N; n++)
    {
      spiral_point (n + 1000, record->inputs + 2 * n, &record->labels[n]);
      double x = (double) record->inputs[2 * n], y = (double) record->inputs[2 * n + 1];

      fill_probs (routing->probs + n * 6, 6, 2 * G_PI * spiral_expert (x, y) / 6, (guint32) n * 31);
    }
  choose (routing);
  record->n_routing = 1;
  record->routing = g_new0 (MsRouting *, 1);
  record->routing[0] = routing;
  record->surface = sample_surface ();
  return make_scene (record);
}
