/* SPDX-License-Identifier: MIT */

#include "core/routing/capacity.h"

#include <math.h>

int
ms_capacity (const MsCapacityRule *rule, int S, int K, int E)
{
  double n = rule->counts_tokens ? S : (double)S * K, exact;
  int capacity;

  if (rule->fixed > 0)
    return rule->fixed;
  /* The order of the reference: factor times n, then divided; another order rounds differently at whole numbers. */
  exact = n * rule->factor / E;
  if (!(exact > 0) || exact > G_MAXINT / 2)
    return exact > 0 ? G_MAXINT / 2 : 0;
  capacity = (int)(rule->round == MS_ROUND_CEIL ? ceil (exact) : nearbyint (exact));
  if (rule->multiple > 1)
    capacity = (capacity + rule->multiple - 1) / rule->multiple * rule->multiple;
  return capacity;
}
