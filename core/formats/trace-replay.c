/* SPDX-License-Identifier: MIT */

/* From the checked tables of a trace to records. Every expert number is held against its layer before it is used. */

#include "core/formats/trace-reader.h"

#include <math.h>
#include <string.h>

#define MAX_POINTS 100000
#define MAX_SLOTS (1 << 24)

/* A newer column's number, or what its absence means. */
#define NEWER(array, at, absent) (self->array != NULL ? self->array[at] : (absent))

/* Slots are dealt out to experts and groups evenly, and what is mixed is not chosen. */
static bool
check_soft (const TraceReader *self, gsize b, gsize l, GError **error)
{
  gsize at = b * self->s.L + l;
  gint32 slots = NEWER (layer_slots, at, 0), E = self->layer_experts[at], groups = self->layer_groups[at];
  guint8 rows = TRACE_HAS_DISPATCH | TRACE_HAS_COMBINE | TRACE_HAS_LOGITS;
  bool even = slots > 0 && slots <= MAX_SLOTS && E > 0 && slots % E == 0 && groups > 0
              && self->layer_tokens[at] % groups == 0;
  bool fits = !(self->captured[at] & rows) || (gsize)MAX (slots, 0) <= self->s.slots;
  if (slots == 0 || (even && fits && slots / E <= G_MAXINT / groups && self->layer_k[at] == 0))
    return true;
  return trace_refuse (self, error,
                       "layer %" G_GSIZE_FORMAT " of batch %" G_GSIZE_FORMAT
                       " cannot have %d slots, %d experts, %d groups, %d tokens, %d chosen",
                       l, b, slots, E, groups, self->layer_tokens[at], self->layer_k[at]);
}

/* The numbers of one layer of one batch against each other. */
static bool
check_layer (const TraceReader *self, gsize b, gsize l, GError **error)
{
  gsize at = b * self->s.L + l;
  gint32 T = self->layer_tokens[at], E = self->layer_experts[at], K = self->layer_k[at], M = self->layer_members[at];
  gint32 member = NEWER (layer_member, at, -1);
  JsonArray *routers = trace_meta_array (self, "routers");
  bool named
    = routers != NULL && self->layer_router[at] >= 0 && (guint)self->layer_router[at] < json_array_get_length (routers);
  if (T < 0 || T > self->batch_tokens[b] || E < 0 || (gsize)E > self->s.E || K < 0 || (gsize)K > self->s.K || K > E
      || M < 0 || member < -1 || member >= TRACE_MAX_MEMBERS || (E > 0 && (M < 1 || !named))
      || self->layer_groups[at] < 0 || self->layer_capacity[at] < 0)
    return trace_refuse (self, error,
                         "layer %" G_GSIZE_FORMAT " of batch %" G_GSIZE_FORMAT
                         " cannot have %d tokens, %d experts, %d chosen, %d members",
                         l, b, T, E, K, M);
  return check_soft (self, b, l, error);
}

/* Expert numbers are in [-1, E) and no token has one twice; @chosen (E) is 1 + the last row that had each. */
static bool
check_choice (const TraceReader *self, const gint16 *ids, const MsRouting *r, gsize *chosen, gsize row, gsize l,
              GError **error)
{
  for (int k = 0; k < r->K; k++)
    {
      if (ids[k] < -1 || ids[k] >= r->E)
        return trace_refuse (self, error,
                             "row %" G_GSIZE_FORMAT ", layer %" G_GSIZE_FORMAT ": expert %d is none of the %d experts",
                             row, l, ids[k], r->E);
      if (ids[k] < 0)
        continue;
      if (chosen[ids[k]] == row + 1)
        return trace_refuse (self, error,
                             "row %" G_GSIZE_FORMAT ", layer %" G_GSIZE_FORMAT ": expert %d is chosen twice", row, l,
                             ids[k]);
      chosen[ids[k]] = row + 1;
    }
  return true;
}

