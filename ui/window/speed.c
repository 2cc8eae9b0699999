/* SPDX-License-Identifier: MIT */

#include "ui/window/speed.h"

#include <math.h>

#define SLOWEST 0.5
#define FASTEST 100.0
#define LIMITED 0.95 /* beyond this part of the slider there is no limit */

double
ms_speed_at (double position)
{
  double speed;

  if (position > LIMITED)
    return MS_SPEED_UNLIMITED;
  speed = SLOWEST * pow (FASTEST / SLOWEST, MAX (position, 0) / LIMITED);
  return speed < 10 ? round (speed * 2) / 2 : round (speed);
}

double
ms_speed_position (double speed)
{
  if (speed == MS_SPEED_UNLIMITED)
    return 1;
  return LIMITED * CLAMP (log (speed / SLOWEST) / log (FASTEST / SLOWEST), 0, 1);
}

char *
ms_speed_text (double speed)
{
  return speed == MS_SPEED_UNLIMITED ? g_strdup ("max") : g_strdup_printf ("%g/s", speed);
}

char *
ms_speed_words (double speed)
{
  if (speed == MS_SPEED_UNLIMITED)
    return g_strdup ("As fast as it goes");
  if (speed < 1)
    return g_strdup_printf ("One batch in %g seconds", 1 / speed);
  if (speed == 1)
    return g_strdup ("One batch a second");
  return g_strdup_printf ("%g batches a second", speed);
}

double
ms_speed_digit (int digit)
{
  static const double speeds[] = { 0.5, 2, 10, 50, MS_SPEED_UNLIMITED };

  return speeds[CLAMP (digit, 1, 5) - 1];
}
