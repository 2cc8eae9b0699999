/* SPDX-License-Identifier: MIT */

/* The bundled studies: data/studies.gresource.xml is the list. */
#include "core/base/file.h"
#include "core/base/nearest.h"
#include "core/study/study.h"
#include <gio/gio.h>
#include <string.h>

#define FOLDER "/org/moescope/studies/"
#define MAX_FILE (1 << 20) /* bytes; the bundled ones have 6,000 */

typedef struct {
  MsStudyEntry entry; /* first, so that an entry's address is its own */
  gint64 order;
  GBytes *json; /* owned */
} Bundled;

/* A bundled file is part of the program: one that cannot be read is a mistake of ours, which a test shows. */
static Bundled *
read_bundled (const char *file)
{
  g_autofree char *path = g_strconcat (FOLDER, file, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  Bundled *self = g_new0 (Bundled, 1);
  self->json = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize size;
  const char *text = g_bytes_get_data (self->json, &size);
  if (!json_parser_load_from_data (parser, text, (gssize) size, &error))
    g_error ("%s: %s", file, error->message);
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  self->entry.name = g_intern_string (json_object_get_string_member (object, "name"));
  self->entry.title = g_intern_string (json_object_get_string_member (object, "title"));
  self->entry.question = g_intern_string (json_object_get_string_member (object, "question"));
  self->order = json_object_get_int_member (object, "order");
  return self;
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const Bundled *x = *(const Bundled *const *) a, *y = *(const Bundled *const *) b;
  return x->order < y->order ? -1 : x->order > y->order;
}

static GPtrArray *
bundled (void)
{
  static GPtrArray *list; /* for the life of the program */
  if (g_once_init_enter (&list))
    {
      GPtrArray *found = g_ptr_array_new ();
      g_auto (GStrv) files = g_resources_enumerate_children (FOLDER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      for (char **file = files; file != NULL && *file != NULL; file++)
        g_ptr_array_add (found, read_bundled (*file));
      g_ptr_array_sort (found, compare_order);
      g_once_init_leave (&list, found);
    }
  return list;
}

int
ms_studies_count (void)
{
  return (int) bundled ()->len;
}

const MsStudyEntry *
ms_study_at (int i)
{
  g_return_val_if_fail (i >= 0 && i < ms_studies_count (), NULL);
  Bundled *self = g_ptr_array_index (bundled (), (guint) i);
  return &self->entry;
}

static void
set_unknown (const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (int i = 0; i < ms_studies_count (); i++)
    g_ptr_array_add (names, (gpointer) ms_study_at (i)->name);
  g_ptr_array_add (names, NULL);
  const char *near = ms_nearest (name, (const char *const *) names->pdata);
  g_autofree char *list = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "there is neither a study nor a file %s%s%s", name,
               near != NULL ? "; did you mean " : "; there are ", near != NULL ? near : list);
}

MsStudy *
ms_study_load (const char *source, const char *data, GError **error)
{
  gsize size;
  for (int i = 0; i < ms_studies_count (); i++)
    if (strcmp (ms_study_at (i)->name, source) == 0)
      {
        const char *json = g_bytes_get_data (((const Bundled *) ms_study_at (i))->json, &size);
        return ms_study_from_json (json, size, source, data, error);
      }
  if (!g_file_test (source, G_FILE_TEST_EXISTS))
    {
      set_unknown (source, error);
      return NULL;
    }
  g_autoptr (GBytes) bytes = ms_file_read (source, MAX_FILE, error);
  if (bytes == NULL)
    return NULL;
  const char *json = g_bytes_get_data (bytes, &size);
  return ms_study_from_json (json != NULL ? json : "", size, source, data, error);
}

int
ms_study_find_variant (const MsStudy *self, const char *label)
{
  for (int i = 0; i < self->n_variants; i++)
    if (strcmp (self->variants[i].label, label) == 0)
      return i;
  return -1;
}

const char *
ms_study_common_text (const MsStudy *self, MsKeyId id)
{
  const char *text = ms_experiment_text (self->variants[0].experiment, id);
  for (int v = 1; v < self->n_variants; v++)
    if (strcmp (ms_experiment_text (self->variants[v].experiment, id), text) != 0)
      return NULL;
  return text;
}

void
ms_study_free (MsStudy *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_variants; i++)
    {
      g_free (self->variants[i].label);
      g_free (self->variants[i].title);
      g_free (self->variants[i].group);
      g_clear_pointer (&self->variants[i].experiment, ms_experiment_unref);
    }
  for (int i = 0; i < self->n_claims; i++)
    {
      g_free (self->claims[i].text);
      g_free (self->claims[i].source);
      g_free (self->claims[i].variants);
    }
  g_free (self->variants);
  g_free (self->metrics);
  g_free (self->panels);
  g_free (self->claims);
  g_free (self->name);
  g_free (self->title);
  g_free (self->question);
  g_free (self->notes);
  g_free (self);
}
