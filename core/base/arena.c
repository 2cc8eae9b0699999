/* SPDX-License-Identifier: MIT */

#include "core/base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST_BLOCK (1 << 16)
#define HUGE_PAGE ((gsize)1 << 21)

typedef struct Block Block;

struct Block {
  Block *older;
  gsize size, used;
  char *memory;
};

struct MsArena {
  Block *newest;
  gsize reserved;
  guint64 growths;
};

/* Aligned to MS_ALIGN; large pieces to huge pages, which the system is asked to use: a step walks through more memory
 * than the processor can translate addresses for in small pages. NULL if there is no memory. */
static gpointer
allocate (gsize bytes)
{
  gsize align = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : MS_ALIGN, rounded = (bytes + align - 1) / align * align;
  gpointer memory = rounded >= bytes ? aligned_alloc (align, MAX (rounded, align)) : NULL;

#ifdef MADV_HUGEPAGE
  if (memory != NULL && align == HUGE_PAGE)
    madvise (memory, rounded, MADV_HUGEPAGE);
#endif
  return memory;
}

gpointer
ms_aligned_new0 (gsize bytes)
{
  gpointer memory = allocate (bytes);

  if (memory != NULL)
    memset (memory, 0, bytes);
  return memory;
}

void
ms_aligned_free (gpointer memory)
{
  free (memory);
}

MsArena *
ms_arena_new (void)
{
  return g_new0 (MsArena, 1);
}

static void
free_blocks (MsArena *arena)
{
  while (arena->newest != NULL)
    {
      Block *block = arena->newest;

      arena->newest = block->older;
      free (block->memory);
      g_free (block);
    }
  arena->reserved = 0;
}

void
ms_arena_free (MsArena *arena)
{
  if (arena == NULL)
    return;
  free_blocks (arena);
  g_free (arena);
}

static void
add_block (MsArena *arena, gsize size)
{
  Block *block = g_new0 (Block, 1);

  block->memory = allocate (size);
  if (block->memory == NULL)
    g_error ("out of memory: %" G_GSIZE_FORMAT " bytes for a step's intermediate values", size);
  block->size = size;
  block->older = arena->newest;
  arena->newest = block;
  arena->reserved += size;
  arena->growths++;
}

gpointer
ms_arena_alloc (MsArena *arena, gsize bytes)
{
  gsize rounded = (MAX (bytes, 1) + MS_ALIGN - 1) / MS_ALIGN * MS_ALIGN;
  gpointer memory;

  g_assert (rounded >= bytes);
  if (arena->newest == NULL || arena->newest->size - arena->newest->used < rounded)
    add_block (arena, MAX (rounded, MAX (FIRST_BLOCK, arena->reserved)));
  memory = arena->newest->memory + arena->newest->used;
  arena->newest->used += rounded;
  return memory;
}

void
ms_arena_reset (MsArena *arena)
{
  if (arena->newest != NULL && arena->newest->older != NULL)
    {
      gsize total = arena->reserved;

      free_blocks (arena);
      add_block (arena, total);
    }
  if (arena->newest != NULL)
    arena->newest->used = 0;
}

gsize
ms_arena_used (const MsArena *arena)
{
  gsize used = 0;

  for (const Block *block = arena->newest; block != NULL; block = block->older)
    used += block->used;
  return used;
}

gsize
ms_arena_reserved (const MsArena *arena)
{
  return arena->reserved;
}

guint64
ms_arena_growths (const MsArena *arena)
{
  return arena->growths;
}

guint64
ms_memory_installed (void)
{
  return (guint64)sysconf (_SC_PHYS_PAGES) * (guint64)sysconf (_SC_PAGESIZE);
}
