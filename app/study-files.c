/* SPDX-License-Identifier: MIT */

#include "app/study-files.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/number.h"
#include "core/study/report.h"
#include "ui/paint/study-figure.h"
#include <string.h>

/* What the figure's struct borrows. */
typedef struct {
  MsStudyFigure figure;
  MsFigurePanel *panels;
  MsFigureVariant *variants;
  GPtrArray *groups; /* of char *, borrowed */
  GPtrArray *texts;  /* of char *, owned */
  double *value;
} Drawn;

static void
drawn_clear (Drawn *self)
{
  g_free (self->panels);
  g_free (self->variants);
  g_free (self->value);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->texts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drawn, drawn_clear)

static const char *
keep_text (Drawn *self, char *text)
{
  g_ptr_array_add (self->texts, text);
  return text;
}

static int
find_group (Drawn *self, const char *name)
{
  guint i;
  if (!g_ptr_array_find_with_equal_func (self->groups, name, g_str_equal, &i))
    {
      i = self->groups->len;
      g_ptr_array_add (self->groups, (gpointer) name);
    }
  return (int) i;
}

static void
fill_variants (Drawn *self, const MsStudy *study)
{
  for (int v = 0; v < study->n_variants; v++)
    {
      const MsStudyVariant *variant = &study->variants[v];
      char place[MS_NUMBER_SIZE];
      self->variants[v] = (MsFigureVariant){ .title = variant->title, .group = find_group (self, variant->group) };
      if (!study->has_axis)
        continue;
      self->variants[v].place = ms_experiment_real (variant->experiment, study->axis);
      self->variants[v].place_name = keep_text (self, g_strdup (ms_number_text (place, self->variants[v].place)));
    }
}

static void
fill_panels (Drawn *self, const MsStudy *study, const MsStudySummary *summary)
{
  double *value = self->value;
  for (int p = 0; p < study->n_panels; p++)
    {
      const MsStudyMetricInfo *info = ms_study_metric_info (study->panels[p]);
      self->panels[p] = (MsFigurePanel){ info->title, info->unit, info->better };
      for (int v = 0; v < study->n_variants; v++)
        for (int s = 0; s < summary->n_seeds; s++)
          *value++ = info->factor * ms_study_summary_values (summary, v, study->panels[p])[s];
    }
}

/* What is the same for all variants, and what the marks are. */
static char *
describe_runs (const MsStudy *study, int n_seeds)
{
  const char *data = ms_study_common_text (study, MS_KEY_TASK_DATA);
  const char *steps = ms_study_common_text (study, MS_KEY_RUN_STEPS);
  const char *batch = ms_study_common_text (study, MS_KEY_OPTIMISER_BATCH);
  GString *text = g_string_new (NULL);
  if (data != NULL)
    g_string_append_printf (text, "%s · ", data);
  if (steps != NULL && batch != NULL)
    g_string_append_printf (text, "%s steps of %s examples · ", steps, batch);
  g_string_append_printf (text, "mean and standard error over %d seed%s, which are the faint dots", n_seeds,
                          n_seeds == 1 ? "" : "s");
  return g_string_free (text, FALSE);
}

static void
fill_figure (Drawn *self, const MsCampaign *campaign, const MsStudySummary *summary)
{
  const MsStudy *study = ms_campaign_study (campaign);
  self->panels = g_new0 (MsFigurePanel, study->n_panels);
  self->variants = g_new0 (MsFigureVariant, study->n_variants);
  self->value = g_new0 (double, study->n_panels * study->n_variants * summary->n_seeds);
  self->groups = g_ptr_array_new ();
  self->texts = g_ptr_array_new_with_free_func (g_free);
  fill_variants (self, study);
  fill_panels (self, study, summary);
  const MsKey *axis = study->has_axis ? ms_key (study->axis) : NULL;
  self->figure = (MsStudyFigure){
    .title = study->title,
    .foot = keep_text (self, describe_runs (study, summary->n_seeds)),
    .n_panels = study->n_panels,
    .n_variants = study->n_variants,
    .n_seeds = summary->n_seeds,
    .n_groups = (int) self->groups->len,
    .panels = self->panels,
    .variants = self->variants,
    .groups = (const char *const *) self->groups->pdata,
    .value = self->value,
    .axis = axis == NULL         ? NULL
            : axis->unit != NULL ? keep_text (self, g_strdup_printf ("%s, %s", axis->label, axis->unit))
                                 : axis->label,
  };
}

/* Takes @text. */
static bool
write_text (const char *folder, const char *name, char *text, GError **error)
{
  g_autofree char *owned = text;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, error);
  if (writer == NULL)
    return false;
  ms_file_writer_write (writer, owned, strlen (owned));
  return ms_file_writer_commit (writer, error);
}

static bool
write_figures (const MsCampaign *campaign, const MsStudySummary *summary, const char *folder, GError **error)
{
  g_auto (Drawn) drawn = { 0 };
  g_autofree char *svg = g_build_filename (folder, "figure.svg", NULL);
  g_autofree char *pdf = g_build_filename (folder, "figure.pdf", NULL);
  fill_figure (&drawn, campaign, summary);
  return ms_study_figure_save (&drawn.figure, ms_palette_light (), svg, error)
         && ms_study_figure_save (&drawn.figure, ms_palette_light (), pdf, error);
}

bool
ms_study_files_write (const MsCampaign *campaign, const MsStudySummary *summary, const char *folder, GError **error)
{
  g_autoptr (JsonNode) node = ms_study_summary_to_node (campaign, summary);
  return write_text (folder, "results.csv", ms_study_results_csv (campaign), error)
         && write_text (folder, "summary.csv", ms_study_summary_csv (campaign, summary), error)
         && write_text (folder, "summary.json", ms_json_text (node), error)
         && write_figures (campaign, summary, folder, error)
         && write_text (folder, "report.md", ms_study_report (campaign, summary, "figure.svg"), error);
}

const char *const *
ms_study_files (void)
{
  static const char *const names[] = { "results.csv", "summary.csv", "summary.json", "figure.svg",
                                       "figure.pdf",  "report.md",   NULL };
  return names;
}
