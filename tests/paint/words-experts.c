/* SPDX-License-Identifier: MIT */

/* The words and tables of the pictures that are about experts and routers, from records made by hand. */
#include "ui/paint/coactivation-data.h"
#include "ui/paint/entropy-data.h"
#include "ui/paint/experts-data.h"
#include "ui/paint/frontier-data.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/token-plane.h"

#include <math.h>

static void
says (const MsPainter *painter, const MsScene *scene, const MsSpot *spot, const char *words)
{
  g_autofree char *text = painter->describe (scene, spot);

  g_assert_cmpstr (text, ==, words);
}

/* Whether @table has @row, a whole line. */
static void
has_row (const MsPainter *painter, const MsScene *scene, const char *row)
{
  g_autofree char *text = painter->table (scene), *line = g_strdup_printf ("\n%s\n", row);

  if (strstr (text, line) == NULL)
    g_test_message ("no row \"%s\" in\n%s", row, text);
  g_assert_nonnull (strstr (text, line));
}

/* 15 tokens, expert 3 unused: of 12 that chose 0, 6 chose 1, too, and 6 chose 2; of 9 that chose 1, 6 chose 0. */
static MsScene *
pairs_scene (void)
{
  static const gint16 choice[5][2] = { { 0, 1 }, { 1, 0 }, { 0, 2 }, { 1, 2 }, { 2, 0 } };
  MsScene *scene = ms_sample_digits_sized (1, 4, 2, false);
  MsRouting *routing = scene->record->routing[0];

  for (int t = 0; t < 16; t++)
    for (int k = 0; k < 2; k++)
      routing->expert[2 * t + k] = t < 15 ? choice[t % 5][k] : MS_NONE;
  return scene;
}

static void
test_pairs (void)
{
  const MsPainter *painter = ms_painter_find ("coactivation");
  MsScene *scene = pairs_scene ();
  MsSpot spot = MS_SPOT_NONE;

  spot.kind = MS_SPOT_EXPERTS;
  spot.expert = 1;
  spot.other = 0;
  /* Expected: one companion each, 12 of the others' 12 + 9 assignments are expert 0's. */
  says (painter, scene, &spot,
        "experts 1 and 0, block 1\nof 9 tokens that chose 1, 6 chose 0, too (66.7 %)\n"
        "expected by the other experts' loads: 57.1 %\ndifference +9.5 points\nvery few tokens: this may be chance");
  spot.expert = 0;
  spot.other = 3;
  says (painter, scene, &spot,
        "experts 0 and 3, block 1\nAn expert that no token of this batch chose has no companions");
  spot.other = 0;
  says (painter, scene, &spot, "expert 0, block 1\nchosen by 12 of 15 tokens");
  spot.other = 4;
  says (painter, scene, &spot, "");
  has_row (painter, scene, "1\t2\t9\t0.333333\t0.428571\t-0.095238");
  has_row (painter, scene, "0\t1\t12\t0.500000\t0.500000\t0.000000");
  has_row (painter, scene, "3\t1\t0\t\t\t");
  ms_scene_free (scene);
}

/* Only pairs of an expert that enough tokens chose are ranked; neither an expert that does not exist counts nor a token
 * that is none. */
static void
test_strongest_pair (void)
{
  MsScene *scene = pairs_scene ();
  MsRouting *routing = scene->record->routing[0];
  MsExpertPair top[12];

  routing->expert[0] = 1; /* one token less has 0 and 1 */
  routing->expert[1] = 2;
  {
    g_auto (MsCoactivation) pairs = { 0 };

    g_assert_true (ms_coactivation_read (&pairs, scene));
    g_assert_cmpint (ms_coactivation_top (&pairs, top, 12), ==, 4); /* from 0 and from 2, each to two others */
    g_assert_cmpint (top[0].first, ==, 2);
    g_assert_cmpint (top[0].second, ==, 0);
    g_assert_cmpfloat_with_epsilon (top[0].rate, 0.6, 1e-12);
    g_assert_cmpfloat_with_epsilon (top[0].excess, 0.6 - 11.0 / 20, 1e-12);
    g_assert_cmpfloat_with_epsilon (top[1].excess, 6.0 / 11 - 10.0 / 19, 1e-12);
    g_assert_cmpint (ms_coactivation_top (&pairs, top, 1), ==, 1);
    g_assert_cmpint (top[0].second, ==, 0);
  }
  routing->expert[1] = 999;
  routing->mask = g_malloc (16);
  memset (routing->mask, 1, 16);
  routing->mask[2] = 0;
  {
    g_auto (MsCoactivation) pairs = { 0 };

    g_assert_true (ms_coactivation_read (&pairs, scene));
    g_assert_cmpint (pairs.T, ==, 14);
    g_assert_cmpint (pairs.tokens[0], ==, 10);
    g_assert_cmpint (pairs.tokens[2], ==, 8);
  }
  ms_scene_free (scene);
}

