/* SPDX-License-Identifier: MIT */

/* moescope bench: the core's speed beside the GEMM bound, and the painters', on this machine. */
#include "app/command.h"
#include "app/print.h"
#include "app/scrub.h"
#include "core/base/blas.h"
#include "core/bench/comparisons.h"
#include "core/bench/workloads.h"
#include "core/metrics/sample.h"
#include "ui/paint/painter.h"

#include <stdio.h>

#define SECONDS 3.0 /* a workload */
#define WIDTH 1400
#define HEIGHT 900
#define PAINTS 31

/* Median time of painting @painter's sample on an image surface. */
static double
time_painter (const MsPainter *painter)
{
  double ms[PAINTS];
  MsScene *scene = painter->sample ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  painter->paint (cr, WIDTH, HEIGHT, scene, NULL, ms_palette_light ());
  for (int i = 0; i < PAINTS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      painter->paint (cr, WIDTH, HEIGHT, scene, NULL, ms_palette_light ());
      cairo_surface_flush (surface);
      ms[i] = (double) (g_get_monotonic_time () - start) / 1e3;
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  ms_scene_free (scene);
  return ms_median (ms, PAINTS);
}

static JsonArray *
painters_to_json (void)
{
  JsonArray *array = json_array_new ();
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "name", (*p)->name);
      json_object_set_double_member (object, "ms", time_painter (*p));
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonObject *
scrub_to_json (void)
{
  JsonObject *object = json_object_new ();
  MsScrubResult result;
  ms_scrub_measure (&result);
  json_object_set_int_member (object, "layers", MS_SCRUB_LAYERS);
  json_object_set_int_member (object, "experts", MS_SCRUB_EXPERTS);
  json_object_set_int_member (object, "steps", MS_SCRUB_STEPS);
  json_object_set_int_member (object, "points", result.points);
  json_object_set_int_member (object, "bytes", result.bytes);
  json_object_set_double_member (object, "add_ms", result.add_ms);
  json_object_set_double_member (object, "paint_ms", result.paint_ms);
  json_object_set_double_member (object, "worst_ms", result.worst_ms);
  return object;
}

static void
print_scrub (void)
{
  MsScrubResult result;
  ms_scrub_measure (&result);
  printf ("\nscrubbing %d steps of %d layers with %d experts: %d points, %.1f MB, %.3f ms to add a step,\n"
          "%.2f ms to go to a step and paint the heatmap at %d x %d, %.2f ms at most\n",
          MS_SCRUB_STEPS, MS_SCRUB_LAYERS, MS_SCRUB_EXPERTS, result.points, (double) result.bytes / 1e6,
          result.add_ms, result.paint_ms, MS_SCRUB_WIDTH, MS_SCRUB_HEIGHT, result.worst_ms);
}

static JsonObject *
workload_to_json (int i, const MsWorkloadResult *result)
{
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "name", ms_workload_at (i)->name);
  json_object_set_string_member (object, "title", ms_workload_at (i)->title);
  json_object_set_double_member (object, "step_ms", result->step_ms);
  json_object_set_double_member (object, "gemm_ms", result->gemm_ms);
  json_object_set_double_member (object, "ratio", result->ratio);
  json_object_set_int_member (object, "rounds", result->rounds);
  return object;
}

static JsonArray *
workloads_to_json (int threads, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  for (int i = 0; i < ms_workloads_count (); i++)
    {
      MsWorkloadResult result;
      if (!ms_workload_run (i, threads, SECONDS, &result, error))
        return NULL;
      json_array_add_object_element (array, workload_to_json (i, &result));
    }
  return g_steal_pointer (&array);
}

static JsonObject *
comparison_to_json (int i, const MsComparisonResult *result)
{
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "name", ms_comparison_at (i)->name);
  json_object_set_string_member (object, "title", ms_comparison_at (i)->title);
  json_object_set_double_member (object, "ms", result->ms);
  json_object_set_double_member (object, "other_ms", result->other_ms);
  json_object_set_double_member (object, "ratio", result->ratio);
  json_object_set_double_member (object, "flop_ratio", result->flop_ratio);
  json_object_set_int_member (object, "rounds", result->rounds);
  return object;
}

