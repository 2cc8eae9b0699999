/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

/* Microseconds of processor time that the calling thread has taken: unlike the clock's, what others take does not
 * count. */
gint64 ms_thread_time (void);