/* Members with experts of their own: no token can choose across them, and chance is within them. */
static void
test_pairs_of_members (void)
{
  const MsPainter *painter = ms_painter_find ("coactivation");
  MsScene *scene = pairs_scene ();
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = MS_SPOT_NONE;

  routing->M = 2;
  for (int t = 0; t < 16; t++)
    {
      routing->expert[2 * t] = t < 8 ? 0 : 2;
      routing->expert[2 * t + 1] = t < 8 ? 1 : 3;
    }
  spot.kind = MS_SPOT_EXPERTS;
  spot.expert = 1;
  spot.other = 2;
  says (painter, scene, &spot, "experts 1 and 2, block 1\nThey serve different members: no token can choose both");
  has_row (painter, scene, "2\t3\t8\t1.000000\t1.000000\t0.000000");
  g_autofree char *table = painter->table (scene);
  g_assert_null (strstr (table, "\n1\t2\t"));
  ms_scene_free (scene);
}

static void
test_no_pairs (void)
{
  MsScene *scene = ms_sample_digits_sized (4, 8, 1, false), *soft = ms_sample_soft ();
  const MsPainter *painter = ms_painter_find ("coactivation");

  g_assert_cmpint (ms_coactivation_state (scene), ==, MS_PAIRS_SINGLE);
  g_assert_true (painter->applies (scene)); /* it says why */
  g_assert_cmpint (ms_coactivation_state (soft), ==, MS_PAIRS_SOFT);
  g_assert_false (painter->applies (soft));
  ms_scene_free (scene);
  ms_scene_free (soft);
}

/* Half of the tokens waver between two of four experts, half are sure; the load is even. */
static void
test_entropy (void)
{
  const MsPainter *painter = ms_painter_find ("entropy");
  MsScene *scene = ms_sample_digits_sized (1, 4, 1, false);
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = MS_SPOT_NONE;

  for (int t = 0; t < 16; t++)
    for (int e = 0; e < 4; e++)
      routing->probs[4 * t + e] = t < 8 ? (e < 2 ? 0.5f : 0) : e == 3;
  for (int e = 0; e < 4; e++)
    routing->load[e] = 4;
  has_row (painter, scene,
           "block 1\t4\t16\t0.346574\t0.000000\t0.693147\t1.386294\t1.386294\t1.386294\tsure, even load");
  spot.kind = MS_SPOT_LAYER;
  spot.layer = 0;
  says (painter, scene, &spot,
        "block 1: entropy in nats, at most ln 4 = 1.386\n"
        "gates of a token: mean 0.347, a tenth of them below 0.000 and a tenth above 0.693\nload: 1.386\n"
        "sure, even load (sure: gates below 0.5 of their most; even: load from 0.9 of its most)");
  spot.kind = MS_SPOT_BIN;
  spot.bin = 20;
  says (painter, scene, &spot, "block 1, entropy of gates from 0.693 to 0.728 nats\n8 of 16 tokens (50.0 %)");
  routing->load[0] = 16;
  routing->load[1] = routing->load[2] = routing->load[3] = 0;
  for (int i = 0; i < 64; i++)
    routing->probs[i] = 0.25f;
  has_row (painter, scene,
           "block 1\t4\t16\t1.386294\t1.386294\t1.386294\t1.386294\t0.000000\t1.386294\tunsure, uneven load");
  g_clear_pointer (&routing->probs, g_free);
  has_row (painter, scene, "block 1\t4\t0\t\t\t\t1.386294\t0.000000\t1.386294\tuneven load");
  ms_scene_free (scene);
}

