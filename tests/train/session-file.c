/* SPDX-License-Identifier: MIT */

/* A session file gives back everything: the state, the branches with their changes, the histories and alerts, what can
 * be undone. Broken ones are refused. */
#include "core/train/session-file.h"

#include "core/base/json.h"
#include "core/metrics/alerts-file.h"
#include "core/train/session-alerts.h"
#include "core/train/session-history.h"
#include "core/train/timeline-file.h"
#include "core/train/undo-file.h"
#include "tests/train/sessions.h"

#include <glib/gstdio.h>
#include <string.h>

#define SMALL                                                                                                          \
  PAIRS ("task.data", "spirals", "task.examples", "200", "model.kind", "mlp", "model.width", "16", "model.hidden",     \
         "16", "model.blocks", "2", "routing.experts", "4", "optimiser.batch", "32", "run.evaluate_every", "10")

typedef struct {
  MsSession *session;
  MsTimeline *timeline;
  MsUndo *undo;
  MsHistory *history;
  MsAlerts *alerts, *left; /* of branch 1, and of branch 0 */
  char *path;
} Fixture;

static void
step_to (Fixture *f, gint64 step)
{
  while (ms_session_get_step (f->session) < step)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (f->session, MS_DETAIL_SCALARS, &error);

      g_assert_no_error (error);
      if (record->step % 10 == 0 && ms_session_evaluate (f->session, NULL))
        ms_session_stamp (f->session, record);
      ms_timeline_note (f->timeline, f->session);
      ms_timeline_note_record (f->timeline, f->session, record);
      ms_history_add (f->history, record);
      ms_alerts_add (f->alerts, record);
    }
}

static MsPosition
position_now (const Fixture *f)
{
  return (MsPosition){ ms_experiment_ref ((MsExperiment *) ms_session_experiment (f->session)),
                       ms_interventions_ref ((MsInterventions *) ms_session_interventions (f->session)),
                       ms_timeline_now (f->timeline) };
}

static void
remember (Fixture *f, const char *words, const MsPosition *before, bool jumps)
{
  g_auto (MsPosition) after = position_now (f);
  MsDeed deed = { (char *) words, *before, after, jumps };

  ms_undo_add (f->undo, &deed);
}

static void
change (Fixture *f, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_auto (MsPosition) before = position_now (f);
  g_autoptr (MsExperiment) other = ms_experiment_with (ms_session_experiment (f->session), key, value, &error);

  g_assert_no_error (error);
  g_assert_true (ms_session_change (f->session, other, &error));
  ms_timeline_note (f->timeline, f->session);
  remember (f, key, &before, false);
}

static void
go (Fixture *f, MsTimeline *timeline, MsSession **session, int branch, gint64 step)
{
  g_autoptr (GError) error = NULL;
  MsSession *other = ms_timeline_go (timeline, *session, (MsMoment){ branch, step }, &error);

  g_assert_no_error (error);
  *session = other;
}

static void
mask (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsInterventions) set = ms_interventions_parse ("mask:1:2", &error);
  g_auto (MsPosition) before = position_now (f);

  g_assert_no_error (error);
  g_assert_true (ms_session_intervene (f->session, set, &error));
  ms_timeline_note (f->timeline, f->session);
  remember (f, "mask", &before, true); /* as if it could not be taken back in its place */
}

/* Two branches: 0 up to step 40 with a change at 15, and 1 from step 20 on with an intervention and other values. Of
 * the three changes the last is undone. */
