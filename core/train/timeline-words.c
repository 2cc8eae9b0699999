/* SPDX-License-Identifier: MIT */

/* What the timeline tells of itself: the tree for pictures and menus, and the command line that gets to a moment. */
#include "core/train/timeline-private.h"

#include "core/train/undo.h"

#include <math.h>
#include <string.h>

/* Words */

/* One of the things that take one set of interventions to another. */
typedef struct {
  bool on;
  MsIntervention intervention;
} Turn;

static bool
has (const MsInterventions *set, const MsIntervention *intervention)
{
  for (int i = 0; i < ms_interventions_count (set); i++)
    if (ms_intervention_equal (ms_interventions_at (set, i), intervention))
      return true;
  return false;
}

/* Adds what is in @of and not in @but to @turns and does it to *@set. */
static void
turn_all (GArray *turns, MsInterventions **set, bool on, const MsInterventions *of, const MsInterventions *but)
{
  for (int i = 0; i < ms_interventions_count (of); i++)
    {
      Turn turn = { on, *ms_interventions_at (of, i) };
      MsInterventions *next;

      if (has (but, &turn.intervention))
        continue;
      next = on ? ms_interventions_with (*set, &turn.intervention)
                : ms_interventions_without (*set, &turn.intervention);
      ms_interventions_unref (*set);
      *set = next;
      g_array_append_val (turns, turn);
    }
}

/* What makes @after of @before, one after another: their order counts. Elements are Turns. */
static GArray *
turns_between (const MsInterventions *before, const MsInterventions *after)
{
  g_autoptr (MsInterventions) set = ms_interventions_ref ((MsInterventions *) before), rest = NULL;
  g_autoptr (MsInterventions) none = ms_interventions_new ();
  GArray *turns = g_array_new (FALSE, FALSE, sizeof (Turn));

  turn_all (turns, &set, true, after, before); /* some take an older one's place */
  rest = ms_interventions_ref (set);
  turn_all (turns, &set, false, rest, after);
  if (ms_interventions_equal (set, after))
    return turns;

  g_array_set_size (turns, 0);
  turn_all (turns, &set, false, before, none);
  turn_all (turns, &set, true, after, none);
  return turns;
}

char *
ms_force_words (const MsForce *before, const MsForce *after)
{
  g_autofree char *values = ms_undo_words (before->experiment, after->experiment);
  g_autoptr (GArray) turns = turns_between (before->interventions, after->interventions);
  GString *text = g_string_new (values);

  for (guint i = 0; i < turns->len; i++)
    {
      const Turn *turn = &g_array_index (turns, Turn, i);
      g_autofree char *words = ms_intervention_words (&turn->intervention);

      g_string_append_printf (text, "%s%s%s", text->len > 0 ? "; " : "", turn->on ? "" : "no longer ", words);
    }
  return g_string_free (text, text->len == 0);
}

/* "routing.k=2 run.seed=1": what @b has that @a has not. */
static char *
values_between (const MsExperiment *a, const MsExperiment *b)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      const char *value = ms_experiment_text (b, key->id);

      if (strcmp (ms_experiment_text (a, key->id), value) != 0)
        g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", key->key, value);
    }
  return g_string_free (text, FALSE);
}

/* The tree */

static const MsLogEntry *
log_at (const MsTimelineBranch *branch, guint i)
{
  return &g_array_index (branch->log, MsLogEntry, i);
}

static char *
label_of (const MsTimelineBranch *branch)
{
  if (branch->parent == NULL)
    return g_strdup_printf ("%s, seed %s", branch->name,
                            ms_experiment_text (branch->inherited.experiment, MS_KEY_RUN_SEED));
  if (branch->edited)
    return ms_intervention_words (&branch->edit);
  if (branch->log->len > 0 && log_at (branch, 0)->words != NULL)
    return g_strdup (log_at (branch, 0)->words);
  return g_strdup_printf ("again from step %" G_GINT64_FORMAT, branch->from);
}

static const MsExperiment *
last_values (const MsTimelineBranch *branch)
{
  return ms_timeline_force_at (branch, branch->to)->experiment;
}

static void
tell_branch (const MsTimeline *self, int i, MsBranch *told)
{
  const MsTimelineBranch *branch = ms_timeline_branch (self, i);

  told->id = branch->id;
  told->parent = branch->parent != NULL ? branch->parent->id : -1;
  told->from = branch->from;
  told->to = branch->to;
  told->label = label_of (branch);
  told->values = i > 0 ? values_between (last_values (ms_timeline_branch (self, i - 1)), last_values (branch))
                       : g_strdup ("");
  told->flops_per_example = branch->flops_per_example;
  told->flops_per_step = branch->flops_per_step;
  if (branch->evaluated)
    told->evaluation = g_memdup2 (&branch->evaluation, sizeof branch->evaluation);
}

typedef struct {
  gint64 serial;
  int branch;
  gint64 step;
  char *words; /* owned, and given away */
} Change;

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Change *) a)->serial, y = ((const Change *) b)->serial;

  return (x > y) - (x < y);
}

static void
collect_changes (const MsTimelineBranch *branch, GArray *changes)
{
  if (branch->edited)
    {
      Change change = { branch->serial, branch->id, branch->from, ms_intervention_words (&branch->edit) };
      g_array_append_val (changes, change);
    }
  for (guint i = 0; i < branch->log->len; i++)
    {
      const MsLogEntry *entry = log_at (branch, i);
      Change change = { entry->serial, branch->id, entry->step, g_strdup (entry->words) };
      g_array_append_val (changes, change);
    }
}

