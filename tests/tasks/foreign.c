/* SPDX-License-Identifier: MIT */

/* Held-out classes and foreign examples. */

#include "core/formats/npz.h"
#include "core/tasks/dataset.h"

#include "tests/fixture.h"

#include <math.h>

static MsDataset *
load (const char *name, const char *held_out, const char *ood, const char *path, GError **error)
{
  MsDatasetSpec spec = { .name = name, .n_examples = 400, .noise = 0.05, .test_fraction = 0.25, .seed = 4,
                         .held_out = held_out, .ood = ood, .ood_path = path };
  return ms_dataset_load (&spec, error);
}

static MsDataset *
load_well (const char *name, const char *held_out, const char *ood)
{
  g_autoptr (GError) error = NULL;
  MsDataset *data = load (name, held_out, ood, NULL, &error);
  g_assert_no_error (error);
  return data;
}

static void
test_held_out (void)
{
  g_autoptr (MsDataset) all = load_well ("digits", NULL, NULL), some = load_well ("digits", "8, 3", "held-out");
  static const int number[10] = { 0, 1, 2, -1, 3, 4, 5, 6, -1, 7 };
  int train = 0, test = 0, foreign = 0;
  g_assert_null (all->foreign);
  g_assert_cmpint (some->n_classes, ==, 8);
  g_assert_cmpstr (some->class_names[3], ==, "4");
  g_assert_cmpstr (some->class_names[7], ==, "9");
  g_assert_null (some->class_names[8]);
  g_assert_cmpstr (some->foreign, ==, "held-out classes 3, 8");
  for (int i = 0; i < all->n_train; i++)
    if (number[all->train_y[i]] >= 0)
      {
        g_assert_cmpint (some->train_y[train], ==, number[all->train_y[i]]);
        g_assert_cmpmem (some->train_x + 64 * train++, 256, all->train_x + 64 * i, 256);
      }
  for (int i = 0; i < all->n_test; i++)
    if (number[all->test_y[i]] >= 0)
      g_assert_cmpmem (some->test_x + 64 * test++, 256, all->test_x + 64 * i, 256);
    else
      g_assert_cmpmem (some->foreign_x + 64 * foreign++, 256, all->test_x + 64 * i, 256);
  g_assert_true (train == some->n_train && test == some->n_test && foreign == some->n_foreign);
  g_assert_true (foreign > 60 && test + foreign == all->n_test);
}

/* Another kind of foreign examples takes their place, made of what is left. */
static void
test_both (void)
{
  g_autoptr (MsDataset) data = load_well ("digits", "0", "inverted");
  g_assert_true (data->n_classes == 9 && data->n_foreign == data->n_test);
  g_assert_cmpstr (data->foreign, ==, "inverted test images");
  for (int i = 0; i < 64 * data->n_test; i++)
    g_assert_cmpfloat (data->foreign_x[i], ==, 1 - data->test_x[i]);
}

static void
test_made (void)
{
  g_autoptr (MsDataset) shifted = load_well ("digits", "", "shifted"), noise = load_well ("digits", "", "noise");
  g_autoptr (MsDataset) again = load_well ("digits", "", "noise");
  double mean = 0;
  int moved = 0;
  g_assert_true (shifted->n_foreign == 360 && noise->n_foreign == 360);
  for (int i = 0; i < 360; i++) /* three pixels away, either way */
    {
      const float *from = shifted->test_x + 64 * i, *to = shifted->foreign_x + 64 * i;
      bool right = to[0 * 8 + 0] == 0 && to[7 * 8 + 1] == 0 && to[3 * 8 + 2] == 0;
      for (int down = -3; down <= 3; down += 6)
        for (int across = -3; across <= 3; across += 6)
          {
            bool same = true;
            for (int y = 3; y < 5; y++)
              for (int x = 3; x < 5; x++)
                same = same && to[(y + down) * 8 + x + across] == from[y * 8 + x];
            moved += same && (across < 0 || right);
          }
    }
  g_assert_cmpint (moved, >=, 360);
  for (int i = 0; i < 360 * 64; i++)
    mean += noise->foreign_x[i] / (360.0 * 64);
  g_assert_cmpfloat_with_epsilon (mean, 0.5, 0.01);
  g_assert_cmpmem (noise->foreign_x, 360 * 256, again->foreign_x, 360 * 256);
}

static void
test_plane (void)
{
  g_autoptr (MsDataset) inverted = load_well ("moons", "", "inverted"), noise = load_well ("moons", "", "noise");
  g_autoptr (MsDataset) shifted = load_well ("moons", "", "shifted");
  float low[2] = { 9, 9 }, high[2] = { -9, -9 };
  g_assert_true (inverted->foreign == NULL && inverted->n_foreign == 0 && noise->n_foreign == 100);
  for (int i = 0; i < 2 * noise->n_train; i++)
    {
      low[i % 2] = fminf (low[i % 2], noise->train_x[i]);
      high[i % 2] = fmaxf (high[i % 2], noise->train_x[i]);
    }
  for (int i = 0; i < 100; i++) /* around the data, not among them */
    {
      const float *p = noise->foreign_x + 2 * i;
      g_assert_true (p[0] < low[0] || p[0] > high[0] || p[1] < low[1] || p[1] > high[1]);
      g_assert_true (fabsf (p[0]) < 5 && fabsf (p[1]) < 5);
      g_assert_cmpfloat (fabsf (shifted->foreign_x[2 * i] - shifted->test_x[2 * i]), >, 0.5);
    }
}

