/* SPDX-License-Identifier: MIT */

/* Which share of a study this process runs: told by --shard, or by whoever started many of us. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

typedef struct {
  int index, count;  /* 0 <= index < count */
  const char *told_by; /* "--shard", "SLURM_ARRAY_TASK_ID", ...; NULL: nobody, this is all of it */
} MsShard;

/* @text: "I/N" with 1 <= I <= N, or NULL: then a Slurm array's task and the rank under an MPI launcher decide, together
 * if there are both. */
bool ms_shard_find (const char *text, MsShard *shard, GError **error);
