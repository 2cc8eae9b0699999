/* SPDX-License-Identifier: MIT */

#include "core/train/experiment.h"
#include "core/train/slots.h"
#include "core/base/json.h"
#include "core/base/number.h"
#include <math.h>
#include <string.h>

struct MsExperiment {
  gint ref_count;
  char *text[MS_KEY_COUNT];    /* owned, canonical */
  double number[MS_KEY_COUNT]; /* of INT and REAL the value, of BOOL 0 or 1, of CHOICE the index */
};

/* Takes @text, which ms_key_parse made for @key. */
static void
take_value (MsExperiment *self, const MsKey *key, char *text)
{
  double number = 0;
  if (key->type == MS_TYPE_INT || key->type == MS_TYPE_REAL)
    ms_number_read (text, &number);
  else if (key->type == MS_TYPE_BOOL)
    number = strcmp (text, "true") == 0;
  else if (key->type == MS_TYPE_CHOICE)
    while (strcmp (key->choices[(int) number], text) != 0)
      number++;
  g_free (self->text[key->id]);
  self->text[key->id] = text;
  self->number[key->id] = number;
}

MsExperiment *
ms_experiment_new (void)
{
  MsExperiment *self = g_new0 (MsExperiment, 1);
  self->ref_count = 1;
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      char *text = ms_key_parse (key, key->fallback, NULL);
      g_assert (text != NULL); /* a default out of its own range */
      take_value (self, key, text);
    }
  return self;
}

static MsExperiment *
copy (const MsExperiment *other)
{
  MsExperiment *self = g_new0 (MsExperiment, 1);
  self->ref_count = 1;
  for (int i = 0; i < MS_KEY_COUNT; i++)
    {
      self->text[i] = g_strdup (other->text[i]);
      self->number[i] = other->number[i];
    }
  return self;
}

MsExperiment *
ms_experiment_ref (MsExperiment *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
ms_experiment_unref (MsExperiment *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (int i = 0; i < MS_KEY_COUNT; i++)
    g_free (self->text[i]);
  g_free (self);
}

gint64
ms_experiment_int (const MsExperiment *self, MsKeyId id)
{
  g_return_val_if_fail (ms_key (id)->type == MS_TYPE_INT, 0);
  return (gint64) self->number[id];
}

double
ms_experiment_real (const MsExperiment *self, MsKeyId id)
{
  g_return_val_if_fail (ms_key (id)->type == MS_TYPE_REAL || ms_key (id)->type == MS_TYPE_INT, NAN);
  return self->number[id];
}

bool
ms_experiment_bool (const MsExperiment *self, MsKeyId id)
{
  g_return_val_if_fail (ms_key (id)->type == MS_TYPE_BOOL, false);
  return self->number[id] != 0;
}

int
ms_experiment_choice (const MsExperiment *self, MsKeyId id)
{
  g_return_val_if_fail (ms_key (id)->type == MS_TYPE_CHOICE, 0);
  return (int) self->number[id];
}

const char *
ms_experiment_text (const MsExperiment *self, MsKeyId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_KEY_COUNT, NULL);
  return self->text[id];
}

static const MsKey *
find_key (const char *name, GError **error)
{
  const MsKey *key = ms_key_find (name);
  if (key != NULL)
    return key;
  const MsKey *near = ms_key_nearest (name);
  g_autofree char *shown = g_utf8_make_valid (name, (gssize) MIN (strlen (name), 80));
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "there is no key %s%s%s", shown,
               near != NULL ? "; did you mean " : "; `moescope keys` lists them all", near != NULL ? near->key : "");
  return NULL;
}

MsExperiment *
ms_experiment_with (const MsExperiment *self, const char *name, const char *value, GError **error)
{
  const MsKey *key = find_key (name, error);
  char *text = key != NULL ? ms_key_parse (key, value, error) : NULL;
  if (text == NULL)
    return NULL;
  MsExperiment *changed = copy (self);
  take_value (changed, key, text);
  return changed;
}

bool
ms_experiment_equal (const MsExperiment *a, const MsExperiment *b)
{
  for (int i = 0; i < MS_KEY_COUNT; i++)
    if (strcmp (a->text[i], b->text[i]) != 0)
      return false;
  return true;
}

bool
ms_experiment_needs_rebuild (const MsExperiment *a, const MsExperiment *b)
{
  for (int i = 0; i < MS_KEY_COUNT; i++)
    if (ms_key_at (i)->effect == MS_EFFECT_REBUILD && strcmp (a->text[i], b->text[i]) != 0)
      return true;
  return ms_experiment_slots_differ (a, b);
}

