/* SPDX-License-Identifier: MIT */

/* What a misspelt name may have meant. */
#pragma once

/* Edits (insert, delete, replace a byte) that turn @a into @b. */
int ms_edit_distance (const char *a, const char *b);

/* The one of @names (NULL-terminated) that is nearest to @name, if fewer than five edits lie between; else NULL. */
const char *ms_nearest (const char *name, const char *const *names);
