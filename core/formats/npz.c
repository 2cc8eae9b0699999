/* SPDX-License-Identifier: MIT */

/* Reading a zip of .npy members. The central directory at the file's end is the only table believed, and only after
 * each entry has been held against the file's size, the other entries (no overlap, so that a small file cannot claim
 * the same bytes a thousand times) and deflate's greatest possible ratio. */

#include "core/formats/npz.h"

#include "core/base/file.h"
#include "core/formats/npy.h"
#include "core/formats/scan.h"

#include <string.h>
#include <zlib.h>

#define NPZ_LIMIT ((guint64) 4 << 30) /* bytes of all arrays together, unpacked */
#define MAX_MEMBERS 65536
#define DEFLATE_RATIO 1032 /* a deflate stream cannot expand by more: 258 bytes from two bits */

typedef struct
{
  const guint8 *bytes; /* borrowed */
  guint64 size;
  const char *name;              /* borrowed */
  guint64 directory, n, length; /* offset, entries and bytes of the central directory */
} Zip;

typedef struct
{
  char *name; /* owned */
  guint16 method;
  guint32 crc;
  guint64 packed, unpacked, header, begin; /* header: of the local header; begin: of the data */
} Member;

static guint16
get_u16 (const guint8 *at)
{
  return (guint16) (at[0] | at[1] << 8);
}

static guint32
get_u32 (const guint8 *at)
{
  return get_u16 (at) | (guint32) get_u16 (at + 2) << 16;
}

static guint64
get_u64 (const guint8 *at)
{
  return get_u32 (at) | (guint64) get_u32 (at + 4) << 32;
}

static void
member_free (gpointer data)
{
  Member *self = data;
  g_free (self->name);
  g_free (self);
}

static void
entry_free (gpointer data)
{
  MsNpzEntry *self = data;
  g_free (self->name);
  g_free (self->refused);
  ms_array_free (self->array);
  g_free (self);
}

static bool
damaged (const Zip *zip, GError **error, const char *what)
{
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: its zip structure is damaged: %s", zip->name, what);
  return false;
}

/* Files beyond 4 GiB or 65,535 members keep the true numbers in a second record, found through a locator. */
static bool
find_zip64 (Zip *zip, guint64 end, GError **error)
{
  if (end < 20 || memcmp (zip->bytes + end - 20, "PK\6\7", 4) != 0)
    return damaged (zip, error, "the zip64 record is missing");
  guint64 at = get_u64 (zip->bytes + end - 20 + 8);
  if (at > end - 20 || end - 20 - at < 56 || memcmp (zip->bytes + at, "PK\6\6", 4) != 0)
    return damaged (zip, error, "the zip64 record is not where it should be");
  zip->n = get_u64 (zip->bytes + at + 32);
  zip->length = get_u64 (zip->bytes + at + 40);
  zip->directory = get_u64 (zip->bytes + at + 48);
  return true;
}

static bool
find_directory (Zip *zip, GError **error)
{
  if (zip->size < 22 || memcmp (zip->bytes, "PK", 2) != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: not a .npz file: it does not begin with PK", zip->name);
      return false;
    }
  guint64 end = zip->size - 22, lowest = end > 65535 ? end - 65535 : 0;
  while (memcmp (zip->bytes + end, "PK\5\6", 4) != 0 || get_u16 (zip->bytes + end + 20) != zip->size - end - 22)
    if (end-- == lowest)
      return damaged (zip, error, "the directory at its end is missing, as if the file were cut short");
  zip->n = get_u16 (zip->bytes + end + 10);
  zip->length = get_u32 (zip->bytes + end + 12);
  zip->directory = get_u32 (zip->bytes + end + 16);
  bool wide = zip->n == 0xffff || zip->length == 0xffffffff || zip->directory == 0xffffffff;
  if (wide && !find_zip64 (zip, end, error))
    return false;
  if (zip->n > MAX_MEMBERS)
    return damaged (zip, error, "it claims more members than the 65,536 that are read");
  if (zip->directory > end || zip->length > end - zip->directory)
    return damaged (zip, error, "the directory does not lie within the file");
  return true;
}

