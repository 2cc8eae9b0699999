/* SPDX-License-Identifier: MIT */

/* What tooltips, screen readers and copied tables get to read. */
#include "ui/paint/load-words.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

static void
says (const MsPainter *painter, const MsScene *scene, const MsSpot *spot, const char *words)
{
  g_autofree char *text = painter->describe (scene, spot);

  g_assert_cmpstr (text, ==, words);
}

static int
count_lines (const char *text)
{
  int n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static void
test_token (void)
{
  const MsPainter *painter = ms_painter_find ("assignments");
  MsScene *scene = ms_sample_digits_sized (2, 4, 2, true);
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = { .kind = MS_SPOT_TOKEN, .example = 1, .token = 17 + 1 + 5 };
  float *probs = routing->probs + spot.token * 4;

  probs[0] = 0.125f;
  probs[1] = 0.5f;
  probs[2] = 0.0625f;
  probs[3] = 0.3125f;
  routing->expert[2 * spot.token] = 1;
  routing->expert[2 * spot.token + 1] = 3;
  routing->gate[2 * spot.token] = 0.5f;
  routing->gate[2 * spot.token + 1] = 0.3125f;
  routing->kept[2 * spot.token] = 1;
  routing->kept[2 * spot.token + 1] = 0;
  scene->record->labels[1] = 7;
  for (int c = 0; c < 10; c++)
    scene->record->predictions->probs[10 + c] = c == 3 ? 0.9f : 0;
  says (painter, scene, &spot,
        "image 1, label 7, predicted 3\n"
        "patch in row 2, column 2\n"
        "choice 1: expert 1, gate 0.500, kept\n"
        "choice 2: expert 3, gate 0.312, dropped: the expert was full\n"
        "runner-up expert 0, probability 0.125");
  routing->expert[2 * spot.token + 1] = -1;
  says (painter, scene, &spot,
        "image 1, label 7, predicted 3\n"
        "patch in row 2, column 2\n"
        "choice 1: expert 1, gate 0.500, kept\n"
        "runner-up expert 3, probability 0.312");
  g_autofree char *one = painter->table (scene);
  g_assert_nonnull (strstr (one, "1\t6\t7\t1\t0.500000\tyes\t\t\t\t3\t0.312500\n"));
  routing->expert[2 * spot.token] = -1;
  says (painter, scene, &spot,
        "image 1, label 7, predicted 3\n"
        "patch in row 2, column 2\n"
        "no expert\n"
        "runner-up expert 1, probability 0.500");
  spot.token = 17;
  g_autofree char *class_token = painter->describe (scene, &spot);
  g_assert_nonnull (strstr (class_token, "class token"));
  g_clear_pointer (&routing->probs, g_free);
  g_autofree char *blind = painter->describe (scene, &spot);
  g_assert_nonnull (strstr (blind, "runner-up not captured"));
  spot.example = 5;
  says (painter, scene, &spot, "");
  ms_scene_free (scene);
}

static void
test_expert (void)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = ms_sample_digits_sized (64, 4, 1, false);
  MsRouting *routing = scene->record->routing[0];
  const int load[] = { 600, 200, 24, 200 };
  MsSpot spot = { .kind = MS_SPOT_EXPERT, .expert = 0 };

  memcpy (routing->load, load, sizeof load);
  routing->dropped[0] = 88;
  routing->capacity = 256;
  routing->groups = 2;
  says (painter, scene, &spot,
        "expert 0, block 1\n600 of 1,024 assignments (58.6 %)\n88 dropped\nfair share 25.0 %\ncapacity 512 places");
  routing->capacity = 0;
  g_autofree char *free_text = painter->describe (scene, &spot);
  g_assert_nonnull (strstr (free_text, "no capacity limit"));
  spot.expert = 4;
  says (painter, scene, &spot, "");

  g_autofree char *table = painter->table (scene);
  g_assert_nonnull (strstr (table, "expert\tassignments\tshare %\tdropped\n0\t600\t58.594\t88\n"));
  ms_scene_free (scene);
}

