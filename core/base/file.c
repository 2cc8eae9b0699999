/* SPDX-License-Identifier: MIT */

/* Writing through a temporary file in the target's own folder (a rename is atomic only within one file system), and
 * reading with a limit that also holds while unpacking gzip. */

#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define BUFFER_SIZE ((gsize) 1 << 18)
#define GZIP_SLACK ((gsize) 65536) /* what does not shrink is a little longer packed than unpacked */

struct MsFileWriter
{
  char *target;    /* owned, symbolic links resolved */
  char *name;      /* owned, as the user gave it, valid UTF-8 */
  char *temporary; /* owned; NULL: written directly, or already renamed or removed */
  int fd;          /* -1: closed */
  int failure;     /* errno of the first failed write, 0: none */
  gsize used;
  guint8 *buffer; /* owned, BUFFER_SIZE */
};

typedef struct
{
  guint8 *data; /* owned */
  gsize size, room;
} Growing;

static bool
set_errno_error (GError **error, const char *verb, const char *name, int number)
{
  g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot %s %s: %s", verb, name, g_strerror (number));
  return false;
}

/* What a symbolic link points to, so that saving over a link keeps the link. */
static char *
resolve_target (const char *path)
{
  struct stat info;
  if (g_lstat (path, &info) == 0 && S_ISLNK (info.st_mode))
    {
      char *resolved = realpath (path, NULL);
      if (resolved != NULL)
        {
          char *copy = g_strdup (resolved);
          free (resolved);
          return copy;
        }
    }
  return g_strdup (path);
}

static bool
open_temporary (MsFileWriter *self, mode_t mode, bool replaces, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->target);
  self->temporary = g_build_filename (folder, ".moescope-XXXXXX", NULL);
  self->fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0666); /* the umask applies, as to any new file */
  if (self->fd < 0)
    {
      int number = errno;
      g_clear_pointer (&self->temporary, g_free);
      return set_errno_error (error, "write", self->name, number);
    }
  if (replaces)
    (void) !fchmod (self->fd, mode & 0777); /* best effort: the folder may be on a file system without permissions */
  return true;
}

MsFileWriter *
ms_file_writer_open (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_autoptr (MsFileWriter) self = g_new0 (MsFileWriter, 1);
  self->fd = -1;
  self->name = g_filename_display_name (path);
  self->target = resolve_target (path);
  self->buffer = g_malloc (BUFFER_SIZE);

  struct stat info;
  bool exists = g_stat (self->target, &info) == 0;
  if (*path == '\0' || g_str_has_suffix (path, "/") || (exists && S_ISDIR (info.st_mode)))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot write “%s”: it is not the name of a file", self->name);
      return NULL;
    }
  if (exists && !S_ISREG (info.st_mode)) /* a pipe or /dev/stdout has no content to protect */
    {
      self->fd = g_open (self->target, O_WRONLY | O_CLOEXEC, 0);
      if (self->fd < 0)
        {
          set_errno_error (error, "write", self->name, errno);
          return NULL;
        }
    }
  else if (exists && g_access (self->target, W_OK) != 0) /* a write-protected file is not replaced behind its back */
    {
      set_errno_error (error, "write", self->name, errno);
      return NULL;
    }
  else if (!open_temporary (self, exists ? info.st_mode : 0, exists, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
write_all (MsFileWriter *self, const guint8 *data, gsize size)
{
  while (size > 0 && self->failure == 0)
    {
      gssize written = write (self->fd, data, MIN (size, (gsize) 1 << 30));
      if (written < 0 && errno != EINTR)
        self->failure = errno;
      if (written > 0)
        {
          data += written;
          size -= (gsize) written;
        }
    }
}

static void
flush_buffer (MsFileWriter *self)
{
  write_all (self, self->buffer, self->used);
  self->used = 0;
}

void
ms_file_writer_write (MsFileWriter *self, gconstpointer data, gsize size)
{
  g_return_if_fail (self != NULL && self->fd >= 0);
  if (size == 0)
    return;
  if (self->used + size > BUFFER_SIZE)
    flush_buffer (self);
  if (size > BUFFER_SIZE)
    {
      write_all (self, data, size);
      return;
    }
  memcpy (self->buffer + self->used, data, size);
  self->used += size;
}

void
ms_file_writer_printf (MsFileWriter *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  ms_file_writer_write (self, text, strlen (text));
}

/* Makes the new name survive a power cut. Some file systems cannot sync a folder; the file itself is safe then. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0)
    return;
  (void) !fsync (fd);
  close (fd);
}

bool
ms_file_writer_commit (MsFileWriter *self, GError **error)
{
  g_return_val_if_fail (self != NULL && self->fd >= 0, false);
  flush_buffer (self);
  if (self->failure == 0 && self->temporary != NULL && fsync (self->fd) != 0)
    self->failure = errno;
  if (close (self->fd) != 0 && self->failure == 0)
    self->failure = errno;
  self->fd = -1;
  if (self->failure == 0 && self->temporary != NULL)
    {
      if (g_rename (self->temporary, self->target) != 0)
        self->failure = errno;
      else
        {
          g_clear_pointer (&self->temporary, g_free);
          sync_folder (self->target);
        }
    }
  return self->failure == 0 || set_errno_error (error, "write", self->name, self->failure);
}

void
ms_file_writer_free (MsFileWriter *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->target);
  g_free (self->name);
  g_free (self->buffer);
  g_free (self);
}

static void
growing_clear (Growing *self)
{
  g_clear_pointer (&self->data, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Growing, growing_clear)

/* Room for at least one more byte; false where the limit is reached (errno EFBIG) or memory ends (ENOMEM). */
static bool
grow (Growing *self, gsize limit)
{
  if (self->size < self->room)
    return true;
  gsize room = self->room < BUFFER_SIZE ? BUFFER_SIZE : self->room + MIN (self->room, G_MAXSIZE - self->room);
  room = MIN (room, limit);
  if (room <= self->size)
    {
      errno = EFBIG;
      return false;
    }
  guint8 *data = g_try_realloc (self->data, room);
  if (data == NULL)
    {
      errno = ENOMEM;
      return false;
    }
  self->data = data;
  self->room = room;
  return true;
}

static bool
set_grow_error (GError **error, const char *name, gsize limit)
{
  if (errno == ENOMEM)
    g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot read %s: memory does not suffice", name);
  else
    {
      g_autofree char *text = g_format_size_full (limit, G_FORMAT_SIZE_IEC_UNITS);
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "cannot read %s: it holds more than the %s that are allowed", name,
                   text);
    }
  return false;
}

/* At most @limit bytes and the slack. One byte more is asked for, to tell a file of just that size from a longer
 * one. */
static bool
read_all (int fd, const char *name, gsize limit, Growing *out, GError **error)
{
  gsize most = limit < G_MAXSIZE - GZIP_SLACK - 1 ? limit + GZIP_SLACK : limit - 1;
  struct stat info;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size > 0 && (guint64) info.st_size < most)
    {
      out->room = (gsize) info.st_size + 1;
      out->data = g_try_malloc (out->room);
      if (out->data == NULL)
        out->room = 0;
    }
  for (;;)
    {
      if (!grow (out, most + 1))
        return set_grow_error (error, name, limit);
      gssize got = read (fd, out->data + out->size, MIN (out->room - out->size, (gsize) 1 << 30));
      if (got == 0)
        return true;
      if (got < 0 && errno != EINTR)
        return set_errno_error (error, "read", name, errno);
      if (got > 0)
        out->size += (gsize) got;
      if (out->size > most)
        {
          errno = EFBIG;
          return set_grow_error (error, name, limit);
        }
    }
}

