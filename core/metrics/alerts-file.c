/* SPDX-License-Identifier: MIT */

/* What is read comes from a file: every number is checked against what judging and showing alerts count on. */
#include "core/metrics/alerts-file.h"

#include "core/base/json.h"
#include "core/metrics/alerts-private.h"
#include <math.h>
#include <string.h>

#define ALERTS "the session's list of alerts" /* for messages */
#define MOST_PLACES 65535                     /* the greatest block, member or expert */
#define MOST_EXPERTS (1 << 20)                /* of all layers together */
#define MOST_STEPS 10000                      /* of the window, as in its setting */
#define MOST_LOADS (1 << 20)                  /* of the window: the header of a file has no room for more */

/* Writing */

static JsonObject *
limits_object (const MsAlertLimits *limits)
{
  JsonObject *object = json_object_new ();
  json_object_set_double_member (object, "collapse", limits->collapse);
  json_object_set_double_member (object, "dead_per_expert", limits->dead_per_expert);
  json_object_set_double_member (object, "dropped", limits->dropped);
  json_object_set_int_member (object, "window", limits->window);
  return object;
}

static JsonArray *
layers_array (const MsAlerts *self)
{
  JsonArray *array = json_array_new ();
  for (guint l = 0; l < self->layers->len; l++)
    {
      const MsAlertsLayer *layer = &g_array_index (self->layers, MsAlertsLayer, l);
      JsonObject *object = json_object_new ();
      json_object_set_int_member (object, "block", layer->block);
      json_object_set_int_member (object, "member", layer->member);
      json_object_set_int_member (object, "experts", layer->E);
      json_object_set_boolean_member (object, "soft", layer->soft);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonArray *
alerts_array (const MsAlerts *self)
{
  JsonArray *array = json_array_new ();
  for (int i = 0; i < ms_alerts_count (self); i++)
    {
      const MsAlert *alert = ms_alerts_at (self, i);
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "kind", ms_alert_name (alert->kind));
      json_object_set_int_member (object, "step", alert->step);
      json_object_set_int_member (object, "over", alert->over);
      json_object_set_int_member (object, "block", alert->block);
      json_object_set_int_member (object, "member", alert->member);
      json_object_set_int_member (object, "expert", alert->expert);
      json_object_set_double_member (object, "value", alert->value);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonArray *
loads_array (const MsLoadWindow *window)
{
  JsonArray *array = json_array_new ();
  for (int i = 0; window != NULL && i < window->count; i++)
    {
      int place = (window->first + i) % window->steps;
      JsonArray *row = json_array_new ();
      json_array_add_int_element (row, window->step[place]);
      for (int j = 0; j < window->n; j++)
        json_array_add_double_element (row, (double)window->row[(gsize)place * (gsize)window->n + (gsize)j]);
      json_array_add_array_element (array, row);
    }
  return array;
}

static bool
has_room (const MsAlerts *self)
{
  return (gint64)ms_alerts_n_loads (self) * self->limits.window <= MOST_LOADS;
}

JsonObject *
ms_alerts_to_object (const MsAlerts *self, bool loads)
{
  JsonObject *object = json_object_new ();
  json_object_set_object_member (object, "limits", limits_object (&self->limits));
  json_object_set_array_member (object, "layers", layers_array (self));
  json_object_set_array_member (object, "alerts", alerts_array (self));
  json_object_set_array_member (object, "loads", loads_array (loads && has_room (self) ? self->window : NULL));
  return object;
}

/* Reading */

static bool
need_number (JsonObject *object, const char *name, double *value, GError **error)
{
  double found = ms_json_get_number (object, name);
  if (isfinite (found) && found >= 0)
    {
      *value = found;
      return true;
    }
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has no \"%s\" that is a finite number of at least 0", name);
  return false;
}

static bool
need_place (JsonObject *object, const char *name, gint64 least, gint64 most, int *value, GError **error)
{
  gint64 found;
  if (!ms_json_need_int (object, name, least, most, ALERTS, &found, error))
    return false;
  *value = (int)found;
  return true;
}

static bool
read_limits (JsonObject *parent, MsAlertLimits *limits, GError **error)
{
  JsonNode *node = json_object_get_member (parent, "limits");
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has no object \"limits\"");
      return false;
    }
  JsonObject *object = json_node_get_object (node);
  return need_number (object, "collapse", &limits->collapse, error)
         && need_number (object, "dead_per_expert", &limits->dead_per_expert, error)
         && need_number (object, "dropped", &limits->dropped, error)
         && need_place (object, "window", 1, MOST_STEPS, &limits->window, error);
}

