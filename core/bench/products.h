/* SPDX-License-Identifier: MIT */

/* A list of matrix products that is carried out by the library alone, as fast as the threads can take them from the
 * list: the bound that workloads are held against. */
#pragma once

#include "core/autodiff/plan.h"
#include "core/base/pool.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct MsProducts MsProducts;

MsProducts *ms_products_new (void);
void ms_products_free (MsProducts *products);

/* y = x w with x (T, H), w (H, F): forward, dX if @dx, and dW, each cut in two for two threads. */
void ms_products_add_linear (MsProducts *products, gsize T, gsize H, gsize F, bool dx);

/* The experts' two layers (H to F to H) on the rows of @plan: six products for each expert that has rows. */
void ms_products_add_experts (MsProducts *products, const MsPlan *plan, gsize H, gsize F);

/* Between the tokens of each group and its slots: Soft MoE's dispatch and combine, forward and both gradients. */
void ms_products_add_slots (MsProducts *products, gsize groups, gsize tokens, gsize slots, gsize H);

/* Carries all of them out once. */
void ms_products_run (MsProducts *products, MsPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsProducts, ms_products_free)

G_END_DECLS