static void
set_up (Fixture *f, gconstpointer data)
{
  const MsAlertLimits limits = { .collapse = 1.01, .dead_per_expert = 3, .dropped = 0.125, .window = 7 };
  int fd = g_file_open_tmp ("moescope-XXXXXX", &f->path, NULL);

  g_close (fd, NULL);
  f->session = session_of (1, SMALL);
  f->timeline = ms_timeline_new ((gsize) 8 << 20);
  f->undo = ms_undo_new (100);
  f->history = ms_history_new (64);
  f->alerts = ms_alerts_new (&limits);
  ms_timeline_begin (f->timeline, f->session);
  step_to (f, 15);
  change (f, "optimiser.learning_rate", "0.02");
  step_to (f, 40);
  ms_alerts_add_not_finite (f->alerts, 40);
  f->left = ms_alerts_copy (f->alerts);
  go (f, f->timeline, &f->session, 0, 20);
  mask (f);
  ms_history_truncate (f->history, 20);
  ms_alerts_truncate (f->alerts, 20);
  step_to (f, 33);
  change (f, "routing.capacity_factor", "0.8");
  ms_undo_undone (f->undo, ms_timeline_now (f->timeline));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_remove (f->path);
  g_free (f->path);
  ms_session_free (f->session);
  ms_timeline_free (f->timeline);
  ms_undo_free (f->undo);
  ms_history_free (f->history);
  ms_alerts_free (f->alerts);
  ms_alerts_free (f->left);
}

static void
save (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsKept) kept = ms_kept_new ();

  kept->window = g_strdup ("{\"layout\": \"load\"}");
  ms_kept_add_history (kept, 1, f->history);
  ms_kept_add_alerts (kept, 0, 40, f->left);
  ms_kept_add_alerts (kept, 1, 33, f->alerts);
  g_assert_true (ms_session_file_save (f->path, f->session, f->timeline, f->undo, kept, &error));
  g_assert_no_error (error);
}

static void
assert_same_state (MsSession *a, MsSession *b)
{
  g_autoptr (GBytes) x = ms_session_save_state (a), y = ms_session_save_state (b);

  g_assert_true (g_bytes_equal (x, y));
  g_assert_true (ms_experiment_equal (ms_session_experiment (a), ms_session_experiment (b)));
}

static void
assert_same_timeline (const MsTimeline *a, const MsTimeline *b)
{
  g_autoptr (JsonNode) x = ms_timeline_to_node (a), y = ms_timeline_to_node (b);
  g_autofree char *p = ms_json_text (x), *q = ms_json_text (y);

  g_assert_cmpstr (p, ==, q);
}

static void
assert_same_history (const MsHistory *a, const MsHistory *b)
{
  g_assert_cmpint (a->n_points, ==, b->n_points);
  g_assert_cmpint (a->n_evaluations, ==, b->n_evaluations);
  g_assert_cmpint (a->E, ==, b->E);
  for (int i = 0; i < a->n_points; i++)
    {
      g_assert_cmpint (a->points[i].last_step, ==, b->points[i].last_step);
      g_assert_cmpfloat (a->points[i].loss, ==, b->points[i].loss);
    }
  g_assert_cmpmem (a->load, (gsize) a->n_points * a->n_layers * a->E * sizeof (float), b->load,
                   (gsize) b->n_points * b->n_layers * b->E * sizeof (float));
  g_assert_cmpfloat (a->evaluations[a->n_evaluations - 1].nll, ==, b->evaluations[b->n_evaluations - 1].nll);
}

static void
assert_same_position (const MsPosition *a, const MsPosition *b)
{
  g_assert_true (ms_experiment_equal (a->experiment, b->experiment));
  g_assert_true (ms_interventions_equal (a->interventions, b->interventions));
  g_assert_cmpint (a->moment.branch, ==, b->moment.branch);
  g_assert_cmpint (a->moment.step, ==, b->moment.step);
}

static void
assert_same_deeds (const MsUndo *a, const MsUndo *b)
{
  for (int undone = 0; undone < 2; undone++)
    {
      const GPtrArray *x = ms_undo_deeds (a, undone), *y = ms_undo_deeds (b, undone);

      g_assert_cmpuint (x->len, ==, y->len);
      for (guint i = 0; i < x->len; i++)
        {
          const MsDeed *p = x->pdata[i], *q = y->pdata[i];

          g_assert_cmpstr (p->words, ==, q->words);
          g_assert_true (p->jumps == q->jumps);
          assert_same_position (&p->before, &q->before);
          assert_same_position (&p->after, &q->after);
        }
    }
}

