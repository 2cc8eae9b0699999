/* SPDX-License-Identifier: MIT */

/* Undo and redo of what somebody changed: values, interventions, edits. A value that takes effect live is set back and
 * the run goes on with it. What built the model anew or edited weights cannot be set back: undoing it returns to the
 * moment before it, and redoing it to the moment that was left by undoing. Changes of one key within one step are one
 * change. Any new change forgets what could be redone, and what is refused in another model is forgotten. */
#pragma once

#include "core/train/timeline.h"

G_BEGIN_DECLS

typedef struct {
  MsExperiment *experiment;       /* owned references */
  MsInterventions *interventions;
  MsMoment moment;
} MsPosition;

void ms_position_clear (MsPosition *position);

typedef struct {
  char *words;  /* owned: "Learning rate 0.005 → 0.01" */
  MsPosition before, after;
  bool jumps;   /* undone and redone by going to a moment */
} MsDeed;

typedef struct MsUndo MsUndo;

MsUndo *ms_undo_new (int most); /* deeds remembered */
void ms_undo_free (MsUndo *undo);
void ms_undo_clear (MsUndo *undo);

/* Takes a copy. */
void ms_undo_add (MsUndo *undo, const MsDeed *deed);

/* What would be undone or redone next; NULL: nothing. Borrowed until the next call. */
const MsDeed *ms_undo_peek (const MsUndo *undo);
const MsDeed *ms_undo_peek_redo (const MsUndo *undo);

/* It has been undone: @left is where the run was, to which redoing a jump returns. Redone likewise. */
void ms_undo_undone (MsUndo *undo, MsMoment left);
void ms_undo_redone (MsUndo *undo, MsMoment left);
/* What would be undone or, with @undone, redone next is so no more: it cannot be. */
void ms_undo_forget (MsUndo *undo, bool undone);

/* All that can be undone or, with @undone, redone: of MsDeed, the next one last. Borrowed. */
const GPtrArray *ms_undo_deeds (const MsUndo *undo, bool undone);
/* A copy of @deed is the next to be undone or redone; nothing is forgotten, but for what is too old. */
void ms_undo_restore (MsUndo *undo, bool undone, const MsDeed *deed);

/* "Learning rate 0.005 → 0.01", "3 values"; labels of the parameter table. Transfer full; NULL: nothing differs. */
char *ms_undo_words (const MsExperiment *before, const MsExperiment *after);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsPosition, ms_position_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsUndo, ms_undo_free)

G_END_DECLS
