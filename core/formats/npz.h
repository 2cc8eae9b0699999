/* SPDX-License-Identifier: MIT */

/* NumPy's .npy (format versions 1.0 to 3.0) and .npz (a zip of them, stored or deflated). Files are untrusted: every
 * size is checked before use. Fortran order, object, text and structured types are refused by name. */
#pragma once

#include "core/formats/array.h"

G_BEGIN_DECLS

typedef struct {
  char *name;     /* owned, without ".npy" */
  MsArray *array; /* owned; NULL: sound, but of a kind that is not read (text, objects, ...) */
  char *refused;  /* owned, why array is NULL: one sentence; else NULL */
} MsNpzEntry;

MsArray *ms_npy_read (const char *path, GError **error);

/* All arrays of the file, as a GPtrArray of MsNpzEntry that frees them; NULL and @error on failure. Files in the zip
 * that are not .npy are passed over. */
GPtrArray *ms_npz_read (const char *path, GError **error);
/* The same from memory; @name is for messages. */
GPtrArray *ms_npz_parse (const guint8 *bytes, gsize size, const char *name, GError **error);
const MsArray *ms_npz_find (const GPtrArray *entries, const char *name); /* borrowed; NULL: absent or refused */
/* The same, with an error that says whether it is absent or why it was refused; @file is for messages. */
const MsArray *ms_npz_require (const GPtrArray *entries, const char *name, const char *file, GError **error);

/* Collects entries, then writes them deflated to a temporary file beside @path, syncs and renames: all or nothing.
 * Equal content gives equal bytes. At most 4 GiB in all. */
typedef struct MsNpzWriter MsNpzWriter;
MsNpzWriter *ms_npz_writer_new (void);
void ms_npz_writer_free (MsNpzWriter *writer);
void ms_npz_writer_add (MsNpzWriter *writer, const char *name, MsDtype dtype, int n_dim, const gsize *dim,
                        gconstpointer data); /* copies */
bool ms_npz_writer_save (MsNpzWriter *writer, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsNpzWriter, ms_npz_writer_free)

G_END_DECLS
