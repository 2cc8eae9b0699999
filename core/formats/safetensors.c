/* SPDX-License-Identifier: MIT */

/* Reading safetensors. The rules are those of the reference implementation: the header is at most 100 MB, begins with
 * "{", and the tensors fill the data section without overlap and without holes. */

#include "core/formats/safetensors.h"

#include "core/formats/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_HEADER 100000000

struct MsSafetensors
{
  char *name; /* owned, for messages */
  int fd;
  guint64 data_begin, data_size; /* bytes */
  GPtrArray *tensors;            /* owned, of MsTensorInfo, in file order */
  GHashTable *by_name;           /* owned; keys and values borrowed from tensors */
  GHashTable *metadata;          /* owned, text -> text */
};

static void
tensor_info_free (gpointer data)
{
  MsTensorInfo *self = data;
  g_free (self->name);
  g_free (self);
}

static bool
refuse (const MsSafetensors *self, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static bool
refuse (const MsSafetensors *self, GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: %s", self->name, text);
  return false;
}

/* pread of exactly @size bytes: 0, an errno, or -1 where the file ends before. */
static int
read_at (int fd, guint64 offset, gpointer out, gsize size)
{
  gsize done = 0;
  while (done < size)
    {
      gssize got = pread (fd, (guint8 *) out + done, MIN (size - done, (gsize) 1 << 30), (off_t) (offset + done));
      if (got == 0)
        return -1;
      if (got < 0 && errno != EINTR)
        return errno;
      if (got > 0)
        done += (gsize) got;
    }
  return 0;
}

static bool
read_exactly (const MsSafetensors *self, guint64 offset, gpointer out, gsize size, GError **error)
{
  int status = read_at (self->fd, offset, out, size);
  if (status > 0)
    g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot read %s: %s", self->name, g_strerror (status));
  else if (status < 0)
    refuse (self, error, "the file ends before its data do");
  return status == 0;
}

static bool
scan_metadata (MsSafetensors *self, MsScan *scan)
{
  if (!ms_scan_char (scan, '{'))
    return false;
  if (ms_scan_char (scan, '}'))
    return true;
  do
    {
      g_autofree char *key = ms_scan_string (scan, '"');
      if (key == NULL || !ms_scan_char (scan, ':'))
        return false;
      char *value = ms_scan_string (scan, '"');
      if (value == NULL || g_hash_table_contains (self->metadata, key))
        {
          g_free (value);
          return false;
        }
      g_hash_table_insert (self->metadata, g_steal_pointer (&key), value);
    }
  while (ms_scan_char (scan, ','));
  return ms_scan_char (scan, '}');
}

/* "[1, 2, ...]" of at most @limit numbers; the count, or -1. */
static int
scan_counts (MsScan *scan, guint64 *values, int limit)
{
  int n = 0;
  if (!ms_scan_char (scan, '['))
    return -1;
  if (ms_scan_char (scan, ']'))
    return 0;
  do
    if (n == limit || !ms_scan_count (scan, &values[n++]))
      return -1;
  while (ms_scan_char (scan, ','));
  return ms_scan_char (scan, ']') ? n : -1;
}

static bool
scan_dtype (const MsSafetensors *self, MsScan *scan, MsTensorInfo *info, GError **error)
{
  g_autofree char *dtype = ms_scan_string (scan, '"');
  if (dtype == NULL || !ms_scan_plain (dtype))
    return refuse (self, error, "the dtype of tensor “%s” is not a string", info->name);
  if (!ms_dtype_from_name (dtype, &info->dtype))
    return refuse (self, error, "the dtype “%s” of tensor “%s” is not read; F64, F32, F16, BF16, integers and BOOL are",
                   dtype, info->name);
  return true;
}

static bool
scan_shape (const MsSafetensors *self, MsScan *scan, MsTensorInfo *info, GError **error)
{
  guint64 dim[MS_ARRAY_MAX_DIM];
  info->n_dim = scan_counts (scan, dim, MS_ARRAY_MAX_DIM);
  for (int i = 0; i < info->n_dim; i++)
    {
      if (dim[i] > G_MAXSSIZE)
        return refuse (self, error, "the shape of tensor “%s” is too large", info->name);
      info->dim[i] = (gsize) dim[i];
    }
  return info->n_dim >= 0
         || refuse (self, error, "the shape of tensor “%s” is not a list of at most %d whole numbers", info->name,
                    MS_ARRAY_MAX_DIM);
}

/* dtype, shape and data_offsets, each once, in any order. */
static bool
scan_tensor (const MsSafetensors *self, MsScan *scan, MsTensorInfo *info, GError **error)
{
  static const char *const keys[] = { "dtype", "shape", "data_offsets" };
  unsigned seen = 0;
  guint64 range[2];
  bool ok = ms_scan_char (scan, '{');
  while (ok && seen != 7)
    {
      g_autofree char *key = ms_scan_string (scan, '"');
      unsigned which = 0;
      while (which < 3 && (key == NULL || strcmp (key, keys[which]) != 0))
        which++;
      if (which == 3 || (seen & 1u << which) || !ms_scan_char (scan, ':'))
        break;
      seen |= 1u << which;
      if (which == 0 && !scan_dtype (self, scan, info, error))
        return false;
      if (which == 1 && !scan_shape (self, scan, info, error))
        return false;
      if (which == 2 && scan_counts (scan, range, 2) != 2)
        return refuse (self, error, "data_offsets of tensor “%s” are not two whole numbers", info->name);
      ok = seen == 7 || ms_scan_char (scan, ',');
    }
  if (!ok || seen != 7 || !ms_scan_char (scan, '}'))
    return refuse (self, error, "tensor “%s” does not have just dtype, shape and data_offsets", info->name);
  info->begin = range[0];
  info->end = range[1];
  return true;
}

static bool
check_tensor (const MsSafetensors *self, const MsTensorInfo *info, GError **error)
{
  gsize n;
  if (info->begin > info->end || info->end > self->data_size)
    return refuse (self, error,
                   "tensor “%s” lies at bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                   ", outside the %" G_GUINT64_FORMAT " bytes of data",
                   info->name, info->begin, info->end, self->data_size);
  bool countable = ms_shape_count (info->dtype, info->n_dim, info->dim, &n);
  if (!countable || n * ms_dtype_size (info->dtype) != info->end - info->begin)
    {
      g_autofree char *shape = ms_shape_text (info->n_dim, info->dim);
      return refuse (self, error, "tensor “%s” of shape %s and dtype %s does not fit its %" G_GUINT64_FORMAT " bytes",
                     info->name, shape, ms_dtype_name (info->dtype), info->end - info->begin);
    }
  return true;
}

/* One "name": {...} of the header. */
static bool
scan_entry (MsSafetensors *self, MsScan *scan, GError **error)
{
  g_autofree char *name = ms_scan_string (scan, '"');
  if (name == NULL || !ms_scan_char (scan, ':'))
    return refuse (self, error,
                   "its header is not a JSON object of tensors in UTF-8 (damage at byte %" G_GSIZE_FORMAT ")",
                   scan->at);
  if (strcmp (name, "__metadata__") == 0)
    return scan_metadata (self, scan) || refuse (self, error, "its __metadata__ is not an object of texts, each once");
  if (!ms_scan_plain (name))
    return refuse (self, error, "a tensor's name before byte %" G_GSIZE_FORMAT " of the header is not one line of text",
                   scan->at);
  if (g_hash_table_contains (self->by_name, name))
    return refuse (self, error, "two tensors are called “%s”", name);
  MsTensorInfo *info = g_new0 (MsTensorInfo, 1);
  info->name = g_steal_pointer (&name);
  g_ptr_array_add (self->tensors, info);
  g_hash_table_insert (self->by_name, info->name, info);
  return scan_tensor (self, scan, info, error) && check_tensor (self, info, error);
}

static int
compare_begin (gconstpointer a, gconstpointer b)
{
  const MsTensorInfo *x = *(MsTensorInfo *const *) a, *y = *(MsTensorInfo *const *) b;
  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end; /* an empty tensor before the one that begins where it is */
}

static bool
check_cover (MsSafetensors *self, GError **error)
{
  guint64 end = 0;
  g_ptr_array_sort (self->tensors, compare_begin);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const MsTensorInfo *info = self->tensors->pdata[i];
      if (info->begin < end)
        return refuse (self, error, "tensor “%s” overlaps the one before it", info->name);
      if (info->begin > end)
        return refuse (self, error, "no tensor owns the bytes before tensor “%s”", info->name);
      end = info->end;
    }
  return end == self->data_size
         || refuse (self, error, "its tensors end at byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes of data",
                    end, self->data_size);
}

