/* SPDX-License-Identifier: MIT */

#include "core/formats/npz.h"
#include "core/formats/trace-private.h"

#include "tests/fixture.h"
#include "tests/formats/trace-sample.h"

#include <math.h>

static MsTraceWriter *
record_run (int n_steps, int every)
{
  MsTraceWriter *writer = ms_trace_writer_new ("digits-vmoe", "{\"routing.k\": 2}");
  for (int step = 1; step <= n_steps; step++)
    {
      g_autoptr (MsRecord) record = trace_sample (step, step % every == 0);
      ms_trace_writer_add (writer, record);
    }
  return writer;
}

static GPtrArray *
round_trip (MsTraceWriter *writer, char ***notes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("t.npz");
  g_assert_true (ms_trace_writer_save (writer, path, &error));
  g_assert_no_error (error);
  GPtrArray *records = ms_trace_read (path, notes, &error);
  g_assert_no_error (error);
  return records;
}

/* Bytes, so that NaN is NaN. */
static void
check_details (const MsRouting *a, const MsRouting *b)
{
  gsize T = (gsize) a->T, K = (gsize) a->K, E = (gsize) a->E;
  const float *left[] = { a->noise, a->offset, a->in_norm, a->added_norm, a->out_norm, a->coordinates };
  const float *right[] = { b->noise, b->offset, b->in_norm, b->added_norm, b->out_norm, b->coordinates };
  const gsize n[] = { T * E, T * E, T, T, T * K, 2 * T };

  for (gsize i = 0; i < G_N_ELEMENTS (n); i++)
    {
      g_assert_true ((left[i] == NULL) == (right[i] == NULL));
      if (left[i] != NULL)
        g_assert_cmpmem (left[i], n[i] * sizeof (float), right[i], n[i] * sizeof (float));
    }
  g_assert_true ((a->place == NULL) == (b->place == NULL));
  if (a->place != NULL)
    g_assert_cmpmem (a->place, T * K * sizeof (int), b->place, T * K * sizeof (int));
  if (a->coordinates != NULL)
    g_assert_cmpmem (a->variance, sizeof a->variance, b->variance, sizeof b->variance);
}

static void
check_routing (const MsRouting *a, const MsRouting *b)
{
  gsize choices = (gsize) a->T * (gsize) a->K, wide = (gsize) a->T * (gsize) a->E * sizeof (float);
  g_assert_true (a->T == b->T && a->E == b->E && a->K == b->K && a->M == b->M && a->layer == b->layer);
  g_assert_true (a->capacity == b->capacity && a->groups == b->groups);
  g_assert_cmpstr (a->router, ==, b->router);
  g_assert_cmpmem (a->expert, choices * 2, b->expert, choices * 2);
  g_assert_cmpmem (a->kept, choices, b->kept, choices);
  g_assert_cmpmem (a->load, (gsize) a->E * 4, b->load, (gsize) a->E * 4);
  g_assert_cmpmem (a->dropped, (gsize) a->E * 4, b->dropped, (gsize) a->E * 4);
  g_assert_true ((a->gate == NULL) == (b->gate == NULL) && (a->probs == NULL) == (b->probs == NULL));
  g_assert_true ((a->logits == NULL) == (b->logits == NULL) && (a->mask == NULL) == (b->mask == NULL));
  if (a->gate != NULL)
    g_assert_cmpmem (a->gate, choices * 4, b->gate, choices * 4);
  if (a->probs != NULL)
    g_assert_cmpmem (a->probs, wide, b->probs, wide);
  if (a->logits != NULL && a->slots == 0)
    g_assert_cmpmem (a->logits, wide, b->logits, wide);
  if (a->mask != NULL)
    g_assert_cmpmem (a->mask, (gsize) a->T, b->mask, (gsize) a->T);
  bool both_absent = isnan (a->importance_loss) && isnan (b->importance_loss);
  g_assert_true (both_absent || a->importance_loss == b->importance_loss);
  g_assert_true (isnan (a->z_loss) && isnan (b->z_loss));
  check_details (a, b);
}

