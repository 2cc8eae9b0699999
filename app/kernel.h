/* SPDX-License-Identifier: MIT */

/* OpenBLAS reads OPENBLAS_CORETYPE while it is loaded and falls back to a slow kernel on processors newer than itself.
 * Where the processor can do better, the program starts itself again, once, with the variable set. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Call first in main. Returns once the right kernel is loaded and multiplies correctly, or not at all because the
 * program was started anew. False and @error if products are wrong whatever the kernel. A variable set by the user is
 * respected. */
bool ms_kernel_settle (char **argv, GError **error);
