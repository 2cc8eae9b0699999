/* SPDX-License-Identifier: MIT */

/* Flow: how many tokens go from where to where, what is bundled, and what of it is selected. */
#include "ui/paint/flow-words.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>
#include <string.h>

#define WIDTH 560
#define HEIGHT 400

static void
says (const MsScene *scene, const MsSpot *spot, const char *words)
{
  g_autofree char *text = ms_painter_flow.describe (scene, spot);

  g_assert_cmpstr (text, ==, words);
}

static double
sum_of (const float *mass, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += (double) mass[i];
  return sum;
}

/* 2 examples of 16 tokens by hand: the first layer sends all of one class to expert 0 and of the other to expert 1,
 * whose last 4 are dropped; the second sends the even ones to 2 and the odd ones to 3. */
static MsScene *
by_hand (void)
{
  MsScene *scene = ms_sample_digits_sized (2, 4, 1, false);
  MsRouting **routing = scene->record->routing;

  scene->record->labels[0] = 3;
  scene->record->labels[1] = 7;
  for (int t = 0; t < 32; t++)
    {
      routing[0]->expert[t] = t / 16;
      routing[0]->kept[t] = t < 28;
      routing[1]->expert[t] = 2 + t % 2;
      routing[1]->kept[t] = 1;
    }
  return scene;
}

static void
test_counts (void)
{
  MsScene *scene = by_hand ();
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  const MsFlowColumn *first = &flow->column[1], *second = &flow->column[2];

  g_assert_cmpint (flow->n_columns, ==, 3);
  g_assert_cmpint (first->n_nodes, ==, 5);
  g_assert_cmpint (first->dropped, ==, 4);
  g_assert_cmpint (second->dropped, ==, MS_NONE);
  g_assert_cmpfloat (flow->column[0].mass[3 * 5 + 0], ==, 16);
  g_assert_cmpfloat (flow->column[0].mass[7 * 5 + 1], ==, 12);
  g_assert_cmpfloat (flow->column[0].mass[7 * 5 + 4], ==, 4);
  g_assert_cmpfloat (first->mass[0 * 4 + 2], ==, 8);
  g_assert_cmpfloat (first->mass[1 * 4 + 3], ==, 6);
  g_assert_cmpfloat (first->mass[4 * 4 + 3], ==, 2);
  g_assert_cmpfloat (sum_of (first->mass, 20), ==, 32);
  ms_scene_free (scene);
}

static void
test_words (void)
{
  MsScene *scene = by_hand ();
  MsSpot spot = MS_SPOT_NONE;

  spot.kind = MS_SPOT_EXPERT;
  spot.layer = 0;
  spot.expert = 1;
  says (scene, &spot,
        "expert 1, block 1\n12 of 32 tokens (37.5 %)\nfrom class 7 12\nto expert 2 6, expert 3 6");
  spot.expert = 3;
  says (scene, &spot, "expert 3, block 1\n0 of 32 tokens (0.0 %)");
  spot.expert = 4;
  says (scene, &spot, "");
  g_autofree char *table = ms_painter_flow.table (scene);
  g_assert_true (g_str_has_prefix (table, "from layer\tfrom\tto layer\tto\ttokens\tshare %\n"
                                          "\tclass 3\tblock 1\texpert 0\t16.00\t50.00\n"
                                          "\tclass 7\tblock 1\texpert 1\t12.00\t37.50\n"
                                          "\tclass 7\tblock 1\tdropped\t4.00\t12.50\n"
                                          "block 1\texpert 0\tblock 3\texpert 2\t8.00\t25.00\n"));
  ms_scene_free (scene);
}

/* What is chosen is followed both ways; a part of a node, never more than all of it. */
static void
test_chosen (void)
{
  MsScene *scene = by_hand ();

  scene->selection.layer = 1;
  scene->selection.expert = 3;
  g_autoptr (MsFlow) expert = ms_flow_new (scene);
  g_assert_cmpfloat (expert->column[0].chosen[3 * 5 + 0], ==, 8);
  g_assert_cmpfloat (expert->column[0].chosen[7 * 5 + 4], ==, 2);
  g_assert_cmpfloat (expert->column[1].chosen[1 * 4 + 3], ==, 6);
  g_assert_cmpfloat (sum_of (expert->column[1].chosen, 20), ==, 16);
  scene->selection.token = 30; /* with its expert, as a click on a token chooses both */
  scene->selection.expert = 2;
  g_autoptr (MsFlow) token = ms_flow_new (scene);
  g_assert_cmpfloat (sum_of (token->column[0].chosen, 50), ==, 1);
  g_assert_cmpfloat (token->column[1].chosen[4 * 4 + 2], ==, 1);
  ms_scene_free (scene);
}

