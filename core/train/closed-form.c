/* SPDX-License-Identifier: MIT */

#include "core/train/closed-form.h"

#include "core/train/choices.h"

#define INT(id) ((guint64)ms_experiment_int (x, MS_KEY_##id))
#define BOOL(id) ms_experiment_bool (x, MS_KEY_##id)
#define CHOICE(id) ms_experiment_choice (x, MS_KEY_##id)

/* The letters of the formulas. */
typedef struct {
  const MsExperiment *x;
  bool vit, class_token;
  guint64 N, T, H, F, blocks, R, C;
  guint64 pixels; /* numbers that a token is made from */
  guint64 K, E, M; /* E of all members */
  guint64 expert_F;
  MsRouterChoice router;
  MsEnsembleChoice ensemble;
} Sizes;

/* One routed block: its routers, and the rows that they are given. */
typedef struct {
  guint64 copies;     /* of the tokens */
  guint64 parts;      /* of the experts, one for each copy; 1: all copies choose among all */
  guint64 kernels, E; /* routers, and experts that each has to choose among */
  guint64 rows;       /* of all copies */
  guint64 groups, S;  /* of examples, and the rows of one, of all copies */
} Routed;

const char *
ms_model_part_name (MsModelPart part)
{
#define NAME(name, text) text,
  static const char *const names[] = { MS_MODEL_PARTS (NAME) };
#undef NAME

  return names[part];
}

/* In which an example stands in a training batch: one alone has no company that could change. */
static guint64
mimo_rows (const MsExperiment *x)
{
  return INT (ENSEMBLE_MEMBERS) > 1 ? INT (ENSEMBLE_REPETITIONS) : 1;
}

static Sizes
read_sizes (const MsExperiment *x, const MsModelShape *shape, int examples)
{
  Sizes s = {
    .x = x,
    .vit = CHOICE (MODEL_KIND) == MS_CHOICE_MODEL_VIT,
    .class_token = CHOICE (MODEL_POOL) == MS_CHOICE_POOL_TOKEN,
    .N = (guint64)examples,
    .T = 1,
    .H = INT (MODEL_WIDTH),
    .F = INT (MODEL_HIDDEN),
    .blocks = INT (MODEL_BLOCKS),
    .R = INT (MODEL_REPRESENTATION),
    .C = (guint64)shape->classes,
    .pixels = (guint64)shape->height * (guint64)shape->width * (guint64)shape->channels,
    .K = INT (ROUTING_K),
    .E = INT (ROUTING_EXPERTS),
    .M = INT (ENSEMBLE_MEMBERS),
    .expert_F = INT (ROUTING_HIDDEN) > 0 ? INT (ROUTING_HIDDEN) : INT (MODEL_HIDDEN),
    .router = (MsRouterChoice)CHOICE (ROUTING_ROUTER),
    .ensemble = (MsEnsembleChoice)CHOICE (ENSEMBLE_KIND),
  };
  guint64 patch = INT (MODEL_PATCH), channels = (guint64)shape->channels;

  if (s.ensemble == MS_CHOICE_ENSEMBLE_MIMO) /* M examples side by side, each of them several times in a batch */
    {
      s.N *= mimo_rows (x);
      s.pixels *= s.M;
      channels *= s.M;
      s.C *= s.M;
    }
  if (s.vit)
    {
      s.pixels = patch * patch * channels;
      s.T = ((guint64)shape->height / patch) * ((guint64)shape->width / patch) + (s.class_token ? 1 : 0);
    }
  return s;
}

static guint64
dense_parameters (guint64 in, guint64 out)
{
  return in * out + out;
}

static void
add_patches (MsClosedForm *form, const Sizes *s)
{
  guint64 own = s->T - (s->vit && s->class_token ? 1 : 0);

  form->parameters[MS_MODEL_PART_PATCHES] = dense_parameters (s->pixels, s->H);
  if (s->vit)
    form->parameters[MS_MODEL_PART_PATCHES] += (s->T + (s->class_token ? 1 : 0)) * s->H;
  form->flops[MS_MODEL_PART_PATCHES] = 2 * s->N * own * s->pixels * s->H;
}

static void
add_attention (MsClosedForm *form, const Sizes *s, guint64 copies)
{
  form->parameters[MS_MODEL_PART_ATTENTION] += 2 * s->H + 4 * dense_parameters (s->H, s->H);
  form->flops[MS_MODEL_PART_ATTENTION] += copies * s->N * (8 * s->T * s->H * s->H + 4 * s->T * s->T * s->H);
}

/* With BatchEnsemble's factors of inputs and outputs and biases of each member. */
static guint64
members_parameters (const Sizes *s, bool members, guint64 in, guint64 out)
{
  return members ? in * out + s->M * (in + 2 * out) : dense_parameters (in, out);
}

static void
add_dense (MsClosedForm *form, const Sizes *s, guint64 copies, bool members)
{
  form->parameters[MS_MODEL_PART_DENSE]
    += 2 * s->H + members_parameters (s, members, s->H, s->F) + members_parameters (s, members, s->F, s->H);
  form->flops[MS_MODEL_PART_DENSE] += copies * s->N * 4 * s->T * s->H * s->F;
}

