/* SPDX-License-Identifier: MIT */

/* The details of records, held against the plain formulas: noise against the random numbers it was drawn from, places
 * against counting, norms against each expert's own weights, and nothing where nobody asked. */

#include "tests/train/sessions.h"

#include "core/base/rng.h"

#include <math.h>

#define ALL (MS_DETAIL_BATCH | MS_DETAIL_ROUTE | MS_DETAIL_TOKENS | MS_DETAIL_WEIGHTS)
#define SMALL                                                                                                          \
  "model.blocks", "2", "model.width", "16", "model.hidden", "16", "optimiser.batch", "16", "run.steps", "50",          \
    "routing.expert_init", "independent"

static MsRecord *
step (MsSession *s, MsDetail detail)
{
  g_autoptr (GError) error = NULL;
  MsRecord *record = ms_session_step (s, detail, &error);

  g_assert_no_error (error);
  return record;
}

static void
test_noise (void)
{
  g_autoptr (MsSession) s = session_of (1, PAIRS (SMALL, "routing.noise", "2"));
  g_autoptr (MsRecord) first = step (s, ALL), record = step (s, ALL), quiet = NULL;
  const MsRouting *r = record->routing[0];
  gsize n = (gsize) r->T * (gsize) r->E;
  g_autofree MsReal *drawn = g_new (MsReal, n);

  ms_rng_fill_normal (s->seed, ms_rng_stream (MS_RNG_NOISE, (guint32) r->layer, 1), 0, n, drawn);
  g_assert_nonnull (r->noise);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon ((double) r->noise[i], (double) drawn[i] * 2 / r->E, 1e-5);
  g_assert_cmpint (first->routing[0]->T, ==, r->T);

  g_autoptr (MsSession) silent = session_of (1, PAIRS (SMALL, "routing.noise", "0"));
  quiet = step (silent, ALL);
  g_assert_null (quiet->routing[0]->noise);
}

/* Whether assignment @j is served before @i: an earlier choice, or the same of a token with a larger first gate. */
static bool
is_before (const MsRouting *r, int j, int i, bool by_gate)
{
  int K = r->K, t = i / K, u = j / K;
  double a, b;

  if (j % K != i % K)
    return j % K < i % K;
  a = by_gate ? (double) r->probs[t * r->E + r->expert[t * K]] : 0;
  b = by_gate ? (double) r->probs[u * r->E + r->expert[u * K]] : 0;
  return b > a || (b == a && u < t);
}

static void
check_places (const MsRouting *r, bool by_gate)
{
  int S = r->T / r->groups, dropped = 0;

  for (int i = 0; i < r->T * r->K; i++)
    {
      int before = 0;

      if (r->expert[i] < 0)
        {
          g_assert_cmpint (r->place[i], ==, -1);
          continue;
        }
      for (int j = i / r->K / S * S * r->K; j < (i / r->K / S + 1) * S * r->K; j++)
        before += r->expert[j] == r->expert[i] && is_before (r, j, i, by_gate);
      g_assert_cmpint (r->place[i], ==, before);
      g_assert_true (r->kept[i] == (r->place[i] < r->capacity));
      dropped += !r->kept[i];
    }
  g_assert_cmpint (dropped, >, 0);
}

static void
test_places (void)
{
  const char *orders[] = { "off", "always" };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (MsSession) s
        = session_of (1, PAIRS (SMALL, "routing.k", "2", "routing.capacity_factor", "0.7", "routing.group_examples",
                                "8", "routing.batch_priority", orders[i]));
      g_autoptr (MsRecord) record = step (s, ALL);

      g_assert_cmpint (record->routing[0]->groups, ==, 2);
      check_places (record->routing[0], i == 1);
    }
}

