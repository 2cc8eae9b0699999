/* SPDX-License-Identifier: MIT */

/* The tokens' way through the layers, in traces: arrays that are there where records had them. */

#include "core/formats/trace-reader.h"

#include <math.h>
#include <string.h>

#define NOT_CAPTURED (-2) /* a place; other numbers are NaN then */

typedef enum { AXIS_NONE, AXIS_PAIR, AXIS_K, AXIS_E } Axis;

typedef struct {
  const char *name;
  gsize field; /* of MsRouting */
  Axis axis;   /* after tokens and layers */
} Detail;

static const Detail details[TRACE_N_DETAILS] = {
#define DETAIL(name, axis) { #name, offsetof (MsRouting, name), AXIS_##axis },
  TRACE_DETAILS (DETAIL)
#undef DETAIL
};

static gsize
axis_length (Axis axis, gsize K, gsize E)
{
  const gsize lengths[] = { 1, 2, K, E };

  return lengths[axis];
}

static float **
field_of (MsRouting *routing, const Detail *detail)
{
  return (float **)(gpointer)((char *)routing + detail->field);
}

/* One array (T, L, wide), NaN where nothing was captured; NULL: nowhere was anything. */
static float *
collect (const MsTraceWriter *self, const Detail *detail)
{
  const TraceSizes *s = &self->sizes;
  gsize wide = axis_length (detail->axis, s->K, s->E), first = 0, n = s->T * s->L * wide;
  float *out = NULL;

  for (gsize b = 0; b < s->B; first += (gsize)trace_batch_rows (self->batches->pdata[b++]))
    for (int l = 0; l < ((MsRecord *)self->batches->pdata[b])->n_routing; l++)
      {
        MsRouting *r = ((MsRecord *)self->batches->pdata[b])->routing[l];
        const float *from = *field_of (r, detail);
        gsize width = axis_length (detail->axis, (gsize)r->K, (gsize)r->E);

        if (from == NULL)
          continue;
        if (out == NULL)
          {
            out = g_new (float, MAX (n, 1));
            for (gsize i = 0; i < n; i++)
              out[i] = NAN;
          }
        for (gsize t = 0; t < (gsize)r->T; t++)
          memcpy (out + ((first + t) * s->L + (gsize)l) * wide, from + t * width, width * sizeof *out);
      }
  return out;
}

/* (T, L, K); NULL likewise. */
static gint32 *
collect_places (const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  gsize n = s->T * s->L * s->K, first = 0;
  gint32 *out = NULL;

  for (gsize b = 0; b < s->B; first += (gsize)trace_batch_rows (self->batches->pdata[b++]))
    for (int l = 0; l < ((MsRecord *)self->batches->pdata[b])->n_routing; l++)
      {
        const MsRouting *r = ((MsRecord *)self->batches->pdata[b])->routing[l];
        gsize K = (gsize)r->K;

        if (r->place == NULL)
          continue;
        if (out == NULL)
          {
            out = g_new (gint32, MAX (n, 1));
            for (gsize i = 0; i < n; i++)
              out[i] = NOT_CAPTURED;
          }
        for (gsize t = 0; t < (gsize)r->T; t++)
          memcpy (out + ((first + t) * s->L + (gsize)l) * s->K, r->place + t * K, K * sizeof *out);
      }
  return out;
}

/* (B, L, 2) of the axes that coordinates are along. */
static double *
collect_variance (const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  double *out = g_new (double, 2 * s->B * s->L);

  for (gsize i = 0; i < 2 * s->B * s->L; i++)
    out[i] = NAN;
  for (gsize b = 0; b < s->B; b++)
    for (int l = 0; l < ((MsRecord *)self->batches->pdata[b])->n_routing; l++)
      memcpy (out + 2 * (b * s->L + (gsize)l), ((MsRecord *)self->batches->pdata[b])->routing[l]->variance,
              2 * sizeof *out);
  return out;
}

