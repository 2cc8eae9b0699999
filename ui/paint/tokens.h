/* SPDX-License-Identifier: MIT */

/* Questions to a Record and its Routing that several pictures ask; what was not captured answers "none". */
#pragma once

#include "ui/paint/format.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The routing that the selection asks for, or the first; NULL without any. */
const MsRouting *ms_scene_routing (const MsScene *scene);
/* That routing is one of Soft MoE, where nothing is chosen: every token goes to every slot. */
bool ms_scene_soft (const MsScene *scene);

/* The test split has been judged, or will be: a trace that holds no assessment never gets one. */
bool ms_scene_judged (const MsScene *scene);

/* A class by its name, or its number. */
MsNumber ms_record_class (const MsRecord *record, int c);
/* The class with the largest mean probability over members; MS_NONE if not captured. */
int ms_record_predicted (const MsRecord *record, int n);

/* Members that can be chosen while a layer has @copies of the tokens: views of predictions know more of them where
 * members share the tokens or have layers of their own. @record may be NULL. */
int ms_record_members (const MsRecord *record, int copies);

/* Patches of an image side by side; 0: no image. */
int ms_record_across (const MsRecord *record);
/* The example of a batch-wide token index, whichever copy it belongs to, and its patch in there (-1: class token). The
 * record has tokens. */
int ms_token_example (const MsRecord *record, int token);
int ms_token_patch (const MsRecord *record, int token);

/* Which of the copies of the examples' tokens is shown: that of the chosen token, else the chosen member's, else 0. */
int ms_scene_copy (const MsScene *scene, const MsRouting *routing);
/* The experts that tokens of @copy can go to: [first, first + n). All of them unless they are parted among members. */
int ms_routing_experts (const MsRouting *routing, int copy, int *first);
/* "block 3", "block 3 of member 1": what a layer is called. */
MsNumber ms_routing_name (const MsRouting *routing);

/* The layer-wide index of patch @p of example @n (-1: the class token) in @copy; MS_NONE if @routing chose nothing for
 * such a token. */
int ms_token_index (const MsRecord *record, const MsRouting *routing, int copy, int n, int p);
/* Choice @k of a token; MS_NONE: no expert. */
int ms_token_expert (const MsRouting *routing, int token, int k);
/* How many experts the token asked for, and how many of these dropped it. */
void ms_token_count (const MsRouting *routing, int token, int *asked, int *dropped);
/* The most probable expert that was not chosen; MS_NONE: none, or not captured. */
int ms_token_runner_up (const MsRouting *routing, int token);
/* Of expert @e for @token, NaN if not captured. */
double ms_token_probability (const MsRouting *routing, int token, int e);

G_END_DECLS
