#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""model.py itself against the golden numbers of tests/golden/vit.json (logits and importance losses of V-MoE and E3)
and those of one Soft MoE layer.

Usage: golden.py GOLDEN"""
import json
import sys

import model
import numpy as np
import routing
from cases import options


def parameters(leaves, members):
    """The values that the golden numbers were made with; a LayerNorm's scale is 1 more."""
    p = {}
    for name, shape, offset in leaves:
        value = 0.5 * np.sin(1.7 * np.arange(offset, offset + int(np.prod(shape))) + 0.3)
        p[name] = (value + name.endswith('/scale')).reshape(shape)
        if members > 1 and 'Router' in name:
            p[name] = p[name].reshape(shape[0], members, -1)
    return p


def agrees(leaves, variant, wanted):
    """The numbers have one group an image, and of E3 the members of an image in rows one after another."""
    m, k, capacity, order = variant.split('_')
    members = int(m[1:])
    o = options({'model.patch': 2, 'model.blocks': 2, 'routing.router': 'top-k', 'routing.k': int(k[1:]),
                 'routing.capacity': int(capacity[1:]), 'routing.group_examples': 1, 'ensemble.members': members,
                 'routing.batch_priority': 'always' if order == 'bpr' else 'off',
                 'ensemble.kind': 'e3' if members > 1 else 'none'})
    p = parameters(leaves, members)
    images = np.cos(0.13 * np.arange(96)).reshape(2, 4, 4, 3)
    logits, _, _ = model.run(images, p, o)
    importance = [model.run(image[None], p, o)[1][0]['importance'] for image in images]
    rows = logits.transpose(1, 0, 2).reshape(2 * members, -1)
    means = np.reshape(wanted['importance'], (2, members)).mean(axis=1)
    return np.allclose(rows, wanted['logits'], 0, 1e-6) and np.allclose(importance, means, 0, 1e-6)


def soft_agrees():
    """Two experts of two slots each over three tokens, where expert e multiplies by e + 1."""
    x = np.array([[1, 2], [3, -1], [.5, .5]])
    mu = np.array([[[1, 0], [1, -1]], [[0, 2], [1, 3]]], float)
    logits, dispatch, combine = routing.soft_weights(x, mu, 2)
    slots = dispatch.T @ x
    y = combine @ (slots * [[1], [1], [2], [2]])
    return all(np.allclose(found, wanted, 0, 1e-7) for found, wanted in (
        (logits, [[.89442665, 1.78885398, 1.89736593, 1.41421335], [1.89736555, -.63245542, .89442692, -1.19999988],
                  [1.41421144, 1.41421197, 1.9999975, .89442625]]),
        (slots, [[1.85276926, .02118188], [.90646098, 1.26944258], [1.07255217, .88377584], [.90954176, 1.33349412]]),
        (y, [[1.65232478, 1.582655], [1.87309015, .59741111], [1.7522948, 1.37820738]])))


def main(path):
    with open(path, encoding='utf-8') as file:
        golden = json.load(file)
    leaves = golden.pop('_meta')['leaves']
    outcome = {variant: agrees(leaves, variant, wanted) for variant, wanted in golden.items()}
    outcome['Soft MoE'] = soft_agrees()
    print(f'1..{len(outcome)}')
    for number, (variant, good) in enumerate(outcome.items(), 1):
        print('ok' if good else 'not ok', number, variant)
    return 0 if all(outcome.values()) else 1


sys.exit(main(sys.argv[1]))
