/* SPDX-License-Identifier: MIT */

#include "ui/window/trial-grid.h"

#include <math.h>

static void
attach (GtkGrid *grid, int column, int row, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, row == 0 ? "dim-label" : "number");
  gtk_grid_attach (grid, label, column, row, 1, 1);
}

static void
attach_number (GtkGrid *grid, int column, int row, const char *format, double value)
{
  char text[32];

  g_snprintf (text, sizeof text, format, value);
  attach (grid, column, row, isnan (value) ? "–" : text);
}

/* The busiest expert's share of the layer's assignments. */
static double
largest_share (const MsTrialArm *arm)
{
  int most = 0, all = 0;

  for (int e = 0; e < arm->E; e++)
    {
      most = MAX (most, arm->load[e]);
      all += arm->load[e];
    }
  return all > 0 ? (double) most / all : NAN;
}

/* An arm is a line of words and below it one of numbers: words are long, and the panel is narrow. */
static void
attach_arm (GtkGrid *grid, int row, const MsTrialArm *arm, bool control)
{
  g_autofree char *words = g_strdup_printf ("%s%s", arm->words != NULL ? arm->words : "no other expert is left",
                                            control ? " (control)" : "");
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_grid_attach (grid, label, 0, row, 4, 1);
  attach_number (grid, 0, row + 1, "%.4f", arm->task_loss);
  attach_number (grid, 1, row + 1, "%.1f %%", 100 * arm->error);
  attach_number (grid, 2, row + 1, "%.1f %%", 100 * arm->changed);
  attach_number (grid, 3, row + 1, "%.1f %%", 100 * largest_share (arm));
}

GtkWidget *
ms_trial_grid_new (const MsTrial *trial)
{
  static const char *const titles[] = { "task loss", "error", "changed", "busiest" };
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());

  gtk_grid_set_column_homogeneous (grid, TRUE);
  gtk_grid_set_row_spacing (grid, 2);
  for (int i = 0; i < (int) G_N_ELEMENTS (titles); i++)
    attach (grid, i, 0, titles[i]);
  for (int i = 0; i < MS_N_ARMS; i++)
    attach_arm (grid, 1 + 2 * i, &trial->arm[i], i == MS_ARM_CONTROL);
  return GTK_WIDGET (grid);
}
