/* SPDX-License-Identifier: MIT */

#include "ui/paint/flow-words.h"

#include "ui/paint/tokens.h"

#include <math.h>

#define NAMED 3 /* where most come from, and where most go */

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
  else if (node->kind == MS_FLOW_UNTAKEN)
    g_strlcpy (name.text, "no expert", sizeof name.text);
  else if (node->kind == MS_FLOW_OTHERS)
    g_snprintf (name.text, sizeof name.text, "others (%d)", node->n);
  else
    {
      g_strlcpy (name.text, column > 0 ? "expert " : flow->by_class ? "class " : "place ", sizeof name.text);
      g_strlcat (name.text, label.text, sizeof name.text);
    }
  return name;
}

int
ms_flow_bin (int column, int node)
{
  return column * MS_FLOW_MOST + node;
}

int
ms_flow_bin_column (int bin)
{
  return bin / MS_FLOW_MOST;
}

int
ms_flow_bin_node (int bin)
{
  return bin % MS_FLOW_MOST;
}

/* Whole tokens as such; parts of them where tokens make several choices. */
static MsNumber
amount (double tokens)
{
  bool whole = fabs (tokens - round (tokens)) < 1e-3;

  return whole ? ms_number_count ((gint64) round (tokens)) : ms_number_fixed (tokens, 1);
}

/* Tokens between a node and node @i of the column beside it. */
static double
between (const MsFlow *flow, int column, int node, int i, bool to)
{
  if (to)
    return (double) flow->column[column].mass[node * flow->column[column + 1].n_nodes + i];
  return (double) flow->column[column - 1].mass[i * flow->column[column].n_nodes + node];
}

/* The nodes of the column beside that share most with this one. */
static void
append_neighbours (GString *text, const MsFlow *flow, int column, int node, bool to)
{
  int beside = column + (to ? 1 : -1);
  bool named[MS_FLOW_MOST] = { false };

  if (beside < 0 || beside >= flow->n_columns)
    return;
  for (int k = 0; k < NAMED; k++)
    {
      int best = MS_NONE;

      for (int i = 0; i < flow->column[beside].n_nodes; i++)
        if (!named[i] && (best < 0 || between (flow, column, node, i, to) > between (flow, column, node, best, to)))
          best = i;
      if (best < 0 || !(between (flow, column, node, best, to) > 0))
        return;
      named[best] = true;
      g_string_append_printf (text, "%s%s %s", k > 0 ? ", " : to ? "\nto " : "\nfrom ",
                              ms_flow_node_name (flow, beside, best).text,
                              amount (between (flow, column, node, best, to)).text);
    }
}

static char *
describe_node (const MsFlow *flow, int column, int node)
{
  GString *text = g_string_new (NULL);
  double mass;

  if (column < 0 || column >= flow->n_columns || node < 0 || node >= flow->column[column].n_nodes)
    return g_string_free (text, FALSE);
  mass = flow->column[column].node[node].mass;
  g_string_append (text, ms_flow_node_name (flow, column, node).text);
  if (column > 0)
    g_string_append_printf (text, ", %s", ms_flow_column_name (flow, column).text);
  g_string_append_printf (text, "\n%s of %s tokens (%s %%)", amount (mass).text, amount (flow->total).text,
                          ms_number_fixed (100 * mass / MAX (1, flow->total), 1).text);
  append_neighbours (text, flow, column, node, false);
  append_neighbours (text, flow, column, node, true);
  return g_string_free (text, FALSE);
}

static char *
describe_ribbon (const MsFlow *flow, int column, int from, int to)
{
  if (column < 0 || column + 1 >= flow->n_columns || from < 0 || from >= flow->column[column].n_nodes || to < 0
      || to >= flow->column[column + 1].n_nodes)
    return g_strdup ("");

  double tokens = between (flow, column, from, to, true), all = flow->column[column].node[from].mass;
  MsNumber here = ms_flow_column_name (flow, column), there = ms_flow_column_name (flow, column + 1);

  return g_strdup_printf ("%s%s%s to %s, %s\n%s tokens (%s %% of them)", ms_flow_node_name (flow, column, from).text,
                          column > 0 ? ", " : "", column > 0 ? here.text : "",
                          ms_flow_node_name (flow, column + 1, to).text, there.text, amount (tokens).text,
                          ms_number_fixed (100 * tokens / (all > 0 ? all : 1), 1).text);
}

/* The column of a layer of the record; MS_NONE: it has none. */
static int
column_of (const MsFlow *flow, int layer)
{
  for (int c = 1; c < flow->n_columns; c++)
    if (flow->column[c].layer == layer)
      return c;
  return MS_NONE;
}

char *
ms_flow_describe (const MsScene *scene, const MsSpot *spot)
{
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  int column = column_of (flow, spot->layer);

  switch (spot->kind)
    {
    case MS_SPOT_EXPERT:
      if (column < 0 || spot->expert < 0 || spot->expert >= flow->column[column].n_ids)
        return g_strdup ("");
      return describe_node (flow, column, flow->column[column].node_of[spot->expert]);
    case MS_SPOT_BIN: return describe_node (flow, ms_flow_bin_column (spot->bin), ms_flow_bin_node (spot->bin));
    case MS_SPOT_PAIR:
      return describe_ribbon (flow, ms_flow_bin_column (spot->bin), ms_flow_bin_node (spot->bin), spot->other);
    case MS_SPOT_LAYER:
      if (column < 0)
        return g_strdup ("");
      return g_strdup_printf ("%s: %d experts", ms_flow_column_name (flow, column).text, flow->column[column].n_ids);
    default: return g_strdup ("");
    }
}

char *
ms_flow_table (const MsScene *scene)
{
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  GString *text = g_string_new ("from layer\tfrom\tto layer\tto\ttokens\tshare %\n");

  for (int c = 0; c + 1 < flow->n_columns; c++)
    for (int i = 0; i < flow->column[c].n_nodes; i++)
      for (int j = 0; j < flow->column[c + 1].n_nodes; j++)
        {
          double tokens = between (flow, c, i, j, true);

          if (tokens > 0)
            g_string_append_printf (text, "%s\t%s\t%s\t%s\t%s\t%s\n", c > 0 ? ms_flow_column_name (flow, c).text : "",
                                    ms_flow_node_name (flow, c, i).text, ms_flow_column_name (flow, c + 1).text,
                                    ms_flow_node_name (flow, c + 1, j).text, ms_number_fixed (tokens, 2).text,
                                    ms_number_fixed (100 * tokens / MAX (1, flow->total), 2).text);
        }
  return g_string_free (text, FALSE);
}