/* What an intervention masks is said to be masked, and is neither unused nor dead. */
static void
test_masked (void)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = ms_sample_digits_sized (64, 4, 1, false);
  MsRouting *routing = scene->record->routing[0];
  const int load[] = { 600, 0, 424, 0 };
  MsSpot spot = { .kind = MS_SPOT_EXPERT, .expert = 1 };
  MsAlertLimits limits = ms_alert_limits_default ();

  memcpy (routing->load, load, sizeof load);
  memset (routing->dropped, 0, sizeof load);
  routing->capacity = 0;
  g_assert_cmpint (ms_load_unused (routing), ==, 2);
  routing->masked = g_new0 (guint8, 4);
  routing->masked[1] = 1;
  g_assert_cmpint (ms_load_unused (routing), ==, 1);
  g_assert_cmpint (ms_load_masked (routing), ==, 1);
  says (painter, scene, &spot,
        "expert 1, block 1\nmasked: an intervention keeps all tokens from it\n0 of 1,024 assignments (0.0 %)\n"
        "0 dropped\nfair share 25.0 %\nno capacity limit");
  g_autofree char *table = painter->table (scene);
  g_assert_cmpstr (table, ==, "expert\tassignments\tshare %\tdropped\tmasked\n0\t600\t58.594\t0\t\n"
                              "1\t0\t0.000\t0\tyes\n2\t424\t41.406\t0\t\n3\t0\t0.000\t0\t\n");
  limits.window = 1;
  scene->alerts = ms_alerts_new (&limits);
  ms_alerts_add ((MsAlerts *) scene->alerts, scene->record);
  g_assert_null (ms_alerts_of (scene->alerts, routing->layer, routing->member, 1));
  g_assert_nonnull (ms_alerts_of (scene->alerts, routing->layer, routing->member, 3));
  ms_scene_free (scene);
}

/* What is wrong with the layer is marked before the title, and the head says it until it is over. */
static void
test_load_alert (void)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = ms_sample_digits_sized (64, 4, 1, false);
  MsRouting *routing = scene->record->routing[0];
  MsAlertLimits limits = ms_alert_limits_default ();
  const int dead[] = { 600, 200, 0, 224 }, alive[] = { 600, 200, 24, 200 };
  MsSpot spot = MS_SPOT_NONE;
  MsPalette palette = *ms_palette_light ();

  limits.window = 1;
  g_assert_false (painter->pick (30, 20, 600, 400, scene, &palette, &spot));
  scene->alerts = ms_alerts_new (&limits);
  memcpy (routing->load, dead, sizeof dead);
  ms_alerts_add ((MsAlerts *) scene->alerts, scene->record);
  g_assert_true (painter->pick (30, 20, 600, 400, scene, &palette, &spot));
  g_assert_cmpint (spot.kind, ==, MS_SPOT_FIGURES);
  g_autofree char *words = painter->describe (scene, &spot);
  g_autofree char *says_dead = g_strdup_printf ("alert at step %" G_GINT64_FORMAT
                                                ": expert 2 in block 1 got none of 1,024 assignments in 1 step\n",
                                                scene->record->step);
  g_assert_true (g_str_has_prefix (words, says_dead));
  scene->selection.layer = 1; /* the other layer is well */
  g_assert_true (scene->record->n_routing < 2 || !painter->pick (30, 20, 600, 400, scene, &palette, &spot));
  scene->selection.layer = 0;
  memcpy (routing->load, alive, sizeof alive);
  ((MsRecord *) scene->record)->step++;
  ms_alerts_add ((MsAlerts *) scene->alerts, scene->record);
  g_assert_false (painter->pick (30, 20, 600, 400, scene, &palette, &spot));
  ms_scene_free (scene);
}

