/* SPDX-License-Identifier: MIT */

#include "ui/paint/study-figure.h"

#include "core/metrics/sample.h"
#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/export.h"
#include "ui/paint/frame.h"
#include "ui/paint/text.h"

#include <math.h>
#include <string.h>

#define ACROSS 3   /* panels in a row */
#define MARGIN 16
#define HEAD 34    /* title */
#define LEGEND 22
#define FOOT 24
#define NAMES 190  /* the variants' titles, left of each row of panels */
#define PANEL 236  /* width of a panel's plot */
#define GAP 34     /* between panels */
#define ROW 19
#define LINES 168  /* height of a plot with lines */
#define TITLE 26   /* above each plot */
#define LABELS 34  /* below: ticks, and the axis' title */
#define TICKS_LEFT 52

typedef struct {
  const MsStudyFigure *figure;
  const MsPalette *palette;
  int across, down;
  double panel;  /* width of a plot */
  double plot;   /* its height */
  double left;   /* of the first plot */
} Layout;

static double
plot_height (const MsStudyFigure *figure, double scale)
{
  return figure->axis != NULL ? LINES * scale : (ROW * figure->n_variants + 6) * scale;
}

void
ms_study_figure_size (const MsStudyFigure *figure, const MsPalette *palette, double *width, double *height)
{
  double s = palette->scale;
  int across = MIN (ACROSS, MAX (figure->n_panels, 1)), down = (figure->n_panels + ACROSS - 1) / ACROSS;
  double side = figure->axis != NULL ? TICKS_LEFT * across : NAMES;

  *width = (2 * MARGIN + side + PANEL * across + GAP * (across - 1)) * s;
  *height = (2 * MARGIN + HEAD + LEGEND + FOOT) * s + down * (plot_height (figure, s) + (TITLE + LABELS) * s);
}

static Layout
lay_out (const MsStudyFigure *figure, const MsPalette *palette, double width, double height)
{
  double s = palette->scale;
  Layout layout = { figure, palette, MIN (ACROSS, MAX (figure->n_panels, 1)),
                    MAX (1, (figure->n_panels + ACROSS - 1) / ACROSS) };
  bool lines = figure->axis != NULL;
  double side = (lines ? TICKS_LEFT * layout.across : NAMES) * s;
  double above = (2 * MARGIN + HEAD + LEGEND + FOOT) * s;

  layout.panel = MAX (8, (width - (2 * MARGIN + GAP * (layout.across - 1)) * s - side) / layout.across);
  layout.plot = MAX (8, (height - above) / layout.down - (TITLE + LABELS) * s);
  layout.left = (MARGIN + (lines ? TICKS_LEFT : NAMES)) * s;
  return layout;
}

static cairo_rectangle_t
plot_at (const Layout *layout, int panel)
{
  double s = layout->palette->scale;
  int column = panel % layout->across, row = panel / layout->across;
  double step = layout->panel + (GAP + (layout->figure->axis != NULL ? TICKS_LEFT : 0)) * s;
  double top = (MARGIN + HEAD + LEGEND + TITLE) * s;

  return (cairo_rectangle_t) { round (layout->left + column * step),
                               round (top + row * (layout->plot + (TITLE + LABELS) * s)), layout->panel,
                               layout->plot };
}

static const double *
values_of (const MsStudyFigure *figure, int panel, int variant)
{
  return figure->value + ((gsize) panel * figure->n_variants + variant) * figure->n_seeds;
}

/* The range that holds all seeds and error bars of a panel, with a margin. False: there is nothing. */
static bool
find_range (const MsStudyFigure *figure, int panel, double *lo, double *hi)
{
  *lo = INFINITY;
  *hi = -INFINITY;
  for (int v = 0; v < figure->n_variants; v++)
    {
      const double *values = values_of (figure, panel, v);
      MsSample sample = ms_sample (values, figure->n_seeds);

      for (int i = 0; i < figure->n_seeds; i++)
        if (isfinite (values[i]))
          {
            *lo = MIN (*lo, values[i]);
            *hi = MAX (*hi, values[i]);
          }
      if (isfinite (sample.sem))
        {
          *lo = MIN (*lo, sample.mean - sample.sem);
          *hi = MAX (*hi, sample.mean + sample.sem);
        }
    }
  if (!(*hi >= *lo))
    return false;

  double margin = *hi > *lo ? 0.06 * (*hi - *lo) : MAX (0.05 * fabs (*hi), 1e-6);

  *hi += margin;
  *lo = *lo >= 0 ? MAX (0, *lo - margin) : *lo - margin; /* none of the metrics has a scale beyond 0 */
  return true;
}

static MsColour
group_colour (const MsStudyFigure *figure, const MsPalette *palette, int group)
{
  return figure->n_groups > 1 ? ms_palette_category (palette, group) : palette->accent;
}

