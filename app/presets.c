/* SPDX-License-Identifier: MIT */

/* moescope presets: what is bundled. */
#include "core/train/presets.h"
#include "app/command.h"
#include "app/print.h"
#include <stdio.h>
#include <string.h>

static JsonNode *
to_json (void)
{
  JsonArray *array = json_array_new ();
  for (int i = 0; i < ms_presets_count (); i++)
    {
      const MsPreset *preset = ms_preset_at (i);
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "name", preset->name);
      json_object_set_string_member (object, "title", preset->title);
      json_object_set_string_member (object, "description", preset->description);
      json_array_add_object_element (array, object);
    }
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, array);
  return node;
}

static int
longest_name (void)
{
  gsize longest = 0;
  for (int i = 0; i < ms_presets_count (); i++)
    longest = MAX (longest, strlen (ms_preset_at (i)->name));
  return (int) longest;
}

static bool
run (const MsOptions *options, GError **error)
{
  if (options->json)
    ms_print_json (to_json ());
  else
    for (int i = 0; i < ms_presets_count (); i++)
      printf ("%-*s  %s\n", longest_name (), ms_preset_at (i)->name, ms_preset_at (i)->description);
  return true;
}

const MsCommand ms_command_presets = {
  .name = "presets",
  .arguments = "",
  .help = "what is bundled",
  .options = MS_OPTION_LIST ("json"),
  .run = run,
};
