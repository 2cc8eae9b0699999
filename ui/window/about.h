/* SPDX-License-Identifier: MIT */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows who made this, and under Troubleshooting which libraries, kernel and threads it runs with. */
void ms_about_show (GtkWindow *parent, int n_threads);

G_END_DECLS
