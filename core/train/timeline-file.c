/* SPDX-License-Identifier: MIT */

/* The timeline's log as JSON, for session files. Values are written as what differs from those that the branch began
 * with. What is read comes from a file: every number is checked against what the tree allows. */
#include "core/train/timeline-file.h"

#include "core/train/session-private.h"
#include "core/train/timeline-private.h"

#include <math.h>
#include <string.h>

#define MOST_BRANCHES 100000
#define TREE "the session's timeline" /* for messages */

/* Writing */

/* What of @x differs from @base. */
static JsonNode *
difference_node (const MsExperiment *base, const MsExperiment *x)
{
  JsonNode *node = ms_experiment_to_node (x);
  JsonObject *object = json_node_get_object (node);

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);

      if (strcmp (ms_experiment_text (base, key->id), ms_experiment_text (x, key->id)) == 0)
        json_object_remove_member (object, key->key);
    }
  return node;
}

static void
set_number (JsonObject *object, const char *name, double value)
{
  if (isfinite (value))
    json_object_set_double_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static JsonObject *
entry_object (const MsTimelineBranch *branch, const MsLogEntry *entry)
{
  g_autofree char *interventions = ms_interventions_to_text (entry->force.interventions);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "step", entry->step);
  json_object_set_int_member (object, "serial", entry->serial);
  json_object_set_member (object, "values", difference_node (branch->inherited.experiment, entry->force.experiment));
  json_object_set_string_member (object, "interventions", interventions);
  set_text (object, "words", entry->words);
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
  set_number (member, "error", evaluation->error);
  set_number (member, "nll", evaluation->nll);
  set_number (member, "ece", evaluation->ece);
  set_number (member, "brier", evaluation->brier);
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
  set_text (object, "name", branch->name);
  set_text (object, "start", branch->start);
  json_object_set_boolean_member (object, "opened", branch->opened != NULL);
  json_object_set_member (object, "experiment", ms_experiment_to_node (branch->inherited.experiment));
  json_object_set_string_member (object, "interventions", interventions);
  set_text (object, "edit", edit);
  json_object_set_array_member (object, "log", log_array (branch));
  json_object_set_array_member (object, "measured", measured_array (branch));
  set_number (object, "flops_per_example", branch->flops_per_example);
  set_number (object, "flops_per_step", branch->flops_per_step);
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

static bool
get_int (JsonObject *object, const char *name, gint64 least, gint64 most, gint64 *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  bool is_int = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;

  *value = is_int ? json_node_get_int (node) : 0;
  if (is_int && *value >= least && *value <= most)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "the session's timeline has no \"%s\" that is a whole number from %" G_GINT64_FORMAT
               " to %" G_GINT64_FORMAT, name, least, most);
  return false;
}

/* NULL: absent, or no text. */
static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  bool is_text = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;

  return is_text ? json_node_get_string (node) : NULL;
}

static double
get_number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : NAN;
}

static JsonArray *
get_array (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "the session's timeline has no list \"%s\"", name);
  return NULL;
}

static JsonObject *
object_at (JsonArray *array, guint i, GError **error)
{
  JsonNode *node = json_array_get_element (array, i);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "element %u of a list in the session's timeline is no object", i);
  return NULL;
}

static MsInterventions *
get_interventions (JsonObject *object, GError **error)
{
  const char *text = get_text (object, "interventions");

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

  if (!get_int (object, "step", least, branch->to, &entry.step, error)
      || !get_int (object, "serial", 0, G_MAXINT64 / 2, &entry.serial, error)
      || (experiment = ms_experiment_with_node (base, json_object_get_member (object, "values"), TREE, error)) == NULL
      || !ms_experiment_validate (experiment, error) || (interventions = get_interventions (object, error)) == NULL)
    return false;
  if (ms_experiment_needs_rebuild (base, experiment))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "a change at step %" G_GINT64_FORMAT " of the session's timeline needs another model", entry.step);
      return false;
    }
  ms_force_set (&entry.force, experiment, interventions);
  entry.words = g_strdup (get_text (object, "words"));
  g_array_append_val (branch->log, entry);
  return true;
}

static bool
read_log (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  JsonArray *log = get_array (object, "log", error);

  for (guint i = 0; log != NULL && i < json_array_get_length (log); i++)
    {
      JsonObject *entry = object_at (log, i, error);

      if (entry == NULL || !read_entry (branch, entry, error))
        return false;
    }
  return log != NULL;
}

static bool
read_measured (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  JsonArray *list = get_array (object, "measured", error);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      JsonArray *triple = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      MsMeasured measured;

      if (triple == NULL || json_array_get_length (triple) != 3)
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                       "element %u of \"measured\" in the session's timeline is not three numbers", i);
          return false;
        }
      measured.first = json_array_get_int_element (triple, 0);
      measured.stride = json_array_get_int_element (triple, 1);
      measured.n = json_array_get_int_element (triple, 2);
      if (measured.first >= branch->from && measured.stride >= 1 && measured.n >= 1
          && measured.n <= branch->to - branch->from + 1)
        g_array_append_val (branch->measured, measured);
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
  if (!get_int (member, "step", 0, G_MAXINT64 / 2, &step, NULL)
      || !get_int (member, "examples", 0, G_MAXINT, &examples, NULL))
    return;
  branch->evaluated = true;
  branch->evaluation
    = (MsEvaluation){ .step = step, .examples = (int) examples, .error = get_number (member, "error"),
                      .nll = get_number (member, "nll"), .ece = get_number (member, "ece"),
                      .brier = get_number (member, "brier") };
}

static bool
read_edit (MsTimelineBranch *branch, JsonObject *object, GError **error)
{
  const char *text = get_text (object, "edit");

  branch->edited = text != NULL;
  return text == NULL || ms_intervention_parse (&branch->edit, text, error);
}

/* Whether a branch of @experiment can begin after @from steps of @parent. */
static bool
fits_parent (const MsTimelineBranch *parent, gint64 from, const MsExperiment *experiment, GError **error)
{
  if (parent == NULL)
    return true;
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

  if (!get_int (object, "parent", -1, id - 1, &parent, error)
      || !get_int (object, "from", 0, G_MAXINT64 / 4, &from, error)
      || !get_int (object, "to", from, G_MAXINT64 / 4, &to, error)
      || !get_int (object, "serial", 0, G_MAXINT64 / 2, &serial, error)
      || (experiment = ms_experiment_from_node (json_object_get_member (object, "experiment"), TREE, error)) == NULL
      || !ms_experiment_validate (experiment, error) || (interventions = get_interventions (object, error)) == NULL
      || !fits_parent (ms_timeline_branch (self, (int) parent), from, experiment, error))
    return false;
  force = (MsForce){ experiment, interventions };
  branch = ms_timeline_add_branch (self, ms_timeline_branch (self, (int) parent), from, &force);
  branch->to = to;
  branch->serial = serial;
  branch->name = g_strdup (get_text (object, "name"));
  branch->start = g_strdup (get_text (object, "start"));
  branch->flops_per_example = get_number (object, "flops_per_example");
  branch->flops_per_step = get_number (object, "flops_per_step");
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
  JsonArray *branches = get_array (object, "branches", error);
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
      JsonObject *one = object_at (branches, i, error);

      if (one == NULL || !read_branch (self, one, opened, data, error))
        return false;
    }
  if (!get_int (object, "branch", 0, (gint64) self->branches->len - 1, &branch, error)
      || !get_int (object, "step", 0, ms_timeline_branch (self, (int) branch)->to, &step, error)
      || !get_int (object, "serial", 0, G_MAXINT64 / 2, &self->serial, error))
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
