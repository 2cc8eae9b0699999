/* SPDX-License-Identifier: MIT */

/* Tensors beside the checkpoint's: "session/state" (U8), "session/opened/BRANCH" (U8), and the histories' (see
 * session-history.c). Metadata, as JSON: "timeline", "undo" and "alerts" (files of older versions have neither), and
 * "window". */
#include "core/train/session-file.h"

#include "core/base/json.h"
#include "core/train/checkpoint.h"
#include "core/train/session-alerts.h"
#include "core/train/session-history.h"
#include "core/train/session-private.h"
#include "core/train/timeline-file.h"
#include "core/train/undo-file.h"

#include <string.h>

MsKept *
ms_kept_new (void)
{
  return g_new0 (MsKept, 1);
}

static void
kept_history_free (gpointer data)
{
  MsKeptHistory *kept = data;

  ms_history_free (kept->history);
  g_free (kept);
}

static void
kept_alerts_free (gpointer data)
{
  MsKeptAlerts *kept = data;

  ms_alerts_free (kept->alerts);
  g_free (kept);
}

void
ms_kept_free (MsKept *self)
{
  if (self == NULL)
    return;
  g_free (self->window);
  g_clear_pointer (&self->histories, g_ptr_array_unref);
  g_clear_pointer (&self->alerts, g_ptr_array_unref);
  g_free (self);
}

static void
add_history (MsKept *self, int branch, MsHistory *history)
{
  MsKeptHistory kept = { branch, history };

  if (self->histories == NULL)
    self->histories = g_ptr_array_new_with_free_func (kept_history_free);
  g_ptr_array_add (self->histories, g_memdup2 (&kept, sizeof kept));
}

void
ms_kept_add_history (MsKept *self, int branch, const MsHistory *history)
{
  add_history (self, branch, ms_history_copy (history));
}

void
ms_kept_add_alerts (MsKept *self, int branch, gint64 to, const MsAlerts *alerts)
{
  MsKeptAlerts kept = { branch, to, ms_alerts_copy (alerts) };

  if (self->alerts == NULL)
    self->alerts = g_ptr_array_new_with_free_func (kept_alerts_free);
  g_ptr_array_add (self->alerts, g_memdup2 (&kept, sizeof kept));
}

/* Writing */

static void
add_bytes (MsSafetensorsWriter *writer, const char *name, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (size > 0)
    ms_safetensors_writer_add (writer, name, MS_DTYPE_U8, 1, &size, data);
}

static void
write_opened (MsSafetensorsWriter *writer, const MsTimeline *timeline)
{
  for (int i = 0; i < ms_timeline_n_branches (timeline); i++)
    {
      GBytes *opened = ms_timeline_opened (timeline, i);
      g_autofree char *name = g_strdup_printf ("session/opened/%d", i);

      if (opened != NULL)
        add_bytes (writer, name, opened);
    }
}

/* Takes @node. */
static void
add_json (MsSafetensorsWriter *writer, const char *key, JsonNode *node)
{
  g_autofree char *text = ms_json_text (node);

  ms_safetensors_writer_set_metadata (writer, key, text);
  json_node_unref (node);
}

bool
ms_session_file_save (const char *path, MsSession *session, const MsTimeline *timeline, const MsUndo *undo,
                      const MsKept *kept, GError **error)
{
  MsCheckpointHead head = { session->name, session->step };
  g_autoptr (MsSafetensorsWriter) writer
    = ms_checkpoint_writer (session->experiment, &head, session->model, session->optimiser);
  g_autoptr (GPtrArray) arrays = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) state = ms_session_save_state (session);

  add_json (writer, "timeline", ms_timeline_to_node (timeline));
  add_json (writer, "undo", ms_undo_to_node (undo, session->experiment));
  add_json (writer, "alerts", ms_session_alerts_to_node (kept->alerts, ms_timeline_now (timeline).branch));
  if (kept->window != NULL)
    ms_safetensors_writer_set_metadata (writer, "window", kept->window);
  add_bytes (writer, "session/state", state);
  write_opened (writer, timeline);
  for (guint i = 0; kept->histories != NULL && i < kept->histories->len; i++)
    {
      const MsKeptHistory *one = kept->histories->pdata[i];

      ms_session_history_write (writer, arrays, one->branch, one->history);
    }
  return ms_safetensors_writer_save (writer, path, error);
}

/* Reading */

