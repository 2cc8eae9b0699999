/* SPDX-License-Identifier: MIT */

/* The panel on the right: what there is to know about what is chosen. Its sections are the Token picture, as tall as
 * what it has to say, and places for what-if, watch list and alerts. */
#pragma once

#include "ui/widgets/canvas.h"
#include <adwaita.h>

G_BEGIN_DECLS

#define MS_TYPE_INSPECTOR (ms_inspector_get_type ())
G_DECLARE_FINAL_TYPE (MsInspector, ms_inspector, MS, INSPECTOR, GtkWidget)

GtkWidget *ms_inspector_new (void);
MsCanvas *ms_inspector_canvas (MsInspector *inspector);
/* Shows @scene in the Token picture, and gives that the height it needs. */
void ms_inspector_set_scene (MsInspector *inspector, const MsScene *scene);
/* Sections below the picture; they bring their own headings. */
void ms_inspector_append (MsInspector *inspector, GtkWidget *section);

G_END_DECLS
