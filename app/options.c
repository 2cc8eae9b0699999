/* SPDX-License-Identifier: MIT */

#include "app/options.h"
#include "core/base/number.h"
#include "core/tasks/dataset.h"
#include <math.h>
#include <string.h>

/* More threads than this cost small models more than they give; --threads may still ask for them. */
#define DEFAULT_THREADS 8
#define MAX_THREADS 256

typedef enum {
  KIND_FLAG,
  KIND_TEXT,
  KIND_COUNT,
  KIND_LIST,
} Kind;

typedef struct {
  const char *name;     /* "steps" */
  const char *argument; /* "N"; NULL for a flag */
  Kind kind;
  gsize offset;
  const char *help;
  gint64 min, max; /* COUNT */
} Option;

#define FIELD(name) G_STRUCT_OFFSET (MsOptions, name)

static const Option table[] = {
  { "steps", "N", KIND_COUNT, FIELD (steps), "stop after N batches in all; default run.steps, the schedule's length", 0,
    1000000000 },
  { "step", "N", KIND_COUNT, FIELD (step), "the batch to show: 0 is the first, before training", 0, 1000000000 },
  { "seed", "S", KIND_TEXT, FIELD (seed), "the same as --set run.seed=S" },
  { "seeds", "N", KIND_COUNT, FIELD (seeds), "seeds that every variant is run with; default 5", 1, 1000 },
  { "shard", "I/N", KIND_TEXT, FIELD (shard), "make only the I-th of N shares of the runs" },
  { "set", "KEY=VALUE", KIND_LIST, FIELD (set), "change a setting; may be repeated; `moescope keys` lists them" },
  { "until", "CONDITION", KIND_LIST, FIELD (until), "stop when it comes true: \"loss<0.5\", \"cv@3>2\" of block 3, "
                                                    "\"share@3:5<0.01\", dead, alert; may be repeated" },
  { "at", "STEP:CHANGE", KIND_LIST, FIELD (at), "after STEP batches KEY=VALUE, +INTERVENTION or -INTERVENTION: "
                                                "+mask:1:3 or -mask:1:3; may be repeated" },
  { "data", "DIR", KIND_TEXT, FIELD (data), "where the data files are; the same as --set task.path=DIR" },
  { "threads", "N", KIND_COUNT, FIELD (threads), "threads to compute on; default one a processor, at most 8", 1,
    MAX_THREADS },
  { "checkpoint", "FILE", KIND_TEXT, FIELD (checkpoint), "write the model and the optimiser's state (.safetensors)" },
  { "resume", "FILE", KIND_TEXT, FIELD (resume), "go on from a checkpoint of the same model" },
  { "trace", "FILE", KIND_TEXT, FIELD (trace), "write the run for replay: all loads, some batches whole (.npz)" },
  { "metrics", "FILE", KIND_TEXT, FIELD (metrics), "write losses, loads and test results, one line a step (.csv)" },
  { "pictures", "DIR", KIND_TEXT, FIELD (pictures), "write every view of the finished run as a picture" },
  { "input", "FILE", KIND_TEXT, FIELD (input), "the examples, as the task's inputs (.npy)" },
  { "intervene", "TEXT", KIND_LIST, FIELD (intervene), "a mask, force or bias that stands: mask:1:3, bias:1:3:1.5; "
                                                         "may be repeated" },
  { "labels", "FILE", KIND_TEXT, FIELD (labels), "their classes, for the losses and gradients (.npy)" },
  { "gradients", "FILE", KIND_TEXT, FIELD (gradients), "write every tensor's gradient (.safetensors); needs --labels" },
  { "shape", "HxWxC", KIND_TEXT, FIELD (shape), "height, width and channels of an input, or one number of features" },
  { "classes", "N", KIND_COUNT, FIELD (classes), "classes to tell apart", 1, 1 << 20 },
  { "view", "NAME", KIND_TEXT, FIELD (view), "the view to draw; `moescope views` lists them" },
  { "output", "PATH", KIND_TEXT, FIELD (output), "the picture's file, of which .png, .svg or .pdf says the kind; or "
                                                 "the study's folder" },
  { "size", "WxH", KIND_TEXT, FIELD (size), "width and height of the picture; default 900x600" },
  { "style", "light|dark", KIND_TEXT, FIELD (style), "colours of the picture; default light" },
  { "full", NULL, KIND_FLAG, FIELD (full), "also measure feature distances, few-shot probes and corruptions" },
  { "json", NULL, KIND_FLAG, FIELD (json), "print JSON" },
  { "help", NULL, KIND_FLAG, FIELD (help), "print this help" },
};

