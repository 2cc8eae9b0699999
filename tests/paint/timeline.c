/* SPDX-License-Identifier: MIT */

/* The timeline: what is found under a point, what it says, and which branches and changes belong to now. */
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/timeline-data.h"
#include "ui/paint/timeline-layout.h"

#include <math.h>

#define WIDTH 900
#define HEIGHT 100

static void
says (const MsScene *scene, const MsSpot *spot, const char *words)
{
  g_autofree char *text = ms_painter_timeline.describe (scene, spot);

  g_assert_cmpstr (text, ==, words);
}

static MsSpot
pick (const MsScene *scene, double x, double y)
{
  MsSpot spot = MS_SPOT_NONE;

  g_assert_true (ms_painter_timeline.pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot));
  return spot;
}

/* Any place has a step, the ends the first and the last one, and where nothing else is it is a step. */
static void
test_any_step (void)
{
  MsScene *scene = ms_sample_branches ();
  gint64 before = 0;

  for (double x = 0.5; x < WIDTH; x += 1)
    for (double y = 0.5; y < HEIGHT; y += 3)
      {
        MsSpot spot = pick (scene, x, y);

        g_assert_cmpint (spot.step, >=, 1);
        g_assert_cmpint (spot.step, <=, 300);
      }
  for (double x = 0; x <= WIDTH; x += 1)
    {
      MsSpot spot = pick (scene, x, HEIGHT - 4);

      g_assert_cmpint (spot.kind, ==, MS_SPOT_STEP);
      g_assert_cmpint (spot.step, >=, before);
      before = spot.step;
    }
  g_assert_cmpint (pick (scene, 0, HEIGHT - 4).step, ==, 1);
  g_assert_cmpint (before, ==, 300);
  ms_scene_free (scene);
}

/* Everything on the timeline is found somewhere on it. */
static void
test_marks (void)
{
  MsScene *scene = ms_sample_branches ();
  bool alert = false, change = false, fork = false, line = false;

  g_assert_cmpint (ms_alerts_count (scene->alerts), >, 0);
  for (double x = 0.5; x < WIDTH; x += 1)
    for (double y = 0.5; y < HEIGHT; y += 1)
      {
        MsSpot spot = pick (scene, x, y);

        alert |= spot.kind == MS_SPOT_ALERT && spot.bin == 0 && spot.step == ms_alerts_at (scene->alerts, 0)->step;
        change |= spot.kind == MS_SPOT_CHANGE && spot.bin == 0 && spot.step == 120;
        fork |= spot.kind == MS_SPOT_BRANCH && spot.bin == 1 && spot.step == 120;
        line |= spot.kind == MS_SPOT_BRANCH && spot.bin == 2 && spot.step > 240;
        g_assert_false (spot.kind == MS_SPOT_CHANGE && spot.bin != 0); /* the other one was made on another branch */
      }
  g_assert_true (alert && change && fork && line);
  ms_scene_free (scene);
}

static void
test_words (void)
{
  MsScene *scene = ms_sample_branches ();
  MsHistory *history = (MsHistory *) scene->history;
  float *load = history->load + 119 * 2 * 8 + 8; /* step 120, the second layer */
  MsSpot spot = MS_SPOT_NONE;

  for (int e = 0; e < 8; e++)
    load[e] = e == 2 ? 0 : e == 3 ? 30 : 15; /* 120 in all: 2 x fair */
  history->points[119].loss = 0.4236;
  scene->selection.layer = 1;
  spot.kind = MS_SPOT_STEP;
  spot.step = 120;
  says (scene, &spot,
        "step 120\nloss 0.424\nmax violation 1.00 in block 3\n1 of 8 experts without tokens\n"
        "Learning rate 0.005 → 0.01");
  history->points[119].first_step = 119;
  g_autofree char *mean = ms_painter_timeline.describe (scene, &spot);
  g_assert_true (g_str_has_prefix (mean, "step 120\nmean of steps 119 to 120\nloss 0.424\n"));
  for (int e = 0; e < 8; e++)
    load[e] = 0;
  g_autofree char *absent = ms_painter_timeline.describe (scene, &spot);
  g_assert_nonnull (strstr (absent, "\nload of block 3 not captured"));
  spot.kind = MS_SPOT_CHANGE;
  spot.bin = 0;
  says (scene, &spot, "Learning rate 0.005 → 0.01\nin force after step 120");
  spot.kind = MS_SPOT_BRANCH;
  spot.bin = 2;
  says (scene, &spot, "Noise 1 → 4\nleft after step 200, went to step 260");
  spot.bin = 1;
  says (scene, &spot, "this branch: Learning rate 0.005 → 0.01\nleft after step 120, went to step 300");
  spot.bin = 9;
  says (scene, &spot, "");
  ms_scene_free (scene);
}

