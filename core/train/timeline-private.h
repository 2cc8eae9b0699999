/* SPDX-License-Identifier: MIT */

/* What a Timeline is made of, for the files that together implement it: timeline.c keeps the log, timeline-states.c the
 * saved states, timeline-go.c computes moments again, timeline-words.c tells of it all. */
#pragma once

#include "core/train/timeline.h"

G_BEGIN_DECLS

/* What is in force; both are owned references, or NULL. */
typedef struct {
  MsExperiment *experiment;
  MsInterventions *interventions;
} MsForce;

/* From @step of its branch on this is in force, until the next entry. */
typedef struct {
  gint64 step;
  gint64 serial; /* counts all changes of the timeline, in the order in which they were made */
  MsForce force;
  char *words;   /* owned: against what was in force before */
} MsLogEntry;

typedef struct {
  gint64 step;
  gint64 tick;   /* of the timeline, when it was saved */
  GBytes *state; /* owned */
} MsSavedState;

/* Steps after which the test split was measured: @first, and @n - 1 more, each @stride later. */
typedef struct {
  gint64 first, stride, n;
} MsMeasured;

typedef struct MsTimelineBranch MsTimelineBranch;

struct MsTimelineBranch {
  int id;                   /* its index in the timeline */
  MsTimelineBranch *parent; /* borrowed; NULL: it began anew */
  gint64 from, to;
  gint64 serial;
  MsForce inherited;        /* in force when it began */
  bool edited;              /* it begins with @edit */
  MsIntervention edit;
  GArray *log;              /* of MsLogEntry, by step, the first at @from or later */
  GArray *states;           /* of MsSavedState, by step; of an edited branch those after the edit */
  GArray *measured;         /* of MsMeasured, ascending */

  /* Of a branch that began anew. */
  GBytes *opened;           /* owned: where it began; NULL: with fresh weights, which its experiment gives */
  char *start;              /* owned: what model.start came to, or NULL */
  char *file, *file_tag;    /* owned: the checkpoint that it began from, and what tells whether that is another one by
                               now; NULL: it began from none */
  char *name;               /* owned: the session's */

  double flops_per_example, flops_per_step; /* NaN: not known yet */
  MsEvaluation evaluation;  /* the newest, if @evaluated */
  bool evaluated;
};

struct MsTimeline {
  gsize max_bytes, bytes;
  gint64 tick;         /* steps noted */
  gint64 serial;
  GPtrArray *branches; /* of MsTimelineBranch, by id */
  MsMoment now;        /* where the session is; with no branches: nowhere */
  bool (*cancelled) (gpointer data);
  gpointer cancelled_data;
};

void ms_force_set (MsForce *force, const MsExperiment *experiment, const MsInterventions *interventions);
void ms_force_clear (MsForce *force);
bool ms_force_equal (const MsForce *a, const MsForce *b);
/* The session's, borrowed. */
MsForce ms_force_of (const MsSession *session);
/* Puts @force in force. */
bool ms_force_apply (const MsForce *force, MsSession *session, GError **error);
/* "Learning rate 0.005 → 0.01; mask expert 3 in block 1". NULL: nothing differs. Transfer full. */
char *ms_force_words (const MsForce *before, const MsForce *after);

/* What changes whenever somebody writes to the file. Transfer full; NULL: it is not there. */
char *ms_file_tag (const char *path);

MsTimelineBranch *ms_timeline_branch (const MsTimeline *timeline, int id);
/* Begins after step @from of @parent (NULL: anew), with @inherited in force; the timeline is then there. */
MsTimelineBranch *ms_timeline_add_branch (MsTimeline *timeline, MsTimelineBranch *parent, gint64 from,
                                          const MsForce *inherited);
const MsTimelineBranch *ms_timeline_root (const MsTimelineBranch *branch);
/* What is in force for the step after @step of this very branch; borrowed. */
const MsForce *ms_timeline_force_at (const MsTimelineBranch *branch, gint64 step);
/* The branch that has the state after @step of @branch, which is itself or one before it. NULL: none has. */
MsTimelineBranch *ms_timeline_owner (MsTimelineBranch *branch, gint64 step);
/* The newest step in [@first, @last] after which the test split was measured; -1: none. */
gint64 ms_timeline_measured (const MsTimelineBranch *branch, gint64 first, gint64 last);

/* The saved states. Indices are into branch->states. */
int ms_timeline_find_state (const MsTimelineBranch *branch, gint64 step); /* the newest up to @step; -1: none */
void ms_timeline_save_state (MsTimeline *timeline, MsTimelineBranch *branch, MsSession *session);
void ms_timeline_save_if_due (MsTimeline *timeline, MsTimelineBranch *branch, MsSession *session);
void ms_timeline_prune (MsTimeline *timeline);
/* The session goes elsewhere than one step further: what it is now is worth keeping. */
void ms_timeline_leave (MsTimeline *timeline, MsSession *session);

G_END_DECLS
