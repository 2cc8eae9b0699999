/* SPDX-License-Identifier: MIT */

/* A trace being read: its arrays, whose shapes and tables trace-reader.c has checked, and from which trace-replay.c
 * makes records. */
#pragma once

#include "core/formats/trace-private.h"

#include <json-glib/json-glib.h>

#define TRACE_ANY G_MAXSIZE

typedef struct
{
  char *name;         /* owned, the file for messages */
  GPtrArray *entries; /* owned, of MsNpzEntry */
  JsonNode *meta;     /* owned */
  JsonObject *object; /* borrowed from meta */
  GPtrArray *notes;   /* owned, of char * */
  TraceSizes s;
  gsize next_row, next_example; /* of the batch being read */
  gsize n_points;
  guint64 used;                 /* bytes that the records made so far take */

  const gint64 *load_step, *cnt, *dropped, *batch_step;
  const gint32 *batch_tokens, *batch_examples, *layer_router;
#define COLUMN(array, field) const gint32 *array;
  TRACE_LAYER_COLUMNS (COLUMN)
#define NEWER_COLUMN(array, field, absent) COLUMN (array, field)
  TRACE_NEWER_COLUMNS (NEWER_COLUMN) /* NULL in older traces */
#undef NEWER_COLUMN
#undef COLUMN
  const guint8 *captured, *kept, *mask;
  const double *layer_losses;
  const gint16 *ids;
  const float *gate, *logits, *router_probs, *inputs, *probs, *points, *cap;
  const float *soft_dispatch, *soft_combine, *soft_logits, *layer_bias; /* NULL: none of any layer */
  const double *soft_use;                                              /* likewise */
  const gint32 *labels, *point_labels;
  const double *scalars[TRACE_N_SCALARS];
  const gint64 *examples_seen, *tokens_seen;
  const float *details[TRACE_N_DETAILS]; /* NULL likewise */
  const gint32 *place;
  const double *variance;
} TraceReader;

/* Sets an error that begins with the file's name; always false. */
bool trace_refuse (const TraceReader *self, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);
void trace_note (TraceReader *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A small file can ask for many records of many experts: what they will take is counted before it is allocated. */
bool trace_charge (TraceReader *self, guint64 n, guint64 bytes_each, GError **error);

/* The data of array @name, of @dtype and shape @dim (TRACE_ANY: any length, stored back). *out stays NULL where it is
 * absent and not @required. */
bool trace_take (TraceReader *self, const char *name, bool required, MsDtype dtype, int n_dim, gsize *dim,
                 gconstpointer *out, GError **error);

/* Members of meta; what is absent or of another type is @low, "", NULL or false. */
gint64 trace_object_int (JsonObject *object, const char *key, gint64 low, gint64 high);
gint64 trace_meta_int (const TraceReader *self, const char *key, gint64 low, gint64 high);
const char *trace_node_text (JsonNode *node); /* only text that can be shown in one line */
JsonArray *trace_meta_array (const TraceReader *self, const char *key);
bool trace_meta_bool (const TraceReader *self, const char *key);

bool trace_rising (const gint64 *values, gsize n); /* from 0 on, each beyond the one before */

/* The details of layer @l of batch @b, whose choices are read already. */
bool trace_take_details (TraceReader *self, GError **error);
bool trace_read_details (TraceReader *self, MsRouting *routing, gsize b, gsize l, GError **error);

/* From the checked tables to records; refuses expert numbers and shapes that cannot be. */
GPtrArray *trace_make_records (TraceReader *self, GError **error);
