/* SPDX-License-Identifier: MIT */

/* Computing moments again: the way to a moment is a chain of branches; the session goes along it from the nearest place
 * whose state is at hand, through all changes and edits. */
#include "core/train/timeline-private.h"

#include "core/train/session-private.h"

#include <string.h>

/* A branch on the way, up to step @end, where the next one begins. */
typedef struct {
  MsTimelineBranch *branch;
  gint64 end;
} Leg;

/* Where to begin: in leg @leg with the saved state @state; NULL: with the session as it is, or where the root began. */
typedef struct {
  guint leg;
  gint64 step;
  GBytes *state; /* owned reference */
  bool anew;     /* where the root began */
} Start;

/* What a session was, to get back to it. */
typedef struct {
  GBytes *state;
  MsForce force;
} Kept;

static void
kept_clear (Kept *self)
{
  g_clear_pointer (&self->state, g_bytes_unref);
  ms_force_clear (&self->force);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

static void
keep (Kept *self, MsSession *session)
{
  MsForce force = ms_force_of (session);

  self->state = ms_session_save_state (session);
  ms_force_set (&self->force, force.experiment, force.interventions);
}

static void
put_back (const Kept *self, MsSession *session)
{
  if (!ms_session_restore_state (session, self->state, NULL) || !ms_force_apply (&self->force, session, NULL))
    g_critical ("a session's own state does not fit it");
}

/* The way from where it all began to step @step of @branch, which it has. Elements are Legs. */
static GArray *
way_to (MsTimelineBranch *branch, gint64 step)
{
  GArray *way = g_array_new (FALSE, FALSE, sizeof (Leg));

  for (; branch != NULL; step = branch->from, branch = branch->parent)
    {
      Leg leg = { branch, step };
      g_array_prepend_val (way, leg);
    }
  return way;
}

static const Leg *
leg_at (const GArray *way, guint i)
{
  return &g_array_index (way, Leg, i);
}

/* @here: where the session is, if that is of the same root; the session itself will do if it is on the way. */
static Start
find_start (const GArray *way, const MsMoment *here)
{
  for (guint i = way->len; i > 0; i--)
    {
      const Leg *leg = leg_at (way, i - 1);
      int found = ms_timeline_find_state (leg->branch, leg->end);
      const MsSavedState *saved = found >= 0 ? &g_array_index (leg->branch->states, MsSavedState, found) : NULL;

      if (here != NULL && here->branch == leg->branch->id && here->step <= leg->end
          && (saved == NULL || saved->step <= here->step))
        return (Start){ i - 1, here->step, NULL, false };
      if (saved != NULL)
        return (Start){ i - 1, saved->step, g_bytes_ref (saved->state), false };
    }
  return (Start){ 0, leg_at (way, 0)->branch->from, NULL, true };
}

/* The newest step on the way after @start (or there, if the root is begun anew) after which the test split was
 * measured: nothing remains of those before it. */
static MsMoment
find_measured (const GArray *way, const Start *start)
{
  for (guint i = way->len; i > start->leg; i--)
    {
      const Leg *leg = leg_at (way, i - 1);
      gint64 first = i - 1 == start->leg ? start->step + (start->anew ? 0 : 1) : leg->branch->from + 1;
      gint64 step = ms_timeline_measured (leg->branch, first, leg->end);

      if (step >= 0)
        return (MsMoment){ leg->branch->id, step };
    }
  return (MsMoment){ -1, 0 };
}

static bool
is_cancelled (const MsTimeline *self, GError **error)
{
  if (self->cancelled == NULL || !self->cancelled (self->cancelled_data))
    return false;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "something else was asked for");
  return true;
}

/* Steps along @leg up to its end. */
static bool
walk (const MsTimeline *self, MsSession *session, const Leg *leg, const MsMoment *measured, GError **error)
{
  for (;;)
    {
      g_autoptr (MsRecord) record = NULL;
      gint64 step = ms_session_get_step (session);

      if (measured->branch == leg->branch->id && measured->step == step)
        ms_session_evaluate (session, NULL);
      if (step >= leg->end)
        return true;
      if (is_cancelled (self, error) || !ms_force_apply (ms_timeline_force_at (leg->branch, step), session, error)
          || (record = ms_session_step (session, MS_DETAIL_SCALARS, error)) == NULL)
        return false;
    }
}

static bool
go_to_start (MsSession *session, const GArray *way, const Start *start, GError **error)
{
  const MsTimelineBranch *root = leg_at (way, 0)->branch;

  if (start->state != NULL)
    return ms_session_restore_state (session, start->state, error);
  if (!start->anew)
    return true;
  if (root->opened == NULL)
    ms_session_reset (session);
  else if (!ms_session_restore_state (session, root->opened, error))
    return false;
  if (ms_session_get_step (session) == root->from)
    return ms_force_apply (&root->inherited, session, error);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "branch %d begins after step %" G_GINT64_FORMAT ", but what it began with is after step %"
               G_GINT64_FORMAT, root->id, root->from, ms_session_get_step (session));
  return false;
}

/* @session is of the way's root, and if it is at a moment of the timeline, at @here. On failure it is anywhere. */
static bool
travel (MsTimeline *self, MsSession *session, const GArray *way, const MsMoment *here, GError **error)
{
  Start start = find_start (way, here);
  g_autoptr (GBytes) state = start.state; /* what follows may drop it */
  MsMoment measured = find_measured (way, &start);

  if (!go_to_start (session, way, &start, error))
    return false;
  for (guint i = start.leg; i < way->len; i++)
    {
      const Leg *leg = leg_at (way, i);

      if (i > start.leg && leg->branch->edited && !ms_session_edit (session, &leg->branch->edit, error))
        return false;
      if (!walk (self, session, leg, &measured, error))
        return false;
    }

  const Leg *last = leg_at (way, way->len - 1);
  if (!ms_force_apply (ms_timeline_force_at (last->branch, last->end), session, error))
    return false;
  if (last->end > start.step)
    ms_timeline_save_state (self, last->branch, session);
  return true;
}

