# SPDX-License-Identifier: MIT
"""The experiments that forward.py compares: their settings, the tensors they have, and random weights for them."""
import numpy as np

N, CLASSES, SIDE = 6, 10, 8  # images of 8 x 8 pixels, 10 classes
FEATURES = 5

BASE = {'task.data': 'digits', 'model.kind': 'vit', 'model.width': 8, 'model.hidden': 12, 'model.blocks': 2,
        'model.heads': 2, 'model.patch': 4, 'optimiser.batch': N}
DENSE = {**BASE, 'routing.router': 'none'}
ROUTED = {**BASE, 'routing.router': 'top-k', 'routing.experts': 4, 'routing.k': 2, 'routing.placement': 'every-2',
          'routing.importance_weight': 0.3, 'routing.gshard_weight': 0.2, 'routing.capacity_factor': 4}
TABLE = {'task.data': 'spirals', 'model.kind': 'mlp'}
GROUPS = {'routing.group_examples': 2}
FIRST = {'routing.batch_priority': 'always'}
ALL = {'routing.placement': 'all'}
SWITCH = {**ROUTED, 'routing.router': 'switch', 'routing.k': 1, 'routing.switch_weight': 0.4}
SIGMOID = {**ROUTED, 'routing.router': 'sigmoid', 'routing.gate_scale': 1.7, 'routing.renormalise': True}
CHOOSE = {**ROUTED, 'routing.router': 'experts-choose', 'routing.capacity_factor': 1, 'routing.capacity_multiple': 1,
          'routing.capacity_round': 'nearest-even'}
SOFT = {**ROUTED, 'routing.router': 'soft', 'routing.group_examples': 1}
E3 = {**ROUTED, 'ensemble.kind': 'e3', 'ensemble.members': 2, 'routing.k': 1}
SHARED = {'ensemble.partition': False, 'ensemble.routers': 'shared'}
OWN = {'ensemble.partition': False, 'ensemble.routers': 'own'}
DEEP = {'ensemble.kind': 'deep', 'ensemble.members': 2}
BATCH = {**DENSE, 'ensemble.kind': 'batch', 'ensemble.members': 3}
MIMO = {'ensemble.kind': 'mimo', 'ensemble.members': 2}

# Beside the keys of the experiment: what stands during the pass.
STEERED = {'intervene': 'mask:1:0 bias:1:2:0.7'}