/* A chosen step beyond the branch is its nearest one. */
static void
test_cursor (void)
{
  MsScene *scene = ms_sample_branches ();

  g_assert_cmpint (ms_timeline_cursor (scene), ==, 300);
  scene->selection.step = 77;
  g_assert_cmpint (ms_timeline_cursor (scene), ==, 77);
  scene->selection.step = 1000;
  g_assert_cmpint (ms_timeline_cursor (scene), ==, 300);
  scene->selection.step = 0;
  g_assert_cmpint (ms_timeline_cursor (scene), ==, 1);
  ms_scene_free (scene);
}

/* A live run that was taken back stands where its batch is from, also before its first step. */
static void
test_taken_back (void)
{
  MsScene *scene = ms_sample_branches ();
  MsRecord *record = (MsRecord *) scene->record;

  record->provenance = MS_PROVENANCE_LIVE;
  record->step = 163;
  g_assert_cmpint (ms_timeline_cursor (scene), ==, 163);
  record->step = 0;
  g_assert_cmpint (ms_timeline_cursor (scene), ==, 0);
  record->step = 400;
  g_assert_cmpint (ms_timeline_cursor (scene), ==, 300);
  ms_scene_free (scene);
}

/* The head leaves the right to the window's buttons, whatever the height. */
static void
test_corner (void)
{
  MsScene *scene = ms_sample_branches ();
  const MsPalette *palette = ms_palette_light ();

  for (int height = 84; height <= 240; height += 156)
    {
      double width = ms_timeline_layout (700, height, scene, palette).frame.head.width;

      scene->corner = 200;
      g_assert_cmpfloat (ms_timeline_layout (700, height, scene, palette).frame.head.width, ==, width - 200);
      scene->corner = 0;
    }
  ms_scene_free (scene);
}

/* Changes of what the branch came from count up to where it left; a run of its own is not related. */
static void
test_ancestors (void)
{
  g_autoptr (MsBranches) branches = ms_branches_new (4, 0);
  static const int parent[] = { -1, 0, 1, -1 };

  for (int i = 0; i < 4; i++)
    {
      branches->branch[i].id = i + 10;
      branches->branch[i].parent = parent[i] < 0 ? -1 : parent[i] + 10;
      branches->branch[i].from = 50 * i;
    }
  branches->current = 2; /* 12 left 11 after step 100, which left 10 after step 50 */
  g_assert_true (ms_timeline_leads (branches, &(MsBranchChange){ 10, 49, NULL }));
  g_assert_false (ms_timeline_leads (branches, &(MsBranchChange){ 10, 50, NULL }));
  g_assert_true (ms_timeline_leads (branches, &(MsBranchChange){ 11, 99, NULL }));
  g_assert_false (ms_timeline_leads (branches, &(MsBranchChange){ 11, 100, NULL }));
  g_assert_true (ms_timeline_leads (branches, &(MsBranchChange){ 12, 100, NULL }));
  g_assert_false (ms_timeline_leads (branches, &(MsBranchChange){ 13, 1, NULL }));
  branches->current = 0;
  g_assert_false (ms_timeline_leads (branches, &(MsBranchChange){ 11, 60, NULL }));
  g_assert_true (ms_timeline_related (branches, &branches->branch[2]));
  g_assert_false (ms_timeline_related (branches, &branches->branch[3]));
}

/* Each column has the largest violation of its steps. */
static void
test_columns (void)
{
  MsScene *scene = ms_sample_branches ();
  MsHistory *history = (MsHistory *) scene->history;

  for (int i = 0; i < 300; i++)
    for (int e = 0; e < 8; e++)
      history->load[(i * 2) * 8 + e] = e == 0 && i == 157 ? 17 : i >= 200 ? 0 : 1; /* 17 of 24: 17/3 - 1 */

  g_autofree float *few = ms_timeline_violations (scene, 0, 300, 10);
  g_autofree float *many = ms_timeline_violations (scene, 0, 300, 600);

  for (int c = 0; c < 10; c++)
    if (c >= 7)
      g_assert_true (isnan (few[c]));
    else
      g_assert_cmpfloat_with_epsilon (few[c], c == 5 ? 17.0 / 3 - 1 : 0, 1e-5);
  for (int c = 0; c < 400; c++)
    g_assert_cmpfloat_with_epsilon (many[c], c / 2 == 157 ? 17.0 / 3 - 1 : 0, 1e-5);
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/timeline/any-step", test_any_step);
  g_test_add_func ("/timeline/marks", test_marks);
  g_test_add_func ("/timeline/words", test_words);
  g_test_add_func ("/timeline/cursor", test_cursor);
  g_test_add_func ("/timeline/taken-back", test_taken_back);
  g_test_add_func ("/timeline/corner", test_corner);
  g_test_add_func ("/timeline/ancestors", test_ancestors);
  g_test_add_func ("/timeline/columns", test_columns);
  return g_test_run ();
}