static void
check_newer (const MsRouting *a, const MsRouting *b)
{
  gsize wide = (gsize) a->T * (gsize) a->slots * sizeof (float);
  g_assert_true (a->copies == b->copies && a->member == b->member && a->slots == b->slots);
  g_assert_true ((a->bias == NULL) == (b->bias == NULL) && (a->use == NULL) == (b->use == NULL));
  g_assert_true ((a->dispatch == NULL) == (b->dispatch == NULL) && (a->combine == NULL) == (b->combine == NULL));
  if (a->bias != NULL)
    g_assert_cmpmem (a->bias, (gsize) a->E * 4, b->bias, (gsize) a->E * 4);
  if (a->slots == 0)
    return;
  g_assert_cmpmem (a->dispatch, wide, b->dispatch, wide);
  g_assert_cmpmem (a->combine, wide, b->combine, wide);
  g_assert_cmpmem (a->logits, wide, b->logits, wide);
  for (int e = 0; e < a->E; e++)
    g_assert_cmpfloat_with_epsilon (a->use[e], b->use[e], 1e-6);
}

static void
check_batch (const MsRecord *a, const MsRecord *b)
{
  gsize size = (gsize) a->N * (gsize) (a->height * a->width * a->channels) * sizeof (float);
  g_assert_true (a->N == b->N && a->tokens == b->tokens && a->patch == b->patch && a->C == b->C);
  g_assert_true (a->class_token == b->class_token && a->height == b->height && a->width == b->width);
  g_assert_cmpmem (a->inputs, size, b->inputs, size);
  g_assert_cmpmem (a->labels, (gsize) a->N * 4, b->labels, (gsize) a->N * 4);
  g_assert_cmpstr (a->class_names[2], ==, b->class_names[2]);
  const MsPredictions *p = a->predictions, *q = b->predictions;
  gsize bytes = (gsize) (p->M * p->N * p->C) * sizeof (float);
  g_assert_true (p->M == q->M && p->N == q->N && p->C == q->C);
  g_assert_cmpmem (p->probs, bytes, q->probs, bytes);
  g_assert_cmpint (a->n_routing, ==, b->n_routing);
  for (int l = 0; l < a->n_routing; l++)
    {
      check_routing (a->routing[l], b->routing[l]);
      check_newer (a->routing[l], b->routing[l]);
    }
}

static void
test_round_trip (void)
{
  g_autoptr (MsTraceWriter) writer = record_run (10, 3);
  g_auto (GStrv) notes = NULL;
  g_autoptr (GPtrArray) records = round_trip (writer, &notes);
  g_assert_cmpuint (g_strv_length (notes), ==, 0);
  g_assert_cmpuint (records->len, ==, 10);
  for (int step = 1; step <= 10; step++)
    {
      g_autoptr (MsRecord) a = trace_sample (step, step % 3 == 0);
      const MsRecord *b = records->pdata[step - 1];
      g_assert_true (b->provenance == MS_PROVENANCE_TRACE && b->step == step && b->seed == 7);
      g_assert_cmpstr (b->source, ==, "digits-vmoe");
      g_assert_true (b->loss == a->loss && b->train_error == a->train_error && isnan (b->gshard_loss));
      g_assert_true (b->examples_seen == a->examples_seen && b->epoch == a->epoch);
      g_assert_cmpint (b->n_routing, ==, 2);
      g_assert_true (b->routing[1]->E == 3 && b->routing[1]->layer == 3);
      g_assert_cmpmem (a->routing[0]->load, 16, b->routing[0]->load, 16);
      g_assert_cmpmem (a->routing[1]->dropped, 12, b->routing[1]->dropped, 12);
      g_assert_true ((b->inputs != NULL) == (step % 3 == 0));
      if (b->inputs != NULL)
        check_batch (a, b);
      if (step < 5)
        g_assert_null (b->evaluation);
      else
        g_assert_true (b->evaluation->step == 5 && b->evaluation->error == 0.25);
    }
}

/* Soft MoE, copies and a bias; and a step of which only the load series is left. */
static void
test_newer_layers (void)
{
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("t", NULL);
  for (int step = 1; step <= 3; step++)
    {
      g_autoptr (MsRecord) record = trace_sample_mixed (step);
      if (step == 2)
        g_clear_pointer (&record->inputs, g_free);
      ms_trace_writer_add (writer, record);
    }
  g_auto (GStrv) notes = NULL;
  g_autoptr (GPtrArray) records = round_trip (writer, &notes);
  g_assert_cmpuint (g_strv_length (notes), ==, 0);
  for (int step = 1; step <= 3; step += 2)
    {
      g_autoptr (MsRecord) a = trace_sample_mixed (step);
      check_batch (a, records->pdata[step - 1]);
    }
  const MsRouting *soft = ((MsRecord *) records->pdata[1])->routing[0];
  g_autoptr (MsRouting) full = trace_sample_soft (12);
  g_assert_true (soft->slots == 6 && soft->member == 1 && soft->combine == NULL && soft->load[1] == 9);
  g_assert_cmpmem (soft->use, 16, full->use, 16);
  g_assert_true (((MsRecord *) records->pdata[1])->routing[1]->use == NULL);
}