static float *
gather (const float *from, const TraceSizes *s, gsize wide, gsize first, gsize l, gsize T, gsize width)
{
  float *out = g_new (float, MAX (T * width, 1));
  for (gsize t = 0; t < T; t++)
    memcpy (out + t * width, from + ((first + t) * s->L + l) * wide, width * sizeof (float));
  return out;
}

static gsize
count_not_finite (const float *values, const gint16 *ids, gsize n)
{
  gsize bad = 0;
  for (gsize i = 0; i < n; i++)
    bad += !isfinite (values[i]) && (ids == NULL || ids[i] >= 0);
  return bad;
}

/* How much the tokens take from each expert: sums of what was read. */
static double *
sum_use (const MsRouting *r)
{
  double *use = g_new0 (double, r->E);
  const float *weight = r->combine;
  for (int t = 0; t < r->T; t++)
    for (int s = 0; s < r->slots; s++)
      use[s / (r->slots / r->E)] += *weight++;
  return use;
}

/* Returns how many numbers are not finite. */
static gsize
read_soft_weights (const TraceReader *self, MsRouting *r, guint8 has, gsize l)
{
  const float *from[] = { self->soft_dispatch, self->soft_combine, self->soft_logits };
  const guint8 bits[] = { TRACE_HAS_DISPATCH, TRACE_HAS_COMBINE, TRACE_HAS_LOGITS };
  float **to[] = { &r->dispatch, &r->combine, &r->logits };
  gsize T = (gsize)r->T, slots = (gsize)r->slots, bad = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (from); i++)
    if ((has & bits[i]) && from[i] != NULL)
      {
        *to[i] = gather (from[i], &self->s, self->s.slots, self->next_row, l, T, slots);
        bad += count_not_finite (*to[i], NULL, T * slots);
      }
  if (r->combine != NULL)
    r->use = sum_use (r);
  return bad;
}

static void
read_weights (TraceReader *self, MsRouting *r, gsize b, gsize l)
{
  const TraceSizes *s = &self->s;
  gsize T = (gsize)r->T, E = (gsize)r->E, K = (gsize)r->K, first = self->next_row, bad = 0;
  guint8 has = self->captured[b * s->L + l];
  if ((has & TRACE_HAS_GATE) && self->gate != NULL)
    {
      r->gate = gather (self->gate, s, s->K, first, l, T, K);
      bad += count_not_finite (r->gate, r->expert, T * K);
    }
  if ((has & TRACE_HAS_PROBS) && self->router_probs != NULL)
    {
      r->probs = gather (self->router_probs, s, s->E, first, l, T, E);
      bad += count_not_finite (r->probs, NULL, T * E);
    }
  if ((has & TRACE_HAS_LOGITS) && self->logits != NULL && r->slots == 0)
    {
      r->logits = gather (self->logits, s, s->E, first, l, T, E);
      bad += count_not_finite (r->logits, NULL, T * E);
    }
  if (r->slots > 0)
    bad += read_soft_weights (self, r, has, l);
  if ((has & TRACE_HAS_BIAS) && self->layer_bias != NULL)
    {
      r->bias = g_memdup2 (self->layer_bias + (b * s->L + l) * s->E, E * sizeof (float));
      bad += count_not_finite (r->bias, NULL, E);
    }
  if (has & TRACE_HAS_MASK)
    r->mask = g_memdup2 (self->mask + first, T);
  if (bad > 0)
    trace_note (
      self, "step %" G_GINT64_FORMAT ", layer %d: %" G_GSIZE_FORMAT " gates, probabilities or logits are not finite",
      self->batch_step[b], r->layer, bad);
}

