/* SPDX-License-Identifier: MIT */

/* Going back in time: saved states, sparser with age, and the log of live changes between them. */
#include "core/train/timeline.h"

#define SAVE_EVERY 32 /* steps; at most so many have to be stepped again near the present */

typedef struct {
  gint64 step;
  GBytes *state; /* owned */
} SavedState;

/* The values in force for every step after @step, until the next change. */
typedef struct {
  gint64 step;
  MsExperiment *experiment; /* owned */
} Change;

struct MsTimeline {
  gsize max_bytes, bytes;
  GArray *states;  /* of SavedState, by step; the first is where the run began and is never dropped */
  GArray *changes; /* of Change, by step */
};

static void
saved_state_clear (gpointer data)
{
  g_bytes_unref (((SavedState *) data)->state);
}

static void
change_clear (gpointer data)
{
  ms_experiment_unref (((Change *) data)->experiment);
}

static SavedState *
state_at (const MsTimeline *self, guint i)
{
  return &g_array_index (self->states, SavedState, i);
}

static Change *
change_at (const MsTimeline *self, guint i)
{
  return &g_array_index (self->changes, Change, i);
}

static void
drop_state (MsTimeline *self, guint i)
{
  self->bytes -= g_bytes_get_size (state_at (self, i)->state);
  g_array_remove_index (self->states, i);
}

static void
forget_after (MsTimeline *self, gint64 step)
{
  while (self->states->len > 0 && state_at (self, self->states->len - 1)->step > step)
    drop_state (self, self->states->len - 1);
  while (self->changes->len > 0 && change_at (self, self->changes->len - 1)->step > step)
    g_array_set_size (self->changes, self->changes->len - 1);
}

/* The state whose loss leaves the smallest gap in proportion to its age; neither the first nor the newest. */
static guint
least_useful (const MsTimeline *self)
{
  gint64 now = state_at (self, self->states->len - 1)->step;
  double least = G_MAXDOUBLE;
  guint found = 1;

  for (guint i = 1; i + 1 < self->states->len; i++)
    {
      double gap = (double) (state_at (self, i + 1)->step - state_at (self, i - 1)->step);
      double use = gap / (double) (now - state_at (self, i)->step + 1);

      if (use < least)
        {
          least = use;
          found = i;
        }
    }
  return found;
}

static bool
state_is_due (const MsTimeline *self, gint64 step)
{
  if (self->states->len == 0)
    return true;
  /* One state may be most of the budget: then a second one would only be copied to be dropped again. */
  if (2 * g_bytes_get_size (state_at (self, 0)->state) > self->max_bytes)
    return false;
  return step - state_at (self, self->states->len - 1)->step >= SAVE_EVERY;
}

static void
note_change (MsTimeline *self, MsSession *session)
{
  gint64 step = ms_session_get_step (session);
  MsExperiment *experiment = (MsExperiment *) ms_session_experiment (session);
  Change change = { step, NULL };

  if (self->changes->len > 0)
    {
      Change *last = change_at (self, self->changes->len - 1);
      if (last->experiment == experiment || ms_experiment_equal (last->experiment, experiment))
        return;
      if (last->step == step)
        g_array_set_size (self->changes, self->changes->len - 1);
    }
  change.experiment = ms_experiment_ref (experiment);
  g_array_append_val (self->changes, change);
}

/* Sets the values that were in force for the step after the session's. */
static bool
apply_change (const MsTimeline *self, MsSession *session, GError **error)
{
  gint64 step = ms_session_get_step (session);
  const MsExperiment *wanted = NULL;

  for (guint i = 0; i < self->changes->len && change_at (self, i)->step <= step; i++)
    wanted = change_at (self, i)->experiment;
  if (wanted == NULL || ms_experiment_equal (wanted, ms_session_experiment (session)))
    return true;
  return ms_session_change (session, wanted, error);
}

MsTimeline *
ms_timeline_new (gsize max_bytes)
{
  MsTimeline *self = g_new0 (MsTimeline, 1);

  self->max_bytes = max_bytes;
  self->states = g_array_new (FALSE, FALSE, sizeof (SavedState));
  self->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_array_set_clear_func (self->states, saved_state_clear);
  g_array_set_clear_func (self->changes, change_clear);
  return self;
}

void
ms_timeline_free (MsTimeline *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->states);
  g_array_unref (self->changes);
  g_free (self);
}

void
ms_timeline_clear (MsTimeline *self)
{
  g_array_set_size (self->states, 0);
  g_array_set_size (self->changes, 0);
  self->bytes = 0;
}

void
ms_timeline_note (MsTimeline *self, MsSession *session)
{
  gint64 step = ms_session_get_step (session);

  forget_after (self, step);
  note_change (self, session);
  if (!state_is_due (self, step))
    return;

  SavedState saved = { step, ms_session_save_state (session) };
  g_array_append_val (self->states, saved);
  self->bytes += g_bytes_get_size (saved.state);
  while (self->bytes > self->max_bytes && self->states->len > 2)
    drop_state (self, least_useful (self));
}

bool
ms_timeline_rewind (MsTimeline *self, MsSession *session, gint64 step, GError **error)
{
  gint64 now = ms_session_get_step (session);
  guint i = self->states->len;

  while (i > 0 && state_at (self, i - 1)->step > step)
    i--;
  if (i == 0 || step > now)
    {
      gint64 first = self->states->len > 0 ? state_at (self, 0)->step : now;
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                   "step %" G_GINT64_FORMAT " is not in this run, which goes from step %" G_GINT64_FORMAT
                   " to %" G_GINT64_FORMAT, step, first, now);
      return false;
    }

  if (!ms_session_restore_state (session, state_at (self, i - 1)->state, error) || !apply_change (self, session, error))
    return false;
  while (ms_session_get_step (session) < step)
    {
      g_autoptr (MsRecord) record = ms_session_step (session, MS_DETAIL_SCALARS, error);
      if (record == NULL || !apply_change (self, session, error))
        return false;
    }
  forget_after (self, step);
  return true;
}

gsize
ms_timeline_bytes (const MsTimeline *self)
{
  return self->bytes;
}
