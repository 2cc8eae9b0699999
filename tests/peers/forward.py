#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds `moescope forward` against an independent model in NumPy, weight by weight: every router, every ensemble.

Usage: forward.py PROGRAM [CASE]... Random weights are written as a safetensors checkpoint by tensors.py; the program
answers with logits, routing, losses and the gradient of every tensor, and all of it must agree with model.py to 1e-5
of the tensor's scale. Weights are drawn whose gates are further apart than rounding can bridge, so choices must agree
exactly. MC dropout has no deterministic pass to compare, and what the hash and random routers choose is no formula."""
import json
import multiprocessing
import pathlib
import subprocess
import sys
import tempfile

import model
import numpy as np
import tensors
from cases import CASES, draw, options

TOLERANCE = 1e-5
MARGIN = 1e-4


def drawn_clearly(experiment, o):
    for seed in range(4000):
        p, inputs, labels = draw(experiment, seed)
        if model.run(inputs, p, o)[2] > MARGIN:
            return p, inputs, labels
    raise AssertionError('no draw keeps its gates apart')


def ask(program, folder, experiment, p, inputs, labels):
    """What the program says: losses, trace, gradients."""
    path = {name: str(folder / name) for name in ('model.safetensors', 'x.npy', 'y.npy', 'trace.npz', 'd.safetensors')}
    keys = {key: value for key, value in experiment.items() if key != 'intervene'}
    tensors.save(path['model.safetensors'], p, {'experiment': json.dumps(keys)})
    np.save(path['x.npy'], inputs.astype('<f4'))
    np.save(path['y.npy'], labels.astype('<i4'))
    done = subprocess.run(
        [program, 'forward', path['model.safetensors'], '--input', path['x.npy'], '--labels', path['y.npy'],
         '--trace', path['trace.npz'], '--gradients', path['d.safetensors'], '--json']
        + [word for steer in experiment.get('intervene', '').split() for word in ('--intervene', steer)],
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


def compare_chosen(where, trace, i, account, o):
    k = account['expert'].shape[1]
    wide = max(k, trace['ids'].shape[2])
    # What a layer has fewer choices than the widest of, or the program did not need, is -1 in both.
    ids, chosen = (np.pad(a, [(0, 0), (0, wide - a.shape[1])], constant_values=-1)
                   for a in (trace['ids'][:, i], account['expert']))
    assert (ids == chosen).all(), f'{where}: other experts were chosen'
    kept = np.pad(account['kept'], [(0, 0), (0, wide - k)])[:, :trace['kept'].shape[2]]
    assert (trace['kept'][:, i].astype(bool) == kept).all(), f'{where}: others were dropped'
    assert trace['layer_capacity'][0, i] == account['capacity'], \
        f"{where}: capacity {trace['layer_capacity'][0, i]}, not {account['capacity']}"
    gates = np.pad(account['gate'], [(0, 0), (0, wide - k)])[:, :trace['gate'].shape[2]]
    width = account['logits'].shape[1]
    yield 'gate', np.where(ids[:, :gates.shape[1]] >= 0, trace['gate'][:, i], 0), gates
    # What is no expert of the token's member is NaN there and 0 here.
    yield 'logits', np.nan_to_num(trace['logits'][:, i, :width]), account['logits']
    yield 'probabilities', np.nan_to_num(trace['router_probs'][:, i, :width]), account['probs']
    for column, loss in enumerate(('importance', 'load', 'gshard', 'z')):
        if loss in account and o[loss + '_weight'] > 0:
            yield loss + ' loss', trace['layer_losses'][0, i, column], account[loss]


def compare_soft(trace, i, account):
    slots = account['logits'].shape[1]
    for name in ('logits', 'dispatch', 'combine'):
        yield name, trace['soft_' + name][:, i, :slots], account[name]


def compare_routing(trace, routed, o):
    worst = 0
    for i, account in enumerate(routed):
        where = f'routed layer {i}'
        soft = 'dispatch' in account
        pairs = compare_soft(trace, i, account) if soft else compare_chosen(where, trace, i, account, o)
        for name, found, wanted in pairs:
            worst = max(worst, close(f'{where}: {name}', found, wanted))
    return worst


def compare_losses(said, wanted, routed):
    """Terms that this router has, or that count nothing."""
    worst = 0
    for name, value in wanted.items():
        term = name.removesuffix('_loss')
        if term in ('loss', 'task') or value.real != 0:
            worst = max(worst, close(name, said[name], value))
        elif not any(term in account for account in routed):
            assert said[name] is None or said[name] == 0, f'{name} is {said[name]}, and there is no such term'
    return worst


def compare(program, folder, experiment):
    """The worst errors of logits, routing, losses and gradients."""
    o = options(experiment)
    p, inputs, labels = drawn_clearly(experiment, o)
    logits, routed, _ = model.run(inputs, p, o)

    def loss(q):
        # What is reported is the members' mean; each member of a deep ensemble learns from its own loss.
        return model.losses(*model.run(inputs, q, o)[:2], labels, o)['loss'] * o['sets']

    said, trace, derivatives = ask(program, folder, experiment, p, inputs, labels)
    errors = {'logits': close('logits', trace['model_logits'], logits.transpose(1, 0, 2))}
    if routed:
        errors['routing'] = compare_routing(trace, routed, o)
    errors['losses'] = compare_losses(said, model.losses(logits, routed, labels, o), routed)
    gradients = model.gradients(loss, p)
    assert derivatives.keys() == p.keys(), f'gradients are of {sorted(derivatives.keys() ^ p.keys())} too many or few'
    # Some gradients are 0 in theory (a key's bias), so a tensor's scale is at least that of a typical gradient.
    typical = np.median([np.abs(g).max() for g in gradients.values()])
    errors['gradients'] = max(close('the gradient of ' + name, derivatives[name], gradients[name], typical)
                              for name in p)
    return errors


def outcome(job):
    """TAP lines of one case, without their number."""
    program, name = job
    with tempfile.TemporaryDirectory() as folder:
        try:
            errors = compare(program, pathlib.Path(folder), CASES[name])
        except AssertionError as error:
            return False, name, str(error)
    return True, name, ', '.join(f'{what} {error:.1g}' for what, error in errors.items())


def main(program, *wanted):
    jobs = [(program, name) for name in wanted or CASES]
    print(f'1..{len(jobs)}')
    failed = 0
    with multiprocessing.Pool() as pool:
        for number, (good, name, said) in enumerate(pool.imap(outcome, jobs), 1):
            print('ok' if good else 'not ok', number, name)
            print('# ' + said.replace('\n', '\n# '), flush=True)
            failed += not good
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
