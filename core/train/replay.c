/* SPDX-License-Identifier: MIT */

#include "core/train/replay.h"

#include "core/formats/trace.h"

struct MsReplay {
  GPtrArray *records; /* owned, of MsRecord */
  guint next;
};

MsReplay *
ms_replay_open (const char *path, GError **error)
{
  GPtrArray *records = ms_trace_read (path, NULL, error);
  MsReplay *self;

  if (records == NULL)
    return NULL;
  self = g_new0 (MsReplay, 1);
  self->records = records;
  return self;
}

void
ms_replay_free (MsReplay *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->records);
  g_free (self);
}

MsRecord *
ms_replay_next (MsReplay *self)
{
  return ms_replay_is_over (self) ? NULL : self->records->pdata[self->next++];
}

bool
ms_replay_is_over (const MsReplay *self)
{
  return self->next >= self->records->len;
}

void
ms_replay_restart (MsReplay *self)
{
  self->next = 0;
}