/* Each expert's takes have the places from 0 on, by descending gate. */
static void
test_own_places (void)
{
  g_autoptr (MsSession) s = session_of (1, PAIRS (SMALL, "routing.router", "experts-choose"));
  g_autoptr (MsRecord) record = step (s, ALL);
  const MsRouting *r = record->routing[0];

  for (int i = 0; i < r->T * r->K; i++)
    {
      int before = 0;

      for (int j = 0; r->expert[i] >= 0 && j < r->T * r->K; j++)
        before += r->expert[j] == r->expert[i] && (r->gate[j] > r->gate[i] || (r->gate[j] == r->gate[i] && j < i));
      g_assert_cmpint (r->place[i], ==, r->expert[i] < 0 ? -1 : before);
      g_assert_true (r->expert[i] < 0 || r->place[i] < r->capacity);
    }
}

static const MsReal *
tensor (const MsMoe *moe, int which, int e)
{
  const MsParam *p = moe->experts->tensors[which];

  return p->value + (gsize) e * p->n / (gsize) moe->experts->E;
}

/* to (H): expert @e of x (H), by the formula of core/experts/mlp.c with GELU's tanh form. */
static void
apply_expert (double *to, const MsMoe *moe, int e, const MsReal *x, int H, int F)
{
  for (int h = 0; h < H; h++)
    to[h] = (double) tensor (moe, 3, e)[h];
  for (int f = 0; f < F; f++)
    {
      double a = (double) tensor (moe, 1, e)[f];

      for (int h = 0; h < H; h++)
        a += (double) x[h] * (double) tensor (moe, 0, e)[h * F + f];
      a = 0.5 * a * (1 + tanh (sqrt (2 / G_PI) * (a + 0.044715 * a * a * a)));
      for (int h = 0; h < H; h++)
        to[h] += a * (double) tensor (moe, 2, e)[f * H + h];
    }
}

static double
length (const double *x, int H)
{
  double sum = 0;

  for (int h = 0; h < H; h++)
    sum += x[h] * x[h];
  return sqrt (sum);
}

static void
check_norms (const MsSession *s, const MsRouting *r, const MsMoe *moe)
{
  const int H = 16, F = 16;

  for (int t = 0; t < r->T; t++)
    {
      const MsReal *x = moe->x->value + t * H;
      double in[16], out[16], added[16] = { 0 };

      for (int h = 0; h < H; h++)
        in[h] = (double) x[h];
      g_assert_cmpfloat_with_epsilon ((double) r->in_norm[t], length (in, H), 1e-4);
      for (int k = 0; k < r->K; k++)
        {
          int i = t * r->K + k;

          if (!r->kept[i])
            {
              g_assert_true (isnan (r->out_norm[i]));
              continue;
            }
          apply_expert (out, moe, r->expert[i], x, H, F);
          g_assert_cmpfloat_with_epsilon ((double) r->out_norm[i], length (out, H), 1e-4);
          for (int h = 0; h < H; h++)
            added[h] += (double) r->gate[i] * out[h];
        }
      g_assert_cmpfloat_with_epsilon ((double) r->added_norm[t], length (added, H), 1e-4);
    }
}

/* By looks, which leave the weights as they were in the pass. */
static void
test_norms (void)
{
  const char *kinds[] = { "none", "e3" };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (MsSession) s
        = session_of (1, PAIRS (SMALL, "routing.k", "2", "routing.capacity_factor", "0.7", "ensemble.kind", kinds[i]));
      g_autoptr (MsRecord) record = ms_session_look (s, ALL, NULL);

      check_norms (s, record->routing[0], s->model->moe[0]);
    }
}

