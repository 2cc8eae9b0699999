/* SPDX-License-Identifier: MIT */

/* A branch has the batches of its own steps, by step; those before it are looked for in what it began from. Its history
 * is a copy of its parent's up to there, so that a picture of it reads one array. */
#include "core/record/past.h"

#define HISTORY_POINTS 2048
#define MAX_BATCHES 4096 /* the least one is searched for among all */

typedef struct {
  gint64 step;
  gint64 told;      /* the past's count when it came */
  gsize bytes;      /* without its assessment */
  MsRecord *record; /* owned reference */
} Batch;

typedef struct {
  int id, parent;
  gint64 from;
  gint64 shared;      /* the parent's steps up to here are this one's past: from, unless the parent forgot some since */
  gint64 last;        /* newest step */
  gint64 left;        /* the past's count when another branch was entered */
  MsHistory *history; /* owned; NULL: it had to go */
  GArray *batches;    /* of Batch, by step */
} Branch;

struct MsPast {
  gsize max_bytes, batch_bytes;
  int n_batches;
  gint64 count;            /* records that came */
  GPtrArray *branches;     /* of Branch, owned */
  Branch *current;         /* borrowed */
  GHashTable *assessments; /* how many batches refer to each */
};

static void
branch_free (gpointer data)
{
  Branch *branch = data;

  ms_history_free (branch->history);
  g_array_unref (branch->batches);
  g_free (branch);
}

static Batch *
batch_at (const Branch *branch, guint i)
{
  return &g_array_index (branch->batches, Batch, i);
}

static Branch *
find (const MsPast *past, int id)
{
  for (guint i = 0; i < past->branches->len; i++)
    {
      Branch *branch = past->branches->pdata[i];

      if (branch->id == id)
        return branch;
    }
  return NULL;
}

