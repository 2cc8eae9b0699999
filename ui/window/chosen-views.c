/* SPDX-License-Identifier: MIT */

#include "ui/window/chosen-views.h"

#include "ui/paint/painter.h"

static guint64
first_of (guint64 applying, int n)
{
  guint64 views = 0;

  for (int i = 0; i < 64 && n > 0; i++)
    if (applying >> i & 1)
      {
        views |= G_GUINT64_CONSTANT (1) << i;
        n--;
      }
  return views;
}

guint64
ms_chosen_views_shown (const MsChosenViews *chosen, guint64 applying)
{
  if (chosen->own && (chosen->views & applying) != 0)
    return chosen->views & applying;
  return first_of (applying, MS_VIEWS_AT_ONCE);
}

bool
ms_chosen_views_set (MsChosenViews *chosen, guint64 applying, int i, bool shown)
{
  guint64 view = G_GUINT64_CONSTANT (1) << i, now = ms_chosen_views_shown (chosen, applying);
  guint64 then = shown ? now | view : now & ~view;

  if ((then & applying) == 0)
    return false;
  /* A view that does not apply now and was chosen before comes back when it does. */
  chosen->views = (chosen->own ? chosen->views & ~applying : 0) | then;
  chosen->own = true;
  return true;
}

char *
ms_chosen_views_to_text (const MsChosenViews *chosen)
{
  GString *text = g_string_new (NULL);
  const MsPainter *const *painters = ms_painters ();

  for (int i = 0; chosen->own && painters[i] != NULL; i++)
    if (chosen->views >> i & 1)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ";" : "", painters[i]->name);
  return g_string_free (text, FALSE);
}

MsChosenViews
ms_chosen_views_from_text (const char *text)
{
  MsChosenViews chosen = { false, 0 };
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", ";", -1);
  const MsPainter *const *painters = ms_painters ();

  for (int i = 0; painters[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) names, painters[i]->name))
      {
        chosen.own = true;
        chosen.views |= G_GUINT64_CONSTANT (1) << i;
      }
  return chosen;
}