typedef struct {
  MsSafetensors *file; /* borrowed */
  const char *path;
} In;

static GBytes *
read_bytes (const In *in, const char *name, GError **error)
{
  const MsTensorInfo *info = ms_safetensors_find (in->file, name);
  g_autoptr (MsArray) array = NULL;

  if (info == NULL || info->dtype != MS_DTYPE_U8)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the tensor %s of bytes is missing", in->path, name);
      return NULL;
    }
  if ((array = ms_safetensors_read (in->file, info, error)) == NULL)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&array->data), array->n);
}

static GBytes *
opened_of (int branch, gpointer data, GError **error)
{
  g_autofree char *name = g_strdup_printf ("session/opened/%d", branch);

  return read_bytes (data, name, error);
}

static MsKept *
read_kept (const In *in, const MsTimeline *timeline)
{
  MsKept *kept = ms_kept_new ();

  kept->window = g_strdup (ms_safetensors_metadata (in->file, "window"));
  for (int i = 0; i < ms_timeline_n_branches (timeline); i++)
    {
      MsHistory *history = ms_session_history_read (in->file, i);

      if (history != NULL)
        add_history (kept, i, history);
    }
  return kept;
}

/* The root of what the metadata keep as @key, in @parser; NULL and @error: it is broken. */
static JsonNode *
parse (const In *in, const char *key, JsonParser *parser, GError **error)
{
  const char *text = ms_safetensors_metadata (in->file, key);

  if (ms_json_shallow (text, strlen (text)) && json_parser_load_from_data (parser, text, -1, NULL)
      && json_parser_get_root (parser) != NULL)
    return json_parser_get_root (parser);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the metadata key \"%s\" is not valid JSON", in->path, key);
  return NULL;
}

/* The session is where its timeline says; the file's own state is only the quick way there. */
static bool
restore (const In *in, MsSession *session, MsTimeline *timeline, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *node = parse (in, "timeline", parser, error);
  g_autoptr (GBytes) state = NULL;

  if (node == NULL || (state = read_bytes (in, "session/state", error)) == NULL)
    return false;
  if (ms_session_restore_state (session, state, error)
      && ms_timeline_from_node (timeline, node, opened_of, (gpointer) in, error)
      && ms_timeline_adopt (timeline, session, error))
    return true;
  g_prefix_error (error, "%s: ", in->path);
  return false;
}

static bool
restore_undo (const In *in, const MsSession *session, const MsTimeline *timeline, MsUndo *undo, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *node;

  ms_undo_clear (undo);
  if (ms_safetensors_metadata (in->file, "undo") == NULL)
    return true;
  if ((node = parse (in, "undo", parser, error)) == NULL)
    return false;
  if (ms_undo_from_node (undo, node, session->experiment, timeline, error))
    return true;
  g_prefix_error (error, "%s: ", in->path);
  return false;
}

static bool
restore_alerts (const In *in, const MsTimeline *timeline, MsKept *kept, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *node;

  if (ms_safetensors_metadata (in->file, "alerts") == NULL)
    return true;
  if ((node = parse (in, "alerts", parser, error)) == NULL)
    return false;
  if (ms_session_alerts_from_node (kept, node, timeline, error))
    return true;
  g_prefix_error (error, "%s: ", in->path);
  return false;
}

MsSession *
ms_session_file_load (const char *path, int n_threads, MsTimeline *timeline, MsUndo *undo, MsKept **kept,
                      GError **error)
{
  g_autoptr (MsSession) session = ms_session_load (path, NULL, n_threads, error);
  g_autoptr (MsSafetensors) file = session != NULL ? ms_safetensors_open (path, error) : NULL;
  g_autoptr (MsKept) found = NULL;
  In in = { file, path };

  *kept = NULL;
  if (file == NULL)
    return NULL;
  if (ms_safetensors_metadata (file, "timeline") == NULL)
    {
      ms_timeline_clear (timeline);
      ms_timeline_begin (timeline, session);
      ms_undo_clear (undo);
      return g_steal_pointer (&session);
    }
  if (!restore (&in, session, timeline, error) || !restore_undo (&in, session, timeline, undo, error))
    return NULL;
  found = read_kept (&in, timeline);
  if (!restore_alerts (&in, timeline, found, error))
    return NULL;
  *kept = g_steal_pointer (&found);
  return g_steal_pointer (&session);
}
