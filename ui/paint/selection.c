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
    case MS_SPOT_EXPERT: return a->expert == b->expert && a->layer == b->layer;
    case MS_SPOT_EXPERTS: return a->expert == b->expert && a->other == b->other && a->bin == b->bin;
    case MS_SPOT_STEP: return a->step == b->step && a->expert == b->expert;
    case MS_SPOT_POINT: return a->point == b->point;
    case MS_SPOT_PLACE: return a->x == b->x && a->y == b->y;
    case MS_SPOT_SLOT: return a->slot == b->slot && a->token == b->token;
    case MS_SPOT_EXAMPLE: return a->example == b->example && a->member == b->member;
    case MS_SPOT_PAIR: return a->member == b->member && a->other == b->other && a->bin == b->bin;
    case MS_SPOT_MEMBER: return a->member == b->member;
    case MS_SPOT_BIN:
    case MS_SPOT_BRANCH:
    case MS_SPOT_CHANGE:
    case MS_SPOT_ALERT:
    case MS_SPOT_LEVEL: return a->bin == b->bin;
    case MS_SPOT_LAYER: return a->layer == b->layer;
    case MS_SPOT_SCORE: return a->score == b->score;
    }
  return false;
}

bool
ms_spot_selected (const MsSpot *spot, const MsSelection *selection)
{
  if (spot->layer != MS_NONE && spot->layer != selection->layer)
    return false;
  switch (spot->kind)
    {
    case MS_SPOT_TOKEN: return selection->token == spot->token;
    case MS_SPOT_POINT:
    case MS_SPOT_EXAMPLE: return selection->example == spot->example && spot->example != MS_NONE;
    case MS_SPOT_STEP:
    case MS_SPOT_ALERT: return selection->step == spot->step && spot->step != MS_NONE;
    case MS_SPOT_LAYER: return true;
    case MS_SPOT_EXPERTS:
    case MS_SPOT_EXPERT: return selection->token == MS_NONE && selection->expert == spot->expert;
    case MS_SPOT_SLOT: return selection->slot == spot->slot && selection->token == spot->token;
    case MS_SPOT_MEMBER: return selection->member == spot->member;
    case MS_SPOT_SCORE: return selection->score == spot->score;
    case MS_SPOT_NOTHING:
    case MS_SPOT_PLACE:
    case MS_SPOT_PAIR:
    case MS_SPOT_BIN:
    case MS_SPOT_FIGURES:
    case MS_SPOT_BRANCH:
    case MS_SPOT_CHANGE:
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
    case MS_SPOT_EXPERTS:
    case MS_SPOT_SLOT:
    case MS_SPOT_MEMBER:
    case MS_SPOT_LAYER:
    case MS_SPOT_ALERT:
    case MS_SPOT_SCORE: return true;
    case MS_SPOT_NOTHING:
    case MS_SPOT_PLACE:
    case MS_SPOT_PAIR:
    case MS_SPOT_BIN:
    case MS_SPOT_FIGURES:
    case MS_SPOT_BRANCH:
    case MS_SPOT_CHANGE:
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

/* A step is chosen beside what is chosen in a batch: the same expert or place is then shown of another moment. */
static MsSelection
after_step (const MsSelection *selection, const MsSpot *spot)
{
  MsSelection chosen = *selection;
  bool again = selection->step == spot->step && (spot->expert == MS_NONE || spot->expert == selection->expert);

  chosen.step = again ? MS_NONE : spot->step;
  if (spot->layer != MS_NONE)
    chosen.layer = spot->layer;
  if (spot->expert == MS_NONE)
    return chosen;
  chosen.expert = again ? MS_NONE : spot->expert;
  chosen.token = chosen.example = chosen.slot = MS_NONE;
  return chosen;
}

/* What stays chosen when nothing in a batch is. */
static MsSelection
without_batch (const MsSelection *selection)
{
  MsSelection none = MS_SELECTION_NONE;

  none.layer = selection->layer;
  none.score = selection->score;
  none.member = selection->member; /* whose tokens are shown stays like the layer */
  none.step = selection->step;
  return none;
}

static MsSelection
after_batch_spot (const MsSelection *selection, const MsSpot *spot)
{
  MsSelection none = without_batch (selection), chosen = none;

  chosen.example = spot->kind == MS_SPOT_POINT ? spot->point : spot->example;
  chosen.token = spot->token;
  chosen.expert = spot->expert;
  chosen.slot = spot->slot;
  if (spot->layer != MS_NONE)
    chosen.layer = none.layer = spot->layer;
  if (spot->member != MS_NONE)
    chosen.member = spot->member;
  if (spot->kind == MS_SPOT_EXPERT && spot->token != MS_NONE)
    return chosen; /* one of a token's experts: the token stays chosen beside whichever */
  return ms_selection_equal (&chosen, selection) ? none : chosen;
}

MsSelection
ms_selection_after (const MsSelection *selection, const MsSpot *spot)
{
  MsSelection chosen = *selection;

  switch (spot != NULL ? spot->kind : MS_SPOT_NOTHING)
    {
    case MS_SPOT_NOTHING:
      chosen = without_batch (selection);
      chosen.step = MS_NONE;
      return chosen;
    case MS_SPOT_PLACE: return without_batch (selection);
    case MS_SPOT_SCORE: chosen.score = spot->score; return chosen;
    case MS_SPOT_MEMBER: chosen.member = spot->member == selection->member ? MS_NONE : spot->member; return chosen;
    case MS_SPOT_LAYER: chosen.layer = spot->layer; return chosen;
    case MS_SPOT_STEP:
    case MS_SPOT_ALERT: return after_step (selection, spot);
    case MS_SPOT_TOKEN:
    case MS_SPOT_POINT:
    case MS_SPOT_EXAMPLE:
    case MS_SPOT_EXPERT:
    case MS_SPOT_EXPERTS:
    case MS_SPOT_SLOT: return after_batch_spot (selection, spot);
    case MS_SPOT_PAIR: /* where a curve or a histogram was pointed at: nothing that other views could show */
    case MS_SPOT_BIN:
    case MS_SPOT_FIGURES:
    case MS_SPOT_BRANCH:
    case MS_SPOT_CHANGE:
    case MS_SPOT_LEVEL: break;
    }
  return *selection;
}