static void
test_step (void)
{
  MsScene *scene = ms_sample_digits ();
  MsHistory *history = (MsHistory *) scene->history;
  MsSpot spot = { .kind = MS_SPOT_STEP, .step = 40, .expert = 1 };
  MsHistoryPoint *point = &history->points[39];

  for (int e = 0; e < 8; e++)
    history->load[(39 * 2) * 8 + e] = e == 1 ? 30 : 10;
  says (ms_painter_find ("load"), scene, &spot,
        "step 40\nexpert 1, block 1\n30.0 % of assignments, 2.40 × the fair share");
  point->first_step = 39;
  *point = (MsHistoryPoint) { 39, 40, 2, 1.5, 1.25, 0.125, 0.125, 0, 0, 0.25 };
  g_autofree char *losses = ms_painter_find ("curves")->describe (scene, &spot);
  g_assert_true (g_str_has_prefix (losses, "mean of steps 39 to 40\nloss 1.500\ntask loss 1.250\nimportance 0.1250\n"
                                           "load 0.1250\ntrain error 25.0 %\ntest error "));
  spot.step = 100000;
  says (ms_painter_find ("curves"), scene, &spot, "");
  ms_scene_free (scene);
}

static void
test_place (void)
{
  const MsPainter *painter = ms_painter_find ("plane");
  MsScene *scene = ms_sample_plane ();
  MsSurface *surface = scene->record->surface;
  MsSpot spot = { .kind = MS_SPOT_PLACE, .x = -1.19, .y = 1.19 };

  surface->probs[0] = 0.75f;
  surface->probs[1] = 0.25f;
  surface->expert[0] = 3;
  says (painter, scene, &spot,
        "at (-1.19, 1.19)\nclass 0: 0.750\nclass 1: 0.250\nexpert 3 asked first, block 1");
  spot.x = 7;
  says (painter, scene, &spot, "at (7.00, 1.19)\nclass probabilities not captured");
  ms_scene_free (scene);
}

static void
test_slot (void)
{
  const MsPainter *painter = ms_painter_find ("slots");
  MsScene *scene = ms_sample_soft_sized (2, 8);
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = MS_SPOT_NONE;
  int t = 16 + 6, s = 5;

  scene->record->labels[1] = 7;
  g_clear_pointer (&((MsRecord *) scene->record)->predictions, ms_predictions_free);
  scene->selection.example = 1;
  spot.kind = MS_SPOT_SLOT;
  spot.token = t;
  spot.slot = s;
  /* A peak that keeps its column and its row at 1. */
  for (int i = 16; i < 32; i++)
    routing->dispatch[i * 8 + s] = i == t ? 0.25f : 0.05f;
  for (int i = 0; i < 8; i++)
    routing->combine[t * 8 + i] = i == s ? 0.3f : 0.1f;
  routing->logits[t * 8 + s] = -1.5f;
  says (painter, scene, &spot,
        "image 1, label 7\npatch in row 2, column 3\nslot 5 of expert 5, block 1\n"
        "dispatch 0.2500: its share of what the slot reads\ncombine 0.3000: the slot's share of its result\n"
        "logit -1.500");
  spot.token = MS_NONE;
  says (painter, scene, &spot,
        "slot 5 of expert 5, block 1\ndispatch weights of 16 tokens sum to 1.000000\n"
        "reads most, 0.250, from image 1, label 7\npatch in row 2, column 3");
  spot.kind = MS_SPOT_TOKEN;
  spot.token = t;
  says (painter, scene, &spot,
        "image 1, label 7\npatch in row 2, column 3\n"
        "combine weights of 8 slots sum to 1.000000\nuses most, 0.300, slot 5 of expert 5");
  spot.token = 3; /* of another group */
  says (painter, scene, &spot, "");
  spot.kind = MS_SPOT_EXPERT;
  spot.expert = 5;
  routing->use[5] = 4.25;
  says (painter, scene, &spot, "expert 5, block 1\nslot 5\n4.2 of the combine weight of 32 tokens");
  ms_scene_free (scene);
}

/* Where nothing is chosen there are no assignments; Load then shows how much tokens take from each expert. */
static void
test_soft_views (void)
{
  MsScene *soft = ms_sample_soft (), *sparse = ms_sample_digits ();

  g_assert_true (ms_painter_find ("slots")->applies (soft) && !ms_painter_find ("slots")->applies (sparse));
  g_assert_true (!ms_painter_find ("assignments")->applies (soft) && ms_painter_find ("assignments")->applies (sparse));
  g_assert_true (ms_painter_find ("load")->applies (soft) && ms_painter_find ("load")->applies (sparse));
  ms_scene_free (soft);
  ms_scene_free (sparse);
}

