/* SPDX-License-Identifier: MIT */

/* One subcommand a file, one list of them. The program, --help and the tests walk the list. */
#pragma once

#include "app/options.h"
#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const char *name;      /* "run" */
  const char *arguments; /* "SOURCE": what stands without a dash */
  int n_arguments;       /* exactly so many */
  bool optional;         /* or none */
  const char *help;      /* one line */
  const char *details;   /* what else its --help says, or NULL */
  const char *const *options; /* names from the option table, NULL-terminated */
  /* Results go to standard output. False and @error: an error of code MS_ERROR_USAGE ends the program with 2, others
   * with 1. */
  bool (*run) (const MsOptions *options, GError **error);
} MsCommand;

#define MS_COMMANDS(X) X (run) X (forward) X (render) X (study) X (presets) X (keys) X (views) X (flops) X (bench)

#define MS_COMMAND_DECLARE(name) extern const MsCommand ms_command_##name;
MS_COMMANDS (MS_COMMAND_DECLARE)
#undef MS_COMMAND_DECLARE

#define MS_OPTION_LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

G_END_DECLS
