/* SPDX-License-Identifier: MIT */

/* How examples and tokens are called in tooltips. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

/* "image 3, label 7, predicted 1": as much of it as is known. */
void ms_words_example (GString *text, const MsRecord *record, int n);
/* "patch in row 2, column 3", "class token", "token 4"; "" where an example is one token. @token is batch-wide. */
void ms_words_token (GString *text, const MsRecord *record, int token);

G_END_DECLS
