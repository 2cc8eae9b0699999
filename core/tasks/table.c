/* SPDX-License-Identifier: MIT */

#include "core/tasks/table.h"

#include "core/base/number.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MAX_COLUMNS 100000

/* Walks over the text cell by cell. */
typedef struct
{
  const char *at, *end;
  const char *name; /* borrowed, for messages */
  char separator;
  gsize line, column; /* from 1, of the cell read last */
  GString *cell;      /* owned */
} Reader;

typedef struct
{
  Reader reader;
  GPtrArray *header; /* owned, of char *; empty: no header */
  gsize n_columns, class_column;
  bool skip_first;
  GArray *x;       /* owned, of float */
  GArray *y;       /* owned, of int: index into words */
  GPtrArray *words; /* owned, of char *: class texts in the order they were met */
  GHashTable *index; /* owned: text -> its index + 1; keys borrowed from words */
} Parser;

static void
parser_clear (Parser *self)
{
  g_string_free (self->reader.cell, TRUE);
  g_ptr_array_unref (self->header);
  g_ptr_array_unref (self->words);
  g_hash_table_unref (self->index);
  if (self->x != NULL)
    g_array_unref (self->x);
  if (self->y != NULL)
    g_array_unref (self->y);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parser, parser_clear)

static bool
refuse (const Parser *self, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* "FILE, line 3, column 2 (petal): ..." */
static bool
refuse (const Parser *self, GError **error, const char *format, ...)
{
  const Reader *r = &self->reader;
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  const char *title = r->column >= 1 && r->column <= self->header->len ? self->header->pdata[r->column - 1] : "";
  g_autofree char *known = *title != '\0' ? g_strdup_printf (" (%s)", title) : g_strdup ("");
  g_autofree char *place = g_strdup_printf (", column %" G_GSIZE_FORMAT "%s", r->column, known);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s, line %" G_GSIZE_FORMAT "%s: %s", r->name, r->line,
               r->column >= 1 ? place : "", text);
  return false;
}

/* A short, printable piece of a cell for a message. */
static char *
excerpt (const char *cell)
{
  g_autofree char *valid = g_utf8_make_valid (cell, -1);
  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_utf8_strlen (valid, -1) > 30 ? g_utf8_substring (valid, 0, 30) : g_steal_pointer (&valid);
}

/* Takes the cell at the cursor and whether it is the last of its line. A quoted cell may hold separators and doubled
 * quotes, but no line break. */
static void
next_cell (Reader *self, bool *last)
{
  bool quoted = false;
  g_string_truncate (self->cell, 0);
  self->column++;
  while (self->at < self->end && *self->at != '\n' && (quoted || *self->at != self->separator))
    {
      char c = *self->at++;
      if (c == '"' && quoted && self->at < self->end && *self->at == '"')
        g_string_append_c (self->cell, *self->at++);
      else if (c == '"')
        quoted = !quoted;
      else if (c != '\r')
        g_string_append_c (self->cell, c);
    }
  *last = self->at >= self->end || *self->at == '\n';
  if (self->at < self->end)
    self->at++;
  g_strstrip (self->cell->str);
}

/* Moves to the next line that is not empty; false at the end. */
static bool
next_line (Reader *self)
{
  for (;;)
    {
      self->line++;
      self->column = 0;
      const char *stop = self->at;
      while (stop < self->end && strchr (" \t\r", *stop) != NULL && *stop != self->separator)
        stop++;
      if (stop >= self->end)
        return false;
      if (*stop != '\n')
        return true;
      self->at = stop + 1;
    }
}

static char
guess_separator (const char *at, const char *end)
{
  static const char candidates[] = ",;\t";
  gsize counts[3] = { 0 }, best = 0;
  bool quoted = false;
  for (; at < end && *at != '\n'; at++)
    {
      quoted ^= *at == '"';
      const char *found = *at != '\0' && !quoted ? strchr (candidates, *at) : NULL;
      if (found != NULL)
        counts[found - candidates]++;
    }
  for (gsize i = 1; i < 3; i++)
    if (counts[i] > counts[best])
      best = i;
  return candidates[best];
}

