/* SPDX-License-Identifier: MIT */

/* What a trial came to, as a table: without the intervention, with it, and its control. */
#pragma once

#include "core/record/trial.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *ms_trial_grid_new (const MsTrial *trial);

G_END_DECLS
