/* SPDX-License-Identifier: MIT */

#include "core/train/steering.h"

#include <string.h>

static bool G_GNUC_PRINTF (3, 4)
refuse (const MsIntervention *intervention, GError **error, const char *format, ...)
{
  g_autofree char *text = ms_intervention_to_text (intervention), *why = NULL;
  va_list arguments;

  va_start (arguments, format);
  why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "the intervention %s: %s", text, why);
  return false;
}

MsMoe *
ms_model_find_layer (const MsModel *model, const MsIntervention *intervention)
{
  for (int i = 0; i < model->n_moe; i++)
    if (model->moe[i]->block == intervention->block && model->moe[i]->member == intervention->member)
      return model->moe[i];
  return NULL;
}

/* "1, 3": each block once, though members have layers of their own. */
static char *
routed_blocks (const MsModel *model)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < model->n_moe / model->shape.sets; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? ", " : "", model->moe[i]->block);
  return g_string_free (text, FALSE);
}

static bool
check_layer (const MsModel *model, const MsIntervention *intervention, GError **error)
{
  g_autofree char *blocks = routed_blocks (model);
  int sets = model->shape.sets;

  if (ms_model_find_layer (model, intervention) != NULL)
    return true;
  if (model->n_moe == 0)
    return refuse (intervention, error, "this model has no routed block");
  if (sets > 1 && (intervention->member < 0 || intervention->member >= sets))
    return refuse (intervention, error, "each of the %d members has layers of its own: name one, as in %d.0 to %d.%d",
                   sets, intervention->block, intervention->block, sets - 1);
  if (sets == 1 && intervention->member >= 0)
    return refuse (intervention, error, "the members share the layer: write %d without .%d", intervention->block,
                   intervention->member);
  return refuse (intervention, error, "block %d is not routed; routed are the blocks %s", intervention->block, blocks);
}

static bool
check_expert (const MsMoe *moe, const MsIntervention *intervention, GError **error)
{
  int E = moe->experts->E, largest = MAX (intervention->expert, intervention->other);

  if (largest < E)
    return true;
  return refuse (intervention, error, "there is no expert %d: block %d has the experts 0 to %d", largest,
                 intervention->block, E - 1);
}

static bool
check_scope (const MsModel *model, const MsIntervention *intervention, GError **error)
{
  const MsEncoderConfig *c = &ms_model_config (model)->encoder;

  if (intervention->token >= c->tokens)
    return refuse (intervention, error, "there is no token %d: examples have the tokens 0 to %d", intervention->token,
                   c->tokens - 1);
  if (intervention->label >= c->classes)
    return refuse (intervention, error, "there is no class %d: the data have the classes 0 to %d",
                   intervention->label, c->classes - 1);
  if (intervention->label >= 0 && model->shape.inputs > 1)
    return refuse (intervention, error, "an input of MIMO holds examples of several classes: leave label= out");
  return true;
}

/* Routers without logits of experts cannot have them moved; Soft MoE has those of slots, which can at least fall
 * silent. */
static bool
check_router (const MsMoe *moe, const MsIntervention *intervention, GError **error)
{
  const MsRouterKind *kind = moe->router->kind;
  MsInterventionKind wanted = intervention->kind;

  if (ms_intervention_is_edit (intervention))
    return true;
  if (wanted == MS_INTERVENE_FREEZE && !kind->learns && !kind->soft)
    return refuse (intervention, error, "the %s router learns nothing that could be frozen", kind->name);
  if (wanted == MS_INTERVENE_FREEZE || kind->learns || (kind->soft && wanted == MS_INTERVENE_MASK))
    return true;
  if (kind->soft)
    return refuse (intervention, error, "the soft router sends no token to an expert: mask, freeze, swap and clone "
                                        "are what it can do");
  return refuse (intervention, error, "the %s router has no logits that could be moved: swap and clone are what it "
                                      "can do",
                 kind->name);
}

bool
ms_model_check_intervention (const MsModel *model, const MsIntervention *intervention, GError **error)
{
  const MsMoe *moe = ms_model_find_layer (model, intervention);

  return check_layer (model, intervention, error) && check_expert (moe, intervention, error)
         && check_scope (model, intervention, error) && check_router (moe, intervention, error);
}

