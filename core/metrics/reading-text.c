/* SPDX-License-Identifier: MIT */

/* Readings as text, NAME[@BLOCK[.MEMBER][:EXPERT]], and in words. */
#include "core/metrics/reading.h"

#include "core/base/number.h"
#include <math.h>
#include <string.h>

/* No model has as many blocks, members or experts of one layer. */
#define MAX_INDEX 999999

bool
ms_reading_equal (const MsReading *a, const MsReading *b)
{
  return a->id == b->id && a->block == b->block && a->member == b->member && a->expert == b->expert;
}

char *
ms_reading_words (const MsReading *self)
{
  GString *words = g_string_new (ms_reading_title (self->id));
  MsReadingScope scope = ms_reading_scope (self->id);
  if (scope == MS_OF_EXPERT)
    g_string_append_printf (words, ", expert %d", self->expert);
  if (scope != MS_OF_RUN)
    g_string_append_printf (words, ", block %d", self->block);
  if (scope != MS_OF_RUN && self->member >= 0)
    g_string_append_printf (words, ", member %d", self->member);
  return g_string_free (words, FALSE);
}

char *
ms_reading_to_text (const MsReading *self)
{
  GString *text = g_string_new (ms_reading_name (self->id));
  MsReadingScope scope = ms_reading_scope (self->id);
  if (scope != MS_OF_RUN)
    g_string_append_printf (text, "@%d", self->block);
  if (scope != MS_OF_RUN && self->member >= 0)
    g_string_append_printf (text, ".%d", self->member);
  if (scope == MS_OF_EXPERT)
    g_string_append_printf (text, ":%d", self->expert);
  return g_string_free (text, FALSE);
}

static bool
refuse_name (const char *name, GError **error)
{
  GString *names = g_string_new (NULL);
  for (int id = 0; id < MS_N_READINGS; id++)
    g_string_append_printf (names, "%s%s", id > 0 ? ", " : "", ms_reading_name (id));
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "there is no reading \"%s\": it must be one of %s", name, names->str);
  g_string_free (names, TRUE);
  return false;
}

static bool
refuse_place (const char *text, MsReadingId id, GError **error)
{
  static const char *const place[] = {
    [MS_OF_RUN] = "is one number of the run",
    [MS_OF_LAYER] = "is one of a routed block: write its number after an @",
    [MS_OF_EXPERT] = "is one of an expert in a routed block: write @, the block's number, a colon and the expert's",
  };
  static const char *const example[] = { [MS_OF_RUN] = "", [MS_OF_LAYER] = "@3", [MS_OF_EXPERT] = "@3:5" };
  MsReadingScope scope = ms_reading_scope (id);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "\"%s\" cannot be read: %s %s, as in %s%s", text, ms_reading_name (id),
               place[scope], ms_reading_name (id), example[scope]);
  return false;
}

static bool
find_name (const char *name, MsReadingId *id)
{
  for (int i = 0; i < MS_N_READINGS; i++)
    if (strcmp (name, ms_reading_name (i)) == 0)
      {
        *id = (MsReadingId)i;
        return true;
      }
  return false;
}

/* Digits and nothing else; moves @text past them. */
static bool
read_index (const char **text, int *index)
{
  gsize n = strspn (*text, "0123456789");
  guint64 value = g_ascii_strtoull (*text, NULL, 10);
  if (n == 0 || value > MAX_INDEX)
    return false;
  *index = (int)value;
  *text += n;
  return true;
}

/* @place: what follows the name, from the @ on. */
static bool
read_place (MsReading *self, const char *place, MsReadingScope scope)
{
  if (scope == MS_OF_RUN)
    return *place == '\0';
  if (*place++ != '@' || !read_index (&place, &self->block))
    return false;
  if (*place == '.')
    {
      place++;
      if (!read_index (&place, &self->member))
        return false;
    }
  if (scope == MS_OF_EXPERT && (*place++ != ':' || !read_index (&place, &self->expert)))
    return false;
  return *place == '\0';
}

bool
ms_reading_parse (MsReading *self, const char *text, GError **error)
{
  g_return_val_if_fail (self != NULL && text != NULL, false);
  g_autofree char *word = g_strstrip (g_strdup (text));
  gsize length = strcspn (word, "@");
  g_autofree char *name = g_strndup (word, length);
  MsReading read = { .block = -1, .member = -1, .expert = -1 };
  if (!find_name (name, &read.id))
    return refuse_name (name, error);
  if (!read_place (&read, word + length, ms_reading_scope (read.id)))
    return refuse_place (word, read.id, error);
  *self = read;
  return true;
}

/* Three significant digits, from a thousand on whole numbers. */
static char *
short_number (double value)
{
  char text[MS_NUMBER_SIZE], shorter[MS_NUMBER_SIZE];
  if (isinf (value))
    return g_strdup (value > 0 ? "∞" : "−∞");
  bool whole = fabs (value) >= 1000 && fabs (value) < 1e9;
  g_ascii_formatd (text, sizeof text, whole ? "%.0f" : "%.3g", value);
  return g_strdup (ms_number_text (shorter, g_ascii_strtod (text, NULL)));
}

char *
ms_reading_format (MsReadingId id, double value)
{
  char text[MS_NUMBER_SIZE];
  if (isnan (value))
    return g_strdup ("–");
  if (strcmp (ms_reading_unit (id), "%") != 0 || isinf (value))
    return short_number (value);
  return g_strconcat (g_ascii_formatd (text, sizeof text, "%.1f", 100 * value), " %", NULL);
}
