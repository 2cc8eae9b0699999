/* SPDX-License-Identifier: MIT */

/* Tensors of a branch's history: "session/history/BRANCH/points" (F64: points, 10), "load" and "dropped" (F32: points,
 * layers, E), "layers" (I32: layers, 2: experts, block) and "evaluations" (F64: evaluations, 6). */
#include "core/train/session-history.h"

#include <string.h>

#define POINT 10     /* numbers of a history's point */
#define EVALUATION 6 /* and of an evaluation */

/* Writing */

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

void
ms_session_history_write (MsSafetensorsWriter *writer, GPtrArray *arrays, int branch, const MsHistory *h)
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
        g_ptr_array_add (arrays, tensors[i].made);
      if (tensors[i].dim[0] > 0)
        ms_safetensors_writer_add (writer, name, tensors[i].dtype, tensors[i].n_dim, tensors[i].dim,
                                   tensors[i].made != NULL ? tensors[i].made : tensors[i].data);
    }
}

/* Reading */

static const MsTensorInfo *
find_part (MsSafetensors *file, int branch, const char *part, int n_dim, MsDtype dtype)
{
  g_autofree char *name = g_strdup_printf ("session/history/%d/%s", branch, part);
  const MsTensorInfo *info = ms_safetensors_find (file, name);

  return info != NULL && info->n_dim == n_dim && info->dtype == dtype ? info : NULL;
}

/* NULL without an error: it is not there, which for a history is no reason to refuse a session. */
static MsArray *
read_part (MsSafetensors *file, int branch, const char *part, int n_dim, MsDtype dtype)
{
  const MsTensorInfo *info = find_part (file, branch, part, n_dim, dtype);

  return info != NULL ? ms_safetensors_read (file, info, NULL) : NULL;
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

/* Whether the file holds the loads of @n points of these layers: only then there is to be room for as many. */
static bool
has_loads (MsSafetensors *file, int branch, gsize n, const MsArray *layers)
{
  const MsTensorInfo *parts[] = { find_part (file, branch, "load", 3, MS_DTYPE_F32),
                                  find_part (file, branch, "dropped", 3, MS_DTYPE_F32) };
  gsize E = 0;

  for (gsize l = 0; l < layers->dim[0]; l++)
    E = MAX (E, (gsize) at (layers, l, 2, 0));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] == NULL || parts[i]->dim[0] != n || parts[i]->dim[1] != layers->dim[0] || parts[i]->dim[2] != E)
      return false;
  return true;
}

static bool
put_loads (MsHistory *h, MsSafetensors *file, int branch)
{
  g_autoptr (MsArray) load = NULL, dropped = NULL;

  if (h->n_layers == 0)
    return true;
  load = read_part (file, branch, "load", 3, MS_DTYPE_F32);
  dropped = read_part (file, branch, "dropped", 3, MS_DTYPE_F32);
  if (load == NULL || dropped == NULL)
    return false;
  memcpy (h->load, load->data, load->n * sizeof (float));
  memcpy (h->dropped, dropped->data, dropped->n * sizeof (float));
  return true;
}

static bool
evaluations_are_sound (const MsArray *array, gsize most)
{
  if (array->dim[1] != EVALUATION || array->dim[0] > most)
    return false;
  for (gsize i = 0; i < array->dim[0]; i++)
    if (!(at (array, i, EVALUATION, 0) >= 0 && at (array, i, EVALUATION, 0) < 1e15 && at (array, i, EVALUATION, 1) >= 0
          && at (array, i, EVALUATION, 1) <= G_MAXINT))
      return false;
  return true;
}

static void
put_evaluations (MsHistory *h, MsSafetensors *file, int branch)
{
  g_autoptr (MsArray) array = read_part (file, branch, "evaluations", 2, MS_DTYPE_F64);

  if (array == NULL || !evaluations_are_sound (array, (gsize) h->capacity))
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

MsHistory *
ms_session_history_read (MsSafetensors *file, int branch)
{
  g_autoptr (MsArray) points = read_part (file, branch, "points", 2, MS_DTYPE_F64);
  g_autoptr (MsArray) layers = read_part (file, branch, "layers", 2, MS_DTYPE_I32);
  g_autoptr (MsHistory) history = NULL;
  g_autoptr (MsRecord) record = NULL;
  gsize n = points != NULL ? points->dim[0] : 0;

  if (n == 0 || n > 1 << 20 || points->dim[1] != POINT || !points_are_sound (points)
      || (layers != NULL && (!layers_are_sound (layers) || !has_loads (file, branch, n, layers))))
    return NULL;
  history = ms_history_new ((int) MAX (n + n % 2 + 2, MS_HISTORY_FEWEST));
  record = new_record (layers);
  ms_history_add (history, record); /* takes its shape */
  ms_history_reserve (history, (int) n);
  history->n_points = (int) n;
  put_points (history, points);
  put_evaluations (history, file, branch);
  return put_loads (history, file, branch) ? g_steal_pointer (&history) : NULL;
}
