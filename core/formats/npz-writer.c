/* SPDX-License-Identifier: MIT */

/* Writing a zip of .npy members: no clock and no user in it, so that equal content gives equal bytes. */

#include "core/formats/npz.h"

#include "core/base/file.h"
#include "core/formats/npy.h"

#include <string.h>
#include <zlib.h>

#define ZIP_LIMIT ((guint64) G_MAXUINT32 - 1) /* beyond it every field would need its zip64 form */
#define DOS_DATE 0x21                         /* 1980-01-01, the oldest that a zip can say */

typedef struct
{
  char *name;         /* owned, with ".npy" */
  GByteArray *header; /* owned */
  guint8 *data;       /* owned, (size) */
  gsize size;
  guint32 crc;
  guint64 packed, offset; /* set while saving */
} Item;

struct MsNpzWriter
{
  GPtrArray *items; /* owned, of Item */
};

static void
item_free (gpointer data)
{
  Item *self = data;
  g_free (self->name);
  g_byte_array_unref (self->header);
  g_free (self->data);
  g_free (self);
}

MsNpzWriter *
ms_npz_writer_new (void)
{
  MsNpzWriter *self = g_new0 (MsNpzWriter, 1);
  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
ms_npz_writer_free (MsNpzWriter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  g_free (self);
}

void
ms_npz_writer_add (MsNpzWriter *self, const char *name, MsDtype dtype, int n_dim, const gsize *dim, gconstpointer data)
{
  gsize n;
  g_return_if_fail (self != NULL && strlen (name) < 60000 && g_utf8_validate (name, -1, NULL));
  g_return_if_fail (ms_shape_count (dtype, n_dim, dim, &n));
  GByteArray *header = ms_npy_header (dtype, n_dim, dim);
  g_return_if_fail (header != NULL);
  Item *item = g_new0 (Item, 1);
  item->name = g_strconcat (name, ".npy", NULL);
  item->header = header;
  item->size = n * ms_dtype_size (dtype);
  item->data = g_malloc (MAX (item->size, 1));
  if (item->size > 0)
    memcpy (item->data, data, item->size);
  g_ptr_array_add (self->items, item);
}

static void
put_u16 (GByteArray *out, guint value)
{
  guint8 bytes[2] = { value & 0xff, value >> 8 & 0xff };
  g_byte_array_append (out, bytes, 2);
}

static void
put_u32 (GByteArray *out, guint32 value)
{
  put_u16 (out, value & 0xffff);
  put_u16 (out, value >> 16);
}

static void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

/* The fields that a local header and a directory entry share, from "version needed" to the length of the extra
 * field. */
static void
put_common (GByteArray *out, const Item *item)
{
  put_u16 (out, 20);     /* version needed: deflate */
  put_u16 (out, 0x0800); /* names are UTF-8 */
  put_u16 (out, 8);
  put_u16 (out, 0);
  put_u16 (out, DOS_DATE);
  put_u32 (out, item->crc);
  put_u32 (out, (guint32) item->packed);
  put_u32 (out, (guint32) (item->header->len + item->size));
  put_u16 (out, (guint) strlen (item->name));
  put_u16 (out, 0);
}

static void
deflate_part (z_stream *z, GByteArray *out, const guint8 *data, gsize size, int flush)
{
  guint8 buffer[65536];
  z->next_in = (guint8 *) data;
  z->avail_in = (uInt) size; /* below ZIP_LIMIT */
  do
    {
      z->next_out = buffer;
      z->avail_out = sizeof buffer;
      deflate (z, flush);
      g_byte_array_append (out, buffer, (guint) (sizeof buffer - z->avail_out));
    }
  while (z->avail_out == 0);
}

/* The fastest level: what we store is small integers, which it packs well, and floats, which no level does. */
static GByteArray *
pack_item (Item *item)
{
  z_stream z = { 0 };
  if (deflateInit2 (&z, Z_BEST_SPEED, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib could not start");
  GByteArray *packed = g_byte_array_new ();
  deflate_part (&z, packed, item->header->data, item->header->len, Z_NO_FLUSH);
  deflate_part (&z, packed, item->data, item->size, Z_FINISH);
  deflateEnd (&z);
  item->crc = (guint32) crc32_z (crc32_z (0, item->header->data, item->header->len), item->data, item->size);
  item->packed = packed->len;
  return packed;
}

static void
write_bytes (MsFileWriter *file, const GByteArray *bytes)
{
  ms_file_writer_write (file, bytes->data, bytes->len);
}

static guint64
write_item (MsFileWriter *file, Item *item, guint64 offset)
{
  g_autoptr (GByteArray) packed = pack_item (item);
  g_autoptr (GByteArray) local = g_byte_array_new ();
  item->offset = offset;
  put_text (local, "PK\3\4");
  put_common (local, item);
  put_text (local, item->name);
  write_bytes (file, local);
  write_bytes (file, packed);
  return offset + local->len + packed->len;
}

static void
put_entry (GByteArray *out, const Item *item)
{
  put_text (out, "PK\1\2");
  put_u16 (out, 20);
  put_common (out, item);
  put_u16 (out, 0); /* comment */
  put_u16 (out, 0); /* disk */
  put_u16 (out, 0); /* internal attributes */
  put_u32 (out, 0); /* external attributes */
  put_u32 (out, (guint32) item->offset);
  put_text (out, item->name);
}

static void
write_directory (MsFileWriter *file, const GPtrArray *items, guint64 offset)
{
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  for (guint i = 0; i < items->len; i++)
    put_entry (directory, items->pdata[i]);
  guint32 length = directory->len;
  put_text (directory, "PK\5\6");
  put_u32 (directory, 0); /* disk numbers */
  put_u16 (directory, items->len);
  put_u16 (directory, items->len);
  put_u32 (directory, length);
  put_u32 (directory, (guint32) offset);
  put_u16 (directory, 0); /* comment */
  write_bytes (file, directory);
}

bool
ms_npz_writer_save (MsNpzWriter *self, const char *path, GError **error)
{
  guint64 total = 0, offset = 0;
  for (guint i = 0; i < self->items->len; i++)
    total += ((Item *) self->items->pdata[i])->size + 1024; /* generous: headers, and what does not shrink */
  if (total + total / 1000 > ZIP_LIMIT || self->items->len >= 0xffff)
    {
      g_autofree char *name = g_filename_display_name (path);
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot write %s: it would be larger than 4 GiB", name);
      return false;
    }
  g_autoptr (MsFileWriter) file = ms_file_writer_open (path, error);
  if (file == NULL)
    return false;
  for (guint i = 0; i < self->items->len; i++)
    offset = write_item (file, self->items->pdata[i], offset);
  write_directory (file, self->items, offset);
  return ms_file_writer_commit (file, error);
}
