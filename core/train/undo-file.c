/* SPDX-License-Identifier: MIT */

/* { "done": [DEED, …], "undone": [DEED, …] }, each list from the oldest to the one that is next. A DEED has "words",
 * "jumps", "before" and "after", the latter two with "branch", "step", "values" and "interventions". What is read comes
 * from a file: undoing it must not ask for what the timeline does not have. */
#include "core/train/undo-file.h"

#include "core/base/json.h"

#define DEEDS "the session's list of changes" /* for messages */

/* Writing */

static JsonObject *
position_object (const MsPosition *position, const MsExperiment *base)
{
  g_autofree char *interventions = ms_interventions_to_text (position->interventions);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "branch", position->moment.branch);
  json_object_set_int_member (object, "step", position->moment.step);
  json_object_set_member (object, "values", ms_experiment_difference_node (base, position->experiment));
  json_object_set_string_member (object, "interventions", interventions);
  return object;
}

static JsonArray *
deeds_array (const GPtrArray *deeds, const MsExperiment *base)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < deeds->len; i++)
    {
      const MsDeed *deed = deeds->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "words", deed->words);
      json_object_set_boolean_member (object, "jumps", deed->jumps);
      json_object_set_object_member (object, "before", position_object (&deed->before, base));
      json_object_set_object_member (object, "after", position_object (&deed->after, base));
      json_array_add_object_element (array, object);
    }
  return array;
}

JsonNode *
ms_undo_to_node (const MsUndo *self, const MsExperiment *base)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_array_member (object, "done", deeds_array (ms_undo_deeds (self, false), base));
  json_object_set_array_member (object, "undone", deeds_array (ms_undo_deeds (self, true), base));
  json_node_take_object (node, object);
  return node;
}

/* Reading */

typedef struct {
  MsUndo *undo; /* borrowed, as all */
  const MsExperiment *base;
  const MsTimeline *timeline;
} Reader;

static bool
read_position (const Reader *in, JsonObject *deed, const char *name, MsPosition *position, GError **error)
{
  JsonNode *node = json_object_get_member (deed, name);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *interventions = ms_json_get_text (object, "interventions");
  gint64 branch, step;

  if (object == NULL || interventions == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "a change in " DEEDS " has no \"%s\" with \"interventions\"",
                   name);
      return false;
    }
  if (!ms_json_need_int (object, "branch", 0, G_MAXINT, DEEDS, &branch, error)
      || !ms_json_need_int (object, "step", 0, G_MAXINT64 / 4, DEEDS, &step, error))
    return false;
  position->moment = (MsMoment){ (int) branch, step };
  position->experiment = ms_experiment_with_node (in->base, json_object_get_member (object, "values"), DEEDS, error);
  if (position->experiment == NULL || !ms_experiment_validate (position->experiment, error))
    return false;
  position->interventions = ms_interventions_parse (interventions, error);
  return position->interventions != NULL;
}

/* A jump goes to moments that there are; anything else is done to the model that is there. */
static bool
fits (const Reader *in, const MsDeed *deed, GError **error)
{
  const MsMoment *before = &deed->before.moment, *after = &deed->after.moment;

  if (!ms_timeline_has (in->timeline, *before) || !ms_timeline_has (in->timeline, *after))
    {
      const MsMoment *missing = ms_timeline_has (in->timeline, *before) ? after : before;

      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "\"%s\" in " DEEDS " is at step %" G_GINT64_FORMAT " of branch %d, which its timeline does not have",
                   deed->words, missing->step, missing->branch);
      return false;
    }
  if (deed->jumps || !ms_experiment_needs_rebuild (deed->before.experiment, deed->after.experiment))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "\"%s\" in " DEEDS " needs the model built anew: its \"jumps\" must be true", deed->words);
  return false;
}

static bool
read_deed (const Reader *in, JsonObject *object, bool undone, GError **error)
{
  MsDeed deed = { .words = (char *) ms_json_get_text (object, "words"),
                  .jumps = json_object_get_boolean_member_with_default (object, "jumps", FALSE) };
  bool good = false;

  if (deed.words == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "a change in " DEEDS " has no \"words\"");
  else
    good = read_position (in, object, "before", &deed.before, error)
           && read_position (in, object, "after", &deed.after, error) && fits (in, &deed, error);
  if (good)
    ms_undo_restore (in->undo, undone, &deed);
  ms_position_clear (&deed.before);
  ms_position_clear (&deed.after);
  return good;
}

static bool
read_deeds (const Reader *in, JsonObject *object, bool undone, GError **error)
{
  JsonArray *array = ms_json_need_array (object, undone ? "undone" : "done", DEEDS, error);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *deed = ms_json_need_object_at (array, i, DEEDS, error);

      if (deed == NULL || !read_deed (in, deed, undone, error))
        return false;
    }
  return array != NULL;
}

bool
ms_undo_from_node (MsUndo *self, JsonNode *node, const MsExperiment *base, const MsTimeline *timeline, GError **error)
{
  Reader in = { self, base, timeline };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  ms_undo_clear (self);
  if (object == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, DEEDS " is no JSON object");
  else if (read_deeds (&in, object, false, error) && read_deeds (&in, object, true, error))
    return true;
  ms_undo_clear (self);
  return false;
}
