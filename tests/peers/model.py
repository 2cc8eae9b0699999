# SPDX-License-Identifier: MIT
"""Networks with sparse experts, written from their description and not from the program's sources.

Plain NumPy in double precision, one token at a time where that is clearest. Every function also works on complex
numbers whose imaginary part is an infinitesimal: d loss / d p is the imaginary part of loss (p + ih) / h, exact to
the last digits and without any derivative written down by hand. So what is chosen (maximum, top-k, capacity) is
chosen by real parts."""
import numpy as np


def softmax(x):
    e = np.exp(x - x.real.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)))


def layer_norm(x, p, name):
    mean = x.mean(axis=-1, keepdims=True)
    variance = (x * x).mean(axis=-1, keepdims=True) - mean * mean
    return (x - mean) / np.sqrt(variance + 1e-6) * p[name + '/scale'] + p[name + '/bias']


def dense(x, p, name):
    return x @ p[name + '/kernel'] + p[name + '/bias']


def mlp(x, p, name):
    return dense(gelu(dense(x, p, name + '/Dense_0')), p, name + '/Dense_1')


def attention(x, p, name):
    """(N, T, H) -> (N, T, H); kernels (H, heads, D), out (heads, D, H)."""
    q, k, v = (np.einsum('nth,had->natd', x, p[f'{name}/{part}/kernel']) + p[f'{name}/{part}/bias'][None, :, None, :]
               for part in ('query', 'key', 'value'))
    weights = softmax(np.einsum('natd,nasd->nats', q, k) / np.sqrt(q.shape[-1]))
    y = np.einsum('nats,nasd->natd', weights, v)
    return np.einsum('natd,adh->nth', y, p[name + '/out/kernel']) + p[name + '/out/bias']