static JsonArray *
comparisons_to_json (int threads, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  for (int i = 0; i < ms_comparisons_count (); i++)
    {
      MsComparisonResult result;
      if (!ms_comparison_run (i, threads, SECONDS, &result, error))
        return NULL;
      json_array_add_object_element (array, comparison_to_json (i, &result));
    }
  return g_steal_pointer (&array);
}

static JsonObject *
blas_to_json (int threads)
{
  const MsBlasInfo *blas = ms_blas_info ();
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "library", blas->library);
  json_object_set_string_member (object, "kernel", blas->kernel);
  json_object_set_int_member (object, "threads", threads);
  return object;
}

static bool
print_json (int threads, GError **error)
{
  g_autoptr (JsonArray) workloads = workloads_to_json (threads, error);
  g_autoptr (JsonArray) comparisons = workloads != NULL ? comparisons_to_json (threads, error) : NULL;
  if (comparisons == NULL)
    return false;
  JsonObject *object = json_object_new ();
  json_object_set_array_member (object, "workloads", g_steal_pointer (&workloads));
  json_object_set_array_member (object, "comparisons", g_steal_pointer (&comparisons));
  json_object_set_array_member (object, "painters", painters_to_json ());
  json_object_set_object_member (object, "scrub", scrub_to_json ());
  json_object_set_object_member (object, "blas", blas_to_json (threads));
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  ms_print_json (node);
  return true;
}

/* Row by row: a workload takes seconds. */
static bool
print_workloads (int threads, GError **error)
{
  printf ("%-10s %9s %9s %6s\n", "workload", "step ms", "GEMM ms", "ratio");
  for (int i = 0; i < ms_workloads_count (); i++)
    {
      MsWorkloadResult result;
      if (!ms_workload_run (i, threads, SECONDS, &result, error))
        return false;
      printf ("%-10s %9.3f %9.3f %6.2f   %s\n", ms_workload_at (i)->name, result.step_ms, result.gemm_ms, result.ratio,
              ms_workload_at (i)->title);
      fflush (stdout);
    }
  return true;
}

static bool
print_comparisons (int threads, GError **error)
{
  printf ("\n%-10s %9s %9s %6s %6s\n", "compared", "step ms", "other ms", "ratio", "FLOPs");
  for (int i = 0; i < ms_comparisons_count (); i++)
    {
      MsComparisonResult result;
      if (!ms_comparison_run (i, threads, SECONDS, &result, error))
        return false;
      printf ("%-10s %9.3f %9.3f %6.2f %6.2f   %s\n", ms_comparison_at (i)->name, result.ms, result.other_ms,
              result.ratio, result.flop_ratio, ms_comparison_at (i)->title);
      fflush (stdout);
    }
  return true;
}

static bool
print_table (int threads, GError **error)
{
  const MsBlasInfo *blas = ms_blas_info ();
  printf ("%s, kernel %s, %d threads\n\n", blas->library, blas->kernel, threads);
  if (!print_workloads (threads, error) || !print_comparisons (threads, error))
    return false;
  printf ("\n%-12s %9s   at %d x %d\n", "view", "paint ms", WIDTH, HEIGHT);
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    printf ("%-12s %9.2f\n", (*p)->name, time_painter (*p));
  print_scrub ();
  return true;
}

static bool
bench_run (const MsOptions *options, GError **error)
{
  int threads = ms_options_threads (options);
  return options->json ? print_json (threads, error) : print_table (threads, error);
}

const MsCommand ms_command_bench = {
  .name = "bench",
  .arguments = "",
  .help = "the core's and the painters' speed on this machine, beside the GEMM bound",
  .details = "A step and the bare matrix products of the same shapes are timed alternately; ratio is the median of\n"
             "step / products over the rounds. Two models compared are stepped alternately, too; FLOPs is the\n"
             "ratio of what their kernels counted.",
  .options = MS_OPTION_LIST ("threads", "json"),
  .run = bench_run,
};