/* The extra field 1 of a directory entry holds, in this order, those numbers that did not fit 32 bits. */
static bool
read_wide (Member *member, const guint8 *extra, gsize size)
{
  guint64 *wanted[3] = { &member->unpacked, &member->packed, &member->header };
  while (size >= 4)
    {
      gsize length = get_u16 (extra + 2), at = 4;
      if (length > size - 4)
        return false;
      for (int i = 0; get_u16 (extra) == 1 && i < 3; i++)
        if (*wanted[i] == 0xffffffff)
          {
            if (at + 8 > length + 4)
              return false;
            *wanted[i] = get_u64 (extra + at);
            at += 8;
          }
      extra += 4 + length;
      size -= 4 + length;
    }
  return true;
}

static bool
check_member (const Zip *zip, Member *member, guint16 flags, GError **error)
{
  if (flags & 1)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: member %s is encrypted", zip->name, member->name);
      return false;
    }
  if (member->method != 0 && member->method != 8)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: member %s is packed with method %d; stored and deflated members are read", zip->name,
                   member->name, member->method);
      return false;
    }
  if (member->header > zip->size || zip->size - member->header < 30
      || memcmp (zip->bytes + member->header, "PK\3\4", 4) != 0)
    return damaged (zip, error, "a member is not where the directory says");
  const guint8 *local = zip->bytes + member->header;
  member->begin = member->header + 30 + get_u16 (local + 26) + get_u16 (local + 28);
  if (member->begin > zip->directory || member->packed > zip->directory - member->begin)
    return damaged (zip, error, "a member reaches beyond the file");
  if (member->method == 0 ? member->unpacked != member->packed : member->unpacked / DEFLATE_RATIO > member->packed)
    return damaged (zip, error, "a member claims more bytes than its data can unpack to");
  return true;
}

/* Reads the entry at *at and moves on; NULL and @error where it is damaged. */
static Member *
read_member (const Zip *zip, guint64 *at, GError **error)
{
  const guint8 *entry = zip->bytes + *at;
  guint64 left = zip->directory + zip->length - *at;
  if (left < 46 || memcmp (entry, "PK\1\2", 4) != 0)
    {
      damaged (zip, error, "its directory ends too early");
      return NULL;
    }
  gsize name_size = get_u16 (entry + 28), extra_size = get_u16 (entry + 30), comment_size = get_u16 (entry + 32);
  if (left - 46 < name_size + extra_size + comment_size)
    {
      damaged (zip, error, "its directory ends too early");
      return NULL;
    }
  Member *member = g_new0 (Member, 1);
  member->name = g_strndup ((const char *) entry + 46, name_size);
  member->method = get_u16 (entry + 10);
  member->crc = get_u32 (entry + 16);
  member->packed = get_u32 (entry + 20);
  member->unpacked = get_u32 (entry + 24);
  member->header = get_u32 (entry + 42);
  *at += 46 + name_size + extra_size + comment_size;
  bool named = strlen (member->name) == name_size && g_utf8_validate (member->name, -1, NULL)
               && ms_scan_plain (member->name);
  bool ok = named && read_wide (member, entry + 46 + name_size, extra_size);
  if (!ok)
    damaged (zip, error,
             named ? "an entry's zip64 field is too short" : "a member's name is not one line of UTF-8 text");
  if (!ok || !check_member (zip, member, get_u16 (entry + 8), error))
    g_clear_pointer ((gpointer *) &member, member_free);
  return member;
}

static int
compare_place (gconstpointer a, gconstpointer b)
{
  const Member *x = *(Member *const *) a, *y = *(Member *const *) b;
  return x->header < y->header ? -1 : x->header > y->header;
}

/* False for overlapping members, two of one name, or more bytes than the limit. */
static bool
check_together (const Zip *zip, const GPtrArray *members, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 end = 0, total = 0;
  for (guint i = 0; i < members->len; i++)
    g_ptr_array_add (sorted, members->pdata[i]);
  g_ptr_array_sort (sorted, compare_place);
  for (guint i = 0; i < sorted->len; i++)
    {
      const Member *member = sorted->pdata[i];
      if (member->header < end)
        return damaged (zip, error, "two members overlap");
      end = member->begin + member->packed;
      total += member->unpacked; /* cannot wrap: each is below 1032 times the file's size */
      if (total > NPZ_LIMIT)
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                       "%s: its arrays unpack to more than the 4 GiB that are allowed", zip->name);
          return false;
        }
      if (!g_hash_table_add (names, member->name))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: two members are called %s", zip->name, member->name);
          return false;
        }
    }
  return true;
}