MsBranches *
ms_timeline_branches (const MsTimeline *self)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (Change));
  MsBranches *told;

  for (guint i = 0; i < self->branches->len; i++)
    collect_changes (self->branches->pdata[i], changes);
  g_array_sort (changes, compare_changes);
  told = ms_branches_new ((int) self->branches->len, (int) changes->len);
  told->current = self->now.branch;
  for (int i = 0; i < told->n; i++)
    tell_branch (self, i, &told->branch[i]);
  for (int i = 0; i < told->n_changes; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);
      told->change[i] = (MsBranchChange){ change->branch, change->step, change->words };
    }
  return told;
}

/* The command line */

/* @text as one word of a command line. Transfer full. */
static char *
shell_word (const char *text)
{
  const char *plain = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-+=.,:/@%";

  return *text != '\0' && text[strspn (text, plain)] == '\0' ? g_strdup (text) : g_shell_quote (text);
}

static void
append_argument (GString *line, const char *option, const char *value)
{
  g_autofree char *word = shell_word (value);

  g_string_append_printf (line, " %s %s", option, word);
}

static void
append_start (GString *line, const MsExperiment *base, const MsExperiment *first)
{
  const char *seed = ms_experiment_text (first, MS_KEY_RUN_SEED);

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      const char *value = ms_experiment_text (first, key->id);
      g_autofree char *setting = g_strdup_printf ("%s=%s", key->key, value);

      if (key->id != MS_KEY_RUN_SEED && strcmp (ms_experiment_text (base, key->id), value) != 0)
        append_argument (line, "--set", setting);
    }
  if (strcmp (ms_experiment_text (base, MS_KEY_RUN_SEED), seed) != 0)
    append_argument (line, "--seed", seed);
}

static void
append_intervention (GString *line, gint64 step, char sign, const MsIntervention *intervention)
{
  g_autofree char *text = ms_intervention_to_text (intervention);
  g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT ":%c%s", step, sign, text);

  append_argument (line, "--at", at);
}

/* What takes @before to @after at @step. */
static void
append_force (GString *line, gint64 step, const MsForce *before, const MsForce *after)
{
  g_autoptr (GArray) turns = turns_between (before->interventions, after->interventions);

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      const char *value = ms_experiment_text (after->experiment, key->id);
      g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT ":%s=%s", step, key->key, value);

      if (strcmp (ms_experiment_text (before->experiment, key->id), value) != 0)
        append_argument (line, "--at", at);
    }
  for (guint i = 0; i < turns->len; i++)
    {
      const Turn *turn = &g_array_index (turns, Turn, i);
      append_intervention (line, step, turn->on ? '+' : '-', &turn->intervention);
    }
}

/* Of @branch, up to where the next one begins, or with @last to and with @end. @before: what was in force before it. */
static const MsForce *
append_branch (GString *line, const MsTimelineBranch *branch, const MsForce *before, gint64 end, bool last)
{
  if (branch->edited)
    append_intervention (line, branch->from, '+', &branch->edit);
  append_force (line, branch->from, before, &branch->inherited);
  before = &branch->inherited;
  for (guint i = 0; i < branch->log->len; i++)
    {
      const MsLogEntry *entry = log_at (branch, i);

      if (entry->step > end || (entry->step == end && !last))
        break;
      append_force (line, entry->step, before, &entry->force);
      before = &entry->force;
    }
  return before;
}

/* The branches that lead to @moment, the one without a parent first. Transfer container. */
static GPtrArray *
way_to (const MsTimeline *self, MsMoment moment)
{
  MsTimelineBranch *branch = ms_timeline_owner (ms_timeline_branch (self, moment.branch), moment.step);
  GPtrArray *way = g_ptr_array_new ();

  for (; branch != NULL; branch = branch->parent)
    g_ptr_array_insert (way, 0, branch);
  return way;
}

/* Whether what @root began from can be read again. */
static bool
can_begin (const MsTimelineBranch *root, GError **error)
{
  g_autofree char *tag = root->file != NULL ? ms_file_tag (root->file) : NULL;

  if (root->file == NULL && root->opened != NULL && root->start == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
                 "this run began from a state that no file has: save it, and moescope run FILE goes on");
  else if (root->file != NULL && g_strcmp0 (tag, root->file_tag) != 0)
    g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
                 "%s is no longer the checkpoint that this run began from: save the run, and moescope run FILE goes on",
                 root->file);
  else
    return true;
  return false;
}

static void
append_way (GString *line, const GPtrArray *way, gint64 end)
{
  const MsForce *force = &((const MsTimelineBranch *) way->pdata[0])->inherited;

  for (guint i = 0; i < way->len; i++)
    {
      bool last = i + 1 == way->len;

      force = append_branch (line, way->pdata[i], force, last ? end : ((MsTimelineBranch *) way->pdata[i + 1])->from,
                             last);
    }
}

char *
ms_timeline_command (const MsTimeline *self, MsMoment moment, const char *source, const MsExperiment *base,
                     GError **error)
{
  g_autoptr (GPtrArray) way = way_to (self, moment);
  const MsTimelineBranch *root = way->len > 0 ? way->pdata[0] : NULL;
  GString *line;

  if (root == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "the timeline has no step %" G_GINT64_FORMAT " of branch %d",
                   moment.step, moment.branch);
      return NULL;
    }
  if (!can_begin (root, error))
    return NULL;
  line = g_string_new ("moescope");
  append_argument (line, "run", root->file != NULL ? root->file : source);
  if (root->file == NULL)
    append_start (line, base, root->inherited.experiment);
  append_way (line, way, moment.step);
  g_string_append_printf (line, " --steps %" G_GINT64_FORMAT, moment.step);
  return g_string_free (line, FALSE);
}
