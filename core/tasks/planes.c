/* SPDX-License-Identifier: MIT */

/* Points of a plane, in about [-1.2, 1.2] each way, in two classes of equal size. Each plane is one small function that
 * draws a point of a given class; jitter is added afterwards, so noise 0 shows the rule itself. */

#include "core/tasks/build.h"
#include "core/tasks/datasets.h"

#include "core/base/rng.h"

#include <math.h>

#define MAX_POINTS 1000000

typedef void (*DrawPoint) (MsRng *rng, int class, gsize i, double point[2]);

static double
between (MsRng *rng, double low, double high)
{
  return low + (high - low) * ms_rng_uniform (rng);
}

/* Two arms of 1.75 turns; points are even along the arm, so the radius grows with the square root. */
static void
draw_spirals (MsRng *rng, int class, gsize i, double point[2])
{
  double r = sqrt (between (rng, 0.002, 1)), angle = 1.75 * 2 * G_PI * r + class * G_PI;
  point[0] = r * sin (angle);
  point[1] = r * cos (angle);
}

/* A disc inside a ring. */
static void
draw_circles (MsRng *rng, int class, gsize i, double point[2])
{
  double r = sqrt (class == 0 ? between (rng, 0, 0.25) : between (rng, 0.49, 1)), angle = between (rng, 0, 2 * G_PI);
  point[0] = r * cos (angle);
  point[1] = r * sin (angle);
}

/* Class 0 where the signs agree; a narrow cross between the quadrants stays empty. */
static void
draw_xor (MsRng *rng, int class, gsize i, double point[2])
{
  double side = ms_rng_below (rng, 2) ? 1 : -1;
  point[0] = side * between (rng, 0.05, 1);
  point[1] = (class == 0 ? side : -side) * between (rng, 0.05, 1);
}

static void
draw_gaussians (MsRng *rng, int class, gsize i, double point[2])
{
  double centre = class == 0 ? 0.5 : -0.5;
  point[0] = centre + 0.18 * ms_rng_normal (rng);
  point[1] = centre + 0.18 * ms_rng_normal (rng);
}

/* Two half circles that reach into each other, scaled to the plane. */
static void
draw_moons (MsRng *rng, int class, gsize i, double point[2])
{
  double angle = between (rng, 0, G_PI), x = cos (angle), y = sin (angle);
  point[0] = ((class == 0 ? x : 1 - x) - 0.5) / 1.5;
  point[1] = ((class == 0 ? y : 0.5 - y) - 0.25) / 1.5;
}

/* Each quadrant follows a rule of its own: stripes (top left), rings (top right), a diagonal (bottom left), a chequered
 * board (bottom right). u and v run over [0, 1) inside the quadrant. */
static int
regime_class (int quadrant, double u, double v)
{
  switch (quadrant)
    {
    case 0: return (int) (u * 4) % 2;
    case 1: return (int) (hypot (u - 0.5, v - 0.5) / 0.16) % 2;
    case 2: return u + v > 1;
    default: return ((int) (u * 3) + (int) (v * 3)) % 2;
    }
}

static void
draw_regimes (MsRng *rng, int class, gsize i, double point[2])
{
  int quadrant = (int) (i / 2 % 4);
  double u, v;
  do
    {
      u = ms_rng_uniform (rng);
      v = ms_rng_uniform (rng);
    }
  while (regime_class (quadrant, u, v) != class); /* each class has about half of each quadrant */
  point[0] = quadrant % 2 == 0 ? u - 1 : u;
  point[1] = quadrant < 2 ? v : v - 1;
}

static bool
check_spec (const MsDatasetSpec *spec, GError **error)
{
  if (spec->n_examples < 4 || spec->n_examples > MAX_POINTS)
    g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s: %d points were asked for, 4 to %d can be drawn", spec->name,
                 spec->n_examples, MAX_POINTS);
  else if (!(spec->noise >= 0 && spec->noise <= 10))
    g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s: the noise must be from 0 to 10", spec->name);
  else
    return true;
  return false;
}

static MsDataset *
load_plane (const MsDatasetSpec *spec, DrawPoint draw, const char *source, GError **error)
{
  g_auto (MsExamples) examples = { 0 };
  if (!check_spec (spec, error) || !ms_examples_init (&examples, (gsize) spec->n_examples, 2, spec->name, error))
    return NULL;
  MsRng rng = ms_rng_new (spec->seed, MS_RNG_DATA, 0, 0), jitter = ms_rng_new (spec->seed, MS_RNG_DATA, 2, 0);
  for (gsize i = 0; i < examples.n; i++)
    {
      double point[2];
      examples.y[i] = (int) (i % 2);
      draw (&rng, examples.y[i], i, point);
      for (int d = 0; d < 2; d++)
        examples.x[2 * i + (gsize) d] = (float) (point[d] + spec->noise * ms_rng_normal (&jitter));
    }
  g_autoptr (MsDataset) self = ms_dataset_new (spec->name, source);
  self->plane = true;
  self->width = 2;
  self->n_classes = 2;
  if (!ms_dataset_split (self, &examples, spec->test_fraction, spec->seed, error))
    return NULL;
  return g_steal_pointer (&self);
}

#define PLANE(id, heading, text)                                                                                       \
  static MsDataset *load_##id (const MsDatasetSpec *spec, GError **error)                                              \
  {                                                                                                                    \
    return load_plane (spec, draw_##id, "generated: " text, error);                                                    \
  }                                                                                                                    \
  const MsDatasetKind ms_dataset_kind_##id                                                                             \
      = { .name = #id, .title = heading, .plane = true, .help = text, .load = load_##id };

PLANE (spirals, "Two spirals", "two spiral arms wound into each other")
PLANE (circles, "Circles", "a disc inside a ring")
PLANE (xor, "XOR", "four quadrants, opposite ones of the same class")
PLANE (gaussians, "Gaussians", "two round clouds of points")
PLANE (moons, "Moons", "two half moons that reach into each other")
PLANE (regimes, "Regimes", "four quarters with rules of their own: stripes, rings, a diagonal, a chequered board")
