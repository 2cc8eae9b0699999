/* SPDX-License-Identifier: MIT */

/* Tensors beside the checkpoint's: "session/state" (U8), "session/opened/BRANCH" (U8), and of each branch's history
 * "session/history/BRANCH/points" (F64: points, 10), "load" and "dropped" (F32: points, layers, E), "layers" (I32:
 * layers, 2: experts, block) and "evaluations" (F64: evaluations, 6). Metadata: "timeline" and "window", JSON. */
#include "core/train/session-file.h"

#include "core/base/json.h"
#include "core/train/checkpoint.h"
#include "core/train/session-private.h"
#include "core/train/timeline-file.h"

#include <math.h>
#include <string.h>

#define POINT 10     /* numbers of a history's point */
#define EVALUATION 6 /* and of an evaluation */

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

void
ms_kept_free (MsKept *self)
{
  if (self == NULL)
    return;
  g_free (self->window);
  g_clear_pointer (&self->histories, g_ptr_array_unref);
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

/* Writing. Arrays that are made for it live in @arrays until the file is written. */

typedef struct {
  MsSafetensorsWriter *writer; /* borrowed */
  GPtrArray *arrays;           /* owned memory */
} Out;

static void
add_tensor (Out *out, const char *name, MsDtype dtype, const gsize *dim, int n_dim, gconstpointer data)
{
  if (dim[0] > 0)
    ms_safetensors_writer_add (out->writer, name, dtype, n_dim, dim, data);
}

static void
add_bytes (Out *out, const char *name, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  add_tensor (out, name, MS_DTYPE_U8, &size, 1, data);
}

static double *
points_of (const MsHistory *h)
{
  double *numbers = g_new (double, (gsize) h->n_points * POINT);

  for (int i = 0; i < h->n_points; i++)
    {
      const MsHistoryPoint *p = &h->points[i];
      const double row[POINT] = { (double) p->first_step, (double) p->last_step, p->n_records, p->loss, p->task_loss,
                                  p->importance_loss, p->load_loss, p->gshard_loss, p->z_loss, p->train_error };

      memcpy (numbers + (gsize) i * POINT, row, sizeof row);
    }
  return numbers;
}

static double *
evaluations_of (const MsHistory *h)
{
  double *numbers = g_new (double, (gsize) h->n_evaluations * EVALUATION);

  for (int i = 0; i < h->n_evaluations; i++)
    {
      const MsEvaluation *e = &h->evaluations[i];
      const double row[EVALUATION] = { (double) e->step, e->examples, e->error, e->nll, e->ece, e->brier };

      memcpy (numbers + (gsize) i * EVALUATION, row, sizeof row);
    }
  return numbers;
}

static gint32 *
layers_of (const MsHistory *h)
{
  gint32 *numbers = g_new (gint32, 2 * (gsize) h->n_layers);

  for (int l = 0; l < h->n_layers; l++)
    {
      numbers[2 * l] = h->layer_experts[l];
      numbers[2 * l + 1] = h->layer_block[l];
    }
  return numbers;
}

static void
write_history (Out *out, int branch, const MsHistory *h)
{
  const gsize points[] = { (gsize) h->n_points, POINT }, evaluations[] = { (gsize) h->n_evaluations, EVALUATION };
  const gsize layers[] = { (gsize) h->n_layers, 2 };
  const gsize loads[] = { h->n_layers > 0 && h->E > 0 ? (gsize) h->n_points : 0, (gsize) h->n_layers, (gsize) h->E };
  const struct {
    const char *name;
    MsDtype dtype;
    const gsize *dim;
    int n_dim;
    gpointer made; /* NULL: @data is the history's own */
    gconstpointer data;
  } tensors[] = {
    { "points", MS_DTYPE_F64, points, 2, points_of (h), NULL },
    { "evaluations", MS_DTYPE_F64, evaluations, 2, evaluations_of (h), NULL },
    { "layers", MS_DTYPE_I32, layers, 2, layers_of (h), NULL },
    { "load", MS_DTYPE_F32, loads, 3, NULL, h->load },
    { "dropped", MS_DTYPE_F32, loads, 3, NULL, h->dropped },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      g_autofree char *name = g_strdup_printf ("session/history/%d/%s", branch, tensors[i].name);

      if (tensors[i].made != NULL)
        g_ptr_array_add (out->arrays, tensors[i].made);
      add_tensor (out, name, tensors[i].dtype, tensors[i].dim, tensors[i].n_dim,
                  tensors[i].made != NULL ? tensors[i].made : tensors[i].data);
    }
}

static void
write_opened (Out *out, const MsTimeline *timeline)
{
  for (int i = 0; i < ms_timeline_n_branches (timeline); i++)
    {
      GBytes *opened = ms_timeline_opened (timeline, i);
      g_autofree char *name = g_strdup_printf ("session/opened/%d", i);

      if (opened != NULL)
        add_bytes (out, name, opened);
    }
}

bool
ms_session_file_save (const char *path, MsSession *session, const MsTimeline *timeline, const MsKept *kept,
                      GError **error)
{
  MsCheckpointHead head = { session->name, session->step };
  g_autoptr (MsSafetensorsWriter) writer
    = ms_checkpoint_writer (session->experiment, &head, session->model, session->optimiser);
  g_autoptr (GPtrArray) arrays = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) state = ms_session_save_state (session);
  g_autoptr (JsonNode) tree = ms_timeline_to_node (timeline);
  g_autofree char *text = ms_json_text (tree);
  Out out = { writer, arrays };

  ms_safetensors_writer_set_metadata (writer, "timeline", text);
  if (kept->window != NULL)
    ms_safetensors_writer_set_metadata (writer, "window", kept->window);
  add_bytes (&out, "session/state", state);
  write_opened (&out, timeline);
  for (guint i = 0; kept->histories != NULL && i < kept->histories->len; i++)
    {
      const MsKeptHistory *one = kept->histories->pdata[i];

      write_history (&out, one->branch, one->history);
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

/* NULL without an error: it is not there, which for a history is no reason to refuse a session. */
static MsArray *
read_part (const In *in, int branch, const char *part, int n_dim)
{
  g_autofree char *name = g_strdup_printf ("session/history/%d/%s", branch, part);
  const MsTensorInfo *info = ms_safetensors_find (in->file, name);

  return info != NULL && info->n_dim == n_dim ? ms_safetensors_read (in->file, info, NULL) : NULL;
}

static double
at (const MsArray *array, gsize row, gsize columns, gsize column)
{
  return ms_array_get (array, row * columns + column);
}

/* A record that ms_history_add makes the point of. Its layers are set once; the loads are filled in for each point. */
static MsRecord *
new_record (const MsArray *layers)
{
  MsRecord *record = ms_record_new ();

  record->n_routing = layers != NULL ? (int) layers->dim[0] : 0;
  record->routing = g_new0 (MsRouting *, record->n_routing);
  for (int l = 0; l < record->n_routing; l++)
    {
      record->routing[l] = ms_routing_new (0, (int) at (layers, (gsize) l, 2, 0), 0, 1);
      record->routing[l]->layer = (int) at (layers, (gsize) l, 2, 1);
    }
  return record;
}

static void
put_points (MsHistory *h, const MsArray *points)
{
  for (int i = 0; i < h->n_points; i++)
    {
      double row[POINT];

      for (gsize c = 0; c < POINT; c++)
        row[c] = at (points, (gsize) i, POINT, c);
      h->points[i] = (MsHistoryPoint){ .first_step = (gint64) row[0], .last_step = (gint64) row[1],
                                       .n_records = (int) row[2], .loss = row[3], .task_loss = row[4],
                                       .importance_loss = row[5], .load_loss = row[6], .gshard_loss = row[7],
                                       .z_loss = row[8], .train_error = row[9] };
      h->stride = MAX (h->stride, h->points[i].n_records);
    }
}

static bool
points_are_sound (const MsArray *points)
{
  double before = -1;

  for (gsize i = 0; i < points->dim[0]; i++)
    {
      double first = at (points, i, POINT, 0), last = at (points, i, POINT, 1), n = at (points, i, POINT, 2);

      if (!(first > before && last >= first && last < 1e15 && n >= 1 && n <= last - first + 1 && n < 1e9))
        return false;
      before = last;
    }
  return true;
}

static bool
layers_are_sound (const MsArray *layers)
{
  if (layers->dim[1] != 2 || layers->dim[0] > 4096)
    return false;
  for (gsize l = 0; l < layers->dim[0]; l++)
    if (!(at (layers, l, 2, 0) >= 1 && at (layers, l, 2, 0) <= 1 << 16 && at (layers, l, 2, 1) >= 0))
      return false;
  return true;
}

static bool
same_loads (const MsArray *array, const MsHistory *h)
{
  return array != NULL && array->dtype == MS_DTYPE_F32 && array->dim[0] == (gsize) h->n_points
         && array->dim[1] == (gsize) h->n_layers && array->dim[2] == (gsize) h->E;
}

static bool
put_loads (MsHistory *h, const In *in, int branch)
{
  g_autoptr (MsArray) load = NULL, dropped = NULL;

  if (h->n_layers == 0)
    return true;
  load = read_part (in, branch, "load", 3);
  dropped = read_part (in, branch, "dropped", 3);
  if (!same_loads (load, h) || !same_loads (dropped, h))
    return false;
  memcpy (h->load, load->data, load->n * sizeof (float));
  memcpy (h->dropped, dropped->data, dropped->n * sizeof (float));
  return true;
}

static void
put_evaluations (MsHistory *h, const In *in, int branch)
{
  g_autoptr (MsArray) array = read_part (in, branch, "evaluations", 2);

  if (array == NULL || array->dim[1] != EVALUATION || array->dim[0] > (gsize) h->capacity)
    return;
  g_free (h->evaluations);
  h->n_evaluations = h->evaluations_size = (int) array->dim[0];
  h->evaluations = g_new (MsEvaluation, h->n_evaluations);
  for (gsize i = 0; i < array->dim[0]; i++)
    h->evaluations[i] = (MsEvaluation){ .step = (gint64) at (array, i, EVALUATION, 0),
                                        .examples = (int) at (array, i, EVALUATION, 1),
                                        .error = at (array, i, EVALUATION, 2), .nll = at (array, i, EVALUATION, 3),
                                        .ece = at (array, i, EVALUATION, 4), .brier = at (array, i, EVALUATION, 5) };
}

/* NULL: the branch has none, or one that makes no sense. */
static MsHistory *
read_history (const In *in, int branch)
{
  g_autoptr (MsArray) points = read_part (in, branch, "points", 2), layers = read_part (in, branch, "layers", 2);
  g_autoptr (MsHistory) history = NULL;
  g_autoptr (MsRecord) record = NULL;
  gsize n = points != NULL ? points->dim[0] : 0;

  if (n == 0 || n > 1 << 20 || points->dim[1] != POINT || !points_are_sound (points)
      || (layers != NULL && !layers_are_sound (layers)))
    return NULL;
  history = ms_history_new ((int) MAX (n + n % 2 + 2, MS_HISTORY_FEWEST));
  record = new_record (layers);
  ms_history_add (history, record); /* takes its shape */
  ms_history_reserve (history, (int) n);
  history->n_points = (int) n;
  put_points (history, points);
  put_evaluations (history, in, branch);
  return put_loads (history, in, branch) ? g_steal_pointer (&history) : NULL;
}

static MsKept *
read_kept (const In *in, const MsTimeline *timeline)
{
  MsKept *kept = ms_kept_new ();

  kept->window = g_strdup (ms_safetensors_metadata (in->file, "window"));
  for (int i = 0; i < ms_timeline_n_branches (timeline); i++)
    {
      MsHistory *history = read_history (in, i);

      if (history != NULL)
        add_history (kept, i, history);
    }
  return kept;
}

/* The session is where its timeline says; the file's own state is only the quick way there. */
static MsSession *
restore (const In *in, MsSession *session, MsTimeline *timeline, const char *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GBytes) state = NULL;

  if (!ms_json_shallow (text, strlen (text)) || !json_parser_load_from_data (parser, text, -1, NULL))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the metadata key \"timeline\" is not valid JSON", in->path);
      return NULL;
    }
  if ((state = read_bytes (in, "session/state", error)) == NULL || !ms_session_restore_state (session, state, error)
      || !ms_timeline_from_node (timeline, json_parser_get_root (parser), opened_of, (gpointer) in, error))
    {
      g_prefix_error (error, "%s: ", in->path);
      return NULL;
    }
  return ms_timeline_adopt (timeline, session, error) ? session : NULL;
}

MsSession *
ms_session_file_load (const char *path, int n_threads, MsTimeline *timeline, MsKept **kept, GError **error)
{
  g_autoptr (MsSession) session = ms_session_load (path, NULL, n_threads, error);
  g_autoptr (MsSafetensors) file = session != NULL ? ms_safetensors_open (path, error) : NULL;
  const char *text = file != NULL ? ms_safetensors_metadata (file, "timeline") : NULL;
  In in = { file, path };

  *kept = NULL;
  if (file == NULL)
    return NULL;
  if (text == NULL)
    {
      ms_timeline_clear (timeline);
      ms_timeline_begin (timeline, session);
      return g_steal_pointer (&session);
    }
  if (restore (&in, session, timeline, text, error) == NULL)
    return NULL;
  *kept = read_kept (&in, timeline);
  return g_steal_pointer (&session);
}
