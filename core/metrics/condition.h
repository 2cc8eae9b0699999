/* SPDX-License-Identifier: MIT */

/* A condition on a record at which a run stops: "test_error<0.03", "max_violation@3>2", "share@3:5<0.01", or one of the
 * words "dead" (an expert of any layer died, as alerts see it) and "alert" (any alert). */
#pragma once

#include "core/metrics/alerts.h"
#include "core/metrics/reading.h"

G_BEGIN_DECLS

typedef enum {
  MS_WHEN_ABOVE,
  MS_WHEN_BELOW,
  MS_WHEN_DEAD,
  MS_WHEN_ALERT,
} MsWhen;

typedef struct {
  MsWhen when;
  MsReading reading; /* ABOVE, BELOW */
  double value;
} MsCondition;

bool ms_condition_parse (MsCondition *condition, const char *text, GError **error);
bool ms_condition_equal (const MsCondition *a, const MsCondition *b);
/* Whether it can be told from records with a batch only; and whether @record has what it speaks of. */
bool ms_condition_needs_batch (const MsCondition *condition);
bool ms_condition_check (const MsCondition *condition, const MsRecord *record, GError **error);
char *ms_condition_to_text (const MsCondition *condition); /* transfer full */
char *ms_condition_words (const MsCondition *condition);   /* "test error below 3 %"; transfer full */

/* Whether it has come true with @record: it holds now and did not with @before (NULL: no record came before; then what
 * holds from the start has not come true). @alerts: those that @record brought, in a list that may be NULL. */
bool ms_condition_comes_true (const MsCondition *condition, const MsRecord *record, const MsRecord *before,
                              const MsAlert *alerts, int n_alerts);

G_END_DECLS
