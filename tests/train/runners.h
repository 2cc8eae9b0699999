/* SPDX-License-Identifier: MIT */

/* What tests of the runner ask of it, each time until it is done. */
#pragma once

#include "tests/train/reader.h"

#include <glib/gstdio.h>

static inline bool
is_saved (Reader *reader)
{
  return reader->saved != NULL;
}

static inline bool
has_error (Reader *reader)
{
  return reader->error != NULL;
}

static inline bool
has_failed (Reader *reader)
{
  return reader->state == MS_RUNNER_FAILED && reader->error != NULL;
}

static inline bool
has_command (Reader *reader)
{
  return reader->command != NULL;
}

/* Until all that was asked for is done, but for steps. */
static inline void
settle (Reader *reader)
{
  g_autoptr (MsExperiment) base = small_experiment ();

  g_clear_pointer (&reader->command, g_free);
  ms_runner_tell_command (reader->runner, "small", base);
  wait_until (reader, has_command);
}

static inline void
step (Reader *reader, int n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE, last;

  settle (reader);
  last = reader->latest->step + n;
  ms_runner_step (reader->runner, n);
  for (read_news (reader); reader->latest->step != last || !is_paused (reader); read_news (reader))
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  settle (reader);
}

static inline void
set (Reader *reader, const char *key, const char *value)
{
  g_autoptr (MsExperiment) other = NULL;

  settle (reader);
  other = with (reader->experiment, key, value);
  ms_runner_change (reader->runner, other);
  settle (reader);
  g_assert_cmpstr (ms_experiment_text (reader->experiment, ms_key_find (key)->id), ==,
                   ms_experiment_text (other, ms_key_find (key)->id));
}

/* Everything that a checkpoint has. */
static inline GBytes *
bytes_of (Reader *reader)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL), *path = g_build_filename (dir, "a", NULL);
  char *data;
  gsize length;

  g_clear_pointer (&reader->saved, g_free);
  ms_runner_save (reader->runner, path);
  wait_until (reader, is_saved);
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_unlink (path);
  g_rmdir (dir);
  return g_bytes_new_take (data, length);
}

static inline void
assert_bytes (Reader *reader, GBytes *expected)
{
  g_autoptr (GBytes) bytes = bytes_of (reader);

  g_assert_true (g_bytes_equal (bytes, expected));
}

static inline void
assert_same_batch (const MsRecord *a, const MsRecord *b)
{
  gsize n = (gsize) (a->N * a->height * a->width * a->channels);

  g_assert_cmpint (a->step, ==, b->step);
  g_assert_cmpfloat (a->loss, ==, b->loss);
  g_assert_cmpmem (a->inputs, n * sizeof (float), b->inputs, n * sizeof (float));
  g_assert_cmpint (a->n_routing, ==, b->n_routing);
  for (int i = 0; i < a->n_routing; i++)
    {
      const MsRouting *p = a->routing[i], *q = b->routing[i];
      gsize n_choices = (gsize) (p->T * p->K);

      g_assert_cmpmem (p->expert, n_choices * sizeof (gint16), q->expert, n_choices * sizeof (gint16));
      g_assert_cmpmem (p->gate, n_choices * sizeof (float), q->gate, n_choices * sizeof (float));
    }
}
