/* SPDX-License-Identifier: MIT */

#include "core/base/json.h"
#include "core/base/number.h"
#include <math.h>
#include <stdbool.h>

static void append_node (GString *out, JsonNode *node, int depth);

static void
append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_printf (out, "\\%c", *p);
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else if (*p == '\t')
        g_string_append (out, "\\t");
      else if ((unsigned char) *p < 0x20)
        g_string_append_printf (out, "\\u%04x", (unsigned) *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
append_value (GString *out, JsonNode *node)
{
  char text[MS_NUMBER_SIZE];
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    append_string (out, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_DOUBLE)
    g_string_append (out, isfinite (json_node_get_double (node)) ? ms_number_text (text, json_node_get_double (node))
                                                                  : "null");
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
}

static void
append_break (GString *out, int depth)
{
  g_string_append_c (out, '\n');
  for (int i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static bool
is_flat (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      if (JSON_NODE_HOLDS_OBJECT (node) || JSON_NODE_HOLDS_ARRAY (node))
        return false;
    }
  return true;
}

static void
append_array (GString *out, JsonArray *array, int depth)
{
  guint n = json_array_get_length (array);
  bool flat = is_flat (array);
  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (out, flat ? ", " : ",");
      if (!flat)
        append_break (out, depth + 1);
      append_node (out, json_array_get_element (array, i), depth + 1);
    }
  if (!flat)
    append_break (out, depth);
  g_string_append_c (out, ']');
}

static void
append_object (GString *out, JsonObject *object, int depth)
{
  g_autoptr (GList) members = json_object_get_members (object);
  g_string_append_c (out, '{');
  for (GList *l = members; l != NULL; l = l->next)
    {
      if (l != members)
        g_string_append_c (out, ',');
      append_break (out, depth + 1);
      append_string (out, l->data);
      g_string_append (out, ": ");
      append_node (out, json_object_get_member (object, l->data), depth + 1);
    }
  if (members != NULL)
    append_break (out, depth);
  g_string_append_c (out, '}');
}

static void
append_node (GString *out, JsonNode *node, int depth)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (out, json_node_get_object (node), depth);
      break;
    case JSON_NODE_ARRAY:
      append_array (out, json_node_get_array (node), depth);
      break;
    case JSON_NODE_VALUE:
      append_value (out, node);
      break;
    case JSON_NODE_NULL:
    default:
      g_string_append (out, "null");
      break;
    }
}

char *
ms_json_text (JsonNode *node)
{
  GString *out = g_string_new (NULL);
  append_node (out, node, 0);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

bool
ms_json_shallow (const char *text, gsize length)
{
  int depth = 0;
  bool quoted = false;
  for (gsize i = 0; i < length; i++)
    {
      if (quoted && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        quoted = !quoted;
      else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > 64)
        return false;
      else if (!quoted && (text[i] == ']' || text[i] == '}'))
        depth--;
    }
  return true;
}

void
ms_json_set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

/* G_TYPE_INVALID: there is no value. */
static GType
type_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
}

const char *
ms_json_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return type_of (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

double
ms_json_get_number (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  GType type = type_of (node);

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : NAN;
}

bool
ms_json_need_int (JsonObject *object, const char *name, gint64 least, gint64 most, const char *where, gint64 *value,
                  GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 found = type_of (node) == G_TYPE_INT64 ? json_node_get_int (node) : 0;

  if (type_of (node) == G_TYPE_INT64 && found >= least && found <= most)
    {
      *value = found;
      return true;
    }
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "%s has no \"%s\" that is a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, where, name,
               least, most);
  return false;
}

JsonArray *
ms_json_need_array (JsonObject *object, const char *name, const char *where, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s has no list \"%s\"", where, name);
  return NULL;
}

JsonObject *
ms_json_need_object_at (JsonArray *array, guint i, const char *where, GError **error)
{
  JsonNode *node = json_array_get_element (array, i);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "element %u of a list in %s is no object", i, where);
  return NULL;
}
