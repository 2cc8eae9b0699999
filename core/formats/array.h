/* SPDX-License-Identifier: MIT */

/* A dense array read from or written to a file: the common currency of npy, npz and safetensors. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_ARRAY_MAX_DIM 8

typedef enum {
  MS_DTYPE_F32, MS_DTYPE_F64, MS_DTYPE_F16, MS_DTYPE_BF16,
  MS_DTYPE_I8, MS_DTYPE_I16, MS_DTYPE_I32, MS_DTYPE_I64,
  MS_DTYPE_U8, MS_DTYPE_U16, MS_DTYPE_U32, MS_DTYPE_U64, MS_DTYPE_BOOL,
} MsDtype;

typedef struct {
  MsDtype dtype;
  int n_dim;
  gsize dim[MS_ARRAY_MAX_DIM];
  gsize n;      /* elements */
  gpointer data; /* owned, little-endian C order, n * ms_dtype_size (dtype) bytes */
} MsArray;

gsize ms_dtype_size (MsDtype dtype);
const char *ms_dtype_name (MsDtype dtype); /* "F32", as safetensors writes it */
bool ms_dtype_from_name (const char *name, MsDtype *dtype); /* false: unknown */

/* The number of elements of a shape; false if its bytes do not fit in memory's address range. */
bool ms_shape_count (MsDtype dtype, int n_dim, const gsize *dim, gsize *n);
char *ms_shape_text (int n_dim, const gsize *dim); /* "(64, 8, 8, 1)", transfer full */

/* Both give NULL where the shape overflows or memory does not suffice: shapes come from files. */
MsArray *ms_array_new (MsDtype dtype, int n_dim, const gsize *dim); /* zeroed */
MsArray *ms_array_new_copy (MsDtype dtype, int n_dim, const gsize *dim, gconstpointer data);
void ms_array_free (MsArray *array);
double ms_array_get (const MsArray *array, gsize i); /* element i as a double; 64-bit integers round beyond 2^53 */
float *ms_array_to_float (const MsArray *array);     /* transfer full, (n); NULL: memory does not suffice */
char *ms_array_shape_text (const MsArray *array);    /* transfer full */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsArray, ms_array_free)

G_END_DECLS
