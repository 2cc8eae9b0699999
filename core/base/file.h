/* SPDX-License-Identifier: MIT */

/* Whole files, safely: written to a temporary file beside the target, synced and renamed, so that a full disk or a
 * crash leaves the old file or none; read with a limit on their size. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct MsFileWriter MsFileWriter;

MsFileWriter *ms_file_writer_open (const char *path, GError **error);
/* After a failed write the writer stays failed; only commit reports it, so callers may write without checking each
 * call. */
void ms_file_writer_write (MsFileWriter *writer, gconstpointer data, gsize size);
void ms_file_writer_printf (MsFileWriter *writer, const char *format, ...) G_GNUC_PRINTF (2, 3);
bool ms_file_writer_commit (MsFileWriter *writer, GError **error); /* sync, rename; the writer stays to be freed */
void ms_file_writer_free (MsFileWriter *writer);                    /* without commit: the temporary file is removed */

/* The content of @path, gunzipped if it starts with gzip's magic. At most @limit bytes after unpacking. Transfer full;
 * NULL and @error naming the file otherwise. */
GBytes *ms_file_read (const char *path, gsize limit, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsFileWriter, ms_file_writer_free)

G_END_DECLS
