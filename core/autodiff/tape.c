/* SPDX-License-Identifier: MIT */

#include "core/autodiff/tape.h"

#include "core/base/arena.h"

#include <string.h>

/* The memory of a gradient that has done its work. */
typedef struct {
  MsReal *memory;
  gsize n;
} Spare;

struct MsTape {
  MsPool *pool; /* borrowed */
  MsArena *arena;
  MsNode **nodes; /* (n_nodes) in the order of computation; grows, kept over resets */
  gsize n_nodes, nodes_size;
  GArray *spares; /* of Spare, the last used at the end: it is still in the cache */
  bool training, dry;
  MsCost cost;
};

MsTape *
ms_tape_new (MsPool *pool)
{
  MsTape *tape = g_new0 (MsTape, 1);

  tape->pool = pool;
  tape->arena = ms_arena_new ();
  tape->spares = g_array_new (FALSE, FALSE, sizeof (Spare));
  tape->training = true;
  return tape;
}

MsTape *
ms_tape_new_dry (void)
{
  MsTape *tape = ms_tape_new (NULL);

  tape->dry = true;
  return tape;
}

bool
ms_tape_is_dry (const MsTape *tape)
{
  return tape->dry;
}

void
ms_tape_free (MsTape *tape)
{
  if (tape == NULL)
    return;
  ms_arena_free (tape->arena);
  g_array_unref (tape->spares);
  g_free (tape->nodes);
  g_free (tape);
}

void
ms_tape_reset (MsTape *tape, bool training)
{
  ms_arena_reset (tape->arena);
  g_array_set_size (tape->spares, 0);
  tape->n_nodes = 0;
  tape->training = training;
  tape->cost = (MsCost){ 0 };
}

MsPool *
ms_tape_pool (const MsTape *tape)
{
  return tape->pool;
}

gpointer
ms_tape_alloc (MsTape *tape, gsize bytes)
{
  return ms_arena_alloc (tape->arena, bytes);
}

static MsNode *
add_node (MsTape *tape)
{
  MsNode *node = ms_arena_alloc (tape->arena, sizeof (MsNode));

  memset (node, 0, sizeof *node);
  node->n_slices = 1;
  node->touched = &node->begun;
  if (tape->n_nodes == tape->nodes_size)
    {
      tape->nodes_size = MAX (64, tape->nodes_size * 2);
      tape->nodes = g_renew (MsNode *, tape->nodes, tape->nodes_size);
    }
  tape->nodes[tape->n_nodes++] = node;
  return node;
}

static void
set_size (MsNode *node)
{
  node->n = 1;
  for (int i = 0; i < node->n_dim; i++)
    node->n *= node->dim[i];
}

static MsNode *
add_leaf (MsTape *tape, MsReal *value, int n_dim, const gsize *dim)
{
  MsNode *node = add_node (tape);

  g_assert (n_dim <= MS_MAX_DIM);
  node->n_dim = n_dim;
  for (int i = 0; i < n_dim; i++) /* a scalar may come without dimensions */
    node->dim[i] = dim[i];
  node->value = value;
  set_size (node);
  return node;
}

MsNode *
ms_tape_input (MsTape *tape, const MsReal *value, int n_dim, const gsize *dim)
{
  return add_leaf (tape, (MsReal *)value, n_dim, dim);
}

MsNode *
ms_tape_variable (MsTape *tape, MsReal *value, int n_dim, const gsize *dim)
{
  MsNode *node = add_leaf (tape, value, n_dim, dim);

  node->needs_grad = tape->training;
  return node;
}

MsNode *
ms_tape_param (MsTape *tape, MsParam *param)
{
  MsNode *node = ms_tape_variable (tape, param->value, param->n_dim, param->dim);

  node->grad = param->grad;
  node->touched = param->touched;
  node->n_slices = param->n_slices;
  return node;
}

static void
count (MsTape *tape, const MsNode *y, bool backward)
{
  MsCost cost = y->op->cost (y, backward);

  tape->cost.flops += cost.flops;
  tape->cost.bytes += cost.bytes;
}

MsNode *
ms_tape_apply (MsTape *tape, const MsOp *op, gconstpointer attr, gsize attr_size, MsNode *const *in, int n_in)
{
  MsNode *y = add_node (tape);

  g_assert (n_in <= MS_OP_MAX_IN);
  y->op = op;
  y->n_in = n_in;
  for (int i = 0; i < n_in; i++)
    {
      y->in[i] = in[i];
      y->needs_grad |= in[i] != NULL && in[i]->needs_grad;
    }
  if (attr_size > 0)
    {
      gpointer copy = ms_arena_alloc (tape->arena, attr_size);

      memcpy (copy, attr, attr_size);
      y->attr = copy;
    }
  op->shape (y);
  set_size (y);
  count (tape, y, false);
  if (tape->dry)
    return y;
  y->value = ms_arena_alloc (tape->arena, y->n * sizeof (MsReal));
  op->forward (tape, y);
  return y;
}