def capacity_of(items, e, o):
    """Places per expert for a group of `items` tokens."""
    if o['capacity']:
        return o['capacity']
    places = int(np.ceil(items * o['k'] * o['capacity_factor'] / e))
    return -(-places // o['multiple']) * o['multiple'] if o['multiple'] else places


def assign(gates, o):
    """Greedy places of one group: chosen experts (S, K), whether each is kept, and the capacity."""
    items, e = gates.shape
    order = np.argsort(-gates.real, axis=1, kind='stable')[:, :o['k']]
    queue = np.argsort(-gates.real.max(axis=1), kind='stable') if o['batch_priority'] else np.arange(items)
    capacity = capacity_of(items, e, o)
    count = np.zeros(e, int)
    kept = np.zeros((items, o['k']), bool)
    for choice in range(o['k']):
        for item in queue:
            expert = order[item, choice]
            kept[item, choice] = count[expert] < capacity
            count[expert] += 1
    return order, kept, capacity


def cv_squared(x):
    return ((x - x.mean()) ** 2).mean() / x.mean() ** 2


def moe(x, p, name, o):
    """Tokens (T, H), cut into groups of o['group'] -> the experts' output and an account of the routing."""
    logits = x @ p[name + '/Router/dense/kernel']
    gates = softmax(logits)
    e = gates.shape[1]
    y = np.zeros_like(x)
    account = {key: [] for key in ('expert', 'gate', 'kept', 'importance', 'gshard')}
    for start in range(0, len(x), o['group']):
        g = gates[start:start + o['group']]
        order, kept, account['capacity'] = assign(g, o)
        for item, (experts, keeps) in enumerate(zip(order, kept)):
            for expert, keep in zip(experts, keeps):
                if keep:
                    q = {f'{layer}/{part}': p[f'{name}/Mlp/{layer}/{part}'][expert]
                         for layer in ('Dense_0', 'Dense_1') for part in ('kernel', 'bias')}
                    hidden = gelu(dense(x[start + item], q, 'Dense_0'))
                    y[start + item] = y[start + item] + g[item, expert] * dense(hidden, q, 'Dense_1')
        first = np.bincount(g.real.argmax(axis=1), minlength=e) / len(g)
        account['expert'].append(order)
        account['gate'].append(np.take_along_axis(g, order, axis=1))
        account['kept'].append(kept)
        account['importance'].append(cv_squared(g.sum(axis=0)))
        account['gshard'].append(e * e * (first * g.mean(axis=0)).mean())
    for key in ('expert', 'gate', 'kept'):
        account[key] = np.concatenate(account[key])
    account.update(logits=logits, probs=gates, importance=np.mean(account['importance']),
                   gshard=np.mean(account['gshard']))
    return y, account


def patches(images, p, side):
    """A convolution whose stride is its kernel: (N, h, w, c) -> (N, T, H)."""
    n, h, w, c = images.shape
    cut = images.reshape(n, h // side, side, w // side, side, c).transpose(0, 1, 3, 2, 4, 5)
    kernel = p['embedding/kernel']
    return cut.reshape(n, -1, side * side * c) @ kernel.reshape(side * side * c, -1) + p['embedding/bias']


def block_mlp(x, p, name, o, routed):
    if name + '/Moe/Router/dense/kernel' not in p:
        return mlp(x, p, name + '/Mlp')
    n, t, h = x.shape
    y, account = moe(x.reshape(n * t, h), p, name + '/Moe', {**o, 'group': (o['group_examples'] or n) * t})
    routed.append(account)
    return y.reshape(n, t, h)


def vit(images, p, o):
    """(N, h, w, c) -> logits (N, C) and the account of every routed layer."""
    x = patches(images, p, o['patch'])
    if 'cls' in p:
        x = np.concatenate([np.broadcast_to(p['cls'], (len(x), 1, x.shape[2])), x], axis=1)
    x = x + p['Encoder/posembed_input/pos_embedding']
    routed = []
    for i in range(o['blocks']):
        name = f'Encoder/encoderblock_{i}'
        x = x + attention(layer_norm(x, p, name + '/LayerNorm_0'), p, name + '/SelfAttention')
        x = x + block_mlp(layer_norm(x, p, name + '/LayerNorm_1'), p, name, o, routed)
    x = layer_norm(x, p, 'Encoder/encoder_norm')
    return head(x[:, 0] if 'cls' in p else x.mean(axis=1), p), routed


def perceptron(features, p, o):
    """(N, features) -> logits (N, C) and the account of every routed layer: one token an example, no attention."""
    x = gelu(dense(features, p, 'embedding'))[:, None, :]
    routed = []
    for i in range(o['blocks']):
        name = f'Encoder/encoderblock_{i}'
        x = x + block_mlp(layer_norm(x, p, name + '/LayerNorm_1'), p, name, o, routed)
    return head(layer_norm(x, p, 'Encoder/encoder_norm')[:, 0], p), routed


def head(x, p):
    if 'pre_logits/kernel' in p:
        x = np.tanh(dense(x, p, 'pre_logits'))
    return dense(x, p, 'head')


def losses(logits, routed, labels, o):
    """The mean cross-entropy, the weighted balancing losses, and the sum of all: the loss trained on, without noise."""
    task = -np.log(softmax(logits)[np.arange(len(labels)), labels]).mean()
    importance = o['importance_weight'] * sum(account['importance'] for account in routed)
    gshard = o['gshard_weight'] * sum(account['gshard'] for account in routed)
    return {'loss': task + importance + gshard, 'task_loss': task, 'importance_loss': importance, 'gshard_loss': gshard}


def gradients(loss, p):
    """d loss / d every entry of every tensor of p, by complex steps."""
    step = 1e-40
    found = {}
    q = {name: value.astype(complex) for name, value in p.items()}
    for name, value in q.items():
        found[name] = np.empty(value.shape)
        for at in np.ndindex(value.shape):
            value[at] += 1j * step
            found[name][at] = loss(q).imag / step
            value[at] = value[at].real
    return found
