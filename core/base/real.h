/* SPDX-License-Identifier: MIT */

/* The number type of the core. The program computes in float; the same sources are compiled a second time with
 * MS_DOUBLE for the gradient checks, whose finite differences need the digits. Never link both into one program. */
#pragma once

#include <float.h>

#ifdef MS_DOUBLE
typedef double MsReal;
#define MS_REAL_EPSILON DBL_EPSILON
#else
typedef float MsReal;
#define MS_REAL_EPSILON FLT_EPSILON
#endif
