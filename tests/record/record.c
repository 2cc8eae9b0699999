/* SPDX-License-Identifier: MIT */

/* A new record says "absent" everywhere; references, captions and empty shapes. */
#include "core/record/record.h"

#include <math.h>

static void
test_new (void)
{
  g_autoptr (MsRecord) record = ms_record_new ();

  g_assert_true (isnan (record->loss) && isnan (record->train_error) && isnan (record->forward_ms));
  g_assert_true (isnan (record->z_loss) && isnan (record->epoch) && isnan (record->gradient_norm));
  g_assert_null (record->inputs);
  g_assert_cmpint (record->n_routing, ==, 0);

  MsRecord *other = ms_record_ref (record);

  g_assert_true (other == record);
  g_assert_cmpint (record->ref_count, ==, 2);
  ms_record_unref (other);
  g_assert_cmpint (record->ref_count, ==, 1);
  ms_record_unref (NULL);
}

/* ASan sees what free forgets. */
static void
test_full (void)
{
  const char *names[] = { "zero", "one", NULL };
  g_autoptr (MsRecord) record = ms_record_new ();

  record->source = g_strdup ("digits-vmoe");
  record->N = 2;
  record->inputs = g_new0 (float, 2);
  record->labels = g_new0 (int, 2);
  record->class_names = g_strdupv ((char **) names);
  record->n_routing = 1;
  record->routing = g_new0 (MsRouting *, 1);
  record->routing[0] = ms_routing_new (2, 4, 1, 1);
  record->routing[0]->router = g_strdup ("top-k");
  record->routing[0]->gate = g_new0 (float, 2);
  record->routing[0]->probs = g_new0 (float, 8);
  record->routing[0]->logits = g_new0 (float, 8);
  record->routing[0]->mask = g_new0 (guint8, 2);
  record->predictions = ms_predictions_new (1, 2, 3);
  record->evaluation = g_new0 (MsEvaluation, 1);
  record->surface = ms_surface_new (3, 2, 2, 1);
  record->points = g_new0 (float, 2);
  record->point_labels = g_new0 (int, 1);
}

static void
test_routing (void)
{
  g_autoptr (MsRouting) routing = ms_routing_new (3, 4, 2, 1);
  g_autoptr (MsRouting) empty = ms_routing_new (0, 0, 0, 1);

  for (int i = 0; i < 6; i++)
    {
      g_assert_cmpint (routing->expert[i], ==, -1);
      g_assert_cmpint (routing->kept[i], ==, 0);
    }
  g_assert_cmpint (routing->groups, ==, 1);
  g_assert_null (routing->probs);
  g_assert_true (isnan (routing->load_loss));
  g_assert_cmpint (empty->T, ==, 0);
}

static void
test_surface (void)
{
  g_autoptr (MsSurface) dense = ms_surface_new (4, 3, 2, 0);
  g_autoptr (MsSurface) routed = ms_surface_new (4, 3, 2, 2);

  g_assert_null (dense->expert);
  for (int i = 0; i < 24; i++)
    g_assert_cmpint (routed->expert[i], ==, -1);
}

static void
test_caption (void)
{
  g_autoptr (MsRecord) record = ms_record_new ();

  record->step = 120;
  g_autofree char *bare = ms_record_caption (record);
  g_assert_cmpstr (bare, ==, "live · seed 0 · step 120");

  record->source = g_strdup ("digits-vmoe");
  record->provenance = MS_PROVENANCE_TRACE;
  record->seed = 7;
  g_autofree char *full = ms_record_caption (record);
  g_assert_cmpstr (full, ==, "trace · digits-vmoe · seed 7 · step 120");
}

/* Each array counts with its own bytes, and what is absent with none. */
static void
test_bytes (void)
{
  g_autoptr (MsRecord) record = ms_record_new ();
  gsize bare = ms_record_bytes (record);

  record->N = 3;
  record->height = 2;
  record->width = 5;
  record->channels = 1;
  record->inputs = g_new0 (float, 30);
  g_assert_cmpuint (ms_record_bytes (record) - bare, ==, 120);
  bare = ms_record_bytes (record);
  record->predictions = ms_predictions_new (2, 3, 10);
  g_assert_cmpuint (ms_record_bytes (record) - bare, ==, sizeof (MsPredictions) + 240);
  bare = ms_record_bytes (record);
  record->n_routing = 1;
  record->routing = g_new0 (MsRouting *, 1);
  record->routing[0] = ms_routing_new (7, 4, 2, 1); /* 14 choices of 2 + 1 bytes; 4 experts of 4 + 4 */
  g_assert_cmpuint (ms_record_bytes (record) - bare, ==, sizeof (gpointer) + sizeof (MsRouting) + 42 + 32);
  bare = ms_record_bytes (record);
  record->routing[0]->noise = g_new0 (float, 28);
  record->routing[0]->expert_cosine = g_new0 (float, 16);
  g_assert_cmpuint (ms_record_bytes (record) - bare, ==, 112 + 64);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/new", test_new);
  g_test_add_func ("/record/full", test_full);
  g_test_add_func ("/record/routing", test_routing);
  g_test_add_func ("/record/surface", test_surface);
  g_test_add_func ("/record/caption", test_caption);
  g_test_add_func ("/record/bytes", test_bytes);
  return g_test_run ();
}
