/* SPDX-License-Identifier: MIT */

#include "app/kernel.h"
#include "core/base/blas.h"
#include <unistd.h>

#define CORETYPE "OPENBLAS_CORETYPE"
/* What we set the variable to, so that a second start neither loops nor takes our choice for the user's. */
#define OURS "MOESCOPE_BLAS_KERNEL"
#define GIVEN_UP "given-up"

/* Returns only if the program cannot be started anew; it then runs on as it is, only slower. */
static void
start_again (char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  if (self == NULL)
    self = g_find_program_in_path (argv[0]); /* where there is no /proc */
  if (self != NULL)
    execv (self, argv);
}

bool
ms_kernel_settle (char **argv, GError **error)
{
  const char *set = g_getenv (CORETYPE), *ours = g_getenv (OURS);
  if (set == NULL && ours == NULL)
    {
      const char *better = ms_blas_better_kernel ();
      if (better != NULL)
        {
          g_setenv (CORETYPE, better, TRUE);
          g_setenv (OURS, better, TRUE);
          start_again (argv);
        }
    }
  g_autoptr (GError) local = NULL;
  if (ms_blas_check (&local))
    return true;
  if (set != NULL && g_strcmp0 (set, ours) == 0)
    {
      g_printerr ("moescope: %s; going on with the library's own choice\n", local->message);
      g_unsetenv (CORETYPE);
      g_setenv (OURS, GIVEN_UP, TRUE);
      start_again (argv);
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return false;
}
