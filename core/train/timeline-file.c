/* SPDX-License-Identifier: MIT */

/* The timeline's log as JSON, for session files. Values are written as what differs from those that the branch began
 * with. What is read comes from a file: every number is checked against what the tree allows. */
#include "core/train/timeline-file.h"

#include "core/base/json.h"
#include "core/train/session-private.h"
#include "core/train/timeline-private.h"


#define MOST_BRANCHES 100000
#define TREE "the session's timeline" /* for messages */

/* Writing */

static JsonObject *
entry_object (const MsTimelineBranch *branch, const MsLogEntry *entry)
{
  g_autofree char *interventions = ms_interventions_to_text (entry->force.interventions);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "step", entry->step);
  json_object_set_int_member (object, "serial", entry->serial);
  json_object_set_member (object, "values",
                          ms_experiment_difference_node (branch->inherited.experiment, entry->force.experiment));
  json_object_set_string_member (object, "interventions", interventions);
  ms_json_set_text (object, "words", entry->words);
  return object;
}

static JsonArray *
log_array (const MsTimelineBranch *branch)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < branch->log->len; i++)
    json_array_add_object_element (array, entry_object (branch, &g_array_index (branch->log, MsLogEntry, i)));
  return array;
}

static JsonArray *
measured_array (const MsTimelineBranch *branch)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < branch->measured->len; i++)
    {
      const MsMeasured *measured = &g_array_index (branch->measured, MsMeasured, i);
      JsonArray *triple = json_array_new ();

      json_array_add_int_element (triple, measured->first);
      json_array_add_int_element (triple, measured->stride);
      json_array_add_int_element (triple, measured->n);
      json_array_add_array_element (array, triple);
    }
  return array;
}

static void
set_evaluation (JsonObject *object, const MsTimelineBranch *branch)
{
  const MsEvaluation *evaluation = &branch->evaluation;
  JsonObject *member;

  if (!branch->evaluated)
    {
      json_object_set_null_member (object, "evaluation");
      return;
    }
  member = json_object_new ();
  json_object_set_int_member (member, "step", evaluation->step);
  json_object_set_int_member (member, "examples", evaluation->examples);
  json_object_set_double_member (member, "error", evaluation->error);
  json_object_set_double_member (member, "nll", evaluation->nll);
  json_object_set_double_member (member, "ece", evaluation->ece);
  json_object_set_double_member (member, "brier", evaluation->brier);
  json_object_set_object_member (object, "evaluation", member);
}

static JsonObject *
branch_object (const MsTimelineBranch *branch)
{
  JsonObject *object = json_object_new ();
  g_autofree char *interventions = ms_interventions_to_text (branch->inherited.interventions);
  g_autofree char *edit = branch->edited ? ms_intervention_to_text (&branch->edit) : NULL;

  json_object_set_int_member (object, "parent", branch->parent != NULL ? branch->parent->id : -1);
  json_object_set_int_member (object, "from", branch->from);
  json_object_set_int_member (object, "to", branch->to);
  json_object_set_int_member (object, "serial", branch->serial);
  ms_json_set_text (object, "name", branch->name);
  ms_json_set_text (object, "start", branch->start);
  ms_json_set_text (object, "file", branch->file);
  ms_json_set_text (object, "file_tag", branch->file_tag);
  json_object_set_boolean_member (object, "opened", branch->opened != NULL);
  json_object_set_member (object, "experiment", ms_experiment_to_node (branch->inherited.experiment));
  json_object_set_string_member (object, "interventions", interventions);
  ms_json_set_text (object, "edit", edit);
  json_object_set_array_member (object, "log", log_array (branch));
  json_object_set_array_member (object, "measured", measured_array (branch));
  json_object_set_double_member (object, "flops_per_example", branch->flops_per_example);
  json_object_set_double_member (object, "flops_per_step", branch->flops_per_step);
  set_evaluation (object, branch);
  return object;
}

JsonNode *
ms_timeline_to_node (const MsTimeline *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *branches = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  for (guint i = 0; i < self->branches->len; i++)
    json_array_add_object_element (branches, branch_object (self->branches->pdata[i]));
  json_object_set_int_member (object, "branch", self->now.branch);
  json_object_set_int_member (object, "step", self->now.step);
  json_object_set_int_member (object, "serial", self->serial);
  json_object_set_array_member (object, "branches", branches);
  json_node_take_object (node, object);
  return node;
}

GBytes *
ms_timeline_opened (const MsTimeline *self, int branch)
{
  const MsTimelineBranch *found = ms_timeline_branch (self, branch);

  return found != NULL ? found->opened : NULL;
}

int
ms_timeline_n_branches (const MsTimeline *self)
{
  return (int) self->branches->len;
}

/* Reading */

static MsInterventions *
get_interventions (JsonObject *object, GError **error)
{
  const char *text = ms_json_get_text (object, "interventions");

  return ms_interventions_parse (text != NULL ? text : "", error);
}

