/* SPDX-License-Identifier: MIT */

#include "ui/window/frame-stats.h"

#include "ui/widgets/paint-budget.h"
#include "ui/widgets/thread-time.h"

/* All in microseconds. */
typedef struct {
  gint64 frame, busy, paint;
} Times;

struct MsFrameStats {
  MsFramePaint paint;
  MsFrameDone done;
  gpointer data;
  GdkFrameClock *clock; /* owned */
  gulong before, after;
  gint64 began, began_busy;
  gint64 told_at; /* of the record whose pictures are not all up to date; 0: all are */
  gint64 cost;    /* us, of that record so far */
  gint64 first;
  GArray *kept, *latencies; /* of Times, gint64; NULL: nothing is kept */
};

static void
before_cb (GdkFrameClock *clock, MsFrameStats *self)
{
  self->began = g_get_monotonic_time ();
  self->began_busy = ms_thread_time ();
}

/* All pictures show the record, or the next one is there already. */
static void
finish_record (MsFrameStats *self, gint64 now)
{
  gint64 latency = now - self->told_at;

  if (self->told_at == 0 || self->cost == 0)
    return;
  if (self->first == 0)
    self->first = now;
  if (self->latencies != NULL)
    g_array_append_val (self->latencies, latency);
  self->told_at = 0;
  self->done (self->cost, self->data);
  self->cost = 0;
}

static void
after_cb (GdkFrameClock *clock, MsFrameStats *self)
{
  gint64 now = g_get_monotonic_time ();
  Times times = { now - self->began, ms_thread_time () - self->began_busy, self->paint (self->data) };

  if (times.paint == 0)
    return;
  if (self->kept != NULL)
    g_array_append_val (self->kept, times);
  if (self->told_at != 0)
    self->cost += times.busy;
  if (!ms_paint_budget_waits (ms_paint_budget_of (clock)))
    finish_record (self, now);
}

MsFrameStats *
ms_frame_stats_new (MsFramePaint paint, MsFrameDone done, gpointer data)
{
  MsFrameStats *self = g_new0 (MsFrameStats, 1);

  self->paint = paint;
  self->done = done;
  self->data = data;
  return self;
}

static void
unwatch (MsFrameStats *self)
{
  if (self->clock == NULL)
    return;
  g_signal_handler_disconnect (self->clock, self->before);
  g_signal_handler_disconnect (self->clock, self->after);
  g_clear_object (&self->clock);
}

void
ms_frame_stats_free (MsFrameStats *self)
{
  if (self == NULL)
    return;
  unwatch (self);
  g_clear_pointer (&self->kept, g_array_unref);
  g_clear_pointer (&self->latencies, g_array_unref);
  g_free (self);
}

void
ms_frame_stats_watch (MsFrameStats *self, GtkWidget *widget)
{
  unwatch (self);
  self->clock = g_object_ref (gtk_widget_get_frame_clock (widget));
  self->before = g_signal_connect (self->clock, "before-paint", G_CALLBACK (before_cb), self);
  self->after = g_signal_connect (self->clock, "after-paint", G_CALLBACK (after_cb), self);
}

void
ms_frame_stats_shows (MsFrameStats *self, gint64 told_at)
{
  finish_record (self, g_get_monotonic_time ());
  self->told_at = told_at;
}

gint64
ms_frame_stats_first (const MsFrameStats *self)
{
  return self->first;
}

void
ms_frame_stats_keep (MsFrameStats *self)
{
  g_clear_pointer (&self->kept, g_array_unref);
  g_clear_pointer (&self->latencies, g_array_unref);
  self->kept = g_array_new (FALSE, FALSE, sizeof (Times));
  self->latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static void
add_member (JsonBuilder *builder, const char *name, gint64 time)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, (double) time / 1000);
}

/* Of the gint64 at @offset of each of the elements. */
static void
add_quantiles (JsonBuilder *builder, const char *name, const GArray *kept, gsize offset)
{
  g_autofree gint64 *times = g_new0 (gint64, kept->len + 1);
  guint n = kept->len;

  for (guint i = 0; i < n; i++)
    times[i] = G_STRUCT_MEMBER (gint64, kept->data + i * g_array_get_element_size ((GArray *) kept), offset);
  qsort (times, n, sizeof *times, compare_times);
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_member (builder, "median", times[n / 2]);
  add_member (builder, "p95", times[n * 95 / 100]);
  add_member (builder, "p99", times[n * 99 / 100]);
  add_member (builder, "max", n > 0 ? times[n - 1] : 0);
  json_builder_end_object (builder);
}

JsonNode *
ms_frame_stats_to_node (const MsFrameStats *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  g_return_val_if_fail (self->kept != NULL, NULL);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "frames");
  json_builder_add_int_value (builder, self->kept->len);
  add_quantiles (builder, "frame_ms", self->kept, G_STRUCT_OFFSET (Times, frame));
  add_quantiles (builder, "busy_ms", self->kept, G_STRUCT_OFFSET (Times, busy));
  add_quantiles (builder, "paint_ms", self->kept, G_STRUCT_OFFSET (Times, paint));
  add_quantiles (builder, "latency_ms", self->latencies, 0);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
