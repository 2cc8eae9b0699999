/* SPDX-License-Identifier: MIT */

/* Interventions as text and back. */

#include "core/routing/intervention.h"

#include "core/base/nearest.h"
#include "core/base/number.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

#define MARGIN 4     /* of a force that names none: e^4 times the gate of the runner-up */
#define LARGEST 1e4  /* of biases and margins: beyond it float32 logits have no digits left */

/* What a kind is written with behind its layer. */
static const char *const shape_of[MS_N_INTERVENTIONS] = {
  [MS_INTERVENE_MASK] = "mask:BLOCK:EXPERT, as in mask:1:3",
  [MS_INTERVENE_FORCE] = "force:BLOCK:EXPERT[:token=T][:label=C][:margin=M], as in force:1:3:token=5",
  [MS_INTERVENE_BIAS] = "bias:BLOCK:EXPERT:NUMBER, as in bias:1:3:1.5",
  [MS_INTERVENE_FREEZE] = "freeze:BLOCK, as in freeze:1",
  [MS_INTERVENE_SWAP] = "swap:BLOCK:EXPERT,EXPERT, as in swap:1:3,5",
  [MS_INTERVENE_CLONE] = "clone:BLOCK:FROM,TO, as in clone:1:3,5",
};

static const char *const kind_name[] = {
#define NAME(id, name) name,
  MS_INTERVENTIONS (NAME)
#undef NAME
  NULL,
};

static bool
read_whole (const char *text, int *value)
{
  gint64 number;

  if (!g_ascii_isdigit (text[0]) || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &number, NULL))
    return false;
  *value = (int)number;
  return true;
}

static bool
refuse (GError **error, const char *text, const char *found, const char *why, MsInterventionKind kind)
{
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "the intervention \"%s\": \"%s\" %s; write %s", text, found, why,
               shape_of[kind]);
  return false;
}

static bool
parse_kind (const char *word, const char *text, MsInterventionKind *kind, GError **error)
{
  g_autofree char *known = g_strjoinv (", ", (char **)kind_name);
  const char *near = ms_nearest (word, kind_name);

  for (int i = 0; i < MS_N_INTERVENTIONS; i++)
    if (strcmp (word, kind_name[i]) == 0)
      {
        *kind = (MsInterventionKind)i;
        return true;
      }
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "the intervention \"%s\": \"%s\" is none of %s%s%s%s", text, word,
               known, near != NULL ? "; was " : "", near != NULL ? near : "", near != NULL ? " meant?" : "");
  return false;
}

/* BLOCK or BLOCK.MEMBER. */
static bool
parse_layer (const char *word, MsIntervention *self)
{
  g_auto (GStrv) parts = g_strsplit (word, ".", 2);

  return parts[0] != NULL && read_whole (parts[0], &self->block)
         && (parts[1] == NULL || read_whole (parts[1], &self->member));
}

static bool
parse_two (const char *word, MsIntervention *self)
{
  g_auto (GStrv) parts = g_strsplit (word, ",", -1);

  return g_strv_length (parts) == 2 && read_whole (parts[0], &self->expert) && read_whole (parts[1], &self->other);
}

/* "token=5" and so on, each at most once. */
static bool
parse_scope (char **words, const char *text, MsIntervention *self, GError **error)
{
  bool margin = false;

  for (; *words != NULL; words++)
    {
      const char *word = *words, *why = NULL;

      if (g_str_has_prefix (word, "token=") && self->token < 0)
        why = read_whole (word + 6, &self->token) ? NULL : "has no whole number from 0";
      else if (g_str_has_prefix (word, "label=") && self->label < 0)
        why = read_whole (word + 6, &self->label) ? NULL : "has no whole number from 0";
      else if (g_str_has_prefix (word, "margin=") && !margin)
        {
          margin = true;
          if (!ms_number_read (word + 7, &self->value) || !(self->value > 0 && self->value <= LARGEST))
            why = "has no number above 0, up to 10000";
        }
      else
        why = "is none of token=, label= and margin=, or comes twice";
      if (why != NULL)
        return refuse (error, text, word, why, self->kind);
    }
  return true;
}