static void
test_everything (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = ms_timeline_new ((gsize) 8 << 20);
  g_autoptr (MsUndo) undo = ms_undo_new (100);
  g_autoptr (MsBranches) before = ms_timeline_branches (f->timeline), after = NULL;
  MsKept *kept = NULL;
  MsSession *session;

  save (f);
  session = ms_session_file_load (f->path, 1, timeline, undo, &kept, &error);
  g_assert_no_error (error);
  assert_same_state (session, f->session);
  assert_same_timeline (timeline, f->timeline);
  assert_same_deeds (undo, f->undo);
  g_assert_cmpuint (ms_undo_deeds (undo, false)->len, ==, 2);
  g_assert_cmpstr (kept->window, ==, "{\"layout\": \"load\"}");
  g_assert_cmpuint (kept->histories->len, ==, 1);
  assert_same_history (((MsKeptHistory *) kept->histories->pdata[0])->history, f->history);
  after = ms_timeline_branches (timeline);
  g_assert_cmpint (after->n, ==, before->n);
  g_assert_cmpint (after->n_changes, ==, before->n_changes);
  for (int i = 0; i < before->n_changes; i++)
    g_assert_cmpstr (after->change[i].words, ==, before->change[i].words);
  g_assert_cmpint (after->branch[after->current].to, ==, 33);

  /* To the branch that was left, from nothing but its log, and on from there. */
  go (f, timeline, &session, 0, 40);
  go (f, f->timeline, &f->session, 0, 40);
  assert_same_state (session, f->session);
  go (f, timeline, &session, 1, 27);
  go (f, f->timeline, &f->session, 1, 27);
  assert_same_state (session, f->session);
  ms_session_free (session);
  ms_kept_free (kept);
}

/* A session file is a checkpoint, and a checkpoint is opened as a session that begins there. */
static void
test_checkpoints (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = ms_timeline_new ((gsize) 8 << 20);
  g_autoptr (MsUndo) undo = ms_undo_new (100);
  g_autoptr (MsSession) as_checkpoint = NULL, as_session = NULL;
  MsKept *kept = (MsKept *) f;

  save (f);
  as_checkpoint = ms_session_load (f->path, NULL, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ms_session_get_step (as_checkpoint), ==, 33);
  g_assert_true (ms_session_save (f->session, f->path, &error));
  as_session = ms_session_file_load (f->path, 1, timeline, undo, &kept, &error);
  g_assert_no_error (error);
  g_assert_null (kept);
  g_assert_null (ms_undo_peek (undo));
  g_assert_cmpint (ms_timeline_now (timeline).step, ==, 33);
  g_assert_cmpint (ms_session_get_step (as_session), ==, 33);
}

