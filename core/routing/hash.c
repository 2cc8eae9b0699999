/* SPDX-License-Identifier: MIT */

/* Hash routing, the baseline that does not learn (after Roller et al., "Hash layers", 2021): a token's experts are a
 * fixed function of what the token was made from. Images and features have no vocabulary, so the token's id is its
 * input with every value cut into eight levels. Weights 1 / K. */

#include "core/routing/assign.h"
#include "core/routing/router.h"

#define LEVELS 8

static guint64
mix (guint64 h)
{
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ULL;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebULL;
  return h ^ (h >> 31);
}

/* [-1, 1], which holds most of a standardised table, in eight levels, of which images in [0, 1] meet four; beyond it,
 * the outer ones. */
static guint64
token_id (const MsReal *input, gsize n)
{
  guint64 id = 0x9e3779b97f4a7c15ULL;

  for (gsize i = 0; i < n; i++)
    {
      MsReal place = (input[i] + 1) * (MsReal)(LEVELS / 2.0);
      int level = place > 0 ? (int)MIN (place, LEVELS - 1) : 0; /* NaN: 0 */

      id = mix (id ^ (guint64)level);
    }
  return id;
}

/* The class token has no input of its own: id 0. */
static guint64
id_of_token (const MsPass *pass, int t)
{
  int own = pass->tokens - (pass->class_token ? 1 : 0), in_example = t % pass->tokens - (pass->class_token ? 1 : 0);
  int example = t / pass->tokens % pass->examples; /* copies of the tokens have the ids of the first */

  if (in_example < 0 || pass->input == NULL)
    return 0;
  return token_id (pass->input + ((gsize)example * own + (gsize)in_example) * pass->input_size, pass->input_size);
}

static void
hash_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
             int groups, int capacity, MsDecision *decision)
{
  int T = (int)ms_node_rows (x), E = router->E;
  int *choice = ms_tape_alloc (tape, (gsize)T * config->K * sizeof (int));
  MsReal *score = ms_tape_alloc (tape, (gsize)E * sizeof (MsReal));

  if (ms_tape_is_dry (tape)) /* no inputs to hash */
    ms_top_k (NULL, choice, NULL, T, config->K, E);
  for (int t = 0; t < T && !ms_tape_is_dry (tape); t++)
    {
      guint64 id = id_of_token (pass, t);

      /* A hash for each expert, the K largest win: distinct experts, each equally likely over all ids. */
      for (int e = 0; e < E; e++)
        score[e] = (MsReal)(mix (id ^ mix ((guint64)router->place << 32 | (guint64)e)) >> 40);
      ms_top_k (NULL, choice + (gsize)t * config->K, score, 1, config->K, E);
    }
  decision->K = config->K;
  decision->choice = choice;
  decision->weights = ms_router_even_weights (tape, T, config->K);
}

const MsRouterKind ms_router_hash = {
  .name = "hash",
  .learns = false,
  .decide = hash_decide,
};