/* What stands behind the layer: @words up to NULL. */
static bool
parse_rest (char **words, const char *text, MsIntervention *self, GError **error)
{
  bool edit = ms_intervention_is_edit (self);
  guint n = g_strv_length (words);
  guint wanted = self->kind == MS_INTERVENE_FREEZE ? 0 : self->kind == MS_INTERVENE_BIAS ? 2 : 1;

  if (n < wanted || (n > wanted && self->kind != MS_INTERVENE_FORCE))
    return refuse (error, text, n < wanted ? text : words[wanted], n < wanted ? "ends too early" : "is too much",
                   self->kind);
  if (edit && !parse_two (words[0], self))
    return refuse (error, text, words[0], "is not two experts with a comma between", self->kind);
  if (edit && self->expert == self->other)
    return refuse (error, text, words[0], "is the same expert twice", self->kind);
  if (!edit && n > 0 && !read_whole (words[0], &self->expert))
    return refuse (error, text, words[0], "is not the number of an expert, counted from 0", self->kind);
  if (self->kind == MS_INTERVENE_BIAS && (!ms_number_read (words[1], &self->value) || fabs (self->value) > LARGEST))
    return refuse (error, text, words[1], "is not a number from -10000 to 10000", self->kind);
  if (self->kind != MS_INTERVENE_FORCE)
    return true;
  self->value = MARGIN;
  return parse_scope (words + 1, text, self, error);
}

bool
ms_intervention_parse (MsIntervention *intervention, const char *text, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_auto (GStrv) words = g_strsplit (trimmed, ":", -1);
  MsIntervention self = { .member = -1, .expert = -1, .other = -1, .token = -1, .label = -1 };

  if (!parse_kind (words[0] != NULL ? words[0] : "", trimmed, &self.kind, error))
    return false;
  if (words[1] == NULL || !parse_layer (words[1], &self))
    return refuse (error, trimmed, words[1] != NULL ? words[1] : trimmed,
                   words[1] != NULL ? "is not BLOCK or BLOCK.MEMBER, counted from 0" : "names no block", self.kind);
  if (!parse_rest (words + 2, trimmed, &self, error))
    return false;
  *intervention = self;
  return true;
}

static void
append_number (GString *to, const char *before, double value)
{
  char number[MS_NUMBER_SIZE];

  g_string_append_printf (to, "%s%s", before, ms_number_text (number, value));
}

char *
ms_intervention_to_text (const MsIntervention *self)
{
  GString *text = g_string_new (kind_name[self->kind]);

  g_string_append_printf (text, ":%d", self->block);
  if (self->member >= 0)
    g_string_append_printf (text, ".%d", self->member);
  if (self->kind != MS_INTERVENE_FREEZE)
    g_string_append_printf (text, ":%d", self->expert);
  if (ms_intervention_is_edit (self))
    g_string_append_printf (text, ",%d", self->other);
  if (self->kind == MS_INTERVENE_BIAS)
    append_number (text, ":", self->value);
  if (self->kind == MS_INTERVENE_FORCE && self->token >= 0)
    g_string_append_printf (text, ":token=%d", self->token);
  if (self->kind == MS_INTERVENE_FORCE && self->label >= 0)
    g_string_append_printf (text, ":label=%d", self->label);
  if (self->kind == MS_INTERVENE_FORCE && !(self->value >= MARGIN && self->value <= MARGIN))
    append_number (text, ":margin=", self->value);
  return g_string_free (text, FALSE);
}

static void
append_force (GString *text, const MsIntervention *self)
{
  g_string_append (text, "force ");
  if (self->token >= 0)
    g_string_append_printf (text, "token %d", self->token);
  else
    g_string_append (text, "all tokens");
  g_string_append (text, self->label < 0 ? (self->token >= 0 ? " of every example" : "") : " of class ");
  if (self->label >= 0)
    g_string_append_printf (text, "%d", self->label);
  g_string_append_printf (text, " to expert %d", self->expert);
}

char *
ms_intervention_words (const MsIntervention *self)
{
  GString *text = g_string_new (NULL);

  if (self->kind == MS_INTERVENE_MASK)
    g_string_append_printf (text, "mask expert %d", self->expert);
  else if (self->kind == MS_INTERVENE_FORCE)
    append_force (text, self);
  else if (self->kind == MS_INTERVENE_BIAS)
    append_number (text, self->value < 0 ? "bias " : "bias +", self->value);
  else if (self->kind == MS_INTERVENE_FREEZE)
    g_string_append (text, "freeze the router");
  else if (self->kind == MS_INTERVENE_SWAP)
    g_string_append_printf (text, "swap experts %d and %d", self->expert, self->other);
  else
    g_string_append_printf (text, "clone expert %d to expert %d", self->expert, self->other);
  if (self->kind == MS_INTERVENE_BIAS)
    g_string_append_printf (text, " on expert %d", self->expert);
  g_string_append_printf (text, " in block %d", self->block);
  if (self->member >= 0)
    g_string_append_printf (text, " of member %d", self->member);
  if (self->kind == MS_INTERVENE_FORCE && !(self->value >= MARGIN && self->value <= MARGIN))
    append_number (text, " with margin ", self->value);
  return g_string_free (text, FALSE);
}

