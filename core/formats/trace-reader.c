/* SPDX-License-Identifier: MIT */

/* The arrays of a trace. Every shape is held against the sizes that the file's own tables give. */

#include "core/formats/trace-reader.h"

#include "core/base/json.h"
#include "core/formats/scan.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define META_LIMIT ((gsize)16 << 20) /* bytes */
#define MAX_LAYERS 4096
#define RECORDS_LIMIT ((guint64)4 << 30) /* bytes of all records */

static void
reader_clear (TraceReader *self)
{
  g_free (self->name);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->meta, json_node_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TraceReader, reader_clear)

bool
trace_refuse (const TraceReader *self, GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: %s", self->name, text);
  return false;
}

void
trace_note (TraceReader *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_ptr_array_add (self->notes, g_strdup_vprintf (format, args));
  va_end (args);
}

bool
trace_charge (TraceReader *self, guint64 n, guint64 bytes_each, GError **error)
{
  self->used += n * bytes_each; /* cannot wrap: the products stay below 2^62 and the limit is met after one */
  return self->used <= RECORDS_LIMIT || trace_refuse (self, error, "its records would take more than 4 GiB of memory");
}

bool
trace_take (TraceReader *self, const char *name, bool required, MsDtype dtype, int n_dim, gsize *dim,
            gconstpointer *out, GError **error)
{
  const MsArray *array
    = required ? ms_npz_require (self->entries, name, self->name, error) : ms_npz_find (self->entries, name);
  if (array == NULL)
    return !required;
  bool fits = array->dtype == dtype && array->n_dim == n_dim;
  for (int i = 0; fits && i < n_dim; i++)
    fits = dim[i] == TRACE_ANY || dim[i] == array->dim[i];
  if (!fits)
    {
      g_autofree char *found = ms_array_shape_text (array), *wanted = ms_shape_text (n_dim, dim);
      for (int i = 0; i < n_dim; i++)
        if (dim[i] == TRACE_ANY)
          return trace_refuse (self, error, "array “%s” is %s %s; %s with %d axes is expected", name,
                               ms_dtype_name (array->dtype), found, ms_dtype_name (dtype), n_dim);
      return trace_refuse (self, error, "array “%s” is %s %s; %s %s is expected", name, ms_dtype_name (array->dtype),
                           found, ms_dtype_name (dtype), wanted);
    }
  memcpy (dim, array->dim, (gsize)n_dim * sizeof *dim);
  *out = array->data;
  return true;
}

gint64
trace_object_int (JsonObject *object, const char *key, gint64 low, gint64 high)
{
  JsonNode *node = json_object_get_member (object, key);
  bool number = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
  return number ? CLAMP (json_node_get_int (node), low, high) : low;
}

gint64
trace_meta_int (const TraceReader *self, const char *key, gint64 low, gint64 high)
{
  return trace_object_int (self->object, key, low, high);
}

const char *
trace_node_text (JsonNode *node)
{
  bool text = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
  return text && ms_scan_plain (json_node_get_string (node)) ? json_node_get_string (node) : "";
}

