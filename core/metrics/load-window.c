/* SPDX-License-Identifier: MIT */

#include "core/metrics/load-window.h"

#include <string.h>

MsLoadWindow *
ms_load_window_new (int n, int steps)
{
  g_return_val_if_fail (n >= 0 && steps >= 1, NULL);
  MsLoadWindow *self = g_new0 (MsLoadWindow, 1);
  self->n = n;
  self->steps = steps;
  self->step = g_new0 (gint64, steps);
  self->row = g_new0 (float, (gsize)steps * (gsize)n);
  self->sum = g_new0 (double, n);
  return self;
}

void
ms_load_window_free (MsLoadWindow *self)
{
  if (self == NULL)
    return;
  g_free (self->step);
  g_free (self->row);
  g_free (self->sum);
  g_free (self);
}

/* Row @i from the oldest. */
static int
place_of (const MsLoadWindow *self, int i)
{
  return (self->first + i) % self->steps;
}

static float *
row_of (const MsLoadWindow *self, int i)
{
  return self->row + (gsize)place_of (self, i) * (gsize)self->n;
}

void
ms_load_window_add (MsLoadWindow *self, gint64 step, const float *row)
{
  if (self->count == self->steps)
    {
      const float *oldest = row_of (self, 0);
      for (int i = 0; i < self->n; i++)
        self->sum[i] -= (double)oldest[i];
      self->first = place_of (self, 1);
      self->count--;
    }
  self->step[place_of (self, self->count)] = step;
  if (self->n > 0)
    memcpy (row_of (self, self->count), row, (gsize)self->n * sizeof *row);
  self->count++;
  for (int i = 0; i < self->n; i++)
    self->sum[i] += (double)row[i];
}

MsLoadWindow *
ms_load_window_copy (const MsLoadWindow *self, int steps)
{
  MsLoadWindow *copy = ms_load_window_new (self->n, steps);
  for (int i = MAX (0, self->count - steps); i < self->count; i++)
    ms_load_window_add (copy, self->step[place_of (self, i)], row_of (self, i));
  return copy;
}

void
ms_load_window_truncate (MsLoadWindow *self, gint64 step)
{
  for (; self->count > 0 && self->step[place_of (self, self->count - 1)] > step; self->count--)
    {
      const float *newest = row_of (self, self->count - 1);
      for (int i = 0; i < self->n; i++)
        self->sum[i] -= (double)newest[i];
    }
}

bool
ms_load_window_is_full (const MsLoadWindow *self)
{
  return self->count == self->steps;
}
