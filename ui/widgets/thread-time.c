/* SPDX-License-Identifier: MIT */

#include "ui/widgets/thread-time.h"

#include <time.h>

gint64
ms_thread_time (void)
{
  struct timespec time = { 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}
