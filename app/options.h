/* SPDX-License-Identifier: MIT */

/* The options of all subcommands, from one table: parsing, --help and the errors walk it. A subcommand names those it
 * takes; the others are refused. */
#pragma once

#include "core/train/experiment.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *arguments; /* of char *, owned: what stands without a dash */
  gint64 steps, step, seeds, threads, classes; /* -1: not given */
  char *seed, *data, *checkpoint, *resume, *trace, *metrics, *pictures;
  char *input, *labels, *gradients, *shape, *view, *output, *size, *style, *shard;
  GPtrArray *set; /* of char *, owned: "key=value" in the order given */
  GPtrArray *until; /* of char *, owned: conditions */
  GPtrArray *at;    /* of char *, owned: changes on the way */
  GPtrArray *intervene; /* of char *, owned: interventions */
  bool full, json, help;
} MsOptions;

/* Reads @argv (NULL-terminated, after the subcommand's name). @allowed: option names, NULL-terminated; --help is always
 * allowed. NULL and a MS_ERROR_USAGE error otherwise. */
MsOptions *ms_options_parse (char **argv, const char *const *allowed, GError **error);
void ms_options_free (MsOptions *options);

/* The lines of --help for these options. Transfer full. */
char *ms_options_help (const char *const *allowed);

const char *ms_options_argument (const MsOptions *options, int i);
int ms_options_threads (const MsOptions *options);

/* @base with --set, --seed and --data, judged as a whole. Transfer full. */
MsExperiment *ms_options_experiment (const MsOptions *options, MsExperiment *base, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsOptions, ms_options_free)

G_END_DECLS
