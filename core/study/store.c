/* SPDX-License-Identifier: MIT */

/* A run whose file name is taken by a file that cannot be used gets a number behind its hash. */
#include "core/study/store.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define FORMAT "moescope-run-1" /* also in the hash: another way of measuring makes other runs */
#define HASH_SIZE 64            /* hexadecimal digits of SHA-256 */
#define MAX_FILE (1 << 20)
#define MAX_NAMES 100

struct MsRunStore {
  char *folder; /* owned: DIRECTORY/runs */
  GPtrArray *notes; /* of char *, owned */
  GHashTable *noted; /* file names, owned */
  bool listed;
};

MsRun *
ms_run_new (void)
{
  MsRun *self = g_new0 (MsRun, 1);
  for (int i = 0; i < MS_N_STUDY_METRICS; i++)
    self->value[i] = NAN;
  self->step_ms = self->seconds = NAN;
  return self;
}

void
ms_run_free (MsRun *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->experiment, ms_experiment_unref);
  g_free (self->data);
  g_free (self->study);
  g_free (self->variant);
  g_free (self->failure);
  g_free (self->version);
  g_free (self->machine);
  g_free (self);
}

/* Where the files lie decides nothing: their content does, and is in the digest. */
static MsExperiment *
without_path (const MsExperiment *experiment)
{
  g_autoptr (MsExperiment) bare = ms_experiment_with (experiment, "task.path", "", NULL);
  return ms_experiment_with (bare, "task.ood_path", "", NULL);
}

char *
ms_run_hash (const MsExperiment *experiment, const char *data)
{
  g_autoptr (MsExperiment) bare = without_path (experiment);
  g_autofree char *json = ms_experiment_to_json (bare);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) FORMAT "\n", -1);
  g_checksum_update (sum, (const guchar *) json, -1);
  g_checksum_update (sum, (const guchar *) data, -1);
  return g_strdup (g_checksum_get_string (sum));
}

MsRunStore *
ms_run_store_open (const char *directory, GError **error)
{
  g_autofree char *folder = g_build_filename (directory, "runs", NULL);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s cannot be made: %s", folder, g_strerror (errno));
      return NULL;
    }
  MsRunStore *self = g_new0 (MsRunStore, 1);
  self->folder = g_steal_pointer (&folder);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->noted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
ms_run_store_free (MsRunStore *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_ptr_array_unref (self->notes);
  g_hash_table_unref (self->noted);
  g_free (self);
}

static void
note (MsRunStore *self, const char *name, const char *what)
{
  if (!g_hash_table_add (self->noted, g_strdup (name)))
    return;
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *shown = g_utf8_make_valid (path, -1);
  g_ptr_array_add (self->notes, g_strdup_printf ("%s %s; it was left as it is", shown, what));
}

/* HASH.json, HASH-2.json, ... */
static char *
name_of (const char *hash, int i)
{
  return i == 0 ? g_strconcat (hash, ".json", NULL) : g_strdup_printf ("%s-%d.json", hash, i + 1);
}

static char *
dup_text (JsonObject *object, const char *name)
{
  return g_strdup (ms_json_get_text (object, name));
}

static JsonObject *
object_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static MsRun *
run_from_object (JsonObject *object, const char **what)
{
  g_autoptr (MsRun) run = ms_run_new ();
  g_autofree char *format = dup_text (object, "format");
  JsonObject *results = object_of (object, "results"), *made = object_of (object, "made");
  *what = "is no run of this version of the store";
  if (g_strcmp0 (format, FORMAT) != 0)
    return NULL;
  *what = "holds no complete run";
  run->experiment = ms_experiment_from_node (json_object_get_member (object, "experiment"), "", NULL);
  run->data = dup_text (object, "data");
  if (run->experiment == NULL || run->data == NULL || results == NULL)
    return NULL;
  run->study = dup_text (object, "study");
  run->variant = dup_text (object, "variant");
  run->failure = dup_text (object, "failure");
  for (int i = 0; i < MS_N_STUDY_METRICS; i++)
    run->value[i] = ms_json_get_number (results, ms_study_metric_info ((MsStudyMetric) i)->name);
  run->step_ms = ms_json_get_number (made, "step_ms_median");
  run->seconds = ms_json_get_number (made, "seconds");
  double threads = ms_json_get_number (made, "threads");
  run->threads = threads >= 1 && threads <= 4096 ? (int) threads : 0;
  run->version = dup_text (made, "version");
  run->machine = dup_text (made, "machine");
  return g_steal_pointer (&run);
}

