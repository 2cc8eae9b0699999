/* SPDX-License-Identifier: MIT */

/* What the runner tells: the newest record, where it came to, what failed, was saved, or made it stop, and what was
 * asked of it. */
#include "ui/window/window-private.h"

#include <math.h>

static const char *
origin_text (const MsRecord *record)
{
  switch (record->provenance)
    {
    case MS_PROVENANCE_LIVE: return "live";
    case MS_PROVENANCE_CHECKPOINT: return "checkpoint";
    case MS_PROVENANCE_TRACE: return "trace";
    case MS_PROVENANCE_SAMPLE: break;
    }
  return "sample";
}

static void
show_header (MsWindow *self, const MsRecord *record)
{
  g_autofree char *origin = NULL, *step = NULL, *epoch = NULL, *title = NULL;

  origin = g_strdup_printf ("%s · seed %" G_GUINT64_FORMAT " ·", origin_text (record), record->seed);
  step = g_strdup_printf ("step %" G_GINT64_FORMAT, record->step);
  epoch = isfinite (record->epoch) ? g_strdup_printf ("· epoch %.*f", record->epoch < 10 ? 1 : 0, record->epoch)
                                   : g_strdup ("");
  title = g_strdup_printf ("%s – Moescope", record->source);
  gtk_label_set_text (self->title_label, record->source);
  gtk_label_set_text (self->origin_label, origin);
  gtk_label_set_text (self->step_label, step);
  gtk_label_set_text (self->epoch_label, epoch);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* Playing goes on beyond the run's length; that it has been reached is worth a word. */
static void
tell_when_done (MsWindow *self, const MsRecord *record)
{
  const MsExperiment *experiment = ms_live_experiment (self->live);
  g_autofree char *sentence = NULL;
  gint64 length;

  if (experiment == NULL)
    return;
  length = ms_experiment_int (experiment, MS_KEY_RUN_STEPS);
  if (record->step < length)
    {
      self->told_done = false;
      return;
    }
  if (self->told_done || record->step > length + 1000)
    return;
  self->told_done = true;
  sentence = g_strdup_printf ("The %" G_GINT64_FORMAT " steps of this experiment are done; playing goes on", length);
  ms_window_toast (self, sentence);
}

void
ms_window_show_play_state (MsWindow *self)
{
  MsRunnerState state = ms_live_state (self->live);
  bool playing = self->compare != NULL ? ms_compare_is_playing (self->compare) : state == MS_RUNNER_PLAYING;
  const char *label = playing ? "Pause" : "Play";

  if (g_strcmp0 (gtk_button_get_label (self->play_button), label) != 0)
    gtk_button_set_label (self->play_button, label);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button),
                               playing ? "Stop after this batch (Space)" : "Train, batch after batch (Space)");
  ms_window_set_settled (self, !playing);
  ms_window_update_actions (self);
}

static void
news_cb (MsLive *live, MsWindow *self)
{
  const MsRecord *record = ms_live_record (live);

  ms_window_add_watched (self);
  ms_window_follow_stages (self);
  ms_window_show_play_state (self);
  ms_window_show_undo (self);
  ms_window_follow_rows (self);
  if (record == NULL || !ms_live_is_new (live))
    {
      ms_window_show_record (self); /* scenes may point to what is no more: branches, alerts, histories */
      return;
    }
  gtk_stack_set_visible_child_name (self->stack, "views");
  show_header (self, record);
  tell_when_done (self, record);
  ms_window_show_record (self);
  ms_frame_stats_shows (self->stats, ms_live_told_at (live));
}

/* The rows show what was last asked for; they follow the session when it says no, or when nothing is on its way. */
void
ms_window_sync_rows (MsWindow *self, bool refused)
{
  const MsExperiment *now = ms_live_experiment (ms_window_steered (self));

  if (now == NULL || (self->sent != NULL && !refused && !ms_experiment_equal (self->sent, now)))
    return;
  g_clear_pointer (&self->sent, ms_experiment_unref);
  ms_rows_set_experiment (self->rows, now);
}

/* The rows follow what was undone, or gone to. */
void
ms_window_follow_rows (MsWindow *self)
{
  const MsExperiment *now = ms_live_experiment (ms_window_steered (self));

  if (self->second != NULL)
    ms_window_show_contrast (self);
  if (now == self->seen)
    return;
  g_clear_pointer (&self->seen, ms_experiment_unref);
  self->seen = now != NULL ? ms_experiment_ref ((MsExperiment *) now) : NULL;
  ms_window_sync_rows (self, false);
}

static void
restarted_cb (MsLive *live, MsWindow *self)
{
  ms_window_take_awaited (self);
  g_clear_pointer (&self->opening, ms_experiment_unref);
  ms_window_sync_rows (self, false);
  self->selection.step = MS_NONE;
  ms_window_restart_watch (self);
  if (self->rebuilding && self->sent == NULL)
    ms_window_toast (self, "Model rebuilt, at step 0");
  self->rebuilding = self->rebuilding && self->sent != NULL;
}

static void
failed_cb (MsLive *live, const char *sentence, MsWindow *self)
{
  self->rebuilding = false;
  g_clear_pointer (&self->awaited, g_free);
  self->stage_asked = false; /* the look that was asked for may be what failed */
  ms_window_sync_rows (self, true);
  ms_window_show_failure (self, sentence);
}

static void
saved_cb (MsLive *live, const char *path, MsWindow *self)
{
  g_autofree char *name = g_path_get_basename (path), *sentence = g_strdup_printf ("Saved %s", name);

  ms_window_toast (self, sentence);
}

static void
stopped_cb (MsLive *live, const char *words, MsWindow *self)
{
  g_autofree char *sentence = g_strdup_printf ("Paused: %s", words);

  ms_window_toast (self, sentence);
}

static void
command_cb (MsLive *live, const char *command, MsWindow *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), command);
  ms_window_toast (self, "Command line copied");
}

static void
copy_cb (MsLive *live, const MsCopy *copy, MsWindow *self)
{
  ms_window_compare_copy (self, copy);
}

static void
kept_cb (MsLive *live, const MsKept *kept, MsWindow *self)
{
  ms_window_take_kept (self, kept);
}

void
ms_window_connect_live (MsWindow *self)
{
  g_signal_connect_object (self->live, "news", G_CALLBACK (news_cb), self, 0);
  g_signal_connect_object (self->live, "restarted", G_CALLBACK (restarted_cb), self, 0);
  g_signal_connect_object (self->live, "failed", G_CALLBACK (failed_cb), self, 0);
  g_signal_connect_object (self->live, "saved", G_CALLBACK (saved_cb), self, 0);
  g_signal_connect_object (self->live, "stopped", G_CALLBACK (stopped_cb), self, 0);
  g_signal_connect_object (self->live, "command", G_CALLBACK (command_cb), self, 0);
  g_signal_connect_object (self->live, "copy", G_CALLBACK (copy_cb), self, 0);
  g_signal_connect_object (self->live, "kept", G_CALLBACK (kept_cb), self, 0);
}
