/* SPDX-License-Identifier: MIT */

/* What the files of the main window share. */
#pragma once

#include "ui/widgets/rows.h"
#include "ui/widgets/workspace.h"
#include "ui/window/alerts-list.h"
#include "ui/window/arrangement.h"
#include "ui/window/breakpoints.h"
#include "ui/window/frame-stats.h"
#include "ui/window/inspector.h"
#include "ui/window/compare.h"
#include "ui/window/live.h"
#include "ui/window/state.h"
#include "ui/window/views-menu.h"
#include "ui/window/watch-list.h"
#include "ui/window/what-if.h"
#include "ui/window/window.h"

G_BEGIN_DECLS

#define MS_DEFAULT_PRESET "digits-vmoe"

struct _MsWindow {
  AdwApplicationWindow parent;

  /* From the template. */
  GtkMenuButton *preset_button, *views_button;
  GtkWidget *open_button, *panel_scroller;
  GtkButton *play_button;
  GtkScale *speed_scale;
  GtkLabel *speed_label, *speed_value, *title_label, *origin_label, *step_label, *epoch_label;
  AdwToastOverlay *toasts;
  AdwFlap *flap;
  GtkStack *stack;
  AdwBin *views, *timeline_place, *breakpoints_place;
  GtkMenuButton *steps_button;
  GtkButton *undo_button, *redo_button;
  GtkMenuButton *compare_button;
  GtkWidget *steered_row;
  GtkDropDown *steered; /* whose settings are shown */
  GtkLabel *contrast;   /* in what they differ */
  GtkBox *panel;
  AdwStatusPage *failed_page;
  GtkButton *folder_button;

  /* Borrowed from the widget tree. */
  MsRows *rows;
  MsWorkspace *workspace;
  MsViewsMenu *views_menu;
  AdwFlap *inspector_flap;
  MsInspector *inspector;
  GtkWidget *stage_bar;    /* shown while a forward pass is walked through */
  GtkLabel *stage_words;
  GPtrArray *stage_pills;  /* of GtkLabel, borrowed; the array is owned */
  MsWatchList *watch_list;
  MsWhatIf *what_if;
  MsAlertsList *alerts_list;
  MsBreakpoints *breakpoints;
  MsCanvas *timeline;
  GtkWidget *compare_off, *compare_on; /* parts of the menu */
  GtkWidget *past_bar; /* shown while the past is looked at */
  GtkLabel *past_label;
  GtkMenuButton *branches_button;
  GtkSpinButton *batches; /* in the menu of steps */
  GtkWidget *choosers, *block_row, *member_row;
  GtkDropDown *block, *member;

  MsLive *live;        /* owned */
  int n_threads;       /* of a run */
  MsLive *second;      /* owned: the run that is compared; NULL: none is */
  MsCompare *compare;  /* owned: what keeps both level */
  char *second_name;   /* owned */
  bool shows_difference; /* a tile for the difference was made when it began */
  char *usual_layout;  /* owned: before that, if it was nobody's own; NULL: it was */
  bool steers_second;  /* settings, undo and interventions act on the second run */
  bool wants_control;  /* the copy that was asked for is to be a control */
  MsScene other;       /* the second run's, that the first one's scenes refer to */
  MsFrameStats *stats; /* owned */
  MsWindowState *state; /* owned: what is remembered */
  MsExperiment *sent;  /* owned: the change that the runner has not answered yet */
  MsExperiment *seen;  /* owned: what the steered run was seen to be on last */
  char *name;          /* owned: what is open */
  char *awaited;       /* owned: the file that was asked for and is not yet there; NULL: none */
  MsExperiment *opening; /* owned: asked to be opened and not yet there; stays after a failure, so that the settings can
                            be put right */
  bool rebuilding;     /* the change under way rebuilds */
  bool focused;        /* the play button has had the keyboard from the start */
  bool told_done;      /* the run's length has been passed, and that was said */
  MsSelection selection;
  bool filling;        /* choosers change by themselves */
  MsArrangement arrangement; /* owns its layouts */
  MsStage stage;       /* how far the forward pass is shown */
  bool stage_asked;    /* the look at the next batch was asked for, and has not come yet */
  bool narrow;         /* no room for the inspector beside the views */
  guint detail;        /* that the runner was last asked for */
  guint64 applying;    /* views that have something to show, as bits */
  double speed;
};

/* window-views.c */
void ms_window_build_views (MsWindow *self);
void ms_window_show_record (MsWindow *self);
void ms_window_set_settled (MsWindow *self, bool settled);
gint64 ms_window_take_paint_time (MsWindow *self);
int ms_window_count_views (MsWindow *self); /* that are shown */
MsScene ms_window_scene (MsWindow *self, const MsPainter *painter);
bool ms_window_toggle_view (MsWindow *self, const char *name, bool shown); /* false: nothing has changed */
void ms_window_open_layout (MsWindow *self, const char *name); /* as it was left, or as the preset says */
void ms_window_use_layout (MsWindow *self, const char *text);  /* a file's */
char *ms_window_layout_text (MsWindow *self);                  /* that is shown; NULL: none yet; transfer full */
void ms_window_remember_layout (MsWindow *self);
void ms_window_use_usual_layout (MsWindow *self);              /* nobody's own */
void ms_window_select (MsWindow *self, MsSelection selection);