static MsRun *
run_from_bytes (GBytes *bytes, const char *hash, const char **what)
{
  gsize size;
  const char *json = g_bytes_get_data (bytes, &size);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  *what = "is not valid JSON";
  if (json == NULL || !ms_json_shallow (json, size) || !json_parser_load_from_data (parser, json, (gssize) size, NULL))
    return NULL;
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  g_autoptr (MsRun) run = run_from_object (json_node_get_object (root), what);
  if (run == NULL)
    return NULL;
  g_autofree char *own = ms_run_hash (run->experiment, run->data);
  *what = "does not hold the run that its name says";
  return strcmp (own, hash) == 0 ? g_steal_pointer (&run) : NULL;
}

MsRun *
ms_run_store_find (MsRunStore *self, const char *hash)
{
  for (int i = 0; i < MAX_NAMES; i++)
    {
      g_autofree char *name = name_of (hash, i);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return NULL;
      g_autoptr (GBytes) bytes = ms_file_read (path, MAX_FILE, NULL);
      const char *what = "cannot be read";
      MsRun *run = bytes != NULL ? run_from_bytes (bytes, hash, &what) : NULL;
      if (run != NULL)
        return run;
      note (self, name, what);
    }
  return NULL;
}

static JsonNode *
run_to_node (const MsRun *run, const char *hash)
{
  g_autoptr (MsExperiment) bare = without_path (run->experiment);
  JsonObject *object = json_object_new (), *results = json_object_new (), *made = json_object_new ();
  ms_json_set_text (object, "format", FORMAT);
  ms_json_set_text (object, "hash", hash);
  ms_json_set_text (object, "study", run->study);
  ms_json_set_text (object, "variant", run->variant);
  json_object_set_int_member (object, "seed", ms_experiment_int (run->experiment, MS_KEY_RUN_SEED));
  for (int i = 0; i < MS_N_STUDY_METRICS; i++)
    json_object_set_double_member (results, ms_study_metric_info ((MsStudyMetric) i)->name, run->value[i]);
  json_object_set_object_member (object, "results", results);
  ms_json_set_text (object, "failure", run->failure);
  ms_json_set_text (object, "data", run->data);
  json_object_set_member (object, "experiment", ms_experiment_to_node (bare));
  json_object_set_double_member (made, "step_ms_median", run->step_ms);
  json_object_set_double_member (made, "seconds", run->seconds);
  json_object_set_int_member (made, "threads", run->threads);
  ms_json_set_text (made, "version", run->version);
  ms_json_set_text (made, "machine", run->machine);
  json_object_set_object_member (object, "made", made);
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

static bool
write_run (const MsRunStore *self, const MsRun *run, const char *hash, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (JsonNode) node = run_to_node (run, hash);
  g_autofree char *json = ms_json_text (node);
  g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, error);
  if (writer == NULL)
    return false;
  ms_file_writer_write (writer, json, strlen (json));
  return ms_file_writer_commit (writer, error);
}

bool
ms_run_store_add (MsRunStore *self, const MsRun *run, GError **error)
{
  g_autofree char *hash = ms_run_hash (run->experiment, run->data);
  g_autoptr (MsRun) there = ms_run_store_find (self, hash);
  if (there != NULL)
    return true;
  for (int i = 0; i < MAX_NAMES; i++)
    {
      g_autofree char *name = name_of (hash, i);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return write_run (self, run, hash, name, error);
    }
  g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s: %d files beginning with %s cannot be used; move them away",
               self->folder, MAX_NAMES, hash);
  return false;
}

static bool
is_run_name (const char *name)
{
  gsize digits = strspn (name, "0123456789abcdef");
  return digits == HASH_SIZE && g_str_has_suffix (name, ".json");
}

/* Files that others are writing at this moment begin with a dot. */
static void
list_foreign (MsRunStore *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (*name != '.' && !is_run_name (name))
      note (self, name, "does not belong here: a run's name is 64 hexadecimal digits and .json");
}

const GPtrArray *
ms_run_store_notes (MsRunStore *self)
{
  if (!self->listed)
    list_foreign (self);
  self->listed = true;
  return self->notes;
}
