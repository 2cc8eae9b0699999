/* SPDX-License-Identifier: MIT */

#include "ui/paint/token-plane.h"

#include "ui/paint/example-words.h"
#include "ui/paint/tokens.h"

#include <math.h>

MsTokensState
ms_token_plane_state (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);

  if (scene->record == NULL)
    return MS_TOKENS_NO_RECORD;
  if (routing == NULL)
    return MS_TOKENS_DENSE;
  return routing->coordinates != NULL && routing->T > 0 ? MS_TOKENS_THERE : MS_TOKENS_ABSENT;
}

int
ms_token_plane_expert (const MsRouting *routing, int token)
{
  int per = routing->E > 0 ? routing->slots / routing->E : 0, best = MS_NONE;
  double most = -1;

  if (routing->slots == 0)
    return ms_token_expert (routing, token, 0);
  if (routing->combine == NULL || per < 1 || token < 0 || token >= routing->T)
    return MS_NONE;
  for (int e = 0; e < routing->E; e++)
    {
      double weight = 0;

      for (int s = e * per; s < (e + 1) * per; s++)
        weight += (double) routing->combine[(gsize) token * (gsize) routing->slots + (gsize) s];
      if (weight > most)
        {
          most = weight;
          best = e;
        }
    }
  return best;
}

int
ms_token_plane_class (const MsRecord *record, int token)
{
  int n = ms_token_example (record, token);

  return record->labels != NULL && n < record->N && record->labels[n] >= 0 ? record->labels[n] : MS_NONE;
}

char *
ms_token_plane_axis (const MsRouting *routing, int axis)
{
  if (!isfinite (routing->variance[axis]))
    return g_strdup_printf ("PC %d", axis + 1);
  return g_strdup_printf ("PC %d, %s %% of the variance", axis + 1,
                          ms_number_fixed (100 * routing->variance[axis], 0).text);
}

char *
ms_token_plane_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsRouting *routing = ms_scene_routing (scene);
  GString *text = g_string_new (NULL);
  int expert;

  if (ms_token_plane_state (scene) != MS_TOKENS_THERE || spot->kind != MS_SPOT_TOKEN || spot->token < 0
      || spot->token >= routing->T)
    return g_string_free (text, FALSE);
  ms_words_example (text, scene->record, ms_token_example (scene->record, spot->token));
  if (scene->record->tokens > 1 || scene->record->patch > 0)
    {
      g_string_append_c (text, '\n');
      ms_words_token (text, scene->record, spot->token);
    }
  if (routing->copies > 1)
    g_string_append_printf (text, "\ncopy %d", spot->token / MAX (1, scene->record->N * scene->record->tokens));
  expert = ms_token_plane_expert (routing, spot->token);
  if (expert >= 0)
    g_string_append_printf (text, routing->slots > 0 ? "\nmost combine weight: expert %d" : "\nfirst choice: expert %d",
                            expert);
  else
    g_string_append (text, "\nno expert");
  for (int axis = 0; axis < 2; axis++)
    g_string_append_printf (text, "%sPC %d: %s", axis == 0 ? "\n" : ", ", axis + 1,
                            ms_number_short ((double) routing->coordinates[2 * spot->token + axis], 3).text);
  return g_string_free (text, FALSE);
}

char *
ms_token_plane_table (const MsScene *scene)
{
  GString *text = g_string_new ("token\texample\tlabel\texpert\tPC 1\tPC 2\n");
  const MsRouting *routing = ms_scene_routing (scene);

  for (int t = 0; ms_token_plane_state (scene) == MS_TOKENS_THERE && t < routing->T; t++)
    {
      int expert = ms_token_plane_expert (routing, t), label = ms_token_plane_class (scene->record, t);

      g_string_append_printf (text, "%d\t%d\t%s\t%s\t%s\t%s\n", t, ms_token_example (scene->record, t),
                              label >= 0 ? ms_record_class (scene->record, label).text : "",
                              expert >= 0 ? ms_number_count (expert).text : "",
                              ms_number_fixed ((double) routing->coordinates[2 * t], 6).text,
                              ms_number_fixed ((double) routing->coordinates[2 * t + 1], 6).text);
    }
  return g_string_free (text, FALSE);
}
