/* SPDX-License-Identifier: MIT */

/* What all data sets share, the bundled digits and the generated planes. */

#include "core/tasks/build.h"
#include "core/tasks/datasets.h"

#include "tests/fixture.h"

#include <math.h>

static MsDataset *
load (const char *name, int n, double noise, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  MsDatasetSpec spec = { .name = name, .n_examples = n, .noise = noise, .test_fraction = 0.25, .seed = seed };
  MsDataset *data = ms_dataset_load (&spec, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (data->name, ==, name);
  return data;
}

static void
test_registry (void)
{
  const MsDatasetKind *const *kinds = ms_dataset_kinds ();
  int n = 0;
  for (; kinds[n] != NULL; n++)
    {
      g_assert_true (ms_dataset_kind_find (kinds[n]->name) == kinds[n]);
      g_assert_true (kinds[n]->title != NULL && kinds[n]->help != NULL && kinds[n]->load != NULL);
      g_assert_false (g_str_has_suffix (kinds[n]->help, "."));
      g_autoptr (GError) error = NULL;
      MsDatasetSpec spec = { .name = kinds[n]->name, .path = "", .test_fraction = 0.5 };
      if (!kinds[n]->needs_path)
        continue;
      g_assert_null (ms_dataset_load (&spec, &error)); /* says which files it wants */
      fixture_assert_refused (error, kinds[n]->name, kinds[n]->help);
    }
  g_assert_cmpint (n, ==, 11);
  g_autoptr (GError) error = NULL;
  MsDatasetSpec spec = { .name = "spiral" };
  g_assert_null (ms_dataset_load (&spec, &error));
  fixture_assert_refused (error, "“spiral”", "digits, spirals, circles");
}

static void
test_digits (void)
{
  g_autoptr (MsDataset) a = load ("digits", 0, 0, 1), b = load ("digits", 0, 0, 2);
  int counts[10] = { 0 };
  g_assert_true (a->image && !a->plane && a->height == 8 && a->width == 8 && a->channels == 1);
  g_assert_cmpint (a->n_train, ==, 1437);
  g_assert_cmpint (a->n_test, ==, 360);
  g_assert_cmpint (a->n_classes, ==, 10);
  g_assert_null (a->class_names);
  float low = 1, high = 0;
  for (int i = 0; i < a->n_train * 64; i++)
    {
      low = fminf (low, a->train_x[i]);
      high = fmaxf (high, a->train_x[i]);
    }
  g_assert_true (low == 0.0f && high == 1.0f);
  for (int i = 0; i < a->n_test; i++)
    counts[a->test_y[i]]++;
  for (int c = 0; c < 10; c++)
    g_assert_true (counts[c] >= 34 && counts[c] <= 38); /* a fifth of 174 to 183 */
  /* The split is part of the data: it does not follow the seed. */
  g_assert_cmpmem (a->test_x, (gsize) a->n_test * 256, b->test_x, (gsize) b->n_test * 256);
  g_assert_cmpmem (a->test_y, (gsize) a->n_test * 4, b->test_y, (gsize) b->n_test * 4);
  g_assert_nonnull (strstr (a->source, "CC BY 4.0"));
}

/* Nobody is in both parts and nobody is lost. */
static void
test_split (void)
{
  g_autoptr (GError) error = NULL;
  MsExamples examples = { 0 };
  g_autoptr (MsDataset) data = ms_dataset_new ("t", "t");
  int seen[103] = { 0 }, per_class[3] = { 0 };
  g_assert_true (ms_examples_init (&examples, 103, 1, "t", &error));
  for (int i = 0; i < 103; i++)
    {
      examples.x[i] = (float) i;
      examples.y[i] = i < 50 ? 0 : i < 100 ? 1 : 2;
    }
  data->n_classes = 3;
  g_assert_true (ms_dataset_split (data, &examples, 0.3, 5, &error));
  g_assert_cmpint (data->n_test, ==, 31);
  g_assert_cmpint (data->n_train, ==, 72);
  for (int i = 0; i < data->n_train; i++)
    seen[(int) data->train_x[i]]++;
  for (int i = 0; i < data->n_test; i++)
    {
      seen[(int) data->test_x[i]]++;
      per_class[data->test_y[i]]++;
    }
  for (int i = 0; i < 103; i++)
    g_assert_cmpint (seen[i], ==, 1);
  g_assert_true (per_class[0] == 15 && per_class[1] == 15 && per_class[2] == 1);

  g_assert_true (ms_examples_init (&examples, 2, 1, "t", &error));
  g_autoptr (MsDataset) bad = ms_dataset_new ("t", "t");
  bad->n_classes = 1;
  g_assert_false (ms_dataset_split (bad, &examples, (double) NAN, 5, &error));
  fixture_assert_refused (error, "t", "between 0 and 1");
  ms_examples_clear (&examples);
}

static void
test_standardise (void)
{
  g_autoptr (GError) error = NULL;
  MsExamples train = { 0 }, test = { 0 };
  g_autoptr (MsDataset) data = ms_dataset_new ("t", "t");
  const float rows[3][2] = { { 1, 0.1f }, { 2, 0.1f }, { 3, 0.1f } }, other[1][2] = { { 4, 0.7f } };
  g_assert_true (ms_examples_init (&train, 3, 2, "t", &error) && ms_examples_init (&test, 1, 2, "t", &error));
  memcpy (train.x, rows, sizeof rows);
  memcpy (test.x, other, sizeof other);
  data->width = 2;
  ms_dataset_take (data, &train, &test);
  ms_dataset_standardise (data);
  g_assert_cmpfloat_with_epsilon (data->train_x[0], -sqrt (1.5), 1e-6);
  g_assert_cmpfloat_with_epsilon (data->train_x[4], sqrt (1.5), 1e-6);
  g_assert_cmpfloat_with_epsilon (data->test_x[0], 2 * sqrt (1.5), 1e-6);
  g_assert_true (data->train_x[1] == 0.0f && data->test_x[1] == 0.0f); /* constant over the training part */
}

static void
check_plane (const MsDataset *data, int n)
{
  int ones = 0;
  g_assert_true (data->plane && !data->image && data->width == 2 && data->height == 1 && data->n_classes == 2);
  g_assert_cmpint (data->n_train + data->n_test, ==, n);
  g_assert_cmpint (data->n_test, ==, n / 4);
  for (int i = 0; i < data->n_train; i++)
    {
      g_assert_true (fabsf (data->train_x[2 * i]) <= 1.2f && fabsf (data->train_x[2 * i + 1]) <= 1.2f);
      ones += data->train_y[i];
    }
  for (int i = 0; i < data->n_test; i++)
    ones += data->test_y[i];
  g_assert_cmpint (ones, ==, n / 2);
}

static void
test_planes (void)
{
  const MsDatasetKind *const *kinds = ms_dataset_kinds ();
  int n = 0;
  for (; *kinds != NULL; kinds++)
    if ((*kinds)->plane)
      {
        const char *name = (*kinds)->name;
        g_autoptr (MsDataset) a = load (name, 1000, 0, 7), same = load (name, 1000, 0, 7), b = load (name, 1000, 0, 8);
        gsize bytes = (gsize) a->n_train * 2 * sizeof (float);
        n++;
        check_plane (a, 1000);
        g_assert_cmpmem (a->train_x, bytes, same->train_x, bytes);
        g_assert_cmpint (memcmp (a->train_x, b->train_x, bytes), !=, 0);
        /* Jitter moves the same points: the rule stays, the seed's draw stays. */
        g_autoptr (MsDataset) shaken = load (name, 1000, 0.05, 7);
        double squares = 0;
        for (int i = 0; i < 2 * a->n_train; i++)
          squares += pow ((double) (a->train_x[i] - shaken->train_x[i]), 2);
        g_assert_cmpfloat_with_epsilon (sqrt (squares / (2 * a->n_train)), 0.05, 0.004);
      }
  g_assert_cmpint (n, ==, 6);
}

static void
test_rules (void)
{
  g_autoptr (MsDataset) xor = load ("xor", 400, 0, 1), circles = load ("circles", 400, 0, 1);
  g_autoptr (MsDataset) regimes = load ("regimes", 800, 0, 1);
  int quadrants[4] = { 0 };
  for (int i = 0; i < xor->n_train; i++)
    g_assert_cmpint (xor->train_x[2 * i] * xor->train_x[2 * i + 1] < 0, ==, xor->train_y[i]);
  for (int i = 0; i < circles->n_train; i++)
    g_assert_cmpint (hypotf (circles->train_x[2 * i], circles->train_x[2 * i + 1]) > 0.6f, ==, circles->train_y[i]);
  for (int i = 0; i < regimes->n_train; i++)
    {
      float x = regimes->train_x[2 * i], y = regimes->train_x[2 * i + 1];
      quadrants[(y < 0) * 2 + (x >= 0)]++;
      if (x < 0 && y >= 0) /* stripes */
        g_assert_cmpint ((int) ((x + 1) * 4) % 2, ==, regimes->train_y[i]);
      if (x < 0 && y < 0) /* diagonal */
        g_assert_cmpint (x + y + 1 > 0, ==, regimes->train_y[i]);
    }
  for (int q = 0; q < 4; q++)
    g_assert_true (quadrants[q] > 120 && quadrants[q] < 180);
}

static void
test_plane_errors (void)
{
  static const struct
  {
    int n;
    double noise;
    const char *says;
  } cases[] = {
    { 1, 0, "1 points" }, { 2000000, 0, "4 to 1000000" }, { 100, -1, "noise" }, { 100, (double) NAN, "noise" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      MsDatasetSpec spec
          = { .name = "moons", .n_examples = cases[i].n, .noise = cases[i].noise, .test_fraction = 0.25 };
      g_assert_null (ms_dataset_load (&spec, &error));
      fixture_assert_refused (error, "moons", cases[i].says);
    }
}

static void
test_references (void)
{
  MsDataset *data = load ("moons", 10, 0, 1);
  g_assert_true (ms_dataset_ref (data) == data);
  ms_dataset_unref (data);
  g_assert_cmpint (data->n_train, ==, 7);
  ms_dataset_unref (data);
  ms_dataset_unref (NULL);
}

static void
test_missing_bundle (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *old = g_strdup (ms_dataset_data_dir ());
  MsDatasetSpec spec = { .name = "digits" };
  ms_dataset_set_data_dir ("/nowhere");
  g_assert_null (ms_dataset_load (&spec, &error));
  fixture_assert_refused (error, "/nowhere/digits/digits.csv.gz", "bundled digits are missing");
  ms_dataset_set_data_dir (NULL);
  g_assert_true (g_str_has_suffix (ms_dataset_data_dir (), "/moescope")); /* where it is installed */
  ms_dataset_set_data_dir (old);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/dataset/registry", test_registry);
  g_test_add_func ("/dataset/digits", test_digits);
  g_test_add_func ("/dataset/split", test_split);
  g_test_add_func ("/dataset/standardise", test_standardise);
  g_test_add_func ("/dataset/planes", test_planes);
  g_test_add_func ("/dataset/rules", test_rules);
  g_test_add_func ("/dataset/plane-errors", test_plane_errors);
  g_test_add_func ("/dataset/references", test_references);
  g_test_add_func ("/dataset/missing-bundle", test_missing_bundle);
  return fixture_run ();
}
