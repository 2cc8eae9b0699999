/* SPDX-License-Identifier: MIT */

/* Measures of a session that take many passes: how much its features know, how soon it fails on corrupted images. */
#pragma once

#include "core/tasks/corruptions.h"
#include "core/train/session.h"

G_BEGIN_DECLS

#define MS_N_SHOTS 4 /* 1, 5, 10, 25 */

typedef struct {
  int shots;       /* training examples of each class, or all of a class that has fewer */
  double accuracy; /* of the linear probe on the test split; NaN: there is none */
  double lambda;   /* the one that it was best with, as the reference chooses it */
} MsFewShot;

/* V-MoE's few-shot evaluation on the session's own data (core/metrics/probe.h): training examples are drawn by the
 * session's seed, more shots are those of fewer and others besides; members' features stand side by side. */
void ms_session_few_shot (MsSession *session, MsFewShot result[MS_N_SHOTS]);

typedef struct {
  int examples; /* of the test split, spread evenly: at most MS_CORRUPTION_EXAMPLES */
  double error[MS_N_CORRUPTIONS][MS_SEVERITIES];
} MsCorruptionTable;

#define MS_CORRUPTION_EXAMPLES 2000

/* The error under every corruption and severity. False, and nothing is done, if the data are no images or there is no
 * test split. */
bool ms_session_corruptions (MsSession *session, MsCorruptionTable *table);

G_END_DECLS