/* E3: the chosen member's copy of the tokens, and its own experts. */
static void
test_copies (void)
{
  const MsPainter *painter = ms_painter_find ("assignments"), *load = ms_painter_find ("load");
  MsScene *scene = ms_sample_e3_sized (2, 3, 8);
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = MS_SPOT_NONE;
  int first, T = 3 * 16;

  g_assert_cmpint (ms_scene_copy (scene, routing), ==, 0);
  g_assert_true (painter->pick (280, 190, 560, 400, scene, ms_palette_light (), &spot));
  g_assert_cmpint (spot.token, <, T);
  g_assert_cmpint (spot.expert, <, 4);
  g_assert_cmpint (spot.member, ==, 0);
  scene->selection.member = 1;
  g_assert_true (painter->pick (280, 190, 560, 400, scene, ms_palette_light (), &spot));
  g_assert_cmpint (spot.token, >=, T);
  g_assert_cmpint (spot.expert, >=, 4);
  g_assert_cmpint (spot.member, ==, 1);
  g_assert_cmpint (ms_token_example (scene->record, spot.token), ==, spot.example);
  g_assert_cmpint (ms_routing_experts (routing, 1, &first), ==, 4);
  g_assert_cmpint (first, ==, 4);

  g_autofree char *token = painter->describe (scene, &spot);
  g_assert_nonnull (strstr (token, "\nmember 1\nexpert "));
  g_autofree char *table = painter->table (scene);
  g_assert_cmpint (count_lines (table), ==, 2 * T + 1);
  g_assert_nonnull (strstr (table, "\n1\t2\t15\t"));

  spot = MS_SPOT_NONE;
  spot.kind = MS_SPOT_EXPERT;
  spot.expert = 6;
  routing->member = 3;
  routing->E = 1; /* fewer experts than parts: nothing to part */
  g_assert_cmpint (ms_routing_experts (routing, 1, &first), ==, 1);
  g_assert_cmpint (first, ==, 0);
  routing->E = 8;
  g_autofree char *expert = load->describe (scene, &spot);
  g_assert_true (g_str_has_prefix (expert, "expert 6, block 1 of member 3\nserves member 1\n"));
  ms_scene_free (scene);
}

/* A soft layer's load is combine weight; the figures say how they are computed. */
static void
test_weight (void)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = ms_sample_soft_sized (2, 16);
  MsRouting *routing = scene->record->routing[0];
  MsSpot spot = MS_SPOT_NONE;

  for (int e = 0; e < 8; e++)
    routing->use[e] = e == 2 ? 11 : 3;
  spot.kind = MS_SPOT_EXPERT;
  spot.expert = 2;
  says (painter, scene, &spot,
        "expert 2, block 1\n11.0 of the combine weight of 32 tokens (34.4 %)\nfair share 12.5 %\n"
        "all of its 2 slots are always full");
  spot.kind = MS_SPOT_FIGURES;
  says (painter, scene, &spot,
        "max violation 1.7500: max c E / N − 1\nCV 0.6614: population σ (÷ E) / mean of c\n"
        "relative entropy 0.9236: H / ln E\nH = −Σ p ln p, p = c / N\n"
        "c = combine weight that tokens give an expert, N = their sum, E = 8 experts");
  g_autofree char *table = painter->table (scene);
  g_assert_true (g_str_has_prefix (table, "expert\tcombine weight\tshare %\n0\t3.0000\t9.375\n"));
  ms_scene_free (scene);
}

