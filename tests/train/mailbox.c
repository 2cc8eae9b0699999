/* SPDX-License-Identifier: MIT */

/* What a reader finds who comes late. */
#include "core/train/mailbox.h"

static void
tell_steps (MsMailbox *mailbox, gint64 first, gint64 last)
{
  for (gint64 step = first; step <= last; step++)
    {
      g_autoptr (MsRecord) record = ms_record_new ();

      record->step = step;
      ms_mailbox_tell_record (mailbox, record, true);
    }
}

static void
assert_steps (const MsRunnerNews *news, gint64 first, gint64 last)
{
  g_assert_cmpint (news->records->len, ==, last - first + 1);
  for (guint i = 0; i < news->records->len; i++)
    g_assert_cmpint (((MsRecord *) news->records->pdata[i])->step, ==, first + i);
}

/* Steps that a rewind did not undo happened, although nobody had asked for them yet. */
static void
test_rewind (void)
{
  MsMailbox mailbox;
  MsRunnerNews news;

  ms_mailbox_init (&mailbox, NULL, NULL);
  tell_steps (&mailbox, 1, 20);
  ms_mailbox_tell_restart (&mailbox, 12, false, NULL);
  tell_steps (&mailbox, 13, 15);
  ms_mailbox_tell_restart (&mailbox, 14, false, NULL);
  ms_mailbox_poll (&mailbox, &news);
  g_assert_true (news.restarted && !news.replaced);
  g_assert_cmpint (news.restarted_at, ==, 12);
  assert_steps (&news, 1, 14);
  ms_runner_news_clear (&news);
  ms_mailbox_clear (&mailbox);
}

static void
test_replaced (void)
{
  MsMailbox mailbox;
  MsRunnerNews news;

  ms_mailbox_init (&mailbox, NULL, NULL);
  tell_steps (&mailbox, 1, 5);
  ms_mailbox_tell_restart (&mailbox, 3, true, NULL); /* another run, taken up at step 3 */
  tell_steps (&mailbox, 4, 6);
  ms_mailbox_poll (&mailbox, &news);
  g_assert_true (news.restarted && news.replaced);
  assert_steps (&news, 4, 6);
  ms_runner_news_clear (&news);
  ms_mailbox_clear (&mailbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/rewind", test_rewind);
  g_test_add_func ("/mailbox/replaced", test_replaced);
  return g_test_run ();
}
