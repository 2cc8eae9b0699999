/* SPDX-License-Identifier: MIT */

#include "ui/paint/format.h"

#include <math.h>
#include <string.h>

MsNumber
ms_number_count (gint64 n)
{
  MsNumber number = { "" };
  char digits[24], *out = number.text;

  g_snprintf (digits, sizeof digits, "%" G_GINT64_FORMAT, n);
  for (const char *p = digits; *p != '\0'; p++)
    {
      gsize left = strlen (p);

      *out++ = *p;
      if (*p != '-' && left > 1 && left % 3 == 1)
        *out++ = ',';
    }
  return number;
}

MsNumber
ms_number_fixed (double value, int decimals)
{
  MsNumber number = { "–" };
  char format[16];

  if (!isfinite (value))
    return number;
  if (fabs (value) >= 1e15)
    {
      g_ascii_formatd (number.text, sizeof number.text, "%.3g", value);
      return number;
    }
  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 12));
  g_ascii_formatd (number.text, sizeof number.text, format, value);
  /* No "-0.00". */
  if (number.text[0] == '-' && strspn (number.text + 1, "0.") == strlen (number.text + 1))
    memmove (number.text, number.text + 1, strlen (number.text));
  return number;
}

MsNumber
ms_number_signed (double value, int decimals)
{
  MsNumber size = ms_number_fixed (fabs (value), decimals), number = size;

  if (isfinite (value) && strspn (size.text, "0.") < strlen (size.text))
    g_snprintf (number.text, sizeof number.text, "%s%s", value < 0 ? "−" : "+", size.text);
  return number;
}

MsNumber
ms_number_short (double value, int significant)
{
  double size = fabs (value);

  if (value == 0)
    return (MsNumber) { "0" };
  if (!isfinite (value) || (size >= 1e-4 && size < 1e6))
    return ms_number_fixed (value, isfinite (value) ? MAX (0, significant - 1 - (int) floor (log10 (size))) : 0);

  MsNumber number = { "" };
  char format[16];

  g_snprintf (format, sizeof format, "%%.%dg", CLAMP (significant, 1, 12));
  g_ascii_formatd (number.text, sizeof number.text, format, value);
  return number;
}
