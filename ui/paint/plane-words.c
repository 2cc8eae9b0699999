/* SPDX-License-Identifier: MIT */

#include "ui/paint/plane-words.h"

#include "ui/paint/territory.h"
#include "ui/paint/tokens.h"

/* The class probabilities (C) of the cell that holds (x, y); NULL: outside, or not captured. */
static const float *
probs_at (const MsRecord *record, double x, double y)
{
  const MsSurface *surface = record->surface;

  if (surface == NULL || surface->probs == NULL || surface->C < 1
      || !(x >= surface->x0 && x <= surface->x1 && y >= surface->y0 && y <= surface->y1))
    return NULL;

  int column = MIN (surface->width - 1, (int) ((x - surface->x0) / (surface->x1 - surface->x0) * surface->width));
  int row = MIN (surface->height - 1, (int) ((surface->y1 - y) / (surface->y1 - surface->y0) * surface->height));

  return surface->probs + ((gsize) row * (gsize) surface->width + (gsize) column) * (gsize) surface->C;
}

/* The likeliest class that is not @but. */
static int
best_class (const float *probs, int C, int but)
{
  int best = MS_NONE;

  for (int c = 0; c < C; c++)
    if (c != but && (best < 0 || probs[c] > probs[best]))
      best = c;
  return best;
}

/* The three likeliest classes are enough for a tooltip. */
static void
describe_classes (GString *text, const MsRecord *record, const float *probs)
{
  int C = record->surface->C;

  if (C <= 3)
    for (int c = 0; c < C; c++)
      g_string_append_printf (text, "\nclass %s: %s", ms_record_class (record, c).text,
                              ms_number_fixed ((double) probs[c], 3).text);
  else
    {
      int first = best_class (probs, C, MS_NONE), second = best_class (probs, C, first);

      g_string_append_printf (text, "\nclass %s: %s, then class %s: %s", ms_record_class (record, first).text,
                              ms_number_fixed ((double) probs[first], 3).text, ms_record_class (record, second).text,
                              ms_number_fixed ((double) probs[second], 3).text);
    }
}

char *
ms_plane_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsRecord *record = scene->record;
  const MsRouting *routing = ms_scene_routing (scene);
  bool is_point = spot->kind == MS_SPOT_POINT && record != NULL && spot->point >= 0 && spot->point < record->n_points;

  if (record == NULL || (!is_point && spot->kind != MS_SPOT_PLACE))
    return g_strdup ("");

  GString *text = g_string_new (NULL);
  const float *probs = probs_at (record, spot->x, spot->y);
  int expert = ms_territory_at (scene, spot->x, spot->y);

  if (is_point)
    g_string_append_printf (text, "point %d ", spot->point);
  g_string_append_printf (text, "at (%s, %s)", ms_number_fixed (spot->x, 2).text, ms_number_fixed (spot->y, 2).text);
  if (is_point && record->point_labels != NULL)
    g_string_append_printf (text, ", label %s", ms_record_class (record, record->point_labels[spot->point]).text);
  if (probs != NULL)
    describe_classes (text, record, probs);
  else
    g_string_append (text, "\nclass probabilities not captured");
  if (expert >= 0)
    g_string_append_printf (text, "\nexpert %d %s", expert, ms_scene_soft (scene) ? "has most weight" : "asked first");
  if (expert >= 0 && routing != NULL)
    g_string_append_printf (text, ", block %d", routing->layer);
  return g_string_free (text, FALSE);
}

char *
ms_plane_table (const MsScene *scene)
{
  const MsRecord *record = scene->record;
  GString *text = g_string_new ("point\tx\ty\tlabel\tpredicted\tprobability\texpert\n");

  for (int i = 0; record != NULL && record->points != NULL && i < record->n_points; i++)
    {
      double x = (double) record->points[2 * i], y = (double) record->points[2 * i + 1];
      const float *probs = probs_at (record, x, y);
      int expert = ms_territory_at (scene, x, y);

      g_string_append_printf (text, "%d\t%s\t%s\t%s\t", i, ms_number_fixed (x, 4).text, ms_number_fixed (y, 4).text,
                              record->point_labels != NULL ? ms_record_class (record, record->point_labels[i]).text
                                                           : "");
      if (probs != NULL)
        {
          int best = best_class (probs, record->surface->C, MS_NONE);

          g_string_append_printf (text, "%s\t%s\t", ms_record_class (record, best).text,
                                  ms_number_fixed ((double) probs[best], 4).text);
        }
      else
        g_string_append (text, "\t\t");
      g_string_append_printf (text, expert >= 0 ? "%d\n" : "\n", expert);
    }
  return g_string_free (text, FALSE);
}
