/* SPDX-License-Identifier: MIT */

#include "app/progress.h"
#include <unistd.h>

#define REDRAW_US 100000
#define BAR_WIDTH 30

struct MsProgress {
  char *label;
  gint64 first, total;
  gint64 started, drawn; /* us, monotonic */
  gint64 tenth;          /* of the last plain line */
  bool terminal, quiet, visible;
};

MsProgress *
ms_progress_new (const char *label, gint64 done, gint64 total, bool quiet)
{
  MsProgress *self = g_new0 (MsProgress, 1);
  self->label = g_strdup (label);
  self->first = done;
  self->total = MAX (total, 1);
  self->started = g_get_monotonic_time ();
  self->tenth = 10 * done / self->total;
  self->terminal = isatty (STDERR_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  self->quiet = quiet;
  return self;
}

void
ms_progress_free (MsProgress *self)
{
  if (self == NULL)
    return;
  ms_progress_end (self);
  g_free (self->label);
  g_free (self);
}

static void
draw_bar (MsProgress *self, gint64 done, const char *text, gint64 now)
{
  char bar[BAR_WIDTH + 1];
  int filled = (int) (BAR_WIDTH * CLAMP (done, 0, self->total) / self->total);
  for (int i = 0; i < BAR_WIDTH; i++)
    bar[i] = i < filled ? '#' : '.';
  bar[BAR_WIDTH] = '\0';
  double left = done > self->first
                  ? (double) (now - self->started) / (double) (done - self->first) * (double) (self->total - done) / 1e6
                  : 0;
  g_printerr ("\r\033[K%s [%s] %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "  %s  %.0f s left", self->label, bar, done,
              self->total, text, left);
  self->visible = true;
  self->drawn = now;
}

void
ms_progress_update (MsProgress *self, gint64 done, const char *text)
{
  gint64 now = g_get_monotonic_time ();
  gint64 tenth = 10 * done / self->total;
  if (self->terminal)
    {
      if (now - self->drawn >= REDRAW_US)
        draw_bar (self, done, text, now);
    }
  else if (!self->quiet && tenth > self->tenth)
    {
      g_printerr ("%s: step %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ", %s\n", self->label, done, self->total, text);
      self->tenth = tenth;
    }
}

void
ms_progress_end (MsProgress *self)
{
  if (self->visible)
    g_printerr ("\r\033[K");
  self->visible = false;
}
