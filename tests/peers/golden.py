#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""model.py itself against the golden numbers of tests/golden/vit.json: logits and importance losses of eight variants.

Usage: golden.py GOLDEN"""
import json
import sys

import model
import numpy as np


def parameters(leaves):
    """The values that the golden numbers were made with; a LayerNorm's scale is 1 more."""
    p = {}
    for name, shape, offset in leaves:
        value = 0.5 * np.sin(1.7 * np.arange(offset, offset + int(np.prod(shape))) + 0.3)
        p[name] = (value + name.endswith('/scale')).reshape(shape)
    return p


def agrees(p, variant, wanted):
    _, k, capacity, order = variant.split('_')
    o = {'patch': 2, 'blocks': 2, 'k': int(k[1:]), 'capacity': int(capacity[1:]), 'batch_priority': order == 'bpr',
         'group_examples': 1}
    images = np.cos(0.13 * np.arange(96)).reshape(2, 4, 4, 3)
    logits, _ = model.vit(images, p, o)
    importance = [model.vit(image[None], p, o)[1][0]['importance'] for image in images]
    return np.allclose(logits, wanted['logits'], 0, 1e-6) and np.allclose(importance, wanted['importance'], 0, 1e-6)


def main(path):
    with open(path, encoding='utf-8') as file:
        golden = json.load(file)
    p = parameters(golden['_meta']['leaves'])
    variants = [name for name in golden if name.startswith('M1_')]
    outcome = [agrees(p, variant, golden[variant]) for variant in variants]
    print(f'1..{len(variants)}')
    for number, (variant, good) in enumerate(zip(variants, outcome), 1):
        print('ok' if good else 'not ok', number, variant)
    return 0 if outcome and all(outcome) else 1


sys.exit(main(sys.argv[1]))
