/* SPDX-License-Identifier: MIT */

#include "core/train/undo.h"

#include <string.h>

struct MsUndo {
  guint most;
  GPtrArray *done, *undone; /* of MsDeed, the newest last */
};

void
ms_position_clear (MsPosition *self)
{
  g_clear_pointer (&self->experiment, ms_experiment_unref);
  g_clear_pointer (&self->interventions, ms_interventions_unref);
}

static void
deed_free (gpointer data)
{
  MsDeed *deed = data;

  ms_position_clear (&deed->before);
  ms_position_clear (&deed->after);
  g_free (deed->words);
  g_free (deed);
}

static MsPosition
position_copy (const MsPosition *position)
{
  return (MsPosition){ ms_experiment_ref (position->experiment), ms_interventions_ref (position->interventions),
                       position->moment };
}

static MsDeed *
deed_copy (const MsDeed *deed)
{
  MsDeed *copy = g_new0 (MsDeed, 1);

  copy->words = g_strdup (deed->words);
  copy->before = position_copy (&deed->before);
  copy->after = position_copy (&deed->after);
  copy->jumps = deed->jumps;
  return copy;
}

MsUndo *
ms_undo_new (int most)
{
  MsUndo *self = g_new0 (MsUndo, 1);

  g_return_val_if_fail (most > 0, NULL);
  self->most = (guint) most;
  self->done = g_ptr_array_new_with_free_func (deed_free);
  self->undone = g_ptr_array_new_with_free_func (deed_free);
  return self;
}

void
ms_undo_free (MsUndo *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->done);
  g_ptr_array_unref (self->undone);
  g_free (self);
}

void
ms_undo_clear (MsUndo *self)
{
  g_ptr_array_set_size (self->done, 0);
  g_ptr_array_set_size (self->undone, 0);
}

/* The only key that differs; NULL: none, or more than one. */
static const MsKey *
only_key (const MsExperiment *a, const MsExperiment *b)
{
  const MsKey *found = NULL;

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);

      if (strcmp (ms_experiment_text (a, key->id), ms_experiment_text (b, key->id)) == 0)
        continue;
      if (found != NULL)
        return NULL;
      found = key;
    }
  return found;
}

/* Sets @key, whose value it has, of one deed: NULL if it does more than that. */
static const MsKey *
key_of (const MsDeed *deed)
{
  if (deed->jumps || !ms_interventions_equal (deed->before.interventions, deed->after.interventions))
    return NULL;
  return only_key (deed->before.experiment, deed->after.experiment);
}

static bool
is_one_change (const MsDeed *first, const MsDeed *second)
{
  const MsKey *key = key_of (first);

  return key != NULL && key == key_of (second) && first->after.moment.branch == second->before.moment.branch
         && first->after.moment.step == second->after.moment.step
         && ms_experiment_equal (first->after.experiment, second->before.experiment);
}

/* @first goes on to where @second came. False: that is where it began. */
static bool
merge (MsDeed *first, const MsDeed *second)
{
  MsPosition after = position_copy (&second->after);

  ms_experiment_unref (first->after.experiment);
  ms_interventions_unref (first->after.interventions);
  first->after = after;
  g_free (first->words);
  first->words = ms_undo_words (first->before.experiment, first->after.experiment);
  return first->words != NULL;
}

static void
append (MsUndo *self, GPtrArray *deeds, const MsDeed *deed)
{
  g_ptr_array_add (deeds, deed_copy (deed));
  if (deeds->len > self->most)
    g_ptr_array_remove_index (deeds, 0);
}

void
ms_undo_add (MsUndo *self, const MsDeed *deed)
{
  MsDeed *last = (MsDeed *) ms_undo_peek (self);

  g_ptr_array_set_size (self->undone, 0);
  if (last != NULL && is_one_change (last, deed))
    {
      if (!merge (last, deed))
        g_ptr_array_set_size (self->done, (int) self->done->len - 1);
      return;
    }
  append (self, self->done, deed);
}

const GPtrArray *
ms_undo_deeds (const MsUndo *self, bool undone)
{
  return undone ? self->undone : self->done;
}

void
ms_undo_restore (MsUndo *self, bool undone, const MsDeed *deed)
{
  append (self, undone ? self->undone : self->done, deed);
}

static const MsDeed *
newest (const GPtrArray *deeds)
{
  return deeds->len > 0 ? deeds->pdata[deeds->len - 1] : NULL;
}

const MsDeed *
ms_undo_peek (const MsUndo *self)
{
  return newest (self->done);
}

const MsDeed *
ms_undo_peek_redo (const MsUndo *self)
{
  return newest (self->undone);
}

static MsDeed *
move (GPtrArray *from, GPtrArray *to)
{
  MsDeed *deed = g_ptr_array_steal_index (from, from->len - 1);

  g_ptr_array_add (to, deed);
  return deed;
}

void
ms_undo_undone (MsUndo *self, MsMoment left)
{
  g_return_if_fail (self->done->len > 0);
  move (self->done, self->undone)->after.moment = left;
}

void
ms_undo_redone (MsUndo *self, MsMoment left)
{
  g_return_if_fail (self->undone->len > 0);
  move (self->undone, self->done)->before.moment = left;
}

void
ms_undo_forget (MsUndo *self, bool undone)
{
  GPtrArray *deeds = undone ? self->undone : self->done;

  g_return_if_fail (deeds->len > 0);
  g_ptr_array_set_size (deeds, (int) deeds->len - 1);
}

char *
ms_undo_words (const MsExperiment *before, const MsExperiment *after)
{
  const MsKey *only = only_key (before, after);
  const char *a, *b;
  int n = 0;

  for (int i = 0; only == NULL && i < ms_keys_count (); i++)
    n += strcmp (ms_experiment_text (before, ms_key_at (i)->id), ms_experiment_text (after, ms_key_at (i)->id)) != 0;
  if (only == NULL)
    return n > 0 ? g_strdup_printf ("%d values", n) : NULL;
  a = ms_experiment_text (before, only->id);
  b = ms_experiment_text (after, only->id);
  return g_strdup_printf ("%s %s → %s", only->label, *a != '\0' ? a : "none", *b != '\0' ? b : "none");
}
