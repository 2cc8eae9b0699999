/* SPDX-License-Identifier: MIT */

/* One or two children: two stand side by side where there is more width than height, else one above the other. */
#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_TYPE_HALVES (ms_halves_get_type ())
G_DECLARE_FINAL_TYPE (MsHalves, ms_halves, MS, HALVES, GtkWidget)

GtkWidget *ms_halves_new (GtkWidget *first, GtkWidget *second); /* @second is hidden at first */
void ms_halves_set_both (MsHalves *halves, bool both);

G_END_DECLS
