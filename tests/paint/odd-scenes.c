/* SPDX-License-Identifier: MIT */

/* Every painter at any size with anything missing: it paints without an error, and pick, describe and table answer. */
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"

#include <math.h>

static const int sizes[][2]
  = { { 1, 1 }, { 3000, 20 }, { 20, 3000 }, { 37, 41 }, { 150, 110 }, { 560, 400 }, { 1400, 900 } };

/* Walks over the picture; whatever is found must have words and lie within the picture. */
static void
poke (const MsPainter *painter, const MsScene *scene, const MsPalette *palette, int width, int height)
{
  double step_x = MAX (1, width / 17.0), step_y = MAX (1, height / 13.0);
  MsSpot last = MS_SPOT_NONE; /* the same thing has the same words */

  for (double y = 0.5; y < height; y += step_y)
    for (double x = 0.5; x < width; x += step_x)
      {
        MsSpot spot = { 0 };
        g_autofree char *words = NULL;

        if (!painter->pick (x, y, width, height, scene, palette, &spot))
          continue;
        g_assert_cmpint (spot.kind, !=, MS_SPOT_NOTHING);
        if (ms_spot_equal (&spot, &last))
          continue;
        last = spot;
        words = painter->describe (scene, &spot);
        g_assert_cmpstr (words, !=, "");
        g_assert_true (g_utf8_validate (words, -1, NULL));
      }
}

static void
draw (const MsPainter *painter, const MsScene *scene, const MsSpot *hover, const MsPalette *palette, int width,
      int height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);

  painter->paint (cr, width, height, scene, hover, palette);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
try_all (const MsScene *scene)
{
  MsSpot nothing = { .example = MS_NONE, .token = MS_NONE, .expert = MS_NONE, .point = MS_NONE, .step = MS_NONE };
  MsPalette large = *ms_palette_dark ();

  large.scale = 1.75;
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      g_autofree char *table = (*p)->table (scene);

      g_assert_nonnull (strchr (table, '\n'));
      (*p)->applies (scene);
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          draw (*p, scene, NULL, ms_palette_light (), sizes[i][0], sizes[i][1]);
          draw (*p, scene, &nothing, &large, sizes[i][0], sizes[i][1]);
          poke (*p, scene, &large, sizes[i][0], sizes[i][1]);
        }
    }
}

static void
test_empty (void)
{
  MsScene scene = { .selection = MS_SELECTION_NONE };
  g_autoptr (MsHistory) history = ms_history_new (8);
  g_autoptr (MsRecord) record = ms_record_new ();

  try_all (&scene);
  scene.history = history;
  try_all (&scene);
  scene.record = record;
  try_all (&scene);
  scene.selection = (MsSelection) { 9, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000 };
  try_all (&scene);
}

static void
test_samples (void)
{
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      MsScene *scene = (*p)->sample ();

      g_assert_true ((*p)->applies (scene));
      g_assert_cmpint (scene->record->provenance, ==, MS_PROVENANCE_SAMPLE);
      try_all (scene);
      scene->selection = (MsSelection) { 1, 3, 50, 5, 120, 4, 1, 1 };
      try_all (scene);
      scene->selection = (MsSelection) { -7, 100000, 100000, 100000, 100000, 100000, 100000, 100000 };
      try_all (scene);
      ms_scene_free (scene);
    }
}

/* Everything that may be absent, absent. */
static void
test_bare (void)
{
  MsScene *scene = ms_sample_digits_sized (20, 4, 2, true);
  MsRecord *record = (MsRecord *) scene->record;
  MsRouting *routing = record->routing[0];

  g_clear_pointer (&routing->gate, g_free);
  g_clear_pointer (&routing->probs, g_free);
  g_clear_pointer (&record->predictions, ms_predictions_free);
  g_clear_pointer (&record->labels, g_free);
  g_clear_pointer (&record->evaluation, g_free);
  g_clear_pointer (&record->source, g_free);
  try_all (scene);
  g_clear_pointer (&routing->kept, g_free);
  for (int i = 0; i < routing->T; i++)
    routing->expert[i] = i % 2 == 0 ? -1 : 999; /* none, and one that does not exist */
  try_all (scene);
  /* A record of scalars and loads only. */
  g_clear_pointer (&routing->expert, g_free);
  g_clear_pointer (&record->inputs, g_free);
  routing->T = 0;
  try_all (scene);
  memset (routing->load, 0, sizeof (int) * (gsize) routing->E);
  memset (routing->dropped, 0, sizeof (int) * (gsize) routing->E);
  try_all (scene);
  ms_scene_free (scene);
}

