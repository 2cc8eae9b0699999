/* SPDX-License-Identifier: MIT */

#include "core/formats/array.h"

#include <math.h>
#include <string.h>

/* Arrays are used as they lie in the files, and all three formats are little-endian. */
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

static const struct
{
  const char *name;
  gsize size;
} dtypes[] = {
  [MS_DTYPE_F32] = { "F32", 4 }, [MS_DTYPE_F64] = { "F64", 8 }, [MS_DTYPE_F16] = { "F16", 2 },
  [MS_DTYPE_BF16] = { "BF16", 2 }, [MS_DTYPE_I8] = { "I8", 1 }, [MS_DTYPE_I16] = { "I16", 2 },
  [MS_DTYPE_I32] = { "I32", 4 }, [MS_DTYPE_I64] = { "I64", 8 }, [MS_DTYPE_U8] = { "U8", 1 },
  [MS_DTYPE_U16] = { "U16", 2 }, [MS_DTYPE_U32] = { "U32", 4 }, [MS_DTYPE_U64] = { "U64", 8 },
  [MS_DTYPE_BOOL] = { "BOOL", 1 },
};

gsize
ms_dtype_size (MsDtype dtype)
{
  g_return_val_if_fail (dtype < G_N_ELEMENTS (dtypes), 0);
  return dtypes[dtype].size;
}

const char *
ms_dtype_name (MsDtype dtype)
{
  g_return_val_if_fail (dtype < G_N_ELEMENTS (dtypes), NULL);
  return dtypes[dtype].name;
}

bool
ms_dtype_from_name (const char *name, MsDtype *dtype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (dtypes[i].name, name) == 0)
      {
        *dtype = (MsDtype) i;
        return true;
      }
  return false;
}

bool
ms_shape_count (MsDtype dtype, int n_dim, const gsize *dim, gsize *n)
{
  gsize count = 1, bytes;
  bool empty = false;
  for (int i = 0; i < n_dim; i++) /* an axis of length 0 must not hide an overflow of the others */
    {
      if (dim[i] == 0)
        empty = true;
      else if (!g_size_checked_mul (&count, count, dim[i]))
        return false;
    }
  *n = empty ? 0 : count;
  return g_size_checked_mul (&bytes, count, ms_dtype_size (dtype)) && bytes <= G_MAXSSIZE;
}

MsArray *
ms_array_new (MsDtype dtype, int n_dim, const gsize *dim)
{
  g_return_val_if_fail (n_dim >= 0 && n_dim <= MS_ARRAY_MAX_DIM, NULL);
  gsize n;
  if (!ms_shape_count (dtype, n_dim, dim, &n))
    return NULL;
  gpointer data = g_try_malloc0 (MAX (n * ms_dtype_size (dtype), 1));
  if (data == NULL)
    return NULL;
  MsArray *self = g_new0 (MsArray, 1);
  self->dtype = dtype;
  self->n_dim = n_dim;
  for (int i = 0; i < n_dim; i++)
    self->dim[i] = dim[i];
  self->n = n;
  self->data = data;
  return self;
}

MsArray *
ms_array_new_copy (MsDtype dtype, int n_dim, const gsize *dim, gconstpointer data)
{
  MsArray *self = ms_array_new (dtype, n_dim, dim);
  if (self != NULL && self->n > 0)
    memcpy (self->data, data, self->n * ms_dtype_size (dtype));
  return self;
}

void
ms_array_free (MsArray *self)
{
  if (self == NULL)
    return;
  g_free (self->data);
  g_free (self);
}

static double
half_to_double (guint16 bits)
{
  int exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  double value;
  if (exponent == 0x1f)
    value = fraction == 0 ? HUGE_VAL : (double) NAN;
  else if (exponent == 0)
    value = ldexp (fraction, -24);
  else
    value = ldexp (fraction + 0x400, exponent - 25);
  return (bits & 0x8000) ? -value : value;
}

static double
brain_to_double (guint16 bits)
{
  guint32 wide = (guint32) bits << 16; /* a bfloat16 is the upper half of a float */
  float value;
  memcpy (&value, &wide, sizeof value);
  return (double) value;
}

double
ms_array_get (const MsArray *self, gsize i)
{
  g_return_val_if_fail (self != NULL && i < self->n, (double) NAN);
  gconstpointer data = self->data;
  switch (self->dtype)
    {
    case MS_DTYPE_F32: return (double) ((const float *) data)[i];
    case MS_DTYPE_F64: return ((const double *) data)[i];
    case MS_DTYPE_F16: return half_to_double (((const guint16 *) data)[i]);
    case MS_DTYPE_BF16: return brain_to_double (((const guint16 *) data)[i]);
    case MS_DTYPE_I8: return ((const gint8 *) data)[i];
    case MS_DTYPE_I16: return ((const gint16 *) data)[i];
    case MS_DTYPE_I32: return ((const gint32 *) data)[i];
    case MS_DTYPE_I64: return (double) ((const gint64 *) data)[i];
    case MS_DTYPE_U8: return ((const guint8 *) data)[i];
    case MS_DTYPE_U16: return ((const guint16 *) data)[i];
    case MS_DTYPE_U32: return ((const guint32 *) data)[i];
    case MS_DTYPE_U64: return (double) ((const guint64 *) data)[i];
    case MS_DTYPE_BOOL: return ((const guint8 *) data)[i] != 0;
    default: g_return_val_if_reached ((double) NAN);
    }
}

float *
ms_array_to_float (const MsArray *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  float *out = g_try_new (float, MAX (self->n, 1));
  if (out == NULL)
    return NULL;
  if (self->dtype == MS_DTYPE_F32)
    memcpy (out, self->data, self->n * sizeof (float));
  else
    for (gsize i = 0; i < self->n; i++)
      out[i] = (float) ms_array_get (self, i);
  return out;
}

char *
ms_array_shape_text (const MsArray *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return ms_shape_text (self->n_dim, self->dim);
}

char *
ms_shape_text (int n_dim, const gsize *dim)
{
  GString *text = g_string_new ("(");
  for (int i = 0; i < n_dim; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GSIZE_FORMAT : ", %" G_GSIZE_FORMAT, dim[i]);
  g_string_append (text, n_dim == 1 ? ",)" : ")"); /* as Python writes a tuple */
  return g_string_free (text, FALSE);
}
