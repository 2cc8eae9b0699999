/* SPDX-License-Identifier: MIT */

#include "app/shard.h"
#include "core/base/number.h"
#include <math.h>
#include <string.h>

#define MAX_SHARDS 1000000

/* Launchers and the variables in which they tell a process its rank and how many there are. */
static const struct {
  const char *rank, *size;
} launchers[] = {
  { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" },
  { "PMI_RANK", "PMI_SIZE" },
  { "PMIX_RANK", "PMIX_SIZE" },
  { "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE" },
  { "SLURM_PROCID", "SLURM_STEP_NUM_TASKS" },
  { "SLURM_PROCID", "SLURM_NTASKS" },
};

static bool
read_whole (const char *text, int least, int most, int *value)
{
  double number;
  if (text == NULL || !ms_number_read (text, &number) || number != rint (number) || number < least || number > most)
    return false;
  *value = (int) number;
  return true;
}

static bool
from_option (const char *text, MsShard *shard, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  int index, count;
  if (g_strv_length (parts) == 2 && read_whole (parts[1], 1, MAX_SHARDS, &count)
      && read_whole (parts[0], 1, count, &index))
    {
      *shard = (MsShard){ index - 1, count, "--shard" };
      return true;
    }
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "--shard %s is not possible: it must be I/N with 1 ≤ I ≤ N, as 2/8",
               text);
  return false;
}

/* Without an array: true, and @shard as it was. */
static bool
from_array (MsShard *shard, GError **error)
{
  int id, min, max, step = 1, count;
  if (g_getenv ("SLURM_ARRAY_TASK_ID") == NULL)
    return true;
  bool good = read_whole (g_getenv ("SLURM_ARRAY_TASK_ID"), 0, G_MAXINT, &id)
              && read_whole (g_getenv ("SLURM_ARRAY_TASK_MIN"), 0, id, &min)
              && read_whole (g_getenv ("SLURM_ARRAY_TASK_MAX"), id, G_MAXINT, &max);
  if (good && !read_whole (g_getenv ("SLURM_ARRAY_TASK_STEP"), 1, G_MAXINT, &step))
    step = 1;
  if (good && !read_whole (g_getenv ("SLURM_ARRAY_TASK_COUNT"), 1, MAX_SHARDS, &count))
    count = (max - min) / step + 1;
  if (good && (id - min) % step == 0 && (max - min) / step + 1 == count && count <= MAX_SHARDS)
    {
      *shard = (MsShard){ (id - min) / step, count, "SLURM_ARRAY_TASK_ID" };
      return true;
    }
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
               "SLURM_ARRAY_TASK_ID does not say which share this is: the array must be a range such as 1-8; say it "
               "with --shard I/N");
  return false;
}

/* In a batch script, before any srun, Slurm says that this is process 0 of as many as were asked for, yet it is the
 * only one. */
static bool
is_batch_script (void)
{
  return g_getenv ("SLURM_STEP_ID") == NULL && g_strcmp0 (g_getenv ("ENVIRONMENT"), "BATCH") == 0;
}

static void
add_rank (MsShard *shard)
{
  for (gsize i = 0; i < G_N_ELEMENTS (launchers); i++)
    {
      int rank, size;
      bool told = read_whole (g_getenv (launchers[i].size), 1, MAX_SHARDS / shard->count, &size)
                  && read_whole (g_getenv (launchers[i].rank), 0, size - 1, &rank);
      if (!told || (g_str_has_prefix (launchers[i].rank, "SLURM") && is_batch_script ()))
        continue;
      if (size > 1)
        *shard = (MsShard){ shard->index * size + rank, shard->count * size, launchers[i].rank };
      return;
    }
}

bool
ms_shard_find (const char *text, MsShard *shard, GError **error)
{
  *shard = (MsShard){ 0, 1, NULL };
  if (text != NULL)
    return from_option (text, shard, error);
  if (!from_array (shard, error))
    return false;
  add_rank (shard);
  return true;
}
