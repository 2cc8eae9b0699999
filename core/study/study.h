/* SPDX-License-Identifier: MIT */

/* A Study: an experiment in several variants, each run with several seeds, and the claims that the runs are to decide.
 * It is data: a JSON file, bundled from data/studies or a file of one's own. */
#pragma once

#include "core/train/experiment.h"
#include "core/study/metric.h"

G_BEGIN_DECLS

#define MS_MAX_VARIANTS 64

typedef struct {
  char *label; /* "e3-m2": what claims and files call it */
  char *title; /* "E³, K = 1, M = 2" */
  char *group; /* what is drawn in one colour, or as one line */
  MsExperiment *experiment; /* run.seed is the first seed */
} MsStudyVariant;

typedef enum {
  MS_CLAIM_LOWER,  /* variants[0] lies below variants[1] */
  MS_CLAIM_HIGHER, /* above */
  MS_CLAIM_FALLS,  /* each of the variants lies below the one before */
  MS_CLAIM_RISES,
  MS_CLAIM_ZERO,   /* exactly 0 in every run of the variants */
} MsClaimKind;

typedef struct {
  MsClaimKind kind;
  char *text;   /* one sentence */
  char *source; /* where it is from; NULL: our own expectation */
  MsStudyMetric metric;
  int n;
  int *variants; /* (n) indices */
} MsStudyClaim;

typedef struct {
  char *name, *title, *question;
  char *notes;    /* what else a reader should know, or NULL */
  bool files;     /* runs on data of one's own */
  bool has_axis;  /* variants lie along a numeric key, and those of a group form a line */
  MsKeyId axis;
  int n_variants, n_metrics, n_panels, n_claims;
  MsStudyVariant *variants; /* (n_variants) */
  MsStudyMetric *metrics;   /* (n_metrics) columns of the report's table */
  MsStudyMetric *panels;    /* (n_panels) drawn */
  MsStudyClaim *claims;     /* (n_claims) */
} MsStudy;

typedef struct {
  const char *name, *title, *question;
} MsStudyEntry;

/* The bundled ones, in the order they are best read. */
int ms_studies_count (void);
const MsStudyEntry *ms_study_at (int i);

/* @source: the name of a bundled study, or a file. @data: a folder with data of one's own for the studies that say how
 * to run on it, or NULL. */
MsStudy *ms_study_load (const char *source, const char *data, GError **error);
/* @file is for messages. */
MsStudy *ms_study_from_json (const char *json, gsize length, const char *file, const char *data, GError **error);
void ms_study_free (MsStudy *study);

int ms_study_find_variant (const MsStudy *study, const char *label); /* -1: none */
/* The value that all variants have for the key; NULL: they differ. */
const char *ms_study_common_text (const MsStudy *study, MsKeyId id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsStudy, ms_study_free)

G_END_DECLS
