/* SPDX-License-Identifier: MIT */

/* Every picture's sample, light and dark, in one PNG, to be looked at: contact-sheet FILE.png [WIDTHxHEIGHT [VIEW]] */
#include "ui/paint/painters.h"

#include <stdio.h>

#define GAP 8

static bool
wanted (const MsPainter *painter, int argc, char *argv[])
{
  return argc < 4 || g_str_equal (painter->name, argv[3]);
}

int
main (int argc, char *argv[])
{
  int width = 560, height = 400, n = 0, row = 0;

  if (argc < 2 || (argc > 2 && sscanf (argv[2], "%dx%d", &width, &height) != 2) || width < 1 || height < 1)
    {
      fprintf (stderr, "Usage: contact-sheet FILE.png [WIDTHxHEIGHT [VIEW]]\n");
      return 2;
    }
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    n += wanted (*p, argc, argv);

  cairo_surface_t *sheet
    = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2 * (width + GAP) + GAP, n * (height + GAP) + GAP);

  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      if (!wanted (*p, argc, argv))
        continue;
      MsScene *scene = (*p)->sample ();

      for (int dark = 0; dark < 2; dark++)
        {
          cairo_surface_t *tile = cairo_surface_create_for_rectangle (sheet, GAP + dark * (width + GAP),
                                                                      GAP + row * (height + GAP), width, height);
          cairo_t *cr = cairo_create (tile);

          (*p)->paint (cr, width, height, scene, NULL, dark ? ms_palette_dark () : ms_palette_light ());
          cairo_destroy (cr);
          cairo_surface_destroy (tile);
        }
      ms_scene_free (scene);
      row++;
    }

  cairo_status_t status = cairo_surface_write_to_png (sheet, argv[1]);

  cairo_surface_destroy (sheet);
  if (status != CAIRO_STATUS_SUCCESS)
    fprintf (stderr, "%s: %s\n", argv[1], cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS ? 0 : 1;
}
