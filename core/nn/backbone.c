/* SPDX-License-Identifier: MIT */

#include "core/nn/backbone.h"

void
ms_backbone_free (MsBackbone *backbone)
{
  if (backbone == NULL)
    return;
  ms_encoder_free (backbone->encoder);
  g_free (backbone);
}

MsNode *
ms_backbone_forward (MsBackbone *backbone, MsTape *tape, MsNode *x, MsPass *pass, MsNode **features)
{
  pass->tokens = backbone->config.encoder.tokens;
  pass->class_token = backbone->config.encoder.class_token;
  x = backbone->embed (backbone, tape, x, pass);
  return ms_encoder_forward (backbone->encoder, tape, x, pass, features);
}
