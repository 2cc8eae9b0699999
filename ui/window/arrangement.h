/* SPDX-License-Identifier: MIT */

/* Which layout the window shows: what somebody made of it, or else the one of the preset, or else the first views that
 * have something to show. Views are bits, in the order of the list of painters. */
#pragma once

#include "ui/widgets/layout.h"
#include <glib.h>

G_BEGIN_DECLS

#define MS_VIEWS_AT_ONCE 4 /* unless a preset or somebody wants more */

typedef struct {
  MsLayout *own;    /* owned: somebody's; NULL: the usual one will do */
  MsLayout *preset; /* owned; NULL: what is open has none */
} MsArrangement;

/* A layout of which nothing applies counts as none. Without any, the views stand side by side, as large as they can be
 * in @width x @height; NULL: nothing applies at all. Transfer full. */
MsLayout *ms_arrangement_layout (const MsArrangement *arrangement, guint64 applying, double width, double height);

/* @layout is copied; NULL: the usual one again. */
void ms_arrangement_set_own (MsArrangement *arrangement, const MsLayout *layout);
/* Of what is opened: @own is text from a file or from the last time, @preset the preset's; both may be NULL. Text that
 * is no layout counts as none; false, with @error: @own is such. */
bool ms_arrangement_open (MsArrangement *arrangement, const char *own, const char *preset, GError **error);
char *ms_arrangement_own_text (const MsArrangement *arrangement); /* NULL: the usual one; transfer full */
void ms_arrangement_clear (MsArrangement *arrangement);

G_END_DECLS
