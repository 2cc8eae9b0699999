/* SPDX-License-Identifier: MIT */

/* moescope flops: parameters and forward FLOPs of an experiment's model, which is never built. */
#include "app/command.h"
#include "app/print.h"
#include "app/source.h"
#include "core/base/number.h"
#include "core/train/backbones.h"
#include "core/train/closed-form.h"
#include "core/train/session.h"
#include <stdio.h>

typedef struct {
  MsExperiment *experiment; /* owned */
  MsModelShape shape;
  MsClosedForm form;
  MsDryCount dry;
} Count;

static void
count_clear (Count *self)
{
  g_clear_pointer (&self->experiment, ms_experiment_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Count, count_clear)

static bool
refuse (GError **error, const char *format, const char *text)
{
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, format, text);
  return false;
}

/* "224x224x3": height, width, channels; "20": so many features. */
static bool
parse_shape (const char *text, MsModelShape *shape, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", -1);
  guint n = g_strv_length (parts);
  double sizes[3] = { 1, 1, 1 };
  bool good = n == 1 || n == 3;
  for (guint i = 0; good && i < n; i++)
    good = ms_number_read (parts[i], &sizes[i]) && sizes[i] >= 1 && sizes[i] <= 65536 && sizes[i] == (int) sizes[i];
  if (!good)
    return refuse (error, "--shape %s is no shape: write HEIGHTxWIDTHxCHANNELS, or one number of features", text);
  shape->image = n == 3;
  shape->height = n == 3 ? (int) sizes[0] : 1;
  shape->width = n == 3 ? (int) sizes[1] : (int) sizes[0];
  shape->channels = (int) sizes[2];
  return true;
}

/* From --shape and --classes, or from the data. */
static bool
find_shape (const MsOptions *options, const MsExperiment *experiment, MsModelShape *shape, GError **error)
{
  if (options->shape == NULL && options->classes > 0)
    return refuse (error, "--classes goes with --shape%s", "");
  if (options->shape != NULL && options->classes < 0)
    return refuse (error, "--shape %s goes with --classes", options->shape);
  if (options->shape != NULL)
    {
      shape->classes = (int) options->classes;
      return parse_shape (options->shape, shape, error);
    }
  g_autoptr (MsDataset) dataset = ms_session_load_data (experiment, error);
  if (dataset == NULL)
    return false;
  *shape = ms_model_shape (dataset);
  return true;
}

static bool
count (Count *self, const MsOptions *options, GError **error)
{
  g_autoptr (MsSource) source = ms_source_resolve (ms_options_argument (options, 0), error);
  if (source == NULL)
    return false;
  if (source->experiment == NULL)
    return refuse (error, "%s is no preset and no experiment file: its experiment cannot be counted", source->name);
  self->experiment = ms_options_experiment (options, source->experiment, error);
  if (self->experiment == NULL || !find_shape (options, self->experiment, &self->shape, error))
    return false;
  int examples = (int) ms_experiment_int (self->experiment, MS_KEY_OPTIMISER_BATCH);
  if (!ms_dry_count (self->experiment, &self->shape, examples, &self->dry, error))
    return false;
  self->form = ms_closed_form (self->experiment, &self->shape, examples);
  return true;
}

static void
print_json (const Count *self)
{
  JsonObject *object = json_object_new (), *counted = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_object_set_object_member (object, "closed_form", ms_closed_form_to_json (&self->form));
  json_object_set_int_member (counted, "parameters", (gint64) self->dry.parameters);
  json_object_set_int_member (counted, "flops_per_example",
                              (gint64) (self->dry.flops / (guint64) self->form.examples));
  json_object_set_object_member (object, "counted", counted);
  json_node_take_object (node, object);
  ms_print_json (node);
}

static void
print_row (const char *name, guint64 parameters, guint64 flops, int examples)
{
  printf ("%-10s %15" G_GUINT64_FORMAT " %15.6g\n", name, parameters, 1e-6 * (double) flops / examples);
}

static void
print_table (const Count *self)
{
  const MsClosedForm *form = &self->form;
  printf ("%-10s %15s %15s\n", "part", "parameters", "MFLOP/example");
  for (int i = 0; i < MS_MODEL_N_PARTS; i++)
    print_row (ms_model_part_name ((MsModelPart) i), form->parameters[i], form->flops[i], form->examples);
  print_row ("all", ms_closed_form_parameters (form), ms_closed_form_flops (form), form->examples);
  print_row ("counted", self->dry.parameters, self->dry.flops, form->examples);
  if (form->training_rows > 1)
    printf ("\nIn training an example stands in %d rows, which are counted; in a prediction in one.\n",
            form->training_rows);
  if (form->prediction_passes > 1)
    printf ("\nA prediction takes %d passes.\n", form->prediction_passes);
}

/* What the counters come to for one backbone, FLOPs of one image. */
typedef struct {
  double vit, vmoe_1, vmoe_2, e3, e3_late, e3_4;
} Row;

