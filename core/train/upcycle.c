/* SPDX-License-Identifier: MIT */

#include "core/train/upcycle.h"

#include "core/nn/zoom.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define POSITION "Encoder/posembed_input/pos_embedding"

/* One tensor of the model and what the file has for it. */
typedef struct {
  MsSafetensors *file;
  const char *path;
  const MsBackboneConfig *config;
  const MsParam *param;
  const char *name;         /* of the tensor within its member */
  const MsTensorInfo *info; /* NULL: the file has none */
} Tensor;

static bool
refuse (const Tensor *t, GError **error, const char *why)
{
  g_autofree char *wanted = ms_shape_text (t->param->n_dim, t->param->dim);
  g_autofree char *found = t->info != NULL ? ms_shape_text (t->info->n_dim, t->info->dim) : NULL;

  if (found == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the tensor %s %s, which model.start needs, is missing", t->path,
                 t->name, wanted);
  else
    g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the tensor %s is %s, and the model needs %s%s", t->path,
                 t->info->name, found, wanted, why);
  return false;
}

/* The dense layer that stood in the experts' place. NULL: @name is not an expert's. */
static char *
dense_name (const char *name)
{
  const char *at = strstr (name, "/Moe/Mlp/");

  return at != NULL ? g_strdup_printf ("%.*s%s", (int)(at - name), name, at + strlen ("/Moe")) : NULL;
}

static const MsTensorInfo *
find (const MsSafetensors *file, const MsParam *param, const char *name)
{
  const MsTensorInfo *info = ms_safetensors_find (file, param->name);
  g_autofree char *dense = dense_name (name);

  if (info == NULL)
    info = ms_safetensors_find (file, name);
  return info == NULL && dense != NULL ? ms_safetensors_find (file, dense) : info;
}

static bool
same_axes (const gsize *a, const gsize *b, int n)
{
  for (int i = 0; i < n; i++)
    if (a[i] != b[i])
      return false;
  return true;
}

static gsize
count (const MsTensorInfo *info)
{
  gsize n = 1;

  for (int i = 0; i < info->n_dim; i++)
    n *= info->dim[i];
  return n;
}

static bool
is_router_kernel (const Tensor *t)
{
  return g_str_has_suffix (t->name, "/Router/dense/kernel");
}

static bool
is_router_bias (const Tensor *t)
{
  return g_str_has_suffix (t->name, "/Router/bias");
}

/* What may start anew where the file has nothing that fits. */
static bool
may_be_fresh (const Tensor *t)
{
  return strstr (t->name, "/Router/") != NULL || g_str_has_prefix (t->name, "head/")
         || g_str_has_prefix (t->name, "pre_logits/");
}

/* The model's axis that the file's tensor lacks, over which it is repeated: experts or members, which stand first but
 * in routers' kernels (H, M, E). */
static int
tiled_axis (const Tensor *t)
{
  return is_router_kernel (t) ? 1 : 0;
}

static bool
is_tiled (const Tensor *t)
{
  const MsParam *p = t->param;
  int axis = tiled_axis (t);

  return p->n_dim == t->info->n_dim + 1 && same_axes (t->info->dim, p->dim, axis)
         && same_axes (t->info->dim + axis, p->dim + axis + 1, p->n_dim - axis - 1);
}

static MsGrid
own_grid (const Tensor *t)
{
  return (MsGrid){ t->config->height / t->config->patch, t->config->width / t->config->patch };
}

/* The grid of @places: from the size of the examples that the file's model was trained on, and without that a square.
 * False: it is not known. */
static bool
file_grid (const Tensor *t, gsize places, MsGrid *grid)
{
  const MsTensorInfo *embedding = ms_safetensors_find (t->file, "embedding/kernel");
  const char *input = ms_safetensors_metadata (t->file, "input");
  gsize patch = embedding != NULL && embedding->n_dim == 4 ? embedding->dim[0] : 0;
  int height, width, side = (int)lround (sqrt ((double)places));

  *grid = (MsGrid){ side, side };
  if (input != NULL && patch > 0 && patch <= G_MAXUINT16 && sscanf (input, "%9d x %9d", &height, &width) == 2)
    *grid = (MsGrid){ height / (int)patch, width / (int)patch };
  return grid->height > 0 && grid->width > 0 && (gsize)grid->height * (gsize)grid->width == places;
}

/* Rows of the class token before those of the grid. */
static gsize
file_first (const Tensor *t)
{
  return ms_safetensors_find (t->file, "cls") != NULL ? 1 : 0;
}

static bool
is_same_grid (const Tensor *t)
{
  MsGrid own = own_grid (t), grid;

  return t->info->dim[1] == t->param->dim[1] && file_first (t) == (t->config->class_token ? 1 : 0)
         && (!file_grid (t, t->info->dim[1] - file_first (t), &grid)
             || (grid.height == own.height && grid.width == own.width));
}

