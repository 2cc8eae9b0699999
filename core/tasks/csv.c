/* SPDX-License-Identifier: MIT */

/* A user's own table of numbers. */

#include "core/tasks/datasets.h"
#include "core/tasks/table.h"

#include "core/base/file.h"

static MsDataset *
load_csv (const MsDatasetSpec *spec, GError **error)
{
  g_autofree char *name = g_filename_display_name (spec->path), *base = g_filename_display_basename (spec->path);
  g_autoptr (GBytes) bytes = ms_file_read (spec->path, MS_DATA_LIMIT, error);
  g_auto (MsTable) table = { 0 };
  if (bytes == NULL)
    return NULL;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  if (!ms_table_parse (&table, text != NULL ? text : "", size, name, error))
    return NULL;
  g_autoptr (MsDataset) self = ms_dataset_new (base, name);
  self->width = table.n_features;
  self->n_classes = table.n_classes;
  self->class_names = g_steal_pointer (&table.class_names);
  if (!ms_dataset_split (self, &table.examples, spec->test_fraction, spec->seed, error))
    return NULL;
  ms_dataset_standardise (self);
  return g_steal_pointer (&self);
}

const MsDatasetKind ms_dataset_kind_csv = {
  .name = "csv",
  .title = "Table (CSV)",
  .needs_path = true,
  .help = "a .csv file, also gzipped: one example a line, numbers separated by comma, semicolon or tab, and a class "
          "(a word or a whole number) in the column called label, class, target or y, or else in the last",
  .load = load_csv,
};
