/* SPDX-License-Identifier: MIT */

/* Reads a study. Members that are not known are refused, so that a misspelt one is not silently without effect.
 *
 *     name, title, question, order       text; order is the place among the bundled ones
 *     notes                              text, optional
 *     base, values                       a preset's name, and what all variants change of it
 *     files { base, values }             optional: the same, for data of one's own; task.path is added
 *     axis                               optional: the numeric key along which the variants of a group lie
 *     variants [ { label, title, group, values } ]
 *     metrics, panels [ name ]           columns of the table, panels of the figure
 *     claims [ { claim, source, metric, and one of: lower + than, higher + than, falls [], rises [], zero [] } ]
 */
#include "core/base/json.h"
#include "core/base/nearest.h"
#include "core/train/choices.h"
#include "core/train/presets.h"
#include "core/study/study.h"
#include <string.h>

#define MEMBERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Where the reader stands, for messages: "mine.json: variant deep-m2". */
typedef struct {
  const char *file;
  char *place; /* owned, "" on top */
  GError **error;
} Reader;

static void
reader_clear (Reader *self)
{
  g_free (self->place);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static bool G_GNUC_PRINTF (2, 3)
refuse (const Reader *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (self->error, MS_ERROR, MS_ERROR_FORMAT, "%s: %s%s%s", self->file, self->place,
               *self->place != '\0' ? ": " : "", message);
  return false;
}

static void
move_to (Reader *self, const char *kind, const char *name)
{
  g_free (self->place);
  self->place = g_strconcat (kind, *kind != '\0' ? " " : "", name, NULL);
}

static bool
check_members (const Reader *self, JsonObject *object, const char *const *known)
{
  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains (known, l->data))
      {
        const char *near = ms_nearest (l->data, known);
        g_autofree char *list = g_strjoinv (", ", (char **) known);
        g_autofree char *shown = g_utf8_substring (l->data, 0, MIN (g_utf8_strlen (l->data, -1), 40));
        return refuse (self, "“%s” has no meaning here; %s%s", shown, near != NULL ? "did you mean " : "there are ",
                       near != NULL ? near : list);
      }
  return true;
}

static bool
read_text (const Reader *self, JsonObject *object, const char *name, char **text)
{
  const char *found = ms_json_get_text (object, name);
  if (found == NULL || *found == '\0')
    return refuse (self, "“%s” is missing: it must be a text", name);
  *text = g_strdup (found);
  return true;
}

/* Names become files' names, columns and references: they are kept simple. */
static bool
read_name (const Reader *self, JsonObject *object, const char *name, char **text)
{
  if (!read_text (self, object, name, text))
    return false;
  if (strlen (*text) > 40 || strspn (*text, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen (*text)
      || **text == '.' || **text == '-')
    return refuse (self, "“%s” = “%.60s” is not possible: it must be lower-case letters, digits, dots and dashes, at "
                         "most 40", name, *text);
  return true;
}

/* The array of this name with at least @least elements, all texts or all objects; NULL otherwise. */
static JsonArray *
read_array (const Reader *self, JsonObject *object, const char *name, bool texts, guint least)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  bool good = array != NULL && json_array_get_length (array) >= least;
  for (guint i = 0; good && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      good = texts ? JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING
                   : JSON_NODE_HOLDS_OBJECT (element);
    }
  if (!good)
    refuse (self, "“%s” must be a list of %s%s", name, texts ? "names" : "objects",
            least > 1 ? ", at least two" : least > 0 ? ", at least one" : "");
  return good ? array : NULL;
}

static bool
find_metric (const Reader *self, const char *name, MsStudyMetric *metric)
{
  int found = ms_study_metric_find (name);
  if (found < 0)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      for (int i = 0; i < MS_N_STUDY_METRICS; i++)
        g_ptr_array_add (names, (gpointer) ms_study_metric_info ((MsStudyMetric) i)->name);
      g_ptr_array_add (names, NULL);
      g_autofree char *list = g_strjoinv (", ", (char **) names->pdata);
      return refuse (self, "there is no metric “%.40s”; there are %s", name, list);
    }
  *metric = (MsStudyMetric) found;
  return true;
}

static bool
read_metrics (const Reader *self, JsonObject *object, const char *name, MsStudyMetric **metrics, int *n)
{
  JsonArray *array = read_array (self, object, name, true, 1);
  if (array == NULL)
    return false;
  guint length = json_array_get_length (array);
  *metrics = g_new0 (MsStudyMetric, length);
  for (guint i = 0; i < length; i++)
    {
      const char *metric = json_array_get_string_element (array, i);
      if (!find_metric (self, metric, &(*metrics)[i]))
        return false;
      for (guint j = 0; j < i; j++)
        if ((*metrics)[j] == (*metrics)[i])
          return refuse (self, "“%s” names “%s” twice: each metric has one place", name, metric);
    }
  *n = (int) length;
  return true;
}