static bool
is_position (const Tensor *t)
{
  return strcmp (t->name, POSITION) == 0 && t->info->n_dim == 3 && t->info->dim[0] == 1 && t->info->dim[1] > 0
         && t->info->dim[2] == t->param->dim[2];
}

/* How the file's tensor becomes the model's; MS_N_STARTS: it does not. */
static MsStart
judge (const Tensor *t)
{
  const MsParam *p = t->param;
  const MsTensorInfo *i = t->info;

  if (i == NULL)
    return may_be_fresh (t) || strstr (t->name, "/fast_weight_") != NULL || strcmp (t->name, "cls") == 0
             ? MS_START_FRESH
             : MS_N_STARTS;
  if (is_position (t))
    return is_same_grid (t) ? MS_START_COPIED : MS_START_RESIZED;
  if (i->n_dim == p->n_dim && same_axes (i->dim, p->dim, p->n_dim))
    return MS_START_COPIED;
  if (is_router_kernel (t) && i->n_dim >= 2 && i->dim[0] == p->dim[0] && count (i) == p->n)
    return MS_START_RESHAPED;
  if (is_router_bias (t) && count (i) == p->n)
    return MS_START_RESHAPED;
  if (is_tiled (t))
    return MS_START_TILED;
  return may_be_fresh (t) ? MS_START_FRESH : MS_N_STARTS;
}

/* Each run of @from after the axes before the new one is repeated along it. */
static void
tile (const Tensor *t, const MsArray *from)
{
  const MsParam *p = t->param;
  gsize times = p->dim[tiled_axis (t)], inner = 1;

  for (int i = tiled_axis (t) + 1; i < p->n_dim; i++)
    inner *= p->dim[i];
  for (gsize j = 0; j < p->n; j++)
    p->value[j] = (MsReal)ms_array_get (from, j / (times * inner) * inner + j % inner);
}

static bool
resize (const Tensor *t, const MsArray *from, GError **error)
{
  gsize H = from->dim[2], first = file_first (t), own = t->config->class_token ? 1 : 0;
  g_autofree MsReal *grid = NULL;
  MsGrid old;

  if (!file_grid (t, from->dim[1] - first, &old))
    return refuse (t, error, ": its places are neither a square grid nor that of the examples in the file's metadata");
  grid = g_new (MsReal, from->n);
  for (gsize i = 0; i < from->n; i++)
    grid[i] = (MsReal)ms_array_get (from, i);
  if (first > 0 && own > 0)
    memcpy (t->param->value, grid, H * sizeof *grid);
  ms_zoom (t->param->value + own * H, own_grid (t), grid + first * H, old, H);
  return true;
}

static bool
start_tensor (const Tensor *t, MsUpcycled *done, GError **error)
{
  MsStart how = judge (t);
  g_autoptr (MsArray) from = NULL;

  if (how == MS_N_STARTS)
    return refuse (t, error, "");
  done->tensors[how]++;
  if (how == MS_START_FRESH)
    return true;
  if ((from = ms_safetensors_read (t->file, t->info, error)) == NULL)
    return false;
  if (how == MS_START_RESIZED)
    return resize (t, from, error);
  if (how == MS_START_TILED)
    tile (t, from);
  else
    for (gsize j = 0; j < t->param->n; j++)
      t->param->value[j] = (MsReal)ms_array_get (from, j);
  return true;
}

bool
ms_upcycle (MsSafetensors *file, const char *path, MsModel *model, MsUpcycled *done, GError **error)
{
  *done = (MsUpcycled){ 0 };
  for (int i = 0; i < ms_params_count (model->params); i++)
    {
      Tensor t = { .file = file, .path = path, .config = ms_model_config (model) };

      t.param = ms_params_at (model->params, i);
      t.name = t.param->own_name;
      t.info = find (file, t.param, t.name);
      if (!start_tensor (&t, done, error))
        return false;
    }
  ms_params_clear_gradients (model->params);
  return true;
}

char *
ms_upcycled_text (const MsUpcycled *done)
{
#define TEXT(name, text) text,
  static const char *const how[] = { MS_STARTS (TEXT) };
#undef TEXT
  GString *text = g_string_new (NULL);

  for (int i = 0; i < MS_N_STARTS; i++)
    if (done->tensors[i] > 0)
      g_string_append_printf (text, "%s%d %s%s", text->len > 0 ? ", " : "", done->tensors[i],
                              text->len > 0 ? "" : done->tensors[i] == 1 ? "tensor " : "tensors ", how[i]);
  return g_string_free (text, FALSE);
}

char *
ms_upcycle_find (const char *start, GError **error)
{
  g_autofree char *bundled = g_build_filename (ms_dataset_data_dir (), start, NULL);

  if (g_path_is_absolute (start) || g_file_test (start, G_FILE_TEST_EXISTS))
    return g_strdup (start);
  if (g_file_test (bundled, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&bundled);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "model.start = %s is no file, neither from the working directory nor among the bundled data in %s",
               start, ms_dataset_data_dir ());
  return NULL;
}
