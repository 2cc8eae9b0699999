/* SPDX-License-Identifier: MIT */

#include "ui/paint/thumbnail.h"

#include "ui/paint/draw.h"

/* What value 0 and value 1 look like in one patch; channels mix from there. */
typedef struct {
  double r0, g0, b0, r1, g1, b1;
} Ramp;

MsTone
ms_thumbnail_tone (const MsRecord *record)
{
  gsize n = (gsize) record->N * (gsize) record->height * (gsize) record->width * (gsize) record->channels;
  MsTone tone = { 0, 1 };

  for (gsize i = 0; record->inputs != NULL && i < n; i++)
    {
      double v = (double) record->inputs[i];

      tone.lo = v < tone.lo ? v : tone.lo;
      tone.hi = v > tone.hi ? v : tone.hi;
    }
  return tone;
}

/* One channel is ink on paper: dark on light, or light on dark. Colours keep their own values. @paper_share and
 * @ink_share of each are the hue's; @plain: paper of its own is seen too, and differs from a light panel. */
static Ramp
make_ramp (MsColour hue, double paper_share, double ink_share, bool plain, bool colour, const MsPalette *palette)
{
  static const MsColour white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };
  double grey = palette->dark ? 0.16 : plain ? 0.94 : 1;
  MsColour paper = colour ? black : (MsColour) { grey, grey, palette->dark ? 0.17 : grey, 1 };
  MsColour ink = colour || palette->dark ? white : black;

  paper = ms_colour_mix (paper, hue, paper_share);
  ink = ms_colour_mix (ink, hue, ink_share);
  return (Ramp) { paper.r * 255, paper.g * 255, paper.b * 255, ink.r * 255, ink.g * 255, ink.b * 255 };
}

static Ramp
expert_ramp (int expert, bool colour, const MsPalette *palette)
{
  MsColour hue = ms_palette_category (palette, expert);

  if (expert < 0)
    return make_ramp (hue, 0, 0, true, colour, palette);
  if (colour)
    return make_ramp (hue, 0.5, 0.5, false, colour, palette);
  return palette->dark ? make_ramp (hue, 0.66, 0.12, false, colour, palette)
                       : make_ramp (hue, 0.55, 0.38, false, colour, palette);
}

static Ramp
heat_ramp (double heat, MsColour hue, bool colour, const MsPalette *palette)
{
  double t = heat > 0 ? MIN (heat, 1) : 0;

  return make_ramp (hue, 0.9 * t, (palette->dark && !colour ? 0.25 : 0.5) * t, true, colour, palette);
}

static inline guint32
ramp_pixel (const Ramp *ramp, double r, double g, double b)
{
  guint32 red = (guint32) (ramp->r0 + (ramp->r1 - ramp->r0) * r + 0.5);
  guint32 green = (guint32) (ramp->g0 + (ramp->g1 - ramp->g0) * g + 0.5);
  guint32 blue = (guint32) (ramp->b0 + (ramp->b1 - ramp->b0) * b + 0.5);

  return 0xff000000u | red << 16 | green << 8 | blue;
}

/* In [0, 1]; NaN gives 0. */
static inline double
toned (const MsTone *tone, float value)
{
  double t = ((double) value - tone->lo) / (tone->hi - tone->lo);

  return t > 0 ? MIN (t, 1) : 0;
}

static void
fill_patch (guint32 *pixels, const float *values, const MsRecord *record, int x0, int y0, int side, const Ramp *ramp,
            const MsTone *tone)
{
  int W = record->width, channels = record->channels;

  for (int y = y0; y < MIN (y0 + side, record->height); y++)
    for (int x = x0; x < MIN (x0 + side, W); x++)
      {
        const float *v = values + ((gsize) y * (gsize) W + (gsize) x) * (gsize) channels;
        double r = toned (tone, v[0]);

        pixels[y * W + x] = channels >= 3 ? ramp_pixel (ramp, r, toned (tone, v[1]), toned (tone, v[2]))
                                          : ramp_pixel (ramp, r, r, r);
      }
}

/* Patches by number: an expert's colour, or one colour's heat. */
typedef struct {
  const int *tint;   /* NULL: no colours */
  const float *heat; /* NULL: by tint */
  MsColour hue;      /* of the heat */
} Overlay;

static void
draw (cairo_t *cr, const cairo_rectangle_t *area, const MsRecord *record, int n, MsTone tone, const Overlay *overlay,
      const MsPalette *palette)
{
  int H = record->height, W = record->width, side = record->patch > 0 ? record->patch : MAX (W, H), i = 0;
  gsize size = (gsize) H * (gsize) W * (gsize) record->channels;
  guint32 small[1024];
  g_autofree guint32 *large = (gsize)H * (gsize)W > G_N_ELEMENTS (small) ? g_new0 (guint32, (gsize)H * (gsize)W) : NULL;
  guint32 *pixels = large != NULL ? large : small;
  bool colour = record->channels >= 3;

  if (H < 1 || W < 1 || record->channels < 1)
    return;
  for (int y = 0; y < H; y += side)
    for (int x = 0; x < W; x += side)
      {
        Ramp ramp = overlay->heat != NULL
                      ? heat_ramp ((double) overlay->heat[i], overlay->hue, colour, palette)
                      : expert_ramp (overlay->tint != NULL ? overlay->tint[i] : -1, colour, palette);

        fill_patch (pixels, record->inputs + (gsize) n * size, record, x, y, side, &ramp, &tone);
        i++;
      }
  ms_draw_pixels (cr, pixels, W, H, area, area->width >= W ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
}

void
ms_thumbnail_draw (cairo_t *cr, const cairo_rectangle_t *area, const MsRecord *record, int n, MsTone tone,
                   const int *tint, const MsPalette *palette)
{
  draw (cr, area, record, n, tone, &(Overlay) { .tint = tint }, palette);
}

void
ms_thumbnail_draw_heat (cairo_t *cr, const cairo_rectangle_t *area, const MsRecord *record, int n, MsTone tone,
                        const float *heat, MsColour hue, const MsPalette *palette)
{
  draw (cr, area, record, n, tone, &(Overlay) { .heat = heat, .hue = hue }, palette);
}
