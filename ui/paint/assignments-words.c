/* SPDX-License-Identifier: MIT */

#include "ui/paint/assignments-words.h"

#include "ui/paint/example-words.h"
#include "ui/paint/tokens.h"

MsStageTime
ms_assignments_time (const MsScene *scene, MsStageKind kind)
{
  int n = scene->record != NULL ? scene->record->n_routing : 0;

  return ms_stage_time (&scene->stage, CLAMP (scene->selection.layer, 0, MAX (0, n - 1)), kind);
}

/* Where experts choose, a token has as many choices as the luckiest one: those it was not given are not told. */
static void
describe_choice (GString *text, const MsRouting *routing, int token, int k, bool placed)
{
  gsize i = (gsize) token * (gsize) routing->K + (gsize) k;
  int expert = ms_token_expert (routing, token, k);

  if (expert < 0)
    {
      if (k == 0)
        g_string_append (text, "\nno expert");
      return;
    }
  if (routing->K > 1)
    g_string_append_printf (text, "\nchoice %d: expert %d", k + 1, expert);
  else
    g_string_append_printf (text, "\nexpert %d", expert);
  if (routing->gate != NULL)
    g_string_append_printf (text, ", gate %s", ms_number_fixed ((double) routing->gate[i], 3).text);
  if (routing->kept != NULL && placed)
    g_string_append (text, routing->kept[i] ? ", kept" : ", dropped: the expert was full");
}

char *
ms_assignments_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsRecord *record = scene->record;
  const MsRouting *routing = ms_scene_routing (scene);

  if (record == NULL || record->inputs == NULL || spot->kind != MS_SPOT_TOKEN || spot->example < 0
      || spot->example >= record->N)
    return g_strdup ("");

  GString *text = g_string_new (NULL);

  ms_words_example (text, record, spot->example);
  if (spot->token >= 0 && (record->tokens > 1 || record->patch > 0))
    {
      g_string_append_c (text, '\n');
      ms_words_token (text, record, spot->token);
    }
  if (routing == NULL || routing->expert == NULL || spot->token < 0 || spot->token >= routing->T)
    {
      g_string_append (text, routing == NULL ? "\nno routed layer" : "\nits routing was not captured");
      return g_string_free (text, FALSE);
    }
  if (routing->copies > 1)
    g_string_append_printf (text, "\nmember %d", spot->token / MAX (1, record->N * record->tokens));
  if (routing->mask != NULL && !routing->mask[spot->token])
    g_string_append (text, "\npadding: not routed");
  if (ms_assignments_time (scene, MS_STAGE_TOP_K) == MS_STAGE_AHEAD)
    {
      g_string_append (text, "\nits expert is not chosen yet");
      return g_string_free (text, FALSE);
    }
  for (int k = 0; k < routing->K; k++)
    describe_choice (text, routing, spot->token, k,
                     ms_assignments_time (scene, MS_STAGE_DISPATCH) != MS_STAGE_AHEAD);

  int next = ms_token_runner_up (routing, spot->token);

  if (next >= 0)
    g_string_append_printf (
        text, "\nrunner-up expert %d, probability %s", next,
        ms_number_fixed (ms_token_probability (routing, spot->token, next), 3).text);
  else if (routing->probs == NULL)
    g_string_append (text, "\nrunner-up not captured");
  return g_string_free (text, FALSE);
}

static void
table_row (GString *text, const MsRecord *record, const MsRouting *routing, int token)
{
  int n = ms_token_example (record, token), next = ms_token_runner_up (routing, token);

  if (routing->copies > 1)
    g_string_append_printf (text, "%d\t", token / (record->N * record->tokens));
  g_string_append_printf (text, "%d\t%d\t", n, token % record->tokens);
  if (record->labels != NULL && n < record->N)
    g_string_append (text, ms_record_class (record, record->labels[n]).text);
  for (int k = 0; k < routing->K; k++)
    {
      gsize i = (gsize) token * (gsize) routing->K + (gsize) k;

      if (ms_token_expert (routing, token, k) < 0)
        {
          g_string_append (text, "\t\t\t");
          continue;
        }
      g_string_append_printf (text, "\t%d\t%s\t%s", ms_token_expert (routing, token, k),
                              routing->gate != NULL ? ms_number_fixed ((double) routing->gate[i], 6).text : "",
                              routing->kept == NULL ? "" : routing->kept[i] ? "yes" : "no");
    }
  if (next >= 0)
    g_string_append_printf (
        text, "\t%d\t%s\n", next,
        ms_number_fixed (ms_token_probability (routing, token, next), 6).text);
  else
    g_string_append (text, "\t\t\n");
}

char *
ms_assignments_table (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);
  GString *text = g_string_new (routing != NULL && routing->copies > 1 ? "member\texample\ttoken\tlabel"
                                                                        : "example\ttoken\tlabel");

  for (int k = 1; routing != NULL && k <= routing->K; k++)
    g_string_append_printf (text, "\texpert %d\tgate %d\tkept %d", k, k, k);
  g_string_append (text, "\trunner-up\trunner-up probability\n");
  for (int t = 0; routing != NULL && routing->expert != NULL && scene->record->tokens > 0 && scene->record->N > 0
                  && t < routing->T; t++)
    table_row (text, scene->record, routing, t);
  return g_string_free (text, FALSE);
}
