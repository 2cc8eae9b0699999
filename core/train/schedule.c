/* SPDX-License-Identifier: MIT */

#include "core/train/schedule.h"

#include <math.h>

double
ms_schedule_rate (const MsSchedule *s, gint64 step)
{
  double since = (double)(step - s->warmup), span = (double)MAX (s->total - 1 - s->warmup, 1);
  double done = CLAMP (since / span, 0, 1);

  if (step < s->warmup)
    return s->peak * (double)(step + 1) / (double)(s->warmup + 1);
  switch (s->kind)
    {
    case MS_CHOICE_SCHEDULE_COSINE:
      return s->peak * (s->end + (1 - s->end) * 0.5 * (1 + cos (G_PI * done)));
    case MS_CHOICE_SCHEDULE_LINEAR:
      return s->peak * (s->end + (1 - s->end) * (1 - done));
    case MS_CHOICE_SCHEDULE_RSQRT:
      return s->peak / sqrt (1 + since / (double)MAX (s->warmup, 1));
    case MS_CHOICE_SCHEDULE_CONSTANT:
    default:
      return s->peak;
    }
}
