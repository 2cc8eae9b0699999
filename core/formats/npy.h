/* SPDX-License-Identifier: MIT */

/* One .npy in memory: what npz.c finds in its zip, and what ms_npy_read finds in a file. */
#pragma once

#include "core/formats/array.h"

G_BEGIN_DECLS

/* @name is for messages. *kind_refused (may be NULL) tells a sound header of a kind we do not read (text, objects,
 * Fortran order) from damage. */
MsArray *ms_npy_parse (const guint8 *bytes, gsize size, const char *name, bool *kind_refused, GError **error);

/* The bytes that stand before an array's data, padded to a multiple of 64 as numpy does. Transfer full. */
GByteArray *ms_npy_header (MsDtype dtype, int n_dim, const gsize *dim);

G_END_DECLS
