/* SPDX-License-Identifier: MIT */

/* A Campaign: all runs of a study, one a variant and seed, beside the store that holds those that are finished. It runs
 * what is missing of its share, several at a time on one thread each, and can be interrupted and repeated at will. */
#pragma once

#include "core/study/store.h"
#include "core/study/study.h"

G_BEGIN_DECLS

typedef struct MsCampaign MsCampaign;

typedef struct {
  int runs, done;      /* of this share: missing at the start, and finished since */
  gint64 steps, total; /* batches done, and of all missing runs */
} MsCampaignProgress;

/* Called about twenty times a second on the thread that called run. False ends the campaign before the next steps; runs
 * under way are lost, finished ones are in the store. */
typedef bool (*MsCampaignTick) (const MsCampaignProgress *progress, gpointer data);

typedef struct {
  int shard, n_shards; /* this is share @shard of [0, n_shards) */
  int jobs;            /* runs at a time */
  const char *machine; /* what the machine is, for the record */
  MsCampaignTick tick; /* or NULL */
  gpointer data;
} MsCampaignOptions;

/* Reads what the folder holds. Seeds are each variant's run.seed and those after it. @study is borrowed. Reads the data
 * (for their digest). */
MsCampaign *ms_campaign_new (const MsStudy *study, int n_seeds, const char *directory, GError **error);
void ms_campaign_free (MsCampaign *campaign);

/* False with @error: a run could not be made or stored. Without: stopped by tick. */
bool ms_campaign_run (MsCampaign *campaign, const MsCampaignOptions *options, GError **error);
/* Looks again for runs that others have finished. */
void ms_campaign_refresh (MsCampaign *campaign);

const MsStudy *ms_campaign_study (const MsCampaign *campaign);
int ms_campaign_n_seeds (const MsCampaign *campaign);
int ms_campaign_n_runs (const MsCampaign *campaign);
int ms_campaign_n_missing (const MsCampaign *campaign);
const MsRun *ms_campaign_result (const MsCampaign *campaign, int variant, int seed); /* NULL: missing */
const GPtrArray *ms_campaign_notes (const MsCampaign *campaign); /* as ms_run_store_notes */

/* Which variant and seed the @i-th run is; share s of n has those with i % n = s. Seed by seed, each beginning with
 * another variant, so that every share gets cheap and dear ones. */
void ms_campaign_deal (int n_variants, int i, int *variant, int *seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsCampaign, ms_campaign_free)

G_END_DECLS
