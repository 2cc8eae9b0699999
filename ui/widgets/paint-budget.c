/* SPDX-License-Identifier: MIT */

#include "ui/widgets/paint-budget.h"

#include "ui/widgets/thread-time.h"

#define PER_FRAME 4000 /* us: what GTK needs for its part of the frame comes on top */

typedef struct {
  gpointer who;
  MsPaintTurn turn;
  gint64 cost;
} Turn;

struct MsPaintBudget {
  GdkFrameClock *clock; /* borrowed: it owns the budget; NULL in tests */
  gint64 per_frame;
  gint64 (*now) (void);
  GQueue waiting; /* of Turn, owned; the head is next */
};

MsPaintBudget *
ms_paint_budget_new (gint64 per_frame, gint64 (*now) (void))
{
  MsPaintBudget *self = g_new0 (MsPaintBudget, 1);

  self->per_frame = per_frame;
  self->now = now;
  g_queue_init (&self->waiting);
  return self;
}

void
ms_paint_budget_free (MsPaintBudget *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->waiting, g_free);
  g_free (self);
}

static GList *
find (MsPaintBudget *self, gpointer who)
{
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    if (((const Turn *) l->data)->who == who)
      return l;
  return NULL;
}

static void
want_frame (MsPaintBudget *self)
{
  if (self->clock != NULL)
    gdk_frame_clock_request_phase (self->clock, GDK_FRAME_CLOCK_PHASE_UPDATE);
}

void
ms_paint_budget_ask (MsPaintBudget *self, gpointer who, MsPaintTurn turn, gint64 cost)
{
  Turn *asked;

  if (find (self, who) != NULL)
    return;
  asked = g_new (Turn, 1);
  *asked = (Turn){ who, turn, cost };
  g_queue_push_tail (&self->waiting, asked);
  want_frame (self);
}

void
ms_paint_budget_withdraw (MsPaintBudget *self, gpointer who)
{
  GList *link = find (self, who);

  if (link == NULL)
    return;
  g_free (link->data);
  g_queue_delete_link (&self->waiting, link);
}

bool
ms_paint_budget_waits (MsPaintBudget *self)
{
  return !g_queue_is_empty (&self->waiting);
}

void
ms_paint_budget_run (MsPaintBudget *self)
{
  gint64 began = self->now (), used = 0;
  guint n = g_queue_get_length (&self->waiting); /* who asks during this frame waits for the next */

  for (guint i = 0; i < n; i++)
    {
      Turn *next = g_queue_peek_head (&self->waiting);

      if (i > 0 && used + next->cost > self->per_frame)
        break;
      g_queue_pop_head (&self->waiting);
      next->turn (next->who);
      g_free (next);
      used = self->now () - began;
    }
  if (ms_paint_budget_waits (self))
    want_frame (self);
}

static void
update_cb (GdkFrameClock *clock, MsPaintBudget *self)
{
  if (ms_paint_budget_waits (self))
    ms_paint_budget_run (self);
}

MsPaintBudget *
ms_paint_budget_of (GdkFrameClock *clock)
{
  static const char key[] = "moescope-paint-budget";
  MsPaintBudget *self = g_object_get_data (G_OBJECT (clock), key);

  if (self != NULL)
    return self;
  self = ms_paint_budget_new (PER_FRAME, ms_thread_time);
  self->clock = clock;
  g_object_set_data_full (G_OBJECT (clock), key, self, (GDestroyNotify) ms_paint_budget_free);
  /* After the tick callbacks, in which news is taken. */
  g_signal_connect_after (clock, "update", G_CALLBACK (update_cb), self);
  return self;
}
