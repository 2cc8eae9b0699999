/* SPDX-License-Identifier: MIT */

#include "app/interrupt.h"
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t interrupted;

static void
note (int number)
{
  interrupted = 1;
}

void
ms_interrupt_watch (void)
{
  struct sigaction action;
  memset (&action, 0, sizeof action);
  action.sa_handler = note;
  action.sa_flags = (int) SA_RESETHAND;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

bool
ms_interrupted (void)
{
  return interrupted != 0;
}