static void
refuse (Fixture *f, const char *from, const char *to)
{
  g_autoptr (JsonNode) node = ms_timeline_to_node (f->timeline);
  g_autofree char *text = ms_json_text (node);
  g_auto (GStrv) parts = g_strsplit (text, from, 2);
  g_autofree char *broken = g_strjoinv (to, parts);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (MsTimeline) timeline = ms_timeline_new (1);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_true (json_parser_load_from_data (parser, broken, -1, NULL));
  g_assert_false (ms_timeline_from_node (timeline, json_parser_get_root (parser), NULL, NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (ms_timeline_n_branches (timeline), ==, 0);
}

static void
test_broken (Fixture *f, gconstpointer data)
{
  refuse (f, "\"parent\": 0", "\"parent\": 1");     /* its own */
  refuse (f, "\"parent\": 0", "\"parent\": 7");     /* one that is not there */
  refuse (f, "\"from\": 20", "\"from\": 41");       /* after its parent's end */
  refuse (f, "\"to\": 40", "\"to\": -1");
  refuse (f, "\"to\": 33", "\"to\": 19");           /* before it begins */
  refuse (f, "\"step\": 15", "\"step\": 90");       /* a change after the end */
  refuse (f, "\"step\": 15", "\"step\": \"x\"");
  refuse (f, "mask:1:2", "mask:one:2");
  refuse (f, "\"branches\"", "\"twigs\"");
  refuse (f, "\"name\": \"", "\"nome\": \"");     /* of what began anew */
  refuse (f, "\"words\": \"", "\"verbs\": \"");
  refuse (f, "\"step\": 33", "\"step\": 19");     /* where it stands, before the branch begins */
  refuse (f, "[10, 10, 4]", "[10, 10, 5]");         /* measured after its end */
  refuse (f, "[10, 10, 4]", "[10, 4611686018427387904, 4]");
  refuse (f, "[10, 10, 4]", "[10, 0, 4]");
  refuse (f, "[10, 10, 4]", "[10, 10, 0]");
  refuse (f, "[10, 10, 4]", "[10, 10]");
  refuse (f, "[10, 10, 4]", "[[], 10, 4]");
  refuse (f, "[10, 10, 4]", "[10, 10, 4], [40, 0, 1]"); /* twice */
  refuse (f, "\"optimiser.learning_rate\": 0.02", "\"optimiser.learning_rate\": -1");
}

/* What a branch is said to have begun with is of another step than it says. */
static void
test_wrong_beginning (Fixture *f, gconstpointer data)
{
  g_autoptr (MsTimeline) timeline = ms_timeline_new (1); /* which keeps no state */
  g_autoptr (MsSession) session = session_of (1, SMALL);
  g_autoptr (JsonNode) node = ms_timeline_to_node (f->timeline);
  JsonArray *branches = json_object_get_array_member (json_node_get_object (node), "branches");
  g_autoptr (GError) error = NULL;

  json_object_set_int_member (json_array_get_object_element (branches, 0), "from", 5);
  g_assert_true (ms_timeline_from_node (timeline, node, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (ms_timeline_recall (timeline, session, (MsMoment){ 0, 5 }, 0, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "begins after step 5"));
}

/* The file with @to in the place of the first @from, which is as long: its header is one text. */
static void
break_file (Fixture *f, const char *from, const char *to)
{
  g_autofree char *content = NULL;
  gsize length;
  char *place;

  g_assert_cmpuint (strlen (from), ==, strlen (to));
  g_assert_true (g_file_get_contents (f->path, &content, &length, NULL));
  place = memmem (content, length, from, strlen (from));
  g_assert_nonnull (place);
  memcpy (place, to, strlen (to));
  g_assert_true (g_file_set_contents (f->path, content, (gssize) length, NULL));
}

/* Files of versions that did not keep it are opened; a list that is broken is named. */
static void
test_no_undo (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = ms_timeline_new ((gsize) 8 << 20);
  g_autoptr (MsUndo) undo = ms_undo_new (100);
  g_autoptr (MsSession) session = NULL;
  MsKept *kept = NULL;

  save (f);
  break_file (f, "\"undo\"", "\"else\"");
  session = ms_session_file_load (f->path, 1, timeline, undo, &kept, &error);
  g_assert_no_error (error);
  g_assert_null (ms_undo_peek (undo));
  g_assert_null (ms_undo_peek_redo (undo));
  g_clear_pointer (&kept, ms_kept_free);
  save (f);
  break_file (f, "\\\"undone\\\"", "\\\"ubdone\\\"");
  g_assert_null (ms_session_file_load (f->path, 1, timeline, undo, &kept, &error));
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, "has no list \"undone\""));
}

static void
refuse_undo (Fixture *f, const char *from, const char *to)
{
  const MsExperiment *base = ms_session_experiment (f->session);
  g_autoptr (JsonNode) node = ms_undo_to_node (f->undo, base);
  g_autofree char *text = ms_json_text (node);
  g_auto (GStrv) parts = g_strsplit (text, from, 2);
  g_autofree char *broken = g_strjoinv (to, parts);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_true (json_parser_load_from_data (parser, broken, -1, NULL));
  g_test_message ("%s instead of %s", to, from);
  g_assert_false (ms_undo_from_node (f->undo, json_parser_get_root (parser), base, f->timeline, &error));
  g_assert_nonnull (error);
  g_assert_null (ms_undo_peek (f->undo)); /* nothing of it is kept */
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  g_assert_true (ms_undo_from_node (f->undo, json_parser_get_root (parser), base, f->timeline, NULL));
}

static void
test_broken_undo (Fixture *f, gconstpointer data)
{
  refuse_undo (f, "\"done\"", "\"did\"");
  refuse_undo (f, "\"undone\": [", "\"undone\": [7, ");
  refuse_undo (f, "\"words\": \"mask\"", "\"words\": null");
  refuse_undo (f, "\"before\"", "\"ahead\"");
  refuse_undo (f, "\"branch\": 1", "\"branch\": 2"); /* one that is not there */
  refuse_undo (f, "\"branch\": 1", "\"branch\": -1");
  refuse_undo (f, "\"branch\": 0", "\"branch\": 4294967296");
  refuse_undo (f, "\"step\": 33", "\"step\": 34"); /* after its branch's end */
  refuse_undo (f, "\"step\": 15", "\"step\": \"x\"");
  refuse_undo (f, "\"values\"", "\"value\"");
  refuse_undo (f, "\"optimiser.learning_rate\": ", "\"optimiser.learning_rate\": -");
  refuse_undo (f, "\"optimiser.learning_rate\": ", "\"optimiser.rate\": ");
  refuse_undo (f, "\"optimiser.learning_rate\": 0.001", "\"routing.experts\": 2"); /* and does not jump */
  refuse_undo (f, "mask:1:2", "mask:one:2");
}

static void
assert_same_alerts (const MsAlerts *a, const MsAlerts *b, bool loads)
{
  g_autoptr (JsonNode) x = json_node_new (JSON_NODE_OBJECT), y = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *p = NULL, *q = NULL;

  json_node_take_object (x, ms_alerts_to_object (a, loads));
  json_node_take_object (y, ms_alerts_to_object (b, loads));
  p = ms_json_text (x);
  q = ms_json_text (y);
  g_assert_cmpstr (p, ==, q);
}

/* The alerts of both branches are there, and those of the one where the run is go on as if it had not been closed. */
static void
test_alerts (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = ms_timeline_new ((gsize) 8 << 20);
  g_autoptr (MsUndo) undo = ms_undo_new (100);
  g_autoptr (MsSession) session = NULL;
  g_autoptr (MsKept) kept = NULL;
  const MsKeptAlerts *left, *here;

  save (f);
  session = ms_session_file_load (f->path, 1, timeline, undo, &kept, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->alerts->len, ==, 2);
  left = kept->alerts->pdata[0];
  here = kept->alerts->pdata[1];
  g_assert_true (left->branch == 0 && left->to == 40 && here->branch == 1 && here->to == 33);
  g_assert_cmpint (ms_alerts_count (f->alerts), >, 0);
  g_assert_cmpint (ms_alerts_at (left->alerts, ms_alerts_count (left->alerts) - 1)->kind, ==, MS_ALERT_NOT_FINITE);
  assert_same_alerts (left->alerts, f->left, false);
  assert_same_alerts (here->alerts, f->alerts, true);
  for (int i = 0; i < 12; i++)
    {
      g_autoptr (MsRecord) record = ms_session_step (session, MS_DETAIL_SCALARS, &error);

      ms_alerts_add (here->alerts, record);
    }
  step_to (f, 45);
  assert_same_alerts (here->alerts, f->alerts, true);
}

/* Files of versions that did not keep them are opened; a list that is broken is named. */
static void
test_no_alerts (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = ms_timeline_new ((gsize) 8 << 20);
  g_autoptr (MsUndo) undo = ms_undo_new (100);
  g_autoptr (MsSession) session = NULL;
  MsKept *kept = NULL;

  save (f);
  break_file (f, "\"alerts\"", "\"elsewh\"");
  session = ms_session_file_load (f->path, 1, timeline, undo, &kept, &error);
  g_assert_no_error (error);
  g_assert_null (kept->alerts);
  g_clear_pointer (&kept, ms_kept_free);
  save (f);
  break_file (f, "\\\"layers\\\"", "\\\"lawyer\\\"");
  g_assert_null (ms_session_file_load (f->path, 1, timeline, undo, &kept, &error));
  g_assert_null (kept);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, "the session's list of alerts has no list \"layers\""));
}

