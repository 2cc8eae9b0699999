/* SPDX-License-Identifier: MIT */

#include "core/base/number.h"
#include <glib.h>
#include <math.h>
#include <string.h>

/* "1.5e-08" -> "1.5e-8", "1e+20" -> "1e20". */
static void
tidy_exponent (char *text)
{
  char *e = strchr (text, 'e');
  if (e == NULL)
    return;
  const char *digits = e + 1;
  char *out = e + 1;
  if (*digits == '-')
    *out++ = '-';
  digits += strspn (digits, "+-0");
  memmove (out, digits, strlen (digits) + 1);
}

char *
ms_number_text (char text[MS_NUMBER_SIZE], double value)
{
  if (!isfinite (value))
    {
      g_strlcpy (text, isnan (value) ? "nan" : value > 0 ? "inf" : "-inf", MS_NUMBER_SIZE);
      return text;
    }
  int decimals = 0;
  for (; decimals < 17; decimals++)
    {
      char format[8];
      g_snprintf (format, sizeof format, "%%.%de", decimals);
      g_ascii_formatd (text, MS_NUMBER_SIZE, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  int exponent = (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10);
  if (exponent < -4 || exponent > 15)
    {
      tidy_exponent (text);
      return text;
    }
  char format[8];
  g_snprintf (format, sizeof format, "%%.%df", MAX (0, decimals - exponent));
  return g_ascii_formatd (text, MS_NUMBER_SIZE, format, value);
}

bool
ms_number_read (const char *text, double *value)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  if (*trimmed == '\0' || strspn (trimmed, "0123456789+-.eE") != strlen (trimmed))
    return false;
  char *end = NULL;
  double number = g_ascii_strtod (trimmed, &end);
  if (end == trimmed || *end != '\0' || !isfinite (number))
    return false;
  *value = number;
  return true;
}
