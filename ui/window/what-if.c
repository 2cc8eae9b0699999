/* SPDX-License-Identifier: MIT */

#include "ui/window/what-if.h"
#include "ui/window/trial-grid.h"

#include <string.h>

/* What can be done about an expert. */
static const struct {
  MsInterventionKind kind;
  bool token;   /* FORCE: only this one */
  double value; /* BIAS: what is added to what stands; FORCE: the margin */
  const char *tip;
} actions[] = {
  { MS_INTERVENE_MASK, false, 0, "It takes part no more, from the next batch until this is withdrawn" },
  { MS_INTERVENE_FORCE, true, 4,
    "In every example this token goes to it first: its logit becomes the largest by 4, from the next batch on" },
  { MS_INTERVENE_FORCE, false, 4,
    "Every token goes to it first: its logit becomes the largest by 4, from the next batch until this is withdrawn" },
  { MS_INTERVENE_BIAS, false, 1, "Added to its logit for every token, from the next batch until this is withdrawn" },
  { MS_INTERVENE_BIAS, false, -1, "Added to its logit for every token, from the next batch until this is withdrawn" },
  { MS_INTERVENE_FREEZE, false, 0, "The block's router learns no more, from the next batch until this is withdrawn" },
  { MS_INTERVENE_SWAP, false, 0, "Their weights change places, once; the router's stay" },
  { MS_INTERVENE_CLONE, false, 0, "The other expert gets this one's weights, once; the router's stay" },
};

#define N_ACTIONS ((int) G_N_ELEMENTS (actions))

/* What is chosen, as an intervention speaks of it. */
typedef struct {
  bool there;        /* a layer */
  int block, member; /* of the layer */
  int E, expert;
  int token;         /* index in its example; -1: none is chosen */
  bool logits, soft; /* what the router has */
  bool learns;
} Target;

struct _MsWhatIf {
  GtkBox parent;

  Target target;
  MsInterventions *set; /* owned; never NULL */
  MsTrial *trial;       /* owned or NULL */
  int suggested;        /* expert that was chosen in a view last */
  GtkWidget *hint, *expert_line, *other_line, *standing, *result;
  GtkSpinButton *expert, *other;
  GtkWidget *apply[N_ACTIONS], *attempt[N_ACTIONS];
};

enum {
  TRY,
  INTERVENE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsWhatIf, ms_what_if, GTK_TYPE_BOX)