/* @from is in the alerts once at least; with the first one @to there is a sentence that names @key. */
static void
refuse_alerts (Fixture *f, const char *from, const char *to, const char *key)
{
  g_autoptr (MsKept) kept = ms_kept_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *broken = NULL;
  g_auto (GStrv) parts = NULL;

  ms_kept_add_alerts (kept, 1, 33, f->alerts);
  ms_kept_add_alerts (kept, 0, 40, f->left);
  node = ms_session_alerts_to_node (kept->alerts, 1);
  text = ms_json_text (node);
  parts = g_strsplit (text, from, 2);
  broken = g_strjoinv (to, parts);
  g_test_message ("%s instead of %s", to, from);
  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_true (json_parser_load_from_data (parser, broken, -1, NULL));
  g_assert_false (ms_session_alerts_from_node (kept, json_parser_get_root (parser), f->timeline, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, key));
  g_assert_cmpuint (kept->alerts->len, ==, 2); /* as it was */
}

static void
test_broken_alerts (Fixture *f, gconstpointer data)
{
  refuse_alerts (f, "[\n", "[7,\n", "element 0 of a list");
  refuse_alerts (f, "\"branch\": 1", "\"branch\": 0", "\"branch\" 0 twice");
  refuse_alerts (f, "\"branch\": 1", "\"branch\": 2", "\"branch\" 2");
  refuse_alerts (f, "\"branch\": 1", "\"branch\": -1", "\"branch\"");
  refuse_alerts (f, "\"to\": 33", "\"to\": 34", "\"to\" step 34"); /* after its branch's end */
  refuse_alerts (f, "\"to\": 33", "\"to\": \"x\"", "\"to\"");
  refuse_alerts (f, "\"limits\"", "\"limit\"", "\"limits\"");
  refuse_alerts (f, "\"collapse\": 1.01", "\"collapse\": -1", "\"collapse\"");
  refuse_alerts (f, "\"dead_per_expert\": 3", "\"dead_per_expert\": null", "\"dead_per_expert\"");
  refuse_alerts (f, "\"dropped\": 0.125", "\"dropped\": 1e999", "\"dropped\"");
  refuse_alerts (f, "\"window\": 7", "\"window\": 0", "\"window\"");
  refuse_alerts (f, "\"window\": 7", "\"window\": 6", "\"loads\""); /* of seven steps */
  refuse_alerts (f, "\"layers\"", "\"layer\"", "\"layers\"");
  refuse_alerts (f, "\"experts\": 4", "\"experts\": 0", "\"experts\"");
  refuse_alerts (f, "\"experts\": 4", "\"experts\": 2000000", "\"experts\"");
  refuse_alerts (f, "\"experts\": 4", "\"experts\": 5", "\"loads\"");
  refuse_alerts (f, "\"soft\": false", "\"soft\": 0", "\"soft\"");
  refuse_alerts (f, "\"alerts\"", "\"alarms\"", "\"alerts\"");
  refuse_alerts (f, "\"alerts\": [", "\"alerts\": [7, ", "element 0 of a list");
  refuse_alerts (f, "\"kind\": \"collapse\"", "\"kind\": \"fall\"", "\"kind\" fall");
  refuse_alerts (f, "\"step\": 7", "\"step\": 34", "\"step\"");
  refuse_alerts (f, "\"step\": 7", "\"step\": -1", "\"step\"");
  refuse_alerts (f, "\"over\": -1", "\"over\": 6", "\"over\"");
  refuse_alerts (f, "\"over\": -1", "\"over\": 34", "\"over\"");
  refuse_alerts (f, "\"kind\": \"nan\"", "\"kind\": \"dead\"", "\"block\"");
  refuse_alerts (f, "\"value\": 0.", "\"value\": -0.", "\"value\"");
  refuse_alerts (f, "\"expert\": ", "\"expert\": -", "\"expert\"");
  refuse_alerts (f, "\"expert\": ", "\"expert\": 9", "\"expert\" 9"); /* its layer has four */
  refuse_alerts (f, "\"loads\"", "\"load\"", "\"loads\"");
  refuse_alerts (f, "[27, ", "[0.5, ", "element 0 of \"loads\"");
  refuse_alerts (f, "[27, ", "[28, ", "element 1 of \"loads\"");
  refuse_alerts (f, "[27, ", "[27, -", "element 0 of \"loads\"");
  refuse_alerts (f, "[27, ", "[27, 1, ", "element 0 of \"loads\"");
}