static void
test_dense (void)
{
  MsScene *scene = ms_sample_digits ();
  MsRecord *record = (MsRecord *) scene->record;

  ms_routing_free (record->routing[0]);
  ms_routing_free (record->routing[1]);
  g_clear_pointer (&record->routing, g_free);
  record->n_routing = 0;
  ms_history_free ((MsHistory *) scene->history);
  scene->history = NULL;
  try_all (scene);
  ms_scene_free (scene);
}

static void
test_many_experts (void)
{
  const int experts[] = { 1, 2, 64, 512 };

  for (gsize i = 0; i < G_N_ELEMENTS (experts); i++)
    {
      MsScene *scene = ms_sample_digits_sized (i < 2 ? 1 : 64, experts[i], 1, false);

      try_all (scene);
      ms_scene_free (scene);
    }
}

static void
test_not_finite (void)
{
  MsScene *scene = ms_sample_digits ();
  MsRecord *record = (MsRecord *) scene->record;
  MsHistory *history = (MsHistory *) scene->history;

  for (int i = 0; i < record->N * 64; i++)
    record->inputs[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
  for (int i = 0; i < history->n_points; i += 2)
    history->points[i].task_loss = i % 4 == 0 ? NAN : INFINITY;
  history->evaluations[2].error = NAN;
  history->evaluations[3].nll = INFINITY;
  try_all (scene);
  ms_scene_free (scene);
}

/* Colour images, and features that are no plane. */
static void
test_other_inputs (void)
{
  MsScene *scene = ms_sample_digits ();
  MsRecord *record = (MsRecord *) scene->record;

  record->channels = 3;
  record->inputs = g_renew (float, record->inputs, record->N * 64 * 3);
  for (int i = 0; i < record->N * 64 * 3; i++)
    record->inputs[i] = (float) (i % 256) / 255;
  try_all (scene);
  record->patch = 3; /* the last patch is cut off */
  record->tokens = 9;
  try_all (scene);
  record->patch = record->channels = record->height = record->tokens = 1;
  record->patch = 0;
  record->width = 13;
  try_all (scene);
  record->tokens = 5;
  try_all (scene);
  ms_scene_free (scene);
}

static void
test_plane_parts (void)
{
  MsScene *scene = ms_sample_plane ();
  MsRecord *record = (MsRecord *) scene->record;

  g_clear_pointer (&record->surface->expert, g_free);
  record->surface->n_layers = 0;
  try_all (scene);
  g_clear_pointer (&record->point_labels, g_free);
  try_all (scene);
  g_clear_pointer (&record->surface, ms_surface_free);
  try_all (scene);
  g_clear_pointer (&record->points, g_free);
  try_all (scene);
  ms_scene_free (scene);
}

/* Soft layers of other shapes: a slot for each expert and many, all examples in one group, weights that are absent. */
static void
test_soft (void)
{
  const int slots[] = { 8, 512 };

  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++)
    {
      MsScene *scene = ms_sample_soft_sized (3, slots[i]);
      MsRecord *record = (MsRecord *) scene->record;
      MsRouting *routing = record->routing[0];

      try_all (scene);
      routing->groups = 1;
      scene->selection.slot = 7;
      scene->selection.token = 40;
      try_all (scene);
      record->tokens = routing->T; /* no token belongs where its example says */
      try_all (scene);
      record->tokens = 16;
      g_clear_pointer (&routing->logits, g_free);
      g_clear_pointer (&routing->use, g_free);
      record->patch = 0;
      try_all (scene);
      g_clear_pointer (&routing->dispatch, g_free);
      try_all (scene);
      ms_scene_free (scene);
    }
}