static bool
read_entry (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  const MsExperiment *base = branch->inherited.experiment;
  g_autoptr (MsExperiment) experiment = NULL;
  g_autoptr (MsInterventions) interventions = NULL;
  MsLogEntry entry = { .words = NULL };
  gint64 least = branch->log->len > 0 ? g_array_index (branch->log, MsLogEntry, branch->log->len - 1).step
                                      : branch->from;

  if (!ms_json_need_int (object, "step", least, branch->to, TREE, &entry.step, error)
      || !ms_json_need_int (object, "serial", 0, G_MAXINT64 / 2, TREE, &entry.serial, error)
      || (experiment = ms_experiment_with_node (base, json_object_get_member (object, "values"), TREE, error)) == NULL
      || !ms_experiment_validate (experiment, error) || (interventions = get_interventions (object, error)) == NULL)
    return false;
  if (ms_json_get_text (object, "words") == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "a change at step %" G_GINT64_FORMAT " of the session's timeline has no \"words\"", entry.step);
      return false;
    }
  if (ms_experiment_needs_rebuild (base, experiment))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "a change at step %" G_GINT64_FORMAT " of the session's timeline needs another model", entry.step);
      return false;
    }
  ms_force_set (&entry.force, experiment, interventions);
  entry.words = g_strdup (ms_json_get_text (object, "words"));
  g_array_append_val (branch->log, entry);
  return true;
}

static bool
read_log (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  JsonArray *log = ms_json_need_array (object, "log", TREE, error);

  for (guint i = 0; log != NULL && i < json_array_get_length (log); i++)
    {
      JsonObject *entry = ms_json_need_object_at (log, i, TREE, error);

      if (entry == NULL || !read_entry (branch, entry, error))
        return false;
    }
  return log != NULL;
}

static bool
read_triple (JsonNode *node, gint64 numbers[3])
{
  JsonArray *triple = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (triple == NULL || json_array_get_length (triple) != 3)
    return false;
  for (guint i = 0; i < 3; i++)
    {
      JsonNode *number = json_array_get_element (triple, i);

      if (!JSON_NODE_HOLDS_VALUE (number) || json_node_get_value_type (number) != G_TYPE_INT64)
        return false;
      numbers[i] = json_node_get_int (number);
    }
  return true;
}

/* Steps of the branch from @least on. Of a single one there is no stride. */
static bool
measured_is_sound (const MsMeasured *measured, gint64 least, gint64 to)
{
  if (measured->first < least || measured->first > to || measured->n < 1 || measured->stride < 0)
    return false;
  return measured->n == 1
         || (measured->stride >= 1 && measured->n - 1 <= (to - measured->first) / measured->stride);
}

static bool
read_measured (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  JsonArray *list = ms_json_need_array (object, "measured", TREE, error);
  gint64 least = branch->from;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      gint64 numbers[3] = { -1, 0, 0 };
      bool whole = read_triple (json_array_get_element (list, i), numbers);
      MsMeasured measured = { numbers[0], numbers[1], numbers[2] };

      if (!whole || !measured_is_sound (&measured, least, branch->to))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                       "element %u of \"measured\" in the session's timeline is not [first, stride, n] of steps from "
                       "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, i, least, branch->to);
          return false;
        }
      g_array_append_val (branch->measured, measured);
      least = measured.first + (measured.n - 1) * measured.stride + 1;
    }
  return list != NULL;
}

static void
read_evaluation (MsTimelineBranch *branch, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "evaluation");
  JsonObject *member;
  gint64 step, examples;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  member = json_node_get_object (node);
  if (!ms_json_need_int (member, "step", 0, G_MAXINT64 / 2, TREE, &step, NULL)
      || !ms_json_need_int (member, "examples", 0, G_MAXINT, TREE, &examples, NULL))
    return;
  branch->evaluated = true;
  branch->evaluation
    = (MsEvaluation){ .step = step, .examples = (int) examples, .error = ms_json_get_number (member, "error"),
                      .nll = ms_json_get_number (member, "nll"), .ece = ms_json_get_number (member, "ece"),
                      .brier = ms_json_get_number (member, "brier") };
}

static bool
read_edit (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  const char *text = ms_json_get_text (object, "edit");

  branch->edited = text != NULL;
  return text == NULL || ms_intervention_parse (&branch->edit, text, error);
}

/* Whether a branch of @experiment can begin after @from steps of @parent; without one it needs a name, which @object
 * gives. */
static bool
fits_parent (const MsTimelineBranch *parent, gint64 from, const MsExperiment *experiment, JsonObject *object,
             GError **error)
{
  if (parent == NULL && ms_json_get_text (object, "name") != NULL)
    return true;
  if (parent == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "a branch of the session's timeline without a parent has no \"name\"");
      return false;
    }
  if (from >= parent->from && from <= parent->to
      && !ms_experiment_needs_rebuild (parent->inherited.experiment, experiment))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "a branch of the session's timeline begins at step %" G_GINT64_FORMAT " of a branch with steps %"
               G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", or with another model", from, parent->from, parent->to);
  return false;
}