/* Whatever bytes of the header are other ones: refused or read, never a crash. */
static void
test_garbage (Fixture *f, gconstpointer data)
{
  g_autofree char *content = NULL;
  gsize length;

  save (f);
  g_assert_true (g_file_get_contents (f->path, &content, &length, NULL));
  for (int i = 0; i < 60; i++)
    {
      g_autofree char *broken = g_memdup2 (content, length);
      g_autoptr (MsTimeline) timeline = ms_timeline_new (1);
      g_autoptr (MsUndo) undo = ms_undo_new (1);
      g_autoptr (MsSession) session = NULL;
      MsKept *kept = NULL;
      gint32 where = g_test_rand_int_range (8, 6000);

      broken[where] = (char) g_test_rand_int_range (32, 127);
      g_assert_true (g_file_set_contents (f->path, broken, (gssize) (i % 3 == 0 ? length / 2 : length), NULL));
      session = ms_session_file_load (f->path, 1, timeline, undo, &kept, NULL);
      ms_kept_free (kept);
    }
}

/* A file that only says that its layers are large: @part of its history is missing or of other numbers. */
static void
refuse_history (Fixture *f, const char *part, MsDtype dtype, gsize rows, gsize columns, gconstpointer data)
{
  const gsize points[] = { 1, 10 }, layers[] = { 1, 2 }, other[] = { rows, columns };
  const double point[10] = { 1, 1, 1 };
  const gint32 layer[2] = { 4, 1 };
  g_autoptr (MsSafetensorsWriter) writer = ms_safetensors_writer_new ();
  g_autoptr (MsSafetensors) file = NULL;
  g_autofree char *name = g_strconcat ("session/history/0/", part, NULL);

  if (strcmp (part, "points") != 0)
    ms_safetensors_writer_add (writer, "session/history/0/points", MS_DTYPE_F64, 2, points, point);
  if (strcmp (part, "layers") != 0)
    ms_safetensors_writer_add (writer, "session/history/0/layers", MS_DTYPE_I32, 2, layers, layer);
  ms_safetensors_writer_add (writer, name, dtype, 2, other, data);
  g_assert_true (ms_safetensors_writer_save (writer, f->path, NULL));
  file = ms_safetensors_open (f->path, NULL);
  g_assert_nonnull (file);
  g_assert_null (ms_session_history_read (file, 0));
}

