/* SPDX-License-Identifier: MIT */

#pragma once

#include "core/base/error.h"
#include "ui/paint/painter.h"
#include <stdbool.h>

/* Every view that makes sense for @scene, as NAME.png in @folder. */
bool ms_pictures_save_all (const MsScene *scene, const char *folder, GError **error);
