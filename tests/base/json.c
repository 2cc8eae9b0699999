/* SPDX-License-Identifier: MIT */

#include "core/base/json.h"

#include <math.h>
#include <string.h>

static bool
shallow (const char *text)
{
  return ms_json_shallow (text, strlen (text));
}

static void
test_shallow (void)
{
  g_autofree char *open = g_strnfill (64, '['), *close = g_strnfill (64, ']');
  g_autofree char *most = g_strconcat (open, close, open, NULL), *more = g_strconcat (open, "{", NULL);
  g_autofree char *quoted = g_strconcat ("[\"\\\"", open, open, "\"]", NULL); /* inside a text with a quote in it */
  g_assert_true (shallow ("") && shallow ("{\"a\": [1, 2]}") && shallow (most) && shallow (quoted));
  g_assert_false (shallow (more));
  g_assert_true (ms_json_shallow ("\"\\", 2)); /* cut short after a backslash */
}

static JsonObject *
object_of (JsonParser *parser, const char *text)
{
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  return json_node_get_object (json_parser_get_root (parser));
}

/* Members that are of another type are as if they were not there. */
static void
test_members (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = object_of (parser, "{\"t\": \"x\", \"n\": 2.5, \"i\": 3, \"z\": null, \"l\": [{}, 1]}");
  gint64 i = 7;

  g_assert_cmpstr (ms_json_get_text (object, "t"), ==, "x");
  g_assert_null (ms_json_get_text (object, "n"));
  g_assert_null (ms_json_get_text (object, "z"));
  g_assert_null (ms_json_get_text (object, "other"));
  g_assert_null (ms_json_get_text (NULL, "t"));
  g_assert_cmpfloat (ms_json_get_number (object, "n"), ==, 2.5);
  g_assert_cmpfloat (ms_json_get_number (object, "i"), ==, 3);
  g_assert_true (isnan (ms_json_get_number (object, "t")) && isnan (ms_json_get_number (object, "l")));
  g_assert_true (isnan (ms_json_get_number (object, "z")) && isnan (ms_json_get_number (NULL, "n")));
  g_assert_true (ms_json_need_int (object, "i", 3, 3, "it", &i, NULL));
  g_assert_cmpint (i, ==, 3);
  ms_json_set_text (object, "t", NULL);
  g_assert_null (ms_json_get_text (object, "t"));
}

static void
assert_refused (bool done, GError **error, const char *message)
{
  g_assert_false (done);
  g_assert_error (*error, MS_ERROR, MS_ERROR_FORMAT);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_clear_error (error);
}

/* What is missing or out of range is named, and the value stays what it was. */
static void
test_needs (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = object_of (parser, "{\"i\": 3, \"d\": 3.0, \"l\": [{}, 1]}");
  JsonArray *list = ms_json_need_array (object, "l", "it", NULL);
  GError *error = NULL;
  gint64 i = 7;

  assert_refused (ms_json_need_int (object, "i", 4, 9, "it", &i, &error), &error,
                  "it has no \"i\" that is a whole number from 4 to 9");
  assert_refused (ms_json_need_int (object, "d", 0, 9, "it", &i, &error), &error,
                  "it has no \"d\" that is a whole number from 0 to 9");
  g_assert_cmpint (i, ==, 7);
  assert_refused (ms_json_need_array (object, "i", "it", &error) != NULL, &error, "it has no list \"i\"");
  g_assert_nonnull (ms_json_need_object_at (list, 0, "it", NULL));
  assert_refused (ms_json_need_object_at (list, 1, "it", &error) != NULL, &error,
                  "element 1 of a list in it is no object");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/shallow", test_shallow);
  g_test_add_func ("/json/members", test_members);
  g_test_add_func ("/json/needs", test_needs);
  return g_test_run ();
}
