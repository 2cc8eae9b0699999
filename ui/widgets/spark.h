/* SPDX-License-Identifier: MIT */

/* A sparkline: the course of one number, as wide as there is room, without axes; where the number is absent it has
 * gaps. Its words, for assistive programs, are its owner's to set. */
#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_TYPE_SPARK (ms_spark_get_type ())
G_DECLARE_FINAL_TYPE (MsSpark, ms_spark, MS, SPARK, GtkWidget)

GtkWidget *ms_spark_new (void);

/* @steps and @values (n) are copied; NaN: absent. @at: the step that is looked at, marked by a dot; negative: the
 * newest one is. */
void ms_spark_set_values (MsSpark *spark, const gint64 *steps, const double *values, int n, gint64 at);

/* The smallest and largest of @values (n), apart by at least a hundredth of their size, so that noise of rounding is no
 * mountain range. False: all are absent. */
gboolean ms_spark_range (const double *values, int n, double *low, double *high);

G_END_DECLS
