/* SPDX-License-Identifier: MIT */

#include "ui/window/frame-stats.h"

#include "ui/widgets/thread-time.h"

struct MsFrameStats {
  MsFramePaint paint;
  MsFrameDone done;
  gpointer data;
  GdkFrameClock *clock; /* owned */
  gulong before, after;
  gint64 began, began_busy, told_at; /* told_at 0: this frame shows no new record */
  GArray *kept; /* of MsFrameTimes; NULL: nothing is kept */
};

static void
before_cb (GdkFrameClock *clock, MsFrameStats *self)
{
  self->began = g_get_monotonic_time ();
  self->began_busy = ms_thread_time ();
  self->told_at = 0;
}

static void
after_cb (GdkFrameClock *clock, MsFrameStats *self)
{
  gint64 now = g_get_monotonic_time ();
  MsFrameTimes times = {
    .frame = now - self->began,
    .busy = ms_thread_time () - self->began_busy,
    .paint = self->paint (self->data),
    .latency = now - self->told_at,
  };

  if (self->told_at == 0 || times.paint == 0)
    return;
  self->told_at = 0;
  if (self->kept != NULL)
    g_array_append_val (self->kept, times);
  self->done (&times, self->data);
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
  self->told_at = told_at;
}

void
ms_frame_stats_keep (MsFrameStats *self)
{
  g_clear_pointer (&self->kept, g_array_unref);
  self->kept = g_array_new (FALSE, FALSE, sizeof (MsFrameTimes));
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static void
add_quantiles (JsonBuilder *builder, const char *name, const GArray *kept, gsize offset)
{
  g_autofree gint64 *times = g_new0 (gint64, kept->len + 1);
  guint n = kept->len;

  for (guint i = 0; i < n; i++)
    times[i] = G_STRUCT_MEMBER (gint64, &g_array_index (kept, MsFrameTimes, i), offset);
  qsort (times, n, sizeof *times, compare_times);
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "median");
  json_builder_add_double_value (builder, (double) times[n / 2] / 1000);
  json_builder_set_member_name (builder, "p95");
  json_builder_add_double_value (builder, (double) times[n * 95 / 100] / 1000);
  json_builder_set_member_name (builder, "max");
  json_builder_add_double_value (builder, n > 0 ? (double) times[n - 1] / 1000 : 0);
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
  add_quantiles (builder, "frame_ms", self->kept, G_STRUCT_OFFSET (MsFrameTimes, frame));
  add_quantiles (builder, "busy_ms", self->kept, G_STRUCT_OFFSET (MsFrameTimes, busy));
  add_quantiles (builder, "paint_ms", self->kept, G_STRUCT_OFFSET (MsFrameTimes, paint));
  add_quantiles (builder, "latency_ms", self->kept, G_STRUCT_OFFSET (MsFrameTimes, latency));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
