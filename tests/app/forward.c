/* SPDX-License-Identifier: MIT */

/* forward: the files it writes have the shapes promised, it is deterministic, and it refuses what does not fit. That
 * its numbers are right is shown against NumPy in tests/peers. */
#include "tests/app/cli.h"
#include "core/formats/npz.h"
#include "core/formats/safetensors.h"
#include <string.h>

#define N 5

/* A .npy of version 1.0: magic, header length, a padded header, the data. */
static void
write_npy (const char *name, const char *dtype, const char *shape, gconstpointer data, gsize size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *header
      = g_strdup_printf ("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", dtype, shape);
  gsize padded = (10 + strlen (header) + 1 + 63) / 64 * 64 - 10;
  guint8 start[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (guint8) padded, (guint8) (padded >> 8) };
  g_byte_array_append (bytes, start, sizeof start);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  while (bytes->len < padded + 9)
    g_byte_array_append (bytes, (const guint8 *) " ", 1);
  g_byte_array_append (bytes, (const guint8 *) "\n", 1);
  g_byte_array_append (bytes, data, (guint) size);
  cli_write (name, (const char *) bytes->data, (gssize) bytes->len);
}

static void
prepare (void)
{
  float x[N * 64];
  gint64 y[N];
  for (int i = 0; i < N * 64; i++)
    x[i] = (float) ((i * 37) % 101) / 101;
  for (int i = 0; i < N; i++)
    y[i] = i;
  write_npy ("x.npy", "<f4", "(5, 8, 8, 1)", x, sizeof x);
  write_npy ("y.npy", "<i8", "(5,)", y, sizeof y);
  write_npy ("short.npy", "<i8", "(4,)", y, 4 * sizeof y[0]);
  write_npy ("wide.npy", "<f4", "(5, 4, 8, 2)", x, sizeof x);
  y[2] = 10;
  write_npy ("eleven.npy", "<i8", "(5,)", y, sizeof y);
  g_autoptr (CliResult) result
      = cli_run ("run digits-vmoe --set model.width=16 --set optimiser.batch=16 --steps 3 --json"
                 " --checkpoint model.safetensors --threads 2");
  g_assert_cmpint (result->status, ==, 0);
}

static void
test_files (void)
{
  g_autoptr (JsonNode) node
      = cli_json (cli_run ("forward model.safetensors --input x.npy --labels y.npy --trace f.npz"
                           " --gradients g.safetensors --json"));
  g_assert_cmpfloat (json_object_get_double_member (json_node_get_object (node), "task_loss"), >, 0);
  g_autoptr (GError) error = NULL;
  g_autofree char *trace = cli_path ("f.npz"), *model_path = cli_path ("model.safetensors");
  g_autofree char *gradients_path = cli_path ("g.safetensors");
  g_autoptr (GPtrArray) entries = ms_npz_read (trace, &error);
  g_assert_no_error (error);
  const MsArray *logits = ms_npz_find (entries, "model_logits");
  g_assert_nonnull (logits);
  g_assert_true (logits->n_dim == 3 && logits->dim[0] == N && logits->dim[1] == 1 && logits->dim[2] == 10);
  /* Every parameter has a gradient of its own name and shape. */
  g_autoptr (MsSafetensors) model = ms_safetensors_open (model_path, &error);
  g_autoptr (MsSafetensors) gradients = ms_safetensors_open (gradients_path, &error);
  g_assert_no_error (error);
  for (int i = 0; i < ms_safetensors_n_tensors (model); i++)
    {
      const MsTensorInfo *tensor = ms_safetensors_tensor (model, i);
      const MsTensorInfo *gradient = ms_safetensors_find (gradients, tensor->name);
      g_assert_true ((gradient == NULL) == g_str_has_prefix (tensor->name, "optimiser/"));
      for (int d = 0; gradient != NULL && d < tensor->n_dim; d++)
        g_assert_cmpuint (gradient->dim[d], ==, tensor->dim[d]);
    }
}

static void
test_deterministic (void)
{
  gsize n_a, n_b;
  g_autoptr (CliResult) first = cli_run ("forward model.safetensors --input x.npy --trace a.npz");
  g_autoptr (CliResult) second = cli_run ("forward model.safetensors --input x.npy --trace b.npz");
  g_assert_cmpstr (first->err, ==, "");
  g_assert_cmpint (second->status, ==, 0);
  g_autofree char *a = cli_read ("a.npz", &n_a), *b = cli_read ("b.npz", &n_b);
  g_assert_cmpmem (a, n_a, b, n_b);
}

/* Its examples come from --input, so an experiment whose data are files needs none of them. */
static void
test_needs_no_data (void)
{
  g_autoptr (CliResult) result
    = cli_run ("forward model.safetensors --set task.data=idx --input x.npy --trace nodata.npz");
  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (result->status, ==, 0);
}

static void
test_refusals (void)
{
  cli_assert_refused (cli_run ("forward model.safetensors --trace t.npz"), 2, "--input");
  cli_assert_refused (cli_run ("forward model.safetensors --input x.npy"), 2, "--trace");
  cli_assert_refused (cli_run ("forward model.safetensors --input x.npy --trace t.npz --gradients g"), 2, "--labels");
  cli_assert_refused (cli_run ("forward model.safetensors --input none.npy --trace t.npz"), 1, "none.npy");
  cli_assert_refused (cli_run ("forward model.safetensors --input wide.npy --trace t.npz"), 1, "4 x 8 x 2");
  cli_assert_refused (cli_run ("forward model.safetensors --input x.npy --labels short.npy --trace t.npz"), 1, "(4,)");
  cli_assert_refused (cli_run ("forward model.safetensors --input x.npy --labels eleven.npy --trace t.npz"), 1, "10");
  cli_assert_refused (cli_run ("forward model.safetensors --input x.npy --trace t.npz --set routing.group_examples=4"),
                      1, "routing.group_examples = 4");
  cli_assert_refused (cli_run ("forward x.npy --input x.npy --trace t.npz"), 1, "x.npy");
  g_assert_false (cli_exists ("t.npz"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  prepare ();
  g_test_add_func ("/app/forward/files", test_files);
  g_test_add_func ("/app/forward/deterministic", test_deterministic);
  g_test_add_func ("/app/forward/needs-no-data", test_needs_no_data);
  g_test_add_func ("/app/forward/refusals", test_refusals);
  return cli_finish (g_test_run ());
}
