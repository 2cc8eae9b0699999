/* SPDX-License-Identifier: MIT */

/* A painter: one picture as a pure function of (scene, palette, size), plus what lies under a point, its words, its
 * table and its sample. No GTK, no state, no clock: the same function draws the widget, the PNG, the SVG and the
 * PDF. */
#pragma once

#include "core/metrics/alerts.h"
#include "core/record/branches.h"
#include "core/record/past.h"
#include "ui/paint/palette.h"
#include "ui/paint/stage.h"
#include <cairo.h>

G_BEGIN_DECLS

#define MS_NONE (-1)

/* The one selection that all views share; MS_NONE: nothing. */
typedef struct {
  int layer;   /* index into record->routing */
  int example, token; /* token: 0 <= token < record->T of the layer, the batch-wide index */
  int expert;
  gint64 step; /* of the past that is looked at; MS_NONE: the newest there is */
  int slot;    /* of a soft layer: 0 <= slot < routing->slots */
  int member;
  int score;   /* an MsOodScore */
} MsSelection;

#define MS_SELECTION_NONE                                                                                              \
  ((MsSelection){ 0, MS_NONE, MS_NONE, MS_NONE, MS_NONE, MS_NONE, MS_NONE, MS_NONE })

/* What a painter may read. All borrowed; every pointer may be NULL (nothing yet). */
typedef struct MsScene MsScene;
struct MsScene {
  const MsRecord *record;   /* with selection.step, of that step or of the nearest before it that was recorded */
  const MsHistory *history; /* of the current branch, whole */
  MsSelection selection;
  const MsBranches *branches; /* what else was run */
  const MsPast *past;         /* histories of the other branches */
  const MsAlerts *alerts;     /* what was noticed */
  const MsScene *other;       /* a second run that this one is compared with; its selection is the same */
  MsStage stage;              /* how far the forward pass is shown; MS_STAGE_WHOLE: all of it */
  double corner;              /* width that the window's buttons cover at the right of the timeline's head; 0: none */
};

typedef enum {
  MS_SPOT_NOTHING,
  MS_SPOT_TOKEN,
  MS_SPOT_EXPERT,
  MS_SPOT_STEP,   /* step, and expert where it is a cell of the strip */
  MS_SPOT_POINT,  /* a point of the plane */
  MS_SPOT_PLACE,  /* a place of the surface: x, y in data units */
  MS_SPOT_SLOT,   /* a slot, and token where it is the two's weight */
  MS_SPOT_EXAMPLE,
  MS_SPOT_PAIR,   /* member and other, and which of the matrices: bin */
  MS_SPOT_MEMBER, /* a member, or all together: MS_NONE */
  MS_SPOT_BIN,    /* of a histogram */
  MS_SPOT_SCORE,
  MS_SPOT_FIGURES, /* those in the picture's head, whose words say how they are computed */
  MS_SPOT_LEVEL,  /* a threshold of a score, as the number of examples that reach it: bin */
  MS_SPOT_LAYER,  /* a routed layer: layer */
  MS_SPOT_BRANCH, /* a run or branch, its id: bin */
  MS_SPOT_CHANGE, /* a change on the timeline, index into branches->change: bin */
  MS_SPOT_ALERT,  /* index into the alerts: bin; step */
  MS_SPOT_EXPERTS, /* two experts of a layer, expert and other: chooses the first */
} MsSpotKind;

typedef struct {
  MsSpotKind kind;
  int example, token, expert, point; /* these and the next two lines' MS_NONE: has nothing to do with any */
  int slot, member, other, bin, score;
  int layer; /* that it is in, where the picture shows several at once; MS_NONE: the selection's */
  gint64 step;
  double x, y;
  cairo_rectangle_t area; /* of the thing, in the picture's units: for the hover outline and the tooltip's place */
} MsSpot;

#define MS_SPOT_NONE                                                                                                   \
  ((MsSpot){ .kind = MS_SPOT_NOTHING,                                                                                  \
             .example = MS_NONE,                                                                                       \
             .token = MS_NONE,                                                                                         \
             .expert = MS_NONE,                                                                                        \
             .point = MS_NONE,                                                                                         \
             .slot = MS_NONE,                                                                                          \
             .member = MS_NONE,                                                                                        \
             .other = MS_NONE,                                                                                         \
             .bin = MS_NONE,                                                                                           \
             .score = MS_NONE,                                                                                         \
             .layer = MS_NONE,                                                                                         \
             .step = MS_NONE })

bool ms_spot_equal (const MsSpot *a, const MsSpot *b); /* the same thing, wherever it stands */
bool ms_spot_selected (const MsSpot *spot, const MsSelection *selection); /* this is what is chosen */

/* Whether choosing it changes a selection: not a place or a bin, which only have words. */
bool ms_spot_selectable (const MsSpot *spot);

bool ms_selection_equal (const MsSelection *a, const MsSelection *b);
/* What is chosen after @spot was (NULL: the choice was dropped, and with it the look at the past): choosing the same
 * thing again drops it. The layer, the member and the score stay as they are until others are chosen; a step and what
 * is chosen in a batch do not drop each other. */
MsSelection ms_selection_after (const MsSelection *selection, const MsSpot *spot);

typedef struct {
  const char *name;  /* "assignments": the command line's --view */
  const char *title; /* "Assignments" */
  const char *help;  /* one sentence: how to read it */
  /* Whether this picture makes sense for the scene's record (Plane: only plane tasks). */
  bool (*applies) (const MsScene *scene);
  /* Paints into (0, 0, width, height). @hover may be NULL. Any size >= 1x1 and any missing data are legal. */
  void (*paint) (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover,
                 const MsPalette *palette);
  /* False: nothing under the point. Shares its geometry with paint, hence the palette: its text size moves things. */
  bool (*pick) (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette,
                MsSpot *spot);
  char *(*describe) (const MsScene *scene, const MsSpot *spot); /* plain text, lines; transfer full */
  char *(*table) (const MsScene *scene); /* the table twin: TSV with a header row; transfer full */
  MsScene *(*sample) (void);             /* fixed data for its picture test; free with ms_scene_free */
  guint detail; /* the MsDetail that its records need beside the batch; 0: none */
  bool docked;  /* has a place of its own in the window and is no tile */
} MsPainter;

/* Frees what sample gave, with all that it points to. NULL is fine. */
void ms_scene_free (MsScene *scene);

const MsPainter *const *ms_painters (void); /* NULL-terminated, from the one list MS_PAINTERS in painters.h */
const MsPainter *ms_painter_find (const char *name);

G_END_DECLS
