/* SPDX-License-Identifier: MIT */

/* Numbers as words of a picture: the same in every locale, as the rest of the text is English. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returned by value, so that a call can stand inside another's arguments. */
typedef struct {
  char text[40];
} MsNumber;

MsNumber ms_number_count (gint64 n);                      /* 1,284 */
MsNumber ms_number_fixed (double value, int decimals);    /* 0.21; "–" for NaN */
MsNumber ms_number_signed (double value, int decimals);   /* +12.1, −3.0, 0.0 */
MsNumber ms_number_short (double value, int significant); /* 0.0312, 14.2, 1.3e-5: for losses of any size */

G_END_DECLS
