/* SPDX-License-Identifier: MIT */

#include "ui/paint/flow-data.h"

#include "ui/paint/tokens.h"

#include <stdlib.h>
#include <string.h>

#define MOST_GROUPS 16    /* of places: more lines than these say no more */
#define MOST_WORK 2000000 /* products of parts in all; beyond, not every token is followed */

/* A part of a token, and the node that takes it. */
typedef struct {
  int node;
  float weight;
} Part;

static int
tokens_of_all (const MsRecord *record)
{
  return MAX (1, record->N * record->tokens);
}

static bool
is_captured (const MsRecord *record, const MsRouting *routing)
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

/* Row @r of the tokens that are followed, in a layer that may have fewer copies of them. */
static int
token_of (const MsFlow *flow, const MsRouting *routing, int r)
{
  return (int) (((gint64) MAX (0, flow->copy) * tokens_of_all (flow->record) + r) % routing->T);
}

static int
group_of (const MsFlow *flow, int r)
{
  const MsRecord *record = flow->record;

  if (flow->by_class)
    return CLAMP (record->labels[ms_token_example (record, r)], 0, record->C - 1);
  return r % MAX (1, record->tokens) / flow->span;
}

/* Weights of @r's parts by expert -> @part, whose nodes are experts here, -1: dropped. Returns how many. */
static int
parts_by_expert (const MsFlow *flow, const MsRouting *routing, int r, Part *part)
{
  int t = token_of (flow, routing, r), per = routing->slots > 0 ? routing->slots / routing->E : 0;

  if (routing->mask != NULL && !routing->mask[t])
    return 0;
  for (int k = 0; k < routing->K && routing->slots == 0; k++)
    {
      gsize i = (gsize) t * (gsize) routing->K + (gsize) k;
      int e = ms_token_expert (routing, t, k);

      bool kept = e >= 0 && (routing->kept == NULL || routing->kept[i]);

      part[k] = (Part) { kept ? e : MS_NONE, 1.0f / (float) routing->K };
    }
  for (int e = 0; e < routing->E && routing->slots > 0; e++)
    {
      const float *combine = routing->combine + (gsize) t * (gsize) routing->slots + (gsize) e * (gsize) per;

      part[e] = (Part) { e, 0 };
      for (int s = 0; s < per; s++)
        part[e].weight += combine[s];
    }
  return routing->slots > 0 ? routing->E : routing->K;
}

/* The same by node of the column. Soft parts of the same node are one. */
static int
parts_of (const MsFlow *flow, const MsFlowColumn *column, int r, Part *part)
{
  const MsRouting *routing = column->layer >= 0 ? flow->record->routing[column->layer] : NULL;
  float sum[MS_FLOW_MOST] = { 0 };
  int n;

  if (routing == NULL)
    {
      part[0] = (Part) { column->node_of[group_of (flow, r)], 1 };
      return 1;
    }
  n = parts_by_expert (flow, routing, r, part);
  if (routing->slots == 0 || n == 0)
    {
      for (int i = 0; i < n; i++)
        part[i].node = part[i].node < 0 ? column->dropped : column->node_of[part[i].node];
      return n;
    }
  for (int i = 0; i < n; i++)
    sum[column->node_of[part[i].node]] += part[i].weight;
  for (int i = 0; i < column->n_nodes; i++)
    part[i] = (Part) { i, sum[i] };
  return column->n_nodes;
}

static int
most_parts (const MsFlow *flow)
{
  int most = MS_FLOW_MOST;

  for (int c = 1; c < flow->n_columns; c++)
    {
      const MsRouting *routing = flow->record->routing[flow->column[c].layer];

      most = MAX (most, routing->slots > 0 ? routing->E : routing->K);
    }
  return most;
}

