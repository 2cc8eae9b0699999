/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lets the calling thread, and the threads it begins from now on, give way to others of the program: a window that
 * draws is not held up by a model that trains on all cores. Does nothing where the system knows no such order. */
void ms_background_thread (void);

G_END_DECLS