static void
name_accessible (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static Target
find_target (const MsRecord *record, const MsSelection *selection)
{
  int layer = MAX (selection->layer, 0);
  const MsRouting *r = record != NULL && layer < record->n_routing ? record->routing[layer] : NULL;
  Target target = { .token = -1, .expert = selection->expert };
  bool has_token;

  if (r == NULL)
    return target;
  has_token = selection->token != MS_NONE && selection->token < r->T;
  if (target.expert == MS_NONE && has_token && r->expert != NULL)
    target.expert = r->expert[(gsize) selection->token * (gsize) r->K];
  target.there = true;
  if (target.expert >= r->E)
    target.expert = MS_NONE;
  target.block = r->layer;
  target.member = r->member;
  target.E = r->E;
  target.token = has_token && record->tokens > 0 ? selection->token % record->tokens : -1;
  target.soft = r->slots > 0;
  target.learns = strcmp (r->router, "hash") != 0 && strcmp (r->router, "random") != 0;
  target.logits = target.learns && !target.soft;
  return target;
}

static MsIntervention
build (const MsWhatIf *self, int i)
{
  const Target *t = &self->target;
  MsIntervention one = { actions[i].kind, t->block, t->member, t->expert, -1, -1, -1, actions[i].value };

  if (one.kind == MS_INTERVENE_FREEZE)
    one.expert = -1;
  if (ms_intervention_is_edit (&one))
    one.other = gtk_spin_button_get_value_as_int (self->other);
  if (actions[i].token)
    one.token = t->token;
  for (int j = 0; one.kind == MS_INTERVENE_BIAS && j < ms_interventions_count (self->set); j++)
    {
      const MsIntervention *before = ms_interventions_at (self->set, j);

      if (before->kind == one.kind && before->block == one.block && before->member == one.member
          && before->expert == one.expert)
        one.value += before->value;
    }
  return one;
}

static bool
is_possible (const MsWhatIf *self, int i)
{
  const Target *t = &self->target;

  if (!t->there)
    return false;
  switch (actions[i].kind)
    {
    case MS_INTERVENE_MASK:
      return t->logits || t->soft;
    case MS_INTERVENE_FORCE:
      return t->logits && (!actions[i].token || t->token >= 0);
    case MS_INTERVENE_BIAS:
      return t->logits;
    case MS_INTERVENE_FREEZE:
      return t->learns;
    default:
      return gtk_spin_button_get_value_as_int (self->other) != t->expert;
    }
}

static char *
words_of (const MsWhatIf *self, int i)
{
  const Target *t = &self->target;
  int other = gtk_spin_button_get_value_as_int (self->other);

  switch (actions[i].kind)
    {
    case MS_INTERVENE_MASK:
      return g_strdup_printf ("Mask expert %d", t->expert);
    case MS_INTERVENE_FORCE:
      if (!actions[i].token)
        return g_strdup_printf ("Force all tokens to expert %d", t->expert);
      return g_strdup_printf ("Force token %d to expert %d", t->token, t->expert);
    case MS_INTERVENE_BIAS:
      return g_strdup_printf ("Bias %s1 on expert %d", actions[i].value > 0 ? "+" : "−", t->expert);
    case MS_INTERVENE_FREEZE:
      return g_strdup ("Freeze router");
    case MS_INTERVENE_SWAP:
      return g_strdup_printf ("Swap with expert %d", other);
    default:
      return g_strdup_printf ("Clone to expert %d", other);
    }
}

static int
find_action (GtkWidget *const *buttons, gpointer button)
{
  for (int i = 0; i < N_ACTIONS; i++)
    if ((gpointer) buttons[i] == button)
      return i;
  g_return_val_if_reached (0);
}

static void
apply_cb (GtkButton *button, MsWhatIf *self)
{
  MsIntervention one = build (self, find_action (self->apply, button));
  /* A bias that comes to nothing is none. */
  bool on = one.kind != MS_INTERVENE_BIAS || one.value < 0 || one.value > 0;

  g_signal_emit (self, signals[INTERVENE], 0, &one, on);
}

static void
try_cb (GtkButton *button, MsWhatIf *self)
{
  MsIntervention one = build (self, find_action (self->attempt, button));

  g_signal_emit (self, signals[TRY], 0, &one);
}

static void
update_actions (MsWhatIf *self)
{
  const Target *t = &self->target;
  g_autofree char *hint = t->there ? g_strdup_printf ("Expert of block %d", t->block)
                                   : g_strdup ("Nothing is routed here that could be steered");

  gtk_label_set_text (GTK_LABEL (self->hint), hint);
  gtk_widget_set_visible (GTK_WIDGET (self->expert), t->there);
  gtk_widget_set_visible (self->other_line, t->there && t->E > 1);
  for (int i = 0; i < N_ACTIONS; i++)
    {
      g_autofree char *words = words_of (self, i), *attempt = g_strdup_printf ("Try: %s", words);
      bool possible = is_possible (self, i);

      gtk_button_set_label (GTK_BUTTON (self->apply[i]), words);
      name_accessible (self->attempt[i], attempt);
      gtk_widget_set_visible (gtk_widget_get_parent (self->apply[i]), possible);
    }
}

static void
clear (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_widget_unparent (child);
}

static GtkWidget *
new_label (const char *text, bool dim)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  if (dim)
    gtk_widget_add_css_class (label, "dim-label");
  return label;
}

static void
withdraw_cb (GtkButton *button, MsWhatIf *self)
{
  const MsIntervention *one = g_object_get_data (G_OBJECT (button), "intervention");
  MsIntervention copy = *one; /* the button may be gone before the signal is done */

  g_signal_emit (self, signals[INTERVENE], 0, &copy, FALSE);
}

