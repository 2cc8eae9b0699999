/* SPDX-License-Identifier: MIT */

/* The parameter table: the one list of everything an experiment can set. Reading and validating experiment files,
 * --set, --help, the side panel, undo, the reference page and sweeps all walk it. core/train/parameters.c holds the
 * rows; MS_KEYS in keys.h only gives each row its enum value, and a test holds the two together. */
#pragma once

#include "core/base/error.h"
#include "core/train/keys.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct MsExperiment MsExperiment;

typedef enum {
  MS_TYPE_INT,
  MS_TYPE_REAL,
  MS_TYPE_BOOL,
  MS_TYPE_CHOICE,
  MS_TYPE_TEXT,
} MsType;

typedef enum {
  MS_EFFECT_LIVE,    /* from the next step */
  MS_EFFECT_REBUILD, /* the model and its data are built anew, step 0 */
} MsEffect;

typedef struct {
  MsKeyId id;
  const char *key;     /* "routing.k" */
  const char *label;   /* "Active per token K" */
  const char *group;   /* "Routing": rows of one group stand together */
  MsType type;
  double min, max;     /* INT and REAL, inclusive */
  bool log_scale;      /* a slider should be logarithmic */
  const char *fallback; /* default, as text */
  const char *const *choices; /* CHOICE: NULL-terminated */
  const char *unit;    /* NULL: none */
  const char *help;    /* one line */
  MsEffect effect;
  bool advanced;       /* shown only when asked for */
  bool (*applies) (const MsExperiment *experiment); /* NULL: always. Other rows are hidden, not forgotten. */
  double low, high;    /* REAL: the ends of a slider, where most people look; 0, 0: min and max */
} MsKey;

int ms_keys_count (void);
const MsKey *ms_key (MsKeyId id);
const MsKey *ms_key_at (int i);               /* in table order, 0 <= i < count */
const MsKey *ms_key_find (const char *name);  /* NULL: unknown */
const MsKey *ms_key_nearest (const char *name); /* what a misspelt name may have meant; NULL: nothing is near */

/* The canonical text of @text for @key ("1e-3" -> "0.001", "on" -> "true"), or NULL and an error that names key, value
 * and range. Transfer full. */
char *ms_key_parse (const MsKey *key, const char *text, GError **error);

/* Type and range in words: "whole number from 1 to 4096", "one of top-k, hash, random". Transfer full. */
char *ms_key_describe (const MsKey *key);

G_END_DECLS