/* Two choices of a half each: from layer to layer all four pairs, a quarter each. */
static void
test_shares (void)
{
  MsScene *scene = ms_sample_digits_sized (1, 4, 2, false);

  for (int l = 0; l < 2; l++)
    for (int t = 0; t < 16; t++)
      {
        scene->record->routing[l]->expert[2 * t] = (gint16) l;
        scene->record->routing[l]->expert[2 * t + 1] = (gint16) (l + 1);
        scene->record->routing[l]->kept[2 * t] = scene->record->routing[l]->kept[2 * t + 1] = 1;
      }
  g_autoptr (MsFlow) flow = ms_flow_new (scene);

  g_assert_cmpfloat (flow->column[1].node[0].mass, ==, 8);
  for (int i = 0; i < 2; i++)
    for (int j = 1; j < 3; j++)
      g_assert_cmpfloat (flow->column[1].mass[i * 4 + j], ==, 4);
  scene->selection.expert = 0;
  g_autoptr (MsFlow) chosen = ms_flow_new (scene);
  g_assert_cmpfloat (chosen->column[1].chosen[0 * 4 + 1], ==, 4);
  g_assert_cmpfloat (chosen->column[1].chosen[1 * 4 + 1], ==, 0);
  ms_scene_free (scene);
}

/* Experts choose: of 16 tokens 8 are taken by experts 0 and 1, 4 by expert 2 and 4 by none, of 3 choices at most. */
static MsScene *
by_experts (void)
{
  MsScene *scene = ms_sample_digits_sized (1, 4, 3, false);
  MsRouting **routing = scene->record->routing;

  scene->record->labels[0] = 3;
  for (int i = 0; i < 48; i++)
    {
      int t = i / 3, k = i % 3, e = t < 8 && k < 2 ? k : t >= 8 && t < 12 && k == 0 ? 2 : -1;

      routing[0]->expert[i] = (gint16) e;
      routing[0]->kept[i] = e >= 0;
      routing[1]->expert[i] = k == 0 ? 3 : -1;
      routing[1]->kept[i] = k == 0;
    }
  return scene;
}

/* Choices that there are none of are not dropped: those that there are share the token. */
static void
test_untaken (void)
{
  MsScene *scene = by_experts ();
  MsSpot spot = MS_SPOT_NONE;
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  const MsFlowColumn *first = &flow->column[1];

  g_assert_cmpint (first->dropped, ==, MS_NONE);
  g_assert_cmpint (first->n_nodes, ==, 5);
  g_assert_cmpint (first->untaken, ==, 4);
  for (int i = 0; i < 5; i++)
    g_assert_cmpfloat (first->node[i].mass, ==, i == 3 ? 0 : 4);
  g_assert_true (first->uneven);
  g_assert_cmpint (flow->column[2].untaken, ==, MS_NONE);
  g_assert_cmpfloat (flow->column[2].node[3].mass, ==, 16);
  g_assert_cmpfloat (first->mass[4 * 4 + 3], ==, 4);
  g_autofree char *table = ms_painter_flow.table (scene);
  g_assert_nonnull (strstr (table, "\tclass 3\tblock 1\tno expert\t4.00\t25.00\n"));
  g_assert_null (strstr (table, "dropped"));
  spot.kind = MS_SPOT_BIN;
  spot.bin = ms_flow_bin (1, first->untaken);
  says (scene, &spot, "no expert, block 1\n4 of 16 tokens (25.0 %)\nfrom class 3 4\nto expert 3 4");
  scene->selection.expert = 0;
  g_autoptr (MsFlow) chosen = ms_flow_new (scene);
  g_assert_cmpfloat (sum_of (chosen->column[1].chosen, 20), ==, 4);
  ms_scene_free (scene);
}

