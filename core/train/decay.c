/* SPDX-License-Identifier: MIT */

#include "core/train/decay.h"

#include "core/base/number.h"

#include <string.h>

typedef struct {
  GRegex *regex; /* owned */
  double decay;
} Rule;

struct MsDecayRules {
  GArray *rules; /* of Rule, in the order of the text */
};

static void
clear_rule (gpointer data)
{
  g_regex_unref (((Rule *)data)->regex);
}

static bool
parse_rule (const char *text, Rule *rule, GError **error)
{
  const char *equals = strrchr (text, '=');
  g_autofree char *name = NULL;
  g_autoptr (GError) why = NULL;

  if (equals == NULL || !ms_number_read (equals + 1, &rule->decay) || rule->decay < 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                   "optimiser.decay_rules: \"%s\" does not end in = and a decay of 0 or more, as in head/.*=0.1", text);
      return false;
    }
  name = g_strstrip (g_strndup (text, (gsize)(equals - text)));
  rule->regex = *name != '\0' ? g_regex_new (name, G_REGEX_OPTIMIZE, 0, &why) : NULL;
  if (rule->regex == NULL)
    g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                 "optimiser.decay_rules: \"%s\" does not begin with a regular expression of tensor names: %s", text,
                 why != NULL ? why->message : "it is empty");
  return rule->regex != NULL;
}

MsDecayRules *
ms_decay_rules_new (const char *text, GError **error)
{
  g_autoptr (MsDecayRules) self = g_new0 (MsDecayRules, 1);
  g_autofree char *all = g_strstrip (g_strdup (text));
  g_auto (GStrv) parts = g_strsplit (all, ",", -1);

  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, clear_rule);
  for (int i = 0; parts[i] != NULL; i++)
    {
      Rule rule = { 0 };

      if (!parse_rule (g_strstrip (parts[i]), &rule, error))
        return NULL;
      g_array_append_val (self->rules, rule);
    }
  return g_steal_pointer (&self);
}

void
ms_decay_rules_free (MsDecayRules *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->rules);
  g_free (self);
}

int
ms_decay_rules_count (const MsDecayRules *self)
{
  return (int)self->rules->len;
}

double
ms_decay_rules_find (const MsDecayRules *self, const char *name)
{
  for (guint i = 0; i < self->rules->len; i++)
    {
      const Rule *rule = &g_array_index (self->rules, Rule, i);

      if (g_regex_match (rule->regex, name, 0, NULL))
        return rule->decay;
    }
  return 0;
}
