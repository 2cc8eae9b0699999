/* SPDX-License-Identifier: MIT */

#include "ui/paint/roc.h"

#include <math.h>
#include <string.h>

#define DIGIT_BITS 11
#define DIGITS 3 /* of DIGIT_BITS bits: all of a float */

/* A whole number that grows as the float falls. */
static guint32
falling_key (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
  return ~bits;
}

static float
key_value (guint32 key)
{
  guint32 bits = ~key;
  float value;

  bits = (bits & 0x80000000u) != 0 ? bits & 0x7fffffffu : ~bits;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* A copy of the scores, falling. Sorted by digits: pictures are drawn again with every step, of 10,000 examples too. */
static float *
sort_falling (const float *values, int n, int *kept)
{
  const guint32 mask = (1u << DIGIT_BITS) - 1;
  g_autofree guint32 *keys = g_new (guint32, MAX (1, n)), *other = g_new (guint32, MAX (1, n));
  float *sorted = g_new (float, MAX (1, n));

  *kept = 0;
  for (int i = 0; i < n; i++)
    if (!isnan (values[i]))
      keys[(*kept)++] = falling_key (values[i]);
  for (int d = 0; d < DIGITS; d++)
    {
      int start[1 << DIGIT_BITS] = { 0 }, shift = d * DIGIT_BITS, sum = 0;
      guint32 *swap = keys;

      for (int i = 0; i < *kept; i++)
        start[keys[i] >> shift & mask]++;
      for (guint32 b = 0; b <= mask; b++)
        {
          int count = start[b];

          start[b] = sum;
          sum += count;
        }
      for (int i = 0; i < *kept; i++)
        other[start[keys[i] >> shift & mask]++] = keys[i];
      keys = other;
      other = swap;
    }
  for (int i = 0; i < *kept; i++)
    sorted[i] = key_value (keys[i]);
  return sorted;
}

void
ms_roc_read (MsRoc *self, const float *known, int n_known, const float *foreign, int n_foreign)
{
  self->known = sort_falling (known, n_known, &self->n_known);
  self->foreign = sort_falling (foreign, n_foreign, &self->n_foreign);
}

void
ms_roc_clear (MsRoc *self)
{
  g_clear_pointer (&self->known, g_free);
  g_clear_pointer (&self->foreign, g_free);
}

bool
ms_roc_next (const MsRoc *self, MsRocPoint *point)
{
  float level;

  if (point->known >= self->n_known && point->foreign >= self->n_foreign)
    return false;
  if (point->known >= self->n_known)
    level = self->foreign[point->foreign];
  else if (point->foreign >= self->n_foreign)
    level = self->known[point->known];
  else
    level = MAX (self->known[point->known], self->foreign[point->foreign]);
  while (point->known < self->n_known && self->known[point->known] >= level)
    point->known++;
  while (point->foreign < self->n_foreign && self->foreign[point->foreign] >= level)
    point->foreign++;
  point->threshold = (double) level;
  return true;
}

bool
ms_roc_catching (const MsRoc *self, double share, MsRocPoint *point)
{
  *point = (MsRocPoint) { 0 };
  while (ms_roc_next (self, point))
    if (self->n_foreign > 0 && point->foreign >= share * self->n_foreign)
      return true;
  return false;
}

static int
count_between (const float *sorted, int n, double lo, double hi, bool last)
{
  int count = 0;

  for (int i = 0; i < n; i++)
    count += (double) sorted[i] >= lo && ((double) sorted[i] < hi || (last && (double) sorted[i] <= hi));
  return count;
}

MsRocPoint
ms_roc_count (const MsRoc *self, double lo, double hi, bool last)
{
  return (MsRocPoint) { count_between (self->known, self->n_known, lo, hi, last),
                        count_between (self->foreign, self->n_foreign, lo, hi, last), lo };
}

void
ms_roc_path (cairo_t *cr, const MsRoc *self, const MsAxis *across, const MsAxis *up)
{
  double last_x = ms_axis_at (across, 0), last_y = ms_axis_at (up, 0);
  MsRocPoint point = { 0 };

  if (self->n_known < 1 || self->n_foreign < 1)
    return;
  cairo_move_to (cr, last_x, last_y);
  while (ms_roc_next (self, &point))
    {
      double x = ms_axis_at (across, (double) point.known / self->n_known);
      double y = ms_axis_at (up, (double) point.foreign / self->n_foreign);

      if (fabs (x - last_x) + fabs (y - last_y) < 0.5
          && (point.known < self->n_known || point.foreign < self->n_foreign))
        continue;
      cairo_line_to (cr, x, y);
      last_x = x;
      last_y = y;
    }
}