/* Soft layers: the tokens' combine weights, which are the experts' use. */
static void
test_soft (void)
{
  MsScene *scene = ms_sample_soft_sized (4, 16);
  g_autoptr (MsFlow) flow = ms_flow_new (scene);

  g_assert_cmpint (flow->n_columns, ==, 3);
  for (int e = 0; e < 8; e++)
    g_assert_cmpfloat_with_epsilon (flow->column[1].node[e].mass, scene->record->routing[0]->use[e], 1e-4);
  g_assert_cmpfloat_with_epsilon (sum_of (flow->column[1].mass, 64), 64, 1e-3);
  ms_scene_free (scene);
}

/* More experts than nodes: the busiest and the chosen one stand alone, the others are one node, and nothing is lost. */
static void
test_bundled (void)
{
  MsScene *scene = ms_sample_digits_sized (64, 100, 1, false);
  MsRouting *routing = scene->record->routing[0];
  int least = 0;

  for (int e = 1; e < 100; e++)
    least = routing->load[e] < routing->load[least] ? e : least;
  scene->selection.expert = least;
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  const MsFlowColumn *column = &flow->column[1];
  double total = 0, smallest = INFINITY;

  g_assert_cmpint (column->node[MS_FLOW_NODES].kind, ==, MS_FLOW_OTHERS);
  g_assert_cmpint (column->node[MS_FLOW_NODES].n, ==, 100 - MS_FLOW_NODES);
  g_assert_cmpint (column->node[column->node_of[least]].id, ==, least);
  for (int i = 0; i < column->n_nodes; i++)
    {
      total += column->node[i].mass;
      if (column->node[i].kind == MS_FLOW_ONE && column->node[i].id != least)
        smallest = MIN (smallest, column->node[i].mass);
    }
  g_assert_cmpfloat (total, ==, 1024);
  for (int e = 0; e < 100; e++)
    if (column->node[column->node_of[e]].kind == MS_FLOW_OTHERS)
      g_assert_cmpfloat (routing->load[e] - routing->dropped[e], <=, smallest);
  ms_scene_free (scene);
}

/* E3's members have copies of their own; a chosen one is followed alone. */
static void
test_members (void)
{
  MsScene *scene = ms_sample_e3_sized (2, 8, 8);
  g_autoptr (MsFlow) all = ms_flow_new (scene);

  scene->selection.member = 1;
  g_autoptr (MsFlow) one = ms_flow_new (scene);

  g_assert_cmpfloat (all->total, ==, 256);
  g_assert_cmpfloat (one->total, ==, 128);
  for (int e = 0; e < 8; e++)
    g_assert_true (e < 4 ? one->column[1].node[e].mass == 0 : one->column[1].node[e].mass > 0);
  ms_scene_free (scene);
}

/* Nodes and ribbons are found where they are drawn. */
static void
test_pick (void)
{
  MsScene *scene = ms_sample_digits ();
  bool expert[2][8] = { { false } };
  int ribbons = 0, groups = 0;

  for (double y = 0.5; y < HEIGHT; y += 3)
    for (double x = 0.5; x < WIDTH; x += 8)
      {
        MsSpot spot = MS_SPOT_NONE;

        if (!ms_painter_flow.pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot))
          continue;
        if (spot.kind == MS_SPOT_EXPERT)
          expert[spot.layer][spot.expert] = true;
        ribbons += spot.kind == MS_SPOT_PAIR;
        groups += spot.kind == MS_SPOT_BIN;
      }
  for (int i = 0; i < 16; i++)
    g_assert_true (expert[i / 8][i % 8]);
  g_assert_cmpint (ribbons, >, 200);
  g_assert_cmpint (groups, >, 10);
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/flow/counts", test_counts);
  g_test_add_func ("/flow/words", test_words);
  g_test_add_func ("/flow/chosen", test_chosen);
  g_test_add_func ("/flow/shares", test_shares);
  g_test_add_func ("/flow/untaken", test_untaken);
  g_test_add_func ("/flow/soft", test_soft);
  g_test_add_func ("/flow/bundled", test_bundled);
  g_test_add_func ("/flow/members", test_members);
  g_test_add_func ("/flow/pick", test_pick);
  return g_test_run ();
}
