/* SPDX-License-Identifier: MIT */

/* What can be done with one row of the parameter table: find it, describe it, read a value for it. */
#include "core/base/nearest.h"
#include "core/base/number.h"
#include "core/train/parameters.h"
#include <math.h>
#include <string.h>

#define MAX_TEXT 4096

const MsKey *
ms_key_find (const char *name)
{
  for (int i = 0; i < ms_keys_count (); i++)
    if (strcmp (ms_key_at (i)->key, name) == 0)
      return ms_key_at (i);
  return NULL;
}

const MsKey *
ms_key_nearest (const char *name)
{
  const MsKey *best = NULL;
  int best_distance = 5;
  if (strlen (name) > 64)
    return NULL;
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      const char *tail = strchr (key->key, '.') + 1;
      int distance = strcmp (tail, name) == 0 ? 0 : ms_edit_distance (name, key->key);
      if (distance < best_distance)
        {
          best_distance = distance;
          best = key;
        }
    }
  return best;
}

char *
ms_key_describe (const MsKey *key)
{
  char low[MS_NUMBER_SIZE], high[MS_NUMBER_SIZE];
  switch (key->type)
    {
    case MS_TYPE_INT:
    case MS_TYPE_REAL:
      return g_strdup_printf ("%s from %s to %s", key->type == MS_TYPE_INT ? "whole number" : "number",
                              ms_number_text (low, key->min), ms_number_text (high, key->max));
    case MS_TYPE_BOOL:
      return g_strdup ("true or false");
    case MS_TYPE_CHOICE:
      {
        g_autofree char *list = g_strjoinv (", ", (char **) key->choices);
        return g_strconcat ("one of ", list, NULL);
      }
    case MS_TYPE_TEXT:
    default:
      return g_strdup ("text");
    }
}

static char *
parse_number (const MsKey *key, const char *text)
{
  double value;
  char out[MS_NUMBER_SIZE];
  if (!ms_number_read (text, &value) || value < key->min || value > key->max)
    return NULL;
  if (key->type == MS_TYPE_INT && value != rint (value))
    return NULL;
  return g_strdup (ms_number_text (out, value + 0.0)); /* + 0.0: no negative zero */
}

static char *
parse_bool (const char *text)
{
  static const char *const yes[] = { "true", "on", "yes", "1", NULL };
  static const char *const no[] = { "false", "off", "no", "0", NULL };
  return g_strv_contains (yes, text) ? g_strdup ("true") : g_strv_contains (no, text) ? g_strdup ("false") : NULL;
}

static char *
parse_value (const MsKey *key, const char *text)
{
  switch (key->type)
    {
    case MS_TYPE_INT:
    case MS_TYPE_REAL:
      return parse_number (key, text);
    case MS_TYPE_BOOL:
      return parse_bool (text);
    case MS_TYPE_CHOICE:
      return g_strv_contains (key->choices, text) ? g_strdup (text) : NULL;
    case MS_TYPE_TEXT:
    default:
      return g_utf8_validate (text, -1, NULL) && strlen (text) <= MAX_TEXT ? g_strdup (text) : NULL;
    }
}

char *
ms_key_parse (const MsKey *key, const char *text, GError **error)
{
  char *value = parse_value (key, text);
  if (value != NULL)
    return value;
  g_autofree char *range = key->type == MS_TYPE_TEXT ? g_strdup_printf ("valid UTF-8 of at most %d bytes", MAX_TEXT)
                                                     : ms_key_describe (key);
  g_autofree char *shown = g_utf8_make_valid (text, (gssize) MIN (strlen (text), 80));
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s = %s is not possible: it must be %s%s", key->key,
               *shown != '\0' ? shown : "\"\"",
               key->type == MS_TYPE_INT || key->type == MS_TYPE_REAL ? "a " : "", range);
  return NULL;
}
