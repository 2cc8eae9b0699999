/* SPDX-License-Identifier: MIT */

/* What a study measures of each run. One list; files, tables and figures walk it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* name, title, unit, factor from the stored value to the unit, decimals shown in it, which way is better (-1 lower) */
#define MS_STUDY_METRICS(X)                                                                                            \
  X (error, "Test error", "%", 100, 2, -1)                                                                             \
  X (nll, "Test NLL", "nats", 1, 4, -1)                                                                                \
  X (ece, "ECE, 15 bins", "%", 100, 2, -1)                                                                             \
  X (brier, "Brier score", "", 1, 4, -1)                                                                               \
  X (member_error, "Members' mean error", "%", 100, 2, -1)                                                             \
  X (member_nll, "Members' mean NLL", "nats", 1, 4, -1)                                                                \
  X (auroc, "OOD AUROC", "%", 100, 2, 1)                                                                               \
  X (fpr95, "OOD FPR95", "%", 100, 1, -1)                                                                              \
  X (auroc_relative, "OOD AUROC, Mahalanobis", "%", 100, 2, 1)                                                         \
  X (disagreement, "Disagreement", "%", 100, 2, 0)                                                                     \
  X (kl, "KL between members", "nats", 1, 4, 0)                                                                        \
  X (mutual_information, "Mutual information", "nats", 1, 4, 0)                                                        \
  X (parameters, "Parameters", "thousand", 1e-3, 1, 0)                                                                 \
  X (flops, "Prediction", "MFLOP", 1e-6, 2, -1)                                                                        \
  X (train_flops, "Training step", "MFLOP", 1e-6, 0, -1)                                                               \
  X (dropped, "Dropped in training", "%", 100, 2, -1)                                                                  \
  X (max_violation, "Max violation", "", 1, 3, -1)

typedef enum {
#define MS_STUDY_METRIC_ENUM(name, ...) MS_STUDY_METRIC_##name,
  MS_STUDY_METRICS (MS_STUDY_METRIC_ENUM)
#undef MS_STUDY_METRIC_ENUM
  MS_N_STUDY_METRICS,
} MsStudyMetric;

typedef struct {
  const char *name, *title, *unit;
  double factor; /* shown = stored * factor */
  int decimals;
  int better;    /* -1: lower, 1: higher, 0: neither */
} MsStudyMetricInfo;

const MsStudyMetricInfo *ms_study_metric_info (MsStudyMetric metric);
int ms_study_metric_find (const char *name); /* -1: none */
char *ms_study_metric_heading (MsStudyMetric metric); /* "Test NLL, nats"; transfer full */

G_END_DECLS
