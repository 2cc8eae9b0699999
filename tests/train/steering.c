/* SPDX-License-Identifier: MIT */

/* Interventions on a session: what does not fit is refused by name, what stands is saved, edits are exact. */

#include "tests/train/sessions.h"

#include <math.h>
#include <string.h>

static MsIntervention
parsed (const char *text)
{
  MsIntervention intervention;
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_intervention_parse (&intervention, text, &error));
  g_assert_no_error (error);
  return intervention;
}

static MsInterventions *
set_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  MsInterventions *set = ms_interventions_parse (text, &error);

  g_assert_no_error (error);
  return set;
}

static void
intervene (MsSession *s, const char *text)
{
  g_autoptr (MsInterventions) set = set_of (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_session_intervene (s, set, &error));
  g_assert_no_error (error);
}

static void
edit (MsSession *s, const char *text)
{
  const MsIntervention intervention = parsed (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_session_edit (s, &intervention, &error));
  g_assert_no_error (error);
}

static void
steps (MsSession *s, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_SCALARS, &error);

      g_assert_no_error (error);
    }
}

/* Four blocks of which 1 and 3 are routed, 4 experts. */
static MsSession *
digits (const char *key, const char *value)
{
  return session_of (2, PAIRS ("model.blocks", "4", "routing.placement", "every-2", "routing.experts", "4", "routing.k",
                               "2", "model.width", "32", "model.hidden", "32", "optimiser.batch", "16", key, value));
}

/* Key and value of the model, what is wrong with it, and a part of what is said. */
static const char *const refusals[][4] = {
  { "routing.router", "top-k", "mask:0:1", "routed are the blocks 1, 3" },
  { "routing.router", "top-k", "mask:1:4", "experts 0 to 3" },
  { "routing.router", "top-k", "swap:1:0,9", "experts 0 to 3" },
  { "routing.router", "top-k", "mask:1.0:1", "write 1 without .0" },
  { "routing.router", "top-k", "force:1:0:token=999", "tokens 0 to" },
  { "routing.router", "top-k", "force:1:0:label=10", "classes 0 to 9" },
  { "routing.router", "none", "mask:1:1", "no routed block" },
  { "routing.router", "hash", "mask:1:1", "no logits" },
  { "routing.router", "random", "bias:1:1:1", "no logits" },
  { "routing.router", "random", "freeze:1", "learns nothing" },
  { "routing.router", "soft", "force:1:1", "sends no token" },
  { "ensemble.kind", "deep", "mask:1:1", "1.0 to 1.1" },
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (MsSession) s = session_of (
        1, PAIRS ("model.blocks", "4", "routing.placement", "every-2", "routing.experts", "4", "routing.k", "1",
                  "model.width", "32", "model.hidden", "32", "optimiser.batch", "16", "ensemble.members", "2",
                  refusals[i][0], refusals[i][1]));
      const MsIntervention intervention = parsed (refusals[i][2]);
      g_autoptr (GError) error = NULL;

      g_assert_false (ms_session_check_intervention (s, &intervention, &error));
      g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
      g_assert_nonnull (strstr (error->message, refusals[i][2]));
      g_assert_nonnull (strstr (error->message, refusals[i][3]));
    }
}

/* One that does not fit keeps all from standing, and one expert must be left. */
static void
test_all_or_none (void)
{
  g_autoptr (MsSession) s = digits ("routing.router", "top-k");
  g_autoptr (MsInterventions) wrong = set_of ("mask:1:1 mask:1:7");
  g_autoptr (MsInterventions) all = set_of ("mask:1:0 mask:1:1 mask:1:2 mask:1:3 mask:3:0");
  g_autoptr (GError) error = NULL, none_left = NULL;
  g_autofree char *text = NULL;

  intervene (s, "mask:3:2 mask:1:0 mask:1:1 mask:1:3");
  g_assert_false (ms_session_intervene (s, wrong, &error));
  g_assert_nonnull (strstr (error->message, "mask:1:7"));
  g_assert_false (ms_session_intervene (s, all, &none_left));
  g_assert_nonnull (strstr (none_left->message, "leaves no expert"));
  text = ms_interventions_to_text (ms_session_interventions (s));
  g_assert_cmpstr (text, ==, "mask:3:2 mask:1:0 mask:1:1 mask:1:3");
}

