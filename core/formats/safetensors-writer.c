/* SPDX-License-Identifier: MIT */

#include "core/formats/safetensors.h"

#include "core/base/file.h"

#include <string.h>

typedef struct
{
  char *name; /* owned */
  MsDtype dtype;
  int n_dim;
  gsize dim[MS_ARRAY_MAX_DIM];
  gsize size;         /* bytes */
  gconstpointer data; /* borrowed from the caller */
} Item;

struct MsSafetensorsWriter
{
  GPtrArray *items;  /* owned, of Item, as added */
  GTree *metadata;   /* owned, text -> text, sorted by key */
  GHashTable *names; /* owned; keys borrowed from items */
};

static void
item_free (gpointer data)
{
  Item *self = data;
  g_free (self->name);
  g_free (self);
}

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

MsSafetensorsWriter *
ms_safetensors_writer_new (void)
{
  MsSafetensorsWriter *self = g_new0 (MsSafetensorsWriter, 1);
  self->items = g_ptr_array_new_with_free_func (item_free);
  self->metadata = g_tree_new_full (compare_keys, NULL, g_free, g_free);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
ms_safetensors_writer_free (MsSafetensorsWriter *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->items);
  g_tree_unref (self->metadata);
  g_free (self);
}

void
ms_safetensors_writer_set_metadata (MsSafetensorsWriter *self, const char *key, const char *value)
{
  g_return_if_fail (self != NULL && key != NULL && value != NULL);
  g_tree_replace (self->metadata, g_utf8_make_valid (key, -1), g_utf8_make_valid (value, -1));
}

void
ms_safetensors_writer_add (MsSafetensorsWriter *self, const char *name, MsDtype dtype, int n_dim, const gsize *dim,
                           gconstpointer data)
{
  gsize n;
  g_return_if_fail (self != NULL && g_utf8_validate (name, -1, NULL) && strcmp (name, "__metadata__") != 0);
  g_return_if_fail (n_dim >= 0 && n_dim <= MS_ARRAY_MAX_DIM && ms_shape_count (dtype, n_dim, dim, &n));
  g_return_if_fail (!g_hash_table_contains (self->names, name));
  Item *item = g_new0 (Item, 1);
  item->name = g_strdup (name);
  item->dtype = dtype;
  item->n_dim = n_dim;
  for (int i = 0; i < n_dim; i++)
    item->dim[i] = dim[i];
  item->size = n * ms_dtype_size (dtype);
  item->data = data;
  g_ptr_array_add (self->items, item);
  g_hash_table_add (self->names, item->name);
}

static void
append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (out, "\\%c", *c);
    else if ((guint8) *c < 0x20)
      g_string_append_printf (out, "\\u%04x", (unsigned) *c);
    else
      g_string_append_c (out, *c);
  g_string_append_c (out, '"');
}

static gboolean
append_metadata (gpointer key, gpointer value, gpointer data)
{
  GString *out = data;
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  append_quoted (out, key);
  g_string_append_c (out, ':');
  append_quoted (out, value);
  return FALSE;
}

static guint64
append_item (GString *out, const Item *item, guint64 begin)
{
  if (out->len > 1)
    g_string_append_c (out, ',');
  append_quoted (out, item->name);
  g_string_append_printf (out, ":{\"dtype\":\"%s\",\"shape\":[", ms_dtype_name (item->dtype));
  for (int i = 0; i < item->n_dim; i++)
    g_string_append_printf (out, i == 0 ? "%" G_GSIZE_FORMAT : ",%" G_GSIZE_FORMAT, item->dim[i]);
  g_string_append_printf (out, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}", begin,
                          begin + item->size);
  return begin + item->size;
}

/* Padded with spaces to a multiple of 8, so that the data are aligned for those who map the file. */
static GString *
make_header (const MsSafetensorsWriter *self)
{
  GString *out = g_string_new ("{");
  guint64 begin = 0;
  if (g_tree_nnodes (self->metadata) > 0)
    {
      g_string_append (out, "\"__metadata__\":{");
      g_tree_foreach (self->metadata, append_metadata, out);
      g_string_append_c (out, '}');
    }
  for (guint i = 0; i < self->items->len; i++)
    begin = append_item (out, self->items->pdata[i], begin);
  g_string_append_c (out, '}');
  while (out->len % 8 != 0)
    g_string_append_c (out, ' ');
  return out;
}

bool
ms_safetensors_writer_save (MsSafetensorsWriter *self, const char *path, GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL, false);
  g_autoptr (MsFileWriter) file = ms_file_writer_open (path, error);
  if (file == NULL)
    return false;
  g_autoptr (GString) header = make_header (self);
  guint64 length = GUINT64_TO_LE ((guint64) header->len);
  ms_file_writer_write (file, &length, sizeof length);
  ms_file_writer_write (file, header->str, header->len);
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];
      ms_file_writer_write (file, item->data, item->size);
    }
  return ms_file_writer_commit (file, error);
}
