/* SPDX-License-Identifier: MIT */

#include "core/base/json.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/shallow", test_shallow);
  return g_test_run ();
}
