/* SPDX-License-Identifier: MIT */

/* Traces. The zip has a fuzzer of its own; here single arrays of a sound trace are damaged: numbers, shapes, types, and
 * the text of meta. What can still be read must be safe to draw. */

#include "core/formats/trace-private.h"

#include "tests/formats/trace-sample.h"
#include "tests/fuzz/fuzz.h"

static GPtrArray *
sound_entries (bool mixed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("fuzz", "{}");
  g_autofree char *path = fixture_path ("sound.npz");
  for (int step = 1; step <= 6; step++)
    {
      g_autoptr (MsRecord) record = mixed ? trace_sample_mixed (step) : trace_sample (step, step % 3 == 0);
      if (mixed && step % 3 != 0)
        g_clear_pointer (&record->inputs, g_free);
      ms_trace_writer_add (writer, record);
    }
  g_assert_true (ms_trace_writer_save (writer, path, &error));
  GPtrArray *entries = ms_npz_read (path, &error);
  g_assert_no_error (error);
  return entries;
}

static void
entry_free (gpointer data)
{
  MsNpzEntry *entry = data;
  g_free (entry->name);
  ms_array_free (entry->array);
  g_free (entry);
}

/* Keeps the number of bytes true, as the zip reader has checked that. */
static void
damage_shape (MsArray *array, MsRng *rng)
{
  if (array->n_dim == 0)
    return;
  gsize *dim = &array->dim[ms_rng_below (rng, (guint32) array->n_dim)];
  gsize keep = *dim, n;
  *dim = ms_rng_below (rng, 2) ? keep / 2 : keep * 2;
  g_assert_true (ms_shape_count (array->dtype, array->n_dim, array->dim, &n));
  gsize width = ms_dtype_size (array->dtype);
  guint8 *data = g_malloc0 (MAX (n * width, 1));
  memcpy (data, array->data, MIN (n, array->n) * width);
  g_free (array->data);
  array->data = data;
  array->n = n;
}

static void
damage_array (MsNpzEntry *entry, MsRng *rng)
{
  MsArray *array = entry->array;
  gsize width = ms_dtype_size (array->dtype), size = array->n * width;
  guint kind = ms_rng_below (rng, 10);
  if (kind == 0)
    entry->name[0] ^= 1; /* the array is missing */
  else if (kind == 1)
    damage_shape (array, rng);
  else if (kind == 2 && array->dtype == MS_DTYPE_I32)
    array->dtype = MS_DTYPE_F32;
  else if (size > 0)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_byte_array_append (bytes, array->data, (guint) size);
      for (guint n = 1 + ms_rng_below (rng, 3); n > 0; n--)
        {
          if (entry->name[0] == 'm')
            bytes->data[ms_rng_below (rng, bytes->len)] = (guint8) "{}[],:\"0159-tfn\\"[ms_rng_below (rng, 16)];
          else
            fuzz_extreme (bytes, rng);
        }
      memcpy (array->data, bytes->data, size);
    }
}

static void
use_soft (const MsRouting *r)
{
  float sum = 0;
  g_assert_true (r->slots % r->E == 0 && r->T % r->groups == 0 && r->K == 0);
  for (gsize i = 0; i < (gsize) r->T * (gsize) r->slots; i++)
    sum += (r->dispatch != NULL ? r->dispatch[i] : 0) + (r->combine != NULL ? r->combine[i] : 0)
           + (r->logits != NULL ? r->logits[i] : 0);
  for (int e = 0; r->use != NULL && e < r->E; e++)
    sum += (float) r->use[e];
  volatile float seen = sum; /* so that no read is left out */
  (void) seen;
}

/* What painters index by. */
static void
use (const MsRecord *record)
{
  for (int l = 0; l < record->n_routing; l++)
    {
      const MsRouting *r = record->routing[l];
      g_assert_true (record->inputs == NULL || r->T >= record->N * record->tokens);
      g_assert_nonnull (r->router);
      for (int i = 0; i < r->T * r->K; i++)
        g_assert_true (r->expert[i] >= -1 && r->expert[i] < r->E);
      g_assert_true (record->inputs == NULL || r->copies * record->N * record->tokens == r->T || record->N == 0);
      g_assert_true (r->copies >= 1 && r->member >= -1 && r->slots >= 0);
      if (r->slots > 0)
        use_soft (r);
      for (int e = 0; e < r->E; e++)
        g_assert_true (r->load[e] >= 0 && r->dropped[e] >= 0 && r->dropped[e] <= r->load[e]);
    }
  for (int i = 0; record->labels != NULL && i < record->N; i++)
    g_assert_true (record->labels[i] >= 0 && record->labels[i] < record->C);
  g_assert_true (record->class_names == NULL || (int) g_strv_length (record->class_names) == record->C);
}

static bool
run_round (const GPtrArray *sound, MsRng *rng, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_auto (GStrv) notes = NULL;
  for (guint i = 0; i < sound->len; i++)
    {
      const MsNpzEntry *from = sound->pdata[i];
      MsNpzEntry *entry = g_new0 (MsNpzEntry, 1);
      entry->name = g_strdup (from->name);
      entry->array = ms_array_new_copy (from->array->dtype, from->array->n_dim, from->array->dim, from->array->data);
      g_ptr_array_add (entries, entry);
    }
  for (guint n = 1 + ms_rng_below (rng, 2); n > 0; n--)
    damage_array (entries->pdata[ms_rng_below (rng, entries->len)], rng);
  g_autoptr (GPtrArray) records = trace_read_entries (entries, "fuzz.npz", &notes, error);
  for (guint i = 0; records != NULL && i < records->len; i++)
    use (records->pdata[i]);
  return records != NULL;
}

static void
test_trace (gconstpointer mixed)
{
  guint64 seed = fuzz_number ("MOESCOPE_FUZZ_SEED", 1);
  guint rounds = (guint) fuzz_number ("MOESCOPE_FUZZ_ROUNDS", 20000), read = 0;
  g_autoptr (GPtrArray) sound = sound_entries (mixed != NULL);
  g_test_message ("trace: seed %" G_GUINT64_FORMAT ", %u rounds", seed, rounds);
  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      MsRng rng = ms_rng_new (seed, MS_RNG_TEST, 1, round);
      bool ok = run_round (sound, &rng, &error);
      if (ok != (error == NULL))
        g_error ("seed %" G_GUINT64_FORMAT ", round %u: result and error disagree", seed, round);
      if (error != NULL)
        fuzz_check_message (error->message, seed, round);
      read += ok;
    }
  g_test_message ("trace: %u of %u damaged traces could still be read", read, rounds);
  g_assert_cmpuint (read, <, rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/fuzz/trace", NULL, test_trace);
  g_test_add_data_func ("/fuzz/trace-soft", "", test_trace);
  return fixture_run ();
}