/* Loads are counted from the choices; the series' own counts are compared with them later. */
static bool
read_choices (const TraceReader *self, MsRouting *r, gsize l, GError **error)
{
  const TraceSizes *s = &self->s;
  gsize first = self->next_row;
  g_autofree gsize *chosen = g_new0 (gsize, r->E);
  for (gsize t = 0; t < (gsize)r->T; t++)
    {
      const gint16 *ids = self->ids + ((first + t) * s->L + l) * s->K;
      const guint8 *kept = self->kept + ((first + t) * s->L + l) * s->K;
      if (!check_choice (self, ids, r, chosen, first + t, l, error))
        return false;
      for (int k = 0; k < r->K; k++)
        {
          gsize to = t * (gsize)r->K + (gsize)k;
          r->expert[to] = ids[k];
          r->kept[to] = ids[k] >= 0 && kept[k] != 0;
          if (ids[k] < 0)
            continue;
          r->load[ids[k]]++;
          r->dropped[ids[k]] += !r->kept[to];
        }
    }
  for (int e = 0; r->slots > 0 && e < r->E; e++)
    r->load[e] = r->slots / r->E * r->groups;
  return true;
}

static MsRouting *
read_layer (TraceReader *self, gsize b, gsize l, GError **error)
{
  gsize at = b * self->s.L + l;
  if (!check_layer (self, b, l, error)
      || !trace_charge (self, (guint64)self->layer_tokens[at] * (guint64)self->layer_k[at], 7, error)
      || !trace_charge (self, (guint64)self->layer_experts[at], 20 + 8 * (guint64)self->layer_tokens[at], error)
      || !trace_charge (self, (guint64)NEWER (layer_slots, at, 0), 12 * (guint64)self->layer_tokens[at], error))
    return NULL;
  g_autoptr (MsRouting) r = ms_routing_new (self->layer_tokens[at], self->layer_experts[at], self->layer_k[at],
                                            MAX (self->layer_members[at], 1));
  const char *router
    = trace_node_text (json_array_get_element (trace_meta_array (self, "routers"), (guint)self->layer_router[at]));
  r->layer = self->layer_block[at];
  r->router = g_strdup (router);
  r->capacity = self->layer_capacity[at];
  r->groups = MAX (self->layer_groups[at], 1);
  r->slots = NEWER (layer_slots, at, 0);
  r->member = NEWER (layer_member, at, -1);
  r->copies = NEWER (layer_copies, at, 0);
  if (!read_choices (self, r, l, error))
    return NULL;
  r->importance_loss = self->layer_losses[4 * at];
  r->load_loss = self->layer_losses[4 * at + 1];
  r->gshard_loss = self->layer_losses[4 * at + 2];
  r->z_loss = self->layer_losses[4 * at + 3];
  read_weights (self, r, b, l);
  if (!trace_read_details (self, r, b, l, error))
    return NULL;
  return g_steal_pointer (&r);
}

/* What all records of the file share. */
static MsRecord *
new_record (const TraceReader *self)
{
  MsRecord *record = ms_record_new ();
  const char *source = trace_node_text (json_object_get_member (self->object, "source"));
  JsonArray *names = trace_meta_array (self, "class_names");
  record->provenance = MS_PROVENANCE_TRACE;
  record->source = *source != '\0' ? g_strdup (source) : g_path_get_basename (self->name);
  record->seed = (guint64)trace_meta_int (self, "seed", 0, G_MAXINT64);
  record->height = (int)trace_meta_int (self, "height", 0, 1 << 20);
  record->width = (int)trace_meta_int (self, "width", 0, 1 << 20);
  record->channels = (int)trace_meta_int (self, "channels", 0, 1 << 20);
  record->tokens = (int)trace_meta_int (self, "tokens", 0, 1 << 20);
  record->patch = (int)trace_meta_int (self, "patch", 0, 1 << 20);
  record->C = (int)trace_meta_int (self, "classes", 0, 1 << 20);
  record->class_token = trace_meta_bool (self, "class_token");
  record->plane = trace_meta_bool (self, "plane");
  if (names == NULL || record->C == 0 || (int)json_array_get_length (names) != record->C)
    return record;
  record->class_names = g_new0 (char *, record->C + 1);
  for (int c = 0; c < record->C; c++)
    record->class_names[c] = g_strdup (trace_node_text (json_array_get_element (names, (guint)c)));
  return record;
}

