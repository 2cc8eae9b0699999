/* SPDX-License-Identifier: MIT */

#include "core/metrics/condition.h"

#include "core/base/number.h"
#include <math.h>
#include <string.h>

bool
ms_condition_equal (const MsCondition *a, const MsCondition *b)
{
  if (a->when != b->when)
    return false;
  bool words = a->when == MS_WHEN_DEAD || a->when == MS_WHEN_ALERT;
  return words || (ms_reading_equal (&a->reading, &b->reading) && a->value == b->value);
}

static bool
is_comparison (const MsCondition *self)
{
  return self->when == MS_WHEN_ABOVE || self->when == MS_WHEN_BELOW;
}

bool
ms_condition_needs_batch (const MsCondition *self)
{
  return is_comparison (self) && ms_reading_needs_batch (self->reading.id);
}

bool
ms_condition_check (const MsCondition *self, const MsRecord *record, GError **error)
{
  return !is_comparison (self) || ms_reading_check (&self->reading, record, error);
}

static bool
read_comparison (MsCondition *self, const char *text, const char *sign, GError **error)
{
  g_autofree char *left = g_strndup (text, (gsize)(sign - text));
  MsCondition read = { .when = *sign == '>' ? MS_WHEN_ABOVE : MS_WHEN_BELOW };
  if (!ms_reading_parse (&read.reading, left, error))
    return false;
  if (!ms_number_read (sign + 1, &read.value))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "\"%s\" cannot be read: after %c must come a number, as in %s%c0.5",
                   text, *sign, g_strstrip (left), *sign);
      return false;
    }
  *self = read;
  return true;
}

bool
ms_condition_parse (MsCondition *self, const char *text, GError **error)
{
  g_return_val_if_fail (self != NULL && text != NULL, false);
  g_autofree char *word = g_strstrip (g_strdup (text));
  const char *sign = strpbrk (word, "<>");
  if (sign != NULL)
    return read_comparison (self, word, sign, error);
  bool dead = strcmp (word, "dead") == 0;
  if (!dead && strcmp (word, "alert") != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                   "\"%s\" is no condition: it must be dead, alert, or a reading below or above a number, as in "
                   "test_error<0.03 or max_violation@3>2",
                   word);
      return false;
    }
  *self = (MsCondition){ .when = dead ? MS_WHEN_DEAD : MS_WHEN_ALERT, .reading = { 0, -1, -1, -1 } };
  return true;
}

char *
ms_condition_to_text (const MsCondition *self)
{
  char value[MS_NUMBER_SIZE];
  if (!is_comparison (self))
    return g_strdup (self->when == MS_WHEN_DEAD ? "dead" : "alert");
  g_autofree char *reading = ms_reading_to_text (&self->reading);
  return g_strconcat (reading, self->when == MS_WHEN_ABOVE ? ">" : "<", ms_number_text (value, self->value), NULL);
}

/* A threshold is shown with all its digits; twelve, because a share times 100 may have one more than it was given. */
static char *
limit_words (MsReadingId id, double value)
{
  char text[MS_NUMBER_SIZE], shown[MS_NUMBER_SIZE];
  bool share = strcmp (ms_reading_unit (id), "%") == 0;
  g_ascii_formatd (text, sizeof text, "%.12g", share ? 100 * value : value);
  return g_strconcat (ms_number_text (shown, g_ascii_strtod (text, NULL)), share ? " %" : "", NULL);
}

char *
ms_condition_words (const MsCondition *self)
{
  if (!is_comparison (self))
    return g_strdup (self->when == MS_WHEN_DEAD ? "an expert dies" : "any alert");
  g_autofree char *reading = ms_reading_words (&self->reading);
  g_autofree char *limit = limit_words (self->reading.id, self->value);
  bool place = ms_reading_scope (self->reading.id) != MS_OF_RUN;
  return g_strconcat (reading, place ? "," : "", self->when == MS_WHEN_ABOVE ? " above " : " below ", limit, NULL);
}

/* What is absent holds no condition. */
static bool
holds (const MsCondition *self, const MsRecord *record)
{
  double value = ms_reading_value (&self->reading, record);
  return self->when == MS_WHEN_ABOVE ? value > self->value : value < self->value;
}

static bool
brought (const MsAlert *alerts, int n_alerts, MsAlertKind kind)
{
  for (int i = 0; i < n_alerts; i++)
    if (alerts[i].kind == kind)
      return true;
  return false;
}

bool
ms_condition_comes_true (const MsCondition *self, const MsRecord *record, const MsRecord *before,
                         const MsAlert *alerts, int n_alerts)
{
  if (self->when == MS_WHEN_ALERT)
    return n_alerts > 0;
  if (self->when == MS_WHEN_DEAD)
    return brought (alerts, n_alerts, MS_ALERT_DEAD);
  return before != NULL && holds (self, record) && !holds (self, before);
}