static bool
count_backbone (const MsPaperBackbone *b, int K, int M, bool early, double *flops, GError **error)
{
  g_autoptr (MsExperiment) experiment = ms_paper_experiment (b, K, M, early);
  MsModelShape shape = ms_paper_shape (b);
  MsDryCount dry;
  if (!ms_dry_count (experiment, &shape, 1, &dry, error))
    return false;
  *flops = (double) dry.flops;
  return true;
}

static bool
count_row (const MsPaperBackbone *b, Row *row, GError **error)
{
  return count_backbone (b, 0, 1, false, &row->vit, error) && count_backbone (b, 1, 1, false, &row->vmoe_1, error)
         && count_backbone (b, 2, 1, false, &row->vmoe_2, error) && count_backbone (b, 1, 2, true, &row->e3, error)
         && count_backbone (b, 1, 2, false, &row->e3_late, error) && count_backbone (b, 1, 4, true, &row->e3_4, error);
}

static JsonObject *
row_to_json (const MsPaperBackbone *b, const Row *row)
{
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "name", b->name);
  json_object_set_int_member (object, "routed_blocks", b->routed);
  json_object_set_int_member (object, "pixels", b->pixels);
  json_object_set_double_member (object, "vit", row->vit);
  json_object_set_double_member (object, "vmoe_k1", row->vmoe_1);
  json_object_set_double_member (object, "vmoe_k2", row->vmoe_2);
  json_object_set_double_member (object, "e3_k1_m2", row->e3);
  json_object_set_double_member (object, "e3_k1_m2_deferred", row->e3_late);
  json_object_set_double_member (object, "e3_k1_m4", row->e3_4);
  json_object_set_double_member (object, "ratio", row->e3 / row->vmoe_1);
  json_object_set_double_member (object, "saving", 1 - row->e3 / (2 * row->vmoe_1));
  json_object_set_double_member (object, "saving_deferred", 1 - row->e3_late / (2 * row->vmoe_1));
  json_object_set_double_member (object, "ratio_m4", row->e3_4 / row->vmoe_1);
  json_object_set_double_member (object, "saving_m4", 1 - row->e3_4 / (4 * row->vmoe_1));
  return object;
}

static void
print_backbone (const MsPaperBackbone *b, const Row *row)
{
  printf ("%s last-%d %5d %7.4g %7.4g %7.4g %7.4g %6.2f %5.0f %% %6.0f %% %6.2f %5.0f %%\n", b->name, b->routed,
          b->pixels, 1e-9 * row->vit, 1e-9 * row->vmoe_1, 1e-9 * row->vmoe_2, 1e-9 * row->e3, row->e3 / row->vmoe_1,
          100 * (1 - row->e3 / (2 * row->vmoe_1)), 100 * (1 - row->e3_late / (2 * row->vmoe_1)),
          row->e3_4 / row->vmoe_1, 100 * (1 - row->e3_4 / (4 * row->vmoe_1)));
}

/* The backbones of the E3 paper: what is saved beside a deep ensemble of as many V-MoEs. */
static bool
print_backbones (bool json, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  if (!json)
    printf ("GFLOP per image, 1000 classes, 32 experts; e3 has K 1 and M 2\n\n%-11s %5s %7s %7s %7s %7s %6s %7s %8s "
            "%6s %7s\n",
            "backbone", "px", "ViT", "K=1", "K=2", "e3", "ratio", "saving", "deferred", "M=4", "saving");
  for (int i = 0; i < ms_paper_backbones_count (); i++)
    {
      Row row;
      if (!count_row (ms_paper_backbone (i), &row, error))
        return false;
      if (json)
        json_array_add_object_element (array, row_to_json (ms_paper_backbone (i), &row));
      else
        print_backbone (ms_paper_backbone (i), &row);
    }
  if (json)
    {
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();
      json_object_set_array_member (object, "backbones", g_steal_pointer (&array));
      json_node_take_object (node, object);
      ms_print_json (node);
    }
  return true;
}

static bool
run (const MsOptions *options, GError **error)
{
  if (ms_options_argument (options, 0) == NULL)
    return print_backbones (options->json, error);
  g_auto (Count) self = { 0 };
  if (!count (&self, options, error))
    return false;
  if (options->json)
    print_json (&self);
  else
    print_table (&self);
  return true;
}

const MsCommand ms_command_flops = {
  .name = "flops",
  .arguments = "[SOURCE]",
  .n_arguments = 1,
  .optional = true,
  .help = "parameters and FLOPs of an experiment by part, without building its model",
  .details = "The parts are worked out by formulas; `counted` is what the program's own counters come to on a pass\n"
             "without numbers. Both are of a forward pass of one batch, as in training, with even loads of the\n"
             "experts. Sizes come from the data, or from --shape and --classes. Without a SOURCE, what e3 saves\n"
             "beside a deep ensemble with the backbones of its paper.",
  .options = MS_OPTION_LIST ("set", "data", "shape", "classes", "json"),
  .run = run,
};
