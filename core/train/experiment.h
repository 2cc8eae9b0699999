/* SPDX-License-Identifier: MIT */

/* An Experiment: an immutable, shared set of values for the keys of the parameter table. JSON on disk: an object from
 * key to value, unknown keys refused, missing keys take the default. Beside the keys a file may have "layout", a text
 * that says how the window arranges the views (ui/widgets/layout.h). */
#pragma once

#include "core/train/parameters.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

MsExperiment *ms_experiment_new (void); /* all defaults */
MsExperiment *ms_experiment_ref (MsExperiment *experiment);
void ms_experiment_unref (MsExperiment *experiment);

gint64 ms_experiment_int (const MsExperiment *experiment, MsKeyId id);
double ms_experiment_real (const MsExperiment *experiment, MsKeyId id); /* INT keys too */
bool ms_experiment_bool (const MsExperiment *experiment, MsKeyId id);
int ms_experiment_choice (const MsExperiment *experiment, MsKeyId id);  /* index into the key's choices */
const char *ms_experiment_text (const MsExperiment *experiment, MsKeyId id); /* any key: its canonical text */

/* A new experiment with one value changed; NULL and @error if the value is not allowed for its key. Combinations (K <=
 * E, ...) are judged by ms_experiment_validate, so that two keys can be changed one after the other. */
MsExperiment *ms_experiment_with (const MsExperiment *experiment, const char *key, const char *value, GError **error);

/* Whether the values fit together: K <= E, width divisible by heads, image divisible by patch, ... */
bool ms_experiment_validate (const MsExperiment *experiment, GError **error);

/* Whether routing.placement names block @block (from 0), and whether it holds experts. */
bool ms_experiment_places_block (const MsExperiment *experiment, int block);
bool ms_experiment_routes_block (const MsExperiment *experiment, int block);

bool ms_experiment_equal (const MsExperiment *a, const MsExperiment *b);
/* Whether going from @a to @b needs the model built anew. */
bool ms_experiment_needs_rebuild (const MsExperiment *a, const MsExperiment *b);

/* @name is for messages: the file's or preset's name. @layout: as below, may be NULL. */
MsExperiment *ms_experiment_from_json (const char *json, gssize length, const char *name, GError **error);
MsExperiment *ms_experiment_from_json_arranged (const char *json, gssize length, const char *name, char **layout,
                                                GError **error);
MsExperiment *ms_experiment_from_node (JsonNode *node, const char *name, GError **error);
/* @base with the values of a JSON object from key to value. */
MsExperiment *ms_experiment_with_node (const MsExperiment *base, JsonNode *node, const char *name, GError **error);
char *ms_experiment_to_json (const MsExperiment *experiment);        /* pretty, keys in table order; transfer full */
JsonNode *ms_experiment_to_node (const MsExperiment *experiment);    /* object of typed values; transfer full */
/* The same of what differs from @base, for ms_experiment_with_node. */
JsonNode *ms_experiment_difference_node (const MsExperiment *base, const MsExperiment *experiment);
MsExperiment *ms_experiment_load (const char *path, GError **error);
bool ms_experiment_save (const MsExperiment *experiment, const char *path, GError **error);

/* The same with the file's layout (loaded: transfer full), NULL if it has none. What it says is not judged here. */
MsExperiment *ms_experiment_load_arranged (const char *path, char **layout, GError **error);
bool ms_experiment_save_arranged (const MsExperiment *experiment, const char *layout, const char *path,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsExperiment, ms_experiment_unref)

G_END_DECLS