/* Few and many members, probabilities that are none, and what may be absent. */
static void
test_members (void)
{
  const int members[] = { 1, 2, 16 };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      MsScene *scene = ms_sample_ensemble_sized (members[i], 40);
      MsRecord *record = (MsRecord *) scene->record;

      g_assert_cmpint (ms_painter_find ("disagreement")->applies (scene), ==, members[i] > 1);
      g_autofree char *table = ms_painter_find ("disagreement")->table (scene);
      g_assert_cmpint (g_str_has_suffix (table, "\tprobability\n"), ==, members[i] == 1); /* nothing but its head */
      try_all (scene);
      scene->selection.example = 39;
      scene->selection.member = members[i] - 1;
      for (int k = 0; k < 40 * 10; k += 3)
        record->predictions->probs[k] = k % 2 == 0 ? NAN : INFINITY;
      g_clear_pointer (&record->assessment->disagreement, g_free);
      g_clear_pointer (&record->assessment->member_bins, g_free);
      try_all (scene);
      for (int k = 0; k < 360; k++)
        record->assessment->ood[1].known[k] = k % 3 == 0 ? NAN : k % 3 == 1 ? INFINITY : 1;
      scene->selection.score = 1;
      try_all (scene);
      record->assessment->ood[0].known[0] = NAN;
      for (int k = 0; k < 240; k++)
        record->assessment->ood[1].foreign[k] = NAN;
      try_all (scene);
      for (int k = 0; k < MS_N_OOD_SCORES; k++)
        g_clear_pointer (&record->assessment->ood[k].known, g_free);
      try_all (scene);
      g_clear_pointer (&record->labels, g_free);
      g_clear_pointer (&record->assessment, ms_assessment_unref);
      try_all (scene);
      record->N = 7; /* fewer inputs than predictions */
      g_clear_pointer (&record->inputs, g_free);
      try_all (scene);
      g_assert_true (ms_painter_find ("calibration")->applies (scene) && ms_painter_find ("ood")->applies (scene));
      record->provenance = MS_PROVENANCE_TRACE; /* nobody will judge it */
      g_assert_false (ms_painter_find ("calibration")->applies (scene) || ms_painter_find ("ood")->applies (scene));
      try_all (scene);
      ms_scene_free (scene);
    }
}

/* Members with their own copies and experts, and parts that do not match. */
static void
test_copies (void)
{
  MsScene *scene = ms_sample_e3_sized (4, 9, 8);
  MsRecord *record = (MsRecord *) scene->record;

  try_all (scene);
  scene->selection.member = 3;
  scene->selection.token = record->routing[0]->T - 1;
  try_all (scene);
  record->routing[0]->M = 3;
  record->routing[0]->copies = 2;
  try_all (scene);
  record->routing[0]->E = 1;
  record->routing[0]->M = 2;
  try_all (scene);
  record->routing[0]->E = 8;
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/odd-scenes/empty", test_empty);
  g_test_add_func ("/odd-scenes/samples", test_samples);
  g_test_add_func ("/odd-scenes/bare", test_bare);
  g_test_add_func ("/odd-scenes/dense", test_dense);
  g_test_add_func ("/odd-scenes/many-experts", test_many_experts);
  g_test_add_func ("/odd-scenes/not-finite", test_not_finite);
  g_test_add_func ("/odd-scenes/other-inputs", test_other_inputs);
  g_test_add_func ("/odd-scenes/soft", test_soft);
  g_test_add_func ("/odd-scenes/copies", test_copies);
  g_test_add_func ("/odd-scenes/members", test_members);
  g_test_add_func ("/odd-scenes/plane-parts", test_plane_parts);
  return g_test_run ();
}
