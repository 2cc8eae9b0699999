/* SPDX-License-Identifier: MIT */

#include "core/metrics/ood.h"

#include "core/metrics/probability.h"

#include <stdlib.h>

typedef struct {
  float score;
  bool positive;
} Scored;

static int
compare_scores (const void *a, const void *b)
{
  float x = ((const Scored *)a)->score, y = ((const Scored *)b)->score;
  return (x < y) - (x > y); /* the largest first */
}

/* All examples, those that seem most positive first. NULL: a side is empty or a score is NaN. */
static Scored *
sort_scores (const float *known, int n_known, const float *foreign, int n_foreign, bool foreign_is_positive)
{
  if (n_known < 1 || n_foreign < 1)
    return NULL;
  gsize n = (gsize)n_known + (gsize)n_foreign;
  g_autofree Scored *all = g_new (Scored, n);
  for (gsize i = 0; i < n; i++)
    {
      bool is_known = i < (gsize)n_known;
      float score = is_known ? known[i] : foreign[i - (gsize)n_known];
      if (isnan (score))
        return NULL;
      all[i] = (Scored){ foreign_is_positive ? score : -score, is_known != foreign_is_positive };
    }
  qsort (all, n, sizeof *all, compare_scores);
  return g_steal_pointer (&all);
}

/* Passes all examples of the next threshold: adds to the counts of positives and negatives; returns where it ends. */
static gsize
pass_threshold (const Scored *all, gsize i, gsize n, gint64 *positives, gint64 *negatives)
{
  float score = all[i].score;
  for (; i < n && all[i].score == score; i++)
    {
      *positives += all[i].positive;
      *negatives += !all[i].positive;
    }
  return i;
}

MsDetection
ms_ood_detect (const float *known, int n_known, const float *foreign, int n_foreign, bool foreign_is_positive)
{
  g_autofree Scored *all = sort_scores (known, n_known, foreign, n_foreign, foreign_is_positive);
  MsDetection result = { 0, 0, NAN };
  if (all == NULL)
    return (MsDetection){ NAN, NAN, NAN };
  gint64 P = foreign_is_positive ? n_foreign : n_known, N = foreign_is_positive ? n_known : n_foreign;
  gint64 tp = 0, fp = 0;
  gsize n = (gsize)(P + N);
  for (gsize i = 0; i < n;)
    {
      gint64 tp_before = tp, fp_before = fp;
      i = pass_threshold (all, i, n, &tp, &fp);
      result.auroc += (double)(fp - fp_before) * (double)(tp + tp_before) / 2; /* the trapezium below this step */
      result.aupr += (double)(tp - tp_before) * (double)tp / (double)(tp + fp);
      if (isnan (result.fpr95) && 20 * tp >= 19 * P)
        result.fpr95 = (double)fp / (double)N;
    }
  result.auroc /= (double)P * (double)N;
  result.aupr /= (double)P;
  return result;
}

int
ms_ood_roc (const float *known, int n_known, const float *foreign, int n_foreign, int room, double *false_rate,
            double *true_rate)
{
  g_return_val_if_fail (room >= 2, 0);
  g_autofree Scored *all = sort_scores (known, n_known, foreign, n_foreign, true);
  if (all == NULL)
    return 0;
  gsize n = (gsize)n_known + (gsize)n_foreign;
  gint64 tp = 0, fp = 0;
  int points = 1;
  double kept = 0, step = 2.0 / (room - 1); /* the curve is 2 long, in steps right and up */
  false_rate[0] = true_rate[0] = 0;
  for (gsize i = 0; i < n;)
    {
      i = pass_threshold (all, i, n, &tp, &fp);
      double x = (double)fp / n_known, y = (double)tp / n_foreign;
      if (i < n && (x + y < kept + step || points == room - 1))
        continue;
      kept = x + y;
      false_rate[points] = x;
      true_rate[points++] = y;
    }
  return points;
}

void
ms_ood_score_msp (float *score, const float *probs, int n, int C)
{
  for (int i = 0; i < n; i++, probs += C)
    score[i] = 1 - probs[ms_argmax (probs, C)];
}

void
ms_ood_score_entropy (float *score, const float *probs, int n, int C)
{
  for (int i = 0; i < n; i++, probs += C)
    {
      double sum = 0;
      for (int c = 0; c < C; c++)
        sum -= probs[c] * ms_log_probability (probs[c]);
      score[i] = (float)sum;
    }
}

void
ms_ood_score_max_logit (float *score, const float *logits, int M, int n, int C)
{
  gsize size = (gsize)n * (gsize)C;
  for (gsize i = 0; i < (gsize)n; i++)
    {
      double largest = -INFINITY;
      for (gsize c = i * (gsize)C; c < (i + 1) * (gsize)C; c++)
        {
          double sum = 0;
          for (gsize m = 0; m < (gsize)M; m++)
            sum += logits[m * size + c];
          largest = sum / M > largest || isnan (sum) ? sum / M : largest;
        }
      score[i] = (float)(1 - largest);
    }
}