/* They are part of the state, and of what restoring goes back to; reset withdraws them. */
static void
test_state (void)
{
  g_autoptr (MsSession) a = digits ("routing.router", "top-k"), b = digits ("routing.router", "top-k");
  g_autoptr (GBytes) plain = ms_session_save_state (a), standing = NULL, again = NULL, back = NULL, reset = NULL;
  g_autoptr (GError) error = NULL;

  intervene (a, "mask:1:2 bias:3:1:-0.5 freeze:1");
  standing = ms_session_save_state (a);
  g_assert_false (g_bytes_equal (plain, standing));
  g_assert_true (ms_session_restore_state (b, standing, &error));
  g_assert_true (ms_interventions_equal (ms_session_interventions (a), ms_session_interventions (b)));
  again = ms_session_save_state (b);
  g_assert_true (g_bytes_equal (standing, again));
  g_assert_true (ms_session_restore_state (b, plain, &error));
  g_assert_cmpint (ms_interventions_count (ms_session_interventions (b)), ==, 0);
  back = ms_session_save_state (b);
  g_assert_true (g_bytes_equal (plain, back));
  ms_session_reset (a);
  reset = ms_session_save_state (a);
  g_assert_true (g_bytes_equal (plain, reset));
}

/* A state whose interventions do not fit changes nothing. */
static void
test_broken_state (void)
{
  g_autoptr (MsSession) s = digits ("routing.router", "top-k");
  g_autoptr (GBytes) state = NULL, broken = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  intervene (s, "mask:1:2");
  state = ms_session_save_state (s);
  size = g_bytes_get_size (state);
  bytes = g_memdup2 (g_bytes_get_data (state, NULL), size);
  bytes[size - 1] = '9';
  bytes[size / 2] ^= 1;
  broken = g_bytes_new (bytes, size);
  g_assert_false (ms_session_restore_state (s, broken, &error));
  g_assert_nonnull (strstr (error->message, "mask:1:9"));
  after = ms_session_save_state (s);
  g_assert_true (g_bytes_equal (state, after));
}

static const MsReal *
slice (MsSession *s, const char *name, int expert, gsize *size)
{
  const MsParam *param = ms_params_find (s->model->params, name);

  g_assert_nonnull (param);
  *size = ms_param_slice (param);
  return param->value + (gsize)expert * *size;
}

static void
test_swap_twice (void)
{
  g_autoptr (MsSession) s = digits ("optimiser.kind", "adam");
  g_autoptr (GBytes) before = NULL, between = NULL, after = NULL;

  steps (s, 5);
  before = ms_session_save_state (s);
  edit (s, "swap:3:0,2");
  between = ms_session_save_state (s);
  edit (s, "swap:3:2,0");
  after = ms_session_save_state (s);
  g_assert_false (g_bytes_equal (before, between));
  g_assert_true (g_bytes_equal (before, after));
}

/* All tensors and all moments of expert 1 become those of expert 3, of this layer only. */
static void
test_clone (void)
{
  static const char *const leaf[] = { "Dense_0/kernel", "Dense_0/bias", "Dense_1/kernel", "Dense_1/bias" };
  g_autoptr (MsSession) s = digits ("optimiser.kind", "adamw");
  const MsReal *first = ms_optimiser_first (s->optimiser), *second = ms_optimiser_second (s->optimiser);

  steps (s, 5);
  edit (s, "clone:3:3,1");
  for (guint i = 0; i < G_N_ELEMENTS (leaf); i++)
    {
      g_autofree char *name = g_strconcat ("Encoder/encoderblock_3/Moe/Mlp/", leaf[i], NULL);
      g_autofree char *other = g_strconcat ("Encoder/encoderblock_1/Moe/Mlp/", leaf[i], NULL);
      gsize n, at = ms_params_find (s->model->params, name)->offset;
      const MsReal *from = slice (s, name, 3, &n), *to = slice (s, name, 1, &n);

      g_assert_cmpmem (from, n * sizeof *from, to, n * sizeof *to);
      g_assert_cmpmem (first + at + 3 * n, n * sizeof *first, first + at + n, n * sizeof *first);
      g_assert_cmpmem (second + at + 3 * n, n * sizeof *second, second + at + n, n * sizeof *second);
      from = slice (s, other, 3, &n);
      to = slice (s, other, 1, &n);
      g_assert_cmpint (memcmp (from, to, n * sizeof *from), !=, 0);
    }
}