/* Four thousand layers of 65,536 experts each would be two terabytes of loads, which the file does not have. */
static void
test_huge_history (Fixture *f, gconstpointer data)
{
  const int n = 4096;
  g_autofree gint32 *layers = g_new (gint32, 2 * n);

  for (int i = 0; i < 2 * n; i++)
    layers[i] = 1 << 16;
  refuse_history (f, "layers", MS_DTYPE_I32, (gsize) n, 2, layers);
  refuse_history (f, "load", MS_DTYPE_F32, 1, 4, layers);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/session-file/everything", Fixture, NULL, set_up, test_everything, tear_down);
  g_test_add ("/session-file/checkpoints", Fixture, NULL, set_up, test_checkpoints, tear_down);
  g_test_add ("/session-file/broken", Fixture, NULL, set_up, test_broken, tear_down);
  g_test_add ("/session-file/wrong-beginning", Fixture, NULL, set_up, test_wrong_beginning, tear_down);
  g_test_add ("/session-file/no-undo", Fixture, NULL, set_up, test_no_undo, tear_down);
  g_test_add ("/session-file/broken-undo", Fixture, NULL, set_up, test_broken_undo, tear_down);
  g_test_add ("/session-file/alerts", Fixture, NULL, set_up, test_alerts, tear_down);
  g_test_add ("/session-file/no-alerts", Fixture, NULL, set_up, test_no_alerts, tear_down);
  g_test_add ("/session-file/broken-alerts", Fixture, NULL, set_up, test_broken_alerts, tear_down);
  g_test_add ("/session-file/garbage", Fixture, NULL, set_up, test_garbage, tear_down);
  g_test_add ("/session-file/huge-history", Fixture, NULL, set_up, test_huge_history, tear_down);
  return g_test_run ();
}
