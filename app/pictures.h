/* SPDX-License-Identifier: MIT */

#pragma once

#include "core/base/error.h"
#include "core/record/detail.h"
#include "ui/paint/painter.h"
#include <stdbool.h>

/* What their record is to have beside the batch: all that any of them asks for. */
MsDetail ms_pictures_detail (void);

/* Every view that makes sense for @scene, as NAME.png in @folder. */
bool ms_pictures_save_all (const MsScene *scene, const char *folder, GError **error);