/* What FREEZE froze is the same to the byte after 20 steps, moments too; all else moves. */
static void
check_frozen (const char *router, const char *const *names)
{
  g_autoptr (MsSession) s = digits ("routing.router", router);
  MsParams *params = s->model->params;
  gsize flat = ms_params_flat (params);
  g_autofree MsReal *before = NULL, *first = NULL;

  steps (s, 3);
  intervene (s, "freeze:1");
  before = g_memdup2 (ms_params_values (params), flat * sizeof *before);
  first = g_memdup2 (ms_optimiser_first (s->optimiser), flat * sizeof *first);
  steps (s, 20);
  for (int i = 0; i < ms_params_count (params); i++)
    {
      const MsParam *p = ms_params_at (params, i);
      bool frozen = g_strv_contains (names, p->name);
      bool same = memcmp (p->value, before + p->offset, p->n * sizeof *before) == 0;

      g_assert_true (same == frozen);
      if (frozen)
        g_assert_cmpmem (first + p->offset, p->n * sizeof *first, ms_optimiser_first (s->optimiser) + p->offset,
                         p->n * sizeof *first);
    }
  intervene (s, "");
  steps (s, 2);
  for (int i = 0; i < ms_params_count (params); i++)
    {
      const MsParam *p = ms_params_at (params, i);

      g_assert_cmpint (memcmp (p->value, before + p->offset, p->n * sizeof *before), !=, 0);
    }
}

#define ROUTER "Encoder/encoderblock_1/Moe/Router/"

static void
test_freeze (void)
{
  check_frozen ("top-k", PAIRS (ROUTER "dense/kernel"));
  check_frozen ("sigmoid", PAIRS (ROUTER "dense/kernel", ROUTER "bias"));
  check_frozen ("soft", PAIRS (ROUTER "mu", ROUTER "scale"));
}

/* Swapped experts whose router columns change places, too, are the same model. */
static void
test_permutation (void)
{
  g_autoptr (MsSession) s = digits ("routing.noise", "0");
  g_autoptr (MsRecord) before = NULL, swapped = NULL, after = NULL;
  MsParam *kernel = ms_params_find (s->model->params, ROUTER "dense/kernel");
  gsize n;

  steps (s, 5);
  before = ms_session_look (s, MS_DETAIL_BATCH, NULL);
  n = (gsize)before->predictions->M * (gsize)before->predictions->N * (gsize)before->predictions->C;
  edit (s, "swap:1:0,2");
  swapped = ms_session_look (s, MS_DETAIL_BATCH, NULL);
  g_assert_cmpint (memcmp (before->predictions->probs, swapped->predictions->probs, n * sizeof (float)), !=, 0);
  for (gsize h = 0; h < kernel->dim[0]; h++)
    {
      MsReal *row = kernel->value + h * 4, was = row[0];

      row[0] = row[2];
      row[2] = was;
    }
  after = ms_session_look (s, MS_DETAIL_BATCH, NULL);
  g_assert_cmpint (before->routing[0]->load[0], ==, after->routing[0]->load[2]);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (before->predictions->probs[i], after->predictions->probs[i], 1e-5);
}

static MsTrial *
try_text (MsSession *s, const char *text)
{
  const MsIntervention what = parsed (text);
  g_autoptr (GError) error = NULL;
  MsTrial *trial = ms_session_try (s, &what, &error);

  g_assert_no_error (error);
  return trial;
}

/* Standing already or not, an edit or not: the session has the same bytes after a trial, and trains on as if there had
 * been none. */
