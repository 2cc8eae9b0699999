/* SPDX-License-Identifier: MIT */

/* The histories of a session file's branches, as tensors. */
#pragma once

#include "core/formats/safetensors.h"
#include "core/record/history.h"

G_BEGIN_DECLS

/* Adds the history of @branch; what is made for it is put into @arrays, which own it until the file is written. */
void ms_session_history_write (MsSafetensorsWriter *writer, GPtrArray *arrays, int branch, const MsHistory *history);

/* Transfer full; NULL: the file has none of @branch, or one that makes no sense. */
MsHistory *ms_session_history_read (MsSafetensors *file, int branch);

G_END_DECLS
