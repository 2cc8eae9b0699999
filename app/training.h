/* SPDX-License-Identifier: MIT */

#pragma once

#include "app/options.h"
#include "app/source.h"
#include "core/train/session.h"

/* The session that the command line asks for: @source with --set, --seed and --data, taken up at --resume's checkpoint
 * if there is one. Traces are refused: they hold no model. */
MsSession *ms_training_open (const MsSource *source, const MsOptions *options, GError **error);
