/* SPDX-License-Identifier: MIT */

/* Two entropies of a routed layer that are easily taken for one. That of the gates, token by token, says how sure the
 * router is; that of the load says how evenly experts are used. A sure router can use all experts evenly. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_ENTROPY_SURE 0.5  /* gates below this share of their largest entropy: the router is sure of itself */
#define MS_ENTROPY_EVEN 0.9  /* a load above this share of its largest entropy is even */

typedef struct {
  double load, load_top;   /* of the load, and the most it can be: ln E. NaN: no assignments */
  double gate, low, high;  /* mean over tokens, and where a tenth and nine tenths of them lie. NaN: not captured */
  double gate_top;         /* ln of the experts that one token can choose from */
  int tokens, every;       /* tokens that were looked at: each @every-th */
} MsLayerEntropy;

/* Of at most @most tokens, taken evenly. */
MsLayerEntropy ms_layer_entropy (const MsRouting *routing, int most);
/* Of a token's gates: of the choice's probabilities, divided by their sum; in a soft layer, of the combine weight that
 * it gives each expert. NaN: not captured, or no real token. */
double ms_token_entropy (const MsRouting *routing, int token);
bool ms_entropy_has_gates (const MsRouting *routing);

/* "sure of itself, even load": in words, by the two thresholds. */
const char *ms_entropy_reading (const MsLayerEntropy *entropy);

char *ms_entropy_describe_layer (const MsScene *scene, int layer, int most);
char *ms_entropy_table (const MsScene *scene);

G_END_DECLS
