/* SPDX-License-Identifier: MIT */

/* Sessions with each router: every one that is offered exists, accounts add up, a restored session goes on bit for bit,
 * and the biases that no gradient moves do move. */

#include "tests/train/sessions.h"

#include "core/train/choices.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define OFFER(name, text) text,
static const char *const offered[] = { MS_ROUTER_CHOICES (OFFER) };

/* Two blocks, of which the second is routed; @pairs as far as they go on top. */
static MsSession *
open_session (const char *router, const char *const *pairs)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  const char *base[] = { "model.blocks", "2",           "model.width",    "16", "model.hidden", "16",
                         "optimiser.kind", "adamw",     "optimiser.batch", "16", "run.steps",   "50",
                         "routing.z_weight", "0.01",    "routing.router", router };
  g_autoptr (MsExperiment) x = NULL;
  g_autoptr (GError) error = NULL;
  MsSession *s;

  for (gsize i = 0; i < G_N_ELEMENTS (base); i++)
    g_ptr_array_add (all, (gpointer)base[i]);
  for (; pairs != NULL && *pairs != NULL; pairs++)
    g_ptr_array_add (all, (gpointer)*pairs);
  g_ptr_array_add (all, NULL);
  x = experiment_of ((const char *const *)all->pdata);
  s = ms_session_new (x, "test", 1, &error);
  g_assert_no_error (error);
  return s;
}

static MsRecord *
step (MsSession *s)
{
  g_autoptr (GError) error = NULL;
  MsRecord *record = ms_session_step (s, MS_DETAIL_BATCH, &error);

  g_assert_no_error (error);
  return record;
}

static void
test_lists (void)
{
#define NAME(kind) ms_router_##kind.name,
  const char *const kinds[] = { MS_ROUTERS (NAME) };
  gsize n = G_N_ELEMENTS (offered);

  g_assert_cmpuint (G_N_ELEMENTS (kinds) + 1, ==, n); /* and "none" */
  for (gsize i = 0; i < n; i++)
    g_assert_true ((ms_router_kind_find (offered[i]) != NULL) == (strcmp (offered[i], "none") != 0));
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_true (g_strv_contains ((const char *const[]){ MS_ROUTER_CHOICES (OFFER) NULL }, kinds[i]));
}

static void
check_layer (const MsRouting *r)
{
  int load = 0, dropped = 0, chosen = 0, lost = 0;

  for (int e = 0; e < r->E; e++)
    {
      load += r->load[e];
      dropped += r->dropped[e];
    }
  for (int i = 0; i < r->T * r->K; i++)
    {
      g_assert_true (r->expert[i] >= -1 && r->expert[i] < r->E);
      chosen += r->expert[i] >= 0;
      lost += r->expert[i] >= 0 && !r->kept[i];
      g_assert_false (r->expert[i] < 0 && (r->kept[i] || r->gate[i] != 0));
      for (int j = i / r->K * r->K; j < i; j++)
        g_assert_true (r->expert[i] < 0 || r->expert[j] != r->expert[i]);
    }
  if (r->K > 0)
    g_assert_cmpint (load, ==, chosen);
  g_assert_cmpint (dropped, ==, lost);
}

/* Terms that are absent are not a number. */
static double
term (double value)
{
  return isnan (value) ? 0 : value;
}

static void
test_accounts (gconstpointer data)
{
  g_autoptr (MsSession) s = open_session (data, NULL);
  bool has_z = strcmp (data, "top-k") == 0 || strcmp (data, "switch") == 0 || strcmp (data, "experts-choose") == 0;

  for (int i = 0; i < 4; i++)
    {
      g_autoptr (MsRecord) record = step (s);

      g_assert_cmpint (record->n_routing, ==, 1);
      g_assert_cmpstr (record->routing[0]->router, ==, data);
      check_layer (record->routing[0]);
      g_assert_cmpfloat_with_epsilon (record->loss,
                                      term (record->task_loss) + term (record->importance_loss)
                                        + term (record->load_loss) + term (record->gshard_loss) + term (record->z_loss),
                                      1e-5);
      g_assert_true (isnan (record->z_loss) != has_z);
      if (has_z)
        g_assert_cmpfloat_with_epsilon (record->z_loss, 0.01 * record->routing[0]->z_loss, 1e-6);
    }
}

/* One goes on from a saved state of the other's middle, one from its checkpoint. */
static void
test_goes_on (gconstpointer data)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "middle.safetensors", NULL);
  g_autoptr (MsSession) a = open_session (data, NULL), b = open_session (data, NULL), c = NULL;
  g_autoptr (GBytes) middle = NULL, end_a = NULL, end_b = NULL, end_c = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++)
    ms_record_unref (step (a));
  middle = ms_session_save_state (a);
  g_assert_true (ms_session_save (a, path, &error));
  g_assert_true (ms_session_restore_state (b, middle, &error));
  c = ms_session_load (path, NULL, 1, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 3; i++)
    {
      ms_record_unref (step (a));
      ms_record_unref (step (b));
      ms_record_unref (step (c));
    }
  end_a = ms_session_save_state (a);
  end_b = ms_session_save_state (b);
  end_c = ms_session_save_state (c);
  g_assert_true (g_bytes_equal (end_a, end_b) && g_bytes_equal (end_a, end_c));
  g_assert_false (g_bytes_equal (end_a, middle));
  g_unlink (path);
  g_rmdir (dir);
}

