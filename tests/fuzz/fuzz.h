/* SPDX-License-Identifier: MIT */

/* Mutation fuzzing as an ordinary test: sound files are damaged some thousand times by a generator with a printed seed,
 * and each reader must either read the result or refuse it in one line. The sanitizers see the rest.
 * MOESCOPE_FUZZ_SEED asks for another seed, MOESCOPE_FUZZ_ROUNDS for more rounds. */
#pragma once

#include "core/base/rng.h"

#include "tests/fixture.h"

/* A reader under test: true if it read @bytes, false with @error if it refused them. */
typedef bool (*FuzzTarget) (const guint8 *bytes, gsize size, GError **error);

static inline guint64
fuzz_number (const char *variable, guint64 fallback)
{
  const char *text = g_getenv (variable);
  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : fallback;
}

/* Overwrites up to 8 bytes with a number of the kind that lengths and offsets go wrong with. */
static inline void
fuzz_extreme (GByteArray *bytes, MsRng *rng)
{
  static const guint64 extremes[]
      = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, G_MAXINT64, G_MAXUINT64 };
  guint64 value = extremes[ms_rng_below (rng, G_N_ELEMENTS (extremes))] - ms_rng_below (rng, 3);
  guint width = 1u << ms_rng_below (rng, 4), at = ms_rng_below (rng, bytes->len);
  memcpy (bytes->data + at, &value, MIN (width, bytes->len - at));
}

/* Copies a piece of the file over or into another place. */
static inline void
fuzz_splice (GByteArray *bytes, MsRng *rng, const GByteArray *other)
{
  guint from = ms_rng_below (rng, other->len), length = 1 + ms_rng_below (rng, MIN (other->len - from, 64));
  guint at = ms_rng_below (rng, bytes->len);
  g_autofree guint8 *tail = g_memdup2 (bytes->data + at, bytes->len - at);
  guint left = bytes->len - at;
  bool over = ms_rng_below (rng, 2);
  g_byte_array_set_size (bytes, at);
  g_byte_array_append (bytes, other->data + from, length);
  if (!over)
    g_byte_array_append (bytes, tail, left);
  else if (left > length)
    g_byte_array_append (bytes, tail + length, left - length);
}

static inline void
fuzz_damage (GByteArray *bytes, MsRng *rng, const GByteArray *other)
{
  static const char signs[] = "{}[](),:;\"'\\\n\t -+.0159eEuLNnaIif\xff\x80";
  if (bytes->len == 0)
    return;
  guint at = ms_rng_below (rng, bytes->len), length = 1 + ms_rng_below (rng, 16);
  switch (ms_rng_below (rng, 8))
    {
    case 0: bytes->data[at] ^= (guint8) (1u << ms_rng_below (rng, 8)); break;
    case 1: bytes->data[at] = (guint8) ms_rng_u32 (rng); break;
    case 2: bytes->data[at] = (guint8) signs[ms_rng_below (rng, sizeof signs - 1)]; break;
    case 3: g_byte_array_set_size (bytes, at); break;
    case 4: fuzz_splice (bytes, rng, other); break;
    case 5: g_byte_array_remove_range (bytes, at, MIN (bytes->len - at, length)); break;
    default: fuzz_extreme (bytes, rng); break;
    }
}

static inline void
fuzz_check_message (const char *message, guint64 seed, guint round)
{
  if (!g_utf8_validate (message, -1, NULL) || strchr (message, '\n') != NULL || *message == '\0')
    g_error ("seed %" G_GUINT64_FORMAT ", round %u: a message is not one line of text: %s", seed, round, message);
}

/* Runs @target over @rounds damaged copies of the @n_seeds sound files. Most damage is small, so that it gets past the
 * first check. */
static inline void
fuzz_run (const char *name, FuzzTarget target, GByteArray *const *sound, guint n_sound, guint rounds)
{
  guint64 seed = fuzz_number ("MOESCOPE_FUZZ_SEED", 1);
  guint read = 0;
  rounds = (guint) fuzz_number ("MOESCOPE_FUZZ_ROUNDS", rounds);
  g_test_message ("%s: seed %" G_GUINT64_FORMAT ", %u rounds", name, seed, rounds);
  for (guint i = 0; i < n_sound; i++)
    {
      g_autoptr (GError) error = NULL;
      bool ok = target (sound[i]->data, sound[i]->len, &error);
      g_assert_no_error (error);
      g_assert_true (ok);
    }
  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      MsRng rng = ms_rng_new (seed, MS_RNG_TEST, 0, round);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      const GByteArray *start = sound[ms_rng_below (&rng, n_sound)], *other = sound[ms_rng_below (&rng, n_sound)];
      g_byte_array_append (bytes, start->data, start->len);
      for (guint n = 1 + ms_rng_below (&rng, 3); n > 0; n--)
        fuzz_damage (bytes, &rng, other);
      g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len); /* a sanitizer then sees each byte too far */
      bool ok = target (exact != NULL ? exact : (const guint8 *) "", bytes->len, &error);
      if (ok != (error == NULL))
        g_error ("seed %" G_GUINT64_FORMAT ", round %u: result and error disagree", seed, round);
      if (error != NULL)
        fuzz_check_message (error->message, seed, round);
      read += ok;
    }
  g_test_message ("%s: %u of %u damaged files could still be read", name, read, rounds);
  g_assert_cmpuint (read, <, rounds); /* the damage reaches the reader */
}
