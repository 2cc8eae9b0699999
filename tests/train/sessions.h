/* SPDX-License-Identifier: MIT */

/* Sessions from keys and values, for tests. */
#pragma once

#include "core/train/session-private.h"

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The defaults but for @pairs: key, value, ..., NULL. */
static inline MsExperiment *
experiment_of (const char *const *pairs)
{
  MsExperiment *x = ms_experiment_new ();

  for (; *pairs != NULL; pairs += 2)
    {
      g_autoptr (GError) error = NULL;
      MsExperiment *next = ms_experiment_with (x, pairs[0], pairs[1], &error);

      g_assert_no_error (error);
      ms_experiment_unref (x);
      x = next;
    }
  return x;
}

static inline MsSession *
session_of (int n_threads, const char *const *pairs)
{
  g_autoptr (MsExperiment) x = experiment_of (pairs);
  g_autoptr (GError) error = NULL;
  MsSession *s = ms_session_new (x, "test", n_threads, &error);

  g_assert_no_error (error);
  return s;
}
