/* SPDX-License-Identifier: MIT */

/* The saved states: a cache within a budget, sparser with age. Whatever is dropped can be computed again. */
#include "core/train/timeline-private.h"

#include "core/train/session-private.h"

#define SAVE_EVERY 32 /* steps; at most so many have to be stepped again near the present */

static MsSavedState *
state_at (const MsTimelineBranch *branch, guint i)
{
  return &g_array_index (branch->states, MsSavedState, i);
}

int
ms_timeline_find_state (const MsTimelineBranch *branch, gint64 step)
{
  int i = (int) branch->states->len - 1;

  while (i >= 0 && state_at (branch, (guint) i)->step > step)
    i--;
  return i;
}

static void
drop (MsTimeline *self, MsTimelineBranch *branch, guint i)
{
  self->bytes -= g_bytes_get_size (state_at (branch, i)->state);
  g_array_remove_index (branch->states, i);
}

/* The gap that would be without it, in proportion to its age. */
static double
use_of (const MsTimeline *self, const MsTimelineBranch *branch, guint i)
{
  gint64 before = i > 0 ? state_at (branch, i - 1)->step : branch->from;
  gint64 after = i + 1 < branch->states->len ? state_at (branch, i + 1)->step : branch->to;

  return (double) (after - before) / (double) (self->tick - state_at (branch, i)->tick + 1);
}

static bool
drop_least_useful (MsTimeline *self)
{
  double least = G_MAXDOUBLE;
  MsTimelineBranch *where = NULL;
  guint found = 0;

  for (guint b = 0; b < self->branches->len; b++)
    {
      MsTimelineBranch *branch = self->branches->pdata[b];

      for (guint i = 0; i < branch->states->len; i++)
        if (use_of (self, branch, i) < least)
          {
            least = use_of (self, branch, i);
            where = branch;
            found = i;
          }
    }
  if (where != NULL)
    drop (self, where, found);
  return where != NULL;
}

void
ms_timeline_prune (MsTimeline *self)
{
  while (self->bytes > self->max_bytes && drop_least_useful (self))
    continue;
}

/* A state may be most of the budget: then it would only be copied to be dropped again. */
static bool
fits (const MsTimeline *self, const MsSession *session)
{
  return 2 * ms_session_state_size (session) <= self->max_bytes;
}

void
ms_timeline_save_state (MsTimeline *self, MsTimelineBranch *branch, MsSession *session)
{
  gint64 step = ms_session_get_step (session);
  int i = ms_timeline_find_state (branch, step);

  if (!fits (self, session) || (i >= 0 && state_at (branch, (guint) i)->step == step))
    return;

  MsSavedState saved = { step, self->tick, ms_session_save_state (session) };
  g_array_insert_val (branch->states, i + 1, saved);
  self->bytes += g_bytes_get_size (saved.state);
  ms_timeline_prune (self);
}

void
ms_timeline_save_if_due (MsTimeline *self, MsTimelineBranch *branch, MsSession *session)
{
  gint64 step = ms_session_get_step (session);
  gint64 last = branch->states->len > 0 ? state_at (branch, branch->states->len - 1)->step : branch->from;

  if (step - last >= SAVE_EVERY)
    ms_timeline_save_state (self, branch, session);
}

void
ms_timeline_leave (MsTimeline *self, MsSession *session)
{
  ms_timeline_save_state (self, ms_timeline_branch (self, self->now.branch), session);
}
