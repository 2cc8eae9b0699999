/* SPDX-License-Identifier: MIT */

/* moescope views: the pictures that render can draw. */
#include "app/command.h"
#include "app/print.h"
#include "ui/paint/painter.h"
#include <stdio.h>

static JsonNode *
to_json (void)
{
  JsonArray *array = json_array_new ();
  for (const MsPainter *const *painter = ms_painters (); *painter != NULL; painter++)
    {
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "name", (*painter)->name);
      json_object_set_string_member (object, "title", (*painter)->title);
      json_object_set_string_member (object, "help", (*painter)->help);
      json_array_add_object_element (array, object);
    }
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, array);
  return node;
}

static bool
run (const MsOptions *options, GError **error)
{
  if (options->json)
    ms_print_json (to_json ());
  else
    for (const MsPainter *const *painter = ms_painters (); *painter != NULL; painter++)
      printf ("%-16s %s\n", (*painter)->name, (*painter)->help);
  return true;
}

const MsCommand ms_command_views = {
  .name = "views",
  .arguments = "",
  .help = "the views that render can draw",
  .options = MS_OPTION_LIST ("json"),
  .run = run,
};
