/* SPDX-License-Identifier: MIT */

/* A labelled data set in memory, immutable and shared, with a fixed split. Images are (height, width, channels) in [0,
 * 1]; feature tables are standardised by the mean and population standard deviation of their training part. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  gint ref_count;
  char *name;   /* "digits" */
  char *source; /* one line: where it is from, and its licence where known */
  int height, width, channels; /* features: 1, n_features, 1 */
  bool image, plane;           /* plane: two features that are coordinates */
  int n_classes;
  char **class_names; /* (n_classes + 1), NULL-terminated; NULL: classes are numbers */
  int n_train, n_test;
  float *train_x, *test_x; /* (n, height, width, channels) */
  int *train_y, *test_y;   /* (n) in [0, n_classes) */
  char *foreign;    /* what the foreign examples are, "inverted test images"; NULL: there are none */
  int n_foreign;
  float *foreign_x; /* (n_foreign, height, width, channels), prepared like test_x; nobody trains on them */
} MsDataset;

/* How the user asks for data. */
typedef struct {
  const char *name;     /* "digits", "spirals", ..., "idx", "cifar10", "npz", "csv" */
  const char *path;     /* file or directory for the kinds that read files; NULL or "": none given */
  int n_examples;       /* plane generators: points in all */
  double noise;         /* plane generators: standard deviation of the jitter */
  double test_fraction; /* where the source has no split of its own, in (0, 1) */
  guint64 seed;         /* of the generator, of the split and of foreign examples */
  const char *held_out; /* classes that are left out, as numbers with commas; NULL or "": none */
  const char *ood;      /* what the foreign examples are: a name of MS_FOREIGN; NULL: "none" */
  const char *ood_path; /* where they are read from; NULL or "": none given */
} MsDatasetSpec;

/* One kind of source; MS_DATASETS in core/tasks/datasets.h is the only list. */
typedef struct {
  const char *name, *title;
  bool needs_path;
  bool plane;
  const char *help;     /* what it is; for files: which files it expects under the path, and where to get them */
  MsDataset *(*load) (const MsDatasetSpec *spec, GError **error);
  /* A data set of which shape and test_x are there, unlabelled: for files that only need inputs. NULL: load does. */
  MsDataset *(*load_inputs) (const char *path, GError **error);
} MsDatasetKind;

const MsDatasetKind *const *ms_dataset_kinds (void); /* NULL-terminated */
const MsDatasetKind *ms_dataset_kind_find (const char *name); /* NULL: unknown */

/* Reads or makes the data set: the kind's examples, without held-out classes, and the foreign examples. Errors name the
 * file, what was found and what would be right. */
MsDataset *ms_dataset_load (const MsDatasetSpec *spec, GError **error);
MsDataset *ms_dataset_ref (MsDataset *dataset);
void ms_dataset_unref (MsDataset *dataset);
gsize ms_dataset_example_size (const MsDataset *dataset); /* height * width * channels */

/* The folder of bundled data: $MOESCOPE_DATA_DIR is for tests and uninstalled runs and is set by app/, not read
 * here. */
void ms_dataset_set_data_dir (const char *dir);
const char *ms_dataset_data_dir (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsDataset, ms_dataset_unref)

G_END_DECLS