/* Places per expert and group of @S rows. */
static guint64
places (const MsExperiment *x, guint64 S, guint64 K, guint64 E)
{
  const MsCapacityRule rule = {
    .factor = ms_experiment_real (x, MS_KEY_ROUTING_CAPACITY_FACTOR),
    .fixed = (int)INT (ROUTING_CAPACITY),
    .multiple = (int)INT (ROUTING_CAPACITY_MULTIPLE),
    .round = CHOICE (ROUTING_CAPACITY_ROUND) == MS_CHOICE_ROUND_CEIL ? MS_ROUND_CEIL : MS_ROUND_NEAREST_EVEN,
    .counts_tokens = CHOICE (ROUTING_CAPACITY_COUNTS) == MS_CHOICE_COUNTS_TOKENS,
  };

  return (guint64)MAX (1, ms_capacity (&rule, (int)S, (int)K, (int)E));
}

/* Of @n assignments to @E experts, those that find a place when loads are as even as they can be. */
static guint64
kept_when_even (guint64 n, guint64 E, guint64 places)
{
  guint64 each = n / E, with_more = n % E;

  return with_more * MIN (each + 1, places) + (E - with_more) * MIN (each, places);
}

static Routed
routed (const Sizes *s)
{
  const MsExperiment *x = s->x;
  guint64 of_group = INT (ROUTING_GROUP_EXAMPLES);
  bool e3 = s->ensemble == MS_CHOICE_ENSEMBLE_E3;
  Routed r = { .copies = e3 ? s->M : 1, .parts = e3 && BOOL (ENSEMBLE_PARTITION) ? s->M : 1, .kernels = 1 };

  if (e3 && CHOICE (ENSEMBLE_ROUTERS) == MS_CHOICE_MEMBER_ROUTERS_OWN)
    r.kernels = s->M;
  r.E = s->E / r.parts;
  r.rows = r.copies * s->N * s->T;
  r.groups = of_group > 0 && s->N % of_group == 0 ? s->N / of_group : 1;
  r.S = r.rows / r.groups;
  return r;
}

static void
add_router (MsClosedForm *form, const Sizes *s, const Routed *r)
{
  if (s->router == MS_CHOICE_ROUTER_HASH || s->router == MS_CHOICE_ROUTER_RANDOM)
    return;
  form->parameters[MS_MODEL_PART_ROUTER] += s->H * r->kernels * r->E;
  if (s->router == MS_CHOICE_ROUTER_SIGMOID)
    form->parameters[MS_MODEL_PART_ROUTER] += r->kernels * r->E;
  form->flops[MS_MODEL_PART_ROUTER] += 2 * r->rows * s->H * r->E;
}

/* What an expert that chooses takes of each copy: fixed places are shared out among copies that share the experts. */
static guint64
places_of_copy (const Sizes *s, const Routed *r)
{
  guint64 fixed = (guint64)ms_experiment_int (s->x, MS_KEY_ROUTING_CAPACITY);

  if (r->parts > 1)
    return places (s->x, r->S, 1, s->E);
  return fixed > 0 ? MAX (1, fixed / r->copies) : places (s->x, r->S / r->copies, 1, s->E);
}

/* Assignments of all groups that find a place. */
static guint64
kept (const Sizes *s, const Routed *r)
{
  guint64 C;

  if (s->router == MS_CHOICE_ROUTER_EXPERTS_CHOOSE)
    return r->groups * r->copies * r->E * MIN (places_of_copy (s, r), r->S / r->copies);
  C = places (s->x, r->S, s->K, s->E);
  return r->groups * r->parts * kept_when_even (r->S / r->parts * s->K, r->E, C);
}

/* Soft MoE: every slot of every group is filled, and every slot is mixed into every token. */
static void
add_slots (MsClosedForm *form, const Sizes *s, const Routed *r)
{
  const MsExperiment *x = s->x;
  guint64 of_group = INT (ROUTING_GROUP_EXAMPLES) > 0 ? INT (ROUTING_GROUP_EXAMPLES) : INT (OPTIMISER_BATCH);
  guint64 each = INT (ROUTING_SLOTS) > 0 ? INT (ROUTING_SLOTS) : places (x, of_group * s->T, 1, s->E);
  guint64 slots = s->E * each;

  form->parameters[MS_MODEL_PART_ROUTER] += s->H * slots + 1;
  form->flops[MS_MODEL_PART_ROUTER] += 6 * r->rows * s->H * slots;
  form->flops[MS_MODEL_PART_EXPERTS] += r->groups * slots * 4 * s->H * s->expert_F;
}

