/* SPDX-License-Identifier: MIT */

/* data/presets.gresource.xml is the list; each file says where in the menu it stands. */
#include "core/train/presets.h"
#include <gio/gio.h>
#include <string.h>

#define FOLDER "/org/moescope/presets/"

typedef struct {
  MsPreset preset; /* first, so that a preset's address is its entry's */
  gint64 order;
  JsonNode *experiment; /* owned */
} Entry;

static const char *
text_member (JsonObject *object, const char *name)
{
  return g_intern_string (json_object_get_string_member (object, name));
}

/* A bundled file is part of the program: one that cannot be read is a mistake of ours, which a test shows. */
static Entry *
read_entry (const char *file)
{
  g_autofree char *path = g_strconcat (FOLDER, file, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize size;
  const char *json = g_bytes_get_data (bytes, &size);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  if (!json_parser_load_from_data (parser, json, (gssize) size, &error))
    g_error ("%s: %s", file, error->message);
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  Entry *entry = g_new0 (Entry, 1);
  entry->preset.name = text_member (object, "name");
  entry->preset.title = text_member (object, "title");
  entry->preset.description = text_member (object, "description");
  if (json_object_has_member (object, "layout"))
    entry->preset.layout = text_member (object, "layout");
  entry->order = json_object_get_int_member (object, "order");
  entry->experiment = json_node_copy (json_object_get_member (object, "experiment"));
  return entry;
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const Entry *x = *(const Entry *const *) a, *y = *(const Entry *const *) b;
  return x->order < y->order ? -1 : x->order > y->order;
}

static GPtrArray *
entries (void)
{
  static GPtrArray *list; /* for the life of the program */
  if (g_once_init_enter (&list))
    {
      GPtrArray *found = g_ptr_array_new ();
      g_auto (GStrv) files = g_resources_enumerate_children (FOLDER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      for (char **file = files; file != NULL && *file != NULL; file++)
        g_ptr_array_add (found, read_entry (*file));
      g_ptr_array_sort (found, compare_order);
      g_once_init_leave (&list, found);
    }
  return list;
}

int
ms_presets_count (void)
{
  return (int) entries ()->len;
}

const MsPreset *
ms_preset_at (int i)
{
  g_return_val_if_fail (i >= 0 && i < ms_presets_count (), NULL);
  Entry *entry = g_ptr_array_index (entries (), (guint) i);
  return &entry->preset;
}

const MsPreset *
ms_preset_find (const char *name)
{
  for (int i = 0; i < ms_presets_count (); i++)
    if (strcmp (ms_preset_at (i)->name, name) == 0)
      return ms_preset_at (i);
  return NULL;
}

MsExperiment *
ms_preset_load (const MsPreset *preset, GError **error)
{
  const Entry *entry = (const Entry *) preset;
  return ms_experiment_from_node (entry->experiment, preset->name, error);
}
