/* SPDX-License-Identifier: MIT */

/* Where each token goes in one MoE layer: what routing decides and the gather and scatter ops carry out. Rows are the
 * kept assignments, sorted by expert and within an expert by token: no padding to capacity, no one-hot tensor. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  int T, K, E;
  int n;             /* kept assignments = rows */
  const int *choice; /* (T, K) chosen expert, best first; -1: none */
  const int *row;    /* (T, K) row of the assignment; -1: dropped or none */
  const int *token;  /* (n) token of each row */
  const int *slot;   /* (n) t * K + k of each row */
  const int *offset; /* (E + 1) rows of expert e: [offset[e], offset[e + 1]) */
} MsPlan;

G_END_DECLS
