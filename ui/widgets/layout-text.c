/* SPDX-License-Identifier: MIT */

/* row(0.55 col(0.5 assignments curves) load), read by descent. The text may come from a stranger's file: depth and
 * number of views are bounded. */
#include "ui/widgets/layout-private.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *text, *at;
  GHashTable *seen; /* of names, owned keys */
  GError **error;
} Reader;

static bool
refuse (Reader *reader, const char *what)
{
  g_set_error (reader->error, MS_ERROR, MS_ERROR_VALUE, "layout \"%.80s\": %s at character %d", reader->text, what,
               (int) (reader->at - reader->text) + 1);
  return false;
}

static void
skip_spaces (Reader *reader)
{
  while (g_ascii_isspace (*reader->at))
    reader->at++;
}

static bool
read_sign (Reader *reader, char sign)
{
  char what[] = "expected ' '";

  skip_spaces (reader);
  if (*reader->at == sign)
    {
      reader->at++;
      return true;
    }
  what[strlen ("expected '")] = sign;
  return refuse (reader, what);
}

static char *
read_name (Reader *reader)
{
  const char *from;

  skip_spaces (reader);
  from = reader->at;
  while (g_ascii_isalnum (*reader->at) || *reader->at == '-')
    reader->at++;
  return g_strndup (from, (gsize) (reader->at - from));
}

static bool
read_share (Reader *reader, double *share)
{
  const char *from;
  char *end;

  skip_spaces (reader);
  from = reader->at;
  *share = g_ascii_strtod (from, &end);
  if (end == from || !isfinite (*share) || *share <= 0 || *share >= 1)
    return refuse (reader, "expected a share between 0 and 1");
  *share = CLAMP (*share, MS_CUT_LEAST, 1 - MS_CUT_LEAST);
  reader->at = end;
  return true;
}

static MsNode *read_node (Reader *reader, int depth);

static MsNode *
read_cut (Reader *reader, bool row, int depth)
{
  g_autoptr (MsNode) first = NULL, second = NULL;
  double share;

  if (depth > MS_LAYOUT_MOST)
    {
      refuse (reader, "too many cuts in one another");
      return NULL;
    }
  if (!read_sign (reader, '(') || !read_share (reader, &share))
    return NULL;
  first = read_node (reader, depth + 1);
  second = first != NULL ? read_node (reader, depth + 1) : NULL;
  if (second == NULL || !read_sign (reader, ')'))
    return NULL;
  return ms_node_new_cut (row, share, g_steal_pointer (&first), g_steal_pointer (&second));
}

static MsNode *
read_node (Reader *reader, int depth)
{
  g_autofree char *name = read_name (reader);
  const char *after = reader->at;

  skip_spaces (reader);
  if (*reader->at == '(' && (g_str_equal (name, "row") || g_str_equal (name, "col")))
    return read_cut (reader, g_str_equal (name, "row"), depth);
  reader->at = after - strlen (name);
  if (*name == '\0')
    refuse (reader, "expected a view, row or col");
  else if (g_hash_table_contains (reader->seen, name))
    refuse (reader, "a view stands here a second time");
  else if (g_hash_table_size (reader->seen) >= MS_LAYOUT_MOST)
    refuse (reader, "more than " G_STRINGIFY (MS_LAYOUT_MOST) " views");
  else
    {
      MsNode *leaf = ms_node_new_leaf (name);

      reader->at = after;
      g_hash_table_add (reader->seen, g_steal_pointer (&name));
      return leaf;
    }
  return NULL;
}

MsLayout *
ms_layout_parse (const char *text, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader reader = { text, text, seen, error };
  g_autoptr (MsNode) root = read_node (&reader, 0);
  MsLayout *self;

  if (root == NULL)
    return NULL;
  skip_spaces (&reader);
  if (*reader.at != '\0')
    {
      refuse (&reader, "expected the end");
      return NULL;
    }
  self = g_new0 (MsLayout, 1);
  self->root = g_steal_pointer (&root);
  return self;
}

static void
write_node (const MsNode *node, GString *text)
{
  char share[G_ASCII_DTOSTR_BUF_SIZE];

  if (ms_node_is_leaf (node))
    {
      g_string_append (text, node->view);
      return;
    }
  /* A thousandth of the widest screen is a few pixels: a cut stays where it was to the eye. */
  g_ascii_formatd (share, sizeof share, "%.3g", node->share);
  g_string_append_printf (text, "%s(%s ", node->row ? "row" : "col", share);
  write_node (node->first, text);
  g_string_append_c (text, ' ');
  write_node (node->second, text);
  g_string_append_c (text, ')');
}

char *
ms_layout_to_text (const MsLayout *self)
{
  GString *text = g_string_new (NULL);

  write_node (self->root, text);
  return g_string_free (text, FALSE);
}

bool
ms_layout_equal (const MsLayout *a, const MsLayout *b)
{
  g_autofree char *x = a != NULL ? ms_layout_to_text (a) : NULL, *y = b != NULL ? ms_layout_to_text (b) : NULL;

  return g_strcmp0 (x, y) == 0;
}
