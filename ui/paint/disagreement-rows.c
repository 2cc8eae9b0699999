/* SPDX-License-Identifier: MIT */

#include "ui/paint/disagreement-rows.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"
#include "ui/paint/thumbnail.h"
#include "ui/paint/tokens.h"

#include <math.h>

/* Columns from the left, as long as there is room: picture, label, bars; then from the right mutual information. */
static void
place_columns (MsDisputeRows *rows, const MsPalette *palette)
{
  const MsRecord *record = rows->disputes->record;
  double s = palette->scale, x = rows->x, end = rows->x + rows->width;

  if (rows->width >= 190 * s)
    {
      rows->mutual_width = CLAMP (0.2 * rows->width, 60 * s, 150 * s);
      end -= rows->mutual_width;
      rows->mutual = end;
      end -= 10 * s;
    }
  rows->thumb = x;
  if (record->inputs != NULL && record->patch > 0 && record->width > 0 && record->height > 0 && rows->width >= 130 * s)
    x += MIN (rows->height * record->width / record->height, 0.2 * rows->width) + 8 * s;
  rows->label = x;
  if (record->labels != NULL && rows->width >= 100 * s)
    x += 30 * s;
  rows->bars = x;
  rows->bars_width = MAX (1, end - x);
}

MsDisputeRows
ms_dispute_rows_fit (const cairo_rectangle_t *area, const MsDisputes *disputes, int wanted, const MsPalette *palette)
{
  double s = palette->scale, gap = 6 * s, head = area->height >= 90 * s ? 18 * s : 0;
  MsDisputeRows rows = { .disputes = disputes, .x = area->x, .y = area->y + head, .width = area->width };
  double stripe = disputes->M <= 3 ? 12 * s : disputes->M <= 6 ? 7 * s : 4 * s;
  double wish = MAX (26 * s, disputes->M * stripe), room = area->height - head;

  rows.wanted = wanted >= 0 && wanted < disputes->N ? wanted : MS_NONE;
  if (room < 6 || area->width < 12)
    return rows;
  rows.head = head > 0 ? area->y + 7 * s : 0;
  rows.height = MIN (wish, room);
  rows.n = CLAMP ((int) floor ((room + gap) / (rows.height + gap)), 1, disputes->N);
  rows.pitch = MIN (floor ((room + gap) / rows.n), 1.5 * rows.height + gap);
  rows.height = floor (rows.pitch - gap);
  if (rows.height < 2)
    rows.height = rows.pitch;
  place_columns (&rows, palette);
  return rows;
}

static int
example_at (const MsDisputeRows *rows, int row)
{
  const MsDisputes *disputes = rows->disputes;

  if (row == rows->n - 1 && rows->wanted >= 0)
    {
      bool seen = false;

      for (int i = 0; i < rows->n; i++)
        seen |= disputes->order[i] == rows->wanted;
      if (!seen)
        return rows->wanted;
    }
  return disputes->order[row];
}

static cairo_rectangle_t
stripe_area (const MsDisputeRows *rows, int row, int m)
{
  double h = rows->height / rows->disputes->M, y = rows->y + row * rows->pitch, gap = h >= 6 ? 1 : 0;

  return (cairo_rectangle_t) { rows->bars, round (y + m * h), rows->bars_width,
                               MAX (0.5, round (y + (m + 1) * h) - round (y + m * h) - gap) };
}

static MsColour
rest_colour (const MsPalette *palette)
{
  return ms_colour_mix (palette->panel, palette->missing, 0.5);
}

/* The classes that matter side by side, as wide as they are probable; grey for all others. */
static void
paint_stripe (cairo_t *cr, const MsDisputeRows *rows, const MsDispute *dispute, int n, int m,
              const cairo_rectangle_t *area, const MsPalette *palette)
{
  double x = area->x;

  ms_draw_rect (cr, area, rest_colour (palette));
  for (int i = 0; i < dispute->n; i++)
    {
      double p = ms_disputes_prob (rows->disputes, m, n, dispute->classes[i]);
      double w = p > 0 ? area->width * MIN (p, 1) : 0; /* none for NaN */
      cairo_rectangle_t part = { x, area->y, MIN (w, area->x + area->width - x), area->height };
      MsColour colour = ms_palette_category (palette, i);
      MsNumber name = ms_record_class (rows->disputes->record, dispute->classes[i]);
      MsText look = { MS_TEXT_SMALL, ms_colour_ink (colour), .ax = 0.5, .ay = 0.5 };

      if (!(part.width > 0))
        continue;
      ms_draw_rect (cr, &part, colour);
      if (i > 0 && part.width >= 3)
        ms_draw_rule (cr, part.x, part.y, 1, part.height, palette->panel);
      if (area->height >= 10 * palette->scale
          && ms_text_width (palette, MS_TEXT_SMALL, name.text) <= part.width - 4)
        ms_text_draw (cr, palette, &look, part.x + part.width / 2, part.y + part.height / 2, name.text);
      x += part.width;
    }
}