static bool
scan_header (MsSafetensors *self, const guint8 *text, gsize size, GError **error)
{
  MsScan scan = { text, size, 0 };
  if (text[0] != '{')
    return refuse (self, error, "not a safetensors file: its header does not begin with {");
  ms_scan_char (&scan, '{');
  if (!ms_scan_char (&scan, '}'))
    {
      do
        if (!scan_entry (self, &scan, error))
          return false;
      while (ms_scan_char (&scan, ','));
      if (!ms_scan_char (&scan, '}'))
        return refuse (self, error, "its header is not a JSON object of tensors (damage at byte %" G_GSIZE_FORMAT ")",
                       scan.at);
    }
  if (ms_scan_peek (&scan) != -1)
    return refuse (self, error, "something follows the JSON object of its header");
  return check_cover (self, error);
}

static bool
read_header (MsSafetensors *self, guint64 file_size, GError **error)
{
  guint8 start[8];
  if (file_size < 10)
    return refuse (self, error, "not a safetensors file: it has only %" G_GUINT64_FORMAT " bytes", file_size);
  if (!read_exactly (self, 0, start, 8, error))
    return false;
  guint64 length = 0;
  for (int i = 7; i >= 0; i--)
    length = length << 8 | start[i];
  if (length > MAX_HEADER || length > file_size - 8 || length < 2)
    return refuse (self, error,
                   "its header claims %" G_GUINT64_FORMAT
                   " bytes, which the file does not hold or the limit of 100 MB does not allow; "
                   "is it a safetensors file?",
                   length);
  g_autofree guint8 *text = g_try_malloc (length);
  if (text == NULL)
    return refuse (self, error, "memory does not suffice for a header of %" G_GUINT64_FORMAT " bytes", length);
  self->data_begin = 8 + length;
  self->data_size = file_size - self->data_begin;
  return read_exactly (self, 8, text, length, error) && scan_header (self, text, length, error);
}