static GtkWidget *
new_standing (MsWhatIf *self, const MsIntervention *one)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *words = ms_intervention_words (one), *name = g_strdup_printf ("Withdraw %s", words);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, "Withdraw");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  name_accessible (button, name);
  g_object_set_data_full (G_OBJECT (button), "intervention", g_memdup2 (one, sizeof *one), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (withdraw_cb), self, 0);
  gtk_box_append (GTK_BOX (line), new_label (words, false));
  gtk_box_append (GTK_BOX (line), button);
  return line;
}

static void
update_standing (MsWhatIf *self)
{
  int n = ms_interventions_count (self->set);

  clear (self->standing);
  if (n > 0)
    gtk_box_append (GTK_BOX (self->standing), new_label ("In force", true));
  for (int i = 0; i < n; i++)
    gtk_box_append (GTK_BOX (self->standing), new_standing (self, ms_interventions_at (self->set, i)));
}

/* Who has pressed Try wants to see what came of it; where that lies is known after the layout of the frame that follows
 * the one of which @data is the number. */
static gboolean
reveal_cb (GtkWidget *result, GdkFrameClock *clock, gpointer data)
{
  GtkWidget *viewport = gtk_widget_get_ancestor (result, GTK_TYPE_VIEWPORT);
  GtkAdjustment *adjustment;
  double x, top;

  if (gdk_frame_clock_get_frame_counter (clock) < (gint64) GPOINTER_TO_SIZE (data) + 2)
    return G_SOURCE_CONTINUE;
  if (viewport == NULL || !gtk_widget_translate_coordinates (result, viewport, 0, 0, &x, &top))
    return G_SOURCE_REMOVE;
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport));
  top += gtk_adjustment_get_value (adjustment);
  gtk_adjustment_clamp_page (adjustment, top, top + gtk_widget_get_height (result));
  return G_SOURCE_REMOVE;
}

static void
reveal_result (MsWhatIf *self)
{
  gint64 now = gdk_frame_clock_get_frame_counter (gtk_widget_get_frame_clock (self->result));

  gtk_widget_add_tick_callback (self->result, reveal_cb, GSIZE_TO_POINTER ((gsize) now), NULL);
}

static void
update_result (MsWhatIf *self)
{
  clear (self->result);
  if (self->trial == NULL)
    return;
  g_autofree char *about = g_strdup_printf ("Tried on the %d examples after step %" G_GINT64_FORMAT ", block %d",
                                            self->trial->examples, self->trial->step, self->trial->block);
  gtk_box_append (GTK_BOX (self->result), new_label (about, true));
  gtk_box_append (GTK_BOX (self->result), ms_trial_grid_new (self->trial));
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    reveal_result (self);
}

static bool
same_target (const Target *a, const Target *b)
{
  return a->there == b->there && a->block == b->block && a->member == b->member && a->E == b->E
         && a->expert == b->expert && a->token == b->token && a->logits == b->logits && a->soft == b->soft
         && a->learns == b->learns;
}

/* The partner of a swap is another expert that there is. */
static void
fit_other (MsWhatIf *self)
{
  Target *t = &self->target;
  int other = gtk_spin_button_get_value_as_int (self->other);

  t->expert = gtk_spin_button_get_value_as_int (self->expert);
  gtk_spin_button_set_range (self->other, 0, MAX (t->E - 1, 0));
  if (t->there && t->E > 1 && (other == t->expert || other >= t->E))
    gtk_spin_button_set_value (self->other, (t->expert + 1) % t->E);
}

static void
expert_cb (MsWhatIf *self)
{
  fit_other (self);
  update_actions (self);
}

/* What is chosen in a view is spoken of; who chooses here is not overruled by the next record. */
static void
follow (MsWhatIf *self, int suggested)
{
  gtk_spin_button_set_range (self->expert, 0, MAX (self->target.E - 1, 0));
  if (suggested >= 0 && suggested != self->suggested)
    gtk_spin_button_set_value (self->expert, suggested);
  self->suggested = suggested;
}