/* A trace from before these arrays: what they say is then worked out or absent. */
static void
test_older_traces (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("t", NULL);
  g_autoptr (MsRecord) record = trace_sample_mixed (1);
  g_autofree char *path = fixture_path ("old.npz");
  ms_routing_free (record->routing[0]);
  record->routing[0] = trace_sample_copies (12);
  ms_trace_writer_add (writer, record);
  g_assert_true (ms_trace_writer_save (writer, path, &error));
  g_autoptr (GPtrArray) entries = ms_npz_read (path, &error);
  for (guint i = entries->len; i-- > 0;)
    {
      const char *name = ((MsNpzEntry *) entries->pdata[i])->name;
      if (g_str_has_prefix (name, "soft_") || strcmp (name, "layer_copies") == 0 || strcmp (name, "layer_member") == 0
          || strcmp (name, "layer_slots") == 0 || strcmp (name, "layer_bias") == 0)
        g_ptr_array_remove_index (entries, i);
    }
  g_autoptr (GPtrArray) records = trace_read_entries (entries, "old.npz", NULL, &error);
  g_assert_no_error (error);
  const MsRouting *r = ((MsRecord *) records->pdata[0])->routing[1];
  g_assert_true (r->copies == 2 && r->member == -1 && r->slots == 0 && r->bias == NULL && r->T == 24);
}

static void
test_same_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *one = fixture_path ("1.npz"), *two = fixture_path ("2.npz"), *a = NULL, *b = NULL;
  gsize a_size, b_size;
  g_autoptr (MsTraceWriter) first = record_run (5, 2), second = record_run (5, 2);
  g_assert_true (ms_trace_writer_save (first, one, &error) && ms_trace_writer_save (second, two, &error));
  g_assert_true (g_file_get_contents (one, &a, &a_size, NULL) && g_file_get_contents (two, &b, &b_size, NULL));
  g_assert_cmpmem (a, a_size, b, b_size);
  g_assert_false (ms_trace_writer_save (first, "/dev/full", &error));
  fixture_assert_refused (error, "/dev/full", "No space left");
}

/* What another program finds: names, shapes, padding. */
static void
test_arrays (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTraceWriter) writer = record_run (4, 2);
  const float logits[6] = { 1, 2, 3, 4, 5, 6 };
  ms_trace_writer_set_logits (writer, 1, 2, 3, logits);
  g_autofree char *path = fixture_path ("t.npz");
  g_assert_true (ms_trace_writer_save (writer, path, &error));
  g_autoptr (GPtrArray) entries = ms_npz_read (path, &error);
  static const struct
  {
    const char *name, *shape;
    MsDtype dtype;
  } arrays[] = {
    { "ids", "(24, 2, 2)", MS_DTYPE_I16 },         { "gate", "(24, 2, 2)", MS_DTYPE_F32 },
    { "logits", "(24, 2, 4)", MS_DTYPE_F32 },      { "router_probs", "(24, 2, 4)", MS_DTYPE_F32 },
    { "kept", "(24, 2, 2)", MS_DTYPE_U8 },         { "mask", "(24,)", MS_DTYPE_U8 },
    { "phase", "(24,)", MS_DTYPE_U8 },             { "token", "(24,)", MS_DTYPE_I32 },
    { "label", "(24,)", MS_DTYPE_I16 },            { "step", "(24,)", MS_DTYPE_I64 },
    { "cnt", "(4, 2, 4)", MS_DTYPE_I64 },          { "dropped", "(4, 2, 4)", MS_DTYPE_I64 },
    { "cap", "(4, 2)", MS_DTYPE_F32 },             { "load_step", "(4,)", MS_DTYPE_I64 },
    { "inputs", "(6, 4, 4, 1)", MS_DTYPE_F32 },    { "probs", "(2, 2, 3, 3)", MS_DTYPE_F32 },
    { "model_logits", "(1, 2, 3)", MS_DTYPE_F32 }, { "loss", "(4,)", MS_DTYPE_F64 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      const MsArray *array = ms_npz_find (entries, arrays[i].name);
      g_assert_nonnull (array);
      g_autofree char *shape = ms_array_shape_text (array);
      g_assert_cmpstr (shape, ==, arrays[i].shape);
      g_assert_cmpint (array->dtype, ==, arrays[i].dtype);
    }
  g_assert_true (ms_array_get (ms_npz_find (entries, "ids"), 3) == -1.0);          /* layer 1 has one choice */
  g_assert_true (isnan (ms_array_get (ms_npz_find (entries, "router_probs"), 7))); /* and three experts */
  g_assert_true (ms_array_get (ms_npz_find (entries, "cnt"), 7) == -1.0);
  g_assert_true (isnan (ms_array_get (ms_npz_find (entries, "cap"), 1))); /* unlimited */
  g_assert_true (ms_array_get (ms_npz_find (entries, "token"), 23) == 3.0);
}

