/* SPDX-License-Identifier: MIT */

/* Two generations of layouts: a lookup in the old one moves the layout to the young one; when the young one is full,
 * what was not asked for since the last time is freed. So a text that changes with every step does not grow memory. */
#include "ui/paint/text.h"

#include "ui/paint/draw.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define GENERATION 600

typedef struct {
  PangoLayout *layout; /* owned */
  double width;
} Shaped;

typedef struct {
  PangoContext *context;    /* owned; NULL until the first text */
  GHashTable *young, *old;  /* char * -> Shaped *, both owned */
  bool boxes;
} Cache;

static const struct {
  double size;
  bool bold;
} styles[] = {
  [MS_TEXT_LABEL] = { 11, false },
  [MS_TEXT_SMALL] = { 10, false },
  [MS_TEXT_FIGURE] = { 11, true },
  [MS_TEXT_TITLE] = { 13.5, true },
};

static void
shaped_free (gpointer data)
{
  Shaped *shaped = data;

  g_object_unref (shaped->layout);
  g_free (shaped);
}

static void
cache_free (gpointer data)
{
  Cache *cache = data;

  g_clear_object (&cache->context);
  g_hash_table_unref (cache->young);
  g_hash_table_unref (cache->old);
  g_free (cache);
}

static GHashTable *
generation_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, shaped_free);
}

static Cache *
get_cache (void)
{
  static GPrivate key = G_PRIVATE_INIT (cache_free);
  Cache *cache = g_private_get (&key);

  if (cache == NULL)
    {
      cache = g_new0 (Cache, 1);
      cache->young = generation_new ();
      cache->old = generation_new ();
      g_private_set (&key, cache);
    }
  return cache;
}

void
ms_text_set_boxes (bool boxes)
{
  get_cache ()->boxes = boxes;
}

static PangoContext *
make_context (void)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  pango_cairo_context_set_resolution (context, 96);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  return context;
}

static double
text_size (const MsPalette *palette, MsTextStyle style)
{
  return styles[style].size * palette->scale;
}

static Shaped *
shape (Cache *cache, double size, bool bold, double max_width, const char *text)
{
  Shaped *shaped = g_new0 (Shaped, 1);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Cantarell, Noto Sans, Sans");
  PangoRectangle extents;

  if (cache->context == NULL)
    cache->context = make_context ();
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  if (bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  shaped->layout = pango_layout_new (cache->context);
  pango_layout_set_font_description (shaped->layout, font);
  pango_layout_set_single_paragraph_mode (shaped->layout, TRUE);

  /* Figures of one width, so that a changing number does not shake. */
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (shaped->layout, attributes);
  pango_attr_list_unref (attributes);

  if (g_utf8_validate (text, -1, NULL))
    pango_layout_set_text (shaped->layout, text, -1);
  else
    {
      g_autofree char *valid = g_utf8_make_valid (text, -1);

      pango_layout_set_text (shaped->layout, valid, -1);
    }
  if (max_width > 0)
    {
      pango_layout_set_width (shaped->layout, (int) (max_width * PANGO_SCALE));
      pango_layout_set_ellipsize (shaped->layout, PANGO_ELLIPSIZE_END);
    }
  pango_layout_line_get_extents (pango_layout_get_line_readonly (shaped->layout, 0), NULL, &extents);
  shaped->width = extents.width / (double) PANGO_SCALE;
  return shaped;
}

static const Shaped *
look_up (Cache *cache, double size, bool bold, double max_width, const char *text)
{
  char start[64];
  g_autofree char *key = NULL;
  gpointer old_key = NULL, found = NULL;

  g_snprintf (start, sizeof start, "%d:%d:%d:", (int) (size * 64), bold, max_width > 0 ? (int) max_width : -1);
  key = g_strconcat (start, text, NULL);
  found = g_hash_table_lookup (cache->young, key);
  if (found != NULL)
    return found;
  if (g_hash_table_size (cache->young) >= GENERATION)
    {
      g_hash_table_unref (cache->old);
      cache->old = g_steal_pointer (&cache->young);
      cache->young = generation_new ();
    }
  if (g_hash_table_steal_extended (cache->old, key, &old_key, &found))
    {
      g_hash_table_insert (cache->young, old_key, found);
      return found;
    }

  Shaped *shaped = shape (cache, size, bold, max_width > 0 ? (int) max_width : 0, text);

  g_hash_table_insert (cache->young, g_steal_pointer (&key), shaped);
  return shaped;
}

static double
box_width (double size, double max_width, const char *text)
{
  double width = 0.52 * size * (double) g_utf8_strlen (text, -1);

  return max_width > 0 ? MIN (width, max_width) : width;
}

double
ms_text_width (const MsPalette *palette, MsTextStyle style, const char *text)
{
  Cache *cache = get_cache ();
  double size = text_size (palette, style);

  return cache->boxes ? box_width (size, 0, text) : look_up (cache, size, styles[style].bold, 0, text)->width;
}

double
ms_text_height (const MsPalette *palette, MsTextStyle style)
{
  return 1.36 * text_size (palette, style);
}

static void
draw_box (cairo_t *cr, const MsColour *colour, double x, double baseline, double width, double size)
{
  cairo_rectangle_t box = { x, baseline - 0.7 * size, width, 0.7 * size };

  ms_draw_rect (cr, &box, ms_colour_alpha (*colour, 0.5 * colour->a));
}

double
ms_text_draw (cairo_t *cr, const MsPalette *palette, const MsText *look, double x, double y, const char *text)
{
  Cache *cache = get_cache ();
  double size = text_size (palette, look->style), height = ms_text_height (palette, look->style);
  /* A capital is 0.7 high in the fonts asked for; its middle is put into the middle of the line. */
  double baseline = floor (y + (0.5 - look->ay) * height + 0.35 * size + 0.5);

  if (*text == '\0' || look->max_width < 0)
    return 0;
  if (cache->boxes)
    {
      double width = box_width (size, look->max_width, text);

      draw_box (cr, &look->colour, x - look->ax * width, baseline, width, size);
      return width;
    }

  const Shaped *shaped = look_up (cache, size, styles[look->style].bold, look->max_width, text);

  ms_draw_colour (cr, look->colour);
  cairo_move_to (cr, x - look->ax * shaped->width, baseline);
  pango_cairo_show_layout_line (cr, pango_layout_get_line_readonly (shaped->layout, 0));
  cairo_new_path (cr);
  return shaped->width;
}