static bool G_GNUC_PRINTF (2, 3)
refuse (GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, MS_ERROR, MS_ERROR_USAGE, message);
  return false;
}

/* The option of this name (@length bytes) if @allowed has it; NULL otherwise. */
static const Option *
find_option (const char *name, gsize length, const char *const *allowed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strlen (table[i].name) == length && strncmp (table[i].name, name, length) == 0)
      return strcmp (table[i].name, "help") == 0 || g_strv_contains (allowed, table[i].name) ? &table[i] : NULL;
  return NULL;
}

static bool
store_count (gint64 *place, const Option *option, const char *value, GError **error)
{
  double number;
  if (!ms_number_read (value, &number) || number != rint (number) || number < (double) option->min
      || number > (double) option->max)
    return refuse (error, "--%s %s is not possible: it must be a whole number from %" G_GINT64_FORMAT
                          " to %" G_GINT64_FORMAT,
                   option->name, value, option->min, option->max);
  *place = (gint64) number;
  return true;
}

static bool
store (MsOptions *self, const Option *option, const char *value, GError **error)
{
  gpointer place = G_STRUCT_MEMBER_P (self, option->offset);
  switch (option->kind)
    {
    case KIND_FLAG:
      *(bool *) place = true;
      return true;
    case KIND_LIST:
      g_ptr_array_add (*(GPtrArray **) place, g_strdup (value));
      return true;
    case KIND_TEXT:
      if (*value == '\0')
        return refuse (error, "--%s needs a value that is not empty", option->name);
      g_free (*(char **) place);
      *(char **) place = g_strdup (value);
      return true;
    case KIND_COUNT:
    default:
      return store_count (place, option, value, error);
    }
}

/* Reads the option at (*argv)[0] and moves @argv past its value. */
static bool
parse_option (MsOptions *self, char ***argv, const char *const *allowed, GError **error)
{
  const char *word = **argv;
  if (strcmp (word, "-h") == 0)
    {
      self->help = true;
      return true;
    }
  const char *name = g_str_has_prefix (word, "--") ? word + 2 : "";
  gsize length = strcspn (name, "=");
  const Option *option = find_option (name, length, allowed);
  if (option == NULL)
    return refuse (error, "there is no option %.*s here; --help lists them", (int) strcspn (word, "="), word);
  const char *value = name[length] == '=' ? name + length + 1 : NULL;
  if (option->kind == KIND_FLAG && value != NULL)
    return refuse (error, "--%s takes no value", option->name);
  if (option->kind != KIND_FLAG && value == NULL)
    {
      value = (*argv)[1];
      if (value == NULL)
        return refuse (error, "--%s needs a value: --%s %s", option->name, option->name, option->argument);
      (*argv)++;
    }
  return store (self, option, value, error);
}

MsOptions *
ms_options_parse (char **argv, const char *const *allowed, GError **error)
{
  g_autoptr (MsOptions) self = g_new0 (MsOptions, 1);
  self->arguments = g_ptr_array_new_with_free_func (g_free);
  self->set = g_ptr_array_new_with_free_func (g_free);
  self->until = g_ptr_array_new_with_free_func (g_free);
  self->at = g_ptr_array_new_with_free_func (g_free);
  self->intervene = g_ptr_array_new_with_free_func (g_free);
  self->steps = self->step = self->seeds = self->threads = self->classes = -1;
  bool only_arguments = false;
  for (; *argv != NULL; argv++)
    if (!only_arguments && strcmp (*argv, "--") == 0)
      only_arguments = true;
    else if (only_arguments || **argv != '-')
      g_ptr_array_add (self->arguments, g_strdup (*argv));
    else if (!parse_option (self, &argv, allowed, error))
      return NULL;
  return g_steal_pointer (&self);
}

