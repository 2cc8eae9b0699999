/* SPDX-License-Identifier: MIT */

/* moescope keys: the parameter table. */
#include "app/command.h"
#include "app/print.h"
#include "core/base/json.h"
#include <stdio.h>
#include <string.h>

static const char *const type_names[] = {
  [MS_TYPE_INT] = "int", [MS_TYPE_REAL] = "real", [MS_TYPE_BOOL] = "bool", [MS_TYPE_CHOICE] = "choice",
  [MS_TYPE_TEXT] = "text",
};

static void
set_range (JsonObject *object, const MsKey *key)
{
  bool real = key->type == MS_TYPE_REAL;
  if (real)
    {
      json_object_set_double_member (object, "min", key->min);
      json_object_set_double_member (object, "max", key->max);
    }
  else if (key->type == MS_TYPE_INT)
    {
      json_object_set_int_member (object, "min", (gint64) key->min);
      json_object_set_int_member (object, "max", (gint64) key->max);
    }
  if (key->choices == NULL)
    return;
  JsonArray *choices = json_array_new ();
  for (int i = 0; key->choices[i] != NULL; i++)
    json_array_add_string_element (choices, key->choices[i]);
  json_object_set_array_member (object, "choices", choices);
}

static JsonObject *
key_to_json (const MsKey *key, JsonObject *defaults)
{
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "key", key->key);
  json_object_set_string_member (object, "label", key->label);
  json_object_set_string_member (object, "group", key->group);
  json_object_set_string_member (object, "type", type_names[key->type]);
  json_object_set_member (object, "default", json_node_copy (json_object_get_member (defaults, key->key)));
  set_range (object, key);
  ms_json_set_text (object, "unit", key->unit);
  json_object_set_boolean_member (object, "live", key->effect == MS_EFFECT_LIVE);
  json_object_set_boolean_member (object, "advanced", key->advanced);
  json_object_set_string_member (object, "help", key->help);
  return object;
}

static JsonNode *
to_json (void)
{
  g_autoptr (MsExperiment) defaults = ms_experiment_new ();
  g_autoptr (JsonNode) values = ms_experiment_to_node (defaults);
  JsonArray *array = json_array_new ();
  for (int i = 0; i < ms_keys_count (); i++)
    json_array_add_object_element (array, key_to_json (ms_key_at (i), json_node_get_object (values)));
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, array);
  return node;
}

static void
print_key (const MsKey *key)
{
  g_autofree char *range = ms_key_describe (key);
  printf ("  %s = %s\n", key->key, *key->fallback != '\0' ? key->fallback : "\"\"");
  printf ("      %s\n", key->help);
  printf ("      %s%s%s; %s\n", range, key->unit != NULL ? ", in " : "", key->unit != NULL ? key->unit : "",
          key->effect == MS_EFFECT_LIVE ? "acts at the next step" : "builds the model anew");
}

static bool
run (const MsOptions *options, GError **error)
{
  if (options->json)
    {
      ms_print_json (to_json ());
      return true;
    }
  const char *group = "";
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      if (strcmp (key->group, group) != 0)
        printf ("%s%s\n", i > 0 ? "\n" : "", key->group);
      group = key->group;
      print_key (key);
    }
  return true;
}

const MsCommand ms_command_keys = {
  .name = "keys",
  .arguments = "",
  .help = "every setting of an experiment, with its default and range",
  .details = "Each line KEY = DEFAULT can be set with --set KEY=VALUE or in an experiment file, a JSON object from\n"
             "key to value.",
  .options = MS_OPTION_LIST ("json"),
  .run = run,
};
