/* SPDX-License-Identifier: MIT */

/* The lines of the Token view for layers that choose: logits, gates, choices, places, outputs, and the token's way
 * through the other layers. */
#include "ui/paint/token-lines.h"

#include "ui/paint/example-words.h"
#include "ui/paint/token-words.h"
#include "ui/paint/tokens.h"

#include <math.h>
#include <string.h>

#define BARS 8     /* experts shown */
#define MEMBERS 6  /* other members */
#define LAYERS 12  /* of the route */
#define EXACT 2e-4 /* relative, of a weight and the formula shown for it */

static MsTokenLine *
add (GArray *lines, MsTokenLineKind kind, MsTokenBlock block, MsStageKind stage, int layer)
{
  MsTokenLine line = { .kind = kind, .block = block, .stage = stage, .layer = layer, .expert = MS_NONE,
                       .slot = MS_NONE, .value = NAN };

  g_array_append_val (lines, line);
  return &g_array_index (lines, MsTokenLine, lines->len - 1);
}

static void say (MsTokenLine *line, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (MsTokenLine *line, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_vsnprintf (line->text, sizeof line->text, format, arguments);
  va_end (arguments);
}

/* "₁₂" */
static MsNumber
subscript (int n)
{
  MsNumber number = { "" }, digits;

  g_snprintf (digits.text, sizeof digits.text, "%d", n);
  for (const char *p = digits.text; *p >= '0' && *p <= '9'; p++)
    {
      char digit[7] = "";

      digit[g_unichar_to_utf8 (0x2080 + (gunichar) (*p - '0'), digit)] = '\0';
      g_strlcat (number.text, digit, sizeof number.text);
    }
  return number;
}

static void
append_term (GString *text, double value, int decimals)
{
  if (isinf (value))
    g_string_append (text, value < 0 ? " − ∞" : " + ∞");
  else
    g_string_append_printf (text, " %s %s", value < 0 ? "−" : "+", ms_number_fixed (fabs (value), decimals).text);
}

void
ms_token_append_sum (GString *text, const MsTokenRoute *route, const MsTokenGate *gate, int decimals)
{
  g_string_append (text, ms_number_fixed (gate->logit, decimals).text);
  if (route->has_offset && gate->offset != 0)
    append_term (text, gate->offset, decimals);
  if (route->has_noise)
    append_term (text, gate->noise, decimals);
}

void
ms_token_append_equation (GString *text, const MsTokenRoute *route, const MsTokenGate *gate)
{
  g_string_append_printf (text, "g%s = ", subscript (gate->expert).text);
  if (route->explained && route->kind == MS_GATES_SOFTMAX)
    {
      g_string_append (text, "exp (");
      ms_token_append_sum (text, route, gate, 2);
      g_string_append_printf (text, ") / %s = ", ms_number_short (route->sum * exp (route->largest), 4).text);
    }
  else if (route->explained)
    {
      g_string_append (text, "1 / (1 + exp (−(");
      ms_token_append_sum (text, route, gate, 2);
      g_string_append (text, "))) = ");
    }
  g_string_append (text, ms_number_fixed (gate->gate, 3).text);
}

/* Who it is */

static void
add_who (GArray *lines, const MsScene *scene, const MsTokenRoute *route)
{
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_WHO, MS_TOKEN_WHO, MS_STAGE_PATCHES, route->layer);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize before;

  ms_words_example (text, route->record, route->example);
  if (ms_stage_time (&scene->stage, route->layer, MS_STAGE_LOSS) == MS_STAGE_AHEAD
      && strstr (text->str, ", predicted ") != NULL)
    g_string_truncate (text, (gsize) (strstr (text->str, ", predicted ") - text->str));
  g_string_append_c (text, '\n');
  before = text->len;
  ms_words_token (text, route->record, route->token);
  if (text->len > before)
    g_string_append_c (text, '\n');
  g_string_append (text, ms_routing_name (route->routing).text);
  if (route->routing->copies > 1)
    g_string_append_printf (text, ", member %d", route->copy);
  say (line, "%s", text->str);
}

/* Gates */

static void
add_gates_heading (GArray *lines, const MsTokenRoute *route)
{
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_HEADING, MS_TOKEN_GATES, MS_STAGE_LOGITS, route->layer);
  const char *function = route->kind == MS_GATES_SIGMOID ? "sigmoid" : "softmax";

  if (route->kind == MS_GATES_UNKNOWN && route->routing->probs == NULL)
    say (line, "%s router: no gates", route->routing->router != NULL ? route->routing->router : "unknown");
  else if (route->kind == MS_GATES_UNKNOWN)
    say (line, "gates");
  else
    say (line, "gates = %s (logit%s%s)", function, route->has_offset ? " + offset" : "",
         route->has_noise ? " + noise" : "");
}