/* Painters and metrics rely on these. */
static bool
check_shape (const TraceReader *self, const MsRecord *r, GError **error)
{
  gint64 side = MAX (r->patch, 1), patches = (gint64)(r->height / side) * (r->width / side);
  bool patched
    = r->patch > 0 && r->height % r->patch == 0 && r->width % r->patch == 0 && r->tokens == patches + r->class_token;
  bool plane = r->height == 1 && r->width == 2 && r->channels == 1;
  if (r->height < 1 || r->width < 1 || r->channels < 1 || r->tokens < 1 || (r->patch > 0 && !patched)
      || (r->plane && !plane))
    return trace_refuse (self, error, "inputs of %d×%d×%d do not make %d tokens with patches of %d", r->height,
                         r->width, r->channels, r->tokens, r->patch);
  return true;
}

static MsPredictions *
read_predictions (const TraceReader *self, gsize b, int N, int C)
{
  const TraceSizes *s = &self->s;
  gsize n = (gsize)N * (gsize)C, stride = s->N * (gsize)C;
  const float *from = self->probs != NULL ? self->probs + b * s->M * stride : NULL;
  if (from == NULL || s->M == 0 || n == 0 || isnan (*from))
    return NULL;
  MsPredictions *predictions = ms_predictions_new ((int)s->M, N, C);
  for (gsize m = 0; m < s->M; m++)
    memcpy (predictions->probs + m * n, from + m * stride, n * sizeof (float));
  return predictions;
}

static void
read_point_sample (const TraceReader *self, MsRecord *record)
{
  if (self->n_points == 0 || self->n_points > MAX_POINTS)
    return;
  for (gsize i = 0; i < self->n_points; i++)
    if (self->point_labels[i] < 0 || self->point_labels[i] >= record->C)
      return;
  record->n_points = (int)self->n_points;
  record->points = g_memdup2 (self->points, 2 * self->n_points * sizeof (float));
  record->point_labels = g_memdup2 (self->point_labels, self->n_points * sizeof (int));
}

static bool
read_inputs (TraceReader *self, MsRecord *record, gsize b, GError **error)
{
  gsize N = (gsize)self->batch_examples[b];
  gsize size = (gsize)record->height * (gsize)record->width * (gsize)record->channels;
  const float *inputs = self->inputs + self->next_example * size;
  const gint32 *labels = self->labels + self->next_example;
  bool labelled = N > 0;
  if (N > G_MAXINT / (gsize)record->tokens)
    return trace_refuse (self, error, "batch %" G_GSIZE_FORMAT " has too many tokens", b);
  record->N = (int)N;
  record->inputs = g_memdup2 (inputs, MAX (N * size, 1) * sizeof (float));
  for (gsize i = 0; i < N * size; i++)
    if (!isfinite (inputs[i]))
      {
        trace_note (self, "step %" G_GINT64_FORMAT ": some inputs are not finite", record->step);
        break;
      }
  for (gsize i = 0; i < N; i++)
    labelled &= labels[i] >= 0;
  record->labels = labelled ? g_memdup2 (labels, N * sizeof (int)) : NULL;
  record->predictions = read_predictions (self, b, record->N, record->C);
  read_point_sample (self, record);
  return true;
}

/* The layers a batch has stand before those it has not. */
static int
batch_layers (const TraceReader *self, gsize b)
{
  int n = 0;
  while ((gsize)n < self->s.L && self->layer_experts[b * self->s.L + (gsize)n] > 0)
    n++;
  return n;
}

