/* SPDX-License-Identifier: MIT */

/* Soft MoE: one matrix of logits (tokens, slots), read twice. Dispatch, its softmax over tokens, says what each slot
 * reads; combine, its softmax over slots, says what each token gets. Beside them one slot and one token on the
 * image. */
#include "ui/paint/painters.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/slots-panel.h"
#include "ui/paint/slots-side.h"
#include "ui/paint/slots-words.h"
#include "ui/paint/tokens.h"

#include <math.h>

typedef struct {
  MsFrame frame;
  int panels, sides;
  MsSlotsPanel panel[2];
  MsSlotsSide side[2];
} Layout;

static Layout
lay_out (double width, double height, const MsSlots *slots, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, gap = 18 * s, side = 0;

  if (slots->routing == NULL || area.width < 8 || area.height < 8)
    return layout;
  if (area.width >= 440 * s && area.height >= 110 * s)
    side = CLAMP (0.36 * area.width, 170 * s, 460 * s);
  layout.panels = area.width - side >= 170 * s ? 2 : 1;

  double matrices = area.width - (side > 0 ? side + gap : 0);
  cairo_rectangle_t part = { area.x, area.y, (matrices - (layout.panels - 1) * gap) / layout.panels, area.height };

  for (int i = 0; i < layout.panels; i++)
    {
      layout.panel[i] = ms_slots_panel_fit (&part, slots, i == 1, palette);
      part.x += part.width + gap;
    }
  if (side <= 0)
    return layout;
  layout.sides = area.height >= 170 * s ? 2 : 1;
  part = (cairo_rectangle_t) { area.x + area.width - side, area.y, side,
                               (area.height - (layout.sides - 1) * 14 * s) / layout.sides };
  for (int i = 0; i < layout.sides; i++)
    {
      layout.side[i] = ms_slots_side_fit (&part, slots, i == 1, palette);
      part.y += MIN (part.height, ms_slots_side_height (&layout.side[i], palette)) + 14 * s;
    }
  return layout;
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing, const MsSlots *slots,
             const MsPalette *palette)
{
  char figures[3][80] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };

  if (routing != NULL)
    g_strlcpy (figures[0], ms_routing_name (routing).text, 80);
  if (slots->routing != NULL)
    {
      g_snprintf (figures[1], 80, "%s %d", scene->record->patch > 0 ? "image" : "example", slots->example);
      g_snprintf (figures[2], 80, "%s tokens × %s slots", ms_number_count (slots->rows).text,
                  ms_number_count (slots->slots).text);
    }

  double legend = slots->routing != NULL ? ms_frame_expert_legend_width (palette, "slots of expert", 0, routing->E) : 0;
  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Slots", list, legend);

  if (slots->routing != NULL && layout->frame.foot.height > 0)
    ms_frame_expert_legend (cr, palette, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                            room, "slots of expert", 0, routing->E, ms_slots_expert (slots, slots->slot));
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  const MsRouting *routing = ms_slots_routing (scene);
  g_auto (MsSlots) slots = { 0 };
  bool read = ms_slots_read (&slots, scene);

  if (!read)
    slots.routing = NULL;

  Layout layout = lay_out (width, height, &slots, palette);

  paint_frame (cr, &layout, scene, routing, &slots, palette);
  if (scene->record == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see what each slot reads");
  else if (routing == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No soft layer here",
                    "Slots are what experts read with routing.router soft");
  else if (!read)
    ms_frame_missing (cr, &layout.frame.content, palette, "this record holds no slot weights");
  if (!read || ms_frame_ahead (cr, &layout.frame, palette, scene, MS_STAGE_SOFTMAX))
    return;
  for (int i = 0; i < layout.panels; i++)
    ms_slots_panel_paint (cr, &layout.panel[i], &slots, palette);
  for (int i = 0; i < layout.sides; i++)
    ms_slots_side_paint (cr, &layout.side[i], &slots, palette);
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_SOFTMAX, MS_STAGE_COMBINE);
  if (hover != NULL
      && (hover->kind == MS_SPOT_SLOT || hover->kind == MS_SPOT_TOKEN || hover->kind == MS_SPOT_EXPERT))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (MsSlots) slots = { 0 };

  if (!ms_slots_read (&slots, scene))
    return false;

  Layout layout = lay_out (width, height, &slots, palette);

  *spot = MS_SPOT_NONE;
  for (int i = 0; i < layout.panels; i++)
    if (ms_slots_panel_pick (&layout.panel[i], &slots, x, y, spot))
      return true;
  for (int i = 0; i < layout.sides; i++)
    if (ms_slots_side_pick (&layout.side[i], &slots, x, y, spot))
      return true;
  return false;
}

static bool
applies (const MsScene *scene)
{
  return ms_slots_routing (scene) != NULL;
}

const MsPainter ms_painter_slots = {
  .name = "slots",
  .title = "Slots",
  .help = "What each slot of a soft layer reads (dispatch), and which slots each token's result is made of (combine)",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_slots_describe,
  .table = ms_slots_table,
  .sample = ms_sample_soft,
};
