/* SPDX-License-Identifier: MIT */

#include "core/base/nearest.h"
#include <glib.h>
#include <string.h>

#define FAR 5
#define LONGEST 64 /* bytes of a name worth comparing: the work grows with its length */

int
ms_edit_distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree int *row = g_new (int, n + 1);
  for (gsize j = 0; j <= n; j++)
    row[j] = (int) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      int diagonal = row[0];
      row[0] = (int) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          int replaced = diagonal + (a[i] != b[j]);
          diagonal = row[j + 1];
          row[j + 1] = MIN (replaced, MIN (row[j], row[j + 1]) + 1);
        }
    }
  return row[n];
}

const char *
ms_nearest (const char *name, const char *const *names)
{
  const char *best = NULL;
  int best_distance = FAR;
  for (; strlen (name) <= LONGEST && *names != NULL; names++)
    {
      int distance = ms_edit_distance (name, *names);
      if (distance < best_distance)
        {
          best_distance = distance;
          best = *names;
        }
    }
  return best;
}