static void
fill_cell (char *cell, double value)
{
  g_strlcpy (cell, value == -INFINITY ? "masked" : ms_number_fixed (value, 2).text, 12);
}

static void
add_columns (GArray *lines, const MsTokenRoute *route)
{
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_COLUMNS, MS_TOKEN_GATES, MS_STAGE_LOGITS, route->layer);
  int cell = 0;

  g_strlcpy (line->text, "expert", sizeof line->text);
  g_strlcpy (line->cell[cell++], "logit", 12);
  if (route->has_offset)
    g_strlcpy (line->cell[cell++], "offset", 12);
  if (route->has_noise)
    g_strlcpy (line->cell[cell++], "noise", 12);
  if (route->has_bias && cell < MS_TOKEN_CELLS)
    g_strlcpy (line->cell[cell++], "bias", 12);
  g_strlcpy (line->number, "gate", sizeof line->number);
}

static void
add_bar (GArray *lines, const MsTokenRoute *route, const MsTokenGate *gate)
{
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_BAR, MS_TOKEN_GATES, MS_STAGE_LOGITS, route->layer);
  int cell = 0;

  line->expert = gate->expert;
  line->strong = gate->rank >= 0;
  line->value = gate->gate;
  say (line, "%d", gate->expert);
  g_strlcpy (line->number, ms_number_fixed (gate->gate, 3).text, sizeof line->number);
  fill_cell (line->cell[cell++], gate->logit);
  if (route->has_offset)
    fill_cell (line->cell[cell++], gate->offset);
  if (route->has_noise)
    fill_cell (line->cell[cell++], gate->noise);
  if (route->has_bias && cell < MS_TOKEN_CELLS)
    fill_cell (line->cell[cell++], gate->bias);
}

static void
add_gates (GArray *lines, const MsTokenRoute *route)
{
  int shown[BARS], n = ms_token_route_list (route, shown, BARS), from = 0;
  double rest = 1;

  add_gates_heading (lines, route);
  if (route->routing->probs == NULL && route->routing->logits == NULL)
    return;
  add_columns (lines, route);
  for (int i = 0; i < n; i++)
    {
      add_bar (lines, route, &route->gate[shown[i]]);
      rest -= route->gate[shown[i]].gate;
    }
  if (n < route->n && route->kind == MS_GATES_SOFTMAX)
    say (add (lines, MS_TOKEN_LINE_MUTED, MS_TOKEN_GATES, MS_STAGE_SOFTMAX, route->layer),
         "the other %s experts: %s together", ms_number_count (route->n - n).text,
         ms_number_fixed (MAX (0, rest), 3).text);
  else if (n < route->n)
    say (add (lines, MS_TOKEN_LINE_MUTED, MS_TOKEN_GATES, MS_STAGE_LOGITS, route->layer), "and %s more experts",
         ms_number_count (route->n - n).text);
  for (int i = 0; i < route->n; i++)
    from = route->gate[i].gate > route->gate[from].gate ? i : from;

  g_autoptr (GString) text = g_string_new (NULL);

  ms_token_append_equation (text, route, &route->gate[from]);
  if (route->explained && route->n > 0)
    say (add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_GATES, MS_STAGE_SOFTMAX, route->layer), "%s", text->str);
}

/* Choices */

/* How the weight comes of the gate, where that is not the gate itself. */
static void
add_weight (GArray *lines, const MsTokenRoute *route, const MsTokenChoice *choice)
{
  double share = choice->gate / route->chosen_sum, factor = choice->weight / share;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!isfinite (factor) || fabs (choice->weight - choice->gate) <= EXACT * fabs (choice->weight))
    return;
  g_string_append_printf (text, "weight %s / ", ms_number_fixed (choice->gate, 3).text);
  if (route->n_choices > 1)
    g_string_append_c (text, '(');
  for (int k = 0; k < route->n_choices && k < 3; k++)
    g_string_append_printf (text, "%s%s", k > 0 ? " + " : "", ms_number_fixed (route->choice[k].gate, 3).text);
  if (route->n_choices > 3)
    g_string_append (text, " + …");
  if (route->n_choices > 1)
    g_string_append_c (text, ')');
  if (fabs (factor - 1) > EXACT)
    g_string_append_printf (text, " × %s", ms_number_fixed (factor, 3).text);
  say (add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_TOP_K, MS_STAGE_TOP_K, route->layer), "%s = %s", text->str,
       ms_number_fixed (choice->weight, 3).text);
}