static bool
same_data (const MsExperiment *a, const MsExperiment *b)
{
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);

      if (g_str_has_prefix (key->key, "task.") && key->effect == MS_EFFECT_REBUILD
          && strcmp (ms_experiment_text (a, key->id), ms_experiment_text (b, key->id)) != 0)
        return false;
    }
  return true;
}

/* A session on the model of @root, wherever it stands. @like: the present one. */
static MsSession *
build (const MsTimelineBranch *root, const MsSession *like, GError **error)
{
  const MsExperiment *experiment = root->inherited.experiment;
  g_autoptr (MsDataset) dataset = same_data (experiment, like->experiment) ? ms_dataset_ref (like->dataset)
                                                                          : ms_session_load_data (experiment, error);
  MsSession *session;

  if (dataset == NULL)
    return NULL;
  session = ms_session_new_blank (experiment, root->name, dataset, like->n_threads, error);
  if (session != NULL && root->opened != NULL)
    {
      session->opened = g_bytes_ref (root->opened);
      session->start = g_strdup (root->start);
    }
  return session;
}

static bool
find_owner (const MsTimeline *self, MsMoment moment, MsTimelineBranch **branch, GError **error)
{
  MsTimelineBranch *asked = ms_timeline_branch (self, moment.branch);

  *branch = ms_timeline_owner (asked, moment.step);
  if (*branch != NULL)
    return true;
  if (asked == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "there is no branch %d in this run, which has %u", moment.branch,
                 self->branches->len);
  else
    g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                 "step %" G_GINT64_FORMAT " is not in this branch, which goes from step %" G_GINT64_FORMAT
                 " to %" G_GINT64_FORMAT, moment.step, ms_timeline_root (asked)->from, asked->to);
  return false;
}

static bool
is_of_root (const MsTimeline *self, const MsTimelineBranch *branch)
{
  return ms_timeline_root (branch) == ms_timeline_root (ms_timeline_branch (self, self->now.branch));
}

/* Within the model that is there. */
static bool
go_within (MsTimeline *self, MsSession *session, const GArray *way, GError **error)
{
  g_auto (Kept) kept = { NULL, { NULL, NULL } };

  keep (&kept, session);
  if (travel (self, session, way, &self->now, error))
    return true;
  put_back (&kept, session);
  return false;
}

MsSession *
ms_timeline_go (MsTimeline *self, MsSession *session, MsMoment moment, GError **error)
{
  g_autoptr (MsSession) other = NULL;
  g_autoptr (GArray) way = NULL;
  MsTimelineBranch *branch;

  if (!find_owner (self, moment, &branch, error))
    return NULL;
  way = way_to (branch, moment.step);
  ms_timeline_leave (self, session);
  if (is_of_root (self, branch))
    {
      if (!go_within (self, session, way, error))
        return NULL;
    }
  else
    {
      if ((other = build (leg_at (way, 0)->branch, session, error)) == NULL
          || !travel (self, other, way, NULL, error))
        return NULL;
      ms_session_free (session);
      session = g_steal_pointer (&other);
    }
  self->now = (MsMoment){ branch->id, moment.step };
  return session;
}

/* The step that follows where @session is, which was @step of @branch, with its measurement if it had one. */
static MsRecord *
make_record (const MsTimelineBranch *branch, MsSession *session, gint64 step, MsDetail detail, GError **error)
{
  MsRecord *record = ms_session_step (session, detail, error);

  if (record != NULL && ms_timeline_measured (branch, step, step) == step && ms_session_evaluate (session, NULL))
    ms_session_stamp (session, record);
  return record;
}

/* Where a branch began anew there is no step, but the batch that came first. */
static MsRecord *
recall_start (MsTimeline *self, MsTimelineBranch *root, MsSession *session, MsDetail detail, GError **error)
{
  g_autoptr (GArray) way = way_to (root, root->from);

  if (!travel (self, session, way, NULL, error))
    return NULL;
  return ms_session_look (session, detail, error);
}

static MsRecord *
recall_step (MsTimeline *self, MsTimelineBranch *branch, MsSession *session, const MsMoment *here, gint64 step,
             MsDetail detail, GError **error)
{
  g_autoptr (GArray) way = way_to (branch, step - 1);

  if (!travel (self, session, way, here, error))
    return NULL;
  return make_record (branch, session, step, detail, error);
}

MsRecord *
ms_timeline_recall (MsTimeline *self, MsSession *session, MsMoment moment, MsDetail detail, GError **error)
{
  g_autoptr (MsSession) other = NULL;
  g_auto (Kept) kept = { NULL, { NULL, NULL } };
  MsTimelineBranch *branch;
  MsRecord *record;
  bool here;

  if (!find_owner (self, moment, &branch, error))
    return NULL;
  while (branch->parent != NULL && moment.step == branch->from) /* it was another's last step */
    branch = branch->parent;
  here = is_of_root (self, branch);
  if (here)
    keep (&kept, session);
  else if ((session = other = build (ms_timeline_root (branch), session, error)) == NULL)
    return NULL;
  record = moment.step == branch->from
             ? recall_start (self, branch, session, detail, error)
             : recall_step (self, branch, session, here ? &self->now : NULL, moment.step, detail, error);
  if (here)
    put_back (&kept, session);
  return record;
}