void
ms_what_if_show (MsWhatIf *self, const MsRecord *record, const MsSelection *selection, const MsInterventions *set,
                 const MsTrial *trial)
{
  Target target = find_target (record, selection);
  g_autoptr (MsInterventions) now
    = set != NULL ? ms_interventions_ref ((MsInterventions *) set) : ms_interventions_new ();
  int suggested = target.expert;

  target.expert = self->target.expert;
  if (!same_target (&target, &self->target) || suggested != self->suggested)
    {
      self->target = target;
      follow (self, suggested);
      expert_cb (self);
    }
  if (!ms_interventions_equal (now, self->set))
    {
      ms_interventions_unref (self->set);
      self->set = g_steal_pointer (&now);
      update_standing (self);
    }
  if (trial == self->trial)
    return;
  g_clear_pointer (&self->trial, ms_trial_unref);
  self->trial = trial != NULL ? ms_trial_ref ((MsTrial *) trial) : NULL;
  update_result (self);
}

GtkWidget *
ms_what_if_new (void)
{
  return g_object_new (MS_TYPE_WHAT_IF, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 6, NULL);
}

static void
ms_what_if_finalize (GObject *object)
{
  MsWhatIf *self = MS_WHAT_IF (object);

  ms_interventions_unref (self->set);
  g_clear_pointer (&self->trial, ms_trial_unref);
  G_OBJECT_CLASS (ms_what_if_parent_class)->finalize (object);
}

static void
ms_what_if_class_init (MsWhatIfClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_what_if_finalize;
  signals[TRY] = g_signal_new ("try", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                               1, G_TYPE_POINTER);
  signals[INTERVENE] = g_signal_new ("intervene", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BOOLEAN);
}

static GtkWidget *
new_action (MsWhatIf *self, int i)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->apply[i] = gtk_button_new ();
  self->attempt[i] = gtk_button_new_with_label ("Try");
  gtk_widget_set_hexpand (self->apply[i], TRUE);
  gtk_widget_set_focus_on_click (self->apply[i], FALSE);
  gtk_widget_set_focus_on_click (self->attempt[i], FALSE);
  gtk_widget_add_css_class (self->attempt[i], "flat");
  gtk_widget_set_tooltip_text (self->apply[i], actions[i].tip);
  gtk_widget_set_tooltip_text (self->attempt[i],
                               "What it would do to the next batch, beside the same on an expert drawn by chance");
  g_signal_connect_object (self->apply[i], "clicked", G_CALLBACK (apply_cb), self, 0);
  g_signal_connect_object (self->attempt[i], "clicked", G_CALLBACK (try_cb), self, 0);
  gtk_box_append (GTK_BOX (line), self->apply[i]);
  gtk_box_append (GTK_BOX (line), self->attempt[i]);
  return line;
}

static void
ms_what_if_init (MsWhatIf *self)
{
  GtkWidget *heading = new_label ("What if", false), *other = gtk_spin_button_new_with_range (0, 0, 1);
  GtkWidget *expert = gtk_spin_button_new_with_range (0, 0, 1);

  self->set = ms_interventions_new ();
  self->other = GTK_SPIN_BUTTON (other);
  self->expert = GTK_SPIN_BUTTON (expert);
  self->suggested = MS_NONE;
  self->hint = new_label (NULL, false);
  self->expert_line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->other_line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->standing = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->result = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (heading, "heading");
  name_accessible (expert, "Expert");
  name_accessible (other, "Other expert");
  gtk_box_append (GTK_BOX (self->expert_line), self->hint);
  gtk_box_append (GTK_BOX (self->expert_line), expert);
  gtk_box_append (GTK_BOX (self->other_line), new_label ("Other expert", false));
  gtk_box_append (GTK_BOX (self->other_line), other);
  gtk_box_append (GTK_BOX (self), heading);
  gtk_box_append (GTK_BOX (self), self->expert_line);
  for (int i = 0; i < N_ACTIONS; i++)
    {
      if (actions[i].kind == MS_INTERVENE_SWAP)
        gtk_box_append (GTK_BOX (self), self->other_line);
      gtk_box_append (GTK_BOX (self), new_action (self, i));
    }
  gtk_box_append (GTK_BOX (self), self->standing);
  gtk_box_append (GTK_BOX (self), self->result);
  g_signal_connect_object (other, "value-changed", G_CALLBACK (update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (expert, "value-changed", G_CALLBACK (expert_cb), self, G_CONNECT_SWAPPED);
  update_actions (self);
}
