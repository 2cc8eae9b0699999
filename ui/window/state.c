/* SPDX-License-Identifier: MIT */

#include "ui/window/state.h"

#include "ui/window/preferences.h"

#define GROUP "window"
#define LARGEST 16384 /* of a remembered side, pixels */
#define LAYOUTS "layouts"
#define MOST_LAYOUTS 100

char *
ms_window_state_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "moescope", "window.ini", NULL);
}

static int
read_side (GKeyFile *file, const char *key, int fallback)
{
  int side = g_key_file_get_integer (file, GROUP, key, NULL);

  return side >= 1 && side <= LARGEST ? side : fallback;
}

static bool
read_flag (GKeyFile *file, const char *key, bool fallback)
{
  return g_key_file_has_key (file, GROUP, key, NULL) ? g_key_file_get_boolean (file, GROUP, key, NULL) : fallback;
}

static GKeyFile *
copy_layouts (GKeyFile *from)
{
  GKeyFile *layouts = g_key_file_new ();
  g_auto (GStrv) keys = g_key_file_get_keys (from, LAYOUTS, NULL, NULL);

  for (int i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *text = g_key_file_get_string (from, LAYOUTS, keys[i], NULL);

      if (text != NULL)
        g_key_file_set_string (layouts, LAYOUTS, keys[i], text);
    }
  return layouts;
}

/* A file's name may have characters that a key may not. */
static char *
key_for (const char *name)
{
  return g_uri_escape_string (name, NULL, FALSE);
}

char *
ms_window_state_layout (const MsWindowState *state, const char *name)
{
  g_autofree char *key = key_for (name);

  return g_key_file_get_string (state->layouts, LAYOUTS, key, NULL);
}

void
ms_window_state_set_layout (MsWindowState *state, const char *name, const char *layout)
{
  g_autofree char *key = key_for (name);
  g_auto (GStrv) keys = NULL;
  gsize n = 0;

  g_key_file_remove_key (state->layouts, LAYOUTS, key, NULL);
  if (layout == NULL)
    return;
  keys = g_key_file_get_keys (state->layouts, LAYOUTS, &n, NULL);
  for (gsize i = 0; n - i >= MOST_LAYOUTS; i++)
    g_key_file_remove_key (state->layouts, LAYOUTS, keys[i], NULL);
  g_key_file_set_string (state->layouts, LAYOUTS, key, layout);
}

MsWindowState *
ms_window_state_load (const char *path)
{
  MsWindowState *state = g_new0 (MsWindowState, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  double speed = 10;

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  state->width = read_side (file, "width", 1400);
  state->height = read_side (file, "height", 880);
  state->maximised = read_flag (file, "maximised", false);
  state->panel = read_flag (file, "panel", true);
  state->inspector = read_flag (file, "inspector", true);
  state->memory = g_key_file_get_integer (file, GROUP, "memory_mb", NULL);
  if (state->memory < MS_MEMORY_LEAST || state->memory > MS_MEMORY_MOST)
    state->memory = MS_MEMORY_USUAL;
  if (g_key_file_has_key (file, GROUP, "speed", NULL))
    speed = g_key_file_get_double (file, GROUP, "speed", NULL);
  state->speed = speed >= 0 && speed <= 1000 ? speed : 10;
  state->name = g_key_file_get_string (file, GROUP, "name", NULL);
  state->experiment = g_key_file_get_string (file, GROUP, "experiment", NULL);
  state->layouts = copy_layouts (file);
  return state;
}

bool
ms_window_state_save (const MsWindowState *state, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = copy_layouts (state->layouts);
  g_autofree char *dir = g_path_get_dirname (path);

  g_key_file_set_integer (file, GROUP, "width", state->width);
  g_key_file_set_integer (file, GROUP, "height", state->height);
  g_key_file_set_boolean (file, GROUP, "maximised", state->maximised);
  g_key_file_set_boolean (file, GROUP, "panel", state->panel);
  g_key_file_set_boolean (file, GROUP, "inspector", state->inspector);
  g_key_file_set_integer (file, GROUP, "memory_mb", state->memory);
  g_key_file_set_double (file, GROUP, "speed", state->speed);
  if (state->name != NULL && state->experiment != NULL)
    {
      g_key_file_set_string (file, GROUP, "name", state->name);
      g_key_file_set_string (file, GROUP, "experiment", state->experiment);
    }
  g_mkdir_with_parents (dir, 0755);
  return g_key_file_save_to_file (file, path, error);
}

MsWindowState *
ms_window_state_copy (const MsWindowState *state)
{
  MsWindowState *copy = g_memdup2 (state, sizeof *state);

  copy->name = g_strdup (state->name);
  copy->experiment = g_strdup (state->experiment);
  copy->layouts = copy_layouts (state->layouts);
  return copy;
}

void
ms_window_state_free (MsWindowState *state)
{
  if (state == NULL)
    return;
  g_free (state->name);
  g_free (state->experiment);
  g_key_file_unref (state->layouts);
  g_free (state);
}
