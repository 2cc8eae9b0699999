/* SPDX-License-Identifier: MIT */

/* safetensors: 8 bytes little-endian header length, a JSON header, then the tensors' bytes. Reading takes the header
 * and then pread()s only the tensors asked for, so a file of any size opens in constant memory. Untrusted: lengths,
 * offsets, overlaps, dtypes and shapes are checked before use. */
#pragma once

#include "core/formats/array.h"

G_BEGIN_DECLS

typedef struct {
  char *name;
  MsDtype dtype;
  int n_dim;
  gsize dim[MS_ARRAY_MAX_DIM];
  guint64 begin, end; /* bytes from the start of the data section */
} MsTensorInfo;

typedef struct MsSafetensors MsSafetensors;

MsSafetensors *ms_safetensors_open (const char *path, GError **error);
void ms_safetensors_close (MsSafetensors *file); /* NULL is fine */
int ms_safetensors_n_tensors (const MsSafetensors *file);
const MsTensorInfo *ms_safetensors_tensor (const MsSafetensors *file, int i);          /* in file order */
const MsTensorInfo *ms_safetensors_find (const MsSafetensors *file, const char *name); /* NULL: absent */
const char *ms_safetensors_metadata (const MsSafetensors *file, const char *key);      /* NULL: absent */
MsArray *ms_safetensors_read (MsSafetensors *file, const MsTensorInfo *info, GError **error);

/* Tensors are written in the order they were added; metadata keys in sorted order: equal content gives equal bytes. */
typedef struct MsSafetensorsWriter MsSafetensorsWriter;
MsSafetensorsWriter *ms_safetensors_writer_new (void);
void ms_safetensors_writer_free (MsSafetensorsWriter *writer);
void ms_safetensors_writer_set_metadata (MsSafetensorsWriter *writer, const char *key, const char *value);
/* @data is borrowed until the file is saved. */
void ms_safetensors_writer_add (MsSafetensorsWriter *writer, const char *name, MsDtype dtype, int n_dim,
                                const gsize *dim, gconstpointer data);
bool ms_safetensors_writer_save (MsSafetensorsWriter *writer, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsSafetensors, ms_safetensors_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsSafetensorsWriter, ms_safetensors_writer_free)

G_END_DECLS