/* Each layer's biases move by the rate, towards the mean of its part, and by nothing else: neither by decay nor by a
 * look or an evaluation. */
static void
check_biases (MsSession *s, double rate)
{
  for (int i = 0; i < 5; i++)
    {
      g_autoptr (MsRecord) look = ms_session_look (s, MS_DETAIL_BATCH, NULL);
      g_autoptr (MsRecord) record = NULL, next = NULL;

      ms_session_evaluate (s, NULL);
      record = step (s);
      next = ms_session_look (s, MS_DETAIL_BATCH, NULL);
      for (int l = 0; l < record->n_routing; l++)
        {
          const MsRouting *r = record->routing[l];
          int part = r->E / r->M;

          check_layer (r);
          g_assert_cmpmem (r->bias, (gsize)r->E * sizeof (float), look->routing[l]->bias,
                           (gsize)r->E * sizeof (float));
          for (int e = 0; e < r->E; e++)
            {
              int mean = 0, missing;

              for (int j = e / part * part; j < (e / part + 1) * part; j++)
                mean += r->load[j];
              missing = mean - part * r->load[e];
              g_assert_cmpfloat_with_epsilon (next->routing[l]->bias[e] - r->bias[e],
                                              rate * ((missing > 0) - (missing < 0)), 1e-7);
            }
        }
    }
}

static void
test_biases (void)
{
  g_autoptr (MsSession) s
    = open_session ("sigmoid", (const char *const[]){ "routing.k", "2", "routing.bias_rate", "0.02",
                                                      "optimiser.weight_decay", "0.5", "optimiser.decay_rules",
                                                      ".*=0.5", NULL });

  check_biases (s, 0.02);
}

/* Also where they belong to members. */
static void
test_members_biases (void)
{
  static const char *const kinds[] = { "e3", "deep" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (MsSession) s
        = open_session ("sigmoid", (const char *const[]){ "ensemble.kind", kinds[i], "ensemble.members", "2", NULL });

      check_biases (s, 0.001);
    }
}

/* Groups of 4 examples x 16 tokens x 2 copies and 8 experts: with a factor of 1 each takes 16, whatever K is; K is not
 * even asked to fit. Where members share all experts, an expert takes its fair share of each copy, here 8, which
 * @multiple makes 16. */
static void
check_members_take (const char *partition, const char *multiple, int capacity)
{
  g_autoptr (MsSession) s = open_session (
    "experts-choose",
    (const char *const[]){ "ensemble.kind", "e3", "ensemble.members", "2", "routing.group_examples", "4", "routing.k",
                           "9", "routing.capacity_factor", "1", "ensemble.partition", partition,
                           "routing.capacity_multiple", multiple, NULL });
  g_autoptr (MsRecord) record = step (s);
  const MsRouting *r = record->routing[0];

  g_assert_cmpint (r->capacity, ==, capacity);
  for (int e = 0; e < r->E; e++)
    {
      g_assert_cmpint (r->load[e], ==, 4 * capacity);
      g_assert_cmpint (r->dropped[e], ==, 0);
    }
  check_layer (r);
  for (int i = 0; r->M > 1 && i < r->T * r->K; i++)
    g_assert_true (r->expert[i] < 0 || r->expert[i] / 4 == i / r->K / (r->T / 2));
}

static void
test_members_take (void)
{
  check_members_take ("true", "0", 16);
  check_members_take ("false", "0", 16);
  check_members_take ("false", "16", 32);
}

/* On a grid of points, which do not compete, every expert takes each. */
static void
test_surface (void)
{
  g_autoptr (MsSession) s = open_session ("experts-choose", (const char *const[]){ "model.kind", "mlp", "task.data",
                                                                                   "spirals", "task.examples", "200",
                                                                                   NULL });
  g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_BATCH | MS_DETAIL_SURFACE, NULL);
  int cells = record->surface->width * record->surface->height;

  for (int i = 0; i < cells; i++)
    g_assert_true (record->surface->expert[i] >= 0 && record->surface->expert[i] < 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/train/routers/lists", test_lists);
  for (gsize i = 0; i < G_N_ELEMENTS (offered); i++)
    if (strcmp (offered[i], "none") != 0)
      {
        g_autofree char *accounts = g_strconcat ("/train/routers/accounts/", offered[i], NULL);
        g_autofree char *goes_on = g_strconcat ("/train/routers/goes-on/", offered[i], NULL);

        g_test_add_data_func (accounts, offered[i], test_accounts);
        g_test_add_data_func (goes_on, offered[i], test_goes_on);
      }
  g_test_add_func ("/train/routers/biases", test_biases);
  g_test_add_func ("/train/routers/members-biases", test_members_biases);
  g_test_add_func ("/train/routers/members-take", test_members_take);
  g_test_add_func ("/train/routers/surface", test_surface);
  return g_test_run ();
}
