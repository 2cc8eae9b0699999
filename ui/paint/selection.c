/* SPDX-License-Identifier: MIT */

/* What was pointed at, and what is chosen by that: plain comparisons, shared by all views. */
#include "ui/paint/painter.h"

bool
ms_spot_equal (const MsSpot *a, const MsSpot *b)
{
  if (a->kind != b->kind)
    return false;
  switch (a->kind)
    {
    case MS_SPOT_NOTHING:
    case MS_SPOT_FIGURES: return true;
    case MS_SPOT_TOKEN: return a->token == b->token && a->example == b->example;
    case MS_SPOT_EXPERT: return a->expert == b->expert;
    case MS_SPOT_STEP: return a->step == b->step && a->expert == b->expert;
    case MS_SPOT_POINT: return a->point == b->point;
    case MS_SPOT_PLACE: return a->x == b->x && a->y == b->y;
    case MS_SPOT_SLOT: return a->slot == b->slot && a->token == b->token;
    case MS_SPOT_EXAMPLE: return a->example == b->example && a->member == b->member;
    case MS_SPOT_PAIR: return a->member == b->member && a->other == b->other && a->bin == b->bin;
    case MS_SPOT_MEMBER: return a->member == b->member;
    case MS_SPOT_BIN:
    case MS_SPOT_LEVEL: return a->bin == b->bin;
    case MS_SPOT_SCORE: return a->score == b->score;
    }
  return false;
}

bool
ms_spot_selected (const MsSpot *spot, const MsSelection *selection)
{
  switch (spot->kind)
    {
    case MS_SPOT_TOKEN: return selection->token == spot->token;
    case MS_SPOT_POINT:
    case MS_SPOT_EXAMPLE: return selection->example == spot->example && spot->example != MS_NONE;
    case MS_SPOT_STEP: return selection->step == spot->step && selection->expert == spot->expert;
    case MS_SPOT_EXPERT: return selection->token == MS_NONE && selection->expert == spot->expert;
    case MS_SPOT_SLOT: return selection->slot == spot->slot && selection->token == spot->token;
    case MS_SPOT_MEMBER: return selection->member == spot->member;
    case MS_SPOT_SCORE: return selection->score == spot->score;
    case MS_SPOT_NOTHING:
    case MS_SPOT_PLACE:
    case MS_SPOT_PAIR:
    case MS_SPOT_BIN:
    case MS_SPOT_FIGURES:
    case MS_SPOT_LEVEL: break;
    }
  return false;
}

bool
ms_spot_selectable (const MsSpot *spot)
{
  switch (spot->kind)
    {
    case MS_SPOT_TOKEN:
    case MS_SPOT_POINT:
    case MS_SPOT_EXAMPLE:
    case MS_SPOT_STEP:
    case MS_SPOT_EXPERT:
    case MS_SPOT_SLOT:
    case MS_SPOT_MEMBER:
    case MS_SPOT_SCORE: return true;
    case MS_SPOT_NOTHING:
    case MS_SPOT_PLACE:
    case MS_SPOT_PAIR:
    case MS_SPOT_BIN:
    case MS_SPOT_FIGURES:
    case MS_SPOT_LEVEL: break;
    }
  return false;
}

bool
ms_selection_equal (const MsSelection *a, const MsSelection *b)
{
  return a->layer == b->layer && a->example == b->example && a->token == b->token && a->expert == b->expert
         && a->step == b->step && a->slot == b->slot && a->member == b->member && a->score == b->score;
}

MsSelection
ms_selection_after (const MsSelection *selection, const MsSpot *spot)
{
  MsSpotKind kind = spot != NULL ? spot->kind : MS_SPOT_NOTHING;
  MsSelection none = MS_SELECTION_NONE, chosen;

  none.layer = selection->layer;
  none.score = selection->score;
  none.member = selection->member; /* whose tokens are shown stays like the layer */
  chosen = none;
  if (kind == MS_SPOT_NOTHING || kind == MS_SPOT_PLACE)
    return none;
  /* Where a curve or a histogram was pointed at: nothing that other views could show. */
  if (!ms_spot_selectable (spot))
    return *selection;
  if (kind == MS_SPOT_SCORE)
    {
      chosen = *selection;
      chosen.score = spot->score;
      return chosen;
    }
  if (kind == MS_SPOT_MEMBER)
    {
      chosen = *selection;
      chosen.member = spot->member == selection->member ? MS_NONE : spot->member;
      return chosen;
    }
  chosen.example = kind == MS_SPOT_POINT ? spot->point : spot->example;
  chosen.token = spot->token;
  chosen.expert = spot->expert;
  chosen.slot = spot->slot;
  chosen.step = kind == MS_SPOT_STEP ? spot->step : MS_NONE;
  if (spot->member != MS_NONE)
    chosen.member = spot->member;
  return ms_selection_equal (&chosen, selection) ? none : chosen;
}
