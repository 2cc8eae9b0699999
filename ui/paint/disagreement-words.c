/* SPDX-License-Identifier: MIT */

#include "ui/paint/disagreement-words.h"

#include "ui/paint/disagreement-data.h"
#include "ui/paint/example-words.h"
#include "ui/paint/format.h"
#include "ui/paint/tokens.h"

static void
add_probabilities (GString *text, const MsDisputes *disputes, const MsDispute *dispute, int n, int m)
{
  for (int i = 0; i < dispute->n; i++)
    g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "",
                            ms_record_class (disputes->record, dispute->classes[i]).text,
                            ms_number_fixed (m < 0 ? dispute->mean[i]
                                                   : ms_disputes_prob (disputes, m, n, dispute->classes[i]), 3).text);
}

static void
describe_example (GString *text, const MsDisputes *disputes, int n, int member)
{
  MsDispute dispute = ms_disputes_look (disputes, n);

  ms_words_example (text, disputes->record, n);
  g_string_append (text, "\nensemble: ");
  add_probabilities (text, disputes, &dispute, n, -1);
  for (int m = 0; m < disputes->M; m++)
    if (member < 0 || m == member)
      {
        g_string_append_printf (text, "\nmember %d: ", m);
        add_probabilities (text, disputes, &dispute, n, m);
      }
  g_string_append_printf (text, "\nmutual information %s nats", ms_number_fixed (disputes->mutual[n], 4).text);
}

static void
describe_pair (GString *text, const MsPairs *pairs, int a, int b)
{
  g_string_append_printf (text, "members %d and %d\nname different classes for %s %% of the examples", a, b,
                          ms_number_fixed (100 * pairs->disagreement[a * pairs->M + b], 2).text);
  g_string_append_printf (text, "\nKL (%d ‖ %d) %s nats", a, b, ms_number_fixed (pairs->kl[a * pairs->M + b], 4).text);
  g_string_append_printf (text, "\nover %s examples of the %s", ms_number_count (pairs->examples).text,
                          pairs->test_split ? "test split" : "batch");
}

char *
ms_disagreement_describe (const MsScene *scene, const MsSpot *spot)
{
  GString *text = g_string_new (NULL);
  g_auto (MsDisputes) disputes = { 0 };
  g_auto (MsPairs) pairs = { 0 };

  if (spot->kind == MS_SPOT_EXAMPLE && ms_disputes_read (&disputes, scene) && spot->example >= 0
      && spot->example < disputes.N)
    describe_example (text, &disputes, spot->example, spot->member < disputes.M ? spot->member : MS_NONE);
  else if (spot->kind == MS_SPOT_PAIR && ms_pairs_read (&pairs, scene) && spot->member >= 0 && spot->other >= 0
           && spot->member < pairs.M && spot->other < pairs.M)
    describe_pair (text, &pairs, spot->member, spot->other);
  return g_string_free (text, FALSE);
}

char *
ms_disagreement_table (const MsScene *scene)
{
  GString *text = g_string_new ("example\tlabel\tmutual information\tensemble\tprobability");
  g_auto (MsDisputes) disputes = { 0 };

  ms_disputes_read (&disputes, scene);
  for (int m = 0; m < disputes.M; m++)
    g_string_append_printf (text, "\tmember %d\tprobability %d", m, m);
  g_string_append_c (text, '\n');
  for (int i = 0; i < disputes.N; i++)
    {
      int n = disputes.order[i];
      MsDispute dispute = ms_disputes_look (&disputes, n);

      g_string_append_printf (text, "%d\t%s\t%s\t%s\t%s", n,
                              disputes.record->labels != NULL
                                ? ms_record_class (disputes.record, disputes.record->labels[n]).text
                                : "",
                              ms_number_fixed (disputes.mutual[n], 6).text,
                              ms_record_class (disputes.record, dispute.best).text,
                              ms_number_fixed (dispute.mean[0], 6).text);
      for (int m = 0; m < disputes.M; m++)
        {
          int best = 0;

          for (int c = 1; c < disputes.C; c++)
            if (ms_disputes_prob (&disputes, m, n, c) > ms_disputes_prob (&disputes, m, n, best))
              best = c;
          g_string_append_printf (text, "\t%s\t%s", ms_record_class (disputes.record, best).text,
                                  ms_number_fixed (ms_disputes_prob (&disputes, m, n, best), 6).text);
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