/* The branch that @object tells of, after those before it. */
static bool
read_branch (MsTimeline *self, JsonObject *object, MsOpenedOf opened, gpointer data, GError **error)
{
  g_autoptr (MsExperiment) experiment = NULL;
  g_autoptr (MsInterventions) interventions = NULL;
  MsTimelineBranch *branch;
  MsForce force;
  gint64 parent, from, to, serial;
  int id = (int) self->branches->len;

  if (!ms_json_need_int (object, "parent", -1, id - 1, TREE, &parent, error)
      || !ms_json_need_int (object, "from", 0, G_MAXINT64 / 4, TREE, &from, error)
      || !ms_json_need_int (object, "to", from, G_MAXINT64 / 4, TREE, &to, error)
      || !ms_json_need_int (object, "serial", 0, G_MAXINT64 / 2, TREE, &serial, error)
      || (experiment = ms_experiment_from_node (json_object_get_member (object, "experiment"), TREE, error)) == NULL
      || !ms_experiment_validate (experiment, error) || (interventions = get_interventions (object, error)) == NULL
      || !fits_parent (ms_timeline_branch (self, (int) parent), from, experiment, object, error))
    return false;
  force = (MsForce){ experiment, interventions };
  branch = ms_timeline_add_branch (self, ms_timeline_branch (self, (int) parent), from, &force);
  branch->to = to;
  branch->serial = serial;
  branch->name = g_strdup (ms_json_get_text (object, "name"));
  branch->start = g_strdup (ms_json_get_text (object, "start"));
  branch->file = g_strdup (ms_json_get_text (object, "file"));
  branch->file_tag = g_strdup (ms_json_get_text (object, "file_tag"));
  branch->flops_per_example = ms_json_get_number (object, "flops_per_example");
  branch->flops_per_step = ms_json_get_number (object, "flops_per_step");
  read_evaluation (branch, object);
  if (parent < 0 && json_object_get_boolean_member_with_default (object, "opened", FALSE)
      && (branch->opened = opened (id, data, error)) == NULL)
    return false;
  self->bytes += branch->opened != NULL ? g_bytes_get_size (branch->opened) : 0;
  return read_edit (branch, object, error) && read_log (branch, object, error) && read_measured (branch, object, error);
}

static bool
read_tree (MsTimeline *self, JsonObject *object, MsOpenedOf opened, gpointer data, GError **error)
{
  JsonArray *branches = ms_json_need_array (object, "branches", TREE, error);
  gint64 branch, step;

  if (branches == NULL)
    return false;
  if (json_array_get_length (branches) > MOST_BRANCHES)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "the session's timeline has %u branches, more than %d",
                   json_array_get_length (branches), MOST_BRANCHES);
      return false;
    }
  for (guint i = 0; i < json_array_get_length (branches); i++)
    {
      JsonObject *one = ms_json_need_object_at (branches, i, TREE, error);

      if (one == NULL || !read_branch (self, one, opened, data, error))
        return false;
    }
  if (!ms_json_need_int (object, "branch", 0, (gint64) self->branches->len - 1, TREE, &branch, error)
      || !ms_json_need_int (object, "step", ms_timeline_branch (self, (int) branch)->from,
                            ms_timeline_branch (self, (int) branch)->to, TREE, &step, error)
      || !ms_json_need_int (object, "serial", 0, G_MAXINT64 / 2, TREE, &self->serial, error))
    return false;
  self->now = (MsMoment){ (int) branch, step };
  return true;
}

bool
ms_timeline_from_node (MsTimeline *self, JsonNode *node, MsOpenedOf opened, gpointer data, GError **error)
{
  ms_timeline_clear (self);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "the session's timeline is no JSON object");
  else if (read_tree (self, json_node_get_object (node), opened, data, error))
    return true;
  ms_timeline_clear (self);
  return false;
}

bool
ms_timeline_adopt (MsTimeline *self, MsSession *session, GError **error)
{
  MsTimelineBranch *branch = ms_timeline_branch (self, self->now.branch);
  const MsTimelineBranch *root = branch != NULL ? ms_timeline_root (branch) : NULL;
  const MsForce *force;

  if (root == NULL || ms_session_get_step (session) != self->now.step
      || ms_experiment_needs_rebuild (session->experiment, root->inherited.experiment))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "the session's state is that of step %" G_GINT64_FORMAT ", its timeline stands at step %"
                   G_GINT64_FORMAT ", or they are of two models", ms_session_get_step (session), self->now.step);
      return false;
    }
  force = ms_timeline_force_at (branch, self->now.step);
  if (!ms_force_apply (force, session, error))
    return false;
  g_clear_pointer (&session->opened, g_bytes_unref);
  session->opened = root->opened != NULL ? g_bytes_ref (root->opened) : NULL;
  g_free (session->start);
  session->start = g_strdup (root->start);
  ms_timeline_save_state (self, branch, session);
  return true;
}
