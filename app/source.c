/* SPDX-License-Identifier: MIT */

#include "app/source.h"
#include "core/train/presets.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static MsSource *
source_new (MsSourceKind kind, const char *path, const char *name)
{
  MsSource *self = g_new0 (MsSource, 1);
  self->kind = kind;
  self->path = g_strdup (path);
  self->name = g_utf8_make_valid (name, -1);
  return self;
}

static MsSource *
from_preset (const MsPreset *preset, GError **error)
{
  MsExperiment *experiment = ms_preset_load (preset, error);
  if (experiment == NULL)
    return NULL;
  MsSource *self = source_new (MS_SOURCE_PRESET, NULL, preset->name);
  self->experiment = experiment;
  return self;
}

static bool
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s: %s", path, what);
  return false;
}

/* The first @size bytes of a plain file. */
static bool
read_start (const char *path, guint8 *start, gsize size, gsize *got, GError **error)
{
  struct stat info;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT)
    return fail (path, "there is neither a preset nor a file of this name; `moescope presets` lists what is bundled",
                 error);
  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  bool plain = fstat (fd, &info) == 0 && S_ISREG (info.st_mode);
  gssize n = plain ? read (fd, start, size) : 0;
  close (fd);
  if (!plain)
    return fail (path, "this is not a file; an experiment, a checkpoint or a trace is wanted", error);
  if (n < 0)
    return fail (path, g_strerror (errno), error);
  *got = (gsize) n;
  return true;
}

/* safetensors: eight bytes of length, then "{". npz: a zip. Anything else is tried as JSON, whose errors are clear. */
static MsSourceKind
guess_kind (const guint8 *start, gsize n)
{
  if (n >= 4 && memcmp (start, "PK", 2) == 0)
    return MS_SOURCE_TRACE;
  if (n >= 9 && start[8] == '{' && start[6] == 0 && start[7] == 0)
    return MS_SOURCE_CHECKPOINT;
  return MS_SOURCE_EXPERIMENT;
}

MsSource *
ms_source_resolve (const char *text, GError **error)
{
  const MsPreset *preset = ms_preset_find (text);
  if (preset != NULL)
    return from_preset (preset, error);
  guint8 start[16];
  gsize n = 0;
  if (!read_start (text, start, sizeof start, &n, error))
    return NULL;
  MsSourceKind kind = guess_kind (start, n);
  if (g_str_has_suffix (text, ".safetensors"))
    kind = MS_SOURCE_CHECKPOINT; /* so that a broken one is named as what it should be */
  else if (g_str_has_suffix (text, ".npz"))
    kind = MS_SOURCE_TRACE;
  g_autofree char *name = g_path_get_basename (text);
  g_autoptr (MsSource) self = source_new (kind, text, name);
  if (kind == MS_SOURCE_EXPERIMENT)
    {
      self->experiment = ms_experiment_load (text, error);
      if (self->experiment == NULL)
        return NULL;
      if (!ms_experiment_validate (self->experiment, error))
        {
          g_prefix_error (error, "%s: ", text);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

void
ms_source_free (MsSource *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->experiment, ms_experiment_unref);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}