/* A soft layer: of two slots an expert each token's weights are summed; a masked token is none. */
static void
test_soft_entropy (void)
{
  MsScene *scene = ms_sample_soft ();
  MsRouting *routing = scene->record->routing[0];

  for (int s = 0; s < 16; s++)
    routing->combine[s] = s < 2 ? 0.25f : s == 6 ? 0.5f : 0; /* both slots of expert 0, and one of expert 3 */
  g_assert_cmpfloat_with_epsilon (ms_token_entropy (routing, 0), G_LN2, 1e-6);
  routing->mask = g_malloc0 ((gsize) routing->T);
  g_assert_true (isnan (ms_token_entropy (routing, 0)));
  ms_scene_free (scene);
}

/* The sample's branches: costs are added up along the way a branch came, and the front is what nothing else is as cheap
 * and as good as. */
static void
test_frontier (void)
{
  const MsPainter *painter = ms_painter_find ("frontier");
  MsScene *scene = painter->sample ();
  MsBranch *branch = scene->branches->branch;
  MsSpot spot = MS_SPOT_NONE;

  branch[0].flops_per_step = 1e6;
  branch[1].flops_per_step = 3e6;
  g_assert_cmpfloat (ms_frontier_training (scene->branches, &branch[1], 300), ==, 200e6 + 300e6);
  g_assert_cmpfloat (ms_frontier_training (scene->branches, &branch[1], 150), ==, 150e6);
  spot.kind = MS_SPOT_BRANCH;
  spot.bin = 1;
  says (painter, scene, &spot,
        "Learning rate 0.002 → 0.005\nset anew: optimiser.learning_rate=0.005\n"
        "test error 6.70 ± 1.32 % of 360 examples, NLL 0.232, at step 300\n"
        "1.02 MFLOP a prediction, 500 MFLOP of training up to there\n"
        "on the front: none is as cheap and makes fewer errors");
  spot.bin = 4;
  g_autofree char *dominated = painter->describe (scene, &spot);
  g_assert_nonnull (strstr (dominated, "Capacity 1.05 → 2 (shown now)\n"));
  g_assert_nonnull (strstr (dominated, "\nK 1 → 2 is as good or better at no more cost"));
  has_row (painter, scene,
           "Learning rate 0.002 → 0.005\toptimiser.learning_rate=0.005\t1020000\t500000000\t300\t360\t6.7000\t1.3177"
           "\t0.232000\tyes");
  has_row (painter, scene, "Noise 1 → 4\trouting.noise=4\t6400000\t368640000000\t\t\t\t\t\t");
  branch[1].flops_per_step = NAN;
  g_assert_true (isnan (ms_frontier_training (scene->branches, &branch[1], 300)));

  g_auto (MsFrontier) frontier = ms_frontier_read (scene);
  g_assert_cmpint (frontier.n, ==, 6);
  g_assert_cmpint (frontier.absent, ==, 1);
  g_assert_false (frontier.point[0].front[MS_FRONTIER_ERROR]); /* as cheap as the next, and worse */
  g_assert_true (frontier.point[1].front[MS_FRONTIER_ERROR]);
  g_assert_cmpint (frontier.point[frontier.current].branch->id, ==, 4);
  ms_scene_free (scene);
}

/* 64 assignments, 16 of them expert 0's and 48 expert 1's: too few to call the others dead; 208 are enough. */
static void
test_experts (void)
{
  const MsPainter *painter = ms_painter_find ("experts");
  MsScene *scene = ms_sample_digits_sized (4, 8, 1, false);
  MsRouting *routing = scene->record->routing[0];
  float *cosine = g_new0 (float, 64);
  MsSpot spot = MS_SPOT_NONE;

  ms_history_free ((MsHistory *) scene->history);
  scene->history = NULL;
  for (int e = 0; e < 8; e++)
    routing->load[e] = e == 0 ? 16 : e == 1 ? 48 : 0;
  cosine[2 * 8 + 5] = cosine[5 * 8 + 2] = 0.25f;
  routing->expert_cosine = cosine;
  spot.kind = MS_SPOT_EXPERT;
  spot.expert = 2;
  says (painter, scene, &spot,
        "expert 2, block 1\n0 of 64 assignments in 1 step: an even share would be 8.0, too few to call it dead\n"
        "by chance 0.0016 of 8 would be unused: E (1 − 1/E)^N\n"
        "weights most like those of expert 5: cosine 0.250");
  has_row (painter, scene, "2\t0\t64\t1\t0.000\tunused, too few assignments to call it dead");
  has_row (painter, scene, "2\t5\t0.250000\t");
  spot.kind = MS_SPOT_EXPERTS;
  spot.other = 5;
  says (painter, scene, &spot,
        "experts 2 and 5, block 1\ncosine of their weights, less the mean of all experts: 0.250\n"
        "cosine of their columns of the router: not captured");
  routing->load[0] = 160;
  has_row (painter, scene, "2\t0\t208\t1\t0.000\tdead");
  has_row (painter, scene, "0\t160\t208\t1\t76.923\tused");
  ms_scene_free (scene);
}