/* What all variants have in common: a preset with "values" changed. */
static MsExperiment *
read_base (const Reader *self, JsonObject *object)
{
  const char *name = ms_json_get_text (object, "base");
  const MsPreset *preset = name != NULL ? ms_preset_find (name) : NULL;
  if (preset == NULL)
    {
      refuse (self, "“base” = “%.40s” is no preset; `moescope presets` lists them", name != NULL ? name : "");
      return NULL;
    }
  g_autoptr (MsExperiment) experiment = ms_preset_load (preset, self->error);
  if (experiment == NULL || !json_object_has_member (object, "values"))
    return g_steal_pointer (&experiment);
  g_autofree char *where = g_strconcat (self->file, ": values", NULL);
  return ms_experiment_with_node (experiment, json_object_get_member (object, "values"), where, self->error);
}

/* The same for data in the folder @data. */
static MsExperiment *
read_files_base (Reader *self, JsonObject *object, const char *data)
{
  JsonNode *node = json_object_get_member (object, "files");
  if (node == NULL)
    {
      g_set_error (self->error, MS_ERROR, MS_ERROR_USAGE,
                   "--data has no meaning for the study %s: it does not say how to run on files", self->file);
      return NULL;
    }
  move_to (self, "", "files");
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      refuse (self, "an object with base and values is wanted");
      return NULL;
    }
  if (!check_members (self, json_node_get_object (node), MEMBERS ("base", "values")))
    return NULL;
  g_autoptr (MsExperiment) base = read_base (self, json_node_get_object (node));
  return base != NULL ? ms_experiment_with (base, "task.path", data, self->error) : NULL;
}

static bool
read_variant (Reader *self, MsStudy *study, JsonObject *object, const MsExperiment *base)
{
  g_autofree char *label = NULL;
  if (!read_name (self, object, "label", &label))
    return false;
  move_to (self, "variant", label);
  if (ms_study_find_variant (study, label) >= 0)
    return refuse (self, "another variant has this label");
  MsStudyVariant *variant = &study->variants[study->n_variants++]; /* from here on it is freed with the others */
  variant->label = g_steal_pointer (&label);
  if (!check_members (self, object, MEMBERS ("label", "title", "group", "values"))
      || !read_text (self, object, "title", &variant->title) || !read_text (self, object, "group", &variant->group))
    return false;
  g_autofree char *where = g_strconcat (self->file, ": ", self->place, NULL);
  variant->experiment = ms_experiment_with_node (base, json_object_get_member (object, "values"), where, self->error);
  if (variant->experiment == NULL)
    return false;
  if (ms_experiment_validate (variant->experiment, self->error))
    return true;
  g_prefix_error (self->error, "%s: ", where);
  return false;
}

static bool
read_variants (Reader *self, MsStudy *study, JsonObject *object, const MsExperiment *base)
{
  JsonArray *array = read_array (self, object, "variants", false, 1);
  if (array == NULL)
    return false;
  guint length = json_array_get_length (array);
  if (length > MS_MAX_VARIANTS)
    return refuse (self, "%u variants are too many: at most %d can be told apart", length, MS_MAX_VARIANTS);
  study->variants = g_new0 (MsStudyVariant, length);
  for (guint i = 0; i < length; i++)
    if (!read_variant (self, study, json_array_get_object_element (array, i), base))
      return false;
  return true;
}

/* The variants that one element of a claim names: a label, or a list of them. */
static bool
add_variants (const Reader *self, const MsStudy *study, MsStudyClaim *claim, const char *label)
{
  int found = ms_study_find_variant (study, label);
  if (found < 0)
    return refuse (self, "there is no variant “%.40s”", label);
  claim->variants = g_renew (int, claim->variants, claim->n + 1);
  claim->variants[claim->n++] = found;
  return true;
}

static bool
read_pair (const Reader *self, const MsStudy *study, JsonObject *object, const char *name, MsStudyClaim *claim)
{
  const char *one = ms_json_get_text (object, name), *other = ms_json_get_text (object, "than");
  if (one == NULL || other == NULL)
    return refuse (self, "“%s” and “than” must each name a variant", name);
  return add_variants (self, study, claim, one) && add_variants (self, study, claim, other);
}

static bool
read_list (const Reader *self, const MsStudy *study, JsonObject *object, const char *name, guint least,
           MsStudyClaim *claim)
{
  JsonArray *array = read_array (self, object, name, true, least);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!add_variants (self, study, claim, json_array_get_string_element (array, i)))
      return false;
  return array != NULL;
}

