/* SPDX-License-Identifier: MIT */

/* numpy.lib.format: "\x93NUMPY", version, header length (2 or 4 bytes), a Python dict with descr, fortran_order and
 * shape, then the data. */

#include "core/formats/npy.h"

#include "core/base/file.h"
#include "core/formats/npz.h"
#include "core/formats/scan.h"

#include <string.h>

#define NPY_LIMIT ((gsize) 4 << 30) /* bytes of one file, so that a wrong path does not fill the memory */
#define NPY_HEADER_LIMIT 65536      /* bytes; ours are below 200 and numpy refuses more than 10,000 */

typedef struct
{
  char *descr; /* owned; NULL: not seen */
  bool fortran, fortran_seen, shape_seen;
  int n_dim;
  gsize dim[MS_ARRAY_MAX_DIM];
} Header;

static void
header_clear (Header *self)
{
  g_free (self->descr);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Header, header_clear)

static const struct
{
  const char *code; /* type and size, without the byte order */
  MsDtype dtype;
} codes[] = {
  { "f4", MS_DTYPE_F32 }, { "f8", MS_DTYPE_F64 }, { "f2", MS_DTYPE_F16 }, { "i1", MS_DTYPE_I8 },
  { "i2", MS_DTYPE_I16 }, { "i4", MS_DTYPE_I32 }, { "i8", MS_DTYPE_I64 }, { "u1", MS_DTYPE_U8 },
  { "u2", MS_DTYPE_U16 }, { "u4", MS_DTYPE_U32 }, { "u8", MS_DTYPE_U64 }, { "b1", MS_DTYPE_BOOL },
};

static bool
scan_shape (MsScan *scan, Header *header)
{
  if (!ms_scan_char (scan, '('))
    return false;
  while (!ms_scan_char (scan, ')'))
    {
      guint64 length;
      if (header->n_dim == MS_ARRAY_MAX_DIM || !ms_scan_count (scan, &length) || length > G_MAXSIZE)
        return false;
      ms_scan_char (scan, 'L'); /* Python 2 wrote long integers so */
      header->dim[header->n_dim++] = (gsize) length;
      if (!ms_scan_char (scan, ',') && ms_scan_peek (scan) != ')')
        return false;
    }
  return true;
}

/* A structured type is a list instead of a string: kept as "[" so that the refusal can name it. */
static bool
scan_descr (MsScan *scan, Header *header)
{
  if (header->descr != NULL)
    return false;
  int next = ms_scan_peek (scan);
  header->descr = next == '[' ? g_strdup ("[") : ms_scan_string (scan, next == '"' ? '"' : '\'');
  return header->descr != NULL && ms_scan_plain (header->descr);
}

static bool
scan_field (MsScan *scan, Header *header, const char *key)
{
  if (strcmp (key, "descr") == 0)
    return scan_descr (scan, header);
  if (strcmp (key, "shape") == 0)
    {
      bool again = header->shape_seen;
      header->shape_seen = true;
      return !again && scan_shape (scan, header);
    }
  if (strcmp (key, "fortran_order") != 0 || header->fortran_seen)
    return false;
  header->fortran_seen = true;
  header->fortran = ms_scan_word (scan, "True");
  return header->fortran || ms_scan_word (scan, "False");
}

/* False: not the dict that numpy writes. A structured type ends the reading early: its header is refused anyway. */
static bool
scan_header (MsScan *scan, Header *header)
{
  if (!ms_scan_char (scan, '{'))
    return false;
  while (!ms_scan_char (scan, '}'))
    {
      g_autofree char *key = ms_scan_string (scan, ms_scan_peek (scan) == '"' ? '"' : '\'');
      if (key == NULL || !ms_scan_char (scan, ':') || !scan_field (scan, header, key))
        return false;
      if (header->descr != NULL && header->descr[0] == '[')
        return true;
      if (!ms_scan_char (scan, ',') && ms_scan_peek (scan) != '}')
        return false;
    }
  return ms_scan_peek (scan) == -1 && header->descr != NULL && header->shape_seen && header->fortran_seen;
}

/* Where the header's text begins and how long it is; false with @error. */
static bool
locate_header (const guint8 *bytes, gsize size, const char *name, gsize *begin, gsize *length, GError **error)
{
  if (size < 10 || memcmp (bytes, "\x93NUMPY", 6) != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: not a .npy file: it does not begin with \\x93NUMPY", name);
      return false;
    }
  if (bytes[6] < 1 || bytes[6] > 3)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: .npy format version %d is unknown, 1 to 3 are read", name,
                   bytes[6]);
      return false;
    }
  *begin = bytes[6] == 1 ? 10 : 12;
  *length = size < *begin ? 0 : bytes[8] | (gsize) bytes[9] << 8;
  if (size >= 12 && bytes[6] > 1)
    *length |= (gsize) bytes[10] << 16 | (gsize) bytes[11] << 24;
  if (size < *begin || *length > size - *begin || *length > NPY_HEADER_LIMIT)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: its header claims %" G_GSIZE_FORMAT " bytes, more than the file or the limit of %d allow", name,
                   *length, NPY_HEADER_LIMIT);
      return false;
    }
  return true;
}