static void
test_trial_leaves_no_trace (void)
{
  static const char *const tried[] = { "mask:1:2", "force:3:0", "bias:1:1:2", "freeze:1", "swap:1:0,3",
                                       "clone:3:1,2" };
  g_autoptr (MsSession) s = digits ("optimiser.kind", "adam"), plain = digits ("optimiser.kind", "adam");
  g_autoptr (GBytes) last = NULL, expected = NULL;

  steps (s, 3);
  steps (plain, 3);
  intervene (s, "mask:1:2 bias:3:0:1");
  intervene (plain, "mask:1:2 bias:3:0:1");
  for (guint i = 0; i < G_N_ELEMENTS (tried); i++)
    {
      g_autoptr (GBytes) before = ms_session_save_state (s), after = NULL;
      g_autoptr (MsTrial) trial = try_text (s, tried[i]);

      after = ms_session_save_state (s);
      g_assert_true (g_bytes_equal (before, after));
      g_assert_nonnull (trial->arm[MS_ARM_INTERVENTION].words);
      g_assert_cmpfloat (trial->arm[MS_ARM_BASELINE].changed, ==, 0);
      g_assert_cmpfloat (trial->arm[MS_ARM_BASELINE].kl, ==, 0);
      g_assert_true ((trial->arm[MS_ARM_CONTROL].words == NULL) == (strcmp (tried[i], "freeze:1") == 0));
      g_assert_true ((trial->arm[MS_ARM_INTERVENTION].kl > 0) == (strcmp (tried[i], "freeze:1") != 0));
    }
  steps (s, 2);
  steps (plain, 2);
  last = ms_session_save_state (s);
  expected = ms_session_save_state (plain);
  g_assert_true (g_bytes_equal (last, expected));
}

/* A record without tokens, too, says which experts are masked, and in which layer. */
static void
test_masked_in_records (void)
{
  g_autoptr (MsSession) s = digits ("routing.router", "top-k");
  g_autoptr (MsRecord) free_look = ms_session_look (s, MS_DETAIL_SCALARS, NULL), look = NULL, back = NULL;

  g_assert_null (free_look->routing[0]->masked);
  intervene (s, "mask:1:2 mask:1:0 bias:3:1:-0.5");
  look = ms_session_look (s, MS_DETAIL_SCALARS, NULL);
  g_assert_cmpmem (look->routing[0]->masked, 4, "\1\0\1\0", 4);
  g_assert_null (look->routing[1]->masked);
  intervene (s, "");
  back = ms_session_look (s, MS_DETAIL_SCALARS, NULL);
  g_assert_null (back->routing[0]->masked);
}

/* The busiest expert has no load once it is masked; the baseline is a deterministic look. */
static void
test_trial_of_the_busiest (void)
{
  g_autoptr (MsSession) s = digits ("routing.noise", "0");
  g_autoptr (MsRecord) look = NULL;
  g_autoptr (MsTrial) trial = NULL;
  g_autofree char *text = NULL;
  const MsTrialArm *arm;
  int busiest = 0;

  steps (s, 10);
  look = ms_session_look (s, MS_DETAIL_BATCH, NULL);
  for (int e = 1; e < 4; e++)
    busiest = look->routing[0]->load[e] > look->routing[0]->load[busiest] ? e : busiest;
  text = g_strdup_printf ("mask:1:%d", busiest);
  trial = try_text (s, text);
  arm = trial->arm;
  g_assert_cmpint (trial->step, ==, 10);
  g_assert_cmpint (trial->examples, ==, 16);
  g_assert_cmpmem (arm[MS_ARM_BASELINE].load, 4 * sizeof (int), look->routing[0]->load, 4 * sizeof (int));
  g_assert_cmpfloat_with_epsilon (arm[MS_ARM_BASELINE].task_loss, look->task_loss, 1e-6);
  g_assert_cmpfloat_with_epsilon (arm[MS_ARM_BASELINE].error, look->train_error, 1e-9);
  g_assert_cmpint (arm[MS_ARM_INTERVENTION].load[busiest], ==, 0);
  g_assert_cmpfloat (arm[MS_ARM_INTERVENTION].kl, >, 0);
  g_assert_cmpint (arm[MS_ARM_CONTROL].load[busiest], >, 0);
  g_assert_cmpstr (arm[MS_ARM_INTERVENTION].words, !=, arm[MS_ARM_CONTROL].words);
}

