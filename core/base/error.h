/* SPDX-License-Identifier: MIT */

/* Errors that a person can do something about. A message names the file, key or value, what was found and what would be
 * right, in one sentence without a trailing full stop, so that a caller can put a prefix before it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS_ERROR (ms_error_quark ())

typedef enum {
  MS_ERROR_FAILED, /* something in the world did not work: disk full, no memory, kernel wrong */
  MS_ERROR_FILE,   /* a file is missing or cannot be read or written */
  MS_ERROR_FORMAT, /* a file's content is not what its format says */
  MS_ERROR_VALUE,  /* a key or value of an experiment is unknown or out of range */
  MS_ERROR_USAGE,  /* the command line is wrong */
} MsError;

GQuark ms_error_quark (void);

G_END_DECLS
