/* SPDX-License-Identifier: MIT */

/* A comma-separated text as numbers and classes: what csv.c and digits.c read. */
#pragma once

#include "core/tasks/build.h"

G_BEGIN_DECLS

typedef struct {
  int n_features;
  int n_classes;
  char **class_names; /* owned; NULL: the classes are the numbers 0 ... n_classes - 1 */
  MsExamples examples;
} MsTable;

/* @name is for messages. The separator is the one of ",", ";" and tab that the first line holds most of; cells may be
 * in double quotes. The first line is a header if it holds no number, or names a column label, class or target. The
 * class is the column called label, class, target or y, else the last; whole numbers or words. A first column whose
 * header is empty (a row number, as pandas writes) is passed over. */
bool ms_table_parse (MsTable *table, const char *text, gsize size, const char *name, GError **error);
void ms_table_clear (MsTable *table);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsTable, ms_table_clear)

G_END_DECLS