static void
test_dispute (void)
{
  const MsPainter *painter = ms_painter_find ("disagreement");
  MsScene *scene = ms_sample_ensemble_sized (2, 3);
  MsRecord *record = (MsRecord *) scene->record;
  float *probs = record->predictions->probs; /* (2, 3, 10) */
  MsSpot spot = MS_SPOT_NONE;

  memset (probs, 0, sizeof *probs * 60);
  for (int n = 0; n < 3; n++)
    probs[n * 10] = probs[30 + n * 10] = 1;
  /* Two members, each sure of another class: ln 2 nats. */
  probs[30 + 10] = 0;
  probs[30 + 10 + 4] = 1;
  record->labels[1] = 4;
  record->assessment->disagreement[1] = 0.125;
  record->assessment->kl[1] = 0.25;
  spot.kind = MS_SPOT_EXAMPLE;
  spot.example = 1;
  says (painter, scene, &spot,
        "image 1, label 4, predicted 0\nensemble: 0 0.500, 4 0.500\nmember 0: 0 1.000, 4 0.000\n"
        "member 1: 0 0.000, 4 1.000\nmutual information 0.6931 nats");
  spot.member = 1;
  says (painter, scene, &spot,
        "image 1, label 4, predicted 0\nensemble: 0 0.500, 4 0.500\nmember 1: 0 0.000, 4 1.000\n"
        "mutual information 0.6931 nats");
  spot.kind = MS_SPOT_PAIR;
  spot.member = 0;
  spot.other = 1;
  says (painter, scene, &spot,
        "members 0 and 1\nname different classes for 12.50 % of the examples\nKL (0 ‖ 1) 0.2500 nats\n"
        "over 360 examples of the test split");
  g_clear_pointer (&record->assessment, ms_assessment_unref);
  g_autofree char *batch = painter->describe (scene, &spot);
  g_assert_nonnull (strstr (batch, "different classes for 33.33 % of the examples"));
  g_assert_nonnull (strstr (batch, "over 3 examples of the batch"));

  g_autofree char *table = painter->table (scene);
  g_auto (GStrv) rows = g_strsplit (table, "\n", -1);
  g_assert_true (g_str_has_prefix (rows[1], "1\t4\t0.693147\t0\t0.500000\t0\t1.000000\t4\t1.000000"));
  g_assert_true (g_str_has_prefix (rows[2], "0\t")); /* equal ones in their order */
  g_assert_true (g_str_has_prefix (rows[3], "2\t"));
  ms_scene_free (scene);
}

/* Where the model says nothing, no probability is told. */
static void
test_dispute_of_none (void)
{
  MsScene *scene = ms_sample_ensemble_sized (2, 3);
  MsRecord *record = (MsRecord *) scene->record;
  MsSpot spot = MS_SPOT_NONE;

  for (int c = 0; c < 10; c++)
    record->predictions->probs[20 + c] = record->predictions->probs[50 + c] = NAN;
  record->labels[2] = 6;
  spot.kind = MS_SPOT_EXAMPLE;
  spot.example = 2;
  says (ms_painter_find ("disagreement"), scene, &spot,
        "image 2, label 6\nensemble: 0 –\nmember 0: 0 –\nmember 1: 0 –\nmutual information – nats");
  ms_scene_free (scene);
}

static void
test_bin (void)
{
  const MsPainter *painter = ms_painter_find ("calibration");
  MsScene *scene = ms_sample_ensemble_sized (2, 8);
  MsAssessment *assessment = scene->record->assessment;
  MsSpot spot = MS_SPOT_NONE;

  assessment->bins[9] = (MsReliabilityBin) { 36, 0.64, 0.5 };
  spot.kind = MS_SPOT_BIN;
  spot.bin = 9;
  says (painter, scene, &spot,
        "confidence 0.600 to 0.667\n36 of 360 test examples (10.0 %)\nmean confidence 0.640\naccuracy 0.500\n"
        "over-confident by 0.140");
  assessment->bins[9] = (MsReliabilityBin) { 0, NAN, NAN };
  says (painter, scene, &spot, "confidence 0.600 to 0.667\n0 of 360 test examples (0.0 %)");
  spot.kind = MS_SPOT_MEMBER;
  spot.member = 1;
  assessment->member[1] = (MsQuality) { 0.125, 0.5, 0.0625, 0.25 };
  says (painter, scene, &spot, "member 1\nECE 0.0625\nNLL 0.5000 nats\nBrier score 0.2500\nerror 12.50 %");
  spot.member = 2;
  says (painter, scene, &spot, "");
  ms_scene_free (scene);
}