/* To mask an expert that nobody chooses changes nothing. */
static void
test_trial_of_the_unused (void)
{
  g_autoptr (MsSession) s = digits ("routing.noise", "0");
  g_autoptr (MsTrial) trial = NULL;

  s->model->routing.renormalise = true; /* else the softmax over fewer experts gives larger gates */
  steps (s, 3);
  intervene (s, "bias:1:2:-1000");
  trial = try_text (s, "mask:1:2");
  g_assert_cmpint (trial->arm[MS_ARM_BASELINE].load[2], ==, 0);
  g_assert_cmpfloat (trial->arm[MS_ARM_INTERVENTION].kl, ==, 0);
  g_assert_cmpfloat (trial->arm[MS_ARM_INTERVENTION].changed, ==, 0);
  g_assert_cmpmem (trial->arm[MS_ARM_BASELINE].load, 4 * sizeof (int), trial->arm[MS_ARM_INTERVENTION].load,
                   4 * sizeof (int));
}

/* Records that ask for it have the trial of the newest and the words of all. */
static void
test_records (void)
{
  const MsDetail detail = MS_DETAIL_BATCH | MS_DETAIL_TRIAL | MS_DETAIL_ROUTE;
  g_autoptr (MsSession) s = digits ("routing.router", "top-k");
  g_autoptr (MsRecord) before = ms_session_step (s, detail, NULL), step = NULL, look = NULL;

  g_assert_null (before->trial);
  g_assert_null (before->interventions);
  g_assert_null (before->routing[0]->offset);
  intervene (s, "bias:3:1:0.5 mask:1:3");
  step = ms_session_step (s, detail, NULL);
  look = ms_session_look (s, detail, NULL);
  g_assert_cmpstr (step->interventions, ==, "bias +0.5 on expert 1 in block 3; mask expert 3 in block 1");
  g_assert_cmpstr (step->trial->arm[MS_ARM_INTERVENTION].words, ==, "mask expert 3 in block 1");
  g_assert_cmpint (step->trial->step, ==, 1);
  g_assert_cmpint (look->trial->step, ==, 2);
  g_assert_cmpint (step->routing[0]->load[3], ==, 0);
  g_assert_true (isinf (step->routing[0]->offset[3]));
  g_assert_cmpfloat (step->routing[1]->offset[1], ==, 0.5f);
  g_assert_true (isfinite (step->loss) && isfinite (step->load_loss) && isfinite (step->importance_loss));
}

/* With one expert left there is none to hold it against. */
static void
test_no_control (void)
{
  g_autoptr (MsSession) s = digits ("routing.router", "top-k");
  const MsIntervention last = parsed ("mask:1:3");
  g_autoptr (MsTrial) trial = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;

  intervene (s, "mask:1:0 mask:1:1 mask:1:2");
  trial = try_text (s, "bias:1:3:1");
  g_assert_null (trial->arm[MS_ARM_CONTROL].words);
  g_assert_true (isnan (trial->arm[MS_ARM_CONTROL].task_loss));
  before = ms_session_save_state (s);
  g_assert_null (ms_session_try (s, &last, &error));
  g_assert_nonnull (strstr (error->message, "leaves no expert"));
  after = ms_session_save_state (s);
  g_assert_true (g_bytes_equal (before, after));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/train/steering/refusals", test_refusals);
  g_test_add_func ("/train/steering/all-or-none", test_all_or_none);
  g_test_add_func ("/train/steering/state", test_state);
  g_test_add_func ("/train/steering/broken-state", test_broken_state);
  g_test_add_func ("/train/steering/swap-twice", test_swap_twice);
  g_test_add_func ("/train/steering/clone", test_clone);
  g_test_add_func ("/train/steering/freeze", test_freeze);
  g_test_add_func ("/train/steering/permutation", test_permutation);
  g_test_add_func ("/train/steering/trial-leaves-no-trace", test_trial_leaves_no_trace);
  g_test_add_func ("/train/steering/masked-in-records", test_masked_in_records);
  g_test_add_func ("/train/steering/trial-of-the-busiest", test_trial_of_the_busiest);
  g_test_add_func ("/train/steering/trial-of-the-unused", test_trial_of_the_unused);
  g_test_add_func ("/train/steering/records", test_records);
  g_test_add_func ("/train/steering/no-control", test_no_control);
  return g_test_run ();
}
