/* SPDX-License-Identifier: MIT */

/* A small reverse-mode tape. Applying an op computes its value at once and notes it; backward walks the notes in
 * reverse. All values, gradients and scratch live in the tape's arena until the next reset: after the first step of a
 * shape a step allocates nothing. Arrays are row-major. */
#pragma once

#include "core/autodiff/params.h"
#include "core/base/pool.h"
#include "core/base/real.h"
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_OP_MAX_IN 8

typedef struct MsOp MsOp;
typedef struct MsNode MsNode;
typedef struct MsTape MsTape;
typedef struct MsCheck MsCheck;

/* One value on the tape. */
struct MsNode {
  const MsOp *op;  /* NULL: an input, a variable or a parameter */
  MsNode *in[MS_OP_MAX_IN];
  int n_in;
  int n_dim;
  gsize dim[MS_MAX_DIM];
  gsize n;         /* elements */
  MsReal *value;   /* (n); NULL on a dry tape */
  MsReal *grad;    /* (n) or NULL until something flows back */
  gsize n_slices;
  guint8 *touched; /* (n_slices), see MsParam; for other nodes one flag */
  guint8 begun;    /* that flag */
  bool needs_grad;
  gconstpointer attr; /* the op's settings, in the arena */
  gpointer saved;     /* what forward keeps for backward, in the arena */
};

/* What a pass costs. Multiply-adds count as two. */
typedef struct {
  guint64 flops, bytes; /* bytes that are read and written */
} MsCost;

/* An op: one file in core/autodiff/ops, one line in ops.h. Forward overwrites y->value; backward adds to the gradients
 * of the inputs that need one, through ms_grad. */
struct MsOp {
  const char *name;
  void (*shape) (MsNode *y); /* sets n_dim and dim from the inputs and attr */
  void (*forward) (MsTape *tape, MsNode *y);
  void (*backward) (MsTape *tape, MsNode *y);
  /* Of one pass, from shapes, attr and needs_grad alone: a dry tape has no values and nothing saved. */
  MsCost (*cost) (const MsNode *y, bool backward);
  /* Builds a small example for the gradient check: variables by ms_check_variable, then the op on them. */
  MsNode *(*sample) (MsTape *tape, MsCheck *check);
};

MsTape *ms_tape_new (MsPool *pool); /* @pool borrowed, may be NULL */

/* A tape that counts what a forward pass would cost and computes nothing: ops get shapes, no node has a value, and
 * parameters need not be sealed. So a model of any size can be counted. Who reads values must ask ms_tape_is_dry. */
MsTape *ms_tape_new_dry (void);
bool ms_tape_is_dry (const MsTape *tape);
void ms_tape_free (MsTape *tape);
void ms_tape_reset (MsTape *tape, bool training); /* forgets all nodes. Not training: nothing needs gradients */
MsPool *ms_tape_pool (const MsTape *tape);

/* Leaves. Inputs are borrowed and get no gradient; variables do; a parameter's gradient is the parameter's own. */
MsNode *ms_tape_input (MsTape *tape, const MsReal *value, int n_dim, const gsize *dim);
MsNode *ms_tape_variable (MsTape *tape, MsReal *value, int n_dim, const gsize *dim);
MsNode *ms_tape_param (MsTape *tape, MsParam *param);

/* Applies @op to @in (NULL entries are allowed for optional inputs; they stay in their place). @attr is copied. */
MsNode *ms_tape_apply (MsTape *tape, const MsOp *op, gconstpointer attr, gsize attr_size, MsNode *const *in, int n_in);

/* d loss / d every leaf that needs it; @loss is a scalar. Gradients of other nodes are gone afterwards: their memory is
 * used again as soon as they have been passed on. */
void ms_tape_backward (MsTape *tape, MsNode *loss);

/* The same from a node in the middle, to which d loss / d @start = @gradient (n) has come. */
void ms_tape_backward_from (MsTape *tape, MsNode *start, const MsReal *gradient);

/* Computes all values again from the leaves, in order: for finite differences. */
void ms_tape_refresh (MsTape *tape);

gpointer ms_tape_alloc (MsTape *tape, gsize bytes); /* scratch until reset, aligned, not cleared */

/* Where the gradient of slice @slice of @node is to be written. *@add false: the first contribution, overwrite all of
 * it; true: add to it. NULL: @node needs no gradient. Different slices may be begun from different threads. */
MsReal *ms_grad_slice (MsTape *tape, MsNode *node, gsize slice, bool *add);
/* The same for a node as a whole (first contribution touches every slice). */
MsReal *ms_grad (MsTape *tape, MsNode *node, bool *add);
/* For ops that only add: cleared at the first contribution. NULL: @node needs no gradient. */
MsReal *ms_grad_cleared (MsTape *tape, MsNode *node);
/* Gives y's gradient to @node, which becomes its owner, if @node needs one and nothing has flowed back to it yet.
 * False: nothing has changed. Only for y's own backward, which must not touch y's gradient afterwards. */
bool ms_grad_hand_over (MsNode *node, MsNode *y);

/* Counters since the last reset: the costs of the ops, forward and backward. */
guint64 ms_tape_flops (const MsTape *tape);
guint64 ms_tape_bytes (const MsTape *tape);
gsize ms_tape_used (const MsTape *tape); /* bytes, since the last reset */
gsize ms_tape_reserved (const MsTape *tape);
guint64 ms_tape_growths (const MsTape *tape);

/* Rows and columns of a node seen as a matrix: the last axis is the columns. */
static inline gsize
ms_node_cols (const MsNode *node)
{
  return node->dim[node->n_dim - 1];
}

static inline gsize
ms_node_rows (const MsNode *node)
{
  return node->n / ms_node_cols (node);
}

/* y has the shape of its first input: the shape function of most element-wise ops. */
void ms_shape_same (MsNode *y);
void ms_shape_scalar (MsNode *y);
void ms_shape_matrix (MsNode *y, gsize rows, gsize cols);

/* Costs that many ops share: no products and @n numbers read or written; one array in and one out, with one more for
 * the gradient that comes back; a scalar's, not worth counting. */
static inline MsCost
ms_cost_moved (gsize n)
{
  return (MsCost){ 0, n * sizeof (MsReal) };
}

MsCost ms_cost_elementwise (const MsNode *y, bool backward);
MsCost ms_cost_nothing (const MsNode *y, bool backward);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsTape, ms_tape_free)

G_END_DECLS