static void
test_foreign (void)
{
  const MsPainter *painter = ms_painter_find ("ood");
  MsScene *scene = ms_sample_ensemble_sized (2, 8);
  MsAssessment *assessment = scene->record->assessment;
  MsOodResult *result = &assessment->ood[MS_OOD_SCORE_msp];
  MsSpot spot = MS_SPOT_NONE;

  for (int i = 0; i < assessment->N; i++)
    result->known[i] = i < 36 ? 0.5f : 0.125f;
  for (int i = 0; i < assessment->n_foreign; i++)
    result->foreign[i] = i < 60 ? 0.25f : 0.75f;
  spot.kind = MS_SPOT_BIN;
  spot.x = 0.25;
  spot.y = 0.5;
  says (painter, scene, &spot,
        "1 − largest probability 0.250 to 0.500\n0 of 360 test examples (0.0 %)\n"
        "60 of 240 foreign examples (25.0 %): inverted digits");
  spot.x = 0.5;
  spot.y = 0.75; /* the last bin holds its upper end */
  says (painter, scene, &spot,
        "1 − largest probability 0.500 to 0.750\n36 of 360 test examples (10.0 %)\n"
        "180 of 240 foreign examples (75.0 %): inverted digits");
  spot.kind = MS_SPOT_LEVEL;
  spot.x = 0.25;
  says (painter, scene, &spot,
        "taken for foreign: 1 − largest probability of at least 0.2500\n36 of 360 test examples (10.0 %)\n"
        "240 of 240 foreign examples (100.0 %): inverted digits\ntrue positive rate 1.000\n"
        "false positive rate 0.100");
  spot.kind = MS_SPOT_SCORE;
  spot.score = MS_OOD_SCORE_mahalanobis;
  says (painter, scene, &spot, "Mahalanobis distance\nnot computed");
  ms_scene_free (scene);
}

/* One header, as many cells in each row, and as many rows as there are things. */
static void
test_tables (void)
{
  static const struct {
    const char *name;
    int rows;
  } tables[] = {
    { "assignments", 1024 }, { "load", 8 }, { "curves", 300 }, { "plane", 400 }, { "slots", 256 },
    { "disagreement", 64 }, { "calibration", 15 }, { "ood", MS_N_OOD_SCORES }, { "timeline", 300 },
    { "heatmap", 176 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      const MsPainter *painter = ms_painter_find (tables[i].name);
      MsScene *scene = painter->sample ();
      g_autofree char *table = painter->table (scene);
      g_auto (GStrv) lines = g_strsplit (table, "\n", -1);
      g_auto (GStrv) header = g_strsplit (lines[0], "\t", -1);

      g_assert_cmpint (count_lines (table), ==, tables[i].rows + 1);
      for (int row = 1; row <= tables[i].rows; row++)
        {
          g_auto (GStrv) cells = g_strsplit (lines[row], "\t", -1);

          g_assert_cmpint (g_strv_length (cells), ==, g_strv_length (header));
        }
      ms_scene_free (scene);
    }
}

static void
test_list (void)
{
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      g_assert_true (ms_painter_find ((*p)->name) == *p);
      g_assert_cmpstr ((*p)->title, !=, "");
      g_assert_cmpstr ((*p)->help, !=, "");
    }
  g_assert_null (ms_painter_find ("nothing"));
  g_assert_null (ms_painter_find (NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/words/token", test_token);
  g_test_add_func ("/words/expert", test_expert);
  g_test_add_func ("/words/masked", test_masked);
  g_test_add_func ("/words/load-alert", test_load_alert);
  g_test_add_func ("/words/step", test_step);
  g_test_add_func ("/words/place", test_place);
  g_test_add_func ("/words/slot", test_slot);
  g_test_add_func ("/words/soft-views", test_soft_views);
  g_test_add_func ("/words/copies", test_copies);
  g_test_add_func ("/words/weight", test_weight);
  g_test_add_func ("/words/dispute", test_dispute);
  g_test_add_func ("/words/dispute-of-none", test_dispute_of_none);
  g_test_add_func ("/words/bin", test_bin);
  g_test_add_func ("/words/foreign", test_foreign);
  g_test_add_func ("/words/tables", test_tables);
  g_test_add_func ("/words/list", test_list);
  return g_test_run ();
}