static GPtrArray *
read_directory (const Zip *zip, GError **error)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (member_free);
  guint64 at = zip->directory;
  for (guint64 i = 0; i < zip->n; i++)
    {
      Member *member = read_member (zip, &at, error);
      if (member == NULL)
        return NULL;
      g_ptr_array_add (members, member);
    }
  return check_together (zip, members, error) ? g_steal_pointer (&members) : NULL;
}

static bool
inflate_member (const Zip *zip, const Member *member, guint8 *out)
{
  z_stream z = { 0 };
  if (inflateInit2 (&z, -15) != Z_OK)
    return false;
  guint64 in_left = member->packed, out_left = member->unpacked;
  int status = Z_OK;
  z.next_in = (guint8 *) zip->bytes + member->begin;
  z.next_out = out;
  while (status == Z_OK)
    {
      uInt in = (uInt) MIN (in_left, (guint64) 1 << 30), room = (uInt) MIN (out_left, (guint64) 1 << 30);
      z.avail_in = in;
      z.avail_out = room;
      status = inflate (&z, Z_NO_FLUSH); /* gives Z_BUF_ERROR when it can neither read nor write */
      in_left -= in - z.avail_in;
      out_left -= room - z.avail_out;
    }
  inflateEnd (&z);
  return status == Z_STREAM_END && in_left == 0 && out_left == 0;
}

static guint32
checksum (const guint8 *data, guint64 size)
{
  return (guint32) crc32_z (0, data, size);
}

/* The array of one member; an entry without an array where its kind is not read. */
static MsNpzEntry *
read_entry (const Zip *zip, const Member *member, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s, %s", zip->name, member->name);
  g_autofree guint8 *unpacked = member->method == 8 ? g_try_malloc (MAX (member->unpacked, 1)) : NULL;
  const guint8 *data = member->method == 8 ? unpacked : zip->bytes + member->begin;
  if (data == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED, "%s: memory does not suffice for %" G_GUINT64_FORMAT " bytes",
                   name, member->unpacked);
      return NULL;
    }
  if ((unpacked != NULL && !inflate_member (zip, member, unpacked)) || checksum (data, member->unpacked) != member->crc)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: its packed data are damaged", name);
      return NULL;
    }
  bool refused;
  g_autoptr (GError) problem = NULL;
  g_autoptr (MsArray) array = ms_npy_parse (data, member->unpacked, name, &refused, &problem);
  if (array == NULL && !refused)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  MsNpzEntry *entry = g_new0 (MsNpzEntry, 1);
  entry->name = g_strndup (member->name, strlen (member->name) - 4);
  entry->array = g_steal_pointer (&array);
  entry->refused = problem != NULL ? g_strdup (problem->message) : NULL;
  return entry;
}

GPtrArray *
ms_npz_parse (const guint8 *bytes, gsize size, const char *name, GError **error)
{
  Zip zip = { .bytes = bytes, .size = size, .name = name };
  if (!find_directory (&zip, error))
    return NULL;
  g_autoptr (GPtrArray) members = read_directory (&zip, error);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      const Member *member = members->pdata[i];
      if (!g_str_has_suffix (member->name, ".npy"))
        continue;
      MsNpzEntry *entry = read_entry (&zip, member, error);
      if (entry == NULL)
        return NULL;
      g_ptr_array_add (entries, entry);
    }
  return members != NULL ? g_steal_pointer (&entries) : NULL;
}

GPtrArray *
ms_npz_read (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = ms_file_read (path, NPZ_LIMIT, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  return ms_npz_parse (data, size, name, error);
}

static const MsNpzEntry *
find_entry (const GPtrArray *entries, const char *name)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const MsNpzEntry *entry = entries->pdata[i];
      if (strcmp (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}

const MsArray *
ms_npz_find (const GPtrArray *entries, const char *name)
{
  const MsNpzEntry *entry = find_entry (entries, name);
  return entry != NULL ? entry->array : NULL;
}

const MsArray *
ms_npz_require (const GPtrArray *entries, const char *name, const char *file, GError **error)
{
  const MsNpzEntry *entry = find_entry (entries, name);
  if (entry == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: holds no array called “%s”", file, name);
  else if (entry->array == NULL)
    g_set_error_literal (error, MS_ERROR, MS_ERROR_FORMAT, entry->refused);
  return entry != NULL ? entry->array : NULL;
}
