/* SPDX-License-Identifier: MIT */

/* Interventions on a session: what does not fit is refused by name, what stands is saved, edits are exact. */

#include "tests/train/sessions.h"

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
  return g_test_run ();
}
