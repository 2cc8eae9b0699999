/* SPDX-License-Identifier: MIT */

#include "ui/window/pin.h"

static MsReading
of_run (const MsRecord *record)
{
  bool members = record != NULL && record->predictions != NULL && record->predictions->M > 1;

  return (MsReading) { members ? MS_READING_DISAGREEMENT : MS_READING_LOSS, -1, -1, -1 };
}

MsReading
ms_pin_reading (const MsSelection *selection, const MsRecord *record)
{
  const MsRouting *routing = NULL;

  if (record != NULL && selection->layer >= 0 && selection->layer < record->n_routing)
    routing = record->routing[selection->layer];
  if (routing != NULL && selection->expert >= 0 && selection->expert < routing->E)
    return (MsReading) { MS_READING_SHARE, routing->layer, routing->member, selection->expert };
  if (routing == NULL || selection->member != MS_NONE)
    return of_run (record);
  return (MsReading) { MS_READING_MAX_VIOLATION, routing->layer, routing->member, -1 };
}
