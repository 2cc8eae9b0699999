/* SPDX-License-Identifier: MIT */

/* The speed slider: from one batch in two seconds on the left to as fast as it goes at the right end. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS_SPEED_UNLIMITED 0.0

double ms_speed_at (double position);     /* steps per second at @position in [0, 1]; MS_SPEED_UNLIMITED at the end */
double ms_speed_position (double speed);  /* and back */
char *ms_speed_text (double speed);       /* "10/s", "max"; transfer full */
char *ms_speed_words (double speed);      /* "10 batches a second"; transfer full */
double ms_speed_digit (int digit);        /* what the keys 1 to 5 stand for */

G_END_DECLS