JsonArray *
trace_meta_array (const TraceReader *self, const char *key)
{
  JsonNode *node = json_object_get_member (self->object, key);
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

bool
trace_meta_bool (const TraceReader *self, const char *key)
{
  JsonNode *node = json_object_get_member (self->object, key);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN
         && json_node_get_boolean (node);
}

#define TAKE(field, name, required, dtype, ...)                                                                        \
  trace_take (self, name, required, dtype, (int)(sizeof ((gsize[]){ __VA_ARGS__ }) / sizeof (gsize)),                  \
              (gsize[]){ __VA_ARGS__ }, (gconstpointer *)&self->field, error)

static bool
read_meta (TraceReader *self, GError **error)
{
  gsize n = TRACE_ANY;
  const char *text = NULL;
  if (!trace_take (self, "meta", true, MS_DTYPE_U8, 1, &n, (gconstpointer *)&text, error))
    {
      g_prefix_error (error, "not one of our traces: ");
      return false;
    }
  bool sound = n <= META_LIMIT && g_utf8_validate_len (text, n, NULL) && ms_json_shallow (text, n);
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (sound && json_parser_load_from_data (parser, text, (gssize)n, NULL))
    self->meta = json_parser_steal_root (parser);
  if (self->meta == NULL || !JSON_NODE_HOLDS_OBJECT (self->meta))
    return trace_refuse (self, error, "array “meta” is not the text of a JSON object");
  self->object = json_node_get_object (self->meta);
  const char *format = trace_node_text (json_object_get_member (self->object, "format"));
  if (g_strcmp0 (format, TRACE_FORMAT) != 0)
    return trace_refuse (self, error, "not one of our traces: “meta” does not say format “" TRACE_FORMAT "”");
  gint64 version = trace_meta_int (self, "version", 0, G_MAXINT);
  if (version != TRACE_VERSION)
    return trace_refuse (self, error, "its trace format has version %d, this program reads version %d", (int)version,
                         TRACE_VERSION);
  return true;
}

bool
trace_rising (const gint64 *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (values[i] < 0 || (i > 0 && values[i] <= values[i - 1]))
      return false;
  return true;
}

static bool
read_series (TraceReader *self, GError **error)
{
  static const char *const names[] = {
#define NAME(name) #name,
    TRACE_SCALARS (NAME)
#undef NAME
  };
  gsize one[1] = { TRACE_ANY }, three[3] = { TRACE_ANY, TRACE_ANY, TRACE_ANY };
  if (!trace_take (self, "load_step", true, MS_DTYPE_I64, 1, one, (gconstpointer *)&self->load_step, error))
    return false;
  self->s.S = three[0] = one[0];
  if (!trace_take (self, "cnt", true, MS_DTYPE_I64, 3, three, (gconstpointer *)&self->cnt, error))
    return false;
  self->s.L = three[1];
  self->s.E = three[2];
  if (self->s.L > MAX_LAYERS || self->s.E > G_MAXINT16)
    return trace_refuse (self, error,
                         "array “cnt” has %" G_GSIZE_FORMAT " layers of %" G_GSIZE_FORMAT
                         " experts; at most %d of %d are read",
                         self->s.L, self->s.E, MAX_LAYERS, G_MAXINT16);
  for (int k = 0; k < TRACE_N_SCALARS; k++)
    if (!TAKE (scalars[k], names[k], true, MS_DTYPE_F64, self->s.S))
      return false;
  if (!TAKE (dropped, "dropped", true, MS_DTYPE_I64, self->s.S, self->s.L, self->s.E)
      || !TAKE (cap, "cap", true, MS_DTYPE_F32, self->s.S, self->s.L)
      || !TAKE (soft_use, "soft_use", false, MS_DTYPE_F64, self->s.S, self->s.L, self->s.E)
      || !TAKE (examples_seen, "examples_seen", true, MS_DTYPE_I64, self->s.S)
      || !TAKE (tokens_seen, "tokens_seen", true, MS_DTYPE_I64, self->s.S))
    return false;
  for (gsize i = 0; i < self->s.S * self->s.L * self->s.E; i++)
    if (self->cnt[i] < -1 || self->cnt[i] > G_MAXINT || self->dropped[i] < -1
        || self->dropped[i] > MAX (self->cnt[i], 0))
      return trace_refuse (self, error,
                           "count %" G_GINT64_FORMAT " of which %" G_GINT64_FORMAT
                           " were dropped cannot be, at position %" G_GSIZE_FORMAT,
                           self->cnt[i], self->dropped[i], i);
  return trace_rising (self->load_step, self->s.S) || trace_refuse (self, error, "array “load_step” does not rise");
}

/* The tables of batches and layers, and the arrays whose lengths they give. */
static bool
read_tables (TraceReader *self, GError **error)
{
  gsize one[1] = { TRACE_ANY };
  TraceSizes *s = &self->s;
  if (!trace_take (self, "batch_step", false, MS_DTYPE_I64, 1, one, (gconstpointer *)&self->batch_step, error))
    return false;
  if (self->batch_step == NULL)
    return true;
  s->B = one[0];
#define COLUMN(array, field)                                                                                           \
  if (!TAKE (array, #array, true, MS_DTYPE_I32, s->B, s->L))                                                           \
    return false;
  TRACE_LAYER_COLUMNS (COLUMN)
#undef COLUMN
#define COLUMN(array, field, absent)                                                                                   \
  if (!TAKE (array, #array, false, MS_DTYPE_I32, s->B, s->L))                                                          \
    return false;
  TRACE_NEWER_COLUMNS (COLUMN)
#undef COLUMN
  if (!TAKE (batch_tokens, "batch_tokens", true, MS_DTYPE_I32, s->B)
      || !TAKE (batch_examples, "batch_examples", true, MS_DTYPE_I32, s->B)
      || !TAKE (layer_router, "layer_router", true, MS_DTYPE_I32, s->B, s->L)
      || !TAKE (captured, "layer_captured", true, MS_DTYPE_U8, s->B, s->L)
      || !TAKE (layer_losses, "layer_losses", true, MS_DTYPE_F64, s->B, s->L, 4)
      || !TAKE (layer_bias, "layer_bias", false, MS_DTYPE_F32, s->B, s->L, s->E))
    return false;
  for (gsize b = 0; b < s->B; b++)
    {
      if (self->batch_tokens[b] < 0 || self->batch_examples[b] < 0)
        return trace_refuse (self, error, "batch %" G_GSIZE_FORMAT " has a negative size", b);
      s->T += (gsize)self->batch_tokens[b];
      s->X += (gsize)self->batch_examples[b];
      s->N = MAX (s->N, (gsize)self->batch_examples[b]);
    }
  return trace_rising (self->batch_step, s->B) || trace_refuse (self, error, "array “batch_step” does not rise");
}

/* Weights between rows and slots: one width for all three. */
static bool
read_soft_rows (TraceReader *self, GError **error)
{
  static const char *const names[] = { "soft_combine", "soft_dispatch", "soft_logits" };
  const float **fields[] = { &self->soft_combine, &self->soft_dispatch, &self->soft_logits };
  gsize three[3] = { self->s.T, self->s.L, TRACE_ANY };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (!trace_take (self, names[i], false, MS_DTYPE_F32, 3, three, (gconstpointer *)fields[i], error))
      return false;
  self->s.slots = three[2] == TRACE_ANY ? 0 : three[2];
  return true;
}

static bool
read_rows (TraceReader *self, GError **error)
{
  TraceSizes *s = &self->s;
  gsize C = (gsize)trace_meta_int (self, "classes", 0, 1 << 20);
  gsize three[3] = { s->T, s->L, TRACE_ANY }, four[4] = { s->B, TRACE_ANY, s->N, C };
  if (!trace_take (self, "ids", true, MS_DTYPE_I16, 3, three, (gconstpointer *)&self->ids, error))
    return false;
  s->K = three[2];
  gsize height = (gsize)trace_meta_int (self, "height", 0, 1 << 20);
  gsize width = (gsize)trace_meta_int (self, "width", 0, 1 << 20);
  gsize channels = (gsize)trace_meta_int (self, "channels", 0, 1 << 20);
  if (!TAKE (kept, "kept", true, MS_DTYPE_U8, s->T, s->L, s->K) || !TAKE (mask, "mask", true, MS_DTYPE_U8, s->T)
      || !TAKE (gate, "gate", false, MS_DTYPE_F32, s->T, s->L, s->K)
      || !TAKE (logits, "logits", false, MS_DTYPE_F32, s->T, s->L, s->E)
      || !TAKE (router_probs, "router_probs", false, MS_DTYPE_F32, s->T, s->L, s->E)
      || !TAKE (inputs, "inputs", true, MS_DTYPE_F32, s->X, height, width, channels)
      || !TAKE (labels, "labels", true, MS_DTYPE_I32, s->X)
      || !trace_take (self, "probs", false, MS_DTYPE_F32, 4, four, (gconstpointer *)&self->probs, error))
    return false;
  if (!read_soft_rows (self, error) || !trace_take_details (self, error))
    return false;
  s->M = self->probs != NULL ? four[1] : 0;
  if (s->M > TRACE_MAX_MEMBERS)
    return trace_refuse (self, error, "array “probs” has %" G_GSIZE_FORMAT " members; at most %d are read", s->M,
                         TRACE_MAX_MEMBERS);
  for (gsize i = 0; i < s->X; i++)
    if (self->labels[i] < -1 || self->labels[i] >= (gint64)C)
      return trace_refuse (self, error,
                           "label %d of example %" G_GSIZE_FORMAT " is none of the %" G_GSIZE_FORMAT " classes",
                           self->labels[i], i, C);
  return true;
}

static bool
read_points (TraceReader *self, GError **error)
{
  gsize two[2] = { TRACE_ANY, 2 };
  if (!trace_take (self, "points", false, MS_DTYPE_F32, 2, two, (gconstpointer *)&self->points, error))
    return false;
  self->n_points = self->points != NULL ? two[0] : 0;
  return self->points == NULL || TAKE (point_labels, "point_labels", true, MS_DTYPE_I32, two[0]);
}

GPtrArray *
trace_read_entries (GPtrArray *entries, const char *name, char ***notes, GError **error)
{
  g_auto (TraceReader) self = { .name = g_strdup (name),
                                .entries = g_ptr_array_ref (entries),
                                .notes = g_ptr_array_new_with_free_func (g_free) };
  if (!read_meta (&self, error) || !read_series (&self, error) || !read_tables (&self, error)
      || (self.s.B > 0 && !read_rows (&self, error)) || !read_points (&self, error))
    return NULL;
  g_autoptr (GPtrArray) records = trace_make_records (&self, error);
  if (records == NULL)
    return NULL;
  if (notes != NULL)
    {
      g_ptr_array_add (self.notes, NULL);
      *notes = g_strdupv ((char **)self.notes->pdata);
    }
  return g_steal_pointer (&records);
}

GPtrArray *
ms_trace_read (const char *path, char ***notes, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GPtrArray) entries = ms_npz_read (path, error);
  return entries != NULL ? trace_read_entries (entries, name, notes, error) : NULL;
}
