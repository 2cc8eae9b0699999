/* SPDX-License-Identifier: MIT */

#include "ui/paint/stage.h"

/* Stages in the order of the pass, over all layers. */
static int
position (int layer, MsStageKind kind)
{
  if (kind == MS_STAGE_PATCHES)
    return -1;
  if (kind == MS_STAGE_LOSS)
    return 1 << 30;
  return layer * MS_N_STAGES + (int) kind;
}

MsStageTime
ms_stage_time (const MsStage *stage, int layer, MsStageKind kind)
{
  int now, asked;

  if (!stage->partial)
    return MS_STAGE_BEHIND;
  now = position (stage->layer, stage->kind);
  asked = position (layer, kind);
  return asked > now ? MS_STAGE_AHEAD : asked == now ? MS_STAGE_NOW : MS_STAGE_BEHIND;
}

MsStage
ms_stage_first (void)
{
  return (MsStage){ true, 0, MS_STAGE_PATCHES };
}

MsStage
ms_stage_next (const MsStage *stage, int n_layers)
{
  if (!stage->partial)
    return ms_stage_first ();
  switch (stage->kind)
    {
    case MS_STAGE_LOSS: return MS_STAGE_WHOLE;
    case MS_STAGE_PATCHES:
      return n_layers > 0 ? (MsStage){ true, 0, MS_STAGE_LOGITS } : (MsStage){ true, 0, MS_STAGE_LOSS };
    case MS_STAGE_COMBINE:
      return stage->layer + 1 < n_layers ? (MsStage){ true, stage->layer + 1, MS_STAGE_LOGITS }
                                         : (MsStage){ true, stage->layer, MS_STAGE_LOSS };
    default: return (MsStage){ true, stage->layer, stage->kind + 1 };
    }
}

const char *
ms_stage_title (MsStageKind kind)
{
#define TITLE(name, title, words) title,
  static const char *const titles[] = { MS_STAGES (TITLE) };
#undef TITLE
  return titles[kind];
}

const char *
ms_stage_words (MsStageKind kind)
{
#define WORDS(name, title, words) words,
  static const char *const sentences[] = { MS_STAGES (WORDS) };
#undef WORDS
  return sentences[kind];
}