/* Over the budget of tokens, stored batches stay evenly spread. */
static void
test_thinning (void)
{
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("long", NULL);
  int steps = 3 * MS_TRACE_TOKEN_BUDGET / 12;
  for (int step = 1; step <= steps; step++)
    {
      g_autoptr (MsRecord) record = trace_sample (step, true);
      ms_trace_writer_add (writer, record);
    }
  g_autoptr (GPtrArray) records = round_trip (writer, NULL);
  int tokens = 0, last = 0, batches = 0;
  g_assert_cmpuint (records->len, ==, steps);
  for (guint i = 0; i < records->len; i++)
    {
      const MsRecord *record = records->pdata[i];
      if (record->inputs == NULL)
        continue;
      if (last != 0)
        g_assert_cmpint (record->step - last, ==, 4);
      last = (int) record->step;
      tokens += record->N * record->tokens;
      batches++;
    }
  g_assert_true (tokens <= MS_TRACE_TOKEN_BUDGET && tokens > MS_TRACE_TOKEN_BUDGET / 3);
  g_assert_cmpint (batches, ==, (steps + 3) / 4);
}

static void
test_rewind (void)
{
  g_autoptr (MsTraceWriter) writer = record_run (10, 2);
  for (int step = 5; step <= 6; step++)
    {
      g_autoptr (MsRecord) record = trace_sample (step, true);
      ms_trace_writer_add (writer, record);
    }
  g_autoptr (GPtrArray) records = round_trip (writer, NULL);
  g_assert_cmpuint (records->len, ==, 6);
  g_assert_nonnull (((MsRecord *) records->pdata[4])->inputs);
  g_assert_null (((MsRecord *) records->pdata[2])->inputs);
}

