/* SPDX-License-Identifier: MIT */

/* The Calibration picture in words and numbers. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The assessment of the scene's record, if it judged any example; NULL otherwise. */
const MsAssessment *ms_calibration_assessment (const MsScene *scene);
/* The mean over members of each quality. */
MsQuality ms_calibration_mean (const MsAssessment *assessment);
/* A bin of all members' examples together (@member < 0), or of one member. The assessment has member_bins. */
MsReliabilityBin ms_calibration_bin (const MsAssessment *assessment, int member, int bin);

char *ms_calibration_describe (const MsScene *scene, const MsSpot *spot);
char *ms_calibration_table (const MsScene *scene);

G_END_DECLS