/* A layer has the tokens of all examples, once or several times over; older traces do not say how often. */
static bool
check_copies (const TraceReader *self, const MsRecord *record, MsRouting *r, gsize b, GError **error)
{
  int rows = record->N * record->tokens, times = rows > 0 ? MAX (1, r->T / rows) : 1;
  if (r->T < rows || (rows > 0 && r->T % rows != 0))
    return trace_refuse (self, error, "layer %d of batch %" G_GSIZE_FORMAT " has %d tokens for %d examples of %d",
                         record->n_routing - 1, b, r->T, record->N, record->tokens);
  if (r->copies != 0 && r->copies != times)
    return trace_refuse (self, error,
                         "layer %d of batch %" G_GSIZE_FORMAT " has %d tokens, which are not %d copies of %d",
                         record->n_routing - 1, b, r->T, r->copies, rows);
  if (times > TRACE_MAX_MEMBERS)
    return trace_refuse (self, error,
                         "layer %d of batch %" G_GSIZE_FORMAT " has %d copies of its tokens; at most %d are read",
                         record->n_routing - 1, b, times, TRACE_MAX_MEMBERS);
  r->copies = times;
  return true;
}

static bool
read_batch (TraceReader *self, MsRecord *record, gsize b, GError **error)
{
  record->step = self->batch_step[b];
  if (!check_shape (self, record, error) || !read_inputs (self, record, b, error))
    return false;
  int n = batch_layers (self, b);
  record->routing = g_new0 (MsRouting *, MAX (n, 1));
  for (int l = 0; l < n; l++)
    {
      record->routing[l] = read_layer (self, b, (gsize)l, error);
      if (record->routing[l] == NULL)
        return false;
      record->n_routing = l + 1;
      if (!check_copies (self, record, record->routing[l], b, error))
        return false;
    }
  self->next_row += (gsize)self->batch_tokens[b];
  self->next_example += (gsize)self->batch_examples[b];
  return true;
}

static int
series_experts (const TraceReader *self, gsize i, gsize l)
{
  int E = 0;
  while ((gsize)E < self->s.E && self->cnt[(i * self->s.L + l) * self->s.E + (gsize)E] >= 0)
    E++;
  return E;
}

/* The layers of a step without a batch: only load and dropped. */
static void
read_series_layers (const TraceReader *self, MsRecord *record, gsize i)
{
  JsonArray *layers = trace_meta_array (self, "layers");
  record->routing = g_new0 (MsRouting *, MAX (self->s.L, 1));
  for (gsize l = 0; l < self->s.L; l++)
    {
      int E = series_experts (self, i, l);
      if (E == 0)
        return;
      JsonNode *node
        = layers != NULL && l < json_array_get_length (layers) ? json_array_get_element (layers, (guint)l) : NULL;
      JsonObject *about = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      MsRouting *r = ms_routing_new (0, E, 0, 1);
      r->router = g_strdup (about != NULL ? trace_node_text (json_object_get_member (about, "router")) : "");
      r->layer = about != NULL ? (int)trace_object_int (about, "block", 0, G_MAXINT) : (int)l;
      if (about != NULL && json_object_has_member (about, "member"))
        {
          r->member = (int)trace_object_int (about, "member", -1, TRACE_MAX_MEMBERS - 1);
          r->copies = (int)trace_object_int (about, "copies", 1, TRACE_MAX_MEMBERS);
          r->slots = (int)trace_object_int (about, "slots", 0, MAX_SLOTS) / E * E;
        }
      record->routing[record->n_routing++] = r;
    }
}

/* Where the series knows it and the batch did not; @at is the layer's first expert in the series. */
static void
read_use (const TraceReader *self, MsRouting *r, gsize at)
{
  const double *use = self->soft_use != NULL ? self->soft_use + at : NULL;
  if (use != NULL && r->use == NULL && r->E > 0 && isfinite (use[0]))
    r->use = g_memdup2 (use, (gsize)r->E * sizeof *use);
}