static bool
read_layer (MsAlerts *self, JsonObject *object, GError **error)
{
  JsonNode *soft = json_object_get_member (object, "soft");
  int block, member, E;
  if (!need_place (object, "block", 0, MOST_PLACES, &block, error)
      || !need_place (object, "member", -1, MOST_PLACES, &member, error)
      || !need_place (object, "experts", 1, MOST_EXPERTS - ms_alerts_n_loads (self) / 2, &E, error))
    return false;
  if (soft == NULL || !JSON_NODE_HOLDS_VALUE (soft) || json_node_get_value_type (soft) != G_TYPE_BOOLEAN)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has no \"soft\" that is true or false");
      return false;
    }
  ms_alerts_take_layer (self, ms_alerts_layer_new (block, member, E, json_node_get_boolean (soft)));
  return true;
}

static bool
read_kind (JsonObject *object, MsAlertKind *kind, GError **error)
{
  const char *name = ms_json_get_text (object, "kind");
  for (int i = 0; name != NULL && i < MS_N_ALERTS; i++)
    if (strcmp (name, ms_alert_name ((MsAlertKind)i)) == 0)
      {
        *kind = (MsAlertKind)i;
        return true;
      }
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has the \"kind\" %s, which is none of collapse, dead, "
               "dropped and nan", name != NULL ? name : "null");
  return false;
}

/* What still is so is so somewhere: its layer is one of those that are judged, and its expert one of that layer's. */
static bool
has_its_layer (const MsAlerts *self, const MsAlert *alert, GError **error)
{
  if (alert->kind == MS_ALERT_NOT_FINITE || alert->over >= 0)
    return true;
  for (guint l = 0; l < self->layers->len; l++)
    {
      const MsAlertsLayer *layer = &g_array_index (self->layers, MsAlertsLayer, l);
      if (layer->block == alert->block && layer->member == alert->member && alert->expert < layer->E)
        return true;
    }
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has an alert of step %" G_GINT64_FORMAT " of \"block\" %d, "
               "\"member\" %d and \"expert\" %d, which its \"layers\" do not have", alert->step, alert->block,
               alert->member, alert->expert);
  return false;
}

/* Of those of one step the order says nothing. */
static bool
read_alert (MsAlerts *self, JsonObject *object, gint64 to, GError **error)
{
  MsAlert alert = { .block = -1, .member = -1, .expert = -1, .value = NAN };
  int n = ms_alerts_count (self);
  if (!read_kind (object, &alert.kind, error)
      || !ms_json_need_int (object, "step", n > 0 ? ms_alerts_at (self, n - 1)->step : 0, to, ALERTS, &alert.step,
                            error)
      || !ms_json_need_int (object, "over", -1, to, ALERTS, &alert.over, error))
    return false;
  bool placed = alert.kind != MS_ALERT_NOT_FINITE, expert = placed && alert.kind != MS_ALERT_DROPPED;
  if (alert.over >= 0 && alert.over < alert.step)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has an \"over\" of %" G_GINT64_FORMAT ", before its "
                   "\"step\" %" G_GINT64_FORMAT, alert.over, alert.step);
      return false;
    }
  if (!need_place (object, "block", placed ? 0 : -1, placed ? MOST_PLACES : -1, &alert.block, error)
      || !need_place (object, "member", -1, placed ? MOST_PLACES : -1, &alert.member, error)
      || !need_place (object, "expert", expert ? 0 : -1, expert ? MOST_PLACES : -1, &alert.expert, error)
      || (placed && !need_number (object, "value", &alert.value, error)) || !has_its_layer (self, &alert, error))
    return false;
  g_array_append_val (self->list, alert);
  return true;
}

