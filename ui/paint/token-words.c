/* SPDX-License-Identifier: MIT */

#include "ui/paint/token-words.h"

#include "ui/paint/token-lines.h"
#include "ui/paint/tokens.h"

#include <math.h>

const char *
ms_token_block_help (MsTokenBlock block)
{
#define HELP(name, help) help,
  static const char *const sentences[] = { MS_TOKEN_BLOCKS (HELP) };
#undef HELP
  return sentences[CLAMP ((int) block, 0, MS_N_TOKEN_BLOCKS - 1)];
}

/* The expert is in the shown layer, and nothing of this batch was sent to it. */
static bool
is_idle (const MsScene *scene, int expert)
{
  const MsRouting *routing = ms_scene_routing (scene);
  int layer = CLAMP (scene->selection.layer, 0, scene->record->n_routing - 1);

  return routing->load != NULL && expert < routing->E && routing->load[expert] == 0
         && ms_stage_time (&scene->stage, layer, MS_STAGE_TOP_K) != MS_STAGE_AHEAD;
}

void
ms_token_empty (const MsScene *scene, const char **what, const char **why)
{
  const MsSelection *selection = &scene->selection;

  *what = "No token is chosen";
  if (scene->record == NULL)
    *why = "Press Play or Step first";
  else if (ms_scene_routing (scene) == NULL)
    *why = "This model is dense: there is nothing to route";
  else if (ms_scene_soft (scene))
    *why = "Click one of its rows in Slots";
  else if (selection->expert >= 0 && is_idle (scene, selection->expert))
    *why = "The chosen expert got none of this batch";
  else if (selection->expert >= 0)
    *why = "Click one of the expert's patches";
  else if (selection->example >= 0)
    *why = scene->record->patch > 0 ? "Click one of the image's patches" : "Click one of its tokens";
  else
    *why = "Click a patch or token";
}

bool
ms_token_line_ahead (const MsScene *scene, const MsTokenLine *line)
{
  return ms_stage_time (&scene->stage, line->layer, line->stage) == MS_STAGE_AHEAD;
}

/* All that the picture says of the token, but for the rows of numbers, which the table has. */
static void
describe_token (GString *text, const MsScene *scene)
{
  g_autoptr (GArray) lines = ms_token_lines (scene);

  for (guint i = 0; i < lines->len; i++)
    {
      const MsTokenLine *line = &g_array_index (lines, MsTokenLine, i);

      if (ms_token_line_ahead (scene, line) || line->kind == MS_TOKEN_LINE_BAR || line->kind == MS_TOKEN_LINE_COLUMNS)
        continue;
      if (text->len > 0)
        g_string_append_c (text, '\n');
      if (line->kind == MS_TOKEN_LINE_CHOICE)
        g_string_append_printf (text, "expert %d: %s", line->expert, line->text);
      else if (line->kind == MS_TOKEN_LINE_LAYER && line->expert >= 0)
        g_string_append_printf (text, "%s: expert %d%s", line->text, line->expert, line->dropped ? ", dropped" : "");
      else if (line->kind == MS_TOKEN_LINE_LAYER)
        g_string_append_printf (text, "%s: no expert", line->text);
      else
        g_string_append (text, line->text);
    }
}

static void
describe_expert (GString *text, const MsScene *scene, const MsTokenRoute *route, int expert)
{
  const MsTokenGate *gate = ms_token_route_of (route, expert);
  bool chosen = ms_stage_time (&scene->stage, route->layer, MS_STAGE_TOP_K) != MS_STAGE_AHEAD;

  g_string_append_printf (text, "expert %d, %s", expert, ms_routing_name (route->routing).text);
  if (gate == NULL)
    return;
  if (isfinite (gate->logit))
    {
      g_string_append (text, "\nlogit ");
      ms_token_append_sum (text, route, gate, 3);
    }
  if (ms_stage_time (&scene->stage, route->layer, MS_STAGE_SOFTMAX) != MS_STAGE_AHEAD)
    {
      g_string_append_c (text, '\n');
      ms_token_append_equation (text, route, gate);
    }
  if (chosen && gate->rank >= 0)
    g_string_append_printf (text, "\nchoice %d", gate->rank + 1);
  else if (chosen)
    g_string_append (text, "\nnot chosen");
}