/* Loads, capacity and scalars of step @i. Where the batch is there too, its counts are compared. */
static void
read_step (TraceReader *self, MsRecord *record, gsize i)
{
  record->step = self->load_step[i];
  record->examples_seen = self->examples_seen[i];
  record->tokens_seen = self->tokens_seen[i];
#define SET(name) record->name = self->scalars[TRACE_SCALAR_##name][i];
  TRACE_SCALARS (SET)
#undef SET
  if (record->inputs == NULL)
    read_series_layers (self, record, i);
  for (gsize l = 0; l < (gsize)record->n_routing && l < self->s.L; l++)
    {
      MsRouting *r = record->routing[l];
      const gint64 *cnt = self->cnt + (i * self->s.L + l) * self->s.E;
      const gint64 *dropped = self->dropped + (i * self->s.L + l) * self->s.E;
      bool differ = false;
      for (int e = 0; e < MIN (r->E, series_experts (self, i, l)); e++)
        {
          differ |= record->inputs != NULL && r->load[e] != cnt[e];
          r->load[e] = (int)cnt[e];
          r->dropped[e] = (int)MAX (dropped[e], 0);
        }
      read_use (self, r, (i * self->s.L + l) * self->s.E);
      float cap = self->cap[i * self->s.L + l];
      if (record->inputs == NULL && cap > 0 && cap < 1e9f)
        r->capacity = (int)cap;
      if (differ)
        trace_note (self, "step %" G_GINT64_FORMAT ", layer %d: the counts are not those of the choices", record->step,
                    r->layer);
    }
}

/* Each record gets the newest evaluation that is not later than it. */
static bool
read_evaluations (TraceReader *self, GPtrArray *records, GError **error)
{
  gsize one[1] = { TRACE_ANY };
  const gint64 *step = NULL, *examples = NULL;
  const double *values[4] = { NULL };
  if (!trace_take (self, "eval_step", false, MS_DTYPE_I64, 1, one, (gconstpointer *)&step, error))
    return false;
  if (step == NULL)
    return true;
  if (!trace_take (self, "eval_examples", true, MS_DTYPE_I64, 1, one, (gconstpointer *)&examples, error)
      || !trace_take (self, "eval_error", true, MS_DTYPE_F64, 1, one, (gconstpointer *)&values[0], error)
      || !trace_take (self, "eval_nll", true, MS_DTYPE_F64, 1, one, (gconstpointer *)&values[1], error)
      || !trace_take (self, "eval_ece", true, MS_DTYPE_F64, 1, one, (gconstpointer *)&values[2], error)
      || !trace_take (self, "eval_brier", true, MS_DTYPE_F64, 1, one, (gconstpointer *)&values[3], error))
    return false;
  if (!trace_rising (step, one[0]))
    return trace_refuse (self, error, "array “eval_step” does not rise");
  gsize v = 0;
  for (guint i = 0; i < records->len; i++)
    {
      MsRecord *record = records->pdata[i];
      while (v < one[0] && step[v] <= record->step)
        v++;
      if (v == 0)
        continue;
      const MsEvaluation evaluation = { step[v - 1],      (int)CLAMP (examples[v - 1], 0, G_MAXINT),
                                        values[0][v - 1], values[1][v - 1],
                                        values[2][v - 1], values[3][v - 1] };
      record->evaluation = g_memdup2 (&evaluation, sizeof evaluation);
    }
  return true;
}

/* Steps and batches both rise; together they make the records. */
GPtrArray *
trace_make_records (TraceReader *self, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify)ms_record_unref);
  gsize i = 0, b = 0;
  while (i < self->s.S || b < self->s.B)
    {
      gint64 step = i < self->s.S ? self->load_step[i] : G_MAXINT64;
      gint64 batch = b < self->s.B ? self->batch_step[b] : G_MAXINT64;
      guint64 names = (guint64)trace_meta_int (self, "classes", 0, 1 << 20) * 32;
      guint64 points = batch <= step ? 12 * self->n_points : 0;
      if (!trace_charge (self, 1, sizeof (MsRecord) + names + points, error))
        return NULL;
      MsRecord *record = new_record (self);
      g_ptr_array_add (records, record);
      if (batch <= step && !read_batch (self, record, b++, error))
        return NULL;
      if (step <= batch)
        read_step (self, record, i++);
    }
  return read_evaluations (self, records, error) ? g_steal_pointer (&records) : NULL;
}
