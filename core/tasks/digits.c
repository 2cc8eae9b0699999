/* SPDX-License-Identifier: MIT */

/* The bundled digits: 1,797 images of 8 x 8. The split is part of the data, so that test errors can be compared. */

#include "core/tasks/datasets.h"
#include "core/tasks/table.h"

#include "core/base/file.h"

#define SIDE 8
#define LEVELS 16 /* pixels are counts of ink points, 0 to 16 */
#define TEST_FRACTION 0.2
#define SPLIT_SEED 0

static bool
check_digits (const MsTable *table, const char *name, GError **error)
{
  bool ok = table->n_features == SIDE * SIDE && table->n_classes == 10 && table->class_names == NULL;
  for (gsize i = 0; ok && i < table->examples.n * SIDE * SIDE; i++)
    ok = table->examples.x[i] >= 0 && table->examples.x[i] <= LEVELS;
  if (!ok)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                 "%s: not the bundled digits: lines of 64 pixels from 0 to 16 and a digit are expected", name);
  return ok;
}

static MsDataset *
load_digits (const MsDatasetSpec *spec, GError **error)
{
  g_autofree char *path = g_build_filename (ms_dataset_data_dir (), "digits", "digits.csv.gz", NULL);
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = ms_file_read (path, 1 << 24, error);
  g_auto (MsTable) table = { 0 };
  if (bytes == NULL)
    {
      g_prefix_error (error, "the bundled digits are missing: ");
      return NULL;
    }
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  if (!ms_table_parse (&table, text != NULL ? text : "", size, name, error) || !check_digits (&table, name, error))
    return NULL;
  for (gsize i = 0; i < table.examples.n * SIDE * SIDE; i++)
    table.examples.x[i] /= LEVELS;
  g_autoptr (MsDataset) self = ms_dataset_new ("digits", "UCI Optical Recognition of Handwritten Digits, CC BY 4.0");
  self->image = true;
  self->height = self->width = SIDE;
  self->n_classes = table.n_classes;
  if (!ms_dataset_split (self, &table.examples, TEST_FRACTION, SPLIT_SEED, error))
    return NULL;
  return g_steal_pointer (&self);
}

const MsDatasetKind ms_dataset_kind_digits = {
  .name = "digits",
  .title = "Handwritten digits 8×8",
  .help = "bundled: 1,797 images of 8 by 8 pixels from UCI, 1,437 for training and 360 for testing",
  .load = load_digits,
};
