#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds `moescope forward` against an independent model in NumPy, weight by weight.

Usage: forward.py PROGRAM. Random weights are written as a safetensors checkpoint by tensors.py; the program answers
with logits, routing, losses and the gradient of every tensor, and all of it must agree with model.py to 1e-5 of the
tensor's scale. Weights are drawn whose gates are further apart than rounding can bridge, so choices must agree
exactly."""
import json
import pathlib
import subprocess
import sys
import tempfile

import model
import numpy as np
import tensors

TOLERANCE = 1e-5
N, CLASSES, SIDE = 6, 10, 8  # images of 8 x 8 pixels, 10 classes
FEATURES = 5

BASE = {'task.data': 'digits', 'model.kind': 'vit', 'model.width': 8, 'model.hidden': 12, 'model.blocks': 2,
        'model.heads': 2, 'model.patch': 4, 'optimiser.batch': N}
ROUTED = {**BASE, 'routing.router': 'top-k', 'routing.experts': 4, 'routing.k': 2, 'routing.placement': 'every-2',
          'routing.importance_weight': 0.3, 'routing.gshard_weight': 0.2, 'routing.capacity_factor': 4}
TABLE = {'task.data': 'spirals', 'model.kind': 'mlp'}
CASES = {
    'dense': {**BASE, 'routing.router': 'none'},
    'dense, class token, representation': {**BASE, 'routing.router': 'none', 'model.pool': 'token',
                                           'model.representation': 5},
    'routed': ROUTED,
    'routed, one expert a token, places short': {**ROUTED, 'routing.k': 1, 'routing.capacity': 4},
    'routed, every block, groups, priority': {**ROUTED, 'routing.placement': 'all', 'routing.capacity': 2,
                                              'routing.group_examples': 2, 'routing.batch_priority': 'always'},
    'routed, capacity by the factor': {**ROUTED, 'routing.capacity_factor': 0.6, 'routing.hidden': 7,
                                       'model.pool': 'token'},
    'perceptron, dense': {**BASE, **TABLE, 'routing.router': 'none'},
    'perceptron, routed': {**ROUTED, **TABLE, 'routing.capacity': 3, 'routing.placement': 'all'},
}


def options(experiment):
    get = experiment.get
    return {
        'patch': get('model.patch'), 'blocks': get('model.blocks'), 'k': get('routing.k', 1),
        'capacity': get('routing.capacity', 0), 'capacity_factor': get('routing.capacity_factor', 1.05),
        'multiple': get('routing.capacity_multiple', 4), 'group_examples': get('routing.group_examples', 0),
        'batch_priority': get('routing.batch_priority') == 'always',
        'importance_weight': get('routing.importance_weight', 0.005), 'gshard_weight': get('routing.gshard_weight', 0),
    }


def shapes(experiment):
    """Name -> shape of every tensor, in the names that CONTRIBUTING.md documents."""
    get = experiment.get
    h, f, heads, patch = (get('model.' + key) for key in ('width', 'hidden', 'heads', 'patch'))
    vit = get('model.kind') == 'vit'
    token = get('model.pool') == 'token'
    found = {'embedding/kernel': (patch, patch, 1, h) if vit else (FEATURES, h), 'embedding/bias': (h,)}
    if token:
        found['cls'] = (1, 1, h)
    if vit:
        found['Encoder/posembed_input/pos_embedding'] = (1, (SIDE // patch) ** 2 + token, h)
    for i in range(get('model.blocks')):
        block = f'Encoder/encoderblock_{i}/'
        for norm in ('LayerNorm_0', 'LayerNorm_1')[not vit:]:
            found.update({block + norm + '/scale': (h,), block + norm + '/bias': (h,)})
        for part in ('query', 'key', 'value') if vit else ():
            found.update({f'{block}SelfAttention/{part}/kernel': (h, heads, h // heads),
                          f'{block}SelfAttention/{part}/bias': (heads, h // heads)})
        if vit:
            found.update({block + 'SelfAttention/out/kernel': (heads, h // heads, h),
                          block + 'SelfAttention/out/bias': (h,)})
        routed = get('routing.router') != 'none' and (i % 2 == 1 or get('routing.placement') == 'all')
        e = (get('routing.experts'),) if routed else ()
        width = get('routing.hidden', f) if routed else f
        if routed:
            found[block + 'Moe/Router/dense/kernel'] = (h,) + e
        pair = block + ('Moe/Mlp/' if routed else 'Mlp/')
        found.update({pair + 'Dense_0/kernel': e + (h, width), pair + 'Dense_0/bias': e + (width,),
                      pair + 'Dense_1/kernel': e + (width, h), pair + 'Dense_1/bias': e + (h,)})
    found.update({'Encoder/encoder_norm/scale': (h,), 'Encoder/encoder_norm/bias': (h,)})
    r = get('model.representation', 0)
    if r:
        found.update({'pre_logits/kernel': (h, r), 'pre_logits/bias': (r,)})
    found.update({'head/kernel': (r or h, CLASSES), 'head/bias': (CLASSES,)})
    return found


def draw(experiment, seed):
    rng = np.random.default_rng(seed)
    p = {}
    for name, shape in shapes(experiment).items():
        fan = max(1, int(np.prod(shape[:-1])) // (shape[0] if len(shape) == 3 and 'Moe' in name else 1))
        value = rng.normal(0, 0.3, shape) if name.endswith('bias') else rng.normal(0, 1.5 / np.sqrt(fan), shape)
        if name.endswith('scale'):
            value = rng.normal(1, 0.2, shape)
        p[name] = value.astype('f4').astype(float)
    inputs = rng.random((N, SIDE, SIDE, 1)) if experiment['model.kind'] == 'vit' else rng.normal(0, 1, (N, FEATURES))
    return p, inputs.astype('f4').astype(float), rng.integers(0, CLASSES, N)


def gap(routed, k):
    """The smallest distance between two gates that a choice or a place depends on."""
    smallest = np.inf
    for account in routed:
        sorted_gates = np.sort(account['probs'], axis=1)[:, ::-1]
        if sorted_gates.shape[1] > 1:
            smallest = min(smallest, (sorted_gates[:, :k] - sorted_gates[:, 1:k + 1]).min())
        smallest = min(smallest, np.diff(np.sort(sorted_gates[:, 0])).min())
    return smallest


def run_model(inputs, p, o):
    return (model.vit if inputs.ndim == 4 else model.perceptron)(inputs, p, o)


def drawn_clearly(experiment, o):
    for seed in range(1000):
        p, inputs, labels = draw(experiment, seed)
        _, routed = run_model(inputs, p, o)
        if gap(routed, o['k']) > 1e-4:
            return p, inputs, labels
    raise AssertionError('no draw keeps its gates apart')


def ask(program, folder, experiment, p, inputs, labels):
    """What the program says: losses, trace, gradients."""
    path = {name: str(folder / name) for name in ('model.safetensors', 'x.npy', 'y.npy', 'trace.npz', 'd.safetensors')}
    tensors.save(path['model.safetensors'], p, {'experiment': json.dumps(experiment)})
    np.save(path['x.npy'], inputs.astype('<f4'))
    np.save(path['y.npy'], labels.astype('<i4'))
    done = subprocess.run(
        [program, 'forward', path['model.safetensors'], '--input', path['x.npy'], '--labels', path['y.npy'],
         '--trace', path['trace.npz'], '--gradients', path['d.safetensors'], '--json'],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), np.load(path['trace.npz']), tensors.load(path['d.safetensors'])


def close(name, found, wanted, scale=None):
    """Equal to TOLERANCE of the largest value; of `scale` where every value may be rounding noise about 0."""
    found, wanted = np.asarray(found, float), np.asarray(wanted).real
    assert found.shape == wanted.shape, f'{name} is {found.shape}, not {wanted.shape}'
    error = np.abs(found - wanted).max() / max(np.abs(wanted).max(), scale or 0, 1e-30)
    assert error <= TOLERANCE, f'{name} is off by {error:.2g} of its scale'
    return error


def compare_routing(trace, routed):
    worst = 0
    for i, account in enumerate(routed):
        assert (trace['ids'][:, i] == account['expert']).all(), f'routed layer {i}: other experts were chosen'
        assert (trace['kept'][:, i].astype(bool) == account['kept']).all(), f'routed layer {i}: others were dropped'
        assert trace['layer_capacity'][0, i] == account['capacity'], f'routed layer {i}: another capacity'
        pairs = {'gate': (trace['gate'][:, i], account['gate']), 'logits': (trace['logits'][:, i], account['logits']),
                 'probabilities': (trace['router_probs'][:, i], account['probs']),
                 'importance loss': (trace['layer_losses'][0, i, 0], account['importance']),
                 'GShard loss': (trace['layer_losses'][0, i, 2], account['gshard'])}
        for name, (found, wanted) in pairs.items():
            worst = max(worst, close(f'routed layer {i}: {name}', found, wanted))
    return worst


def compare(program, folder, experiment):
    """The worst errors of logits, routing, losses and gradients."""
    o = options(experiment)
    p, inputs, labels = drawn_clearly(experiment, o)
    logits, routed = run_model(inputs, p, o)

    def loss(q):
        return model.losses(*run_model(inputs, q, o), labels, o)['loss']

    said, trace, derivatives = ask(program, folder, experiment, p, inputs, labels)
    errors = {'logits': close('logits', trace['model_logits'][:, 0], logits)}
    if routed:
        errors['routing'] = compare_routing(trace, routed)
    wanted = model.losses(logits, routed, labels, o)
    errors['losses'] = max(close(name, said[name], wanted[name]) for name in wanted if routed or 'task' in name)
    gradients = model.gradients(loss, p)
    assert derivatives.keys() == p.keys(), f'gradients are of {sorted(derivatives.keys() ^ p.keys())} too many or few'
    # Some gradients are 0 in theory (a key's bias), so a tensor's scale is at least that of a typical gradient.
    typical = np.median([np.abs(g).max() for g in gradients.values()])
    errors['gradients'] = max(close('the gradient of ' + name, derivatives[name], gradients[name], typical)
                              for name in p)
    return errors


def main(program):
    print(f'1..{len(CASES)}')
    failed = 0
    for number, (name, experiment) in enumerate(CASES.items(), 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                errors = compare(program, pathlib.Path(folder), experiment)
                print(f'ok {number} {name}', flush=True)
                print('#', ', '.join(f'{what} {error:.1g}' for what, error in errors.items()), flush=True)
            except AssertionError as error:
                failed += 1
                print(f'not ok {number} {name}\n# {error}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
