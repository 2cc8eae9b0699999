/* SPDX-License-Identifier: MIT */

#include "core/tasks/dataset.h"

#include "core/tasks/datasets.h"
#include "core/tasks/foreign.h"
#include "core/tasks/hold-out.h"

#include <string.h>

#define MS_DATASET_ENTRY(name) &ms_dataset_kind_##name,
static const MsDatasetKind *const kinds[] = { MS_DATASETS (MS_DATASET_ENTRY) NULL };
#undef MS_DATASET_ENTRY

static char *data_dir = NULL; /* owned; set once by the program before it loads anything */

const MsDatasetKind *const *
ms_dataset_kinds (void)
{
  return kinds;
}

const MsDatasetKind *
ms_dataset_kind_find (const char *name)
{
  for (int i = 0; kinds[i] != NULL; i++)
    if (strcmp (kinds[i]->name, name) == 0)
      return kinds[i];
  return NULL;
}

static void
refuse_name (const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (int i = 0; kinds[i] != NULL; i++)
    g_string_append_printf (names, i == 0 ? "%s" : ", %s", kinds[i]->name);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "there is no data called “%s”; there are %s", name, names->str);
}

MsDataset *
ms_dataset_load (const MsDatasetSpec *spec, GError **error)
{
  g_return_val_if_fail (spec != NULL && spec->name != NULL, NULL);
  const MsDatasetKind *kind = ms_dataset_kind_find (spec->name);
  if (kind == NULL)
    {
      refuse_name (spec->name, error);
      return NULL;
    }
  if (kind->needs_path && (spec->path == NULL || *spec->path == '\0'))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "data “%s” needs files: %s", kind->name, kind->help);
      return NULL;
    }
  g_autoptr (MsDataset) self = kind->load (spec, error);
  if (self == NULL || !ms_dataset_hold_out (self, spec->held_out, error)
      || !ms_dataset_add_foreign (self, spec, error))
    return NULL;
  return g_steal_pointer (&self);
}

MsDataset *
ms_dataset_ref (MsDataset *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
ms_dataset_unref (MsDataset *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_free (self->name);
  g_free (self->source);
  g_strfreev (self->class_names);
  g_free (self->train_x);
  g_free (self->test_x);
  g_free (self->train_y);
  g_free (self->test_y);
  g_free (self->foreign);
  g_free (self->foreign_x);
  g_free (self);
}

gsize
ms_dataset_example_size (const MsDataset *self)
{
  return (gsize) self->height * (gsize) self->width * (gsize) self->channels;
}

void
ms_dataset_set_data_dir (const char *dir)
{
  g_free (data_dir);
  data_dir = g_strdup (dir);
}

const char *
ms_dataset_data_dir (void)
{
  return data_dir != NULL ? data_dir : MS_DATA_DIR;
}
