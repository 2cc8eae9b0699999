/* SPDX-License-Identifier: MIT */

/* Every op, in one list: the tape's tests and the reference walk it. Constructors append one node and return it.
 * Shapes: T rows (tokens), H and F columns; a node of more dimensions is seen as rows of its last axis. */
#pragma once

#include "core/autodiff/plan.h"
#include "core/autodiff/tape.h"

G_BEGIN_DECLS

#define MS_OPS(X)                                                                                                      \
  X (linear) X (gelu) X (relu) X (tanh) X (layer_norm) X (softmax) X (qkv) X (attention) X (patches)                   \
  X (position) X (pool_mean) X (pool_first) X (add) X (dropout) X (noise) X (gates) X (dispatch)                       \
  X (expert_linear) X (combine) X (cross_entropy) X (importance) X (load) X (gshard) X (z_loss) X (weighted_sum)       \
  X (project) X (tile) X (fold) X (member_linear) X (member_affine) X (split_members)                                  \
  X (unit_rows) X (unit_columns) X (softmax_columns) X (fill_slots) X (mix_slots) X (sigmoid) X (scale)                \
  X (jitter)

#define MS_OP_DECLARE(name) extern const MsOp ms_op_##name;
MS_OPS (MS_OP_DECLARE)
#undef MS_OP_DECLARE

/* y (.., F) = x (.., H) w (H, F) + b (F); b may be NULL. w may have more axes: all but its first count as F if x's
 * columns equal its first axis, else its leading axes up to x's columns count as H. */
MsNode *ms_linear (MsTape *tape, MsNode *x, MsNode *w, MsNode *b);
MsNode *ms_linear_gelu (MsTape *tape, MsNode *x, MsNode *w, MsNode *b); /* gelu (x w + b) in one pass */
MsNode *ms_linear_add (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, MsNode *r); /* r (.., F) + x w + b in one pass */
/* y (M T, F): the rows of member m, which stand one member after another in x (M T, H), times w (H, M, F)[:, m, :]. */
MsNode *ms_member_linear (MsTape *tape, MsNode *x, MsNode *w);
/* (T, H) -> (copies T, H), one copy after another, and (copies T, H) -> (T, H), their sum; one copy: x itself. */
MsNode *ms_tile (MsTape *tape, MsNode *x, int copies);
MsNode *ms_fold (MsTape *tape, MsNode *x, int copies);
MsNode *ms_gelu (MsTape *tape, MsNode *x);
MsNode *ms_relu (MsTape *tape, MsNode *x);
MsNode *ms_tanh (MsTape *tape, MsNode *x);
MsNode *ms_sigmoid (MsTape *tape, MsNode *x);
MsNode *ms_scale (MsTape *tape, MsNode *x, double factor); /* factor 1 returns @x */
MsNode *ms_layer_norm (MsTape *tape, MsNode *x, MsNode *scale, MsNode *bias); /* over the last axis, eps 1e-6 */
MsNode *ms_softmax (MsTape *tape, MsNode *x);                                 /* over the last axis */

/* Queries, keys and values of x (N * tokens, H), one after the other: (3 N * tokens, H). @weights: kernel (H, heads,
 * H / heads) and bias (H) of the query, of the key, of the value. */
MsNode *ms_qkv (MsTape *tape, MsNode *x, MsNode *const *weights);

/* Multi-head self-attention within each example, of what ms_qkv gives: (N * tokens, H), heads of H / heads columns. */
MsNode *ms_attention (MsTape *tape, MsNode *qkv, int tokens, int heads);

/* x (N, height, width, channels) -> (N * patches, patch * patch * channels), patches row by row. */
MsNode *ms_patches (MsTape *tape, MsNode *x, int height, int width, int channels, int patch);

/* Adds pos (T, H) to every example; with cls (H) prepends it as token 0 first, so T is one more than x has. cls may be
 * NULL. x (N * tokens, H) -> (N * T, H). */
MsNode *ms_position (MsTape *tape, MsNode *x, MsNode *pos, MsNode *cls);
MsNode *ms_pool_mean (MsTape *tape, MsNode *x, int tokens);  /* (N * tokens, H) -> (N, H) */
MsNode *ms_pool_first (MsTape *tape, MsNode *x, int tokens); /* the class token */
MsNode *ms_add (MsTape *tape, MsNode *a, MsNode *b);

/* Inverted dropout: kept values are divided by 1 - rate; the mask is a function of (seed, stream). rate 0
 * returns @x. */
