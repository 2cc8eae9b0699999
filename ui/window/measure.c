/* SPDX-License-Identifier: MIT */

/* The benchmark of the window, run from within: slow stepping, then playing as fast as it goes. */
#include "ui/widgets/thread-time.h"
#include "ui/window/window-private.h"

#include <stdio.h>
#include <unistd.h>

#define BETWEEN_STEPS 150 /* ms */

typedef struct {
  MsWindow *window; /* owned */
  double seconds;
  MsMeasured done;
  gpointer data;
  JsonObject *result; /* owned */
  gint64 began, first_step;
  gint64 busy; /* us, of the main thread */
  JsonArray *memory; /* owned: MB, ten times over the time of playing */
} Measure;

/* Resident memory in MB; 0 where the system does not say. */
static double
resident_memory (void)
{
  g_autofree char *text = NULL;
  long pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%*s %ld", &pages);
  return (double) pages * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static gint64
newest_step (Measure *self)
{
  const MsHistory *history = ms_live_history (self->window->live);

  return history->n_points > 0 ? history->points[history->n_points - 1].last_step : 0;
}

static double
seconds_since (Measure *self)
{
  return (double) (g_get_monotonic_time () - self->began) / G_USEC_PER_SEC;
}

static void
finish (Measure *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, g_steal_pointer (&self->result));
  self->done (node, self->data);
  gtk_window_close (GTK_WINDOW (self->window));
  g_object_unref (self->window);
  g_free (self);
}

static gboolean
played_cb (gpointer data)
{
  Measure *self = data;
  JsonNode *node;

  if (seconds_since (self) >= self->seconds / 10 * (json_array_get_length (self->memory) + 1))
    json_array_add_double_element (self->memory, resident_memory ());
  if (seconds_since (self) < self->seconds)
    return G_SOURCE_CONTINUE;
  node = ms_frame_stats_to_node (self->window->stats);
  json_object_set_double_member (json_node_get_object (node), "steps_per_second",
                                 (double) (newest_step (self) - self->first_step) / seconds_since (self));
  json_object_set_double_member (json_node_get_object (node), "refresh", ms_live_refresh (self->window->live));
  json_object_set_double_member (json_node_get_object (node), "main_thread_share",
                                 ((double) (ms_thread_time () - self->busy) / G_USEC_PER_SEC) / seconds_since (self));
  json_object_set_array_member (json_node_get_object (node), "memory_mb", self->memory);
  json_object_set_member (self->result, "playing", node);
  json_object_set_double_member (self->result, "first_picture",
                                 (double) ms_frame_stats_first (self->window->stats) / G_USEC_PER_SEC);
  finish (self);
  return G_SOURCE_REMOVE;
}

static void
begin_playing (Measure *self)
{
  ms_window_set_speed (self->window, 0);
  ms_runner_play (ms_live_runner (self->window->live));
  ms_frame_stats_keep (self->window->stats);
  self->began = g_get_monotonic_time ();
  self->first_step = newest_step (self);
  self->busy = ms_thread_time ();
  self->memory = json_array_new ();
  g_timeout_add (100, played_cb, self);
}

static gboolean
step_cb (gpointer data)
{
  Measure *self = data;

  if (seconds_since (self) < self->seconds)
    {
      ms_runner_step (ms_live_runner (self->window->live), 1);
      return G_SOURCE_CONTINUE;
    }
  json_object_set_member (self->result, "stepping", ms_frame_stats_to_node (self->window->stats));
  begin_playing (self);
  return G_SOURCE_REMOVE;
}

static gboolean
wait_cb (gpointer data)
{
  Measure *self = data;
  bool ready = ms_live_record (self->window->live) != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->window));

  if (!ready && seconds_since (self) < 30)
    return G_SOURCE_CONTINUE;
  if (!ready)
    {
      finish (self);
      return G_SOURCE_REMOVE;
    }
  json_object_set_int_member (self->result, "width", gtk_widget_get_width (GTK_WIDGET (self->window)));
  json_object_set_int_member (self->result, "views", ms_window_count_views (self->window));
  json_object_set_int_member (self->result, "height", gtk_widget_get_height (GTK_WIDGET (self->window)));
  ms_frame_stats_keep (self->window->stats);
  self->began = g_get_monotonic_time ();
  g_timeout_add (BETWEEN_STEPS, step_cb, self);
  return G_SOURCE_REMOVE;
}

void
ms_window_measure (MsWindow *window, double seconds, MsMeasured done, gpointer data)
{
  Measure *self = g_new0 (Measure, 1);

  self->window = g_object_ref (window);
  self->seconds = seconds;
  self->done = done;
  self->data = data;
  self->result = json_object_new ();
  self->began = g_get_monotonic_time ();
  g_timeout_add (100, wait_cb, self);
}
