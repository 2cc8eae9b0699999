/* SPDX-License-Identifier: MIT */

#include "ui/paint/painters.h"

void
ms_scene_free (MsScene *scene)
{
  if (scene == NULL)
    return;
  ms_record_unref ((MsRecord *) scene->record);
  ms_history_free ((MsHistory *) scene->history);
  ms_branches_unref ((MsBranches *) scene->branches);
  ms_past_free ((MsPast *) scene->past);
  ms_alerts_free ((MsAlerts *) scene->alerts);
  ms_scene_free ((MsScene *) scene->other);
  g_free (scene);
}

#define MS_PAINTER_POINTER(name) &ms_painter_##name,

const MsPainter *const *
ms_painters (void)
{
  static const MsPainter *const painters[] = { MS_PAINTERS (MS_PAINTER_POINTER) NULL };

  return painters;
}

const MsPainter *
ms_painter_find (const char *name)
{
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    if (g_strcmp0 ((*p)->name, name) == 0)
      return *p;
  return NULL;
}
