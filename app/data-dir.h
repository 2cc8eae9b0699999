/* SPDX-License-Identifier: MIT */

#pragma once

/* Tells the core where the bundled data are: $MOESCOPE_DATA_DIR, else data/ of the source tree for a program that runs
 * from its build folder, else the installed folder. */
void ms_data_dir_find (void);
