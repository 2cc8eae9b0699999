/* SPDX-License-Identifier: MIT */

#include "core/tasks/hold-out.h"

#include "core/tasks/build.h"

#include <string.h>

/* out[c] = 1 for the classes of @list, (n_classes) */
static bool
parse_list (const MsDataset *self, const char *list, guint8 *out, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (list, ",", -1);
  int left = self->n_classes;
  for (int i = 0; parts[i] != NULL; i++)
    {
      guint64 class;
      if (!g_ascii_string_to_unsigned (g_strstrip (parts[i]), 10, 0, (guint64) self->n_classes - 1, &class, NULL))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                       "task.held_out = %s: “%s” is not a class of %s; numbers from 0 to %d with commas are wanted",
                       list, parts[i], self->name, self->n_classes - 1);
          return false;
        }
      left -= !out[class];
      out[class] = 1;
    }
  if (left >= 2)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "task.held_out = %s leaves %d of the %d classes of %s, at least two are needed", list, left,
               self->n_classes, self->name);
  return false;
}

/* Moves the examples whose class stays to the front, with their new number; returns how many. */
static int
keep_examples (float *x, int *y, int n, gsize size, const int *number)
{
  int kept = 0;
  for (int i = 0; i < n; i++)
    if (number[y[i]] >= 0)
      {
        memmove (x + (gsize) kept * size, x + (gsize) i * size, size * sizeof *x);
        y[kept++] = number[y[i]];
      }
  return kept;
}

static void
copy_foreign (MsDataset *self, const guint8 *out)
{
  gsize size = ms_dataset_example_size (self);
  self->foreign_x = g_new (float, (gsize) self->n_test * size);
  for (int i = 0; i < self->n_test; i++)
    if (out[self->test_y[i]])
      memcpy (self->foreign_x + (gsize) self->n_foreign++ * size, self->test_x + (gsize) i * size,
              size * sizeof (float));
}

/* The names of the classes that stay; @number (n_classes) becomes their new numbers, -1 for the others. */
static char **
name_classes (const MsDataset *self, const guint8 *out, int *number)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (int c = 0; c < self->n_classes; c++)
    {
      number[c] = out[c] ? -1 : (int) names->len;
      if (!out[c])
        g_ptr_array_add (names, self->class_names != NULL ? g_strdup (self->class_names[c])
                                                          : g_strdup_printf ("%d", c));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static char *
describe (const MsDataset *self, const guint8 *out)
{
  GString *text = g_string_new ("held-out classes");
  int n = 0;
  for (int c = 0; c < self->n_classes; c++)
    if (out[c] && self->class_names != NULL)
      g_string_append_printf (text, "%s %s", n++ > 0 ? "," : "", self->class_names[c]);
    else if (out[c])
      g_string_append_printf (text, "%s %d", n++ > 0 ? "," : "", c);
  return g_string_free (text, FALSE);
}

static bool
check_parts (const MsDataset *self, int n_train, int n_test, const char *list, GError **error)
{
  if (n_train > 0 && (n_test > 0 || self->n_test == 0))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "task.held_out = %s leaves no %s examples of %s", list,
               n_train > 0 ? "test" : "training", self->name);
  return false;
}

static int
count_kept (const int *y, int n, const guint8 *out)
{
  int kept = 0;
  for (int i = 0; i < n; i++)
    kept += !out[y[i]];
  return kept;
}

bool
ms_dataset_hold_out (MsDataset *self, const char *list, GError **error)
{
  if (list == NULL || *list == '\0')
    return true;
  gsize size = ms_dataset_example_size (self);
  g_autofree guint8 *out = g_new0 (guint8, self->n_classes);
  g_autofree int *number = g_new (int, self->n_classes);
  if (!parse_list (self, list, out, error)
      || !check_parts (self, count_kept (self->train_y, self->n_train, out),
                       count_kept (self->test_y, self->n_test, out), list, error))
    return false;
  self->foreign = describe (self, out);
  copy_foreign (self, out);
  g_auto (GStrv) names = name_classes (self, out, number);
  self->n_train = keep_examples (self->train_x, self->train_y, self->n_train, size, number);
  self->n_test = keep_examples (self->test_x, self->test_y, self->n_test, size, number);
  g_strfreev (self->class_names);
  self->n_classes = (int) g_strv_length (names);
  self->class_names = g_steal_pointer (&names);
  if (!self->image && !self->plane)
    ms_dataset_standardise (self);
  return true;
}