/* Whether both speak of the same thing, however strongly. */
static bool
same_subject (const MsIntervention *a, const MsIntervention *b)
{
  return a->kind == b->kind && a->block == b->block && a->member == b->member && a->expert == b->expert
         && a->other == b->other && a->token == b->token && a->label == b->label;
}

bool
ms_intervention_equal (const MsIntervention *a, const MsIntervention *b)
{
  return same_subject (a, b) && a->value >= b->value && a->value <= b->value;
}

bool
ms_intervention_is_edit (const MsIntervention *intervention)
{
  return intervention->kind == MS_INTERVENE_SWAP || intervention->kind == MS_INTERVENE_CLONE;
}

bool
ms_intervention_control (const MsIntervention *self, int E, guint64 seed, MsIntervention *control)
{
  MsRng rng = ms_rng_new (seed, MS_RNG_CONTROL, 0, 0);
  int named = ms_intervention_is_edit (self) ? 2 : 1, left;

  if (self->kind == MS_INTERVENE_FREEZE || E <= named)
    return false;
  left = (int)ms_rng_below (&rng, (guint32)(E - named));
  *control = *self;
  for (control->expert = 0;; control->expert++)
    if (control->expert != self->expert && control->expert != self->other && left-- == 0)
      return true;
}

struct MsInterventions {
  gint ref_count; /* atomic */
  int n;
  MsIntervention item[];
};

static MsInterventions *
set_new (int n)
{
  MsInterventions *set = g_malloc0 (sizeof *set + (gsize)n * sizeof set->item[0]);

  set->ref_count = 1;
  return set;
}

MsInterventions *
ms_interventions_new (void)
{
  return set_new (0);
}

MsInterventions *
ms_interventions_ref (MsInterventions *set)
{
  g_return_val_if_fail (set != NULL, NULL);
  g_atomic_int_inc (&set->ref_count);
  return set;
}

void
ms_interventions_unref (MsInterventions *set)
{
  if (set != NULL && g_atomic_int_dec_and_test (&set->ref_count))
    g_free (set);
}

int
ms_interventions_count (const MsInterventions *set)
{
  return set->n;
}

const MsIntervention *
ms_interventions_at (const MsInterventions *set, int i)
{
  g_return_val_if_fail (i >= 0 && i < set->n, NULL);
  return &set->item[i];
}

MsInterventions *
ms_interventions_with (const MsInterventions *set, const MsIntervention *intervention)
{
  MsInterventions *more = set_new (set->n + 1);
  bool placed = false;

  g_return_val_if_fail (!ms_intervention_is_edit (intervention), more);
  for (int i = 0; i < set->n; i++)
    {
      bool here = same_subject (&set->item[i], intervention);

      more->item[more->n++] = here ? *intervention : set->item[i];
      placed = placed || here;
    }
  if (!placed)
    more->item[more->n++] = *intervention;
  return more;
}

MsInterventions *
ms_interventions_without (const MsInterventions *set, const MsIntervention *intervention)
{
  MsInterventions *fewer = set_new (set->n);

  for (int i = 0; i < set->n; i++)
    if (!same_subject (&set->item[i], intervention))
      fewer->item[fewer->n++] = set->item[i];
  return fewer;
}

bool
ms_interventions_equal (const MsInterventions *a, const MsInterventions *b)
{
  if (a->n != b->n)
    return false;
  for (int i = 0; i < a->n; i++)
    if (!ms_intervention_equal (&a->item[i], &b->item[i]))
      return false;
  return true;
}

static char *
join (const MsInterventions *set, char *(*text_of) (const MsIntervention *), const char *between)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < set->n; i++)
    g_ptr_array_add (texts, text_of (&set->item[i]));
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (between, (char **)texts->pdata);
}

char *
ms_interventions_to_text (const MsInterventions *set)
{
  return join (set, ms_intervention_to_text, " ");
}

char *
ms_interventions_words (const MsInterventions *set)
{
  return join (set, ms_intervention_words, "; ");
}

MsInterventions *
ms_interventions_parse (const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);
  g_autoptr (MsInterventions) set = ms_interventions_new ();

  for (int i = 0; words[i] != NULL; i++)
    {
      MsIntervention one;
      MsInterventions *more;

      if (words[i][0] == '\0')
        continue;
      if (!ms_intervention_parse (&one, words[i], error))
        return NULL;
      if (ms_intervention_is_edit (&one))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                       "the intervention \"%s\" changes weights once and cannot stand: only mask, force, bias and "
                       "freeze can",
                       words[i]);
          return NULL;
        }
      more = ms_interventions_with (set, &one);
      ms_interventions_unref (set);
      set = more;
    }
  return g_steal_pointer (&set);
}
