/* SPDX-License-Identifier: MIT */

/* The tree behind a layout, for the files that change, place and write it. */
#pragma once

#include "ui/widgets/layout.h"

G_BEGIN_DECLS

#define MS_CUT_LEAST 0.02 /* of the share of either part */

typedef struct MsNode MsNode;

/* A leaf has a view and no parts, a cut has both parts and no view. */
struct MsNode {
  char *view;            /* owned */
  bool hidden;           /* leaves only */
  MsNode *first, *second; /* owned */
  bool row;
  bool turned; /* a row that stands as a column in the room it was last fitted to */
  double share; /* of the first */
};

struct MsLayout {
  MsNode *root; /* owned; never NULL */
};

MsNode *ms_node_new_leaf (const char *view);
MsNode *ms_node_new_cut (bool row, double share, MsNode *first, MsNode *second); /* takes both */
void ms_node_free (MsNode *node);
int ms_node_count (const MsNode *node, bool shown_only);
/* Where the leaf of @view hangs: &layout->root or a field of a cut; NULL: nowhere. */
MsNode **ms_node_find (MsNode **place, const char *view);

static inline bool
ms_node_is_leaf (const MsNode *node)
{
  return node->view != NULL;
}

static inline bool
ms_node_is_row (const MsNode *node)
{
  return node->row && !node->turned;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsNode, ms_node_free)

G_END_DECLS
