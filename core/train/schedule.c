/* SPDX-License-Identifier: MIT */

#include "core/train/schedule.h"

#include <math.h>

static double
rsqrt_rate (const MsSchedule *s, double since)
{
  double timescale = (double)(s->timescale > 0 ? s->timescale : MAX (s->warmup, 1));
  double left = (double)(s->total - s->warmup) - since, cooldown = (double)MIN (s->cooldown, s->total - s->warmup);

  if (cooldown <= 0 || left >= cooldown)
    return s->peak / sqrt (1 + since / timescale);
  return s->peak / sqrt (1 + (since + left - cooldown) / timescale) * MAX (left, 0) / cooldown;
}

static double
polynomial_rate (const MsSchedule *s, double since)
{
  double left = 1 - MIN (since / (double)MAX (s->total - s->warmup, 1), 1);

  return s->peak * (s->end + (1 - s->end) * pow (left, s->power));
}

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
      return rsqrt_rate (s, since);
    case MS_CHOICE_SCHEDULE_POLYNOMIAL:
      return polynomial_rate (s, since);
    case MS_CHOICE_SCHEDULE_CONSTANT:
    default:
      return s->peak;
    }
}
