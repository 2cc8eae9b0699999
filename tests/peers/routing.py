# SPDX-License-Identifier: MIT
"""Who sees which token with what weight: every router, capacity, E3's members, and the experts behind them.

Written from the papers' description like model.py, and for complex numbers like it. Tokens stand as (A, N, T, H): A
copies of N examples of T tokens. A router speaks for the tokens of one copy and one group at a time."""
import numpy as np

MASKED = -600  # added to a logit: exp of it is 0 beside any other, and of its negative still finite
SQUARED_EPSILON = 1e-6  # Soft MoE's unit vectors: added to the sum of squares


def softmax(x, axis=-1):
    e = np.exp(x - x.real.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)))


def capacity_of(items, k, e, o):
    """Places per expert for a group of `items` tokens with k choices each."""
    if o['capacity']:
        return o['capacity']
    share = items * k * o['capacity_factor'] / e
    places = round(share) if o['round'] == 'nearest-even' else int(np.ceil(share))
    return -(-places // o['multiple']) * o['multiple'] if o['multiple'] else places


def serve(choice, priority, capacity, experts, margins):
    """Greedy places of one group: all first choices before any second one, `kept` (S, K)."""
    items, k = choice.shape
    queue = np.arange(items)
    if priority is not None:
        queue = np.argsort(-priority.real, kind='stable')
        margins.append(np.diff(np.sort(priority.real)).min())
    count = np.zeros(experts, int)
    kept = np.zeros((items, k), bool)
    for rank in range(k):
        for item in queue:
            kept[item, rank] = count[choice[item, rank]] < capacity
            count[choice[item, rank]] += 1
    return kept


def best(scores, k, margins):
    """(S, k) columns of the largest scores, best first."""
    ordered = -np.sort(-scores.real, axis=1)
    if scores.shape[1] > 1:
        margins.append((ordered[:, :k] - ordered[:, 1:k + 1])[:, :min(k, scores.shape[1] - 1)].min())
    return np.argsort(-scores.real, axis=1, kind='stable')[:, :k]


def cv_squared(x):
    return ((x - x.mean()) ** 2).mean() / x.mean() ** 2


def gshard(gates):
    """E times the sum over the experts of the share of first choices times the mean gate: also Switch's loss."""
    items, e = gates.shape
    first = np.bincount(gates.real.argmax(axis=1), minlength=e) / items
    return e * (first * gates.mean(axis=0)).sum()


def offsets(name, first, e, o):
    """(E) what interventions add to the logits of a copy's experts, counted over all from `first`."""
    add = np.zeros(e)
    for kind, block, number, *value in o['steers']:
        if f'encoderblock_{block}/' in name and first <= int(number) < first + e:
            add[int(number) - first] += MASKED if kind == 'mask' else float(value[0])
    return add


def tokens_choose(logits, bias, o, margins):
    """top-k, switch and sigmoid on one group: gates, choice and weights (S, K), and the losses there are."""
    losses = {}
    if o['router'] == 'sigmoid':
        gates = 1 / (1 + np.exp(-logits))
        choice = best(gates + bias + np.where(logits.real < MASKED / 2, MASKED, 0), o['k'], margins)
    else:
        gates = softmax(logits)
        choice = best(gates, o['k'], margins)
        losses['gshard'] = gshard(gates)
    if o['router'] == 'top-k':
        losses['importance'] = cv_squared(gates.sum(axis=0))
    weights = np.take_along_axis(gates, choice, axis=1)
    if o['renormalise']:
        weights = weights / weights.sum(axis=1, keepdims=True)
    if o['router'] == 'sigmoid':
        weights = weights * o['gate_scale']
    return gates, choice, weights, losses


def experts_choose(gates, capacity, masked, margins):
    """Each expert takes its `capacity` largest gates; choice (S, E) best first, -1: none, and the weights."""
    items, e = gates.shape
    taken = np.zeros((items, e), bool)
    for expert in np.flatnonzero(~masked):
        order = np.argsort(-gates[:, expert].real, kind='stable')
        taken[order[:capacity], expert] = True
        if capacity < items:
            margins.append((gates[order[capacity - 1], expert] - gates[order[capacity], expert]).real)
    choice = np.full((items, e), -1)
    weights = np.zeros((items, e), gates.dtype)
    for item in range(items):
        mine = sorted(np.flatnonzero(taken[item]), key=lambda expert: -gates[item, expert].real)
        choice[item, :len(mine)] = mine
        weights[item, :len(mine)] = gates[item, mine]
        if len(mine) > 1:
            margins.append(-np.diff(gates[item, mine].real).max())
    return choice, weights


def expert(x, p, name, which):
    (w0, b0), (w1, b1) = ((p[f'{name}/Mlp/{layer}/kernel'][which], p[f'{name}/Mlp/{layer}/bias'][which])
                          for layer in ('Dense_0', 'Dense_1'))
    return gelu(x @ w0 + b0) @ w1 + b1


def combined(x, p, name, choice, weights, kept):
    """(S, H) the sum over the kept choices of weight times expert; choices are numbers of all experts."""
    y = np.zeros(x.shape, np.result_type(x, weights, p[name + '/Mlp/Dense_0/kernel']))
    for which in np.unique(choice[kept]):
        rows, ranks = np.nonzero(kept & (choice == which))
        y[rows] = y[rows] + weights[rows, ranks, None] * expert(x[rows], p, name, which)
    return y


def member_tensors(p, name, copy, copies, o):
    """A copy's router, its bias, and its experts' first number and count."""
    kernel, bias = p[name + '/Router/dense/kernel'], p.get(name + '/Router/bias')
    e = len(p[name + '/Mlp/Dense_0/kernel'])
    if kernel.ndim == 3:
        kernel, bias = kernel[:, copy], None if bias is None else bias[copy]
    return (kernel, bias) + ((copy * (e // copies), e // copies) if o['partition'] else (0, e))


def decide(tokens, kernel, bias, add, share, o, margins):
    """What one copy's router says of one group: gates, logits, choice, weights, losses."""
    clean = tokens @ kernel
    logits = clean + add
    if o['router'] == 'experts-choose':
        gates, losses = softmax(logits), {}
        choice, weights = experts_choose(gates, min(share, len(tokens)), add < MASKED / 2, margins)
    else:
        gates, choice, weights, losses = tokens_choose(logits, bias, o, margins)
    if o['router'] != 'sigmoid':  # whose logits are no softmax's
        losses['z'] = (np.log(np.exp(logits).sum(axis=1)) ** 2).mean()
    return {'expert': choice, 'gate': weights, 'logits': clean, 'probs': gates}, losses


def serve_copies(decided, capacity, e_all, o, margins):
    """A group's copies of a token stand beside each other in the queue for places."""
    def interleaved(key):
        return np.stack([d[key] for d in decided], axis=1).reshape(-1, decided[0][key].shape[1])

    choice, copies = interleaved('expert'), len(decided)
    if o['router'] == 'experts-choose':
        kept = choice >= 0
    else:
        priority = np.concatenate([np.take_along_axis(d['probs'], d['local'][:, :1], 1) for d in decided], 1).ravel() \
            if o['batch_priority'] else None
        kept = serve(choice, priority, capacity, e_all, margins)
    for copy, d in enumerate(decided):
        d['kept'] = kept[copy::copies]


def widened(part, first, e_all):
    """(T, E of a part) in the columns of all experts, 0 elsewhere."""
    return np.pad(part, [(0, 0), (first, e_all - first - part.shape[1])])


def sparse(x, p, name, o, margins):
    """(A, N, T, H) through experts that are chosen -> output and account, copy after copy in rows (A N T)."""
    copies, n, t, h = x.shape
    group = o['group_examples'] or n
    e_all = len(p[name + '/Mlp/Dense_0/kernel'])
    k = 1 if o['router'] == 'experts-choose' else o['k']
    # A group has its tokens of every copy, and capacity is for all; experts that choose take as many of each copy.
    capacity = share = capacity_of(group * t * copies, k, e_all, o)
    if o['router'] == 'experts-choose' and not o['partition'] and copies > 1:
        share = max(1, o['capacity'] // copies) if o['capacity'] else capacity_of(group * t, k, e_all, o)
        capacity = share * copies
    y, rows, losses = [], [], []
    for start in range(0, n, group):
        tokens, decided = x[:, start:start + group].reshape(copies, -1, h), []
        for copy in range(copies):
            kernel, bias, first, e = member_tensors(p, name, copy, copies, o)
            d, own = decide(tokens[copy], kernel, bias, offsets(name, first, e, o), share, o, margins)
            d.update(local=d['expert'], expert=np.where(d['expert'] >= 0, d['expert'] + first, -1),
                     copy=copy, columns=slice(first, first + e))
            decided.append(d)
            losses.append(own)
        serve_copies(decided, capacity, e_all, o, margins)
        y.append([combined(tokens[copy], p, name, d['expert'], d['gate'], d['kept']).reshape(-1, t, h)
                  for copy, d in enumerate(decided)])
        for d in decided:
            d.update({key: widened(d[key], d['columns'].start, e_all) for key in ('logits', 'probs')})
        rows += decided
    rows.sort(key=lambda d: d['copy'])
    account = {key: np.concatenate([d[key] for d in rows]) for key in ('expert', 'gate', 'kept', 'logits', 'probs')}
    account.update({key: np.mean([own[key] for own in losses]) for key in losses[0]})
    account['capacity'] = capacity
    return np.concatenate([np.array(part) for part in y], axis=1), account


def unit(x, axis):
    return x / np.sqrt((x * x).sum(axis=axis, keepdims=True) + SQUARED_EPSILON)


def soft_weights(tokens, mu, scale, add):
    """Of one group (S, H): logits, dispatch and combine weights (S, slots of all experts)."""
    logits = scale * (unit(tokens, 1) @ unit(mu, 0).reshape(len(mu), -1))
    return logits, softmax(logits, 0), softmax(logits + np.repeat(add, mu.shape[2]), 1)


def soft(x, p, name, o):
    """(1, N, T, H) through slots: dispatch over the tokens of a group, combine over all slots."""
    _, n, t, h = x.shape
    mu, group = p[name + '/Router/mu'], o['group_examples'] or n
    e, slots = mu.shape[1:]
    y = []
    rows = {'logits': [], 'dispatch': [], 'combine': []}
    for start in range(0, n, group):
        tokens = x[0, start:start + group].reshape(-1, h)
        logits, dispatch, combine = soft_weights(tokens, mu, p[name + '/Router/scale'], offsets(name, 0, e, o))
        z = (dispatch.T @ tokens).reshape(e, slots, h)
        y.append(combine @ np.concatenate([expert(z[i], p, name, i) for i in range(e)]))
        for key, value in zip(rows, (logits, dispatch, combine)):
            rows[key].append(value)
    return np.concatenate(y).reshape(x.shape), {key: np.concatenate(value) for key, value in rows.items()}


def moe(x, p, name, o, margins):
    if name + '/Router/mu' in p:
        return soft(x, p, name, o)
    if not o['sum_parts']:
        return sparse(x, p, name, o, margins)
    y, account = sparse(np.repeat(x, o['members'], axis=0), p, name, o, margins)
    return y.sum(axis=0, keepdims=True), account
