/* SPDX-License-Identifier: MIT */

/* What the Token view says, line by line: the picture draws these lines, the tooltip and the screen reader read them.
 * Every number in them is put in from the record. */
#pragma once

#include "ui/paint/token-data.h"

G_BEGIN_DECLS

/* Parts of the view, each with the sentence that explains it. */
#define MS_TOKEN_BLOCKS(X)                                                                                             \
  X (WHO, "The chosen token: its place in the example, and what the model makes of the example")                       \
  X (GATES, "The router's logit for each expert, what is added to it, and the gate that comes of it")                  \
  X (TOP_K, "The experts that it goes to, and whether they had a place left: each has as many as the capacity says")   \
  X (EXPERTS, "How long each chosen expert's output is, and what is left of it after its gate")                        \
  X (COMBINE, "What the layer adds to the token, beside what router and experts read of it")                           \
  X (MEMBERS, "Where the other members send the same patch")                                                           \
  X (ROUTE, "The token's first choice in every routed layer: click one to see its numbers there")                      \
  X (MISSING, "What the record does not hold is not shown")

typedef enum {
#define MS_TOKEN_BLOCK_ENUM(name, help) MS_TOKEN_##name,
  MS_TOKEN_BLOCKS (MS_TOKEN_BLOCK_ENUM)
#undef MS_TOKEN_BLOCK_ENUM
  MS_N_TOKEN_BLOCKS,
} MsTokenBlock;

typedef enum {
  MS_TOKEN_LINE_WHO,     /* text has lines; the example's picture beside it */
  MS_TOKEN_LINE_HEADING,
  MS_TOKEN_LINE_TEXT,
  MS_TOKEN_LINE_MUTED,
  MS_TOKEN_LINE_COLUMNS, /* names of the cells below */
  MS_TOKEN_LINE_BAR,     /* an expert or slot: cells, a bar as long as value, number */
  MS_TOKEN_LINE_CHOICE,  /* the expert's number on its colour, then text */
  MS_TOKEN_LINE_LAYER,   /* text, then the expert's number on its colour */
} MsTokenLineKind;

#define MS_TOKEN_CELLS 3

typedef struct {
  MsTokenLineKind kind;
  MsTokenBlock block;
  MsStageKind stage; /* in which it is computed, in layer @layer */
  int layer;         /* index into record->routing */
  int expert, slot;  /* MS_NONE: it is of none */
  bool strong;       /* chosen, or the shown layer */
  bool dropped;      /* CHOICE, LAYER: the expert was full */
  double value;      /* BAR: 0 to 1, NaN: not captured */
  char text[200];    /* BAR: what stands before its cells */
  char cell[MS_TOKEN_CELLS][12]; /* COLUMNS, BAR: "" is none */
  char number[16];   /* BAR: behind the bar, shown from the stage after its own on */
} MsTokenLine;

/* Of MsTokenLine, in the order of the pass; none without a chosen token. */
GArray *ms_token_lines (const MsScene *scene);
/* Not computed yet at the scene's stage, and so not to be shown. */
bool ms_token_line_ahead (const MsScene *scene, const MsTokenLine *line);

const char *ms_token_block_help (MsTokenBlock block);
/* Why there is nothing to see, and what to do about it. */
void ms_token_empty (const MsScene *scene, const char **what, const char **why);

char *ms_token_describe (const MsScene *scene, const MsSpot *spot);
char *ms_token_table (const MsScene *scene);

G_END_DECLS