static void
add_place (GArray *lines, const MsTokenRoute *route, const MsTokenChoice *choice)
{
  const char *fate = choice->kept < 0 ? "" : choice->kept ? ": kept" : ": dropped";
  MsTokenLine *line;

  if (choice->place < 0 && choice->kept < 0)
    return;
  line = add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_TOP_K, MS_STAGE_DISPATCH, route->layer);
  if (choice->place >= 0 && route->routing->capacity > 0)
    say (line, "place %s of %s in its buffer%s", ms_number_count (choice->place + 1).text,
         ms_number_count (route->routing->capacity).text, fate);
  else if (choice->place >= 0)
    say (line, "place %s, no capacity limit%s", ms_number_count (choice->place + 1).text, fate);
  else
    say (line, choice->kept ? "kept" : "dropped: the expert was full");
}

static void
add_choices (GArray *lines, const MsTokenRoute *route)
{
  const MsRouting *routing = route->routing;
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_HEADING, MS_TOKEN_TOP_K, MS_STAGE_TOP_K, route->layer);

  if (g_strcmp0 (routing->router, "experts-choose") == 0)
    say (line, "%d of %d experts chose it", route->n_choices, route->n);
  else
    say (line, "top-%d of %s", routing->K, ms_number_count (route->n).text);
  if (route->n_choices < 1)
    say (add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_TOP_K, MS_STAGE_TOP_K, route->layer), "no expert");
  for (int k = 0; k < route->n_choices; k++)
    {
      const MsTokenChoice *choice = &route->choice[k];
      const MsTokenGate *gate = ms_token_route_of (route, choice->expert);
      bool even = !isfinite (choice->gate);

      line = add (lines, MS_TOKEN_LINE_CHOICE, MS_TOKEN_TOP_K, MS_STAGE_TOP_K, route->layer);
      line->expert = choice->expert;
      line->dropped = choice->kept == 0;
      if (gate != NULL && route->kind == MS_GATES_SIGMOID && route->has_bias)
        say (line, "gate %s %s bias %s = %s", ms_number_fixed (choice->gate, 3).text, gate->bias < 0 ? "−" : "+",
             ms_number_fixed (fabs (gate->bias), 3).text, ms_number_fixed (choice->gate + gate->bias, 3).text);
      else
        say (line, "%s %s", even ? "weight" : "gate", ms_number_fixed (even ? choice->weight : choice->gate, 3).text);
      add_weight (lines, route, choice);
      add_place (lines, route, choice);
    }
}

/* Outputs */

static void
add_outputs (GArray *lines, const MsTokenRoute *route)
{
  bool captured = route->routing->out_norm != NULL;

  if (captured && route->n_choices > 0)
    say (add (lines, MS_TOKEN_LINE_HEADING, MS_TOKEN_EXPERTS, MS_STAGE_EXPERTS, route->layer), "expert output");
  for (int k = 0; captured && k < route->n_choices; k++)
    {
      const MsTokenChoice *choice = &route->choice[k];
      MsTokenLine *line = add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_EXPERTS, MS_STAGE_EXPERTS, route->layer);

      line->expert = choice->expert;
      if (choice->kept == 0)
        say (line, "f%s (x) is not computed: dropped", subscript (choice->expert).text);
      else
        say (line, "‖f%s (x)‖ %s × %s = %s", subscript (choice->expert).text,
             ms_number_fixed (choice->out_norm, 3).text, ms_number_fixed (choice->weight, 3).text,
             ms_number_fixed (choice->out_norm * choice->weight, 3).text);
    }
}

static void
add_combined (GArray *lines, const MsTokenRoute *route)
{
  if (!isfinite (route->added_norm))
    return;
  say (add (lines, MS_TOKEN_LINE_HEADING, MS_TOKEN_COMBINE, MS_STAGE_COMBINE, route->layer), "combine");
  say (add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_COMBINE, MS_STAGE_COMBINE, route->layer),
       "the layer adds ‖Σ g f (x)‖ = %s", ms_number_fixed (route->added_norm, 3).text);
  if (isfinite (route->in_norm) && route->in_norm > 0)
    say (add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_COMBINE, MS_STAGE_COMBINE, route->layer),
         "beside ‖x‖ = %s: %s %%", ms_number_fixed (route->in_norm, 3).text,
         ms_number_fixed (100 * route->added_norm / route->in_norm, 1).text);
}

/* Elsewhere */