/* Where the members' stripes are too thin for words: the ensemble's class once, over all of them. */
static void
name_class (cairo_t *cr, const MsDisputeRows *rows, const MsDispute *dispute, int row, const MsPalette *palette)
{
  cairo_rectangle_t stripe = stripe_area (rows, row, 0);
  MsColour colour = ms_palette_category (palette, 0);
  MsText look = { MS_TEXT_FIGURE, ms_colour_ink (colour), .ay = 0.5 };
  MsNumber name = ms_record_class (rows->disputes->record, dispute->best);
  double line = ms_text_height (palette, MS_TEXT_FIGURE);

  if (stripe.height >= 10 * palette->scale || rows->height < line
      || ms_text_width (palette, MS_TEXT_FIGURE, name.text) + 10 > rows->bars_width * dispute->mean[0])
    return;

  cairo_rectangle_t plate = { rows->bars + 2, rows->y + row * rows->pitch + (rows->height - line) / 2,
                              ms_text_width (palette, MS_TEXT_FIGURE, name.text) + 6, line };

  ms_draw_rect (cr, &plate, colour);
  ms_text_draw (cr, palette, &look, plate.x + 3, plate.y + line / 2, name.text);
}

static void
paint_what (cairo_t *cr, const MsDisputeRows *rows, const MsDispute *dispute, int row, int n, MsTone tone,
            const MsPalette *palette)
{
  const MsRecord *record = rows->disputes->record;
  double y = rows->y + row * rows->pitch;

  if (rows->label > rows->thumb)
    {
      double room = rows->label - rows->thumb - 8 * palette->scale;
      double unit = MIN (rows->height / record->height, room / record->width);
      double side = unit >= 1 ? floor (unit) : unit;
      cairo_rectangle_t area = { rows->thumb, round (y + (rows->height - side * record->height) / 2),
                                 side * record->width, side * record->height };

      ms_thumbnail_draw (cr, &area, record, n, tone, NULL, palette);
    }
  if (rows->bars > rows->label)
    {
      bool wrong = record->labels[n] != dispute->best;
      MsText look = { MS_TEXT_FIGURE, wrong ? palette->warning : palette->text, .ay = 0.5,
                      .max_width = rows->bars - rows->label - 4 };

      ms_text_draw (cr, palette, &look, rows->label, y + rows->height / 2,
                    ms_record_class (record, record->labels[n]).text);
    }
}

static void
paint_mutual (cairo_t *cr, const MsDisputeRows *rows, int row, int n, const MsPalette *palette)
{
  const MsDisputes *disputes = rows->disputes;
  double s = palette->scale, number = ms_text_width (palette, MS_TEXT_SMALL, "0.000"), y;
  double most = MAX (1e-9, disputes->mutual[disputes->order[0]]), room = rows->mutual_width - number - 6 * s;
  MsText look = { MS_TEXT_SMALL, palette->text, .ax = 1, .ay = 0.5 };

  if (rows->mutual_width <= 0)
    return;
  y = rows->y + row * rows->pitch + rows->height / 2;
  if (disputes->mutual[n] > 0)
    {
      cairo_rectangle_t bar = { rows->mutual, round (y - 3 * s), MAX (1, room * MIN (1, disputes->mutual[n] / most)),
                                round (6 * s) };

      ms_draw_rect (cr, &bar, ms_palette_category (palette, 7));
    }
  ms_text_draw (cr, palette, &look, rows->mutual + rows->mutual_width, y,
                ms_number_fixed (disputes->mutual[n], 3).text);
}

