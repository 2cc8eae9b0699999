/* SPDX-License-Identifier: MIT */

#include "ui/paint/flow-data.h"

#include "ui/paint/flow-ways.h"
#include "ui/paint/tokens.h"

#include <stdlib.h>

#define MOST_GROUPS 16    /* of places: more lines than these say no more */
#define MOST_WORK 2000000 /* products of parts in all; beyond, not every token is followed */

static int
tokens_of_all (const MsRecord *record)
{
  return MAX (1, record->N * record->tokens);
}

bool
ms_flow_is_captured (const MsRecord *record, const MsRouting *routing)
{
  bool soft = routing->slots > 0 && routing->combine != NULL && routing->E > 0 && routing->slots % routing->E == 0;

  return routing->T > 0 && routing->T % tokens_of_all (record) == 0
         && (soft || (routing->slots == 0 && routing->expert != NULL && routing->K > 0));
}

/* The layers of one member only, where each has its own: the chosen one, else that of the chosen layer. */
static int
member_of (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);
  const MsRecord *record = scene->record;

  if (routing == NULL || routing->member < 0)
    return MS_NONE;
  for (int l = 0; l < record->n_routing; l++)
    if (record->routing[l]->member == scene->selection.member)
      return scene->selection.member;
  return routing->member;
}

typedef struct {
  int id;
  double mass;
} Ranked;

static int
by_mass (const void *a, const void *b)
{
  const Ranked *x = a, *y = b;

  return x->mass != y->mass ? (x->mass < y->mass) - (x->mass > y->mass) : x->id - y->id;
}

/* Which ids stand alone: those with most, and @wanted. */
static bool *
choose_alone (const double *mass, int n, int wanted)
{
  g_autofree Ranked *ranked = g_new (Ranked, n);
  bool *alone = g_new0 (bool, n);
  int most = n <= MS_FLOW_NODES ? n : MS_FLOW_NODES;

  for (int i = 0; i < n; i++)
    ranked[i] = (Ranked) { i, mass[i] };
  qsort (ranked, (gsize) n, sizeof *ranked, by_mass);
  for (int i = 0; i < most; i++)
    alone[ranked[i].id] = true;
  if (wanted < 0 || wanted >= n || alone[wanted])
    return alone;
  alone[ranked[most - 1].id] = false;
  alone[wanted] = true;
  return alone;
}

/* The node of what goes to no expert; MS_NONE: everything goes to one. */
static int
add_rest (MsFlowColumn *column, MsFlowKind kind, double mass)
{
  if (!(mass > 0))
    return MS_NONE;
  column->node[column->n_nodes] = (MsFlowNode) { kind, MS_NONE, 0, mass };
  return column->n_nodes++;
}

static void
make_nodes (MsFlowColumn *column, const MsFlowSums *sums, int wanted)
{
  const double *mass = sums->mass;
  g_autofree bool *alone = choose_alone (mass, column->n_ids, wanted);
  MsFlowNode others = { MS_FLOW_OTHERS, MS_NONE, 0, 0 };

  column->node_of = g_new (int, column->n_ids);
  for (int i = 0; i < column->n_ids; i++)
    if (alone[i])
      {
        column->node_of[i] = column->n_nodes;
        column->node[column->n_nodes++] = (MsFlowNode) { MS_FLOW_ONE, i, 1, mass[i] };
      }
  for (int i = 0; i < column->n_ids; i++)
    if (!alone[i])
      {
        column->node_of[i] = column->n_nodes;
        others.n++;
        others.mass += mass[i];
      }
  if (others.n > 0)
    column->node[column->n_nodes++] = others;
  column->dropped = add_rest (column, MS_FLOW_DROPPED, sums->dropped);
  column->untaken = add_rest (column, MS_FLOW_UNTAKEN, sums->untaken);
  column->uneven = sums->uneven;
}

/* The first column's groups. */
static void
make_groups (MsFlow *flow)
{
  const MsRecord *record = flow->record;
  int tokens = MAX (1, record->tokens);

  flow->by_class = record->labels != NULL && record->C > 0;
  flow->span = (tokens + MOST_GROUPS - 1) / MOST_GROUPS;
  flow->column[0].layer = MS_NONE;
  flow->column[0].n_ids = flow->by_class ? record->C : (tokens + flow->span - 1) / flow->span;
}