CASES = {
    'dense': DENSE,
    'dense, class token, representation': {**DENSE, 'model.pool': 'token', 'model.representation': 5},
    'routed': ROUTED,
    'routed, masked and biased': {**ROUTED, **STEERED, 'routing.z_weight': 0.05},
    'switch, masked and biased, places short': {**SWITCH, **STEERED, 'routing.capacity_factor': 0.8},
    'sigmoid, masked and biased': {**SIGMOID, **STEERED},
    'experts choose, masked and biased': {**CHOOSE, **STEERED},
    'E3, masked and biased': {**E3, **STEERED, **ALL, 'routing.capacity_factor': 0.8},
    'soft, masked': {**SOFT, 'routing.slots': 2, 'intervene': 'mask:1:3'},
    'routed, one expert a token, places short': {**ROUTED, 'routing.k': 1, 'routing.capacity': 4},
    'routed, every block, groups, priority': {**ROUTED, **ALL, **GROUPS, **FIRST, 'routing.capacity': 2},
    'routed, capacity by the factor': {**ROUTED, 'routing.capacity_factor': 0.6, 'routing.hidden': 7,
                                       'model.pool': 'token'},
    'routed, weights that sum to 1, z-loss': {**ROUTED, 'routing.renormalise': True, 'routing.z_weight': 0.05},
    'perceptron, dense': {**DENSE, **TABLE},
    'perceptron, routed': {**ROUTED, **TABLE, **ALL, 'routing.capacity': 3},
    'switch': {**SWITCH, 'routing.capacity_factor': 0.8, 'routing.z_weight': 0.1},
    'switch, groups, priority': {**SWITCH, **GROUPS, **FIRST, 'routing.capacity_factor': 0.8},
    'sigmoid': SIGMOID,
    'sigmoid, weights as they are': {**SIGMOID, 'routing.renormalise': False},
    'sigmoid, groups, priority': {**SIGMOID, **GROUPS, **FIRST, 'routing.capacity_factor': 0.8},
    'sigmoid, places short, every block': {**SIGMOID, **ALL, 'routing.capacity': 7},
    'experts choose': CHOOSE,
    'experts choose, groups, every block, z-loss': {**CHOOSE, **ALL, **GROUPS, 'routing.capacity_factor': 1.6,
                                                    'routing.z_weight': 0.1},
    'experts choose, perceptron': {**CHOOSE, **TABLE, **ALL},
    'soft': {**SOFT, 'routing.slots': 2},
    'soft, slots by the factor, every block': {**SOFT, **ALL, 'routing.experts': 2, 'routing.capacity_factor': 1.3,
                                               'routing.capacity_multiple': 0,
                                               'routing.capacity_round': 'nearest-even'},
    'soft, groups of two, class token': {**SOFT, **GROUPS, 'routing.slots': 1, 'model.pool': 'token'},
    'soft, few tokens': {**SOFT, 'routing.slots': 1, 'model.patch': 8},
    'E3': E3,
    'E3, two experts a token': {**E3, **ALL, 'routing.k': 2, 'model.representation': 5},
    'E3, early': {**E3, 'ensemble.repeat': 'early'},
    'E3, places short, groups': {**E3, **GROUPS, **ALL, 'routing.capacity_factor': 0.9,
                                 'routing.capacity_multiple': 0},
    'E3, six experts, places short': {**E3, 'routing.experts': 6, 'routing.k': 2, 'routing.capacity_factor': 0.7,
                                      'routing.capacity_multiple': 0, 'routing.capacity_round': 'nearest-even'},
    'E3, places short, priority': {**E3, **FIRST, 'routing.capacity': 4, 'model.pool': 'token'},
    'E3, perceptron': {**E3, **TABLE, 'ensemble.members': 4},
    'E3, tiled over shared experts, shared router': {**E3, **SHARED, 'routing.k': 2},
    'E3, tiled over shared experts, own routers': {**E3, **OWN, 'routing.k': 2, 'ensemble.repeat': 'early'},
    'E3, own routers, places short': {**E3, **OWN, **GROUPS, 'routing.k': 2, 'routing.capacity_factor': 0.6},
    'E3, own routers, priority': {**E3, **OWN, **FIRST, 'routing.k': 2, 'routing.capacity_factor': 0.6},
    'E3, partition without tiling': {**E3, **ALL, 'ensemble.tiling': False},
    'E3, partition without tiling, places short': {**E3, **GROUPS, 'ensemble.tiling': False,
                                                   'routing.capacity_factor': 0.6, 'routing.capacity_multiple': 0},
    'E3, switch': {**SWITCH, 'ensemble.kind': 'e3', 'ensemble.members': 2, 'routing.capacity_factor': 0.8},
    'E3, sigmoid': {**SIGMOID, 'ensemble.kind': 'e3', 'ensemble.members': 2, 'routing.capacity_factor': 0.8},
    'E3, sigmoid, own routers': {**SIGMOID, **OWN, 'ensemble.kind': 'e3', 'ensemble.members': 2},
    'E3, experts choose': {**CHOOSE, 'ensemble.kind': 'e3', 'ensemble.members': 2},
    'E3, experts choose among all': {**CHOOSE, **OWN, 'ensemble.kind': 'e3', 'ensemble.members': 2},
    'E3, experts choose among all, places fixed': {**CHOOSE, **OWN, 'ensemble.kind': 'e3', 'ensemble.members': 2,
                                                   'routing.capacity': 7},
    'deep, dense': {**DENSE, **DEEP},
    'E3, experts choose among all, places odd': {**CHOOSE, **OWN, 'ensemble.kind': 'e3', 'ensemble.members': 2,
                                                 'routing.capacity_factor': 0.71, 'routing.capacity_multiple': 3},
    'deep, routed': {**ROUTED, **DEEP, **FIRST, 'routing.capacity_factor': 0.6},
    'deep, sigmoid': {**SIGMOID, **DEEP, **TABLE},
    'deep, soft': {**SOFT, **DEEP, 'routing.slots': 1},
    'BatchEnsemble': {**BATCH, 'routing.placement': 'every-2'},
    'BatchEnsemble, last block, representation': {**BATCH, 'routing.placement': 'last', 'routing.layers': 1,
                                                  'model.representation': 5, 'model.pool': 'token'},
    'BatchEnsemble, early, perceptron': {**BATCH, **ALL, **TABLE, 'ensemble.repeat': 'early'},
    'MIMO': {**DENSE, **MIMO},
    'MIMO, routed, representation': {**ROUTED, **MIMO, 'model.representation': 5, 'ensemble.members': 3},
    'MIMO, perceptron': {**DENSE, **TABLE, **MIMO},
}