static void
describe_layer (GString *text, const MsScene *scene, int layer)
{
  MsScene there = *scene;

  if (layer < 0 || layer >= scene->record->n_routing)
    return;
  there.selection.layer = layer;
  g_string_append (text, ms_routing_name (scene->record->routing[layer]).text);

  g_autoptr (GArray) lines = ms_token_lines (&there);

  for (guint i = 0; i < lines->len; i++)
    {
      const MsTokenLine *line = &g_array_index (lines, MsTokenLine, i);

      if (line->kind == MS_TOKEN_LINE_CHOICE && !ms_token_line_ahead (scene, line))
        g_string_append_printf (text, "\nexpert %d: %s%s", line->expert, line->text, line->dropped ? ", dropped" : "");
    }
  g_string_append (text, layer == scene->selection.layer ? "\nshown here" : "\nclick to see its numbers there");
}

char *
ms_token_describe (const MsScene *scene, const MsSpot *spot)
{
  GString *text = g_string_new (NULL);
  g_auto (MsTokenRoute) route = { 0 };

  if (!ms_token_route_read (&route, scene))
    return g_string_free (text, FALSE);
  switch (spot->kind)
    {
    case MS_SPOT_TOKEN: {
      MsScene there = *scene;

      there.selection.token = spot->token;
      describe_token (text, &there);
      break;
    }
    case MS_SPOT_EXPERT: describe_expert (text, scene, &route, spot->expert); break;
    case MS_SPOT_SLOT: ms_token_append_slot (text, &route, spot->slot); break;
    case MS_SPOT_LAYER: describe_layer (text, scene, spot->layer); break;
    case MS_SPOT_FIGURES:
      if (spot->bin >= 0)
        g_string_append (text, ms_token_block_help ((MsTokenBlock) spot->bin));
      break;
    default: break;
    }
  return g_string_free (text, FALSE);
}

static void
append_cell (GString *text, double value)
{
  g_string_append_c (text, '\t');
  if (isfinite (value))
    g_string_append (text, ms_number_fixed (value, 6).text);
  else if (isinf (value))
    g_string_append (text, value < 0 ? "-inf" : "inf");
}

static void
table_row (GString *text, const MsTokenRoute *route, const MsTokenGate *gate)
{
  const MsTokenChoice *choice = gate->rank >= 0 ? &route->choice[gate->rank] : NULL;

  g_string_append_printf (text, "%d", gate->expert);
  append_cell (text, gate->logit);
  append_cell (text, route->has_offset ? gate->offset : NAN);
  append_cell (text, route->has_noise ? gate->noise : NAN);
  append_cell (text, gate->gate);
  append_cell (text, gate->bias);
  if (choice == NULL)
    {
      g_string_append (text, "\t\t\t\t\t\n");
      return;
    }
  g_string_append_printf (text, "\t%d", gate->rank + 1);
  append_cell (text, choice->weight);
  g_string_append_c (text, '\t');
  if (choice->place >= 0)
    g_string_append_printf (text, "%d", choice->place + 1);
  g_string_append_printf (text, "\t%s", choice->kept < 0 ? "" : choice->kept ? "yes" : "no");
  append_cell (text, choice->out_norm);
  g_string_append_c (text, '\n');
}

char *
ms_token_table (const MsScene *scene)
{
  GString *text = g_string_new (NULL);
  g_auto (MsTokenRoute) route = { 0 };
  bool read = ms_token_route_read (&route, scene);

  if (ms_scene_soft (scene))
    {
      ms_token_append_slots_table (text, read ? &route : NULL);
      return g_string_free (text, FALSE);
    }
  g_string_append (text, "expert\tlogit\toffset\tnoise\tgate\tbias\tchoice\tweight\tplace\tkept\toutput norm\n");
  for (int i = 0; read && i < route.n; i++)
    table_row (text, &route, &route.gate[i]);
  return g_string_free (text, FALSE);
}