/* Tokens of each group or expert -> @mass (n_ids); returns what is dropped. */
static double
measure (const MsFlow *flow, const MsFlowColumn *column, double *mass)
{
  const MsRouting *routing = column->layer >= 0 ? flow->record->routing[column->layer] : NULL;
  g_autofree Part *part = g_new (Part, most_parts (flow));
  double dropped = 0;

  for (int r = 0; r < flow->rows; r += flow->every)
    {
      int n = routing != NULL ? parts_by_expert (flow, routing, r, part) : 1;

      if (routing == NULL)
        part[0] = (Part) { group_of (flow, r), 1 };
      for (int i = 0; i < n; i++)
        *(part[i].node < 0 ? &dropped : &mass[part[i].node]) += (double) part[i].weight * flow->every;
    }
  return dropped;
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

static void
make_nodes (MsFlow *flow, MsFlowColumn *column, int wanted)
{
  g_autofree double *mass = g_new0 (double, column->n_ids);
  double dropped = measure (flow, column, mass);
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
  column->dropped = dropped > 0 ? column->n_nodes : MS_NONE;
  if (dropped > 0)
    column->node[column->n_nodes++] = (MsFlowNode) { MS_FLOW_DROPPED, MS_NONE, 0, dropped };
}

/* What is selected is an expert, and not a token or example beside it. */
static bool
selects_expert (const MsScene *scene)
{
  return scene->selection.token < 0 && scene->selection.example < 0 && scene->selection.expert >= 0;
}

/* How much of row @r is selected; of the column of a chosen expert only the expert's part. */
static float
selected_part (const MsFlow *flow, const MsScene *scene, int r)
{
  const MsSelection *selection = &scene->selection;
  const MsRouting *routing = ms_scene_routing (scene);
  int all = tokens_of_all (flow->record);
  g_autofree Part *part = NULL;
  float weight = 0;
  int n;

  if (selection->token >= 0)
    return selection->token % all == r % all && (flow->copy >= 0 || selection->token / all == r / all);
  if (selection->example >= 0)
    return ms_token_example (flow->record, r) == selection->example;
  if (selection->expert < 0 || !is_captured (flow->record, routing))
    return 0;
  part = g_new (Part, most_parts (flow));
  n = parts_by_expert (flow, routing, r, part);
  for (int i = 0; i < n; i++)
    weight += part[i].node == selection->expert ? part[i].weight : 0;
  return weight;
}

/* Adds the products of the parts in each two neighbouring columns, times @weight, to @chosen or all. */
static void
add_row (MsFlow *flow, const MsScene *scene, int r, float weight, bool chosen, Part *left, Part *right)
{
  int n_left = 0, n_right;

  for (int c = 0; c < flow->n_columns; c++)
    {
      MsFlowColumn *column = &flow->column[c];
      Part *swap = left;

      n_right = parts_of (flow, column, r, right);
      if (chosen && selects_expert (scene) && column->layer >= 0
          && ms_scene_routing (scene) == flow->record->routing[column->layer])
        {
          right[0] = (Part) { column->node_of[scene->selection.expert], 1 };
          n_right = 1;
        }
      for (int i = 0; c > 0 && i < n_left; i++)
        for (int j = 0; j < n_right; j++)
          (chosen ? column[-1].chosen : column[-1].mass)[left[i].node * column->n_nodes + right[j].node]
            += left[i].weight * right[j].weight * weight;
      left = right;
      right = swap;
      n_left = n_right;
    }
}

static void
fill (MsFlow *flow, const MsScene *scene)
{
  int most = most_parts (flow);
  g_autofree Part *left = g_new (Part, most), *right = g_new (Part, most);

  for (int c = 0; c + 1 < flow->n_columns; c++)
    {
      gsize n = (gsize) flow->column[c].n_nodes * (gsize) flow->column[c + 1].n_nodes;

      flow->column[c].mass = g_new0 (float, n);
      flow->column[c].chosen = g_new0 (float, n);
    }
  for (int r = 0; r < flow->rows; r++)
    {
      /* A single token or example is followed whatever is left out. */
      bool followed = r % flow->every == 0, wanted = flow->selects && (followed || !selects_expert (scene));
      float weight = wanted ? selected_part (flow, scene, r) : 0;

      if (followed)
        add_row (flow, scene, r, (float) flow->every, false, left, right);
      if (weight > 0)
        add_row (flow, scene, r, selects_expert (scene) ? weight * (float) flow->every : weight, true, left, right);
    }
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

MsFlow *
ms_flow_new (const MsScene *scene)
{
  MsFlow *flow = g_new0 (MsFlow, 1);
  const MsRecord *record = scene->record;
  const MsSelection *selection = &scene->selection;
  int member = member_of (scene);

  flow->record = record;
  flow->column = g_new0 (MsFlowColumn, record != NULL ? record->n_routing + 1 : 1);
  for (int l = 0; record != NULL && l < record->n_routing; l++)
    {
      if (record->routing[l]->member >= 0 && record->routing[l]->member != member)
        continue;
      if (ms_stage_time (&scene->stage, l, MS_STAGE_DISPATCH) == MS_STAGE_AHEAD)
        continue;
      flow->n_layers++;
      if (!is_captured (record, record->routing[l]))
        {
          flow->absent++;
          continue;
        }
      flow->n_columns = MAX (1, flow->n_columns);
      flow->column[flow->n_columns].n_ids = record->routing[l]->E;
      flow->column[flow->n_columns++].layer = l;
    }
  if (flow->n_columns == 0)
    return flow;
  make_groups (flow);
  choose_rows (flow, scene);
  flow->selects = selection->token >= 0 || selection->example >= 0
                  || (selection->expert >= 0 && selection->expert < ms_scene_routing (scene)->E);
  for (int c = 0; c < flow->n_columns; c++)
    {
      bool here = c > 0 && ms_scene_routing (scene) == record->routing[flow->column[c].layer];

      make_nodes (flow, &flow->column[c], here ? selection->expert : MS_NONE);
    }
  fill (flow, scene);
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

MsNumber
ms_flow_column_name (const MsFlow *flow, int column)
{
  int layer = flow->column[column].layer;
  MsNumber name = { "" };

  if (layer >= 0)
    return ms_routing_name (flow->record->routing[layer]);
  g_strlcpy (name.text, flow->by_class ? "class" : "place", sizeof name.text);
  return name;
}

MsNumber
ms_flow_node_label (const MsFlow *flow, int column, int i)
{
  const MsFlowNode *node = &flow->column[column].node[i];
  MsNumber label = { "" };

  if (node->kind == MS_FLOW_OTHERS)
    g_snprintf (label.text, sizeof label.text, "+%d", node->n);
  else if (node->kind == MS_FLOW_ONE && column == 0 && flow->by_class)
    return ms_record_class (flow->record, node->id);
  else if (node->kind == MS_FLOW_ONE && column == 0 && flow->span > 1)
    g_snprintf (label.text, sizeof label.text, "%d–%d", node->id * flow->span,
                MIN (flow->record->tokens, (node->id + 1) * flow->span) - 1);
  else if (node->kind == MS_FLOW_ONE)
    return ms_number_count (node->id);
  return label;
}

MsNumber
ms_flow_node_name (const MsFlow *flow, int column, int i)
{
  const MsFlowNode *node = &flow->column[column].node[i];
  MsNumber label = ms_flow_node_label (flow, column, i), name = { "" };

  if (node->kind == MS_FLOW_DROPPED)
    g_strlcpy (name.text, "dropped", sizeof name.text);
  else if (node->kind == MS_FLOW_OTHERS)
    g_snprintf (name.text, sizeof name.text, "others (%d)", node->n);
  else
    {
      g_strlcpy (name.text, column > 0 ? "expert " : flow->by_class ? "class " : "place ", sizeof name.text);
      g_strlcat (name.text, label.text, sizeof name.text);
    }
  return name;
}