def options(experiment):
    get = experiment.get
    kind, m, router = get('ensemble.kind', 'none'), get('ensemble.members', 2), get('routing.router')
    e3, tiling, partition = kind == 'e3', get('ensemble.tiling', True), get('ensemble.partition', True)
    return {
        'steers': [steer.split(':') for steer in get('intervene', '').split()],
        'patch': get('model.patch'), 'blocks': get('model.blocks'), 'router': router, 'k': get('routing.k', 1),
        'capacity': get('routing.capacity', 0), 'capacity_factor': get('routing.capacity_factor', 1.05),
        'multiple': get('routing.capacity_multiple', 4), 'round': get('routing.capacity_round', 'ceil'),
        'group_examples': get('routing.group_examples', 0), 'renormalise': get('routing.renormalise', False),
        'batch_priority': get('routing.batch_priority') == 'always', 'gate_scale': get('routing.gate_scale', 1),
        # Weights of the losses that the router has: importance is V-MoE's, and Switch has its own.
        'importance_weight': get('routing.importance_weight', 0.005),
        'gshard_weight': get('routing.switch_weight', 0.01) if router == 'switch' else get('routing.gshard_weight', 0),
        'z_weight': get('routing.z_weight', 0),
        'members': m, 'partition': e3 and partition, 'sum_parts': e3 and not tiling,
        'repeat': get('ensemble.repeat', 'deferred'),
        'copies': m if kind == 'batch' or e3 and tiling else 1, 'sets': m if kind == 'deep' else 1,
        'inputs': m if kind == 'mimo' else 1,
    }


def places_block(experiment, i):
    placement = experiment.get('routing.placement', 'every-2')
    return {'every-2': i % 2 == 1, 'all': True,
            'last': i >= experiment['model.blocks'] - experiment.get('routing.layers', 2)}[placement]