/* Which rows are followed: of all copies unless a member was chosen, as many as may be. */
static void
choose_rows (MsFlow *flow, const MsScene *scene)
{
  const MsRecord *record = flow->record;
  double work = 0;
  int copies = 1;

  for (int c = 1; c < flow->n_columns; c++)
    {
      const MsRouting *routing = record->routing[flow->column[c].layer];
      double parts = routing->slots > 0 ? MS_FLOW_MOST : routing->K;

      copies = MAX (copies, routing->T / tokens_of_all (record));
      work += parts * parts + routing->slots;
    }
  flow->copy = copies > 1 && (scene->selection.member >= 0 || scene->selection.token >= 0)
                 ? MIN (copies - 1, ms_scene_copy (scene, ms_scene_routing (scene))) : MS_NONE;
  flow->rows = tokens_of_all (record) * (flow->copy >= 0 ? 1 : copies);
  flow->every = MAX (1, (int) (flow->rows * work / MOST_WORK) + (flow->rows * work > MOST_WORK));
  flow->total = (double) ((flow->rows + flow->every - 1) / flow->every) * flow->every;
}

/* The layers that can be followed, each with a column, after that of the groups. */
static void
choose_columns (MsFlow *flow, const MsScene *scene)
{
  const MsRecord *record = flow->record;
  int member = member_of (scene);

  for (int l = 0; l < record->n_routing; l++)
    {
      if (record->routing[l]->member >= 0 && record->routing[l]->member != member)
        continue;
      if (ms_stage_time (&scene->stage, l, MS_STAGE_DISPATCH) == MS_STAGE_AHEAD)
        continue;
      flow->n_layers++;
      if (!ms_flow_is_captured (record, record->routing[l]))
        {
          flow->absent++;
          continue;
        }
      flow->n_columns = MAX (1, flow->n_columns);
      flow->column[flow->n_columns].n_ids = record->routing[l]->E;
      flow->column[flow->n_columns++].layer = l;
    }
}

/* The tokens from the column before to column @c, and the selected ones. */
static void
join_columns (MsFlow *flow, int c, const MsFlowRows *rows, const MsFlowParts *before, const MsFlowParts *here)
{
  MsFlowColumn *left = &flow->column[c - 1];
  int n_left = left->n_nodes, n_right = flow->column[c].n_nodes;

  left->mass = g_new0 (float, n_left * n_right);
  left->chosen = g_new0 (float, n_left * n_right);
  ms_flow_parts_join (left->mass, n_right, rows->n, rows->all, before, here, MS_NONE, MS_NONE);
  if (flow->selects)
    ms_flow_parts_join (left->chosen, n_right, rows->n, rows->chosen, before, here, left->selected,
                        flow->column[c].selected);
}

/* Column by column, with what the rows have in this one and in the one before. */
static void
follow (MsFlow *flow, const MsScene *scene)
{
  g_auto (MsFlowRows) rows = ms_flow_rows (flow, scene);
  g_auto (MsFlowParts) before = { 0 };

  for (int c = 0; c < flow->n_columns; c++)
    {
      MsFlowColumn *column = &flow->column[c];
      bool here = c > 0 && ms_scene_routing (scene) == flow->record->routing[column->layer];
      g_autofree double *mass = g_new0 (double, column->n_ids);
      MsFlowSums sums = { .mass = mass };
      g_auto (MsFlowParts) parts = ms_flow_parts (flow, column, &rows, &sums);

      make_nodes (column, &sums, here ? scene->selection.expert : MS_NONE);
      column->selected = here && ms_flow_selects_expert (scene) && scene->selection.expert < column->n_ids
                           ? column->node_of[scene->selection.expert] : MS_NONE;
      ms_flow_parts_settle (&parts, flow, column, &rows);
      if (c > 0)
        join_columns (flow, c, &rows, &before, &parts);
      ms_flow_parts_clear (&before);
      before = parts;
      parts = (MsFlowParts) { 0 };
    }
}

MsFlow *
ms_flow_new (const MsScene *scene)
{
  MsFlow *flow = g_new0 (MsFlow, 1);
  const MsRecord *record = scene->record;
  const MsSelection *selection = &scene->selection;

  flow->record = record;
  flow->column = g_new0 (MsFlowColumn, record != NULL ? record->n_routing + 1 : 1);
  if (record != NULL)
    choose_columns (flow, scene);
  if (flow->n_columns == 0)
    return flow;
  make_groups (flow);
  choose_rows (flow, scene);
  flow->selects = selection->token >= 0 || selection->example >= 0
                  || (selection->expert >= 0 && selection->expert < ms_scene_routing (scene)->E);
  follow (flow, scene);
  return flow;
}

void
ms_flow_free (MsFlow *flow)
{
  if (flow == NULL)
    return;
  for (int c = 0; c < flow->n_columns; c++)
    {
      g_free (flow->column[c].node_of);
      g_free (flow->column[c].mass);
      g_free (flow->column[c].chosen);
    }
  g_free (flow->column);
  g_free (flow);
}
