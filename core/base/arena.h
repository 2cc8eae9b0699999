/* SPDX-License-Identifier: MIT */

/* Memory that is given out piece by piece and taken back all at once. After a reset that follows a growth everything
 * lies in one block, so from the second step of a shape on nothing is allocated. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS_ALIGN 64 /* bytes: a cache line, and the widest vector register */

typedef struct MsArena MsArena;

MsArena *ms_arena_new (void);
void ms_arena_free (MsArena *arena);
gpointer ms_arena_alloc (MsArena *arena, gsize bytes); /* MS_ALIGN-aligned, not cleared; lives until reset */
void ms_arena_reset (MsArena *arena);
gsize ms_arena_used (const MsArena *arena);      /* bytes given out since the last reset */
gsize ms_arena_reserved (const MsArena *arena);  /* bytes held from the system */
guint64 ms_arena_growths (const MsArena *arena); /* how often memory was asked of the system */

/* Aligned memory outside an arena, cleared; NULL if there is none. Freed with ms_aligned_free. */
gpointer ms_aligned_new0 (gsize bytes);
void ms_aligned_free (gpointer memory);

/* Bytes of memory that this machine has. What is asked for beyond them is promised by many systems, and then the
 * program is killed: whoever needs much compares first. */
guint64 ms_memory_installed (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsArena, ms_arena_free)

G_END_DECLS