/* window-inspector.c */
void ms_window_build_inspector (MsWindow *self);
void ms_window_show_inspector (MsWindow *self);
guint ms_window_inspector_detail (MsWindow *self); /* what its picture needs of records */
void ms_window_fit_inspector (MsWindow *self, int width);
void ms_window_class_install_inspector (GtkWidgetClass *class);

/* window-stages.c */
void ms_window_build_stages (MsWindow *self, GtkBox *above);
void ms_window_leave_stages (MsWindow *self);
bool ms_window_in_stages (MsWindow *self);
void ms_window_follow_stages (MsWindow *self); /* at each news of the runner */
void ms_window_class_install_stages (GtkWidgetClass *class);

/* window-timeline.c */
GtkWidget *ms_window_build_timeline (MsWindow *self);
void ms_window_show_timeline (MsWindow *self, const MsScene *scene);
void ms_window_look_at (MsWindow *self, gint64 step); /* of the past */
void ms_window_look_at_first (MsWindow *self);
void ms_window_look_at_now (MsWindow *self);
void ms_window_move_step (MsWindow *self, int by);
void ms_window_continue (MsWindow *self);
void ms_window_go (MsWindow *self, int branch, gint64 step);
void ms_window_go_to_branch (MsWindow *self, int id); /* to where it ended, unless the run stands in it */

/* window-compare.c */
void ms_window_show_contrast (MsWindow *self); /* in what the compared runs differ */
MsLive *ms_window_steered (MsWindow *self);
void ms_window_steer_second (MsWindow *self, bool second);
void ms_window_compare_experiment (MsWindow *self, const MsExperiment *experiment, const char *name);
void ms_window_compare_checkpoint (MsWindow *self, const char *path);
void ms_window_compare_trace (MsWindow *self, const char *path);
void ms_window_compare_copy (MsWindow *self, const MsCopy *copy);
void ms_window_end_compare (MsWindow *self);
void ms_window_build_compare (MsWindow *self);
void ms_window_class_install_compare (GtkWidgetClass *class);

/* window-session.c */
void ms_window_save_session (MsWindow *self, const char *path);
void ms_window_take_kept (MsWindow *self, const MsKept *kept);

/* window-steps.c */
void ms_window_build_steps (MsWindow *self);
void ms_window_show_undo (MsWindow *self);
void ms_window_set_memory (int megabytes, gpointer window);
void ms_window_class_install_steps (GtkWidgetClass *class);

/* window-watch.c */
GtkWidget *ms_window_build_watch (MsWindow *self); /* the watch list and the alerts, for a side panel */
void ms_window_send_watch (MsWindow *self);
void ms_window_restart_watch (MsWindow *self);
void ms_window_add_watched (MsWindow *self);
void ms_window_show_watch (MsWindow *self, const MsScene *scene);
void ms_window_class_install_watch (GtkWidgetClass *class);

/* window-what-if.c */
GtkWidget *ms_window_build_what_if (MsWindow *self);
void ms_window_show_what_if (MsWindow *self);

/* window-choosers.c */
void ms_window_build_choosers (MsWindow *self);
void ms_window_show_choosers (MsWindow *self, const MsRecord *record);
void ms_window_move_block (MsWindow *self, int by);

/* window-export.c */
void ms_window_show_table (MsWindow *self, MsCanvas *canvas);
void ms_window_save_picture (MsWindow *self, MsCanvas *canvas);

/* window-open.c */
void ms_window_open_preset (MsWindow *self, const char *name);
void ms_window_open_file (MsWindow *self, GFile *file);
void ms_window_take_awaited (MsWindow *self); /* what was asked for is there */
void ms_window_ask_open (MsWindow *self);
void ms_window_ask_compare (MsWindow *self);
void ms_window_ask_folder (MsWindow *self);
void ms_window_open_experiment (MsWindow *self, const MsExperiment *experiment, const char *name);
void ms_window_show_failure (MsWindow *self, const char *sentence);
void ms_window_add_drop_target (MsWindow *self);
GtkWidget *ms_window_new_preset_popover (MsWindow *self);

/* window-actions.c */
void ms_window_class_install_actions (GtkWidgetClass *class);
void ms_window_add_shortcuts (MsWindow *self);
void ms_window_add_states (MsWindow *self);
void ms_window_update_actions (MsWindow *self);
void ms_window_change (MsWindow *self, const MsExperiment *experiment);

/* window.c */
void ms_window_toast (MsWindow *self, const char *sentence);
void ms_window_set_speed (MsWindow *self, double speed);

/* window-news.c */
void ms_window_connect_live (MsWindow *self);
void ms_window_sync_rows (MsWindow *self, bool refused);
void ms_window_follow_rows (MsWindow *self);
void ms_window_show_play_state (MsWindow *self);

G_END_DECLS
