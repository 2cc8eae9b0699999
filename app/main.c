/* SPDX-License-Identifier: MIT */

/* moescope: the window, or a subcommand. Exit status 0: done, 1: failed, 2: wrong usage. */
#include "app/command.h"
#include "app/data-dir.h"
#include "app/kernel.h"
#include "app/print.h"
#include "core/base/blas.h"
#include "core/train/presets.h"
#ifdef MS_WINDOW
#include "ui/window/window-main.h"
#endif
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define COMMAND_ADDRESS(name) &ms_command_##name,
static const MsCommand *const commands[] = { MS_COMMANDS (COMMAND_ADDRESS) };

static void
print_help (void)
{
  printf ("Usage: moescope [FILE|PRESET]       open the window\n"
          "       moescope COMMAND …           without a window\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %-10s %-18s %s\n", commands[i]->name, commands[i]->arguments, commands[i]->help);
  printf ("\n`moescope --measure SECONDS [FILE|PRESET]` lets the window time itself, for benchmarks.\n"
          "`moescope COMMAND --help` lists a command's options, `moescope --version` says what is installed.\n"
          "A FILE or SOURCE is an experiment (JSON), a checkpoint (safetensors) or a trace (npz).\n");
}

static void
print_command_help (const MsCommand *command)
{
  g_autofree char *options = ms_options_help (command->options);
  printf ("Usage: moescope %s%s%s [OPTION]…\n%s\n\nOptions:\n%s", command->name,
          *command->arguments != '\0' ? " " : "", command->arguments, command->help, options);
  if (command->details != NULL)
    printf ("\n%s\n", command->details);
}

static void
print_version (void)
{
  const MsBlasInfo *blas = ms_blas_info ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  MsOptions defaults = { .arguments = none, .threads = -1 };
  printf ("moescope %s\n%s, kernel %s, %d threads\n", MS_VERSION, blas->library, blas->kernel,
          ms_options_threads (&defaults));
}

static bool
run_command (const MsCommand *command, char **argv, GError **error)
{
  g_autoptr (MsOptions) options = ms_options_parse (argv, command->options, error);
  if (options == NULL)
    return false;
  if (options->help)
    {
      print_command_help (command);
      return true;
    }
  if ((int) options->arguments->len != command->n_arguments
      && !(command->optional && options->arguments->len == 0))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "%s takes %s%s, and %u given; see moescope %s --help",
                   command->name, command->n_arguments == 0 ? "no argument" : "one argument, ", command->arguments,
                   options->arguments->len, command->name);
      return false;
    }
  return command->run (options, error);
}

static const MsCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

/* The window, on @source or, with NULL, on what was open last. */
static int
open_window (int argc, char **argv, const char *source, double measure, GError **error)
{
  if (argc > 2)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "there is no command %s; see moescope --help", argv[1]);
      return 2;
    }
  if (source != NULL && ms_preset_find (source) == NULL && !g_file_test (source, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE,
                   "%s is neither a command, a preset nor a file; see moescope --help and moescope presets", source);
      return 1;
    }
#ifdef MS_WINDOW
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  MsOptions defaults = { .arguments = none, .threads = -1 };
  MsWindowOptions options = { source, ms_options_threads (&defaults), measure };
  return ms_window_main (&options, error);
#else
  g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
               "this build has no window; moescope run and moescope render work without one");
  return 1;
#endif
}

/* moescope --measure SECONDS [FILE|PRESET]: the window times itself and prints what it found. */
static int
measure_window (int argc, char **argv, GError **error)
{
  double seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 0;
  if (!(seconds > 0 && seconds <= 86400))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "--measure takes the seconds to measure, from 1 to 86400");
      return 2;
    }
  return open_window (argc - 2, argv + 2, argc > 3 ? argv[3] : NULL, seconds, error);
}

static int
dispatch (int argc, char **argv, GError **error)
{
  const char *first = argv[1];
  const MsCommand *command = first != NULL ? find_command (first) : NULL;
  if (command != NULL)
    {
      g_autoptr (GError) local = NULL;
      if (run_command (command, argv + 2, &local) && ms_print_finish (&local))
        return 0;
      int status = g_error_matches (local, MS_ERROR, MS_ERROR_USAGE) ? 2 : 1;
      g_propagate_error (error, g_steal_pointer (&local));
      return status;
    }
  if (first != NULL && (strcmp (first, "--help") == 0 || strcmp (first, "-h") == 0))
    print_help ();
  else if (first != NULL && strcmp (first, "--version") == 0)
    print_version ();
  else if (first != NULL && strcmp (first, "--measure") == 0)
    return measure_window (argc, argv, error);
  else if (first != NULL && *first == '-')
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "there is no option %s; see moescope --help", first);
      return 2;
    }
  else
    return open_window (argc, argv, first, 0, error);
  return ms_print_finish (error) ? 0 : 1;
}

/* One line whatever the message holds. */
static void
print_error (const GError *error)
{
  g_autofree char *line = g_strdup (error->message);
  g_printerr ("moescope: %s\n", g_strdelimit (line, "\r\n", ' '));
}

int
main (int argc, char **argv)
{
  setlocale (LC_CTYPE, ""); /* texts in the terminal's encoding; numbers stay as in C */
  g_autoptr (GError) error = NULL;
  int status = 1;
  if (ms_kernel_settle (argv, &error))
    {
      ms_data_dir_find ();
      status = dispatch (argc, argv, &error);
    }
  if (error != NULL)
    print_error (error);
  return status;
}
