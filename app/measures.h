/* SPDX-License-Identifier: MIT */

/* What was measured at the end of a run, as JSON and as rows of a table. */
#pragma once

#include "core/train/probing.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  MsAssessment *assessment; /* owned; NULL: no test split */
  bool full;                /* the rest was asked for */
  MsFewShot few_shot[MS_N_SHOTS];
  bool corrupted; /* the data are images */
  MsCorruptionTable corruptions;
} MsMeasures;

/* Everything that @session can be measured by: with @full also the distances of features, few-shot probes and
 * corruptions, which take many passes over the data. */
void ms_measures_take (MsMeasures *measures, MsSession *session, bool full);
void ms_measures_clear (MsMeasures *measures);

/* Adds the members test, members, disagreement, uncertainty, ood, few_shot and corruptions; what is absent is null. */
void ms_measures_add_json (const MsMeasures *measures, JsonObject *object);
/* Adds rows, each with a title of 14 characters. */
void ms_measures_add_rows (const MsMeasures *measures, GString *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsMeasures, ms_measures_clear)

G_END_DECLS
