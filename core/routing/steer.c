/* SPDX-License-Identifier: MIT */

/* What standing interventions add to a router's logits, and what they keep it from choosing. Everything here costs
 * nothing where none stands. */

#include "core/routing/router.h"

#include "core/routing/assign.h"

#include <math.h>
#include <string.h>

void
ms_router_set_steers (MsRouter *router, const MsIntervention *steers, int n)
{
  g_free (router->steers);
  router->steers = n > 0 ? g_memdup2 (steers, (gsize)n * sizeof *steers) : NULL;
  router->n_steers = n;
}

/* The rows that choose among the expert's part, and its number there. */
typedef struct {
  gsize first, end;
  gsize e;
} Reach;

static Reach
reach_of (const MsRouter *router, int expert, gsize T)
{
  gsize own = (gsize)router->E, part = (gsize)expert / own, rows = T / (gsize)router->parts;

  return (Reach){ part * rows, (part + 1) * rows, (gsize)expert % own };
}

static void
add_plain (const MsRouter *router, MsReal *offset, gsize T)
{
  gsize E = (gsize)router->E;

  for (int i = 0; i < router->n_steers; i++)
    {
      const MsIntervention *steer = &router->steers[i];
      const Reach reach = reach_of (router, steer->expert, T);
      const MsReal add = steer->kind == MS_INTERVENE_MASK ? -INFINITY : (MsReal)steer->value;

      for (gsize t = reach.first; steer->kind != MS_INTERVENE_FORCE && t < reach.end; t++)
        offset[t * E + reach.e] += add;
    }
}

/* Whether the row is one of those that @force speaks of. Rows are copies of all examples' tokens. */
static bool
concerns (const MsIntervention *force, const MsPass *pass, gsize t)
{
  gsize tokens = (gsize)pass->tokens;

  if (force->token >= 0 && t % tokens != (gsize)force->token)
    return false;
  return force->label < 0
         || (pass->labels != NULL && pass->labels[t / tokens % (gsize)pass->examples] == force->label);
}

/* Its sum becomes the row's largest plus the margin, unless it is masked. */
static void
force_row (MsReal *offset, const MsReal *logits, gsize E, gsize e, MsReal margin)
{
  MsReal largest = -INFINITY;

  for (gsize i = 0; i < E; i++)
    largest = MAX (largest, logits[i] + offset[i]);
  if (isfinite (offset[e]))
    offset[e] = largest + margin - logits[e];
}

static void
add_forces (const MsRouter *router, const MsPass *pass, MsReal *offset, guint8 *forced, const MsReal *logits, gsize T)
{
  gsize E = (gsize)router->E;

  for (int i = 0; i < router->n_steers; i++)
    {
      const MsIntervention *steer = &router->steers[i];
      const Reach reach = reach_of (router, steer->expert, T);

      for (gsize t = reach.first; steer->kind == MS_INTERVENE_FORCE && t < reach.end; t++)
        if (concerns (steer, pass, t))
          {
            force_row (offset + t * E, logits + t * E, E, reach.e, (MsReal)steer->value);
            forced[t * E + reach.e] = isfinite (offset[t * E + reach.e]) ? (guint8)MIN (i + 1, G_MAXUINT8) : 0;
          }
    }
}

MsNode *
ms_router_steer (const MsRouter *router, MsTape *tape, const MsPass *pass, MsDecision *decision)
{
  MsNode *logits = decision->logits;
  gsize T = ms_node_rows (logits), E = ms_node_cols (logits);
  MsReal *offset;
  guint8 *forced;

  decision->steered = logits;
  if (router->n_steers == 0 || ms_tape_is_dry (tape))
    return logits;
  offset = ms_tape_alloc (tape, logits->n * sizeof *offset);
  forced = ms_tape_alloc (tape, logits->n);
  memset (offset, 0, logits->n * sizeof *offset);
  memset (forced, 0, logits->n);
  add_plain (router, offset, T);
  add_forces (router, pass, offset, forced, logits->value, T);
  decision->offset = offset;
  decision->forced = forced;
  decision->steered = ms_add (tape, logits, ms_tape_input (tape, offset, 2, (gsize[]){ T, E }));
  return decision->steered;
}

MsNode *
ms_router_silence (const MsRouter *router, MsTape *tape, MsNode *logits)
{
  gsize T = ms_node_rows (logits), S = ms_node_cols (logits), each = S / (gsize)router->E;
  MsReal *offset;

  if (router->n_steers == 0 || ms_tape_is_dry (tape))
    return logits;
  offset = ms_tape_alloc (tape, logits->n * sizeof *offset);
  memset (offset, 0, logits->n * sizeof *offset);
  for (int i = 0; i < router->n_steers; i++)
    for (gsize t = 0; t < T; t++)
      for (gsize p = 0; p < each; p++)
        offset[t * S + (gsize)router->steers[i].expert * each + p] = -INFINITY;
  return ms_add (tape, logits, ms_tape_input (tape, offset, 2, (gsize[]){ T, S }));
}

bool
ms_decision_masks (const MsDecision *decision, gsize at)
{
  return decision->offset != NULL && isinf (decision->offset[at]);
}

guint8 *
ms_router_dup_masked (const MsRouter *router)
{
  guint8 *masked = NULL;

  for (int i = 0; i < router->n_steers; i++)
    if (router->steers[i].kind == MS_INTERVENE_MASK)
      {
        masked = masked != NULL ? masked : g_new0 (guint8, (gsize)router->E * (gsize)router->parts);
        masked[router->steers[i].expert] = 1;
      }
  return masked;
}

int
ms_router_choices_left (const MsRouter *router, int K)
{
  for (int part = 0; router->n_steers > 0 && part < router->parts; part++)
    {
      int left = router->E;

      for (int i = 0; i < router->n_steers; i++)
        left -= router->steers[i].kind == MS_INTERVENE_MASK && router->steers[i].expert / router->E == part;
      K = MIN (K, left);
    }
  return K;
}

/* The scores with those of masked experts below all others. */
static const MsReal *
without_masked (MsTape *tape, const MsReal *score, const MsDecision *decision, gsize n)
{
  MsReal *allowed = ms_tape_alloc (tape, n * sizeof *allowed);

  for (gsize i = 0; i < n; i++)
    allowed[i] = ms_decision_masks (decision, i) ? -INFINITY : score[i];
  return allowed;
}

void
ms_router_choose (const MsRouter *router, MsTape *tape, const MsReal *score, int T, int K, MsDecision *decision)
{
  gsize E = (gsize)router->E, slots = (gsize)T * (gsize)K;
  int *choice = ms_tape_alloc (tape, slots * sizeof *choice);

  decision->K = K;
  decision->choice = choice;
  if (decision->offset != NULL)
    score = without_masked (tape, score, decision, (gsize)T * E);
  ms_top_k (ms_tape_pool (tape), choice, score, T, K, router->E);
  for (gsize i = 0; decision->offset != NULL && i < slots; i++)
    if (ms_decision_masks (decision, i / (gsize)K * E + (gsize)choice[i]))
      choice[i] = -1;
}