/* Groups differ in shape as well as in colour. */
static void
draw_marker (cairo_t *cr, int group, double x, double y, double r, MsColour colour)
{
  cairo_new_path (cr);
  switch (group % 4)
    {
    case 0:
      cairo_arc (cr, x, y, r, 0, 2 * G_PI);
      break;
    case 1:
      cairo_rectangle (cr, x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
      break;
    case 2:
      cairo_move_to (cr, x, y - 1.3 * r);
      cairo_line_to (cr, x + 1.3 * r, y);
      cairo_line_to (cr, x, y + 1.3 * r);
      cairo_line_to (cr, x - 1.3 * r, y);
      break;
    default:
      cairo_move_to (cr, x, y - 1.2 * r);
      cairo_line_to (cr, x + 1.15 * r, y + 0.9 * r);
      cairo_line_to (cr, x - 1.15 * r, y + 0.9 * r);
      break;
    }
  cairo_close_path (cr);
  ms_draw_colour (cr, colour);
  cairo_fill (cr);
}

/* A bar from (x0, y0) to (x1, y1), horizontal or vertical, with caps. */
static void
draw_bar (cairo_t *cr, double x0, double y0, double x1, double y1, double cap, MsColour colour)
{
  double dx = x0 == x1 ? cap : 0, dy = x0 == x1 ? 0 : cap;

  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
  cairo_move_to (cr, x0 - dx, y0 - dy);
  cairo_line_to (cr, x0 + dx, y0 + dy);
  cairo_move_to (cr, x1 - dx, y1 - dy);
  cairo_line_to (cr, x1 + dx, y1 + dy);
  ms_draw_colour (cr, colour);
  cairo_set_line_width (cr, 1.3);
  cairo_stroke (cr);
}

static void
draw_panel_title (cairo_t *cr, const Layout *layout, int panel, const cairo_rectangle_t *plot)
{
  const MsFigurePanel *info = &layout->figure->panels[panel];
  const MsPalette *palette = layout->palette;
  double s = palette->scale, y = plot->y - 12 * s;
  g_autofree char *title = g_strconcat (info->title, *info->unit != '\0' ? ", " : "", info->unit, NULL);
  const char *better = info->better < 0 ? "lower is better" : info->better > 0 ? "higher is better" : "";
  double note = ms_text_width (palette, MS_TEXT_SMALL, better) + 8 * s;
  MsText look = { MS_TEXT_FIGURE, palette->text, .ay = 0.5, .max_width = MAX (1, plot->width - note) };
  MsText small = { MS_TEXT_SMALL, palette->muted, .ax = 1, .ay = 0.5, .max_width = plot->width };

  ms_text_draw (cr, palette, &look, plot->x, y, title);
  ms_text_draw (cr, palette, &small, plot->x + plot->width, y, better);
}

/* One variant of a panel with rows. */
static void
draw_row (cairo_t *cr, const Layout *layout, int panel, int variant, const MsAxis *axis, double y)
{
  const MsStudyFigure *figure = layout->figure;
  const double *values = values_of (figure, panel, variant);
  MsSample sample = ms_sample (values, figure->n_seeds);
  int group = figure->variants[variant].group;
  MsColour colour = group_colour (figure, layout->palette, group);
  double s = layout->palette->scale;

  for (int i = 0; i < figure->n_seeds && figure->n_seeds > 1; i++)
    if (isfinite (values[i]))
      draw_marker (cr, 0, ms_axis_at (axis, values[i]), y, 2.2 * s, ms_colour_alpha (colour, 0.3));
  if (isfinite (sample.sem))
    draw_bar (cr, ms_axis_at (axis, sample.mean - sample.sem), y, ms_axis_at (axis, sample.mean + sample.sem), y,
              3.5 * s, colour);
  if (sample.n > 0)
    draw_marker (cr, group, ms_axis_at (axis, sample.mean), y, 4 * s, colour);
  else
    {
      MsText look = { MS_TEXT_SMALL, layout->palette->muted, .ay = 0.5, .max_width = axis->p1 - axis->p0 };

      ms_text_draw (cr, layout->palette, &look, axis->p0 + 4 * s, y, "–");
    }
}

static double
row_middle (const Layout *layout, const cairo_rectangle_t *plot, int variant)
{
  double step = (plot->height - 6 * layout->palette->scale) / MAX (1, layout->figure->n_variants);

  return plot->y + 3 * layout->palette->scale + (variant + 0.5) * step;
}

static void
draw_rows (cairo_t *cr, const Layout *layout, int panel, const cairo_rectangle_t *plot, double lo, double hi)
{
  const MsPalette *palette = layout->palette;
  double s = palette->scale;
  MsAxis axis = { lo, hi, plot->x, plot->x + plot->width };
  MsTicks ticks = ms_ticks (lo, hi, 6, false);

  for (int i = 0; i < ticks.n; i++)
    ms_draw_rule (cr, round (ms_axis_at (&axis, ms_ticks_value (&ticks, i))), plot->y, 1, plot->height,
                  palette->grid);
  ms_draw_rule (cr, plot->x, plot->y + plot->height, plot->width, 1, palette->outline);
  ms_axis_draw_x (cr, palette, &axis, &ticks, plot->y + plot->height + 4 * s, plot->x - 16 * s,
                  plot->x + plot->width + 16 * s);
  for (int v = 0; v < layout->figure->n_variants; v++)
    draw_row (cr, layout, panel, v, &axis, row_middle (layout, plot, v));
}

static void
draw_names (cairo_t *cr, const Layout *layout, const cairo_rectangle_t *plot)
{
  const MsPalette *palette = layout->palette;
  MsText look = { MS_TEXT_LABEL, palette->text, .ax = 1, .ay = 0.5, .max_width = (NAMES - 12) * palette->scale };

  for (int v = 0; v < layout->figure->n_variants; v++)
    ms_text_draw (cr, palette, &look, plot->x - 12 * palette->scale, row_middle (layout, plot, v),
                  layout->figure->variants[v].title);
}

/* No variant before @v stands at its place. */
static bool
is_first_at_place (const MsStudyFigure *figure, int v)
{
  for (int w = 0; w < v; w++)
    if (figure->variants[w].place == figure->variants[v].place)
      return false;
  return true;
}

/* The index of a variant's place among the different places in growing order, and how many there are: places stand
 * equally far apart, because experiments step by factors. */
static int
rank_place (const MsStudyFigure *figure, double place, int *n)
{
  int rank = 0;

  *n = 0;
  for (int v = 0; v < figure->n_variants; v++)
    {
      bool first = is_first_at_place (figure, v);

      rank += first && figure->variants[v].place < place;
      *n += first;
    }
  return rank;
}

static double
place_x (const MsStudyFigure *figure, const cairo_rectangle_t *plot, double place)
{
  int n, rank = rank_place (figure, place, &n);

  return plot->x + (rank + 0.5) / n * plot->width;
}

static void
draw_places (cairo_t *cr, const Layout *layout, const cairo_rectangle_t *plot)
{
  const MsStudyFigure *figure = layout->figure;
  const MsPalette *palette = layout->palette;
  double s = palette->scale, bottom = plot->y + plot->height;
  MsText label = { MS_TEXT_SMALL, palette->muted, .ax = 0.5 };
  MsText title = { MS_TEXT_SMALL, palette->text, .ax = 0.5, .max_width = plot->width };

  ms_draw_rule (cr, plot->x, bottom, plot->width, 1, palette->outline);
  for (int v = 0; v < figure->n_variants; v++)
    if (is_first_at_place (figure, v))
      ms_text_draw (cr, palette, &label, place_x (figure, plot, figure->variants[v].place), bottom + 3 * s,
                    figure->variants[v].place_name);
  ms_text_draw (cr, palette, &title, plot->x + plot->width / 2, bottom + 16 * s, figure->axis);
}

/* The variant of @group with the smallest place above @after; -1: none. */
static int
next_of_group (const MsStudyFigure *figure, int group, double after)
{
  int best = -1;

  for (int v = 0; v < figure->n_variants; v++)
    if (figure->variants[v].group == group && figure->variants[v].place > after
        && (best < 0 || figure->variants[v].place < figure->variants[best].place))
      best = v;
  return best;
}

static void
draw_point (cairo_t *cr, const Layout *layout, int panel, int variant, const MsAxis *up, double x)
{
  const MsStudyFigure *figure = layout->figure;
  const double *values = values_of (figure, panel, variant);
  MsSample sample = ms_sample (values, figure->n_seeds);
  int group = figure->variants[variant].group;
  MsColour colour = group_colour (figure, layout->palette, group);
  double s = layout->palette->scale;

  for (int i = 0; i < figure->n_seeds && figure->n_seeds > 1; i++)
    if (isfinite (values[i]))
      draw_marker (cr, 0, x, ms_axis_at (up, values[i]), 2 * s, ms_colour_alpha (colour, 0.3));
  if (isfinite (sample.sem))
    draw_bar (cr, x, ms_axis_at (up, sample.mean - sample.sem), x, ms_axis_at (up, sample.mean + sample.sem), 3 * s,
              colour);
  if (sample.n > 0)
    draw_marker (cr, group, x, ms_axis_at (up, sample.mean), 3.8 * s, colour);
}

/* Groups stand a little beside each other, so that their error bars can be told apart. */
static void
draw_group (cairo_t *cr, const Layout *layout, int panel, int group, const cairo_rectangle_t *plot, const MsAxis *up)
{
  const MsStudyFigure *figure = layout->figure;
  double shift = (group - 0.5 * (figure->n_groups - 1)) * 6 * layout->palette->scale;
  MsColour colour = group_colour (figure, layout->palette, group);

  cairo_new_path (cr);
  for (int v = next_of_group (figure, group, -INFINITY); v >= 0;
       v = next_of_group (figure, group, figure->variants[v].place))
    {
      MsSample sample = ms_sample (values_of (figure, panel, v), figure->n_seeds);

      if (sample.n > 0)
        cairo_line_to (cr, place_x (figure, plot, figure->variants[v].place) + shift, ms_axis_at (up, sample.mean));
    }
  ms_draw_colour (cr, ms_colour_alpha (colour, 0.8));
  cairo_set_line_width (cr, 1.4);
  cairo_stroke (cr);
  for (int v = 0; v < figure->n_variants; v++)
    if (figure->variants[v].group == group)
      draw_point (cr, layout, panel, v, up, place_x (figure, plot, figure->variants[v].place) + shift);
}

static void
draw_lines (cairo_t *cr, const Layout *layout, int panel, const cairo_rectangle_t *plot, double lo, double hi)
{
  MsAxis up = { lo, hi, plot->y + plot->height, plot->y };
  MsTicks ticks = ms_ticks (lo, hi, 6, false);

  ms_axis_draw_y (cr, layout->palette, &up, &ticks, plot->x, plot->x + plot->width, "");
  draw_places (cr, layout, plot);
  for (int g = 0; g < layout->figure->n_groups; g++)
    draw_group (cr, layout, panel, g, plot, &up);
}

static void
draw_panel (cairo_t *cr, const Layout *layout, int panel)
{
  cairo_rectangle_t plot = plot_at (layout, panel);
  double lo, hi;

  draw_panel_title (cr, layout, panel, &plot);
  if (layout->figure->axis == NULL && panel % layout->across == 0)
    draw_names (cr, layout, &plot);
  if (!find_range (layout->figure, panel, &lo, &hi))
    ms_frame_missing (cr, &plot, layout->palette, "not measured");
  else if (layout->figure->axis != NULL)
    draw_lines (cr, layout, panel, &plot, lo, hi);
  else
    draw_rows (cr, layout, panel, &plot, lo, hi);
}

static void
draw_legend (cairo_t *cr, const MsStudyFigure *figure, const MsPalette *palette, double width)
{
  double s = palette->scale, x = MARGIN * s, y = (MARGIN + HEAD) * s;

  for (int g = 0; g < figure->n_groups; g++)
    {
      MsText look = { MS_TEXT_LABEL, palette->text, .ay = 0.5, .max_width = MAX (1, width - x - 30 * s) };

      draw_marker (cr, g, x + 5 * s, y, 4 * s, group_colour (figure, palette, g));
      x += 14 * s + ms_text_draw (cr, palette, &look, x + 14 * s, y, figure->groups[g]) + 18 * s;
    }
}

void
ms_study_figure_paint (cairo_t *cr, double width, double height, const MsStudyFigure *figure, const MsPalette *palette)
{
  Layout layout = lay_out (figure, palette, width, height);
  double s = palette->scale;
  MsText title = { MS_TEXT_TITLE, palette->text, .ay = 0.5, .max_width = MAX (1, width - 2 * MARGIN * s) };
  MsText foot = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, width - 2 * MARGIN * s) };

  ms_draw_rect (cr, &(cairo_rectangle_t) { 0, 0, width, height }, palette->panel);
  ms_text_draw (cr, palette, &title, MARGIN * s, (MARGIN + 8) * s, figure->title);
  draw_legend (cr, figure, palette, width);
  for (int panel = 0; panel < figure->n_panels; panel++)
    draw_panel (cr, &layout, panel);
  ms_text_draw (cr, palette, &foot, MARGIN * s, height - (MARGIN + 4) * s, figure->foot);
}

typedef struct {
  const MsStudyFigure *figure;
  const MsPalette *palette;
} Drawing;

static void
draw_cb (cairo_t *cr, double width, double height, gconstpointer data)
{
  const Drawing *drawing = data;

  ms_study_figure_paint (cr, width, height, drawing->figure, drawing->palette);
}

bool
ms_study_figure_save (const MsStudyFigure *figure, const MsPalette *palette, const char *path, GError **error)
{
  Drawing drawing = { figure, palette };
  double width, height;

  ms_study_figure_size (figure, palette, &width, &height);
  return ms_paint_export_drawing (draw_cb, &drawing, figure->title, width, height, path, error);
}
