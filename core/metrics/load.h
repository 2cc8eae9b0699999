/* SPDX-License-Identifier: MIT */

/* How evenly experts are used. In the formulas c_e are the assignments of expert e, N their sum. */
#pragma once

#include <stdbool.h>

typedef struct {
  int E;
  double total;         /* N; 0: no data, the rest NaN */
  double max_violation; /* max_e c_e E / N - 1 */
  double min_violation;
  double mean_violation; /* mean_e |c_e E / N - 1| */
  double cv;            /* population standard deviation / mean */
  double cv_sample;     /* with E - 1; NaN for E = 1 */
  double entropy;       /* of the load, nats */
  double entropy_normalised; /* / ln E; 1 for E = 1 */
  double effective;     /* exp (entropy) / E */
  double kl_uniform;    /* ln E - entropy */
  double gini;
  double balancedness;  /* mean / max */
  int dead;             /* experts with c_e = 0 */
  double dead_fraction;
  double max_share;       /* max_e c_e / N */
  double active_fraction; /* of experts with c_e > 0 */
  bool dead_is_meaningful; /* N / E >= 10: fewer assignments leave experts unused by chance */
} MsLoadMetrics;

MsLoadMetrics ms_load_metrics (const double *count, int E);
/* Whether @total assignments are enough to call an expert without any dead: total / E >= 10. */
bool ms_load_dead_is_meaningful (double total, int E);

/* The numbers above, each with its title and its formula, which names the variant where there are several: for tables
 * and pictures. */
#define MS_LOAD_METRICS(X)                                                                                             \
  X (max_violation, "max violation", "max c E / N − 1")                                                                \
  X (min_violation, "min violation", "min c E / N − 1")                                                                \
  X (mean_violation, "mean violation", "mean |c E / N − 1|")                                                           \
  X (cv, "CV", "population σ (÷ E) / mean of c")                                                                       \
  X (cv_sample, "sample CV", "sample σ (÷ E − 1) / mean of c")                                                         \
  X (entropy, "load entropy", "H = −Σ p ln p, p = c / N, nats")                                                        \
  X (entropy_normalised, "relative entropy", "H / ln E")                                                               \
  X (effective, "effective share", "exp H / E")                                                                        \
  X (kl_uniform, "KL to uniform", "ln E − H, nats")                                                                    \
  X (gini, "Gini", "Σ (2i − E − 1) c(i) / (E N), c ascending")                                                         \
  X (balancedness, "balancedness", "mean c / max c over experts")                                                      \
  X (max_share, "max share", "max c / N")                                                                              \
  X (dead_fraction, "dead", "share of experts with c = 0")                                                             \
  X (active_fraction, "active", "share of experts with c > 0")

typedef enum {
#define MS_LOAD_METRIC_ENUM(name, title, formula) MS_LOAD_METRIC_##name,
  MS_LOAD_METRICS (MS_LOAD_METRIC_ENUM)
#undef MS_LOAD_METRIC_ENUM
  MS_N_LOAD_METRICS,
} MsLoadMetricId;

const char *ms_load_metric_title (MsLoadMetricId id);
const char *ms_load_metric_formula (MsLoadMetricId id);
double ms_load_metric_value (const MsLoadMetrics *metrics, MsLoadMetricId id); /* NaN: no data */

/* coverage (E): entry n - 1 is the share of all assignments that the n busiest experts have; n / E when even. NaN
 * without data. */
void ms_load_coverage (double *coverage, const double *count, int E);

/* E sum_e (c_e / N) P_e with @mean_prob (E) the router's mean probabilities: 1 when even, Megatron's form of Switch's
 * balancing loss. NaN without data. */
double ms_load_switch (const double *count, const double *mean_prob, int E);

/* Jensen-Shannon divergence of two layers' loads, nats: 0 for equal shares, ln 2 for disjoint ones.
 * NaN without data. */
double ms_load_divergence (const double *a, const double *b, int E);

/* Entropy of one row of @weights (n), divided by their sum, nats: ln n at most. NaN: no sum, or one is no number. */
double ms_row_entropy (const float *weights, int n);

/* Mean over tokens of the entropy of each row of @probs (T, E), nats; rows with @mask 0 are left out (NULL: none). */
double ms_gate_entropy (const float *probs, const unsigned char *mask, int T, int E);
