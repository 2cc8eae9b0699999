/* SPDX-License-Identifier: MIT */

/* What `run` found out, as JSON and as a table. */
#pragma once

#include "app/measures.h"
#include "app/tally.h"
#include "core/train/session.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *source;       /* borrowed */
  const MsSession *session; /* borrowed */
  const MsTally *tally;     /* borrowed */
  const MsMeasures *measures; /* borrowed */
  bool interrupted;
  const char *stopped;      /* borrowed: what came true of --until, in words; NULL: nothing did */
  const MsRecord *batch;    /* borrowed: one whole batch, for what loads do not tell; NULL: not needed */
} MsResults;

JsonNode *ms_results_to_json (const MsResults *results); /* transfer full */
char *ms_results_to_table (const MsResults *results);    /* transfer full */

G_END_DECLS
