/* SPDX-License-Identifier: MIT */

#include "ui/window/arrangement.h"

#include "ui/paint/painter.h"

static bool
any_applies (const MsLayout *layout, guint64 applying)
{
  const MsPainter *const *painters = ms_painters ();

  for (int i = 0; layout != NULL && painters[i] != NULL; i++)
    if ((applying >> i & 1) && ms_layout_has (layout, painters[i]->name))
      return true;
  return false;
}

MsLayout *
ms_arrangement_layout (const MsArrangement *self, guint64 applying, double width, double height)
{
  const MsPainter *const *painters = ms_painters ();
  const char *views[MS_VIEWS_AT_ONCE];
  int n = 0;

  if (any_applies (self->own, applying))
    return ms_layout_copy (self->own);
  if (any_applies (self->preset, applying))
    return ms_layout_copy (self->preset);
  for (int i = 0; painters[i] != NULL && n < MS_VIEWS_AT_ONCE; i++)
    if (applying >> i & 1)
      views[n++] = painters[i]->name;
  return n > 0 ? ms_layout_even (views, n, width, height) : NULL;
}

void
ms_arrangement_set_own (MsArrangement *self, const MsLayout *layout)
{
  MsLayout *own = ms_layout_copy (layout);

  ms_layout_free (self->own);
  self->own = own;
}

bool
ms_arrangement_open (MsArrangement *self, const char *own, const char *preset, GError **error)
{
  ms_arrangement_clear (self);
  self->preset = preset != NULL ? ms_layout_parse (preset, NULL) : NULL;
  self->own = own != NULL ? ms_layout_parse (own, error) : NULL;
  return own == NULL || self->own != NULL;
}

char *
ms_arrangement_own_text (const MsArrangement *self)
{
  return self->own != NULL ? ms_layout_to_text (self->own) : NULL;
}

void
ms_arrangement_clear (MsArrangement *self)
{
  g_clear_pointer (&self->own, ms_layout_free);
  g_clear_pointer (&self->preset, ms_layout_free);
}
