/* SPDX-License-Identifier: MIT */

/* A recorded run as one .npz, for replay here and for numpy elsewhere:
 *
 *   T = numpy.load ("run.npz"); T["ids"].shape, json.loads (T["meta"].tobytes ())
 *
 * Letters: S steps of the load series, L routed layers, E experts (of the layer with most), B stored batches, T rows
 * (tokens of all stored batches, one after another, a layer's copies of an example's tokens apart), k choices (the
 * most), X examples of all stored batches.
 *
 *   meta            u8 (n)        a JSON object: format "moescope-trace", version, source, seed, provenance, E, k,
 *                                 layers (block, router, experts, k, members, copies, member, slots), routers,
 *                                 shape of the inputs, class_names, experiment (all keys and values), conventions in
 *                                 words, strides
 *   load_step       i64 (S)       batches done, rising
 *   cnt, dropped    i64 (S, L, E) assignments asked for, and those of them that capacity dropped; -1: no such expert
 *   cap             f32 (S, L)    places per expert and group; NaN: unlimited
 *   soft_use        f64 (S, L, E) sums of the combine weights of each expert's slots; NaN: not a soft layer
 *   loss, task_loss, importance_loss, load_loss, gshard_loss, z_loss, train_error, learning_rate, gradient_norm, epoch
 *                   f64 (S)       NaN: absent
 *   examples_seen, tokens_seen    i64 (S)
 *   eval_step, eval_examples      i64 (V), eval_error, eval_nll, eval_ece, eval_brier f64 (V): on the test split
 *
 *   ids             i16 (T, L, k) chosen experts, best first; -1: none
 *   kept            u8 (T, L, k)  1: processed, 0: dropped by capacity, or no choice
 *   gate            f32 (T, L, k) combine weight of each choice; NaN: not captured
 *   logits          f32 (T, L, E) clean router logits; NaN: not captured, or no such expert
 *   router_probs    f32 (T, L, E) gates that the choice was made from, after noise; NaN likewise
 *   soft_dispatch   f32 (T, L, slots) of Soft MoE, which chooses nothing: what each slot reads of a token, columns sum
 *                                 to 1 over the rows of a group; slot s is one of expert s / (slots / E); NaN: no such
 *                                 slot, or not captured
 *   soft_combine    f32 (T, L, slots) what a token takes of each slot's output, rows sum to 1; NaN likewise
 *   soft_logits     f32 (T, L, slots) clean; NaN likewise
 *   noise, offset   f32 (T, L, E) added to the logits by chance, and by interventions, -inf: masked; NaN likewise
 *   place           i32 (T, L, k) from 0, where the choice came in its expert's queue; -1: none; -2: not captured
 *   in_norm, added_norm   f32 (T, L)     of what the layer reads, and of what it adds; NaN: not captured
 *   out_norm        f32 (T, L, k) of the chosen expert's output before its gate; NaN: dropped, none, not captured
 *   coordinates     f32 (T, L, 2) along the two principal axes of the layer's rows; variance f64 (B, L, 2) their shares
 *   mask            u8 (T)        1: real token
 *   phase           u8 (T)        0 prefill, 1 decode, 2 train, 3 unknown
 *   token           i32 (T)       index of the token in its example; -1: rows are not tokens of examples
 *   example         i32 (T)       index of the example in its batch; -1 likewise
 *   label           i16 (T)       class of the token's example; -1: unlabelled
 *   step            i64 (T)       as in load_step
 *
 *   batch_step      i64 (B), batch_tokens (its rows), batch_examples i32 (B)
 *   layer_tokens, layer_experts, layer_k, layer_members, layer_capacity, layer_groups, layer_block, layer_router
 *                   i32 (B, L)    what each batch's layers were; experts 0: no such layer; router: its place in
 *                                 meta.routers
 *   layer_copies, layer_member, layer_slots
 *                   i32 (B, L)    times the examples' tokens pass the layer, one copy after another; of a deep
 *                                 ensemble, the member whose layer it is, else -1; slots of all its experts, 0: not
 *                                 a soft layer
 *   layer_bias      f32 (B, L, E) what the sigmoid router adds before it chooses; NaN: another router
 *   layer_captured  u8 (B, L)     1 gate + 2 router_probs + 4 logits + 8 mask + 16 dispatch + 32 combine + 64 bias
 *   layer_losses    f64 (B, L, 4) importance, load, GShard, z; unweighted, NaN: absent
 *   inputs          f32 (X, height, width, channels), labels i32 (X), -1: unlabelled
 *   probs           f32 (B, M, N, C) members' class probabilities; NaN beyond a batch's examples
 *   model_logits    f32 (N, M, C) of a forward pass of a checkpoint only
 *   points          f32 (P, 2), point_labels i32 (P): of a plane task
 *
 * Arrays of which nothing was captured are left out. */
#pragma once

#include "core/base/error.h"
#include "core/record/record.h"

G_BEGIN_DECLS

#define MS_TRACE_TOKEN_BUDGET 262144

typedef struct MsTraceWriter MsTraceWriter;

/* @source is the name shown when it is replayed. @experiment: the JSON object of all keys and values, or NULL. */
MsTraceWriter *ms_trace_writer_new (const char *source, const char *experiment);
void ms_trace_writer_free (MsTraceWriter *writer); /* NULL is fine */

/* Records come with rising steps; one that is not beyond the last takes back those from its step on (a rewound run).
 * Every record adds to the load series; one with inputs is also stored as a batch, by reference. Beyond the budget of
 * tokens (or of memory) every second stored batch is dropped, and from then on every second one is stored; the load
 * series is thinned likewise when it grows large. A record of another input shape forgets the batches before it. */
void ms_trace_writer_add (MsTraceWriter *writer, MsRecord *record);

/* The model's logits (N, M, C) of the one batch added. Copied. */
void ms_trace_writer_set_logits (MsTraceWriter *writer, int N, int M, int C, const float *logits);
bool ms_trace_writer_save (MsTraceWriter *writer, const char *path, GError **error);

/* A trace of a single record. */
bool ms_trace_write (MsRecord *record, const char *path, GError **error);

/* Reads our own trace: a GPtrArray of MsRecord with rising steps and provenance TRACE; those between stored batches are
 * scalars-only. Expert numbers, sizes and shapes that cannot be are refused; what is only doubtful (gates that are not
 * finite, counts that do not match the choices) is told in *notes, a line each (transfer full; may be NULL). */
GPtrArray *ms_trace_read (const char *path, char ***notes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsTraceWriter, ms_trace_writer_free)

G_END_DECLS