static void
add_experts (MsClosedForm *form, const Sizes *s)
{
  const Routed r = routed (s);
  guint64 H = s->H, F = s->expert_F;

  form->parameters[MS_MODEL_PART_EXPERTS] += 2 * H + s->E * (dense_parameters (H, F) + dense_parameters (F, H));
  if (s->router == MS_CHOICE_ROUTER_SOFT)
    {
      add_slots (form, s, &r);
      return;
    }
  add_router (form, s, &r);
  form->flops[MS_MODEL_PART_EXPERTS] += kept (s, &r) * (4 * H * F + 2 * H);
}

static void
add_head (MsClosedForm *form, const Sizes *s, guint64 copies)
{
  guint64 width = s->R > 0 ? s->R : s->H, products = (s->R > 0 ? s->H * s->R : 0) + width * s->C;
  bool members = s->ensemble == MS_CHOICE_ENSEMBLE_BATCH;

  form->parameters[MS_MODEL_PART_HEAD] = 2 * s->H + members_parameters (s, members, width, s->C)
                                         + (s->R > 0 ? members_parameters (s, members, s->H, s->R) : 0);
  form->flops[MS_MODEL_PART_HEAD] = copies * s->N * 2 * products;
}

/* Copies of the tokens in block @block, in its attention or behind it. */
static guint64
copies_in (const Sizes *s, int block, bool attention)
{
  const MsExperiment *x = s->x;
  bool late = attention && CHOICE (ENSEMBLE_REPEAT) == MS_CHOICE_REPEAT_DEFERRED;
  int first = 0;

  if (s->ensemble != MS_CHOICE_ENSEMBLE_BATCH && (s->ensemble != MS_CHOICE_ENSEMBLE_E3 || !BOOL (ENSEMBLE_TILING)))
    return 1;
  while (!ms_experiment_places_block (x, first))
    first++;
  return block > first || (block == first && !late) ? s->M : 1;
}

MsClosedForm
ms_closed_form (const MsExperiment *x, const MsModelShape *shape, int examples)
{
  const Sizes s = read_sizes (x, shape, examples);
  MsClosedForm form = { .examples = examples, .training_rows = 1, .prediction_passes = 1 };
  guint64 sets = s.ensemble == MS_CHOICE_ENSEMBLE_DEEP ? s.M : 1;
  int blocks = (int)s.blocks;
  bool batch = s.ensemble == MS_CHOICE_ENSEMBLE_BATCH;

  add_patches (&form, &s);
  for (int i = 0; i < blocks; i++)
    {
      if (s.vit)
        add_attention (&form, &s, copies_in (&s, i, true));
      if (ms_experiment_routes_block (x, i))
        add_experts (&form, &s);
      else
        add_dense (&form, &s, copies_in (&s, i, false), batch && ms_experiment_places_block (x, i));
    }
  add_head (&form, &s, copies_in (&s, blocks, false));
  for (int i = 0; i < MS_MODEL_N_PARTS; i++)
    {
      form.parameters[i] *= sets;
      form.flops[i] *= sets;
    }
  if (s.ensemble == MS_CHOICE_ENSEMBLE_MC_DROPOUT)
    form.prediction_passes = (int)s.M;
  if (s.ensemble == MS_CHOICE_ENSEMBLE_MIMO)
    form.training_rows = (int)mimo_rows (x);
  return form;
}

static guint64
sum (const guint64 parts[MS_MODEL_N_PARTS])
{
  guint64 all = 0;

  for (int i = 0; i < MS_MODEL_N_PARTS; i++)
    all += parts[i];
  return all;
}

guint64
ms_closed_form_parameters (const MsClosedForm *form)
{
  return sum (form->parameters);
}

guint64
ms_closed_form_flops (const MsClosedForm *form)
{
  return sum (form->flops);
}

static JsonObject *
numbers_to_json (const MsClosedForm *form, guint64 parameters, guint64 flops)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "parameters", (gint64)parameters);
  json_object_set_int_member (object, "flops_per_example", (gint64)(flops / (guint64)form->examples));
  return object;
}

JsonObject *
ms_closed_form_to_json (const MsClosedForm *form)
{
  JsonObject *object = numbers_to_json (form, sum (form->parameters), sum (form->flops)), *parts = json_object_new ();

  for (int i = 0; i < MS_MODEL_N_PARTS; i++)
    json_object_set_object_member (parts, ms_model_part_name ((MsModelPart)i),
                                   numbers_to_json (form, form->parameters[i], form->flops[i]));
  json_object_set_object_member (object, "parts", parts);
  json_object_set_int_member (object, "training_rows", form->training_rows);
  json_object_set_int_member (object, "prediction_passes", form->prediction_passes);
  return object;
}

bool
ms_dry_count (const MsExperiment *x, const MsModelShape *shape, int examples, MsDryCount *count, GError **error)
{
  g_autoptr (MsModel) model = ms_model_declare (x, shape, error);
  g_autoptr (MsTape) tape = ms_tape_new_dry ();
  const MsPass pass = { .examples = examples };

  if (model == NULL)
    return false;
  ms_model_forward (model, tape, NULL, NULL, &pass);
  *count = (MsDryCount){ ms_params_size (model->params), ms_tape_flops (tape) };
  return true;
}