/* The text of a JSON value if its type suits @key; NULL otherwise. Transfer full. */
static char *
node_text (JsonNode *node, const MsKey *key)
{
  char number[MS_NUMBER_SIZE];
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  bool is_number = key->type == MS_TYPE_INT || key->type == MS_TYPE_REAL;
  if (type == G_TYPE_INT64 && is_number)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_DOUBLE && is_number)
    return g_strdup (ms_number_text (number, json_node_get_double (node)));
  if (type == G_TYPE_BOOLEAN && key->type == MS_TYPE_BOOL)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (type == G_TYPE_STRING && (key->type == MS_TYPE_CHOICE || key->type == MS_TYPE_TEXT))
    return g_strdup (json_node_get_string (node));
  return NULL;
}

static bool
set_member (MsExperiment *self, const char *member, JsonNode *node, const char *name, GError **error)
{
  const MsKey *key = find_key (member, error);
  g_autofree char *text = key != NULL ? node_text (node, key) : NULL;
  if (key != NULL && text == NULL)
    {
      g_autofree char *range = ms_key_describe (key);
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s has a value of the wrong type: it must be %s%s", key->key,
                   key->type == MS_TYPE_INT || key->type == MS_TYPE_REAL ? "a " : "", range);
    }
  char *value = text != NULL ? ms_key_parse (key, text, error) : NULL;
  if (value == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return false;
    }
  take_value (self, key, value);
  return true;
}

MsExperiment *
ms_experiment_with_node (const MsExperiment *base, JsonNode *node, const char *name, GError **error)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s is not an experiment: it must be a JSON object from key to value", name);
      return NULL;
    }
  g_autoptr (MsExperiment) self = copy (base);
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *l = members; l != NULL; l = l->next)
    if (!set_member (self, l->data, json_object_get_member (object, l->data), name, error))
      return NULL;
  return g_steal_pointer (&self);
}

MsExperiment *
ms_experiment_from_node (JsonNode *node, const char *name, GError **error)
{
  g_autoptr (MsExperiment) defaults = ms_experiment_new ();
  return ms_experiment_with_node (defaults, node, name, error);
}

/* Takes "layout" out of the object, so that keys are left. False: it is no text. */
static bool
take_layout (JsonNode *root, const char *name, char **layout, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *node = object != NULL ? json_object_get_member (object, "layout") : NULL;
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: layout must be a text like \"row(0.5 assignments load)\"",
                   name);
      return false;
    }
  if (layout != NULL)
    *layout = json_node_dup_string (node);
  json_object_remove_member (object, "layout");
  return true;
}

MsExperiment *
ms_experiment_from_json_arranged (const char *json, gssize length, const char *name, char **layout, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) local = NULL;
  g_autofree char *found = NULL;
  gsize size = length < 0 ? strlen (json) : (gsize) length;
  if (!ms_json_shallow (json, size) || !json_parser_load_from_data (parser, json, length, &local))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s is not valid JSON near line %u: an experiment is an object from key to value", name,
                   MAX (1, json_parser_get_current_line (parser)));
      return NULL;
    }
  JsonNode *root = json_parser_get_root (parser);
  if (root != NULL && !take_layout (root, name, &found, error))
    return NULL;
  MsExperiment *self = ms_experiment_from_node (root, name, error);
  if (self != NULL && layout != NULL)
    *layout = g_steal_pointer (&found);
  return self;
}

MsExperiment *
ms_experiment_from_json (const char *json, gssize length, const char *name, GError **error)
{
  return ms_experiment_from_json_arranged (json, length, name, NULL, error);
}

JsonNode *
ms_experiment_to_node (const MsExperiment *self)
{
  JsonObject *object = json_object_new ();
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      if (key->type == MS_TYPE_INT)
        json_object_set_int_member (object, key->key, (gint64) self->number[i]);
      else if (key->type == MS_TYPE_REAL)
        json_object_set_double_member (object, key->key, self->number[i]);
      else if (key->type == MS_TYPE_BOOL)
        json_object_set_boolean_member (object, key->key, self->number[i] != 0);
      else
        json_object_set_string_member (object, key->key, self->text[i]);
    }
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

char *
ms_experiment_to_json (const MsExperiment *self)
{
  g_autoptr (JsonNode) node = ms_experiment_to_node (self);
  return ms_json_text (node);
}
