/* SPDX-License-Identifier: MIT */

/* The JSON object that goes with a trace. */

#include "core/formats/trace-private.h"

#include "core/base/json.h"

#include <string.h>

static void
put_int (JsonBuilder *json, const char *key, gint64 value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_int_value (json, value);
}

static void
put_bool (JsonBuilder *json, const char *key, bool value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_boolean_value (json, value);
}

static void
put_text (JsonBuilder *json, const char *key, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  json_builder_set_member_name (json, key);
  json_builder_add_string_value (json, valid);
}

static void
put_texts (JsonBuilder *json, const char *key, const char *const *values, gsize n)
{
  json_builder_set_member_name (json, key);
  json_builder_begin_array (json);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (values[i], -1);
      json_builder_add_string_value (json, valid);
    }
  json_builder_end_array (json);
}

static const char *
provenance_name (MsProvenance provenance)
{
  static const char *const names[] = { "live", "checkpoint", "trace", "sample" };
  return names[provenance];
}

static void
put_layers (JsonBuilder *json, const MsRecord *record)
{
  json_builder_set_member_name (json, "layers");
  json_builder_begin_array (json);
  for (int l = 0; record != NULL && l < record->n_routing; l++)
    {
      const MsRouting *routing = record->routing[l];
      json_builder_begin_object (json);
      put_int (json, "block", routing->layer);
      put_text (json, "router", routing->router != NULL ? routing->router : "");
      put_int (json, "experts", routing->E);
      put_int (json, "k", routing->K);
      put_int (json, "members", routing->M);
      put_int (json, "copies", routing->copies);
      put_int (json, "member", routing->member);
      put_int (json, "slots", routing->slots);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
put_shape (JsonBuilder *json, const MsRecord *record)
{
  put_int (json, "height", record->height);
  put_int (json, "width", record->width);
  put_int (json, "channels", record->channels);
  put_int (json, "tokens", record->tokens);
  put_int (json, "patch", record->patch);
  put_int (json, "classes", record->C);
  put_bool (json, "class_token", record->class_token);
  put_bool (json, "plane", record->plane);
  if (record->class_names != NULL)
    put_texts (json, "class_names", (const char *const *) record->class_names, g_strv_length (record->class_names));
}

/* What papers and programs do not agree on, in words. */
static void
put_conventions (JsonBuilder *json)
{
  json_builder_set_member_name (json, "conventions");
  json_builder_begin_object (json);
  put_text (json, "ids", "chosen experts, best first, dropped choices included; -1: none");
  put_text (json, "kept", "1 where the choice was processed, 0 where capacity dropped it");
  put_text (json, "cnt", "assignments asked for, dropped ones included; -1: no such expert");
  put_text (json, "gate", "combine weight; whether renormalised: routing.renormalise of the experiment");
  put_text (json, "soft", "slot s of all is one of expert s / (slots / E); dispatch sums to 1 over a group's rows, "
                          "combine over a row's slots");
  put_text (json, "rows", "tokens of the stored batches one after another, example by example");
  put_text (json, "phase", "0 prefill, 1 decode, 2 train, 3 unknown");
  json_builder_end_object (json);
}

static void
put_experiment (JsonBuilder *json, const char *text)
{
  JsonNode *node = text != NULL ? json_from_string (text, NULL) : NULL;
  if (node == NULL)
    return;
  json_builder_set_member_name (json, "experiment");
  json_builder_add_value (json, node);
}

static void
collect_routers (const MsTraceWriter *self, GPtrArray *routers)
{
  for (guint b = 0; b < self->batches->len; b++)
    {
      const MsRecord *record = self->batches->pdata[b];
      for (int l = 0; l < record->n_routing; l++)
        {
          const char *name = record->routing[l]->router != NULL ? record->routing[l]->router : "";
          if (!g_ptr_array_find_with_equal_func (routers, name, g_str_equal, NULL))
            g_ptr_array_add (routers, (gpointer) name);
        }
    }
}

char *
trace_meta_text (const MsTraceWriter *self, GPtrArray *routers)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  json_builder_begin_object (json);
  put_text (json, "format", TRACE_FORMAT);
  put_int (json, "version", TRACE_VERSION);
  put_text (json, "source", self->source);
  put_int (json, "seed", self->last != NULL ? (gint64) self->last->seed : 0);
  put_text (json, "provenance", provenance_name (self->last != NULL ? self->last->provenance : MS_PROVENANCE_LIVE));
  put_int (json, "E", (gint64) self->sizes.E);
  put_int (json, "k", (gint64) self->sizes.K);
  put_layers (json, self->last);
  collect_routers (self, routers);
  put_texts (json, "routers", (const char *const *) routers->pdata, routers->len);
  if (self->batches->len > 0)
    put_shape (json, self->batches->pdata[0]);
  put_int (json, "step_stride", self->step_stride);
  put_int (json, "batch_stride", self->batch_stride);
  put_conventions (json);
  put_experiment (json, self->experiment);
  json_builder_end_object (json);
  g_autoptr (JsonNode) node = json_builder_get_root (json);
  return ms_json_text (node);
}
