/* SPDX-License-Identifier: MIT */

/* A Record: the immutable account of one batch. Everything that is drawn, printed or exported is drawn from Records. It
 * does not know whether it comes from live training, a checkpoint or somebody's trace; its provenance says so. What was
 * not captured is absent (NULL, or NaN for a number), never zero.
 *
 * Letters: N examples, T tokens of the batch (T = N * tokens per example, example-major), E experts, K chosen per
 * token, M members, C classes. Arrays are row-major float32. */
#pragma once

#include "core/record/assessment.h"
#include "core/record/detail.h"
#include "core/record/trial.h"
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
  MS_PROVENANCE_LIVE,       /* a session in this process */
  MS_PROVENANCE_CHECKPOINT, /* a forward pass of a checkpoint */
  MS_PROVENANCE_TRACE,      /* read from a trace file */
  MS_PROVENANCE_SAMPLE,     /* fixed data of a picture test */
} MsProvenance;

/* One routed layer, one batch. Its T tokens are copies (of all N examples' tokens) one after another: token t belongs
 * to copy t / (N * tokens), example t / tokens % N. */
typedef struct {
  int layer;       /* index of the block in the model, from 0 */
  int member;      /* of a deep ensemble, whose members have layers of their own; -1: all members share the layer */
  char *router;    /* owned: "top-k", "hash", "random", ... */
  int T, E, K, M;  /* M: parts of the experts, each with tokens and router of its own; 1 without partition */
  int copies;      /* times the examples' tokens pass the layer: E3's members, MIMO's repetitions; else 1 */
  int capacity;    /* places per expert and group; 0: unlimited */
  int groups;      /* token groups that were routed independently, >= 1 */
  gint16 *expert;  /* (T, K) chosen expert, best first; -1: none */
  float *gate;     /* (T, K) combine weight of each choice; NULL: not captured */
  guint8 *kept;    /* (T, K) 1: processed, 0: dropped by capacity */
  float *probs;    /* (T, E) gates that the choice was made from (after noise); NULL: not captured */
  float *logits;   /* (T, E) clean router logits; NULL: not captured */
  guint8 *mask;    /* (T) 1: real token; NULL: all are */
  int *load;       /* (E) assignments asked for, kept or dropped */
  int *dropped;    /* (E) of these, dropped */
  guint8 *masked;  /* (E) 1: an intervention keeps all tokens from it; NULL: it masks none, or a trace does not tell */
  double importance_loss, load_loss, gshard_loss, z_loss; /* unweighted, mean over groups; NaN: absent */

  /* Soft MoE, which chooses nothing: K = 0, expert, gate, kept, probs are NULL and logits (T, slots). Slot s belongs to
   * expert s / (slots / E); groups of T / groups tokens are mixed apart. */
  int slots;       /* of all experts, per group; 0: not a soft layer */
  float *dispatch; /* (T, slots) softmax over the tokens of a group: each slot's column sums to 1 in each group */
  float *combine;  /* (T, slots) softmax over the slots: rows sum to 1 */
  float *bias;     /* (E) what the sigmoid router adds before it chooses; NULL: another router */
  double *use;     /* (E) sum over the tokens of their combine weights: load is the same for all; NULL: not soft */

  /* The tokens' way through the layer, for looking at a single one. NULL: not captured. */
  float *noise;      /* (T, E) added to the logits before the gates were taken, NaN where an intervention masks or the
                      * expert is of another part; NULL also where there is none. Switch's jitter, which scales what its
                      * router reads, is none: its logits are those of the scaled token */
  float *offset;     /* (T, E) what interventions added to the logits, -INFINITY where they mask; NULL also: nothing */
  int *place;        /* (T, K) from 0, where the assignment came in its expert's queue in its group: kept if and only if
                      * it is below the capacity; of experts that choose, its rank by gate; -1: none chosen. Soft MoE
                      * has neither places nor single outputs: place and out_norm are NULL */
  float *in_norm;    /* (T) Euclidean norm of what router and experts read; with Switch's jitter, the experts */
  float *out_norm;   /* (T, K) of the chosen expert's output, before its gate; NaN: dropped or none */
  float *added_norm; /* (T) of what the layer adds to the token: sum over its choices of gate times output */

  /* Where the tokens lie, by the two principal axes of all the layer's inputs of this batch. */
  float *coordinates;     /* (T, 2); NULL: not captured */
  double variance[2];     /* each axis' share of the inputs' variance */

  /* How alike the layer's weights are, as they were after step weights_step: of layers that are dear to compare, an
   * earlier one. NaN: beside a zero vector. NULL: not captured. */
  float *expert_cosine;   /* (E, E) of all weights of two experts, less the mean of all experts */
  float *router_cosine;   /* (E, E) of two columns of the router's kernel; NULL also: not one column for each expert, as
                           * of routers that do not learn, Soft MoE, and E3's members with all experts each */
  gint64 weights_step;
} MsRouting;