MsSafetensors *
ms_safetensors_open (const char *path, GError **error)
{
  g_autoptr (MsSafetensors) self = g_new0 (MsSafetensors, 1);
  self->name = g_filename_display_name (path);
  self->tensors = g_ptr_array_new_with_free_func (tensor_info_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); /* a pipe must not make us wait for its writer */
  struct stat info;
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot read %s: %s", self->name, g_strerror (errno));
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE,
                   "cannot read %s: a safetensors file is expected, not a folder or pipe", self->name);
      return NULL;
    }
  return read_header (self, (guint64) info.st_size, error) ? g_steal_pointer (&self) : NULL;
}

void
ms_safetensors_close (MsSafetensors *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->tensors);
  g_hash_table_unref (self->metadata);
  g_free (self->name);
  g_free (self);
}

int
ms_safetensors_n_tensors (const MsSafetensors *self)
{
  return (int) self->tensors->len;
}

const MsTensorInfo *
ms_safetensors_tensor (const MsSafetensors *self, int i)
{
  g_return_val_if_fail (i >= 0 && i < (int) self->tensors->len, NULL);
  return self->tensors->pdata[i];
}

const MsTensorInfo *
ms_safetensors_find (const MsSafetensors *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

const char *
ms_safetensors_metadata (const MsSafetensors *self, const char *key)
{
  return g_hash_table_lookup (self->metadata, key);
}

MsArray *
ms_safetensors_read (MsSafetensors *self, const MsTensorInfo *info, GError **error)
{
  g_return_val_if_fail (self != NULL && info != NULL, NULL);
  g_autoptr (MsArray) array = ms_array_new (info->dtype, info->n_dim, info->dim);
  if (array == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                   "%s: memory does not suffice for the %" G_GUINT64_FORMAT " bytes of tensor “%s”", self->name,
                   info->end - info->begin, info->name);
      return NULL;
    }
  if (!read_exactly (self, self->data_begin + info->begin, array->data, info->end - info->begin, error))
    return NULL;
  return g_steal_pointer (&array);
}
