/* SPDX-License-Identifier: MIT */

#include "ui/paint/slots-side.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"
#include "ui/paint/thumbnail.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define MOST 12 /* bars: the rest is too small to matter */

/* The image as large as fits, with whole pixels where it is enlarged. */
static cairo_rectangle_t
fit_image (const MsRecord *record, double x, double y, double width, double height)
{
  double unit = MIN (width / record->width, height / record->height);

  if (unit >= 1)
    unit = floor (unit);
  return (cairo_rectangle_t) { round (x), round (y), unit * record->width, unit * record->height };
}

MsSlotsSide
ms_slots_side_fit (const cairo_rectangle_t *area, const MsSlots *slots, bool uses, const MsPalette *palette)
{
  const MsRecord *record = slots->record;
  double s = palette->scale, top = area->y + 20 * s, height = area->height - 20 * s;
  MsSlotsSide side = { .uses = uses, .x = area->x, .width = area->width };
  bool image = record->patch > 0 && record->inputs != NULL && record->width > 0 && record->height > 0
               && record->channels > 0;

  if (area->width < 60 * s || height < 24 * s)
    return side;
  side.title = area->y + 7 * s;
  side.list = (cairo_rectangle_t) { area->x, top, area->width, height };
  if (image)
    {
      side.image = fit_image (record, area->x, top, 0.46 * area->width, height);
      side.list.x += side.image.width + 12 * s;
      side.list.width -= side.image.width + 12 * s;
      side.list.height = MAX (side.image.height, MIN (height, 4 * 16 * s));
    }
  side.row = 16 * s;
  side.n = (int) MIN (MIN (MOST, floor (side.list.height / side.row)), uses ? slots->slots : slots->rows);
  if (side.list.width < 60 * s)
    side.n = 0;
  else if (side.n > 0)
    side.row = MIN (side.list.height / side.n, 20 * s);
  return side;
}

double
ms_slots_side_height (const MsSlotsSide *side, const MsPalette *palette)
{
  return 20 * palette->scale + MAX (side->image.height, side->n * side->row);
}

static cairo_rectangle_t
patch_area (const MsSlotsSide *side, const MsRecord *record, int p)
{
  int across = ms_record_across (record);
  double unit = side->image.width / record->width, x = p % across * record->patch, y = p / across * record->patch;

  return (cairo_rectangle_t) { side->image.x + x * unit, side->image.y + y * unit,
                               MIN (record->patch, record->width - x) * unit,
                               MIN (record->patch, record->height - y) * unit };
}

/* The batch-wide index of patch @p of the shown example, in the copy that the group belongs to; MS_NONE: not in the
 * group. */
static int
patch_token (const MsSlots *slots, int p)
{
  const MsRecord *record = slots->record;
  int copy = record->N * record->tokens;
  int token = slots->token / copy * copy + slots->example * record->tokens + (record->class_token ? 1 : 0) + p;

  return token >= slots->first && token < slots->first + slots->rows ? token : MS_NONE;
}

static int
count_patches (const MsRecord *record)
{
  return ms_record_across (record) * ((record->height + record->patch - 1) / record->patch);
}

static void
paint_image (cairo_t *cr, const MsSlotsSide *side, const MsSlots *slots, const MsPalette *palette)
{
  const MsRecord *record = slots->record;
  int P = count_patches (record), chosen = ms_token_patch (record, slots->token);
  g_autofree float *heat = g_new0 (float, P);
  MsColour hue = ms_palette_category (palette, ms_slots_expert (slots, slots->slot));

  for (int p = 0; p < P && !side->uses; p++)
    {
      int token = patch_token (slots, p);

      if (token >= 0 && slots->most_dispatch > 0)
        heat[p] = (float) (ms_slots_dispatch (slots, token, slots->slot) / slots->most_dispatch);
    }
  ms_thumbnail_draw_heat (cr, &side->image, record, slots->example, ms_thumbnail_tone (record), heat, hue, palette);
  if (chosen >= 0 && chosen < P && ms_token_example (record, slots->token) == slots->example)
    {
      cairo_rectangle_t area = patch_area (side, record, chosen);

      ms_draw_outline (cr, &area, palette, side->uses ? palette->accent : palette->muted, side->uses ? 2 : 1);
    }
}

/* "2, 3" for a patch, with the example's number where the group holds several. */
static void
name_token (char *name, gsize size, const MsSlots *slots, int token)
{
  const MsRecord *record = slots->record;
  int p = ms_token_patch (record, token), across = ms_record_across (record), n = ms_token_example (record, token);
  char place[32];

  if (p < 0)
    g_snprintf (place, sizeof place, "class");
  else if (across > 0)
    g_snprintf (place, sizeof place, "%d, %d", p / across + 1, p % across + 1);
  else
    g_snprintf (place, sizeof place, "%d", p);
  if (slots->rows <= record->tokens)
    g_strlcpy (name, place, size);
  else if (record->tokens > 1)
    g_snprintf (name, size, "#%d: %s", n, place);
  else
    g_snprintf (name, size, "#%d", n);
}

