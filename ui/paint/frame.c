/* SPDX-License-Identifier: MIT */

#include "ui/paint/frame.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"

#include <math.h>
#include <string.h>

#define MOST_SWATCHES 32 /* more are cut short in any case */
#define GAP 6            /* after a swatch's number */

MsFrame
ms_frame_layout (double width, double height, const MsPalette *palette)
{
  double s = palette->scale, pad = MIN (14 * s, MIN (width, height) / 10);
  double head = height >= 90 * s && width >= 60 * s ? 38 * s : pad;
  double foot = height >= 150 * s && width >= 120 * s ? 28 * s : pad;
  double inner = MAX (0, width - 2 * pad);
  MsFrame frame = {
    .head = { pad, 0, inner, head > pad ? head : 0 },
    .content = { pad, head, inner, MAX (0, height - head - foot) },
    .foot = { pad, height - foot, inner, foot > pad ? foot : 0 },
  };

  return frame;
}

static void
draw_head (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const char *title, const char *const *figures)
{
  double middle = frame->head.y + 20 * palette->scale;
  MsText title_look = { MS_TEXT_TITLE, palette->text, .ay = 0.5, .max_width = frame->head.width };
  MsText figures_look = { MS_TEXT_LABEL, palette->muted, .ax = 1, .ay = 0.5 };
  double used = ms_text_draw (cr, palette, &title_look, frame->head.x, middle, title);
  double room = frame->head.width - used - 40 * palette->scale; /* the window's menu button stands there */
  g_autoptr (GString) line = g_string_new (NULL);

  for (int i = 0; figures != NULL && figures[i] != NULL; i++)
    {
      gsize before = line->len;

      if (*figures[i] == '\0')
        continue;
      g_string_append_printf (line, "%s%s", before > 0 ? " · " : "", figures[i]);
      if (ms_text_width (palette, MS_TEXT_LABEL, line->str) > room)
        {
          g_string_truncate (line, before);
          break;
        }
    }
  ms_text_draw (cr, palette, &figures_look, frame->head.x + frame->head.width, middle, line->str);
}

/* What is known of the origin, longest form that fits into @room first; "" if none does. */
static char *
provenance_text (const MsRecord *record, const MsPalette *palette, double room)
{
  g_autofree char *caption = ms_record_caption (record);
  char *rest = caption;

  /* Left out from the front: origin, source, seed; the step stays longest. */
  while (ms_text_width (palette, MS_TEXT_SMALL, rest) > room)
    {
      char *next = strstr (rest, " · ");

      if (next == NULL)
        return g_strdup ("");
      rest = next + strlen (" · ");
    }
  return g_strdup (rest);
}

/* What a legend leaves to the provenance in any case. */
static double
step_width (const MsRecord *record, const MsPalette *palette)
{
  g_autofree char *caption = ms_record_caption (record);
  const char *last = g_strrstr (caption, " · ");

  return ms_text_width (palette, MS_TEXT_SMALL, last != NULL ? last + strlen (" · ") : caption) + 1;
}

double
ms_frame_paint (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const MsScene *scene, const char *title,
                const char *const *figures, double legend)
{
  double room = frame->foot.width - legend - 14 * palette->scale;

  ms_draw_colour (cr, palette->panel);
  cairo_paint (cr);
  if (frame->head.height > 0)
    draw_head (cr, frame, palette, title, figures);
  if (frame->foot.height <= 0 || scene->record == NULL)
    return frame->foot.width;

  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1, .ay = 0.5 };

  room = MAX (room, MIN (0.3 * frame->foot.width, step_width (scene->record, palette)));
  g_autofree char *text = provenance_text (scene->record, palette, room);
  double used = ms_text_draw (cr, palette, &look, frame->foot.x + frame->foot.width,
                              frame->foot.y + frame->foot.height / 2, text);

  return MAX (0, frame->foot.width - used - 14 * palette->scale);
}

static int
shown_layer (const MsScene *scene)
{
  return scene->record != NULL ? CLAMP (scene->selection.layer, 0, MAX (0, scene->record->n_routing - 1)) : 0;
}

bool
ms_frame_ahead (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const MsScene *scene, MsStageKind kind)
{
  if (ms_stage_time (&scene->stage, shown_layer (scene), kind) != MS_STAGE_AHEAD)
    return false;
  ms_frame_empty (cr, frame, palette, "Not computed yet", ms_stage_words (kind));
  return true;
}