static bool
is_gzip (const guint8 *data, gsize size)
{
  return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

static bool
only_zeros (const guint8 *data, gsize size)
{
  while (size > 0 && data[size - 1] == 0)
    size--;
  return size == 0;
}

/* One turn of inflate: false with @error, or true and *status. */
static bool
inflate_some (z_stream *z, const Growing *packed, gsize *at, Growing *out, gsize limit, const char *name, int *status,
              GError **error)
{
  if (!grow (out, limit < G_MAXSIZE ? limit + 1 : limit))
    return set_grow_error (error, name, limit);
  z->next_in = packed->data + *at;
  z->avail_in = (uInt) MIN (packed->size - *at, (gsize) 1 << 30);
  z->next_out = out->data + out->size;
  z->avail_out = (uInt) MIN (out->room - out->size, (gsize) 1 << 30);
  *status = inflate (z, Z_NO_FLUSH);
  *at = (gsize) (z->next_in - packed->data);
  out->size = (gsize) (z->next_out - out->data);
  if (out->size > limit)
    {
      errno = EFBIG;
      return set_grow_error (error, name, limit);
    }
  if (*status == Z_OK || *status == Z_STREAM_END)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: its gzip data are %s", name,
               *status == Z_BUF_ERROR && *at == packed->size ? "cut short" : "damaged");
  return false;
}

/* gzip files may be several members in a row, and may be padded with zeros. */
static bool
gunzip (const Growing *packed, const char *name, gsize limit, Growing *out, GError **error)
{
  z_stream z = { 0 };
  if (inflateInit2 (&z, 15 + 16) != Z_OK)
    g_error ("zlib could not start");
  gsize at = 0;
  bool ok = true, done = false;
  while (ok && !done)
    {
      int status = Z_OK;
      ok = inflate_some (&z, packed, &at, out, limit, name, &status, error);
      if (!ok || status != Z_STREAM_END)
        continue;
      if (is_gzip (packed->data + at, packed->size - at))
        inflateReset (&z);
      else if (only_zeros (packed->data + at, packed->size - at))
        done = true;
      else
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: other data follow the end of its gzip data", name);
          ok = false;
        }
    }
  inflateEnd (&z);
  return ok;
}

static GBytes *
growing_to_bytes (Growing *self)
{
  gsize size = self->size;
  return g_bytes_new_take (g_steal_pointer (&self->data), size);
}

GBytes *
ms_file_read (const char *path, gsize limit, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_autofree char *name = g_filename_display_name (path);
  g_auto (Growing) raw = { 0 }, unpacked = { 0 };
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    {
      set_errno_error (error, "read", name, errno);
      return NULL;
    }
  bool ok = read_all (fd, name, limit, &raw, error);
  close (fd);
  if (!ok)
    return NULL;
  if (!is_gzip (raw.data, raw.size))
    {
      errno = EFBIG;
      if (raw.size > limit && !set_grow_error (error, name, limit))
        return NULL;
      return growing_to_bytes (&raw);
    }
  if (!gunzip (&raw, name, limit, &unpacked, error))
    return NULL;
  return growing_to_bytes (&unpacked);
}