static void
test_soft (void)
{
  g_autoptr (MsSession) s = session_of (1, PAIRS (SMALL, "routing.router", "soft", "routing.group_examples", "8"));
  g_autoptr (MsRecord) record = ms_session_look (s, ALL, NULL);
  const MsRouting *r = record->routing[0];
  const MsMoe *moe = s->model->moe[0];
  const int H = 16, per_group = r->T / r->groups;

  g_assert_true (r->place == NULL && r->out_norm == NULL && r->noise == NULL && r->router_cosine == NULL);
  g_assert_nonnull (r->in_norm);
  for (int t = 0; t < r->T; t += 7)
    {
      double added[16] = { 0 }, out[16];

      for (int slot = 0; slot < r->slots; slot++)
        {
          MsReal read[16] = { 0 };

          for (int u = t / per_group * per_group; u < (t / per_group + 1) * per_group; u++)
            for (int h = 0; h < H; h++)
              read[h] += (MsReal) r->dispatch[u * r->slots + slot] * moe->x->value[u * H + h];
          apply_expert (out, moe, slot / (r->slots / r->E), read, H, 16);
          for (int h = 0; h < H; h++)
            added[h] += (double) r->combine[t * r->slots + slot] * out[h];
        }
      g_assert_cmpfloat_with_epsilon ((double) r->added_norm[t], length (added, H), 1e-4);
    }
}

/* Coordinates vary as much as they say. Cosines of weights: 1 with itself, and of all less their mean the sum over a
 * row of cosine times length is 0. */
static void
test_tokens_and_weights (void)
{
  g_autoptr (MsSession) s = session_of (1, PAIRS (SMALL));
  g_autoptr (MsRecord) record = ms_session_look (s, ALL, NULL);
  const MsRouting *r = record->routing[0];
  const MsMoe *moe = s->model->moe[0];
  double all = 0, along = 0, dot = 0, a = 0, b = 0;

  for (int h = 0; h < 16; h++)
    {
      double mean = 0;

      for (int t = 0; t < r->T; t++)
        mean += (double) moe->x->value[t * 16 + h] / r->T;
      for (int t = 0; t < r->T; t++)
        all += pow ((double) moe->x->value[t * 16 + h] - mean, 2);
    }
  for (int t = 0; t < r->T; t++)
    along += pow ((double) r->coordinates[2 * t], 2);
  g_assert_cmpfloat_with_epsilon (r->variance[0], along / all, 1e-4);
  for (int h = 0; h < 16; h++)
    {
      double x = (double) moe->router->kernel->value[h * r->E], y = (double) moe->router->kernel->value[h * r->E + 1];

      dot += x * y;
      a += x * x;
      b += y * y;
    }
  g_assert_cmpfloat_with_epsilon ((double) r->router_cosine[1], dot / sqrt (a * b), 1e-5);
  for (int e = 0; e < r->E; e++)
    g_assert_cmpfloat_with_epsilon ((double) r->expert_cosine[e * r->E + e], 1, 1e-6);
  g_assert_cmpfloat (fabs ((double) r->expert_cosine[1]), <, 0.5);
  g_assert_cmpint (r->weights_step, ==, record->step);
}

static void
test_absent (void)
{
  g_autoptr (MsSession) s = session_of (1, PAIRS (SMALL)), full = session_of (1, PAIRS (SMALL));
  g_autoptr (MsRecord) plain = step (s, MS_DETAIL_BATCH), scalars = step (s, ALL & ~MS_DETAIL_BATCH);
  g_autoptr (MsRecord) one = step (full, ALL), two = step (full, ALL);
  const MsRouting *r = plain->routing[0];

  g_assert_true (r->noise == NULL && r->place == NULL && r->in_norm == NULL && r->out_norm == NULL);
  g_assert_true (r->added_norm == NULL && r->coordinates == NULL && r->expert_cosine == NULL);
  g_assert_null (scalars->routing[0]->in_norm);
  g_assert_cmpfloat (plain->loss, ==, one->loss); /* asking changes nothing */
  g_assert_cmpfloat (scalars->loss, ==, two->loss);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/details/noise", test_noise);
  g_test_add_func ("/details/places", test_places);
  g_test_add_func ("/details/own-places", test_own_places);
  g_test_add_func ("/details/norms", test_norms);
  g_test_add_func ("/details/soft", test_soft);
  g_test_add_func ("/details/tokens-and-weights", test_tokens_and_weights);
  g_test_add_func ("/details/absent", test_absent);
  return g_test_run ();
}
