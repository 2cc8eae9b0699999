/* SPDX-License-Identifier: MIT */

/* What every layer is told about the pass it takes part in. */
#pragma once

#include "core/autodiff/tape.h"

G_BEGIN_DECLS

typedef struct {
  bool deterministic; /* evaluation: no dropout, no router noise */
  bool drops;         /* dropout even so: a draw of MC dropout */
  bool alone;         /* the examples do not compete: experts take every token, as if each came by itself */
  guint64 seed;       /* of the run */
  gint64 step;        /* batches done before this one: the moment of all random numbers */
  int examples;       /* N */
  int tokens;         /* per example, as the blocks see them */
  bool class_token;   /* token 0 of each example has no input of its own */
  const MsReal *input; /* (N, tokens without class token, input_size) what each token was made from, borrowed */
  gsize input_size;
  const int *labels;  /* (N) classes of the examples, borrowed; NULL: they are not known */
  double dropout;
} MsPass;

/* Dropout at @site, a number that no other place of the model uses; the identity where nothing is
 * dropped. */
MsNode *ms_pass_dropout (const MsPass *pass, MsTape *tape, MsNode *x, double rate, guint32 site);

/* Whether dropout is on. */
static inline bool
ms_pass_drops (const MsPass *pass)
{
  return !pass->deterministic || pass->drops;
}

/* What stands in the place of a block's MLP: (N tokens, H) -> (N tokens, H), added to @residual unless that is NULL. */
typedef struct MsFeedForward MsFeedForward;
struct MsFeedForward {
  MsNode *(*forward) (MsFeedForward *self, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass);
  void (*free) (MsFeedForward *self);
};

static inline void
ms_feed_forward_free (MsFeedForward *self)
{
  if (self != NULL)
    self->free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsFeedForward, ms_feed_forward_free)

G_END_DECLS
