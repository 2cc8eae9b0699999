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
  bool dead_is_meaningful; /* N / E >= 10: fewer assignments leave experts unused by chance */
} MsLoadMetrics;

MsLoadMetrics ms_load_metrics (const double *count, int E);

/* Mean over tokens of the entropy of each row of @probs (T, E), nats; rows with @mask 0 are left out (NULL: none). */
double ms_gate_entropy (const float *probs, const unsigned char *mask, int T, int E);