void
ms_frame_now (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const MsScene *scene, MsStageKind first,
              MsStageKind last)
{
  const MsStage *stage = &scene->stage;
  double s = palette->scale, width = frame->foot.x * 2 + frame->foot.width;
  cairo_rectangle_t all = { 3 * s, 3 * s, width - 6 * s, frame->foot.y + frame->foot.height - 6 * s };
  bool of_layer = stage->kind != MS_STAGE_PATCHES && stage->kind != MS_STAGE_LOSS;

  if (!stage->partial || stage->kind < first || stage->kind > last || (of_layer && stage->layer != shown_layer (scene)))
    return;
  if (frame->foot.height <= 0 || all.width < 40 * s)
    return;
  ms_draw_colour (cr, palette->accent);
  cairo_set_line_width (cr, 2 * s);
  ms_draw_rounded (cr, all.x, all.y, all.width, all.height, 8 * s);
  cairo_stroke (cr);

  g_autofree char *text = g_strdup_printf ("%s: %s", ms_stage_title (stage->kind), ms_stage_words (stage->kind));
  MsText look = { MS_TEXT_FIGURE, palette->accent, .ax = 0.5, .ay = 0.5, .max_width = MAX (1, frame->foot.width) };
  double words = MIN (frame->foot.width, ms_text_width (palette, MS_TEXT_FIGURE, text));
  double middle = frame->foot.y + frame->foot.height / 2 - 1 * s;
  cairo_rectangle_t plate = { width / 2 - words / 2 - 8 * s, middle - 9 * s, words + 16 * s, 18 * s };

  ms_draw_rect (cr, &plate, palette->panel);
  ms_text_draw (cr, palette, &look, width / 2, middle, text);
}

void
ms_frame_empty (cairo_t *cr, const MsFrame *frame, const MsPalette *palette, const char *what, const char *why)
{
  double x = frame->content.x + frame->content.width / 2, y = frame->content.y + frame->content.height / 2;
  double line = ms_text_height (palette, MS_TEXT_LABEL);
  MsText what_look
    = { MS_TEXT_FIGURE, palette->muted, .ax = 0.5, .ay = 0.5, .max_width = MAX (1, frame->content.width) };
  MsText why_look = { MS_TEXT_LABEL, palette->muted, .ax = 0.5, .ay = 0.5, .max_width = MAX (1, frame->content.width) };

  if (frame->content.height < 1.5 * line || frame->content.width < 40)
    return;
  if (frame->content.height < 3 * line)
    why = "";
  ms_text_draw (cr, palette, &what_look, x, *why != '\0' ? y - 0.6 * line : y, what);
  ms_text_draw (cr, palette, &why_look, x, y + 0.6 * line, why);
}

void
ms_frame_missing (cairo_t *cr, const cairo_rectangle_t *area, const MsPalette *palette, const char *what)
{
  double width = ms_text_width (palette, MS_TEXT_SMALL, what), line = ms_text_height (palette, MS_TEXT_SMALL);

  ms_draw_hatch (cr, area, ms_colour_alpha (palette->missing, 0.6), 8, 1);
  if (area->width < width + 16 || area->height < line + 8)
    return;

  double x = area->x + area->width / 2, y = area->y + area->height / 2;
  cairo_rectangle_t plate = { x - width / 2 - 6, y - line / 2 - 2, width + 12, line + 4 };
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 0.5, .ay = 0.5 };

  ms_draw_rect (cr, &plate, palette->panel);
  ms_text_draw (cr, palette, &look, x, y, what);
}

/* From one swatch to the next. */
static double
swatch_step (const MsPalette *palette, int e)
{
  return (12 + GAP) * palette->scale + ms_text_width (palette, MS_TEXT_SMALL, ms_number_count (e).text);
}

double
ms_frame_expert_legend_width (const MsPalette *palette, const char *heading, int first, int n)
{
  double width = ms_text_width (palette, MS_TEXT_SMALL, heading) + 8 * palette->scale;

  for (int e = first; e < first + MIN (n, MOST_SWATCHES); e++)
    width += swatch_step (palette, e);
  return width;
}

void
ms_frame_expert_legend (cairo_t *cr, const MsPalette *palette, double x, double middle, double width,
                        const char *heading, int first, int n, int selected)
{
  double s = palette->scale, side = 9 * s, end = x + width;
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  MsText chosen = { MS_TEXT_FIGURE, palette->text, .ay = 0.5 };
  char more[48];
  bool all = n <= MOST_SWATCHES && ms_frame_expert_legend_width (palette, heading, first, n) - GAP * s <= width + 1;

  g_snprintf (more, sizeof more, "… %s in all", ms_number_count (n).text);
  if (width < 40 * s
      || (!all && ms_frame_expert_legend_width (palette, heading, first, 1)
                    + ms_text_width (palette, MS_TEXT_SMALL, more) > width))
    return;
  x += ms_text_draw (cr, palette, &look, x, middle, heading) + 8 * s;
  for (int e = first; e < first + n; e++)
    {
      MsNumber number = ms_number_count (e);
      double next = x + swatch_step (palette, e);

      if (!all && next > end - ms_text_width (palette, MS_TEXT_SMALL, more))
        {
          if (x + ms_text_width (palette, MS_TEXT_SMALL, more) <= end + 1)
            ms_text_draw (cr, palette, &look, x, middle, more);
          return;
        }
      ms_draw_colour (cr, ms_palette_category (palette, e));
      ms_draw_rounded (cr, round (x), round (middle - side / 2), side, side, 2 * s);
      cairo_fill (cr);
      ms_text_draw (cr, palette, e == selected ? &chosen : &look, x + side + 3 * s, middle, number.text);
      x = next;
    }
}
