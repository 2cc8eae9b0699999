/* SPDX-License-Identifier: MIT */

/* A small plan for the gradient checks: 4 tokens, 2 choices, 3 experts, of which one gets nothing; one assignment is
 * dropped, and token 3 keeps none. */
#pragma once

#include "core/autodiff/plan.h"

static const MsPlan ms_plan_sample = {
  .T = 4,
  .K = 2,
  .E = 3,
  .n = 5,
  .choice = (const int[]){ 0, 2, 2, 0, 2, 0, -1, -1 },
  .row = (const int[]){ 0, 2, 3, 1, 4, -1, -1, -1 },
  .token = (const int[]){ 0, 1, 0, 1, 2 },
  .slot = (const int[]){ 0, 3, 1, 2, 4 },
  .offset = (const int[]){ 0, 2, 2, 5 },
};
