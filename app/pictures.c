/* SPDX-License-Identifier: MIT */

#include "app/pictures.h"
#include "ui/paint/export.h"

MsDetail
ms_pictures_detail (void)
{
  MsDetail detail = MS_DETAIL_SCALARS;

  for (const MsPainter *const *painter = ms_painters (); *painter != NULL; painter++)
    detail |= (*painter)->detail;
  return detail;
}

bool
ms_pictures_save_all (const MsScene *scene, const char *folder, GError **error)
{
  for (const MsPainter *const *painter = ms_painters (); *painter != NULL; painter++)
    {
      if ((*painter)->applies != NULL && !(*painter)->applies (scene))
        continue;
      g_autofree char *name = g_strconcat ((*painter)->name, ".png", NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (!ms_paint_export (*painter, scene, ms_palette_light (), 900, 600, path, error))
        return false;
    }
  return true;
}
