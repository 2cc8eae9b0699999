/* SPDX-License-Identifier: MIT */

/* Runs the program as a user would, in a folder of its own, without a display. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct {
  int status;       /* exit status; 128 + signal if it was killed */
  char *out, *err;  /* owned */
} CliResult;

/* The folder that commands run in; made at the first call, removed by cli_finish. */
const char *cli_folder (void);
char *cli_path (const char *name); /* of a file there; transfer full */
void cli_write (const char *name, const char *content, gssize length);
char *cli_read (const char *name, gsize *length); /* transfer full; fails the test if it is missing */
bool cli_exists (const char *name);

/* @command: words as a shell would read them, after "moescope". */
CliResult *cli_run (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* The same through /bin/sh, for limits and redirections; "$moescope" is the program. */
CliResult *cli_shell (const char *format, ...) G_GNUC_PRINTF (1, 2);
void cli_result_free (CliResult *result);

/* One line on standard error, "moescope: …@says…", no full stop, and nothing on standard output. */
void cli_assert_refused (CliResult *result, int status, const char *says); /* takes @result */
JsonNode *cli_json (CliResult *result); /* takes @result, which must have ended well; transfer full */

int cli_finish (int status); /* cleans up; returns @status */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliResult, cli_result_free)
