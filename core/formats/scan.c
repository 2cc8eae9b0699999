/* SPDX-License-Identifier: MIT */

#include "core/formats/scan.h"

#include <string.h>

void
ms_scan_space (MsScan *self)
{
  while (self->at < self->size && strchr (" \t\r\n", self->text[self->at]) != NULL && self->text[self->at] != 0)
    self->at++;
}

int
ms_scan_peek (MsScan *self)
{
  ms_scan_space (self);
  return self->at < self->size ? self->text[self->at] : -1;
}

bool
ms_scan_char (MsScan *self, char c)
{
  if (ms_scan_peek (self) != (guint8) c)
    return false;
  self->at++;
  return true;
}

bool
ms_scan_word (MsScan *self, const char *word)
{
  gsize length = strlen (word);
  ms_scan_space (self);
  if (self->size - self->at < length || memcmp (self->text + self->at, word, length) != 0)
    return false;
  gsize end = self->at + length;
  if (end < self->size && (g_ascii_isalnum (self->text[end]) || self->text[end] == '_'))
    return false;
  self->at = end;
  return true;
}

bool
ms_scan_count (MsScan *self, guint64 *value)
{
  guint64 sum = 0;
  ms_scan_space (self);
  gsize begin = self->at;
  while (self->at < self->size && g_ascii_isdigit (self->text[self->at]))
    {
      guint64 digit = (guint64) (self->text[self->at] - '0');
      if (!g_uint64_checked_mul (&sum, sum, 10) || !g_uint64_checked_add (&sum, sum, digit))
        return false;
      self->at++;
    }
  *value = sum;
  return self->at > begin;
}

static bool
scan_hex (MsScan *self, gunichar *value)
{
  if (self->size - self->at < 4)
    return false;
  gunichar sum = 0;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value ((char) self->text[self->at + (gsize) i]);
      if (digit < 0)
        return false;
      sum = sum * 16 + (gunichar) digit;
    }
  self->at += 4;
  *value = sum;
  return true;
}

/* After "\u": one unit, or a surrogate pair. NUL and lone surrogates are not text. */
static bool
scan_unicode (MsScan *self, GString *out)
{
  gunichar high, low;
  if (!scan_hex (self, &high) || high == 0 || (high >= 0xdc00 && high < 0xe000))
    return false;
  if (high >= 0xd800 && high < 0xdc00)
    {
      if (self->size - self->at < 2 || self->text[self->at] != '\\' || self->text[self->at + 1] != 'u')
        return false;
      self->at += 2;
      if (!scan_hex (self, &low) || low < 0xdc00 || low >= 0xe000)
        return false;
      high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (out, high);
  return true;
}

static bool
scan_escape (MsScan *self, GString *out)
{
  static const char codes[] = "\"\\/'bfnrt", values[] = "\"\\/'\b\f\n\r\t";
  if (self->at >= self->size)
    return false;
  char code = (char) self->text[self->at++];
  if (code == 'u')
    return scan_unicode (self, out);
  const char *found = code != 0 ? strchr (codes, code) : NULL;
  if (found != NULL)
    g_string_append_c (out, values[found - codes]);
  return found != NULL;
}

bool
ms_scan_plain (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return false;
  return true;
}

char *
ms_scan_string (MsScan *self, char quote)
{
  if (!ms_scan_char (self, quote))
    return NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  while (self->at < self->size)
    {
      char c = (char) self->text[self->at++];
      if (c == quote)
        return g_utf8_validate_len (out->str, out->len, NULL) ? g_strdup (out->str) : NULL;
      if (c == '\\' && !scan_escape (self, out))
        return NULL;
      if ((guint8) c < 0x20)
        return NULL;
      if (c != '\\')
        g_string_append_c (out, c);
    }
  return NULL;
}
