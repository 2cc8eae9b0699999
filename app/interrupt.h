/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>

/* From here on, the first Ctrl-C (or SIGTERM) only asks: the step under way is finished and what there is gets saved. A
 * second one ends the program at once. */
void ms_interrupt_watch (void);
bool ms_interrupted (void);
