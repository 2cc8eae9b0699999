/* SPDX-License-Identifier: MIT */

/* Hands in the routing, from the panel to the run that is steered. */
#include "ui/window/window-private.h"

static void
try_cb (MsWhatIf *what_if, const MsIntervention *intervention, MsWindow *self)
{
  ms_runner_try (ms_live_runner (ms_window_steered (self)), intervention);
}

static void
intervene_cb (MsWhatIf *what_if, const MsIntervention *intervention, gboolean on, MsWindow *self)
{
  ms_runner_intervene (ms_live_runner (ms_window_steered (self)), intervention, on);
}

/* Hands are in the run as it is now, also while the past is looked at. A trace has nothing to steer. */
void
ms_window_show_what_if (MsWindow *self)
{
  MsLive *live = self->live != NULL ? ms_window_steered (self) : NULL;
  const MsRecord *record = live != NULL ? ms_live_record (live) : NULL;
  bool steers = live != NULL && ms_live_experiment (live) != NULL;

  if (self->what_if != NULL)
    ms_what_if_show (self->what_if, steers ? record : NULL, &self->selection,
                     steers ? ms_live_interventions (live) : NULL, steers ? ms_live_trial (live) : NULL);
}

GtkWidget *
ms_window_build_what_if (MsWindow *self)
{
  self->what_if = MS_WHAT_IF (ms_what_if_new ());
  g_signal_connect_object (self->what_if, "try", G_CALLBACK (try_cb), self, 0);
  g_signal_connect_object (self->what_if, "intervene", G_CALLBACK (intervene_cb), self, 0);
  return GTK_WIDGET (self->what_if);
}
