/* SPDX-License-Identifier: MIT */

/* What showing the records costs, frame by frame: how long the main thread was busy with a frame that showed a new
 * record, how much of that was painting, and how old the record was when the frame was done. */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct MsFrameStats MsFrameStats;

/* All in microseconds. */
typedef struct {
  gint64 frame;   /* by the clock, as latency */
  gint64 busy;    /* processor time of the frame */
  gint64 paint;   /* of that, for painting pictures */
  gint64 latency; /* from telling the record to the end of its frame */
} MsFrameTimes;

/* Asked at the end of a frame: what was spent painting since the last call. */
typedef gint64 (*MsFramePaint) (gpointer data);

/* Called when a frame that showed a record is done. */
typedef void (*MsFrameDone) (const MsFrameTimes *times, gpointer data);

MsFrameStats *ms_frame_stats_new (MsFramePaint paint, MsFrameDone done, gpointer data);
void ms_frame_stats_free (MsFrameStats *stats);

/* Watches the frames of @widget, which must be realised. */
void ms_frame_stats_watch (MsFrameStats *stats, GtkWidget *widget);

/* Inside a frame: it shows a record that was told at @told_at. */
void ms_frame_stats_shows (MsFrameStats *stats, gint64 told_at);

/* From now on every frame is kept, for ms_frame_stats_to_node; without it nothing is. */
void ms_frame_stats_keep (MsFrameStats *stats);

/* {"frames", "frame_ms", "busy_ms", "paint_ms", "latency_ms": {"median", "p95", "max"}} of what was kept; transfer
 * full. */
JsonNode *ms_frame_stats_to_node (const MsFrameStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsFrameStats, ms_frame_stats_free)

G_END_DECLS