/* The members' class probabilities for the batch, each for the record's examples in their order. */
typedef struct {
  int M, N, C;
  float *probs; /* (M, N, C) */
} MsPredictions;

/* Test metrics, from the probability-averaged prediction. */
typedef struct {
  gint64 step; /* when they were taken */
  int examples;
  double error, nll, ece, brier;
} MsEvaluation;

/* What the model says over a rectangle of a 2-D task: rows from top (y1) to bottom (y0), (height, width). */
typedef struct {
  int width, height, C;
  double x0, x1, y0, y1;
  float *probs;   /* (height, width, C) */
  int n_layers;   /* routed layers */
  gint16 *expert; /* (n_layers, height, width) first choice, of a soft layer the expert with most weight; NULL without
                   * routing */
  int E;
} MsSurface;

typedef struct {
  gint ref_count; /* atomic */
  MsProvenance provenance;
  MsDetail detail; /* what a session was asked to capture; SCALARS where it is from elsewhere */
  char *source;  /* owned: preset or file name, shown with every picture */
  guint64 seed;
  gint64 step;   /* batches done after this one: the first batch has step 1; 0: a look before training */
  double epoch;  /* examples seen / examples in the training split */
  gint64 examples_seen, tokens_seen;

  int N;              /* examples of the batch */
  int tokens;         /* tokens per example, the class token included */
  bool class_token;   /* token 0 of each example is the class token */
  int height, width, channels; /* of an image; height = 1, channels = 1 and width = features otherwise */
  int patch;          /* side of a patch in pixels; 0: not an image */
  bool plane;         /* inputs are points (x, y) of a plane */
  float *inputs;      /* (N, height, width, channels); NULL: a scalars-only record */
  int *labels;        /* (N); NULL: unlabelled or not captured */
  int C;
  char **class_names; /* owned, NULL-terminated; NULL: classes are numbers */

  double loss, task_loss, importance_loss, load_loss, gshard_loss, z_loss; /* weighted terms sum to loss; NaN: absent */
  double train_error;   /* share of the batch whose class is wrong */
  double learning_rate, gradient_norm; /* NaN before training */

  int n_routing;
  MsRouting **routing; /* owned; in a scalars-only record only load and dropped are there */
  MsPredictions *predictions; /* owned or NULL */
  MsEvaluation *evaluation;   /* owned or NULL: the newest */
  MsAssessment *assessment;   /* owned reference or NULL: the newest, of the evaluation's step where there are both */
  MsSurface *surface;         /* owned or NULL */
  MsTrial *trial;             /* owned reference or NULL: what the interventions in force do to this batch */
  char *interventions;        /* owned: those in force, in words; NULL: none */

  /* Points of a plane task, a fixed sample for the picture: (n_points, 2) and (n_points). */
  int n_points;
  float *points;
  int *point_labels;

  double forward_ms, backward_ms, update_ms, data_ms; /* NaN: not measured */
  guint64 flops, bytes; /* counted in the kernels for this batch */
} MsRecord;

MsRecord *ms_record_new (void); /* numbers NaN, pointers NULL, one reference */
MsRecord *ms_record_ref (MsRecord *record);
void ms_record_unref (MsRecord *record); /* NULL is fine */

/* Bytes that it occupies, but for what several records share: its assessment and its trial. */
gsize ms_record_bytes (const MsRecord *record);

/* All arrays are allocated and set to "none": expert -1, the rest 0. Optional arrays (gate, probs, logits, mask)
 * stay NULL. */
MsRouting *ms_routing_new (int T, int E, int K, int M);
void ms_routing_free (MsRouting *routing);
MsPredictions *ms_predictions_new (int M, int N, int C);
void ms_predictions_free (MsPredictions *predictions);
MsSurface *ms_surface_new (int width, int height, int C, int n_layers);
void ms_surface_free (MsSurface *surface);

/* "live · digits-vmoe · seed 0 · step 120": for the head of every picture. Transfer full. */
char *ms_record_caption (const MsRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRecord, ms_record_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRouting, ms_routing_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsPredictions, ms_predictions_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsSurface, ms_surface_free)

G_END_DECLS
