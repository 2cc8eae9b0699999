/* SPDX-License-Identifier: MIT */

/* An assessment as bytes and back, for states that are rewound to: the struct as it lies in memory, without its
 * pointers, then the arrays that are there. Equal assessments give equal bytes. Session files have them, too: nothing
 * of what is read is trusted. */

#include "core/record/assessment.h"

#include <string.h>

typedef struct {
  gsize offset; /* of the pointer in the struct */
  gsize size;   /* bytes it points to */
} Part;

/* All arrays that an assessment may have; the text is handled apart. */
static int
list_parts (const MsAssessment *self, Part *parts)
{
  gsize M = (gsize)self->M, cells = M * M * sizeof (double), bins = M * MS_RELIABILITY_BINS * sizeof *self->member_bins;
  int n = 0;
  parts[n++] = (Part){ offsetof (MsAssessment, member), M * sizeof *self->member };
  parts[n++] = (Part){ offsetof (MsAssessment, member_bins), bins };
  parts[n++] = (Part){ offsetof (MsAssessment, disagreement), cells };
  parts[n++] = (Part){ offsetof (MsAssessment, kl), cells };
  for (gsize i = 0; i < MS_N_OOD_SCORES; i++)
    {
      gsize base = offsetof (MsAssessment, ood) + i * sizeof (MsOodResult);
      parts[n++] = (Part){ base + offsetof (MsOodResult, known), (gsize)self->N * sizeof (float) };
      parts[n++] = (Part){ base + offsetof (MsOodResult, foreign), (gsize)self->n_foreign * sizeof (float) };
    }
  return n;
}

#define MOST_MEMBERS (1 << 16)
#define MAX_PARTS (4 + 2 * MS_N_OOD_SCORES)

static gpointer *
pointer_at (MsAssessment *self, const Part *part)
{
  return (gpointer *)(gpointer)((char *)self + part->offset);
}

GBytes *
ms_assessment_to_bytes (const MsAssessment *assessment)
{
  MsAssessment head;
  Part parts[MAX_PARTS];
  int n = list_parts (assessment, parts);
  GByteArray *bytes = g_byte_array_new ();

  memcpy (&head, assessment, sizeof head);
  /* A pointer becomes whether there is something behind it; the text's, its length with the zero. */
  head.ref_count = 1;
  head.foreign = GSIZE_TO_POINTER (assessment->foreign != NULL ? strlen (assessment->foreign) + 1 : 0);
  for (int i = 0; i < n; i++)
    *pointer_at (&head, &parts[i]) = GINT_TO_POINTER (*pointer_at (&head, &parts[i]) != NULL);
  g_byte_array_append (bytes, (const guint8 *)&head, sizeof head);
  g_byte_array_append (bytes, (const guint8 *)assessment->foreign, GPOINTER_TO_UINT (head.foreign));
  for (int i = 0; i < n; i++)
    {
      gpointer data = *pointer_at ((MsAssessment *)assessment, &parts[i]);
      if (data != NULL)
        g_byte_array_append (bytes, data, (guint)parts[i].size);
    }
  return g_byte_array_free_to_bytes (bytes);
}

gsize
ms_assessment_bytes (const MsAssessment *assessment)
{
  Part parts[MAX_PARTS];
  int n = list_parts (assessment, parts);
  gsize bytes = sizeof *assessment + (assessment->foreign != NULL ? strlen (assessment->foreign) + 1 : 0);

  for (int i = 0; i < n; i++)
    if (*pointer_at ((MsAssessment *)assessment, &parts[i]) != NULL)
      bytes += parts[i].size;
  return bytes;
}

/* Whether a head read from bytes can be: counts that no product of wraps around, and what painters take for granted. In
 * a head, pointers only say whether there is something behind them. */
static bool
head_is_sound (const MsAssessment *head)
{
  if (head->M < 1 || head->M > MOST_MEMBERS || head->N < 0 || head->C < 0 || head->n_foreign < 0
      || head->member == NULL)
    return false;
  for (int i = 0; i < MS_N_OOD_SCORES; i++)
    if ((head->ood[i].known != NULL) != (head->ood[i].foreign != NULL)
        || (head->ood[i].known != NULL && head->foreign == NULL))
      return false;
  return true;
}

/* Whether the text of @text bytes at @at, and the parts that are there, fill @left bytes exactly. */
static bool
lengths_are_sound (MsAssessment *head, const Part *parts, int n, const char *at, gsize text, gsize left)
{
  if (text > left || (text > 0 && (at[text - 1] != '\0' || !g_utf8_validate (at, (gssize)text - 1, NULL))))
    return false;
  left -= text;
  for (int i = 0; i < n; i++)
    {
      gsize size = *pointer_at (head, &parts[i]) != NULL ? parts[i].size : 0;

      if (size > left)
        return false;
      left -= size;
    }
  return left == 0;
}

MsAssessment *
ms_assessment_from_bytes (gconstpointer data, gsize size)
{
  const char *at = (const char *)data + sizeof (MsAssessment);
  Part parts[MAX_PARTS];
  MsAssessment head, *self;
  gsize text;
  int n;

  if (size < sizeof head)
    return NULL;
  memcpy (&head, data, sizeof head);
  text = GPOINTER_TO_SIZE (head.foreign);
  if (!head_is_sound (&head))
    return NULL;
  n = list_parts (&head, parts);
  if (!lengths_are_sound (&head, parts, n, at, text, size - sizeof head))
    return NULL;
  self = g_memdup2 (&head, sizeof head);
  self->ref_count = 1;
  self->foreign = text > 0 ? g_memdup2 (at, text) : NULL;
  at += text;
  for (int i = 0; i < n; i++)
    {
      gpointer *pointer = pointer_at (self, &parts[i]);
      if (*pointer == NULL)
        continue;
      *pointer = g_malloc (MAX (parts[i].size, 1));
      memcpy (*pointer, at, parts[i].size);
      at += parts[i].size;
    }
  return self;
}