/* Index of the first batch of @branch after @step. */
static guint
first_after (const Branch *branch, gint64 step)
{
  guint low = 0, high = branch->batches->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (batch_at (branch, middle)->step <= step)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* An assessment is shared by all records until the next: it counts once. */
static void
count_assessment (MsPast *past, MsAssessment *assessment, int change)
{
  if (assessment == NULL)
    return;

  int uses = GPOINTER_TO_INT (g_hash_table_lookup (past->assessments, assessment)) + change;

  if (uses == 1 && change > 0)
    past->batch_bytes += ms_assessment_bytes (assessment);
  if (uses > 0)
    g_hash_table_insert (past->assessments, assessment, GINT_TO_POINTER (uses));
  else
    {
      g_hash_table_remove (past->assessments, assessment);
      past->batch_bytes -= ms_assessment_bytes (assessment);
    }
}

static void
drop_batch (MsPast *past, Branch *branch, guint i)
{
  Batch *batch = batch_at (branch, i);

  past->batch_bytes -= batch->bytes;
  past->n_batches--;
  count_assessment (past, batch->record->assessment, -1);
  ms_record_unref (batch->record);
  g_array_remove_index (branch->batches, i);
}

static void
insert_batch (MsPast *past, Branch *branch, MsRecord *record)
{
  Batch batch
    = { record->step, past->count, ms_record_bytes (record) + sizeof (Batch), ms_record_ref (record) };
  guint at = first_after (branch, record->step);

  if (at > 0 && batch_at (branch, at - 1)->step == record->step)
    drop_batch (past, branch, --at);
  g_array_insert_val (branch->batches, at, batch);
  past->batch_bytes += batch.bytes;
  past->n_batches++;
  count_assessment (past, record->assessment, 1);
}

static gsize
history_bytes (const MsPast *past)
{
  gsize bytes = 0;

  for (guint i = 0; i < past->branches->len; i++)
    {
      const Branch *branch = past->branches->pdata[i];

      bytes += sizeof *branch + (branch->history != NULL ? ms_history_bytes (branch->history) : 0);
    }
  return bytes;
}

/* Steps without a batch if this one went, for each record that has come since. The end of a branch counts as if as
 * much as before it came after it. */
static double
worth (const MsPast *past, const Branch *branch, guint i)
{
  const Batch *batch = batch_at (branch, i);
  gint64 before = i > 0 ? batch_at (branch, i - 1)->step : branch->from;
  gint64 after = i + 1 < branch->batches->len ? batch_at (branch, i + 1)->step : 2 * batch->step - before;

  return (double) (after - before) / (double) (past->count - batch->told + 1);
}

/* False: the newest batch is the only one. */
static bool
drop_least_batch (MsPast *past)
{
  const MsRecord *newest = ms_past_record (past, past->current->id, G_MAXINT64);
  Branch *of = NULL;
  guint least = 0;
  double smallest = 0;

  for (guint b = 0; b < past->branches->len; b++)
    {
      Branch *branch = past->branches->pdata[b];

      for (guint i = 0; i < branch->batches->len; i++)
        {
          double value = worth (past, branch, i);

          if (batch_at (branch, i)->record != newest && (of == NULL || value < smallest))
            {
              of = branch;
              least = i;
              smallest = value;
            }
        }
    }
  if (of != NULL)
    drop_batch (past, of, least);
  return of != NULL;
}

/* False: the current branch's is the only one. */
static bool
drop_oldest_history (MsPast *past)
{
  Branch *oldest = NULL;

  for (guint i = 0; i < past->branches->len; i++)
    {
      Branch *branch = past->branches->pdata[i];

      if (branch != past->current && branch->history != NULL && (oldest == NULL || branch->left < oldest->left))
        oldest = branch;
    }
  if (oldest == NULL)
    return false;
  g_clear_pointer (&oldest->history, ms_history_free);
  return true;
}

static void
trim (MsPast *past)
{
  while (history_bytes (past) > past->max_bytes / 2 && drop_oldest_history (past))
    ;
  while ((ms_past_bytes (past) > past->max_bytes || past->n_batches > MAX_BATCHES) && drop_least_batch (past))
    ;
  while (ms_past_bytes (past) > past->max_bytes && drop_oldest_history (past))
    ;
}

static MsHistory *
history_up_to (const MsPast *past, const Branch *parent, gint64 step)
{
  MsHistory *history;

  if (parent == NULL || parent->history == NULL)
    return ms_history_new_within (past->max_bytes / 8, HISTORY_POINTS);
  history = ms_history_copy (parent->history);
  ms_history_truncate (history, step);
  return history;
}

/* @branch loses all after @step; what began from there keeps its own history, but not its parent's batches. */
static void
forget_after (MsPast *past, Branch *branch, gint64 step)
{
  for (guint i = branch->batches->len; i > first_after (branch, step); i--)
    drop_batch (past, branch, i - 1);
  if (branch->history != NULL)
    ms_history_truncate (branch->history, step);
  branch->last = MIN (branch->last, step);
  branch->from = MIN (branch->from, step);
  branch->shared = MIN (branch->shared, step);
  for (guint i = 0; i < past->branches->len; i++)
    {
      Branch *child = past->branches->pdata[i];

      if (child->parent == branch->id)
        child->shared = MIN (child->shared, step);
    }
}

static Branch *
add_branch (MsPast *past, int id, int parent, gint64 from)
{
  Branch *branch = g_new0 (Branch, 1);

  branch->id = id;
  branch->parent = find (past, parent) != NULL ? parent : -1;
  branch->from = branch->shared = branch->last = from;
  branch->batches = g_array_new (FALSE, FALSE, sizeof (Batch));
  g_ptr_array_add (past->branches, branch);
  return branch;
}

void
ms_past_enter (MsPast *past, int id, int parent, gint64 from)
{
  g_return_if_fail (past != NULL);

  Branch *branch = find (past, id);

  if (past->current != NULL)
    past->current->left = past->count;
  if (branch == NULL)
    branch = add_branch (past, id, parent, from);
  else
    forget_after (past, branch, from);
  if (branch->history == NULL)
    branch->history = history_up_to (past, find (past, branch->parent), branch->from);
  past->current = branch;
  trim (past);
}

void
ms_past_restore (MsPast *past, int id, int parent, gint64 from, const MsHistory *history)
{
  Branch *branch;

  g_return_if_fail (past != NULL && history != NULL);
  branch = find (past, id);
  if (branch == NULL)
    branch = add_branch (past, id, parent, from);
  ms_history_free (branch->history);
  branch->history = ms_history_copy (history);
  branch->history->wanted = branch->history->capacity = HISTORY_POINTS; /* a file's has room for itself only */
  ms_history_set_limit (branch->history, past->max_bytes / 8);
  if (history->n_points > 0)
    branch->last = MAX (branch->last, history->points[history->n_points - 1].last_step);
  trim (past);
}

MsPast *
ms_past_new (gsize max_bytes)
{
  MsPast *past = g_new0 (MsPast, 1);

  past->max_bytes = max_bytes;
  past->branches = g_ptr_array_new_with_free_func (branch_free);
  past->assessments = g_hash_table_new (NULL, NULL);
  ms_past_enter (past, 0, -1, 0);
  return past;
}

static void
drop_all_batches (MsPast *past)
{
  for (guint b = 0; b < past->branches->len; b++)
    {
      Branch *branch = past->branches->pdata[b];

      while (branch->batches->len > 0)
        drop_batch (past, branch, branch->batches->len - 1);
    }
}

void
ms_past_clear (MsPast *past)
{
  g_return_if_fail (past != NULL);
  drop_all_batches (past);
  past->current = NULL;
  past->count = 0;
  g_ptr_array_set_size (past->branches, 0);
  ms_past_enter (past, 0, -1, 0);
}

void
ms_past_free (MsPast *past)
{
  if (past == NULL)
    return;
  drop_all_batches (past);
  g_ptr_array_unref (past->branches);
  g_hash_table_unref (past->assessments);
  g_free (past);
}

void
ms_past_set_budget (MsPast *past, gsize max_bytes)
{
  g_return_if_fail (past != NULL);
  past->max_bytes = max_bytes;
  for (guint i = 0; i < past->branches->len; i++)
    {
      Branch *branch = past->branches->pdata[i];

      if (branch->history != NULL)
        ms_history_set_limit (branch->history, max_bytes / 8);
    }
  trim (past);
}

gsize
ms_past_bytes (const MsPast *past)
{
  g_return_val_if_fail (past != NULL, 0);
  return sizeof *past + past->batch_bytes + history_bytes (past);
}

void
ms_past_add (MsPast *past, MsRecord *record)
{
  g_return_if_fail (past != NULL && record != NULL);

  Branch *branch = past->current;

  past->count++;
  if (branch->history->n_points == 0 || record->step > branch->last)
    ms_history_add (branch->history, record);
  branch->last = MAX (branch->last, record->step);
  if (record->inputs != NULL)
    insert_batch (past, branch, record);
  trim (past);
}

void
ms_past_put (MsPast *past, int id, MsRecord *record)
{
  g_return_if_fail (past != NULL && record != NULL);

  Branch *branch = find (past, id), *owner;

  if (branch == NULL || record->inputs == NULL)
    return;
  /* A step before the branch began is of what it began from, whose other batches would else be hidden behind it. */
  while (record->step <= branch->shared && (owner = find (past, branch->parent)) != NULL)
    branch = owner;
  insert_batch (past, branch, record);
  trim (past);
}

const MsHistory *
ms_past_history (const MsPast *past, int branch)
{
  g_return_val_if_fail (past != NULL, NULL);

  const Branch *found = find (past, branch);

  return found != NULL ? found->history : NULL;
}

const MsHistory *
ms_past_current (const MsPast *past)
{
  g_return_val_if_fail (past != NULL, NULL);
  return past->current->history;
}

const MsRecord *
ms_past_record (const MsPast *past, int id, gint64 step)
{
  g_return_val_if_fail (past != NULL, NULL);

  for (const Branch *branch = find (past, id); branch != NULL; branch = find (past, branch->parent))
    {
      guint after = first_after (branch, step);

      if (after > 0)
        return batch_at (branch, after - 1)->record;
      step = MIN (step, branch->shared);
    }
  return NULL;
}
