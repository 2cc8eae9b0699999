/* SPDX-License-Identifier: MIT */

#include "core/experts/moe.h"

#include "core/routing/assign.h"

static int
count_groups (const MsRoutingConfig *c, const MsPass *pass)
{
  /* A grid of points, and the last examples of an evaluation, need not fill groups: then they are one. */
  if (c->group_examples <= 0 || pass->examples % c->group_examples != 0)
    return 1;
  return pass->examples / c->group_examples;
}

static int
group_capacity (const MsMoe *moe, const MsPass *pass, int T)
{
  MsCapacityRule rule = moe->config->capacity;

  if (pass->alone)
    return 0;
  if (pass->deterministic && moe->config->eval_capacity_factor > 0 && rule.fixed <= 0)
    rule.factor = moe->config->eval_capacity_factor;
  /* A factor that rounds to nothing leaves one place: a layer without any would be a layer without experts. */
  return MAX (1, ms_capacity (&rule, T / moe->groups, moe->config->K, moe->experts->E));
}

static MsNode *
balancing_loss (MsTape *tape, const MsDecision *d, const MsRoutingConfig *c)
{
  MsNode *terms[] = { d->importance, d->load, d->gshard };
  const double weights[] = { c->importance_weight, c->load_weight, c->gshard_weight };

  if (d->importance == NULL && d->load == NULL && d->gshard == NULL)
    return NULL;
  return ms_weighted_sum (tape, terms, weights, 3);
}

static MsNode *
moe_forward (MsFeedForward *base, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  MsMoe *self = (MsMoe *)base;
  const MsRoutingConfig *c = self->config;
  int T = (int)ms_node_rows (x);
  bool by_priority = pass->deterministic ? c->priority_evaluation : c->priority_training;
  MsFill fill;
  MsNode *rows;

  self->groups = count_groups (c, pass);
  self->capacity = group_capacity (self, pass, T);
  self->decision = (MsDecision){ 0 };
  self->router->kind->decide (self->router, tape, x, c, pass, self->groups, self->capacity,
                                &self->decision);
  fill = (MsFill){ self->groups, self->capacity, by_priority ? self->decision.priority : NULL };
  self->plan = ms_assign (tape, self->decision.choice, T, self->decision.K, self->experts->E, &fill);
  self->loss = balancing_loss (tape, &self->decision, c);
  rows = ms_dispatch (tape, x, self->plan);
  rows = self->experts->forward (self->experts, tape, rows, self->plan, c->dropout, pass);
  return ms_combine_add (tape, rows, self->decision.weights, self->plan, residual);
}

static void
moe_free (MsFeedForward *base)
{
  MsMoe *self = (MsMoe *)base;

  g_free (self->router);
  self->experts->free (self->experts);
  g_free (self);
}

MsMoe *
ms_moe_new (MsParams *params, const MsRouterKind *kind, const MsRoutingConfig *config, const MsMoeShape *shape)
{
  MsMoe *self = g_new0 (MsMoe, 1);
  g_autofree char *prefix = g_strdup_printf ("Encoder/encoderblock_%d/Moe", shape->block);
  const MsRouterShape router = { .H = shape->H, .E = shape->E, .M = 1, .place = (guint32)shape->block };

  self->base = (MsFeedForward){ moe_forward, moe_free };
  self->block = shape->block;
  self->member = shape->member;
  self->config = config;
  self->experts
    = ms_experts_mlp_new (params, prefix, shape->E, shape->H, shape->F, shape->identical, shape->site);
  self->router = ms_router_new (kind, params, prefix, &router);
  return self;
}
