/* SPDX-License-Identifier: MIT */

#include "core/base/background.h"

#if defined __linux__
#include <sys/resource.h>
#elif defined __APPLE__
#include <pthread.h>
#endif

#define NICENESS 10

void
ms_background_thread (void)
{
#if defined __linux__
  setpriority (PRIO_PROCESS, 0, NICENESS); /* on Linux that is the thread, not the process; begun threads inherit it */
#elif defined __APPLE__
  pthread_set_qos_class_self_np (QOS_CLASS_UTILITY, 0);
#endif
}