static void
paint_title (cairo_t *cr, const MsSlotsSide *side, const MsSlots *slots, const MsPalette *palette)
{
  MsText name = { MS_TEXT_FIGURE, palette->text, .ay = 0.5, .max_width = side->width };
  MsText small = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  bool patch = slots->record->patch > 0;
  char token[48], text[96];

  name_token (token, sizeof token, slots, slots->token);
  if (!side->uses)
    g_snprintf (text, sizeof text, "Slot %d reads %s", slots->slot, patch ? "patch" : "token");
  else if (ms_token_patch (slots->record, slots->token) < 0)
    g_snprintf (text, sizeof text, "Class token uses slot");
  else
    g_snprintf (text, sizeof text, "%s %s uses slot", patch ? "Patch" : "Token", token);

  double used = ms_text_draw (cr, palette, &name, side->x, side->title, text) + 6 * palette->scale;

  if (side->uses)
    g_snprintf (text, sizeof text, "combine");
  else
    g_snprintf (text, sizeof text, "dispatch");
  small.max_width = side->width - used;
  if (ms_text_width (palette, MS_TEXT_SMALL, text) <= small.max_width)
    ms_text_draw (cr, palette, &small, side->x + used, side->title, text);
}

static cairo_rectangle_t
bar_row (const MsSlotsSide *side, int i)
{
  return (cairo_rectangle_t) { side->list.x, side->list.y + i * side->row, side->list.width, side->row };
}

static void
paint_bars (cairo_t *cr, const MsSlotsSide *side, const MsSlots *slots, const MsPalette *palette)
{
  int index[MOST], n = side->uses ? ms_slots_top_slots (slots, slots->token, index, side->n)
                                  : ms_slots_top_tokens (slots, slots->slot, index, side->n);
  double s = palette->scale, most = 0, number = ms_text_width (palette, MS_TEXT_SMALL, "0.000") + 5 * s, label = 0;
  char name[MOST][48];

  for (int i = 0; i < n; i++)
    {
      if (side->uses)
        g_snprintf (name[i], sizeof name[i], "%d", index[i]);
      else
        name_token (name[i], sizeof name[i], slots, index[i]);
      label = MAX (label, ms_text_width (palette, MS_TEXT_SMALL, name[i]));
    }
  for (int i = 0; i < n; i++)
    {
      cairo_rectangle_t row = bar_row (side, i);
      double weight = side->uses ? ms_slots_combine (slots, slots->token, index[i])
                                 : ms_slots_dispatch (slots, index[i], slots->slot);
      int expert = ms_slots_expert (slots, side->uses ? index[i] : slots->slot);
      bool chosen = index[i] == (side->uses ? slots->slot : slots->token);
      double y = row.y + row.height / 2, x = row.x + label + 6 * s, room = row.x + row.width - number - x;
      MsText left = { MS_TEXT_SMALL, chosen ? palette->text : palette->muted, .ax = 1, .ay = 0.5 };
      MsText right = { MS_TEXT_SMALL, palette->text, .ax = 1, .ay = 0.5 };

      most = i == 0 ? MAX (weight, 1e-12) : most;
      ms_text_draw (cr, palette, &left, row.x + label, y, name[i]);
      if (room > 4)
        {
          cairo_rectangle_t bar = { x, round (y - 4 * s), MAX (1, room * weight / most), round (8 * s) };

          ms_draw_rect (cr, &bar, ms_palette_category (palette, expert));
        }
      ms_text_draw (cr, palette, &right, row.x + row.width, y, ms_number_fixed (weight, 3).text);
    }
}

void
ms_slots_side_paint (cairo_t *cr, const MsSlotsSide *side, const MsSlots *slots, const MsPalette *palette)
{
  if (side->title <= 0)
    return;
  paint_title (cr, side, slots, palette);
  if (side->image.width >= 1)
    paint_image (cr, side, slots, palette);
  paint_bars (cr, side, slots, palette);
}

bool
ms_slots_side_pick (const MsSlotsSide *side, const MsSlots *slots, double x, double y, MsSpot *spot)
{
  const MsRecord *record = slots->record;
  int index[MOST], i = side->row > 0 ? (int) floor ((y - side->list.y) / side->row) : -1;

  if (side->image.width >= 1 && ms_inside (&side->image, x, y))
    {
      double unit = side->image.width / record->width;
      int across = ms_record_across (record), column = (int) ((x - side->image.x) / unit) / record->patch;
      int p = (int) ((y - side->image.y) / unit) / record->patch * across + MIN (column, across - 1);

      spot->kind = MS_SPOT_SLOT;
      spot->token = patch_token (slots, p);
      spot->slot = slots->slot;
      spot->expert = ms_slots_expert (slots, slots->slot);
      spot->example = slots->example;
      spot->area = patch_area (side, record, p);
      return spot->token >= 0;
    }
  if (!ms_inside (&side->list, x, y) || i < 0 || i >= side->n)
    return false;
  if (i >= (side->uses ? ms_slots_top_slots (slots, slots->token, index, side->n)
                       : ms_slots_top_tokens (slots, slots->slot, index, side->n)))
    return false;
  spot->kind = MS_SPOT_SLOT;
  spot->slot = side->uses ? index[i] : slots->slot;
  spot->token = side->uses ? slots->token : index[i];
  spot->expert = ms_slots_expert (slots, spot->slot);
  spot->example = ms_token_example (record, spot->token);
  spot->area = bar_row (side, i);
  return true;
}