static void
paint_headings (cairo_t *cr, const MsDisputeRows *rows, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  char text[96];

  if (rows->head <= 0)
    return;
  if (rows->bars > rows->label)
    {
      look.max_width = rows->bars - rows->label - 2;
      ms_text_draw (cr, palette, &look, rows->label, rows->head, "label");
    }
  look.max_width = rows->bars_width;
  g_snprintf (text, sizeof text, "members 0 to %d below each other, width = probability", rows->disputes->M - 1);
  if (ms_text_width (palette, MS_TEXT_SMALL, text) > rows->bars_width)
    g_snprintf (text, sizeof text, "members 0 to %d, probability", rows->disputes->M - 1);
  ms_text_draw (cr, palette, &look, rows->bars, rows->head, text);
  if (rows->mutual_width <= 0)
    return;

  static const char *const names[] = { "mutual information, nats", "mutual information", "mutual inf., nats", "MI" };
  gsize i = 0;

  while (i + 1 < G_N_ELEMENTS (names) && ms_text_width (palette, MS_TEXT_SMALL, names[i]) > rows->mutual_width)
    i++;
  look.max_width = rows->mutual_width;
  ms_text_draw (cr, palette, &look, rows->mutual, rows->head, names[i]);
}

void
ms_dispute_rows_paint (cairo_t *cr, const MsDisputeRows *rows, int chosen, const MsPalette *palette)
{
  MsTone tone = { 0, 1 };

  if (rows->disputes == NULL) /* no room was found for a single row */
    return;
  if (rows->label > rows->thumb)
    tone = ms_thumbnail_tone (rows->disputes->record);
  paint_headings (cr, rows, palette);
  for (int row = 0; row < rows->n; row++)
    {
      int n = example_at (rows, row);
      MsDispute dispute = ms_disputes_look (rows->disputes, n);

      paint_what (cr, rows, &dispute, row, n, tone, palette);
      for (int m = 0; m < rows->disputes->M; m++)
        {
          cairo_rectangle_t stripe = stripe_area (rows, row, m);

          paint_stripe (cr, rows, &dispute, n, m, &stripe, palette);
        }
      name_class (cr, rows, &dispute, row, palette);
      paint_mutual (cr, rows, row, n, palette);
      if (n == chosen)
        {
          cairo_rectangle_t area = { rows->x, rows->y + row * rows->pitch, rows->width, rows->height };

          ms_draw_outline (cr, &area, palette, palette->accent, 2);
        }
    }
}

bool
ms_dispute_rows_pick (const MsDisputeRows *rows, double x, double y, MsSpot *spot)
{
  int row = rows->n > 0 && y >= rows->y ? (int) ((y - rows->y) / rows->pitch) : rows->n;

  if (row >= rows->n || x < rows->x || x >= rows->x + rows->width || y >= rows->y + row * rows->pitch + rows->height)
    return false;
  spot->kind = MS_SPOT_EXAMPLE;
  spot->example = example_at (rows, row);
  spot->area = (cairo_rectangle_t) { rows->x, rows->y + row * rows->pitch, rows->bars - rows->x, rows->height };
  if (x >= rows->bars)
    {
      spot->area.x = rows->bars + rows->bars_width;
      spot->area.width = rows->x + rows->width - spot->area.x;
    }
  for (int m = 0; m < rows->disputes->M; m++)
    {
      cairo_rectangle_t stripe = stripe_area (rows, row, m);
      double end = rows->y + row * rows->pitch + (m + 1) * rows->height / rows->disputes->M;

      stripe.height = MAX (stripe.height, round (end) - stripe.y); /* the gap below belongs to it */
      if (!ms_inside (&stripe, x, y))
        continue;
      spot->member = m;
      spot->area = stripe;
    }
  return true;
}

static const char *const key[] = { "ensemble's class", "its 2nd", "3rd", "others" };

static MsColour
key_colour (const MsPalette *palette, int i)
{
  return i == G_N_ELEMENTS (key) - 1 ? rest_colour (palette) : ms_palette_category (palette, i);
}

double
ms_dispute_key_width (const MsPalette *palette)
{
  double width = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (key); i++)
    width += ms_text_width (palette, MS_TEXT_SMALL, key[i]) + 24 * palette->scale;
  return width;
}

void
ms_dispute_key (cairo_t *cr, const MsPalette *palette, double x, double middle, double width)
{
  double s = palette->scale, side = 9 * s, end = x + width;
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };

  for (gsize i = 0; i < G_N_ELEMENTS (key); i++)
    {
      double text = ms_text_width (palette, MS_TEXT_SMALL, key[i]);

      if (x + side + 4 * s + text > end)
        return;
      ms_draw_colour (cr, key_colour (palette, (int) i));
      ms_draw_rounded (cr, round (x), round (middle - side / 2), side, side, 2 * s);
      cairo_fill (cr);
      ms_text_draw (cr, palette, &look, x + side + 4 * s, middle, key[i]);
      x += side + 4 * s + text + 11 * s;
    }
}
