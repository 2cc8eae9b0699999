/* SPDX-License-Identifier: MIT */

/* [BRANCH, …]: a BRANCH is what core/metrics/alerts-file.h says, with "branch" and "to", its newest step that was
 * seen. */
#include "core/train/session-alerts.h"

#include "core/base/json.h"
#include "core/metrics/alerts-file.h"

#define ALERTS "the session's list of alerts" /* for messages */
#define MOST_KEPT (4 * MS_ALERTS_MOST)        /* of all branches: the header of a file is 100 MB at most */

/* Those of branches that were left before it have no room. */
static guint
first_with_room (const GPtrArray *alerts)
{
  guint first = alerts->len;

  for (int n = 0; first > 0; first--)
    {
      const MsKeptAlerts *one = alerts->pdata[first - 1];

      if ((n += ms_alerts_count (one->alerts)) > MOST_KEPT)
        break;
    }
  return first;
}

JsonNode *
ms_session_alerts_to_node (const GPtrArray *alerts, int branch)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  guint first = alerts != NULL ? first_with_room (alerts) : 0;

  for (guint i = 0; alerts != NULL && i < alerts->len; i++)
    {
      const MsKeptAlerts *one = alerts->pdata[i];
      JsonObject *object;

      if (i < first && one->branch != branch)
        continue;
      object = ms_alerts_to_object (one->alerts, one->branch == branch);
      json_object_set_int_member (object, "branch", one->branch);
      json_object_set_int_member (object, "to", one->to);
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return node;
}

static bool
is_new (const MsKept *kept, int branch, GError **error)
{
  for (guint i = 0; kept->alerts != NULL && i < kept->alerts->len; i++)
    if (((const MsKeptAlerts *) kept->alerts->pdata[i])->branch == branch)
      {
        g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " has the \"branch\" %d twice", branch);
        return false;
      }
  return true;
}

static bool
read_branch (MsKept *kept, JsonObject *object, const MsTimeline *timeline, GError **error)
{
  g_autoptr (MsAlerts) alerts = NULL;
  gint64 branch, to;

  if (!ms_json_need_int (object, "branch", 0, G_MAXINT, ALERTS, &branch, error)
      || !ms_json_need_int (object, "to", 0, G_MAXINT64 / 4, ALERTS, &to, error)
      || !is_new (kept, (int) branch, error))
    return false;
  if (!ms_timeline_has (timeline, (MsMoment){ (int) branch, to }))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   ALERTS " goes \"to\" step %" G_GINT64_FORMAT " of \"branch\" %d, which its timeline does not have",
                   to, (int) branch);
      return false;
    }
  if ((alerts = ms_alerts_from_object (object, to, error)) == NULL)
    return false;
  ms_kept_add_alerts (kept, (int) branch, to, alerts);
  return true;
}

bool
ms_session_alerts_from_node (MsKept *kept, JsonNode *node, const MsTimeline *timeline, GError **error)
{
  g_autoptr (MsKept) read = ms_kept_new ();
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, ALERTS " is no JSON list");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = ms_json_need_object_at (array, i, ALERTS, error);

      if (object == NULL || !read_branch (read, object, timeline, error))
        return false;
    }
  if (array == NULL)
    return false;
  g_clear_pointer (&kept->alerts, g_ptr_array_unref);
  kept->alerts = g_steal_pointer (&read->alerts);
  return true;
}
