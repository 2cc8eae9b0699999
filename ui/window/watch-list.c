/* SPDX-License-Identifier: MIT */

#include "ui/window/watch-list.h"

#include "ui/widgets/spark.h"
#include <math.h>

#define POINTS 512 /* kept of each reading: more than a sparkline has pixels */

typedef struct {
  MsReadingSeries *series; /* owned */
  GtkWidget *row, *value, *spark; /* of the widget tree */
} Watched;

struct _MsWatchList {
  GtkBox parent;

  GPtrArray *watched; /* of Watched, owned */
  GtkWidget *empty;
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsWatchList, ms_watch_list, GTK_TYPE_BOX)

static void
watched_free (gpointer data)
{
  Watched *watched = data;

  ms_reading_series_free (watched->series);
  g_free (watched);
}

static Watched *
find (MsWatchList *self, const MsReading *reading)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = self->watched->pdata[i];

      if (ms_reading_equal (&watched->series->reading, reading))
        return watched;
    }
  return NULL;
}

static void
name_accessible (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
remove_cb (GtkButton *button, MsWatchList *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = self->watched->pdata[i];

      if (gtk_widget_is_ancestor (GTK_WIDGET (button), watched->row))
        {
          MsReading reading = watched->series->reading;

          ms_watch_list_remove (self, &reading);
          return;
        }
    }
}

static GtkWidget *
new_remove_button (MsWatchList *self, const char *words)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *name = g_strdup_printf ("Stop watching %s", words);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "remove");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, "Stop watching");
  name_accessible (button, name);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_cb), self, 0);
  return button;
}

static GtkWidget *
new_title (const MsReading *reading, const char *words)
{
  GtkWidget *title = gtk_label_new (words);
  g_autofree char *tip = g_strdup_printf ("%s: %s", words, ms_reading_help (reading->id));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_set_tooltip_text (title, tip);
  return title;
}

static Watched *
watched_new (MsWatchList *self, const MsReading *reading)
{
  Watched *watched = g_new0 (Watched, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *words = ms_reading_words (reading), *course = g_strdup_printf ("Course of %s", words);

  watched->series = ms_reading_series_new (reading, POINTS);
  watched->row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  watched->value = gtk_label_new ("–");
  watched->spark = ms_spark_new ();
  gtk_widget_add_css_class (watched->row, "watched");
  gtk_widget_add_css_class (watched->value, "number");
  name_accessible (watched->spark, course);
  gtk_box_append (GTK_BOX (line), new_title (reading, words));
  gtk_box_append (GTK_BOX (line), watched->value);
  gtk_box_append (GTK_BOX (line), new_remove_button (self, words));
  gtk_box_append (GTK_BOX (watched->row), line);
  gtk_box_append (GTK_BOX (watched->row), watched->spark);
  return watched;
}

static void
changed (MsWatchList *self)
{
  gtk_widget_set_visible (self->empty, self->watched->len == 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
ms_watch_list_pin (MsWatchList *self, const MsReading *reading)
{
  Watched *watched;

  if (find (self, reading) != NULL)
    return FALSE;
  watched = watched_new (self, reading);
  g_ptr_array_add (self->watched, watched);
  gtk_box_append (GTK_BOX (self), watched->row);
  changed (self);
  return TRUE;
}

void
ms_watch_list_remove (MsWatchList *self, const MsReading *reading)
{
  Watched *watched = find (self, reading);

  if (watched == NULL)
    return;
  gtk_box_remove (GTK_BOX (self), watched->row);
  g_ptr_array_remove (self->watched, watched);
  changed (self);
}

int
ms_watch_list_count (MsWatchList *self)
{
  return (int) self->watched->len;
}

void
ms_watch_list_add_record (MsWatchList *self, const MsRecord *record)
{
  for (guint i = 0; i < self->watched->len; i++)
    ms_reading_series_add (((Watched *) self->watched->pdata[i])->series, record);
}

void
ms_watch_list_refill (MsWatchList *self, const MsHistory *history, const MsRecord *like, gint64 step)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = self->watched->pdata[i];

      if (!ms_reading_series_refill (watched->series, history, like))
        ms_reading_series_truncate (watched->series, step);
    }
}

void
ms_watch_list_show (MsWatchList *self, const MsRecord *record, gboolean past)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      const Watched *watched = self->watched->pdata[i];
      const MsReadingSeries *series = watched->series;
      double value = record != NULL ? ms_reading_value (&series->reading, record) : NAN;
      g_autofree char *text = ms_reading_format (series->reading.id, value);

      gtk_label_set_text (GTK_LABEL (watched->value), text);
      ms_spark_set_values (MS_SPARK (watched->spark), series->last_step, series->value, series->n,
                           past && record != NULL ? record->step : -1);
    }
}

char *
ms_watch_list_to_text (MsWatchList *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->watched->len; i++)
    {
      g_autofree char *one = ms_reading_to_text (&((Watched *) self->watched->pdata[i])->series->reading);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", one);
    }
  return g_string_free (text, FALSE);
}

bool
ms_watch_list_set_text (MsWatchList *self, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);
  g_autoptr (GArray) readings = g_array_new (FALSE, FALSE, sizeof (MsReading));

  for (char **word = words; *word != NULL; word++)
    {
      MsReading reading;

      if (**word == '\0')
        continue;
      if (!ms_reading_parse (&reading, *word, error))
        return false;
      g_array_append_val (readings, reading);
    }
  while (self->watched->len > 0)
    {
      MsReading last = ((Watched *) self->watched->pdata[self->watched->len - 1])->series->reading;

      ms_watch_list_remove (self, &last);
    }
  for (guint i = 0; i < readings->len; i++)
    ms_watch_list_pin (self, &g_array_index (readings, MsReading, i));
  return true;
}

static void
ms_watch_list_finalize (GObject *object)
{
  g_ptr_array_unref (MS_WATCH_LIST (object)->watched);
  G_OBJECT_CLASS (ms_watch_list_parent_class)->finalize (object);
}

static void
ms_watch_list_class_init (MsWatchListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_watch_list_finalize;
  signals[CHANGED] = g_signal_new ("changed", MS_TYPE_WATCH_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   0);
}

static void
ms_watch_list_init (MsWatchList *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  self->watched = g_ptr_array_new_with_free_func (watched_free);
  self->empty = gtk_label_new ("Choose an expert or a block, and press P to follow its number here");
  gtk_label_set_wrap (GTK_LABEL (self->empty), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->empty), 0);
  gtk_widget_add_css_class (self->empty, "dim-label");
  gtk_widget_add_css_class (self->empty, "note");
  gtk_box_append (GTK_BOX (self), self->empty);
}

GtkWidget *
ms_watch_list_new (void)
{
  return g_object_new (MS_TYPE_WATCH_LIST, NULL);
}
