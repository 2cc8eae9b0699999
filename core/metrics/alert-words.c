/* SPDX-License-Identifier: MIT */

/* Alerts as sentences. */
#include "core/metrics/alerts.h"

static const char *const name[] = {
#define ALERT_NAME(id, name, words) name,
  MS_ALERTS (ALERT_NAME)
#undef ALERT_NAME
};

const char *
ms_alert_name (MsAlertKind kind)
{
  g_return_val_if_fail (kind >= 0 && kind < MS_N_ALERTS, NULL);
  return name[kind];
}

/* 1,284 */
static char *
count_words (double count)
{
  GString *digits = g_string_new (NULL);
  g_string_append_printf (digits, "%.0f", count);
  for (gssize at = (gssize)digits->len - 3; at > 0; at -= 3)
    g_string_insert_c (digits, at, ',');
  return g_string_free (digits, FALSE);
}

static char *
place_words (const MsAlert *alert)
{
  if (alert->member >= 0)
    return g_strdup_printf ("block %d of member %d", alert->block, alert->member);
  return g_strdup_printf ("block %d", alert->block);
}

char *
ms_alert_words (const MsAlert *alert, const MsAlertLimits *limits)
{
  g_autofree char *place = place_words (alert);
  g_autofree char *count = count_words (alert->value);
  const char *s = limits->window == 1 ? "" : "s";
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  switch (alert->kind)
    {
    case MS_ALERT_COLLAPSE:
      return g_strdup_printf ("%s collapsed: its load over %d step%s is worth %s %% of its experts, and expert %d is "
                              "the busiest", place, limits->window, s,
                              g_ascii_formatd (number, sizeof number, "%.1f", 100 * alert->value), alert->expert);
    case MS_ALERT_DEAD:
      return g_strdup_printf ("expert %d in %s got none of %s assignments in %d step%s", alert->expert, place, count,
                              limits->window, s);
    case MS_ALERT_DROPPED:
      return g_strdup_printf ("%s dropped %s %% of its assignments in %d step%s", place,
                              g_ascii_formatd (number, sizeof number, "%.1f", 100 * alert->value), limits->window, s);
    case MS_ALERT_NOT_FINITE:
    default:
      return g_strdup_printf ("the loss or the gradient is no number after step %" G_GINT64_FORMAT, alert->step);
    }
}