def router_shapes(experiment, prefix, h, e):
    """Name -> shape of a router's tensors."""
    get, o = experiment.get, options(experiment)
    if o['router'] == 'soft':
        items = tokens(experiment) * (o['group_examples'] or N)
        share = items * o['capacity_factor'] / e
        slots = get('routing.slots', 0) or (round(share) if o['round'] == 'nearest-even' else int(np.ceil(share)))
        return {prefix + 'mu': (h, e, slots), prefix + 'scale': ()}
    own = get('ensemble.kind') == 'e3' and get('ensemble.routers', 'own') == 'own'
    each = (o['members'], e // o['members'] if o['partition'] else e) if own else (e,)
    found = {prefix + 'dense/kernel': (h,) + each}
    if o['router'] == 'sigmoid':
        found[prefix + 'bias'] = each
    return found


def tokens(experiment):
    if experiment['model.kind'] == 'mlp':
        return 1
    return (SIDE // experiment['model.patch']) ** 2 + (experiment.get('model.pool') == 'token')


def block_shapes(experiment, i):
    get = experiment.get
    h, f, heads = (get('model.' + key) for key in ('width', 'hidden', 'heads'))
    vit = get('model.kind') == 'vit'
    block = f'Encoder/encoderblock_{i}/'
    found = {}
    for norm in ('LayerNorm_0', 'LayerNorm_1')[not vit:]:
        found.update({block + norm + '/scale': (h,), block + norm + '/bias': (h,)})
    for part in ('query', 'key', 'value') if vit else ():
        found.update({f'{block}SelfAttention/{part}/kernel': (h, heads, h // heads),
                      f'{block}SelfAttention/{part}/bias': (heads, h // heads)})
    if vit:
        found.update({block + 'SelfAttention/out/kernel': (heads, h // heads, h),
                      block + 'SelfAttention/out/bias': (h,)})
    routed = get('routing.router') != 'none' and places_block(experiment, i)
    e = (get('routing.experts'),) if routed else ()
    width = get('routing.hidden', f) if routed else f
    if routed:
        found.update(router_shapes(experiment, block + 'Moe/Router/', h, *e))
    pair = block + ('Moe/Mlp/' if routed else 'Mlp/')
    fast = get('ensemble.kind') == 'batch' and places_block(experiment, i)
    for layer, sizes in ('Dense_0', (h, width)), ('Dense_1', (width, h)):
        found.update(dense_shapes(experiment, pair + layer, *sizes, fast, e))
    return found


def dense_shapes(experiment, name, inputs, outputs, fast, e=()):
    m = (experiment['ensemble.members'],) if fast else ()
    found = {name + '/kernel': e + (inputs, outputs), name + '/bias': m + e + (outputs,)}
    if fast:
        found.update({name + '/fast_weight_alpha': m + (inputs,), name + '/fast_weight_gamma': m + (outputs,)})
    return found


def set_shapes(experiment):
    """Name -> shape of every tensor of one set of parameters, in the names that CONTRIBUTING.md documents."""
    get, o = experiment.get, options(experiment)
    h, patch = get('model.width'), get('model.patch')
    vit = get('model.kind') == 'vit'
    image = (patch, patch, o['inputs'], h)
    found = {'embedding/kernel': image if vit else (FEATURES * o['inputs'], h), 'embedding/bias': (h,)}
    if get('model.pool') == 'token':
        found['cls'] = (1, 1, h)
    if vit:
        found['Encoder/posembed_input/pos_embedding'] = (1, tokens(experiment), h)
    for i in range(get('model.blocks')):
        found.update(block_shapes(experiment, i))
    found.update({'Encoder/encoder_norm/scale': (h,), 'Encoder/encoder_norm/bias': (h,)})
    r, fast = get('model.representation', 0), get('ensemble.kind') == 'batch'
    if r:
        found.update(dense_shapes(experiment, 'pre_logits', h, r, fast))
    found.update(dense_shapes(experiment, 'head', r or h, CLASSES * o['inputs'], fast))
    return found


def shapes(experiment):
    found, sets = set_shapes(experiment), options(experiment)['sets']
    return found if sets == 1 else {f'member_{m}/{name}': shape for m in range(sets) for name, shape in found.items()}


def draw(experiment, seed):
    """Weights, inputs and labels, in values that float32 has."""
    rng = np.random.default_rng(seed)
    p = {}
    for name, shape in shapes(experiment).items():
        if name.endswith('bias'):
            value = rng.normal(0, 0.3, shape)
        elif name.endswith('scale') or 'fast_weight' in name:
            value = rng.normal(1, 0.2, shape)
        elif 'Router' in name:
            value = rng.normal(0, 1.5 / np.sqrt(shape[0]), shape)
        else:
            fan = max(1, int(np.prod(shape[:-1])) // (shape[0] if len(shape) == 3 and 'Moe' in name else 1))
            value = rng.normal(0, 1.5 / np.sqrt(fan), shape)
        p[name] = np.asarray(value).astype('f4').astype(float)
    inputs = rng.random((N, SIDE, SIDE, 1)) if experiment['model.kind'] == 'vit' else rng.normal(0, 1, (N, FEATURES))
    return p, inputs.astype('f4').astype(float), rng.integers(0, CLASSES, N)
