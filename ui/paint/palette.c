/* SPDX-License-Identifier: MIT */

/* Two palettes with the same roles. Text and muted text keep a contrast of at least 4.5:1 to the panel in both. */
#include "ui/paint/palette.h"

#include <math.h>

#define RGB(hex) { ((hex) >> 16 & 255) / 255.0, ((hex) >> 8 & 255) / 255.0, ((hex) & 255) / 255.0, 1 }

/* Okabe and Ito's hues; their yellow is darkened so that it is visible on white, black is replaced by purple. */
static const MsColour hues[8] = {
  RGB (0x0072b2), RGB (0xe69f00), RGB (0x009e73), RGB (0xd55e00),
  RGB (0xcc79a7), RGB (0x56b4e9), RGB (0xb8a800), RGB (0x8068b4),
};

const MsPalette *
ms_palette_light (void)
{
  static const MsPalette palette = {
    .dark = FALSE,
    .background = RGB (0xfafafa),
    .panel = RGB (0xffffff),
    .text = RGB (0x2a2a2e),
    .muted = RGB (0x67666d),
    .grid = RGB (0xdededf),
    .outline = RGB (0x1c1c20),
    .accent = RGB (0x2f7de0),
    .warning = RGB (0xc01c28),
    .missing = RGB (0xb4b2b8),
    .scale = 1,
  };

  return &palette;
}

const MsPalette *
ms_palette_dark (void)
{
  static const MsPalette palette = {
    .dark = TRUE,
    .background = RGB (0x1e1e1e),
    .panel = RGB (0x2b2b2e),
    .text = RGB (0xf2f2f4),
    .muted = RGB (0xa9a8af),
    .grid = RGB (0x45454a),
    .outline = RGB (0xffffff),
    .accent = RGB (0x78aeed),
    .warning = RGB (0xff7b72),
    .missing = RGB (0x66656c),
    .scale = 1,
  };

  return &palette;
}

static MsColour
mix (MsColour a, MsColour b, double t)
{
  return (MsColour) { a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t, a.a + (b.a - a.a) * t };
}

MsColour
ms_palette_category (const MsPalette *palette, int i)
{
  static const MsColour white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };

  if (i < 0)
    return palette->missing;

  /* On a dark panel everything is a little lighter, so that blue and purple keep their distance to it. */
  MsColour hue = palette->dark ? mix (hues[i % 8], white, 0.14) : hues[i % 8];

  switch (i / 8 % 4)
    {
    case 1:
      return mix (hue, white, 0.42);
    case 2:
      return mix (hue, black, 0.38);
    case 3:
      return mix (hue, palette->missing, 0.55);
    default:
      return hue;
    }
}

MsColour
ms_palette_sequential (const MsPalette *palette, double t)
{
  static const MsColour light[] = { RGB (0xf3f7fc), RGB (0xa9caee), RGB (0x4a8bd6), RGB (0x123f7c) };
  static const MsColour dark[] = { RGB (0x33363b), RGB (0x35597f), RGB (0x5b9bdc), RGB (0xd8ecff) };
  const MsColour *stops = palette->dark ? dark : light;

  if (!(t > 0)) /* NaN too */
    return stops[0];
  if (t >= 1)
    return stops[3];

  int i = (int) floor (t * 3);

  return mix (stops[i], stops[i + 1], t * 3 - i);
}

MsColour
ms_palette_diverging (const MsPalette *palette, double t)
{
  static const MsColour light[] = { RGB (0x0b4a85), RGB (0x6ca9dc), RGB (0xf4f4f3), RGB (0xeb9a57), RGB (0x9a3f00) };
  static const MsColour dark[] = { RGB (0xa9d6ff), RGB (0x4a86bd), RGB (0x35363a), RGB (0xb56a2a), RGB (0xffc58a) };
  const MsColour *stops = palette->dark ? dark : light;

  if (isnan (t))
    return stops[2];
  if (fabs (t) >= 1)
    return t < 0 ? stops[0] : stops[4];

  int i = (int) floor ((t + 1) * 2);

  return mix (stops[i], stops[i + 1], (t + 1) * 2 - i);
}