static bool
read_relation (const Reader *self, const MsStudy *study, JsonObject *object, MsStudyClaim *claim)
{
  static const struct {
    const char *name;
    MsClaimKind kind;
    guint least; /* variants; 0: a pair */
  } relations[] = { { "lower", MS_CLAIM_LOWER, 0 }, { "higher", MS_CLAIM_HIGHER, 0 }, { "falls", MS_CLAIM_FALLS, 2 },
                    { "rises", MS_CLAIM_RISES, 2 }, { "zero", MS_CLAIM_ZERO, 1 } };
  int found = -1, n = 0;
  for (int i = 0; i < (int) G_N_ELEMENTS (relations); i++)
    if (json_object_has_member (object, relations[i].name))
      {
        found = i;
        n++;
      }
  if (n != 1)
    return refuse (self, "exactly one of lower, higher, falls, rises and zero is wanted");
  claim->kind = relations[found].kind;
  if (relations[found].least > 0 && json_object_has_member (object, "than"))
    return refuse (self, "“than” goes with lower and higher, not with %s", relations[found].name);
  if (relations[found].least == 0)
    return read_pair (self, study, object, relations[found].name, claim);
  return read_list (self, study, object, relations[found].name, relations[found].least, claim);
}

static bool
read_claims (Reader *self, MsStudy *study, JsonObject *object)
{
  JsonArray *array = read_array (self, object, "claims", false, 0);
  if (array == NULL)
    return false;
  study->claims = g_new0 (MsStudyClaim, MAX (json_array_get_length (array), 1));
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *element = json_array_get_object_element (array, i);
      MsStudyClaim *claim = &study->claims[study->n_claims++];
      g_autofree char *number = g_strdup_printf ("%u", i + 1);
      const char *metric = ms_json_get_text (element, "metric");
      move_to (self, "claim", number);
      if (!check_members (self, element, MEMBERS ("claim", "source", "metric", "lower", "higher", "than", "falls",
                                                  "rises", "zero"))
          || !read_text (self, element, "claim", &claim->text)
          || !find_metric (self, metric != NULL ? metric : "", &claim->metric)
          || !read_relation (self, study, element, claim))
        return false;
      claim->source = g_strdup (ms_json_get_text (element, "source"));
    }
  return true;
}

static bool
read_axis (const Reader *self, MsStudy *study, JsonObject *object)
{
  const char *name = ms_json_get_text (object, "axis");
  const MsKey *key = name != NULL ? ms_key_find (name) : NULL;
  if (!json_object_has_member (object, "axis"))
    return true;
  if (key == NULL || (key->type != MS_TYPE_INT && key->type != MS_TYPE_REAL))
    return refuse (self, "“axis” = “%.40s” is not possible: it must be a key whose values are numbers",
                   name != NULL ? name : "");
  study->has_axis = true;
  study->axis = key->id;
  return true;
}

static bool
read_study (Reader *self, MsStudy *study, JsonObject *object, const char *data)
{
  if (!check_members (self, object, MEMBERS ("name", "title", "question", "order", "notes", "base", "values", "files",
                                             "axis", "variants", "metrics", "panels", "claims"))
      || !read_name (self, object, "name", &study->name) || !read_text (self, object, "title", &study->title)
      || !read_text (self, object, "question", &study->question) || !read_axis (self, study, object)
      || !read_metrics (self, object, "metrics", &study->metrics, &study->n_metrics)
      || !read_metrics (self, object, "panels", &study->panels, &study->n_panels))
    return false;
  study->notes = g_strdup (ms_json_get_text (object, "notes"));
  study->files = data != NULL;
  g_autoptr (MsExperiment) base = data != NULL ? read_files_base (self, object, data) : read_base (self, object);
  move_to (self, "", "");
  if (base == NULL || !read_variants (self, study, object, base))
    return false;
  move_to (self, "", "");
  return read_claims (self, study, object);
}

MsStudy *
ms_study_from_json (const char *json, gsize length, const char *file, const char *data, GError **error)
{
  g_auto (Reader) reader = { file, g_strdup (""), error };
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (MsStudy) study = g_new0 (MsStudy, 1);
  if (!ms_json_shallow (json, length) || !json_parser_load_from_data (parser, json, (gssize) length, NULL))
    {
      refuse (&reader, "this is not valid JSON near line %u: a study is an object",
              MAX (1, json_parser_get_current_line (parser)));
      return NULL;
    }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      refuse (&reader, "this is no study: it must be a JSON object");
      return NULL;
    }
  if (!read_study (&reader, study, json_node_get_object (root), data))
    return NULL;
  return g_steal_pointer (&study);
}
