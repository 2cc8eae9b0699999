/* SPDX-License-Identifier: MIT */

#include "ui/paint/flow-ways.h"

#include "ui/paint/tokens.h"

/* Where parts go that no expert takes, until columns have nodes. */
#define DROPPED (-2)
#define UNTAKEN (-3)

void
ms_flow_rows_clear (MsFlowRows *rows)
{
  g_clear_pointer (&rows->row, g_free);
  g_clear_pointer (&rows->all, g_free);
  g_clear_pointer (&rows->chosen, g_free);
}

void
ms_flow_parts_clear (MsFlowParts *parts)
{
  g_clear_pointer (&parts->each, g_free);
  g_clear_pointer (&parts->to, g_free);
  g_clear_pointer (&parts->weight, g_free);
}

bool
ms_flow_selects_expert (const MsScene *scene)
{
  return scene->selection.token < 0 && scene->selection.example < 0 && scene->selection.expert >= 0;
}

/* Row @r in a layer that may have fewer copies of the tokens. */
static int
token_of (const MsFlow *flow, const MsRouting *routing, int r)
{
  int all = MAX (1, flow->record->N * flow->record->tokens);
  gint64 token = (gint64) MAX (0, flow->copy) * all + r;

  return (int) (token < routing->T ? token : token % routing->T);
}

static int
group_of (const MsFlow *flow, int r)
{
  const MsRecord *record = flow->record;

  if (flow->by_class)
    return CLAMP (record->labels[ms_token_example (record, r)], 0, record->C - 1);
  return r % MAX (1, record->tokens) / flow->span;
}

static bool
is_masked (const MsRouting *routing, int token)
{
  return routing->mask != NULL && !routing->mask[token];
}

/* Where experts choose, a token has room for as many choices as the luckiest one has: it may have fewer, or none. */
static int
count_chosen (const MsRouting *routing, int token)
{
  int n = 0;

  for (int k = 0; k < routing->K; k++)
    n += ms_token_expert (routing, token, k) >= 0;
  return n;
}

/* The expert that takes choice @k of a token; MS_NONE: there is no such choice. */
static int
taker_of (const MsRouting *routing, int token, int k)
{
  int e = ms_token_expert (routing, token, k);

  if (e < 0)
    return MS_NONE;
  return routing->kept == NULL || routing->kept[(gsize) token * (gsize) routing->K + (gsize) k] ? e : DROPPED;
}

/* A token's combine weight of all slots of expert @e. */
static float
combined (const MsRouting *routing, int token, int e)
{
  int per = routing->slots / routing->E;
  const float *combine = routing->combine + (gsize) token * (gsize) routing->slots + (gsize) e * (gsize) per;
  float sum = 0;

  for (int s = 0; s < per; s++)
    sum += combine[s];
  return sum;
}

/* How much of a row goes to expert @e. */
static float
part_of (const MsFlow *flow, const MsRouting *routing, int r, int e)
{
  int t = token_of (flow, routing, r), n = 0;

  if (is_masked (routing, t))
    return 0;
  if (routing->slots > 0)
    return combined (routing, t, e);
  for (int k = 0; k < routing->K; k++)
    n += taker_of (routing, t, k) == e;
  return n > 0 ? (float) n / (float) count_chosen (routing, t) : 0;
}

/* How much of a row is selected. */
static float
selected_part (const MsFlow *flow, const MsScene *scene, int r)
{
  const MsSelection *selection = &scene->selection;
  const MsRouting *routing = ms_scene_routing (scene);
  int all = MAX (1, flow->record->N * flow->record->tokens);

  if (selection->token >= 0)
    return selection->token % all == r % all && (flow->copy >= 0 || selection->token / all == r / all);
  if (selection->example >= 0)
    return ms_token_example (flow->record, r) == selection->example;
  if (selection->expert < 0 || selection->expert >= routing->E || !ms_flow_is_captured (flow->record, routing))
    return 0;
  return part_of (flow, routing, r, selection->expert);
}

MsFlowRows
ms_flow_rows (const MsFlow *flow, const MsScene *scene)
{
  bool expert = ms_flow_selects_expert (scene);
  MsFlowRows rows = { 0, g_new (int, flow->rows), g_new (float, flow->rows), g_new (float, flow->rows) };

  for (int r = 0; r < flow->rows; r++)
    {
      /* A single token or example is followed whatever is left out. */
      bool followed = r % flow->every == 0, wanted = flow->selects && (followed || !expert);
      float part = wanted ? selected_part (flow, scene, r) : 0;

      if (!followed && !(part > 0))
        continue;
      rows.row[rows.n] = r;
      rows.all[rows.n] = followed ? (float) flow->every : 0;
      rows.chosen[rows.n++] = expert ? part * (float) flow->every : part;
    }
  return rows;
}