MsNode *ms_dropout (MsTape *tape, MsNode *x, double rate, guint64 seed, guint64 stream);

/* x + sigma N(0, 1), the numbers a function of (seed, stream); sigma 0 returns @x. */
MsNode *ms_noise (MsTape *tape, MsNode *x, double sigma, guint64 seed, guint64 stream);

/* x times numbers from U [1 - amount, 1 + amount), a function of (seed, stream); amount 0 returns @x. */
MsNode *ms_jitter (MsTape *tape, MsNode *x, double amount, guint64 seed, guint64 stream);

/* Combine weights (T, K) of the chosen experts @choice (T, K), borrowed until the tape's reset: their entries of probs
 * (T, E), optionally divided by their sum; 0 where the choice is -1. */
MsNode *ms_gates (MsTape *tape, MsNode *probs, const int *choice, int K, bool renormalise);

/* The rows of x (T, H) in the order of @plan (borrowed until reset): (plan->n, H), each expert's rows together. */
MsNode *ms_dispatch (MsTape *tape, MsNode *x, const MsPlan *plan);
/* Rows of expert e times w (E, H, F)[e] plus b (E, F)[e]. */
MsNode *ms_expert_linear (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, const MsPlan *plan);
MsNode *ms_expert_linear_gelu (MsTape *tape, MsNode *x, MsNode *w, MsNode *b, const MsPlan *plan);
/* y (T, H): sum over a token's kept choices of weight (T, K) times its row of x (plan->n, H). */
MsNode *ms_combine (MsTape *tape, MsNode *x, MsNode *weight, const MsPlan *plan);
/* The same plus @residual (T, H); NULL: nothing. */
MsNode *ms_combine_add (MsTape *tape, MsNode *x, MsNode *weight, const MsPlan *plan, MsNode *residual);

/* Rows of M members one after another, each member's times s (M, H) plus b (M, H); b may be NULL. */
MsNode *ms_member_affine (MsTape *tape, MsNode *x, MsNode *s, MsNode *b);
MsNode *ms_split_members (MsTape *tape, MsNode *x, int M); /* (R, M C) -> (M R, C), one member after another */

/* Soft MoE. Rows (T, H), or columns over the first axis of x (H, ...) -> (H, C), brought to length 1, or to the length
 * @scale (), a scalar, unless that is NULL. */
MsNode *ms_unit_rows (MsTape *tape, MsNode *x, MsNode *scale);
MsNode *ms_unit_columns (MsTape *tape, MsNode *x, MsNode *scale);
/* Softmax over the rows of each of @groups of consecutive, equally many rows, apart for each column. */
MsNode *ms_softmax_columns (MsTape *tape, MsNode *x, int groups);
/* The slots' inputs, dispatch (T, S)^T times x (T, H) in each group: (S groups, H), row s groups + g, so that each
 * expert's rows are together. */
MsNode *ms_fill_slots (MsTape *tape, MsNode *dispatch, MsNode *x, int groups);
/* The way back: mix (T, S) times the group's rows of slots (S groups, H), plus @residual (T, H) unless NULL: (T, H). */
MsNode *ms_mix_slots (MsTape *tape, MsNode *mix, MsNode *slots, int groups, MsNode *residual);

/* Mean over rows of -ln softmax (logits)[label]; labels (N) borrowed until reset. */
MsNode *ms_cross_entropy (MsTape *tape, MsNode *logits, const int *labels);

/* V-MoE's balancing losses, each the mean over @groups of consecutive, equally many rows. */
MsNode *ms_importance (MsTape *tape, MsNode *gates, int groups);
MsNode *ms_gshard (MsTape *tape, MsNode *gates, int groups);
MsNode *ms_z_loss (MsTape *tape, MsNode *logits);

/* P(expert among the K largest) under fresh noise of standard deviation sigma. The threshold is the K-th largest noisy
 * logit; @exclusive leaves the expert itself out when its threshold is taken (Shazeer et al., 2017). */
MsNode *ms_load (MsTape *tape, MsNode *logits, MsNode *noisy, double sigma, int K, int groups, bool exclusive);

/* sum_i weight_i in_i over scalars, n <= MS_OP_MAX_IN; NULL inputs are left out. */
MsNode *ms_weighted_sum (MsTape *tape, MsNode *const *in, const double *weight, int n);
MsNode *ms_project (MsTape *tape, MsNode *x, const MsReal *weight); /* sum_i weight_i x_i, weight borrowed */

G_END_DECLS
