/* SPDX-License-Identifier: MIT */

/* An assessment as bytes and back, for states that are rewound to within one process: the struct as it lies in memory,
 * without its pointers, then the arrays that are there. Equal assessments give equal bytes. */

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

MsAssessment *
ms_assessment_from_bytes (gconstpointer data, gsize size)
{
  const char *at = data;
  MsAssessment *self = g_new0 (MsAssessment, 1);
  Part parts[MAX_PARTS];

  g_return_val_if_fail (size >= sizeof *self, NULL);
  memcpy (self, at, sizeof *self);
  at += sizeof *self;
  gsize text = GPOINTER_TO_SIZE (self->foreign);
  self->foreign = text > 0 ? g_memdup2 (at, text) : NULL;
  at += text;
  int n = list_parts (self, parts);
  for (int i = 0; i < n; i++)
    {
      gpointer *pointer = pointer_at (self, &parts[i]);
      if (*pointer == NULL)
        continue;
      *pointer = g_malloc (MAX (parts[i].size, 1));
      memcpy (*pointer, at, parts[i].size);
      at += parts[i].size;
    }
  g_assert (at == (const char *)data + size);
  return self;
}