static void
count_groups (MsFlowParts *parts, const MsFlow *flow, const MsFlowRows *rows, MsFlowSums *sums)
{
  for (int i = 0; i < rows->n; i++)
    {
      int group = group_of (flow, rows->row[i]);

      parts->each[i] = 1;
      parts->to[i] = (gint16) group;
      sums->mass[group] += (double) rows->all[i];
    }
}

static void
count_choices (MsFlowParts *parts, const MsFlow *flow, const MsRouting *routing, const MsFlowRows *rows,
               MsFlowSums *sums)
{
  for (int i = 0; i < rows->n; i++)
    {
      int t = token_of (flow, routing, rows->row[i]), n = count_chosen (routing, t);
      bool masked = is_masked (routing, t);

      parts->each[i] = 1.0f / (float) MAX (1, n);
      sums->uneven |= !masked && n < routing->K;
      for (int k = 0; k < routing->K; k++)
        {
          int to = masked ? MS_NONE : n == 0 && k == 0 ? UNTAKEN : taker_of (routing, t, k);

          parts->to[i * routing->K + k] = (gint16) to;
          if (to != MS_NONE)
            *(to == DROPPED ? &sums->dropped : to == UNTAKEN ? &sums->untaken : &sums->mass[to])
              += (double) (parts->each[i] * rows->all[i]);
        }
    }
}

static void
add_weights (const MsFlow *flow, const MsRouting *routing, const MsFlowRows *rows, MsFlowSums *sums)
{
  for (int i = 0; i < rows->n; i++)
    {
      int t = token_of (flow, routing, rows->row[i]);

      for (int e = 0; e < routing->E && rows->all[i] > 0 && !is_masked (routing, t); e++)
        sums->mass[e] += (double) (combined (routing, t, e) * rows->all[i]);
    }
}

MsFlowParts
ms_flow_parts (const MsFlow *flow, const MsFlowColumn *column, const MsFlowRows *rows, MsFlowSums *sums)
{
  const MsRouting *routing = column->layer >= 0 ? flow->record->routing[column->layer] : NULL;
  MsFlowParts parts = { .n = routing != NULL ? routing->K : 1 };

  if (routing != NULL && routing->slots > 0)
    {
      add_weights (flow, routing, rows, sums);
      return parts;
    }
  parts.each = g_new (float, rows->n);
  parts.to = g_new (gint16, (gsize) rows->n * (gsize) parts.n);
  if (routing == NULL)
    count_groups (&parts, flow, rows, sums);
  else
    count_choices (&parts, flow, routing, rows, sums);
  return parts;
}

void
ms_flow_parts_settle (MsFlowParts *parts, const MsFlow *flow, const MsFlowColumn *column, const MsFlowRows *rows)
{
  const MsRouting *routing = column->layer >= 0 ? flow->record->routing[column->layer] : NULL;

  if (parts->to != NULL)
    {
      for (int i = 0; i < rows->n * parts->n; i++)
        {
          int to = parts->to[i];

          parts->to[i] = (gint16) (to >= 0          ? column->node_of[to]
                                   : to == DROPPED ? column->dropped
                                   : to == UNTAKEN ? column->untaken : MS_NONE);
        }
      return;
    }
  parts->n = column->n_nodes;
  parts->weight = g_new0 (float, (gsize) rows->n * (gsize) parts->n);
  for (int i = 0; i < rows->n; i++)
    {
      int t = token_of (flow, routing, rows->row[i]);

      for (int e = 0; e < routing->E && !is_masked (routing, t); e++)
        parts->weight[i * parts->n + column->node_of[e]] += combined (routing, t, e);
    }
}

/* Adds @factor, shared out as the parts of row @i are, to the nodes of a column. */
static inline void
share_out (float *mass, const MsFlowParts *parts, int i, float factor)
{
  if (parts->weight != NULL)
    for (int k = 0; k < parts->n; k++)
      mass[k] += factor * parts->weight[i * parts->n + k];
  else
    for (int k = 0; k < parts->n; k++)
      if (parts->to[i * parts->n + k] >= 0)
        mass[parts->to[i * parts->n + k]] += factor * parts->each[i];
}

void
ms_flow_parts_join (float *mass, int n_right, int rows, const float *factor, const MsFlowParts *left,
                    const MsFlowParts *right, int left_only, int right_only)
{
  int n_left = left_only >= 0 ? 1 : left->n;

  for (int i = 0; i < rows; i++)
    for (int k = 0; k < n_left && factor[i] > 0; k++)
      {
        int from = left_only >= 0 ? left_only : left->weight != NULL ? k : left->to[i * left->n + k];
        float part = left_only >= 0        ? factor[i]
                     : left->weight != NULL ? factor[i] * left->weight[i * left->n + k] : factor[i] * left->each[i];

        if (from < 0)
          continue;
        if (right_only >= 0)
          mass[from * n_right + right_only] += part;
        else
          share_out (mass + from * n_right, right, i, part);
      }
}