/* Standardised by the classes that are left, and so are the ones that are not. */
static void
test_table (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_text ("t.csv", "1,a\n2,a\n3,a\n4,a\n5,b\n6,b\n7,b\n8,b\n"
                                                 "999,c\n999,c\n999,c\n999,c\n");
  MsDatasetSpec spec = { .name = "csv", .path = path, .test_fraction = 0.5, .held_out = "2", .ood = "held-out" };
  g_autoptr (MsDataset) data = ms_dataset_load (&spec, &error);
  double sum = 0;
  g_assert_no_error (error);
  g_assert_cmpstr (data->foreign, ==, "held-out classes c");
  g_assert_cmpint (data->n_foreign, ==, 2);
  for (int i = 0; i < data->n_train; i++)
    sum += data->train_x[i];
  g_assert_cmpfloat_with_epsilon (sum, 0, 1e-6);
  g_assert_cmpfloat (data->foreign_x[0], ==, data->foreign_x[1]);
  g_assert_cmpfloat (fabsf (data->foreign_x[0]), >, 50);
}

static char *
write_images (const char *name, gsize n, gsize side)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  gsize dim[3] = { n, side, side };
  g_autofree guint8 *pixels = g_new (guint8, n * side * side);
  for (gsize i = 0; i < n * side * side; i++)
    pixels[i] = (guint8) (i / (side * side) % 256);
  char *path = fixture_path (name);
  ms_npz_writer_add (writer, "x", MS_DTYPE_U8, 3, dim, pixels); /* no labels */
  g_assert_true (ms_npz_writer_save (writer, path, &error));
  return path;
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *many = write_images ("many.npz", 720, 8), *small = write_images ("small.npz", 5, 7);
  g_autoptr (MsDataset) data = load ("digits", "", "file", many, &error);
  g_assert_no_error (error);
  g_assert_cmpint (data->n_foreign, ==, 360);
  g_assert_cmpfloat (data->foreign_x[64 * 100], ==, 200 / 255.0f); /* every other one */
  g_assert_cmpstr (data->foreign, ==, "many.npz");
  g_assert_null (load ("digits", "", "file", small, &error));
  fixture_assert_refused (error, "small.npz", "7×7 with 1 channels, those of digits are 8×8 with 1");
  g_assert_null (load ("digits", "", "file", "", &error));
  fixture_assert_refused (error, "task.ood", "task.ood_path");
  g_assert_null (load ("moons", "", "file", many, &error));
  fixture_assert_refused (error, "task.ood", "reads images");
}

/* The images of a pair suffice, as a file or as the folder they are in. */
static void
test_idx (void)
{
  g_autoptr (GError) error = NULL;
  guint8 bytes[16 + 3 * 64] = { 0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 8 };
  bytes[16] = 255;
  g_autofree char *path = fixture_write ("pair/t10k-images-idx3-ubyte", bytes, sizeof bytes);
  g_autofree char *folder = g_path_get_dirname (path);
  const char *paths[] = { path, folder };
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (MsDataset) data = load ("digits", "", "file", paths[i], &error);
      g_assert_no_error (error);
      g_assert_true (data->n_foreign == 3 && data->foreign_x[0] == 1 && data->foreign_x[1] == 0);
    }
  g_assert_null (load ("digits", "", "file", "/nowhere", &error));
  fixture_assert_refused (error, "/nowhere", "");
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *held_out, *ood, *text;
  } bad[] = {
    { "10", "none", "numbers from 0 to 9" },  { "1,,2", "none", "numbers from 0 to 9" },
    { "eight", "none", "“eight”" },           { "0,1,2,3,4,5,6,7,8", "none", "leaves 1 of the 10" },
    { "", "held-out", "no class is held out" }, { "", "odd", "“odd”" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (load ("digits", bad[i].held_out, bad[i].ood, NULL, &error));
      fixture_assert_refused (error, "", bad[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/tasks/foreign/held-out", test_held_out);
  g_test_add_func ("/tasks/foreign/both", test_both);
  g_test_add_func ("/tasks/foreign/made", test_made);
  g_test_add_func ("/tasks/foreign/plane", test_plane);
  g_test_add_func ("/tasks/foreign/table", test_table);
  g_test_add_func ("/tasks/foreign/file", test_file);
  g_test_add_func ("/tasks/foreign/idx", test_idx);
  g_test_add_func ("/tasks/foreign/refusals", test_refusals);
  return fixture_run ();
}