void
trace_pack_details (MsNpzWriter *npz, const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  const gsize places_dim[3] = { s->T, s->L, s->K }, variance_dim[3] = { s->B, s->L, 2 };
  g_autofree gint32 *places = collect_places (self);
  bool located = false;

  for (gsize i = 0; i < TRACE_N_DETAILS; i++)
    {
      const gsize dim[3] = { s->T, s->L, axis_length (details[i].axis, s->K, s->E) };
      g_autofree float *values = collect (self, &details[i]);

      if (values != NULL)
        ms_npz_writer_add (npz, details[i].name, MS_DTYPE_F32, details[i].axis == AXIS_NONE ? 2 : 3, dim, values);
      located |= values != NULL && details[i].axis == AXIS_PAIR;
    }
  if (places != NULL)
    ms_npz_writer_add (npz, "place", MS_DTYPE_I32, 3, places_dim, places);
  if (located)
    {
      g_autofree double *variance = collect_variance (self);

      ms_npz_writer_add (npz, "variance", MS_DTYPE_F64, 3, variance_dim, variance);
    }
}

bool
trace_take_details (TraceReader *self, GError **error)
{
  const TraceSizes *s = &self->s;
  gsize places[3] = { s->T, s->L, s->K }, variance[3] = { s->B, s->L, 2 };

  for (gsize i = 0; i < TRACE_N_DETAILS; i++)
    {
      gsize dim[3] = { s->T, s->L, axis_length (details[i].axis, s->K, s->E) };

      if (!trace_take (self, details[i].name, false, MS_DTYPE_F32, details[i].axis == AXIS_NONE ? 2 : 3, dim,
                       (gconstpointer *)&self->details[i], error))
        return false;
    }
  return trace_take (self, "place", false, MS_DTYPE_I32, 3, places, (gconstpointer *)&self->place, error)
         && trace_take (self, "variance", false, MS_DTYPE_F64, 3, variance, (gconstpointer *)&self->variance, error);
}

/* The layer's rows of one array; NULL where it has none, or nothing but NaN. */
static float *
gather_detail (const TraceReader *self, gsize which, const MsRouting *r, gsize l)
{
  const TraceSizes *s = &self->s;
  gsize wide = axis_length (details[which].axis, s->K, s->E);
  gsize width = axis_length (details[which].axis, (gsize)r->K, (gsize)r->E);
  const float *from = self->details[which];
  g_autofree float *out = NULL;
  bool any = false;

  if (from == NULL || width == 0 || r->T == 0)
    return NULL;
  out = g_new (float, (gsize)r->T * width);
  for (gsize t = 0; t < (gsize)r->T; t++)
    for (gsize i = 0; i < width; i++)
      {
        out[t * width + i] = from[((self->next_row + t) * s->L + l) * wide + i];
        any |= !isnan (out[t * width + i]);
      }
  return any ? g_steal_pointer (&out) : NULL;
}

/* Places that contradict what was kept, or that no queue has, are left out as a whole. */
static void
read_places (TraceReader *self, MsRouting *r, gsize l)
{
  const TraceSizes *s = &self->s;
  gsize K = (gsize)r->K, bad = 0, n = (gsize)r->T * K;
  g_autofree int *out = NULL;

  if (self->place == NULL || n == 0 || self->place[(self->next_row * s->L + l) * s->K] == NOT_CAPTURED)
    return;
  out = g_new (int, n);
  for (gsize i = 0; i < n; i++)
    {
      int place = self->place[((self->next_row + i / K) * s->L + l) * s->K + i % K];

      out[i] = place;
      bad += r->expert[i] < 0 ? place != -1
                              : place < 0 || place >= r->T
                                  || (r->kept[i] != 0) != (r->capacity == 0 || place < r->capacity);
    }
  if (bad > 0)
    trace_note (self, "layer %d: %" G_GSIZE_FORMAT " places contradict what was kept; they are left out", r->layer,
                bad);
  else
    r->place = g_steal_pointer (&out);
}

bool
trace_read_details (TraceReader *self, MsRouting *r, gsize b, gsize l, GError **error)
{
  guint64 T = (guint64)r->T, each = 0;

  for (gsize i = 0; i < TRACE_N_DETAILS; i++)
    each += self->details[i] != NULL ? 4 * axis_length (details[i].axis, (gsize)r->K, (gsize)r->E) : 0;
  each += self->place != NULL ? 4 * (guint64)r->K : 0;
  if (!trace_charge (self, T, each, error))
    return false;
  for (gsize i = 0; i < TRACE_N_DETAILS; i++)
    *field_of (r, &details[i]) = gather_detail (self, i, r, l);
  read_places (self, r, l);
  if (r->coordinates != NULL && self->variance != NULL)
    memcpy (r->variance, self->variance + 2 * (b * self->s.L + l), sizeof r->variance);
  return true;
}