static bool
judge_kind (const Header *header, const char *name, MsDtype *dtype, GError **error)
{
  const char *descr = header->descr;
  for (gsize i = 0; strchr ("<>|=", descr[0]) != NULL && descr[0] != 0 && i < G_N_ELEMENTS (codes); i++)
    if (strcmp (descr + 1, codes[i].code) == 0)
      {
        *dtype = codes[i].dtype;
        if (!header->fortran || header->n_dim < 2)
          return true;
        g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                     "%s: the array is in Fortran order; save it with numpy.ascontiguousarray", name);
        return false;
      }
  if (descr[0] == '[')
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: structured arrays are not read, plain numbers are", name);
  else if (strchr (descr, 'O') != NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                 "%s: arrays of Python objects are not read: they could run any code; save plain numbers", name);
  else
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: type “%s” is not read; integers, floats and bool are", name,
                 descr);
  return false;
}

static void
swap_bytes (MsArray *array)
{
  gsize width = ms_dtype_size (array->dtype);
  guint8 *data = array->data;
  for (gsize i = 0; i < array->n; i++, data += width)
    for (gsize j = 0; j < width / 2; j++)
      {
        guint8 byte = data[j];
        data[j] = data[width - 1 - j];
        data[width - 1 - j] = byte;
      }
}

static MsArray *
copy_data (const Header *header, MsDtype dtype, const guint8 *data, gsize size, const char *name, GError **error)
{
  gsize n = 0;
  bool countable = ms_shape_count (dtype, header->n_dim, header->dim, &n);
  if (!countable || n * ms_dtype_size (dtype) != size)
    {
      g_autofree char *shape = ms_shape_text (header->n_dim, header->dim);
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: shape %s of %s does not go with the %" G_GSIZE_FORMAT " bytes of data in the file", name, shape,
                   ms_dtype_name (dtype), size);
      return NULL;
    }
  MsArray *array = ms_array_new_copy (dtype, header->n_dim, header->dim, data);
  if (array == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FAILED, "%s: memory does not suffice for %" G_GSIZE_FORMAT " bytes", name,
                 size);
  else if (header->descr[0] == '>')
    swap_bytes (array);
  return array;
}

MsArray *
ms_npy_parse (const guint8 *bytes, gsize size, const char *name, bool *kind_refused, GError **error)
{
  g_auto (Header) header = { 0 };
  gsize begin, length;
  MsDtype dtype;
  if (kind_refused != NULL)
    *kind_refused = false;
  if (!locate_header (bytes, size, name, &begin, &length, error))
    return NULL;
  MsScan scan = { bytes + begin, length, 0 };
  if (!scan_header (&scan, &header))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: its .npy header is damaged: a dict of descr, fortran_order and shape (at most %d axes) is "
                   "expected",
                   name, MS_ARRAY_MAX_DIM);
      return NULL;
    }
  if (!judge_kind (&header, name, &dtype, error))
    {
      if (kind_refused != NULL)
        *kind_refused = true;
      return NULL;
    }
  return copy_data (&header, dtype, bytes + begin + length, size - begin - length, name, error);
}

MsArray *
ms_npy_read (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = ms_file_read (path, NPY_LIMIT, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  return ms_npy_parse (data, size, name, NULL, error);
}

GByteArray *
ms_npy_header (MsDtype dtype, int n_dim, const gsize *dim)
{
  const char *code = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].dtype == dtype)
      code = codes[i].code;
  g_return_val_if_fail (code != NULL, NULL); /* bfloat16 has no name in numpy */

  g_autofree char *shape = ms_shape_text (n_dim, dim);
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "{'descr': '%c%s', 'fortran_order': False, 'shape': %s, }",
                          ms_dtype_size (dtype) == 1 ? '|' : '<', code, shape);
  while ((10 + text->len + 1) % 64 != 0)
    g_string_append_c (text, ' ');
  g_string_append_c (text, '\n');

  GByteArray *header = g_byte_array_new ();
  guint8 start[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, text->len & 0xff, (guint8) (text->len >> 8) };
  g_byte_array_append (header, start, sizeof start);
  g_byte_array_append (header, (const guint8 *) text->str, (guint) text->len);
  return header;
}