static MsReal *
new_gradient (MsTape *tape, gsize n)
{
  for (guint i = tape->spares->len; i-- > 0;)
    {
      Spare spare = g_array_index (tape->spares, Spare, i);

      if (spare.n == n)
        {
          g_array_remove_index (tape->spares, i);
          return spare.memory;
        }
    }
  return ms_arena_alloc (tape->arena, n * sizeof (MsReal));
}

/* The gradient of a node that is no leaf is read by the node's own backward and by nobody after it. */
static void
give_back_gradient (MsTape *tape, MsNode *y)
{
  Spare spare = { y->grad, y->n };

  if (y->grad == NULL) /* it was handed over */
    return;
  g_array_append_val (tape->spares, spare);
  y->grad = NULL;
}

bool
ms_grad_hand_over (MsNode *node, MsNode *y)
{
  /* A parameter's gradient has its own place. */
  if (node == NULL || !node->needs_grad || node->grad != NULL || node->begun || node->n != y->n)
    return false;
  node->grad = y->grad;
  node->begun = 1;
  y->grad = NULL;
  return true;
}

typedef struct {
  MsReal *to;
  const MsReal *from;
} Copy;

static void
copy_part (gpointer data, gsize begin, gsize end)
{
  const Copy *copy = data;

  memcpy (copy->to + begin, copy->from + begin, (end - begin) * sizeof (MsReal));
}

void
ms_tape_backward_from (MsTape *tape, MsNode *start, const MsReal *gradient)
{
  bool add;
  Copy seed = { ms_grad (tape, start, &add), gradient };

  g_assert (!tape->dry);
  if (seed.to == NULL)
    return;
  ms_pool_for (tape->pool, start->n, 1 << 13, copy_part, &seed);
  for (gsize i = tape->n_nodes; i-- > 0;)
    {
      MsNode *y = tape->nodes[i];

      if (y->op != NULL && y->needs_grad && y->begun)
        {
          count (tape, y, true);
          y->op->backward (tape, y);
          give_back_gradient (tape, y);
        }
    }
}

void
ms_tape_backward (MsTape *tape, MsNode *loss)
{
  const MsReal one = 1;

  g_assert (loss->n == 1);
  ms_tape_backward_from (tape, loss, &one);
}

void
ms_tape_refresh (MsTape *tape)
{
  for (gsize i = 0; i < tape->n_nodes; i++)
    {
      MsNode *y = tape->nodes[i];

      if (y->op != NULL)
        y->op->forward (tape, y);
    }
}

MsReal *
ms_grad_slice (MsTape *tape, MsNode *node, gsize slice, bool *add)
{
  if (node == NULL || !node->needs_grad)
    return NULL;
  /* Only parameters have several slices, and their memory is there from the start: no thread allocates. */
  if (node->grad == NULL)
    node->grad = new_gradient (tape, node->n);
  *add = node->touched[slice] != 0;
  node->touched[slice] = 1;
  return node->grad + slice * (node->n / node->n_slices);
}

MsReal *
ms_grad (MsTape *tape, MsNode *node, bool *add)
{
  if (node != NULL && node->n_slices > 1)
    {
      *add = true;
      return ms_grad_cleared (tape, node);
    }
  return ms_grad_slice (tape, node, 0, add);
}

MsReal *
ms_grad_cleared (MsTape *tape, MsNode *node)
{
  bool add;

  if (node == NULL || !node->needs_grad)
    return NULL;
  for (gsize s = 0; s < node->n_slices; s++)
    {
      MsReal *slice = ms_grad_slice (tape, node, s, &add);

      if (!add)
        memset (slice, 0, node->n / node->n_slices * sizeof (MsReal));
    }
  return node->grad;
}

guint64
ms_tape_flops (const MsTape *tape)
{
  return tape->cost.flops;
}

guint64
ms_tape_bytes (const MsTape *tape)
{
  return tape->cost.bytes;
}

gsize
ms_tape_used (const MsTape *tape)
{
  return ms_arena_used (tape->arena);
}

gsize
ms_tape_reserved (const MsTape *tape)
{
  return ms_arena_reserved (tape->arena);
}

guint64
ms_tape_growths (const MsTape *tape)
{
  return ms_arena_growths (tape->arena);
}

void
ms_shape_same (MsNode *y)
{
  y->n_dim = y->in[0]->n_dim;
  memcpy (y->dim, y->in[0]->dim, sizeof y->dim);
}

void
ms_shape_scalar (MsNode *y)
{
  y->n_dim = 1;
  y->dim[0] = 1;
}

void
ms_shape_matrix (MsNode *y, gsize rows, gsize cols)
{
  y->n_dim = 2;
  y->dim[0] = rows;
  y->dim[1] = cols;
}

MsCost
ms_cost_elementwise (const MsNode *y, bool backward)
{
  return ms_cost_moved ((backward ? 3 : 2) * y->n);
}

MsCost
ms_cost_nothing (const MsNode *y, bool backward)
{
  return (MsCost){ 0 };
}
