/* SPDX-License-Identifier: MIT */

/* A cursor over the bytes of a text header, for the small fixed grammars of npy and safetensors. It never reads past
 * the end, never recurses and keeps duplicate keys visible, which a general JSON library does not. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const guint8 *text; /* borrowed */
  gsize size, at;
} MsScan;

void ms_scan_space (MsScan *scan);
int ms_scan_peek (MsScan *scan);                      /* the next byte after white space; -1: end */
bool ms_scan_char (MsScan *scan, char c);             /* skips white space, then takes @c if it is next */
bool ms_scan_word (MsScan *scan, const char *word);   /* likewise for a bare word such as True */
bool ms_scan_count (MsScan *scan, guint64 *value);    /* decimal digits without sign; false: none, or too large */

/* A quoted string with JSON's escapes, quoted by @quote. Transfer full, valid UTF-8 without NUL; NULL: not a string. */
char *ms_scan_string (MsScan *scan, char quote);

/* Whether @text can stand in a one-line message: no control characters, so no line breaks and no terminal escapes. */
bool ms_scan_plain (const char *text);

G_END_DECLS
