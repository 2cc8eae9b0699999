/* SPDX-License-Identifier: MIT */

/* Classes that are never trained on. */
#pragma once

#include "core/tasks/dataset.h"

G_BEGIN_DECLS

/* Takes the classes in @list ("8,9"; NULL or "": none) out of both parts and numbers the others anew, in their order;
 * class_names then say which they were. The test examples that were taken out become the foreign examples. A table is
 * standardised again by what is left. Errors: what is no class, and fewer than two classes left. */
bool ms_dataset_hold_out (MsDataset *dataset, const char *list, GError **error);

G_END_DECLS
