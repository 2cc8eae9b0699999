#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every measure of core/metrics again, in NumPy and by the definitions: what the program beside it prints must agree.

Usage: measures.py PROGRAM"""
import subprocess
import sys

import numpy as np

M, N, FOREIGN, C, R = 3, 120, 90, 5, 12
state = 1


def numbers(n):
    global state
    out = np.empty(n)
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state / 2**32
    return out


def draw(shape, scale, offset):
    return (scale * (numbers(int(np.prod(shape))) - 0.5) + offset).astype(np.float32).reshape(shape)


def labels(n):
    return (C * numbers(n)).astype(int)


def softmax(z):
    e = np.exp(z.astype(float))
    return (e / e.sum(-1, keepdims=True)).astype(np.float32).astype(float)


def entropy(p):
    return -(p * np.log(p)).sum(-1)


def quality(p, y):
    mean = p.mean(0).astype(np.float32).astype(float)
    confidence, right = mean.max(1), mean.argmax(1) == y
    place = np.clip(np.floor(15 * confidence), 0, 14).astype(int)
    ece = sum(abs(right[place == b].mean() - confidence[place == b].mean()) * (place == b).mean()
              for b in range(15) if (place == b).any())
    brier = ((mean - np.eye(C)[y])**2).sum(1).mean()
    yield 'quality', [1 - right.mean(), -np.log(mean[np.arange(len(y)), y]).mean(), ece, brier]
    yield 'bins', np.bincount(place, minlength=15)


def diversity(p):
    pairs = [(i, j) for i in range(M) for j in range(i + 1, M)]
    votes = p.argmax(2)
    differ = np.array([[(votes[i] != votes[j]).mean() for j in range(M)] for i in range(M)])
    kl = np.array([[(p[i] * np.log(p[i] / p[j])).sum(1).mean() for j in range(M)] for i in range(M)])
    cosine = [(p[i] * p[j]).sum(1) / np.linalg.norm(p[i], axis=1) / np.linalg.norm(p[j], axis=1) for i, j in pairs]
    q = np.exp(np.log(p).mean(0))
    q /= q.sum(1, keepdims=True)
    bregman = np.mean([(q * np.log(q / p[m])).sum(1) for m in range(M)])
    yield 'diversity', [np.mean([differ[i, j] for i, j in pairs]), np.mean([kl[i, j] for i, j in pairs]),
                        np.mean(cosine), bregman]
    yield 'disagreement', differ
    yield 'kl', kl
    yield 'total', entropy(p.mean(0))
    yield 'aleatoric', entropy(p).mean(0)
    yield 'mutual-information', entropy(p.mean(0)) - entropy(p).mean(0)
    share = np.array([np.bincount(votes[:, n], minlength=C) / M for n in range(N)])
    yield 'votes', [-sum(s * np.log(s) for s in row if s > 0) for row in share]


def detect(positive, negative):
    """By all pairs and all thresholds."""
    difference = positive[:, None] - negative[None]
    auroc = (difference > 0).mean() + (difference == 0).mean() / 2
    thresholds = np.unique(np.concatenate([positive, negative]))[::-1]
    tpr = np.array([(positive >= t).mean() for t in thresholds])
    fpr = np.array([(negative >= t).mean() for t in thresholds])
    hits, misses = tpr * len(positive), fpr * len(negative)
    aupr = (np.diff(tpr, prepend=0) * hits / (hits + misses)).sum()
    return [auroc, aupr, fpr[np.argmax(tpr >= 0.95)]]


def both(name, known, foreign):
    yield name + '/foreign-positive', detect(foreign, known)
    yield name + '/known-positive', detect(-known, -foreign)


def scores(logits, foreign):
    mean = softmax(logits).mean(0)
    yield 'msp', 1 - mean.max(1)
    yield 'entropy', entropy(mean)
    known, strange = (1 - z.astype(float).mean(0).max(1) for z in (logits, foreign))
    yield 'max-logit', known
    yield from both('max-logit', known, strange)
    tied = draw(N + FOREIGN, 1, 0.5)
    tied = np.floor(8 * tied + (np.arange(N + FOREIGN) >= N))
    yield from both('ties', tied[:N], tied[N:])


def distances(x, means, cov):
    d = x[:, None] - means[None]
    return np.einsum('ncr,rs,ncs->nc', d, np.linalg.inv(cov), d)


def mahalanobis(y):
    train, test = draw((M, N, R), 2, 3).astype(float), draw((M, FOREIGN, R), 3, 3).astype(float)
    for name, ridge in ('mahalanobis', 0), ('singular', 1e-6):
        if ridge:
            train[..., -1], test[..., -1] = train[..., 0], test[..., 0]
        own, background = [], []
        for m in range(M):
            means = np.array([train[m][y == c].mean(0) for c in range(C)])
            centred = train[m] - means[y]
            cov, cov_all = centred.T @ centred / N, np.cov(train[m].T, bias=True)
            cov, cov_all = (k + ridge * np.trace(k) / R * np.eye(R) for k in (cov, cov_all))
            own.append(distances(test[m], means, cov))
            background.append(distances(test[m], train[m].mean(0)[None], cov_all)[:, 0])
        yield name, np.mean(own, 0).min(1)
        yield ('singular-' if ridge else '') + 'relative', np.mean([o.min(1) - b for o, b in zip(own, background)], 0)


def features(x, mean, std):
    return np.hstack([(x - mean) / std, np.full((len(x), 1), 100.0)])


def probe(y):
    train, test = draw((N, R), 4, 1).astype(float), draw((FOREIGN, R), 4, 1).astype(float)
    wanted, powers = labels(FOREIGN), range(-10, 20)
    for n in N, 8:
        mean, std = train[:n].mean(0), train[:n].std(0) + 1e-5
        x, t = features(train[:n], mean, std), 2 * np.eye(C)[y[:n]] - 1
        solve = [np.linalg.solve(x.T @ x + 2.0**k * np.eye(R + 1), x.T @ t) for k in powers]
        for i in range(0, 30, 9):
            yield f'probe/{n}/{i}', solve[i]
        if n == N:
            right = [((features(test, mean, std) @ w).argmax(1) == wanted).mean() for w in solve]
            best = max(i for i in range(30) if right[i] == max(right))
    yield 'probe/best', [right[best], 2.0**powers[best]]


def load():
    expert = np.zeros((N, 2), int)
    for t in range(N):
        a, b, c = numbers(3)
        expert[t, 0] = int(7 * a * b)
        expert[t, 1] = (expert[t, 0] + 1 + int(6 * c)) % 7
    count = np.bincount(expert.ravel(), minlength=7)
    p, mean = count / count.sum(), count.mean()
    h = -sum(x * np.log(x) for x in p if x > 0)
    gini = np.abs(count[:, None] - count[None]).mean() / (2 * mean)
    yield 'count', count
    yield from (('load/' + name, [value]) for name, value in (
        ('max-violation', p.max() * 7 - 1), ('min-violation', p.min() * 7 - 1),
        ('mean-violation', abs(p * 7 - 1).mean()),
        ('CV', count.std() / mean), ('sample-CV', count.std(ddof=1) / mean), ('load-entropy', h),
        ('relative-entropy', h / np.log(7)), ('effective-share', np.exp(h) / 7), ('KL-to-uniform', np.log(7) - h),
        ('Gini', gini), ('balancedness', mean / count.max()), ('max-share', p.max()), ('dead', (count == 0).mean()),
        ('active', (count > 0).mean())))
    chosen = np.zeros((N, 7))
    chosen[np.arange(N)[:, None], expert] = 1
    together, total = chosen.T @ chosen, chosen.sum()
    with np.errstate(all='ignore'):
        rate = together / count[:, None]
        companions = rate.sum(1) - 1
        excess = rate - companions[:, None] * count[None] / (total - count)[:, None]
    excess[np.arange(7), np.arange(7)] = np.where(count > 0, 0, np.nan)
    yield 'coactivation', rate
    yield 'coactivation-excess', excess


def expected():
    logits, foreign = draw((M, N, C), 6, 0), draw((M, FOREIGN, C), 4, 0)
    y = labels(N)
    yield from quality(softmax(logits), y)
    yield from diversity(softmax(logits))
    yield from scores(logits, foreign)
    yield from mahalanobis(y)
    yield from probe(y)
    yield from load()
    error, reference = np.array([[.1, .2, .3], [.2, .4, .9]]), np.array([[.2, .2, .4], [.5, .5, .5]])
    yield 'mce', [error.mean(), (error.sum(1) / reference.sum(1)).mean()]


def main(program):
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    got = {line.split()[0]: np.array([float(x) for x in line.split()[1:]]) for line in lines}
    wanted = dict(expected())
    names = sorted(set(got) | set(wanted))
    print(f'1..{len(names)}')
    failed = 0
    for number, name in enumerate(names, 1):
        mine, theirs = got.get(name), wanted.get(name)
        good = mine is not None and theirs is not None and np.size(mine) == np.size(theirs) and np.allclose(
            mine, np.ravel(theirs), 2e-6, 2e-6, equal_nan=True)
        failed += not good
        print('ok' if good else 'not ok', number, name)
        if not good:
            print('#', mine, 'expected', theirs)
    return 1 if failed or not names else 0


sys.exit(main(sys.argv[1]))