/* @row (n): what the next row of the window is; @step comes after @least. */
static bool
read_row (JsonArray *numbers, int n, gint64 least, gint64 most, gint64 *step, float *row)
{
  if ((int)json_array_get_length (numbers) != n + 1)
    return false;
  for (int i = 0; i <= n; i++)
    {
      JsonNode *node = json_array_get_element (numbers, (guint)i);
      GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
      double value = type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node) : -1;
      if (!(value >= 0) || value > G_MAXINT || (i == 0 && type != G_TYPE_INT64))
        return false;
      if (i > 0)
        row[i - 1] = (float)value;
    }
  *step = json_array_get_int_element (numbers, 0);
  return *step > least && *step <= most;
}

static bool
read_loads (MsAlerts *self, JsonArray *rows, gint64 to, GError **error)
{
  int n = ms_alerts_n_loads (self), n_rows = (int)json_array_get_length (rows);
  gint64 step = -1;
  if (n_rows == 0)
    return true;
  if (n_rows > self->limits.window || !has_room (self))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has %d \"loads\" of %d counts, more than \"window\", %d, "
                   "or the %d counts of a window that is kept", n_rows, n, self->limits.window, MOST_LOADS);
      return false;
    }
  g_autofree float *row = g_new0 (float, n);
  self->window = ms_load_window_new (n, self->limits.window);
  for (int i = 0; i < n_rows; i++)
    {
      JsonNode *node = json_array_get_element (rows, (guint)i);
      if (!JSON_NODE_HOLDS_ARRAY (node) || !read_row (json_node_get_array (node), n, step, to, &step, row))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "element %d of \"loads\" in " ALERTS " is not a step up to %"
                       G_GINT64_FORMAT " after that of the element before, and %d counts", i, to, n);
          return false;
        }
      ms_load_window_add (self->window, step, row);
    }
  return true;
}

static bool
read_layers (MsAlerts *self, JsonObject *object, GError **error)
{
  JsonArray *array = ms_json_need_array (object, "layers", ALERTS, error);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *one = ms_json_need_object_at (array, i, ALERTS, error);
      if (one == NULL || !read_layer (self, one, error))
        return false;
    }
  return array != NULL;
}

static bool
read_alerts (MsAlerts *self, JsonObject *object, gint64 to, GError **error)
{
  JsonArray *array = ms_json_need_array (object, "alerts", ALERTS, error);
  if (array != NULL && json_array_get_length (array) > MS_ALERTS_MOST)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has %u \"alerts\", more than %d",
                   json_array_get_length (array), MS_ALERTS_MOST);
      return false;
    }
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *one = ms_json_need_object_at (array, i, ALERTS, error);
      if (one == NULL || !read_alert (self, one, to, error))
        return false;
    }
  return array != NULL;
}

MsAlerts *
ms_alerts_from_object (JsonObject *object, gint64 to, GError **error)
{
  MsAlertLimits limits;
  if (!read_limits (object, &limits, error))
    return NULL;
  g_autoptr (MsAlerts) self = ms_alerts_new (&limits);
  JsonArray *loads;
  if (!read_layers (self, object, error) || !read_alerts (self, object, to, error)
      || (loads = ms_json_need_array (object, "loads", ALERTS, error)) == NULL
      || !read_loads (self, loads, to, error))
    return NULL;
  ms_alerts_find_newest (self);
  return g_steal_pointer (&self);
}
