/* SPDX-License-Identifier: MIT */

/* Session files, the window's side: what it wants to find again is a JSON object that the file keeps for it. */
#include "core/base/json.h"
#include "ui/window/window-private.h"

#include <string.h>

/* Writing */

static void
add_selection (JsonObject *object, const MsSelection *s)
{
  const struct {
    const char *name;
    gint64 value;
  } members[] = { { "layer", s->layer }, { "example", s->example }, { "token", s->token }, { "expert", s->expert },
                  { "slot", s->slot },   { "member", s->member },   { "score", s->score }, { "step", s->step } };
  JsonObject *selection = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_int_member (selection, members[i].name, members[i].value);
  json_object_set_object_member (object, "selection", selection);
}

/* Parts of the window that say what they are as text. */
static void
add_parts (MsWindow *self, JsonObject *object)
{
  g_autofree char *layout = ms_window_layout_text (self);
  g_autofree char *watched = ms_watch_list_to_text (self->watch_list);
  g_autofree char *stops = ms_breakpoints_to_text (self->breakpoints);
  g_autofree char *alerts = ms_alerts_list_to_text (self->alerts_list);

  if (layout != NULL)
    json_object_set_string_member (object, "layout", layout);
  json_object_set_string_member (object, "watch", watched);
  json_object_set_string_member (object, "stop", stops);
  json_object_set_string_member (object, "alerts", alerts);
  json_object_set_boolean_member (object, "panel", adw_flap_get_reveal_flap (self->flap));
}

static char *
window_text (MsWindow *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", self->name);
  json_object_set_double_member (object, "speed", self->speed);
  add_selection (object, &self->selection);
  add_parts (self, object);
  json_node_take_object (node, object);
  return ms_json_text (node);
}

static MsKept *
keep (MsWindow *self)
{
  const MsBranches *branches = ms_live_branches (self->live);
  const MsPast *past = ms_live_past (self->live);
  MsKept *kept = ms_kept_new ();

  kept->window = window_text (self);
  for (int i = 0; branches != NULL && i < branches->n; i++)
    {
      const MsHistory *history = ms_past_history (past, branches->branch[i].id);

      if (history != NULL && history->n_points > 0)
        ms_kept_add_history (kept, branches->branch[i].id, history);
    }
  return kept;
}

void
ms_window_save_session (MsWindow *self, const char *path)
{
  ms_runner_save_session (ms_live_runner (self->live), path, keep (self));
}

/* Reading: what makes no sense is passed over. */

static bool
read_int (JsonObject *object, const char *name, int *value)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 n = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : G_MININT64;

  if (n < -1 || n > G_MAXINT)
    return false;
  *value = (int) n;
  return true;
}

static MsSelection
read_selection (JsonObject *object)
{
  MsSelection s = MS_SELECTION_NONE;
  int layer = 0;

  if (read_int (object, "layer", &layer))
    s.layer = MAX (layer, 0);
  read_int (object, "example", &s.example);
  read_int (object, "token", &s.token);
  read_int (object, "expert", &s.expert);
  read_int (object, "slot", &s.slot);
  read_int (object, "member", &s.member);
  read_int (object, "score", &s.score);
  s.step = json_object_get_int_member_with_default (object, "step", MS_NONE);
  return s;
}

static void
take_parts (MsWindow *self, JsonObject *object)
{
  const char *layout = ms_json_get_text (object, "layout"), *watched = ms_json_get_text (object, "watch");
  const char *stops = ms_json_get_text (object, "stop"), *alerts = ms_json_get_text (object, "alerts");

  if (layout != NULL)
    ms_window_use_layout (self, layout);
  if (watched != NULL && ms_watch_list_set_text (self->watch_list, watched, NULL))
    ms_window_restart_watch (self);
  if (stops != NULL)
    ms_breakpoints_set_text (self->breakpoints, stops, NULL);
  if (alerts != NULL)
    ms_alerts_list_set_text (self->alerts_list, alerts, NULL);
  adw_flap_set_reveal_flap (self->flap, json_object_get_boolean_member_with_default (object, "panel", TRUE));
}

static void
read_window (MsWindow *self, JsonObject *object)
{
  JsonNode *selection = json_object_get_member (object, "selection");
  double speed = json_object_get_double_member_with_default (object, "speed", self->speed);

  if (speed >= 0 && speed <= 1000)
    ms_window_set_speed (self, speed);
  take_parts (self, object);
  if (selection != NULL && JSON_NODE_HOLDS_OBJECT (selection))
    self->selection = read_selection (json_node_get_object (selection));
}

/* What the session file kept for the window that was just opened. */
void
ms_window_take_kept (MsWindow *self, const MsKept *kept)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (kept->window == NULL || !ms_json_shallow (kept->window, strlen (kept->window))
      || !json_parser_load_from_data (parser, kept->window, -1, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    read_window (self, json_node_get_object (root));
  if (ms_live_is_new (self->live)) /* else the record that this is of is still to come */
    ms_window_show_record (self);
}
