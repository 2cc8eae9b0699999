/* SPDX-License-Identifier: MIT */

/* What the readers and generators of this folder share: from raw examples to a data set with its split. */
#pragma once

#include "core/tasks/dataset.h"

G_BEGIN_DECLS

#define MS_DATA_LIMIT ((gsize) 4 << 30) /* bytes that a file of a user may unpack to */
#define MS_MAX_CLASSES 1000

/* Examples before the split. */
typedef struct {
  gsize n;
  float *x; /* owned, (n, size) */
  int *y;   /* owned, (n) */
} MsExamples;

void ms_examples_clear (MsExamples *examples);
/* Room for @n examples of @size numbers; false and @error if memory does not suffice. */
bool ms_examples_init (MsExamples *examples, gsize n, gsize size, const char *file, GError **error);

/* A data set without examples; the caller sets shape, classes and flags. */
MsDataset *ms_dataset_new (const char *name, const char *source);

/* Divides @examples (at least two; then empty) by a shuffle of @seed, spread evenly over the classes: exactly
 * ceil (n * test_fraction) for the test, at least one for each part. Both parts are in shuffled order. False and @error
 * for a test share outside (0, 1) or if memory does not suffice. */
bool ms_dataset_split (MsDataset *dataset, MsExamples *examples, double test_fraction, guint64 seed, GError **error);

/* Takes parts that the source has divided itself. */
void ms_dataset_take (MsDataset *dataset, MsExamples *train, MsExamples *test);

/* Every feature to mean 0 and standard deviation 1 over the training part; a constant one to 0. */
void ms_dataset_standardise (MsDataset *dataset);

/* Whether the labels lie in [0, MS_MAX_CLASSES) and there are at least two classes; sets n_classes to the greatest
 * label + 1. @test may be NULL. */
bool ms_dataset_count_classes (MsDataset *dataset, const MsExamples *train, const MsExamples *test, const char *file,
                               GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsExamples, ms_examples_clear)

G_END_DECLS