/* Use is summed over the newest steps up to the one that is looked at. */
static void
test_experts_window (void)
{
  MsScene *scene = ms_painter_find ("experts")->sample ();
  MsHistory *history = (MsHistory *) scene->history;
  MsRecord *record = (MsRecord *) scene->record;

  record->step = 100;
  for (int p = 0; p < history->n_points; p++)
    for (int e = 0; e < 8; e++)
      history->load[p * 2 * 8 + e] = p < 50 ? 1000 : p < 100 ? (float) e : 2000;
  {
    g_auto (MsExperts) experts = { 0 };

    g_assert_true (ms_experts_read (&experts, scene));
    g_assert_cmpint (experts.steps, ==, 50);
    g_assert_cmpfloat (experts.count[3], ==, 150);
    g_assert_cmpfloat (experts.total, ==, 50 * 28);
    g_assert_cmpint (experts.unused, ==, 1);
    g_assert_cmpint (ms_experts_state (&experts, 0), ==, MS_EXPERT_DEAD);
  }
  ms_scene_free (scene);
}

/* A token in words; the nearest one is picked, but no padding. */
static void
test_tokens (void)
{
  const MsPainter *painter = ms_painter_find ("tokens");
  MsScene *scene = ms_sample_digits_sized (2, 4, 1, false);
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = MS_SPOT_NONE;

  g_assert_false (painter->pick (100, 100, 560, 400, scene, ms_palette_light (), &spot));
  scene->record->labels[1] = 7;
  scene->record->predictions->probs[10 + 3] = 2;
  routing->coordinates = g_new0 (float, 64);
  routing->variance[0] = 0.314;
  routing->variance[1] = NAN;
  routing->coordinates[2 * 16] = 1.5f;
  routing->coordinates[2 * 16 + 1] = -0.25f;
  routing->expert[16] = 2;
  spot.kind = MS_SPOT_TOKEN;
  spot.token = 16;
  says (painter, scene, &spot,
        "image 1, label 7, predicted 3\npatch in row 1, column 1\nfirst choice: expert 2\nPC 1: 1.50, PC 2: -0.250");
  has_row (painter, scene, "16\t1\t7\t2\t1.500000\t-0.250000");
  g_autofree char *first = ms_token_plane_axis (routing, 0), *second = ms_token_plane_axis (routing, 1);
  g_assert_cmpstr (first, ==, "PC 1, 31 % of the variance");
  g_assert_cmpstr (second, ==, "PC 2");
  /* It is farthest to the right: 42 units below the middle of the plot. */
  g_assert_true (painter->pick (531, 247, 560, 400, scene, ms_palette_light (), &spot));
  g_assert_cmpint (spot.token, ==, 16);
  g_assert_cmpint (spot.example, ==, 1);
  g_assert_cmpint (spot.expert, ==, 2);
  routing->mask = g_malloc (32);
  memset (routing->mask, 1, 32);
  routing->mask[16] = 0;
  g_assert_false (painter->pick (531, 247, 560, 400, scene, ms_palette_light (), &spot));
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/words-experts/pairs", test_pairs);
  g_test_add_func ("/words-experts/strongest-pair", test_strongest_pair);
  g_test_add_func ("/words-experts/pairs-of-members", test_pairs_of_members);
  g_test_add_func ("/words-experts/no-pairs", test_no_pairs);
  g_test_add_func ("/words-experts/entropy", test_entropy);
  g_test_add_func ("/words-experts/soft-entropy", test_soft_entropy);
  g_test_add_func ("/words-experts/frontier", test_frontier);
  g_test_add_func ("/words-experts/experts", test_experts);
  g_test_add_func ("/words-experts/experts-window", test_experts_window);
  g_test_add_func ("/words-experts/tokens", test_tokens);
  return g_test_run ();
}