/* Whether the layer of set->item @i keeps, in the expert's part, one that is not masked. */
static bool
leaves_an_expert (const MsModel *model, const MsInterventions *set, int at, GError **error)
{
  const MsIntervention *mask = ms_interventions_at (set, at);
  const MsMoe *moe = ms_model_find_layer (model, mask);
  int own = moe->router->E, masked = 0;

  for (int i = 0; i < ms_interventions_count (set); i++)
    {
      const MsIntervention *other = ms_interventions_at (set, i);

      masked += other->kind == MS_INTERVENE_MASK && ms_model_find_layer (model, other) == moe
                && (moe->parts == 1 || other->expert / own == mask->expert / own);
    }
  return masked < own || refuse (mask, error, "it leaves no expert that a token could go to: withdraw another mask");
}

/* Freezes or thaws all that the layer's router learns. */
static void
set_frozen (MsRouter *router, bool frozen)
{
  MsParam *const learnt[] = { router->kernel, router->bias, router->mu, router->scale };

  router->frozen = frozen;
  for (guint i = 0; i < G_N_ELEMENTS (learnt); i++)
    if (learnt[i] != NULL)
      learnt[i]->frozen = frozen;
}

/* Hands a layer what concerns it. */
static void
steer_layer (const MsModel *model, MsMoe *moe, const MsInterventions *set)
{
  g_autoptr (GArray) steers = g_array_new (FALSE, FALSE, sizeof (MsIntervention));
  bool frozen = false;

  for (int i = 0; i < ms_interventions_count (set); i++)
    {
      const MsIntervention *one = ms_interventions_at (set, i);

      if (ms_model_find_layer (model, one) != moe)
        continue;
      if (one->kind == MS_INTERVENE_FREEZE)
        frozen = true;
      else
        g_array_append_val (steers, *one);
    }
  ms_router_set_steers (moe->router, (const MsIntervention *)(void *)steers->data, (int)steers->len);
  set_frozen (moe->router, frozen);
}

bool
ms_model_intervene (MsModel *model, const MsInterventions *set, GError **error)
{
  for (int i = 0; i < ms_interventions_count (set); i++)
    if (!ms_model_check_intervention (model, ms_interventions_at (set, i), error))
      return false;
  for (int i = 0; i < ms_interventions_count (set); i++)
    if (ms_interventions_at (set, i)->kind == MS_INTERVENE_MASK && !leaves_an_expert (model, set, i, error))
      return false;
  for (int i = 0; i < model->n_moe; i++)
    steer_layer (model, model->moe[i], set);
  ms_interventions_ref ((MsInterventions *)set);
  ms_interventions_unref (model->interventions);
  model->interventions = (MsInterventions *)set;
  return true;
}

static void
edit_slices (MsReal *a, MsReal *b, gsize n, bool swap)
{
  for (gsize i = 0; i < n; i++)
    {
      MsReal was = b[i];

      b[i] = a[i];
      a[i] = swap ? was : a[i];
    }
}

/* Expert tensors are those of the layer that are in slices, one an expert. */
static bool
is_of_experts (const MsParam *param, const MsIntervention *edit)
{
  g_autofree char *prefix = g_strdup_printf ("Encoder/encoderblock_%d/Moe/Mlp/", edit->block);

  return param->set == MAX (edit->member, 0) && g_str_has_prefix (param->own_name, prefix);
}

void
ms_model_edit (MsModel *model, MsOptimiser *optimiser, const MsIntervention *edit)
{
  bool swap = edit->kind == MS_INTERVENE_SWAP;
  MsReal *arrays[] = { ms_params_values (model->params), optimiser != NULL ? ms_optimiser_first (optimiser) : NULL,
                       optimiser != NULL ? ms_optimiser_second (optimiser) : NULL };

  g_return_if_fail (ms_intervention_is_edit (edit));
  for (int i = 0; i < ms_params_count (model->params); i++)
    {
      const MsParam *param = ms_params_at (model->params, i);
      gsize size = ms_param_slice (param), a = param->offset + (gsize)edit->expert * size;
      gsize b = param->offset + (gsize)edit->other * size;

      if (!is_of_experts (param, edit))
        continue;
      for (guint j = 0; j < G_N_ELEMENTS (arrays); j++)
        if (arrays[j] != NULL)
          edit_slices (arrays[j] + a, arrays[j] + b, size, swap);
    }
}
