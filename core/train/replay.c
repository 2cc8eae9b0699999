/* SPDX-License-Identifier: MIT */

#include "core/train/replay.h"

#include "core/formats/trace.h"

#include <math.h>

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

static MsRecord *
record_at (const MsReplay *self, guint i)
{
  return self->records->pdata[i];
}

gint64
ms_replay_step (const MsReplay *self)
{
  return self->next > 0 ? record_at (self, self->next - 1)->step : -1;
}

gint64
ms_replay_next_step (const MsReplay *self)
{
  return ms_replay_is_over (self) ? G_MAXINT64 : record_at (self, self->next)->step;
}

gint64
ms_replay_steps_to_epoch (const MsReplay *self)
{
  double end = self->next > 0 ? floor (record_at (self, self->next - 1)->epoch) + 1 : 1;
  gint64 n = 0;

  for (guint i = self->next; i < self->records->len; i++)
    {
      n += record_at (self, i)->inputs != NULL;
      if (record_at (self, i)->inputs != NULL && record_at (self, i)->epoch >= end)
        break;
    }
  return MAX (n, 1);
}

MsRecord *
ms_replay_find (const MsReplay *self, gint64 step)
{
  for (guint i = self->records->len; i > 0; i--)
    if (record_at (self, i - 1)->step <= step && record_at (self, i - 1)->inputs != NULL)
      return record_at (self, i - 1);
  return NULL;
}
