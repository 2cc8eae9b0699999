/* SPDX-License-Identifier: MIT */

#include "core/experts/moe.h"

#include "core/experts/soft.h"

#include <string.h>

static int
count_groups (const MsRoutingConfig *c, const MsPass *pass)
{
  /* A grid of points, and the last examples of an evaluation, need not fill groups: then they are one. */
  if (c->group_examples <= 0 || pass->examples % c->group_examples != 0)
    return 1;
  return pass->examples / c->group_examples;
}

/* Places per expert for groups of @S tokens that choose among @E experts. */
static int
places (const MsMoe *moe, const MsPass *pass, int S, int E)
{
  MsCapacityRule rule = moe->config->capacity;
  int K = moe->router->kind->places ? 1 : moe->config->K;

  if (pass->alone)
    return 0;
  if (pass->deterministic && moe->config->eval_capacity_factor > 0 && rule.fixed <= 0)
    rule.factor = moe->config->eval_capacity_factor;
  /* A factor that rounds to nothing leaves one place: a layer without any would be a layer without experts. */
  return MAX (1, ms_capacity (&rule, S, K, E));
}

static MsNode *
balancing_loss (MsTape *tape, const MsDecision *d, const MsRoutingConfig *c)
{
  MsNode *terms[] = { d->importance, d->load, d->gshard, d->z };
  const double weights[] = { c->importance_weight, c->load_weight, d->gshard_weight, c->z_weight };

  if (d->importance == NULL && d->load == NULL && d->gshard == NULL && d->z == NULL)
    return NULL;
  return ms_weighted_sum (tape, terms, weights, G_N_ELEMENTS (terms));
}

/* The router's choices (T, K) as experts of all parts. */
static const int *
place_choices (const MsMoe *moe, MsTape *tape, int T)
{
  const MsDecision *d = &moe->decision;
  gsize slots = (gsize)T * d->K, of_part = slots / (gsize)moe->parts;
  int *choice;

  if (moe->parts == 1)
    return d->choice;
  choice = ms_tape_alloc (tape, slots * sizeof *choice);
  for (gsize i = 0; i < slots; i++)
    choice[i] = d->choice[i] < 0 ? -1 : d->choice[i] + (int)(i / of_part) * moe->router->E;
  return choice;
}

/* What experts that choose take of each copy of a group's @S tokens, where all copies have the same experts: places by
 * the factor are those for the copy's own tokens, and fixed ones are shared out. */
static int
places_of_copy (const MsMoe *moe, const MsPass *pass, int S)
{
  int fixed = moe->config->capacity.fixed;

  if (fixed > 0 && !pass->alone)
    return MAX (1, fixed / moe->copies);
  return places (moe, pass, S / moe->copies, moe->experts->E);
}

/* A router decides for every group and copy by itself; all copies of a group then fill the same places, unless experts
 * choose, who take their share of each copy. */
static void
route (MsMoe *self, MsTape *tape, MsNode *x, const MsPass *pass)
{
  const MsRoutingConfig *c = self->config;
  bool by_priority = pass->deterministic ? c->priority_evaluation : c->priority_training;
  int T = (int)ms_node_rows (x), E = self->experts->E, G = count_groups (c, pass), S = T / G;
  int own = self->parts > 1 ? places (self, pass, S, E) : places_of_copy (self, pass, S);

  self->groups = G;
  self->capacity
    = self->router->kind->places && self->parts == 1 ? own * self->copies : places (self, pass, S, E);
  self->decision = (MsDecision){ 0 };
  self->router->kind->decide (self->router, tape, x, c, pass, G * self->copies, own, &self->decision);
  self->fill = (MsFill){ G, self->decision.placed ? 0 : self->capacity, by_priority ? self->decision.priority : NULL,
                         self->copies };
  self->plan = ms_assign (tape, place_choices (self, tape, T), T, self->decision.K, E, &self->fill);
  self->loss = balancing_loss (tape, &self->decision, c);
}

/* Nothing is chosen, so there is nothing to place or to balance; a token alone is a group of its own. */
static MsNode *
forward_softly (MsMoe *self, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  const MsRoutingConfig *c = self->config;

  self->groups = pass->alone ? (int)ms_node_rows (x) : count_groups (c, pass);
  self->capacity = 0;
  self->decision = (MsDecision){ 0 };
  self->loss = NULL;
  self->router->kind->decide (self->router, tape, x, c, pass, self->groups, 0, &self->decision);
  return ms_soft_forward (self->experts, tape, x, &self->decision, self->groups, c->dropout, pass, residual,
                          &self->plan, &self->rows);
}

static MsNode *
moe_forward (MsFeedForward *base, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  MsMoe *self = (MsMoe *)base;
  MsNode *rows, *y;

  self->x = x;
  if (self->router->kind->soft)
    return forward_softly (self, tape, x, residual, pass);
  if (self->tile)
    self->x = x = ms_tile (tape, x, self->copies);
  route (self, tape, x, pass);
  rows = ms_dispatch (tape, x, self->plan);
  self->rows = rows = self->experts->forward (self->experts, tape, rows, self->plan, self->config->dropout, pass);
  if (!self->tile)
    return ms_combine_add (tape, rows, self->decision.weights, self->plan, residual);
  y = ms_fold (tape, ms_combine (tape, rows, self->decision.weights, self->plan), self->copies);
  return residual != NULL ? ms_add (tape, residual, y) : y;
}

void
ms_moe_settle (MsMoe *self, MsTape *tape)
{
  const MsDecision *d = &self->decision;
  gsize M = (gsize)self->router->M, E = (gsize)self->router->E, K = (gsize)d->K;
  gsize T = d->weights != NULL ? ms_node_rows (d->weights) : 0;
  int *load;

  if (self->router->kind->settle == NULL || self->router->frozen)
    return;
  load = ms_tape_alloc (tape, M * E * sizeof (int));
  memset (load, 0, M * E * sizeof (int));
  for (gsize i = 0; i < T * K; i++)
    if (d->choice[i] >= 0)
      load[i / K / (T / M) * E + (gsize)d->choice[i]]++;
  self->router->kind->settle (self->router, self->config, load);
}

static void
moe_free (MsFeedForward *base)
{
  MsMoe *self = (MsMoe *)base;

  ms_router_free (self->router);
  self->experts->free (self->experts);
  g_free (self);
}

MsMoe *
ms_moe_new (MsParams *params, const MsRouterKind *kind, const MsRoutingConfig *config, const MsMoeShape *shape)
{
  MsMoe *self = g_new0 (MsMoe, 1);
  g_autofree char *prefix = g_strdup_printf ("Encoder/encoderblock_%d/Moe", shape->block);
  int copies = MAX (1, shape->copies), parts = shape->partition ? copies : 1;
  const MsRouterShape router = { .H = shape->H, .E = shape->E / parts, .M = shape->own_routers ? copies : 1,
                                 .slots = shape->slots, .parts = parts,
                                 .place = (guint32)shape->block };

  self->base = (MsFeedForward){ moe_forward, moe_free };
  self->block = shape->block;
  self->member = shape->member;
  self->copies = copies;
  self->parts = parts;
  self->tile = shape->tile;
  self->config = config;
  self->experts
    = ms_experts_mlp_new (params, prefix, shape->E, shape->H, shape->F, shape->identical, shape->site);
  self->router = ms_router_new (kind, params, prefix, &router);
  return self;
}