static void
test_dense_and_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("dense.npz");
  g_autoptr (MsRecord) record = trace_sample (1, true);
  for (int l = 0; l < record->n_routing; l++)
    ms_routing_free (record->routing[l]);
  record->n_routing = 0;
  g_assert_true (ms_trace_write (record, path, &error));
  g_autoptr (GPtrArray) records = ms_trace_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (((MsRecord *) records->pdata[0])->n_routing, ==, 0);
  g_autoptr (MsTraceWriter) nothing = ms_trace_writer_new (NULL, "not JSON");
  g_autoptr (GPtrArray) none = round_trip (nothing, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

/* Writes @record although it is wrong, and expects the reader to say so. */
static void
refused (MsRecord *record, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("bad.npz");
  g_assert_true (ms_trace_write (record, path, &error));
  g_assert_null (ms_trace_read (path, NULL, &error));
  fixture_assert_refused (error, "bad.npz", says);
  ms_record_unref (record);
}

/* Pictures hold every two members against each other, and a menu names all copies of the tokens. */
static void
test_too_many (void)
{
  MsRecord *record = trace_sample (1, true);
  ms_predictions_free (record->predictions);
  record->predictions = ms_predictions_new (257, 3, 3);
  refused (record, "array “probs” has 257 members; at most 256 are read");
  record = trace_sample (1, true);
  ms_routing_free (record->routing[1]);
  record->routing[1] = ms_routing_new (257 * 12, 4, 1, 1);
  record->routing[1]->copies = 257;
  refused (record, "has 257 copies of its tokens; at most 256 are read");

  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("t", NULL);
  g_autoptr (MsRecord) series = trace_sample_mixed (1);
  g_clear_pointer (&series->inputs, g_free); /* without a batch there are no tokens that say how many */
  series->routing[1]->copies = G_MAXINT;
  ms_trace_writer_add (writer, series);
  g_autoptr (GPtrArray) records = round_trip (writer, NULL);
  g_assert_cmpint (((MsRecord *) records->pdata[0])->routing[1]->copies, ==, TRACE_MAX_MEMBERS);
}

static void
test_refusals (void)
{
  MsRecord *record = trace_sample (1, true);
  record->routing[0]->expert[3] = 4;
  refused (record, "row 1, layer 0: expert 4 is none of the 4 experts");
  record = trace_sample (1, true);
  record->routing[0]->expert[2] = -2;
  refused (record, "expert -2 is none of the 4");
  record = trace_sample (1, true);
  record->routing[0]->expert[5] = record->routing[0]->expert[4];
  refused (record, "row 2, layer 0: expert 2 is chosen twice");
  record = trace_sample (1, true);
  record->labels[1] = 3;
  refused (record, "label 3 of example 1 is none of the 3 classes");
  record = trace_sample (1, true);
  record->patch = 3;
  refused (record, "do not make 4 tokens with patches of 3");
  record = trace_sample (1, true);
  record->tokens = 5;
  refused (record, "do not make 5 tokens");
  record = trace_sample_mixed (1);
  record->routing[0]->groups = 5;
  refused (record, "cannot have 6 slots, 2 experts, 5 groups, 12 tokens, 0 chosen");
  record = trace_sample_mixed (1);
  record->routing[1]->copies = 3;
  refused (record, "has 24 tokens, which are not 3 copies of 12");
  record = trace_sample (1, true);
  record->routing[0]->dropped[0] = 1000;
  refused (record, "of which 1000 were dropped cannot be");

  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) npz = ms_npz_writer_new ();
  gsize one = 1;
  ms_npz_writer_add (npz, "x", MS_DTYPE_U8, 1, &one, "a");
  g_autofree char *path = fixture_path ("other.npz");
  g_assert_true (ms_npz_writer_save (npz, path, &error));
  g_assert_null (ms_trace_read (path, NULL, &error));
  fixture_assert_refused (error, "other.npz", "not one of our traces");
  g_autofree char *deep = g_strnfill (1 << 20, '[');
  gsize n = 1 << 20;
  ms_npz_writer_add (npz, "meta", MS_DTYPE_U8, 1, &n, deep);
  g_assert_true (ms_npz_writer_save (npz, path, &error));
  g_assert_null (ms_trace_read (path, NULL, &error));
  fixture_assert_refused (error, "other.npz", "not the text of a JSON object");
}

static void
test_notes (void)
{
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("t", NULL);
  g_autoptr (MsRecord) record = trace_sample (2, true);
  record->routing[0]->gate[1] = NAN;
  record->routing[0]->load[0]++;
  record->inputs[0] = INFINITY;
  ms_trace_writer_add (writer, record);
  g_auto (GStrv) notes = NULL;
  g_autoptr (GPtrArray) records = round_trip (writer, &notes);
  g_autofree char *all = g_strjoinv ("\n", notes);
  g_assert_cmpuint (g_strv_length (notes), ==, 3);
  g_assert_nonnull (strstr (all, "step 2, layer 1: 1 gates"));
  g_assert_nonnull (strstr (all, "the counts are not those of the choices"));
  g_assert_nonnull (strstr (all, "some inputs are not finite"));
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/round-trip", test_round_trip);
  g_test_add_func ("/trace/newer-layers", test_newer_layers);
  g_test_add_func ("/trace/older-traces", test_older_traces);
  g_test_add_func ("/trace/same-bytes", test_same_bytes);
  g_test_add_func ("/trace/arrays", test_arrays);
  g_test_add_func ("/trace/thinning", test_thinning);
  g_test_add_func ("/trace/rewind", test_rewind);
  g_test_add_func ("/trace/dense-and-empty", test_dense_and_empty);
  g_test_add_func ("/trace/too-many", test_too_many);
  g_test_add_func ("/trace/refusals", test_refusals);
  g_test_add_func ("/trace/notes", test_notes);
  return fixture_run ();
}
