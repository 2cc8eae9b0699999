/* SPDX-License-Identifier: MIT */

/* What records have beside the batch, where somebody asks: the tokens' way through each routed layer, where they lie,
 * and how alike its weights are. From the same pass as the rest of the record, before the tape's reset. */
#pragma once

#include "core/record/detail.h"
#include "core/record/record.h"
#include "core/train/model.h"

G_BEGIN_DECLS

/* Into a record that ms_account_routing has filled with its tokens: of @detail ROUTE and TOKENS. */
void ms_details_of_pass (MsRecord *record, const MsModel *model, MsTape *tape, MsDetail detail);

/* The cosines of weights as they are now. */
void ms_details_of_weights (MsRecord *record, const MsModel *model, MsPool *pool);

/* What ms_details_of_weights multiplies and adds. */
double ms_details_weights_flops (const MsModel *model);

/* The cosines that @from, an older record of the same model, has. */
void ms_details_copy_weights (MsRecord *record, const MsRecord *from);

G_END_DECLS