void
ms_options_free (MsOptions *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].kind == KIND_TEXT)
      g_free (G_STRUCT_MEMBER (char *, self, table[i].offset));
  g_clear_pointer (&self->arguments, g_ptr_array_unref);
  g_clear_pointer (&self->set, g_ptr_array_unref);
  g_clear_pointer (&self->until, g_ptr_array_unref);
  g_clear_pointer (&self->at, g_ptr_array_unref);
  g_clear_pointer (&self->intervene, g_ptr_array_unref);
  g_free (self);
}

char *
ms_options_help (const char *const *allowed)
{
  GString *out = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (find_option (table[i].name, strlen (table[i].name), allowed) != NULL)
      {
        g_autofree char *left = g_strconcat ("--", table[i].name, table[i].argument != NULL ? " " : "",
                                             table[i].argument, NULL);
        g_string_append_printf (out, "  %-20s %s\n", left, table[i].help);
      }
  return g_string_free (out, FALSE);
}

const char *
ms_options_argument (const MsOptions *self, int i)
{
  return i >= 0 && i < (int) self->arguments->len ? g_ptr_array_index (self->arguments, (guint) i) : NULL;
}

int
ms_options_threads (const MsOptions *self)
{
  return self->threads > 0 ? (int) self->threads : CLAMP ((int) g_get_num_processors (), 1, DEFAULT_THREADS);
}

/* Replaces *@experiment by one with the value changed. */
static bool
change (MsExperiment **experiment, const char *key, const char *value, GError **error)
{
  MsExperiment *changed = ms_experiment_with (*experiment, key, value, error);
  if (changed == NULL)
    return false;
  ms_experiment_unref (*experiment);
  *experiment = changed;
  return true;
}

static bool
apply_set (MsExperiment **experiment, const char *setting, GError **error)
{
  const char *equals = strchr (setting, '=');
  if (equals == NULL)
    return refuse (error, "--set %s has no value: write --set KEY=VALUE", setting);
  g_autofree char *key = g_strndup (setting, (gsize) (equals - setting));
  return change (experiment, key, equals + 1, error);
}

static bool
apply_data (MsExperiment **experiment, const char *path, GError **error)
{
  const MsKey *key = ms_key (MS_KEY_TASK_PATH);
  if (!key->applies (*experiment))
    return refuse (error, "--data has no meaning here: task.data = %s reads no files",
                   ms_experiment_text (*experiment, MS_KEY_TASK_DATA));
  return change (experiment, key->key, path, error);
}

/* Kinds of data that are read from files say which files, and where to get them. */
static bool
check_path (const MsExperiment *experiment, GError **error)
{
  const MsDatasetKind *kind = ms_dataset_kind_find (ms_experiment_text (experiment, MS_KEY_TASK_DATA));
  if (kind == NULL || !kind->needs_path || *ms_experiment_text (experiment, MS_KEY_TASK_PATH) != '\0')
    return true;
  return refuse (error, "task.data = %s needs --data DIR: %s", kind->name, kind->help);
}

static bool
apply_all (const MsOptions *self, MsExperiment **experiment, GError **error)
{
  for (guint i = 0; i < self->set->len; i++)
    if (!apply_set (experiment, g_ptr_array_index (self->set, i), error))
      return false;
  if (self->seed != NULL && !change (experiment, "run.seed", self->seed, error))
    return false;
  if (self->data != NULL && !apply_data (experiment, self->data, error))
    return false;
  /* forward brings its own examples, flops only their shape: where the experiment's would be does not matter. */
  bool own = self->input != NULL || self->shape != NULL;
  return ms_experiment_validate (*experiment, error) && (own || check_path (*experiment, error));
}

MsExperiment *
ms_options_experiment (const MsOptions *self, MsExperiment *base, GError **error)
{
  if (!ms_experiment_validate (base, error))
    return NULL;
  MsExperiment *experiment = ms_experiment_ref (base);
  GError *local = NULL;
  if (apply_all (self, &experiment, &local))
    return experiment;
  ms_experiment_unref (experiment);
  local->code = MS_ERROR_USAGE; /* the source alone was fine: it is the command line that is wrong */
  g_propagate_error (error, local);
  return NULL;
}
