/* SPDX-License-Identifier: MIT */

/* Turns in the budget of a frame, by a clock of our own; and what canvases make of them. */
#include "ui/widgets/canvas.h"
#include "ui/widgets/paint-budget.h"

#include <adwaita.h>

#define N 18

static gint64 clock_us;

static gint64
now (void)
{
  return clock_us;
}

typedef struct {
  MsPaintBudget *budget;
  gint64 cost;
  int turns;
  bool asks_again;
} Picture;

static void
take_turn (gpointer data)
{
  Picture *self = data;

  self->turns++;
  clock_us += self->cost;
  if (self->asks_again)
    ms_paint_budget_ask (self->budget, self, take_turn, self->cost);
}

/* However often all of them ask, each gets its turn as often as the others. */
static void
test_nobody_starves (void)
{
  g_autoptr (MsPaintBudget) budget = ms_paint_budget_new (5000, now);
  Picture pictures[N];
  int least = G_MAXINT, most = 0;

  for (int i = 0; i < N; i++)
    pictures[i] = (Picture){ budget, 500 + 400 * (i % 5), 0, i % 3 == 0 };
  for (int frame = 0; frame < 1000; frame++)
    {
      gint64 began = clock_us;

      for (int i = 0; i < N; i++)
        ms_paint_budget_ask (budget, &pictures[i], take_turn, pictures[i].cost);
      ms_paint_budget_run (budget);
      g_assert_cmpint (clock_us - began, <=, 5000);
      g_assert_cmpint (clock_us - began, >, 5000 - 2100);
    }
  for (int i = 0; i < N; i++)
    {
      least = MIN (least, pictures[i].turns);
      most = MAX (most, pictures[i].turns);
    }
  g_assert_cmpint (least, >, 150);
  g_assert_cmpint (most - least, <=, 1);
}

/* One that takes longer than a frame has gets one to itself, and a turn that nobody wants any more is not given. */
static void
test_long_and_withdrawn (void)
{
  g_autoptr (MsPaintBudget) budget = ms_paint_budget_new (5000, now);
  Picture small = { budget, 100, 0, false }, huge = { budget, 90000, 0, false }, gone = { budget, 100, 0, false };

  ms_paint_budget_ask (budget, &small, take_turn, small.cost);
  ms_paint_budget_ask (budget, &huge, take_turn, huge.cost);
  ms_paint_budget_ask (budget, &gone, take_turn, gone.cost);
  ms_paint_budget_ask (budget, &huge, take_turn, huge.cost);
  ms_paint_budget_withdraw (budget, &gone);
  ms_paint_budget_run (budget);
  g_assert_cmpint (small.turns, ==, 1);
  g_assert_cmpint (huge.turns, ==, 0);
  ms_paint_budget_run (budget);
  g_assert_cmpint (huge.turns, ==, 1);
  g_assert_false (ms_paint_budget_waits (budget));
  g_assert_cmpint (gone.turns, ==, 0);
}

/* A painter that takes long, and remembers which record it painted last. */
static int painted;
static gint64 last_step;

static void
paint_slowly (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover,
              const MsPalette *palette)
{
  painted++;
  last_step = scene->record != NULL ? scene->record->step : -1;
  g_usleep (1000);
  for (volatile int i = 0; i < 3000000; i++)
    ;
}

static bool
pick_nothing (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette,
              MsSpot *spot)
{
  return false;
}

static char *
no_words (const MsScene *scene, const MsSpot *spot)
{
  return g_strdup ("");
}

static const MsPainter slow = {
  .name = "slow", .title = "Slow", .help = "Slow", .paint = paint_slowly, .pick = pick_nothing, .describe = no_words,
};

static void
wait_a_moment (int ms)
{
  gint64 end = g_get_monotonic_time () + 1000 * ms;

  while (g_get_monotonic_time () < end)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
}

/* Whoever sets scenes faster than there are turns sees the newest, and the others are not painted for nobody. */
static void
test_only_the_newest (void)
{
  GtkWidget *window = gtk_window_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *canvas[4];
  MsScene scene = { .selection = MS_SELECTION_NONE };

  gtk_window_set_default_size (GTK_WINDOW (window), 600, 300);
  gtk_window_set_child (GTK_WINDOW (window), box);
  for (int i = 0; i < 4; i++)
    gtk_box_append (GTK_BOX (box), canvas[i] = ms_canvas_new (&slow));
  gtk_window_present (GTK_WINDOW (window));
  wait_a_moment (500);
  g_assert_cmpint (painted, >=, 4); /* the first pictures */
  wait_a_moment (500);
  painted = 0;
  for (int step = 1; step <= 10; step++)
    {
      g_autoptr (MsRecord) record = ms_record_new ();

      record->step = step;
      scene.record = record;
      for (int i = 0; i < 4; i++)
        ms_canvas_set_scene (MS_CANVAS (canvas[i]), &scene);
    }
  g_assert_cmpint (painted, ==, 0);
  wait_a_moment (600);
  g_assert_cmpint (painted, ==, 4);
  g_assert_cmpint (last_step, ==, 10);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/paint-budget/nobody-starves", test_nobody_starves);
  g_test_add_func ("/paint-budget/long-and-withdrawn", test_long_and_withdrawn);
  g_test_add_func ("/paint-budget/only-the-newest", test_only_the_newest);
  return g_test_run ();
}
