/* SPDX-License-Identifier: MIT */

/* A Reading: one number that every record has or lacks, by name: what can be watched, stopped at and alerted of. As
 * text "loss", "test_error", "max_violation@3" (of block 3), "share@3:5" (of expert 5 in block 3), in a deep ensemble
 * "share@3.1:5" (of member 1). */
#pragma once

#include "core/base/error.h"
#include "core/record/record.h"

G_BEGIN_DECLS

typedef enum {
  MS_OF_RUN,    /* one number of a record */
  MS_OF_LAYER,  /* one of each routed layer */
  MS_OF_EXPERT, /* one of each expert of each layer */
} MsReadingScope;

/* Name, title, scope, unit ("" none, "%" a share shown as per cent, "nats"), formula or meaning. */
#define MS_READINGS(X)                                                                                                 \
  X (LOSS, "loss", "loss", RUN, "nats", "what is trained: the task's loss and the weighted balancing losses")          \
  X (TASK_LOSS, "task_loss", "task loss", RUN, "nats", "mean cross-entropy of the batch")                              \
  X (TRAIN_ERROR, "train_error", "training error", RUN, "%", "share of the batch whose class is wrong")                \
  X (TEST_ERROR, "test_error", "test error", RUN, "%", "share of the test split whose class is wrong")                 \
  X (TEST_NLL, "test_nll", "test NLL", RUN, "nats", "mean negative log-likelihood of the test split")                  \
  X (TEST_ECE, "test_ece", "test ECE", RUN, "", "expected calibration error of the test split")                        \
  X (IMPORTANCE_LOSS, "importance_loss", "importance loss", RUN, "", "weighted, summed over layers")                   \
  X (LOAD_LOSS, "load_loss", "load loss", RUN, "", "weighted, summed over layers")                                     \
  X (GRADIENT_NORM, "gradient_norm", "gradient norm", RUN, "", "Euclidean, of all gradients")                          \
  X (LEARNING_RATE, "learning_rate", "learning rate", RUN, "", "of this step")                                         \
  X (DISAGREEMENT, "disagreement", "disagreement", RUN, "nats", "mutual information of members and class, batch mean") \
  X (MAX_VIOLATION, "max_violation", "max violation", LAYER, "", "max c E / N − 1")                                    \
  X (CV, "cv", "CV of the load", LAYER, "", "population σ (÷ E) / mean of c")                                          \
  X (LOAD_ENTROPY, "load_entropy", "load entropy", LAYER, "nats", "H = −Σ p ln p, p = c / N")                          \
  X (GATE_ENTROPY, "gate_entropy", "gate entropy", LAYER, "nats", "mean over tokens of −Σ g ln g")                     \
  X (DROPPED, "dropped", "dropped", LAYER, "%", "share of assignments that capacity dropped")                          \
  X (DEAD, "dead", "experts without tokens", LAYER, "", "experts with c = 0")                                          \
  X (SHARE, "share", "load", EXPERT, "%", "c / N, or in Soft MoE its part of the combine weights")                     \
  X (EXPERT_DROPPED, "expert_dropped", "dropped", EXPERT, "%", "share of the expert's assignments that were dropped")

typedef enum {
#define MS_READING_ENUM(id, name, title, scope, unit, help) MS_READING_##id,
  MS_READINGS (MS_READING_ENUM)
#undef MS_READING_ENUM
  MS_N_READINGS,
} MsReadingId;

typedef struct {
  MsReadingId id;
  int block, member; /* of the layer; member -1: all share it. -1: it is of the run */
  int expert;        /* -1: it is of no single expert */
} MsReading;

const char *ms_reading_name (MsReadingId id);
const char *ms_reading_title (MsReadingId id);
const char *ms_reading_unit (MsReadingId id);
const char *ms_reading_help (MsReadingId id);
MsReadingScope ms_reading_scope (MsReadingId id);

/* NaN: the record has no such number. Scalars-only records have all but what needs the batch: gate_entropy and
 * disagreement. In a Soft MoE layer c is the combine weight that an expert gets, and nothing is dropped or without
 * tokens. */
double ms_reading_value (const MsReading *reading, const MsRecord *record);
bool ms_reading_needs_batch (MsReadingId id);

/* Whether @record has the layer and the expert that @reading speaks of: the error names those that there are. */
bool ms_reading_check (const MsReading *reading, const MsRecord *record, GError **error);

/* "load, expert 5, block 3". Transfer full. */
char *ms_reading_words (const MsReading *reading);
char *ms_reading_to_text (const MsReading *reading); /* transfer full */
/* Judges the text alone: ms_reading_check knows what a run has. */
bool ms_reading_parse (MsReading *reading, const char *text, GError **error);
bool ms_reading_equal (const MsReading *a, const MsReading *b);
/* The number as shown: "10.4 %", "0.112", "–" for NaN. Transfer full. */
char *ms_reading_format (MsReadingId id, double value);

G_END_DECLS
