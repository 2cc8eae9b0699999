/* SPDX-License-Identifier: MIT */

/* The parameters of a model: one table of named tensors over flat value and gradient arrays, so that an optimiser is
 * one loop. A deep ensemble's members are sets of tensors in the same arrays. Tensors of experts are divided into
 * slices along their first axis; a slice that no token reached this step is not touched: its gradient is zero by
 * definition and its memory is neither cleared nor read. */
#pragma once

#include "core/base/error.h"
#include "core/base/real.h"
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_MAX_DIM 4

typedef enum {
  MS_INIT_CONSTANT,       /* scale everywhere */
  MS_INIT_NORMAL,         /* N (mean, scale^2) */
  MS_INIT_SIGNS,          /* 1 with probability scale, else -1 */
  MS_INIT_LECUN,          /* normal truncated at 2 sigma, variance 1 / fan_in (Flax's default) */
  MS_INIT_XAVIER_UNIFORM, /* uniform in +-sqrt (6 / (fan_in + fan_out)) */
} MsInitKind;

typedef struct {
  MsInitKind kind;
  double scale, mean;
  gsize fan_in, fan_out;
  bool identical; /* every slice gets the numbers of the first: V-MoE's split_rngs = False */
} MsInit;

typedef struct {
  char *name; /* as in checkpoints: "Encoder/encoderblock_1/Moe/Mlp/Dense_0/kernel" */
  const char *own_name; /* in name: what is left of it without the set's prefix */
  int n_dim;
  gsize dim[MS_MAX_DIM];
  gsize n, offset;  /* elements, and where they start in the flat arrays */
  gsize n_slices;   /* >= 1 */
  MsInit init;
  int set;          /* that it belongs to; 0 unless there are several */
  guint32 index;    /* within its set: the place of its initial numbers */
  bool decay;       /* weight decay applies: kernels, not biases or norms */
  bool fast;        /* a BatchEnsemble's fast weights, which learn at a rate of their own */
  bool settled;     /* moved by a rule of its own, not by gradients: optimisers leave it alone */
  bool frozen;      /* for now no optimiser moves it, nor its moments */
  MsReal *value, *grad; /* borrowed from the flat arrays once sealed */
  guint8 *touched;  /* (n_slices) 1: grad holds a gradient; 0: it is zero, whatever the memory says */
} MsParam;

typedef struct MsParams MsParams;

MsParams *ms_params_new (void);
void ms_params_free (MsParams *params);

/* The tensors declared from now on are one more member's: their names begin with @prefix, and their initial values are
 * those that the same tensors would have alone with the member's seed. */
void ms_params_begin_set (MsParams *params, const char *prefix);
int ms_params_sets (const MsParams *params); /* >= 1 */

/* Declares a tensor; its memory exists after ms_params_seal. Borrowed, valid as long as @params. */
MsParam *ms_params_add (MsParams *params, const char *name, MsInit init, int n_dim, const gsize *dim, bool sliced);

/* Allocates the flat arrays. False and @error (how much was asked for) if there is not enough memory. */
bool ms_params_seal (MsParams *params, GError **error);
void ms_params_init (MsParams *params, guint64 seed); /* fresh values; same seed, same values */
void ms_params_clear_gradients (MsParams *params);

int ms_params_count (const MsParams *params);
MsParam *ms_params_at (const MsParams *params, int i);
MsParam *ms_params_find (const MsParams *params, const char *name); /* NULL: unknown */
gsize ms_params_size (const MsParams *params);  /* elements in all, padding not counted */
gsize ms_params_flat (const MsParams *params);  /* length of the flat arrays: each tensor starts on a cache line */
MsReal *ms_params_values (MsParams *params);

/* Elements of one slice. */
gsize ms_param_slice (const MsParam *param);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsParams, ms_params_free)

G_END_DECLS
