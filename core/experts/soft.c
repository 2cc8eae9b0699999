/* SPDX-License-Identifier: MIT */

#include "core/experts/soft.h"

/* Every slot of every group is a row; those of an expert stand together. */
static const MsPlan *
plan_slots (MsTape *tape, int T, int E, int slots, int groups)
{
  MsPlan *plan = ms_tape_alloc (tape, sizeof *plan);
  int *offset = ms_tape_alloc (tape, ((gsize)E + 1) * sizeof (int));

  for (int e = 0; e <= E; e++)
    offset[e] = e * slots * groups;
  *plan = (MsPlan){ .T = T, .E = E, .n = offset[E], .offset = offset };
  return plan;
}

MsNode *
ms_soft_forward (const MsExperts *experts, MsTape *tape, MsNode *x, const MsDecision *decision, int groups,
                 double dropout, const MsPass *pass, MsNode *residual, const MsPlan **plan,
                 MsNode **rows)
{
  int slots = (int)ms_node_cols (decision->dispatch) / experts->E;
  MsNode *read = ms_fill_slots (tape, decision->dispatch, x, groups);

  *plan = plan_slots (tape, (int)ms_node_rows (x), experts->E, slots, groups);
  *rows = experts->forward (experts, tape, read, *plan, dropout, pass);
  return ms_mix_slots (tape, decision->mix, *rows, groups, residual);
}
