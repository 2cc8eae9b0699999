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

static void
restart (MsMailbox *mailbox, int branch, gint64 step, bool replaced)
{
  ms_mailbox_tell_restart (mailbox, &(MsRestart){ .branch = branch, .step = step, .replaced = replaced });
}

/* What was run before the run went elsewhere stays with its branch, although nobody had asked for it yet. */
static void
test_branches (void)
{
  MsMailbox mailbox;
  MsRunnerNews news;

  ms_mailbox_init (&mailbox, NULL, NULL);
  restart (&mailbox, 0, 0, true);
  tell_steps (&mailbox, 1, 20);
  restart (&mailbox, 0, 12, false); /* back, and on from there */
  restart (&mailbox, 1, 12, false);
  tell_steps (&mailbox, 13, 15);
  ms_mailbox_poll (&mailbox, &news);
  g_assert_true (news.replaced);
  g_assert_cmpint (news.branch, ==, 0);
  assert_steps (&news, 1, 20);
  ms_runner_news_clear (&news);
  ms_mailbox_poll (&mailbox, &news);
  g_assert_true (news.restarted && !news.replaced);
  g_assert_cmpint (news.restarted_at, ==, 12);
  g_assert_cmpint (news.branch, ==, 1);
  assert_steps (&news, 13, 15);
  ms_runner_news_clear (&news);
  ms_mailbox_poll (&mailbox, &news);
  g_assert_false (news.restarted);
  g_assert_cmpint (news.branch, ==, 1);
  g_assert_cmpuint (news.records->len, ==, 0);
  ms_runner_news_clear (&news);
  ms_mailbox_clear (&mailbox);
}

static gboolean
wake_cb (gpointer data)
{
  (*(int *) data)++;
  return FALSE;
}

/* A reader who polls once when woken comes to read everything. */
static void
test_wakes_for_the_rest (void)
{
  MsMailbox mailbox;
  MsRunnerNews news;
  int wakes = 0;

  ms_mailbox_init (&mailbox, wake_cb, &wakes);
  restart (&mailbox, 0, 0, true);
  tell_steps (&mailbox, 1, 2);
  restart (&mailbox, 1, 1, false);
  tell_steps (&mailbox, 2, 3);
  g_assert_cmpint (wakes, ==, 1);
  ms_mailbox_poll (&mailbox, &news);
  ms_runner_news_clear (&news);
  g_assert_cmpint (wakes, ==, 2);
  ms_mailbox_poll (&mailbox, &news);
  assert_steps (&news, 2, 3);
  ms_runner_news_clear (&news);
  g_assert_cmpint (wakes, ==, 2);
  ms_mailbox_clear (&mailbox);
}

static void
test_replaced (void)
{
  MsMailbox mailbox;
  MsRunnerNews news;

  ms_mailbox_init (&mailbox, NULL, NULL);
  tell_steps (&mailbox, 1, 5);
  ms_mailbox_tell_saved (&mailbox, "a.safetensors");
  restart (&mailbox, 1, 2, false);
  restart (&mailbox, 0, 3, true); /* another run, taken up at step 3 */
  tell_steps (&mailbox, 4, 6);
  ms_mailbox_poll (&mailbox, &news);
  g_assert_true (news.restarted && news.replaced);
  g_assert_cmpstr (news.saved, ==, "a.safetensors");
  assert_steps (&news, 4, 6);
  ms_runner_news_clear (&news);
  ms_mailbox_clear (&mailbox);
}

static void
push (MsMailbox *mailbox, MsRequestKind kind, gint64 n)
{
  MsRequest *request = g_new0 (MsRequest, 1);

  request->kind = kind;
  request->n = n;
  ms_mailbox_push (mailbox, request);
}

static void
assert_next (MsMailbox *mailbox, MsRequestKind kind, gint64 n)
{
  g_autoptr (MsRequest) request = NULL;

  g_assert_cmpint (ms_mailbox_wait (mailbox, true, 0, &request), ==, MS_WORK_REQUEST);
  g_assert_cmpint (request->kind, ==, kind);
  g_assert_cmpint (request->n, ==, n);
}

/* Requests that follow one another become one, and opening drops those that were made of the session before. */
static void
test_requests (void)
{
  MsMailbox mailbox;
  g_autoptr (MsRequest) none = NULL;

  ms_mailbox_init (&mailbox, NULL, NULL);
  push (&mailbox, MS_REQUEST_STEP, 2);
  push (&mailbox, MS_REQUEST_STEP, 3);
  for (int i = 0; i < 10; i++)
    push (&mailbox, MS_REQUEST_RECALL, i);
  push (&mailbox, MS_REQUEST_UNDO, 0);
  push (&mailbox, MS_REQUEST_UNDO, 0);
  g_assert_true (ms_mailbox_has (&mailbox, MS_REQUEST_BIT (MS_REQUEST_RECALL)));
  g_assert_false (ms_mailbox_has (&mailbox, MS_REQUEST_OPENS));
  assert_next (&mailbox, MS_REQUEST_STEP, 5);
  assert_next (&mailbox, MS_REQUEST_RECALL, 9);
  assert_next (&mailbox, MS_REQUEST_UNDO, 0);
  push (&mailbox, MS_REQUEST_SAVE, 0);
  push (&mailbox, MS_REQUEST_GO, 5);
  push (&mailbox, MS_REQUEST_SET_BUDGET, 7);
  push (&mailbox, MS_REQUEST_OPEN, 0);
  assert_next (&mailbox, MS_REQUEST_SAVE, 0);
  assert_next (&mailbox, MS_REQUEST_SET_BUDGET, 7);
  assert_next (&mailbox, MS_REQUEST_OPEN, 0);
  g_assert_cmpint (ms_mailbox_wait (&mailbox, true, 0, &none), ==, MS_WORK_STEP);
  ms_mailbox_clear (&mailbox);
}

/* Who closes right after saving has a file all the same, with what was changed before; nothing else is waited for. */
static void
test_quit (void)
{
  g_autoptr (MsRequest) none = NULL;
  MsMailbox mailbox;

  ms_mailbox_init (&mailbox, NULL, NULL);
  push (&mailbox, MS_REQUEST_CHANGE, 1);
  push (&mailbox, MS_REQUEST_SAVE_SESSION, 2);
  push (&mailbox, MS_REQUEST_STEP, 3);
  push (&mailbox, MS_REQUEST_RECALL, 4);
  ms_mailbox_quit (&mailbox);
  assert_next (&mailbox, MS_REQUEST_CHANGE, 1);
  assert_next (&mailbox, MS_REQUEST_SAVE_SESSION, 2);
  g_assert_cmpint (ms_mailbox_wait (&mailbox, true, 0, &none), ==, MS_WORK_QUIT);
  ms_mailbox_clear (&mailbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/branches", test_branches);
  g_test_add_func ("/mailbox/wakes-for-the-rest", test_wakes_for_the_rest);
  g_test_add_func ("/mailbox/replaced", test_replaced);
  g_test_add_func ("/mailbox/requests", test_requests);
  g_test_add_func ("/mailbox/quit", test_quit);
  return g_test_run ();
}