static bool
is_class_title (const char *title, bool certain)
{
  return g_ascii_strcasecmp (title, "label") == 0 || g_ascii_strcasecmp (title, "class") == 0
         || g_ascii_strcasecmp (title, "target") == 0 || (!certain && g_ascii_strcasecmp (title, "y") == 0);
}

/* Reads the first line twice: once to learn what it is, and again as data if it is no header. */
static bool
read_first_line (Parser *self, GError **error)
{
  Reader *r = &self->reader;
  if (!next_line (r))
    return refuse (self, error, "the file is empty, rows of numbers are expected");
  r->separator = guess_separator (r->at, r->end);
  Reader start = *r;
  bool last = false, numbers = false, titled = false;
  while (!last)
    {
      double value;
      next_cell (r, &last);
      numbers |= ms_number_read (r->cell->str, &value);
      titled |= is_class_title (r->cell->str, true);
      g_ptr_array_add (self->header, excerpt (r->cell->str));
      if (r->column > MAX_COLUMNS)
        return refuse (self, error, "there are more than the %d columns that are read", MAX_COLUMNS);
    }
  self->n_columns = r->column;
  self->class_column = r->column;
  if (self->n_columns < 2)
    return refuse (self, error,
                   "there is only one column; features and a class, with comma, semicolon or tab between, are "
                   "expected");
  if (numbers && !titled)
    {
      g_ptr_array_set_size (self->header, 0);
      *r = start;
      r->line--; /* next_line counts it again */
      return true;
    }
  for (gsize i = self->n_columns; i-- > 0;)
    if (is_class_title (self->header->pdata[i], false))
      self->class_column = i + 1;
  self->skip_first = *(char *) self->header->pdata[0] == '\0' && self->class_column != 1 && self->n_columns > 2;
  return true;
}

static bool
add_class (Parser *self, GError **error)
{
  const char *text = self->reader.cell->str;
  double value;
  if (*text == '\0')
    return refuse (self, error, "the class is missing");
  if (!g_utf8_validate (text, -1, NULL))
    return refuse (self, error, "the class is not text in UTF-8");
  if (ms_number_read (text, &value) && floor (value) != value)
    {
      g_autofree char *shown = excerpt (text);
      return refuse (self, error, "the class is “%s”; whole numbers or words are expected", shown);
    }
  int known = GPOINTER_TO_INT (g_hash_table_lookup (self->index, text));
  if (known == 0)
    {
      if (self->words->len == MS_MAX_CLASSES)
        return refuse (self, error, "there are more than %d different classes; is this the class column?",
                       MS_MAX_CLASSES);
      char *word = g_strdup (text);
      g_ptr_array_add (self->words, word);
      known = (int) self->words->len;
      g_hash_table_insert (self->index, word, GINT_TO_POINTER (known));
    }
  known--;
  g_array_append_val (self->y, known);
  return true;
}

/* Pixels and counts are the commonest cells by far; anything else goes to ms_number_read. */
static bool
read_small_count (const char *text, double *value)
{
  int sum = 0, n = 0;
  for (; n < 8 && g_ascii_isdigit (text[n]); n++)
    sum = 10 * sum + (text[n] - '0');
  *value = sum;
  return n > 0 && text[n] == '\0';
}

static bool
add_feature (Parser *self, GError **error)
{
  double value;
  const char *text = self->reader.cell->str;
  if ((!read_small_count (text, &value) && !ms_number_read (text, &value)) || fabs (value) > (double) FLT_MAX)
    {
      g_autofree char *shown = excerpt (text);
      return *text == '\0' ? refuse (self, error, "the cell is empty, a number is expected")
                           : refuse (self, error, "“%s” is not a finite decimal number", shown);
    }
  float number = (float) value;
  g_array_append_val (self->x, number);
  return true;
}