static void
add_members (GArray *lines, const MsTokenRoute *route)
{
  int member, layer, token, n = 0;

  while (ms_token_route_other (route, n, &member, &layer, &token))
    {
      int expert = ms_token_route_elsewhere (route, layer, token);
      MsTokenLine *line;

      if (n == 0)
        say (add (lines, MS_TOKEN_LINE_HEADING, MS_TOKEN_MEMBERS, MS_STAGE_TOP_K, route->layer), "other members");
      if (n++ >= MEMBERS)
        continue;
      line = add (lines, MS_TOKEN_LINE_TEXT, MS_TOKEN_MEMBERS, MS_STAGE_TOP_K, layer);
      if (expert >= 0)
        say (line, "member %d sends the same patch to expert %d", member, expert);
      else
        say (line, "member %d sends the same patch nowhere", member);
    }
  if (n > MEMBERS)
    say (add (lines, MS_TOKEN_LINE_MUTED, MS_TOKEN_MEMBERS, MS_STAGE_TOP_K, route->layer), "and %d more", n - MEMBERS);
}

/* The token's index where the layer may have other copies. */
static int
token_in (const MsTokenRoute *route, const MsRouting *routing)
{
  int each = MAX (1, route->record->N * route->record->tokens), copy = MIN (route->copy, routing->copies - 1);

  return (int) MIN ((gint64) MAX (0, copy) * each + route->token % each, G_MAXINT);
}

static void
add_layer (GArray *lines, const MsTokenRoute *route, int l)
{
  const MsRouting *routing = route->record->routing[l];
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_LAYER, MS_TOKEN_ROUTE, MS_STAGE_PATCHES, l);
  int token = token_in (route, routing);

  line->expert = ms_token_route_elsewhere (route, l, token);
  line->strong = l == route->layer;
  line->dropped = line->expert >= 0 && routing->slots < 1 && routing->kept != NULL
                  && !routing->kept[(gsize) token * (gsize) routing->K];
  say (line, "block %d", routing->layer);
}

/* As many as can be read, around the shown one. */
static void
add_route (GArray *lines, const MsTokenRoute *route)
{
  int before = 0, n = 0, i = 0, from;

  for (int l = ms_token_route_next_layer (route, 0); l >= 0; l = ms_token_route_next_layer (route, l + 1))
    {
      before += l < route->layer;
      n++;
    }
  from = CLAMP (before - LAYERS / 2, 0, MAX (0, n - LAYERS));
  say (add (lines, MS_TOKEN_LINE_HEADING, MS_TOKEN_ROUTE, MS_STAGE_PATCHES, route->layer), "its route");
  for (int l = ms_token_route_next_layer (route, 0); l >= 0; l = ms_token_route_next_layer (route, l + 1), i++)
    if (i >= from && i < from + LAYERS)
      add_layer (lines, route, l);
  if (n > LAYERS)
    say (add (lines, MS_TOKEN_LINE_MUTED, MS_TOKEN_ROUTE, MS_STAGE_PATCHES, route->layer), "%d of %d routed layers",
         LAYERS, n);
}

static void
add_missing (GArray *lines, const MsTokenRoute *route)
{
  const MsRouting *routing = route->routing;
  g_autoptr (GString) text = g_string_new (NULL);
  bool soft = routing->slots > 0, gates = !soft && route->kind != MS_GATES_UNKNOWN;

  if (gates && routing->logits == NULL)
    g_string_append (text, ", logits");
  else if (gates && !route->explained && !route->has_noise)
    g_string_append (text, ", noise");
  if (!soft && routing->place == NULL)
    g_string_append (text, ", place");
  if ((!soft && routing->out_norm == NULL) || routing->added_norm == NULL)
    g_string_append (text, ", norms");
  if (text->len > 0)
    say (add (lines, MS_TOKEN_LINE_MUTED, MS_TOKEN_MISSING, MS_STAGE_PATCHES, route->layer), "not captured: %s",
         text->str + 2);
}

GArray *
ms_token_lines (const MsScene *scene)
{
  GArray *lines = g_array_new (FALSE, TRUE, sizeof (MsTokenLine));
  g_auto (MsTokenRoute) route = { 0 };

  if (!ms_token_route_read (&route, scene))
    return lines;
  add_who (lines, scene, &route);
  if (!route.routed)
    {
      say (add (lines, MS_TOKEN_LINE_MUTED, MS_TOKEN_MISSING, MS_STAGE_PATCHES, route.layer), "%s",
           route.routing->expert == NULL ? "its routing was not captured" : "padding: not routed");
      return lines;
    }
  if (route.routing->slots > 0)
    ms_token_add_slots (lines, scene, &route);
  else
    {
      add_gates (lines, &route);
      add_choices (lines, &route);
      add_outputs (lines, &route);
    }
  add_combined (lines, &route);
  add_members (lines, &route);
  add_route (lines, &route);
  add_missing (lines, &route);
  return lines;
}
