/* SPDX-License-Identifier: MIT */

/* The watch list: readings that somebody pinned, each with its number and its course. It keeps their past itself, so
 * that the list is cheap to show however long the run is.
 *
 * Signal: "changed": something was pinned or taken out. */
#pragma once

#include "core/metrics/reading-series.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_WATCH_LIST (ms_watch_list_get_type ())
G_DECLARE_FINAL_TYPE (MsWatchList, ms_watch_list, MS, WATCH_LIST, GtkBox)

GtkWidget *ms_watch_list_new (void);

/* FALSE: it is there already. Its past is empty until the next refill. */
gboolean ms_watch_list_pin (MsWatchList *list, const MsReading *reading);
void ms_watch_list_remove (MsWatchList *list, const MsReading *reading);
int ms_watch_list_count (MsWatchList *list);

/* A record newer than all before it. */
void ms_watch_list_add_record (MsWatchList *list, const MsRecord *record);

/* The run went back to @step, or began anew (-1), or something was pinned: the past is taken from @history as far as it
 * tells it, and of what it does not tell, what came after @step is forgotten. @like: a record of the run, or NULL. */
void ms_watch_list_refill (MsWatchList *list, const MsHistory *history, const MsRecord *like, gint64 step);

/* The numbers of @record (NULL: there is none), which is of the past if @past. */
void ms_watch_list_show (MsWatchList *list, const MsRecord *record, gboolean past);

/* "share@3:5 loss", for files. */
char *ms_watch_list_to_text (MsWatchList *list); /* transfer full */
bool ms_watch_list_set_text (MsWatchList *list, const char *text, GError **error); /* false: nothing has changed */

G_END_DECLS
