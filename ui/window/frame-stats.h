/* SPDX-License-Identifier: MIT */

/* What showing the records costs, frame by frame: how long the main thread was busy with a frame that brought pictures
 * up to date, how much of that was painting, and how old a record was when all pictures showed it. */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct MsFrameStats MsFrameStats;

/* Asked at the end of a frame: how many microseconds were spent painting since the last call. */
typedef gint64 (*MsFramePaint) (gpointer data);

/* Called when a record has been shown, as far as there was time for it: @cost microseconds of the main thread. */
typedef void (*MsFrameDone) (gint64 cost, gpointer data);

MsFrameStats *ms_frame_stats_new (MsFramePaint paint, MsFrameDone done, gpointer data);
void ms_frame_stats_free (MsFrameStats *stats);

/* Watches the frames of @widget, which must be realised. */
void ms_frame_stats_watch (MsFrameStats *stats, GtkWidget *widget);

/* A record that was told at @told_at is shown from this frame on. */
void ms_frame_stats_shows (MsFrameStats *stats, gint64 told_at);

/* When the first record was on the screen, by g_get_monotonic_time; 0: not yet. */
gint64 ms_frame_stats_first (const MsFrameStats *stats);

/* From now on every frame that paints is kept, for ms_frame_stats_to_node; without it nothing is. */
void ms_frame_stats_keep (MsFrameStats *stats);

/* {"frames", "frame_ms", "busy_ms", "paint_ms", "latency_ms"} of what was kept, each of the last four {"median", "p95",
 * "p99", "max"}: a frame by the clock, the main thread's work in it, of that the painting of pictures; and from telling
 * a record until all pictures showed it. Transfer full. */
JsonNode *ms_frame_stats_to_node (const MsFrameStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsFrameStats, ms_frame_stats_free)

G_END_DECLS
