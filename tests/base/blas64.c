/* SPDX-License-Identifier: MIT */

/* The same checks in double. */
#include "tests/base/blas.c"