static bool
read_row (Parser *self, GError **error)
{
  Reader *r = &self->reader;
  bool last = false;
  while (!last)
    {
      next_cell (r, &last);
      if (r->column > self->n_columns)
        break;
      bool ok = r->column == self->class_column ? add_class (self, error)
                : r->column == 1 && self->skip_first ? true : add_feature (self, error);
      if (!ok)
        return false;
    }
  bool whole = last && r->column == self->n_columns;
  gsize found = r->column;
  r->column = 0;
  return whole
         || refuse (self, error, "the row has %s%" G_GSIZE_FORMAT " columns, the first line has %" G_GSIZE_FORMAT,
                    found > self->n_columns ? "at least " : "", found, self->n_columns);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double x = g_ascii_strtod (*(char *const *) a, NULL), y = g_ascii_strtod (*(char *const *) b, NULL);
  return x < y ? -1 : x > y ? 1 : compare_words (a, b);
}

/* Classes in sorted order, so that they do not depend on the order of rows. */
static void
number_classes (Parser *self, MsTable *table)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  bool numbers = true, plain = true;
  for (guint i = 0; i < self->words->len; i++)
    {
      double value;
      numbers &= ms_number_read (self->words->pdata[i], &value);
      g_ptr_array_add (sorted, self->words->pdata[i]);
    }
  g_ptr_array_sort (sorted, numbers ? compare_numbers : compare_words);
  g_autofree int *rank = g_new (int, sorted->len);
  for (guint i = 0; i < sorted->len; i++)
    {
      g_autofree char *digits = g_strdup_printf ("%u", i);
      plain &= strcmp (sorted->pdata[i], digits) == 0;
      rank[GPOINTER_TO_INT (g_hash_table_lookup (self->index, sorted->pdata[i])) - 1] = (int) i;
    }
  for (guint i = 0; i < self->y->len; i++)
    {
      int *y = &g_array_index (self->y, int, i);
      *y = rank[*y];
    }
  table->n_classes = (int) sorted->len;
  if (plain)
    return;
  g_ptr_array_add (sorted, NULL);
  table->class_names = g_strdupv ((char **) sorted->pdata);
}

static bool
finish (Parser *self, MsTable *table, GError **error)
{
  self->reader.column = 0;
  if (self->y->len < 2)
    return refuse (self, error, "there are fewer than two rows of data");
  if (self->words->len < 2)
    {
      g_autofree char *shown = excerpt (self->words->pdata[0]);
      return refuse (self, error, "every row is of class “%s”; at least two classes are needed", shown);
    }
  number_classes (self, table);
  table->n_features = (int) (self->n_columns - 1 - self->skip_first);
  table->examples.n = self->y->len;
  table->examples.x = (float *) (gpointer) g_array_free (g_steal_pointer (&self->x), FALSE);
  table->examples.y = (int *) (gpointer) g_array_free (g_steal_pointer (&self->y), FALSE);
  return true;
}

bool
ms_table_parse (MsTable *table, const char *text, gsize size, const char *name, GError **error)
{
  g_auto (Parser) self = {
    .reader = { .at = text, .end = text + size, .name = name, .separator = ',', .cell = g_string_new (NULL) },
    .header = g_ptr_array_new_with_free_func (g_free),
    .words = g_ptr_array_new_with_free_func (g_free),
    .index = g_hash_table_new (g_str_hash, g_str_equal),
    .x = g_array_new (FALSE, FALSE, sizeof (float)),
    .y = g_array_new (FALSE, FALSE, sizeof (int)),
  };
  if (memchr (text, '\0', size) != NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: not a text file in UTF-8: it holds zero bytes", name);
      return false;
    }
  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    self.reader.at += 3;
  if (!read_first_line (&self, error))
    return false;
  while (next_line (&self.reader))
    if (!read_row (&self, error))
      return false;
  return finish (&self, table, error);
}

void
ms_table_clear (MsTable *self)
{
  g_strfreev (g_steal_pointer (&self->class_names));
  ms_examples_clear (&self->examples);
}
