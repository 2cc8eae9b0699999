/* SPDX-License-Identifier: MIT */

/* What the two halves of the trace format share. */
#pragma once

#include "core/formats/npz.h"
#include "core/formats/trace.h"

#define TRACE_FORMAT "moescope-trace"
#define TRACE_VERSION 1

/* Members, or copies of the tokens, that are read: pictures hold each against each, and menus name them all. */
#define TRACE_MAX_MEMBERS 256

/* Numbers of each step, as MsRecord and the arrays call them. */
#define TRACE_SCALARS(X)                                                                                               \
  X (loss) X (task_loss) X (importance_loss) X (load_loss) X (gshard_loss) X (z_loss) X (train_error)                  \
  X (learning_rate) X (gradient_norm) X (epoch)
#define TRACE_EVALUATION(X) X (error) X (nll) X (ece) X (brier)

enum {
#define TRACE_SCALAR_ENUM(name) TRACE_SCALAR_##name,
  TRACE_SCALARS (TRACE_SCALAR_ENUM)
#undef TRACE_SCALAR_ENUM
  TRACE_N_SCALARS,
};

typedef enum {
  TRACE_HAS_GATE = 1,
  TRACE_HAS_PROBS = 2,
  TRACE_HAS_LOGITS = 4,
  TRACE_HAS_MASK = 8,
  TRACE_HAS_DISPATCH = 16,
  TRACE_HAS_COMBINE = 32,
  TRACE_HAS_BIAS = 64,
} TraceCaptured;

typedef enum { TRACE_PHASE_TRAIN = 2, TRACE_PHASE_UNKNOWN = 3 } TracePhase;

/* Columns of (B, L) that both sides walk: array name and MsRouting's field. */
#define TRACE_LAYER_COLUMNS(X)                                                                                         \
  X (layer_tokens, T) X (layer_experts, E) X (layer_k, K) X (layer_members, M) X (layer_capacity, capacity)            \
  X (layer_groups, groups) X (layer_block, layer)

/* The same of traces that are newer than the first, with what an older one means by their absence. */
#define TRACE_NEWER_COLUMNS(X) X (layer_copies, copies, 0) X (layer_member, member, -1) X (layer_slots, slots, 0)

/* Numbers of the tokens' way, (T, L) and this axis: array names, which are MsRouting's fields. */
#define TRACE_DETAILS(X)                                                                                               \
  X (noise, E) X (offset, E) X (in_norm, NONE) X (out_norm, K) X (added_norm, NONE) X (coordinates, PAIR)

enum {
#define TRACE_DETAIL_ENUM(name, axis) TRACE_DETAIL_##name,
  TRACE_DETAILS (TRACE_DETAIL_ENUM)
#undef TRACE_DETAIL_ENUM
  TRACE_N_DETAILS,
};

/* One step of the load series. */
typedef struct {
  gint64 step, examples_seen, tokens_seen;
  double scalars[TRACE_N_SCALARS];
  int n_layers;
  int *experts;           /* owned, (n_layers) */
  int *load, *dropped;    /* owned, the layers' experts one after another */
  double *use;            /* owned, likewise, NaN: not a soft layer; NULL: there are none */
  float *capacity;        /* owned, (n_layers), NaN: unlimited */
} TraceStep;

/* What the arrays' axes are as long as. */
typedef struct {
  gsize S, L, E, B, T, K, X, M, N;
  gsize slots; /* of all experts, of the soft layer with most */
  bool use;    /* some layer is soft */
} TraceSizes;

struct MsTraceWriter {
  char *source, *experiment; /* owned; experiment may be NULL */
  GPtrArray *steps;          /* owned, of TraceStep */
  GPtrArray *batches;        /* owned, of MsRecord */
  GArray *evaluations;       /* owned, of MsEvaluation */
  gint64 n_steps, n_batches; /* offered so far */
  gint64 step_stride, batch_stride;
  TraceSizes sizes;
  MsRecord *last;            /* owned reference: the newest record of all; NULL: none yet */
  int logits_dim[3];
  float *logits; /* owned, logits_dim; or NULL */
};

int trace_batch_rows (const MsRecord *record); /* the most tokens of any of its layers, or its own */

/* Of trace-details.c. */
void trace_pack_details (MsNpzWriter *npz, const MsTraceWriter *writer);

/* What ms_trace_read does once the zip is unpacked; @name is for messages. */
GPtrArray *trace_read_entries (GPtrArray *entries, const char *name, char ***notes, GError **error);

/* The JSON text of meta; *routers gets the router names in the order of meta.routers. */
char *trace_meta_text (const MsTraceWriter *writer, GPtrArray *routers);
