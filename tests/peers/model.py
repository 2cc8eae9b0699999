# SPDX-License-Identifier: MIT
"""Networks with sparse experts and their ensembles, written from their description and not from the program's sources.

Plain NumPy in double precision. Every function also works on complex numbers whose imaginary part is an
infinitesimal: d loss / d p is the imaginary part of loss (p + ih) / h, exact to the last digits and without any
derivative written down by hand. So what is chosen (maximum, top-k, capacity) is chosen by real parts.

Activations are (A, N, T, H): A copies of N examples, 1 until an ensemble that shares weights repeats them."""
import numpy as np
import routing
from routing import gelu, softmax


def layer_norm(x, p, name):
    mean = x.mean(axis=-1, keepdims=True)
    variance = (x * x).mean(axis=-1, keepdims=True) - mean * mean
    return (x - mean) / np.sqrt(variance + 1e-6) * p[name + '/scale'] + p[name + '/bias']


def members(vectors, x):
    """(A, width) beside x (A, ..., width)."""
    return vectors.reshape(len(vectors), *[1] * (x.ndim - 2), -1)


def dense(x, p, name):
    """x W + b; with fast weights ((x a) W) g + b, where copy m has a_m, g_m, b_m."""
    if name + '/fast_weight_alpha' not in p:
        return x @ p[name + '/kernel'] + p[name + '/bias']
    y = (x * members(p[name + '/fast_weight_alpha'], x)) @ p[name + '/kernel']
    return y * members(p[name + '/fast_weight_gamma'], y) + members(p[name + '/bias'], y)


def mlp(x, p, name):
    return dense(gelu(dense(x, p, name + '/Dense_0')), p, name + '/Dense_1')


def attention(x, p, name):
    """Kernels (H, heads, D), out (heads, D, H)."""
    q, k, v = (np.einsum('mnth,had->mnatd', x, p[f'{name}/{part}/kernel'])
               + p[f'{name}/{part}/bias'][None, None, :, None, :] for part in ('query', 'key', 'value'))
    weights = softmax(np.einsum('mnatd,mnasd->mnats', q, k) / np.sqrt(q.shape[-1]))
    y = np.einsum('mnats,mnasd->mnatd', weights, v)
    return np.einsum('mnatd,adh->mnth', y, p[name + '/out/kernel']) + p[name + '/out/bias']


def patches(images, p, side):
    """A convolution whose stride is its kernel: (N, h, w, c) -> (N, T, H)."""
    n, h, w, c = images.shape
    cut = images.reshape(n, h // side, side, w // side, side, c).transpose(0, 1, 3, 2, 4, 5)
    kernel = p['embedding/kernel']
    return cut.reshape(n, -1, side * side * c) @ kernel.reshape(side * side * c, -1) + p['embedding/bias']


def repeated(x, o):
    """The copies of E3 and BatchEnsemble, made once."""
    return np.repeat(x, o['copies'], axis=0) if len(x) < o['copies'] else x


def feed_forward(x, p, name, o, routed, margins):
    if name + '/Moe/Mlp/Dense_0/kernel' in p:
        y, account = routing.moe(x, p, name + '/Moe', o, margins)
        routed.append(account)
        return y
    return mlp(x, p, name + '/Mlp')


def member_wise(p, name):
    return name + '/Moe/Mlp/Dense_0/kernel' in p or name + '/Mlp/Dense_0/fast_weight_alpha' in p


def block(x, p, name, o, routed, margins):
    """A pre-norm block; E3 repeats its input before its first routed one, or, the same, before that one's MLP."""
    if member_wise(p, name) and o['repeat'] == 'early':
        x = repeated(x, o)
    if name + '/SelfAttention/out/kernel' in p:
        x = x + attention(layer_norm(x, p, name + '/LayerNorm_0'), p, name + '/SelfAttention')
    if member_wise(p, name):
        x = repeated(x, o)
    return x + feed_forward(layer_norm(x, p, name + '/LayerNorm_1'), p, name, o, routed, margins)


def embedded(inputs, p, o):
    """(1, N, T, H): patches of images (N, h, w, c), or one token an example of features (N, F)."""
    if inputs.ndim == 2:
        return gelu(dense(inputs, p, 'embedding'))[None, :, None, :]
    x = patches(np.concatenate([inputs] * o['inputs'], axis=-1), p, o['patch'])
    if 'cls' in p:
        x = np.concatenate([np.broadcast_to(p['cls'], (len(x), 1, x.shape[2])), x], axis=1)
    return (x + p['Encoder/posembed_input/pos_embedding'])[None]


def network(inputs, p, o):
    """Logits (M, N, C) of one set of parameters, the account of every routed layer, and by how little any choice was
    made."""
    routed, margins = [], []
    x = embedded(inputs, p, o) if inputs.ndim == 4 else embedded(np.repeat(inputs, o['inputs'], axis=1), p, o)
    for i in range(o['blocks']):
        x = block(x, p, f'Encoder/encoderblock_{i}', o, routed, margins)
    x = layer_norm(x, p, 'Encoder/encoder_norm')
    x = x[:, :, 0] if 'cls' in p else x.mean(axis=2)
    x = repeated(x, o)
    if 'pre_logits/kernel' in p:
        x = np.tanh(dense(x, p, 'pre_logits'))
    logits = dense(x, p, 'head')
    if o['inputs'] > 1:
        logits = logits[0].reshape(len(inputs), o['inputs'], -1).transpose(1, 0, 2)
    return logits, routed, min(margins, default=np.inf)


def run(inputs, p, o):
    """As network, of all sets of parameters."""
    if o['sets'] == 1:
        return network(inputs, p, o)
    logits, routed, margin = [], [], np.inf
    for m in range(o['sets']):
        prefix = f'member_{m}/'
        own = {name[len(prefix):]: value for name, value in p.items() if name.startswith(prefix)}
        said = network(inputs, own, o)
        logits.append(said[0][0])
        routed += said[1]
        margin = min(margin, said[2])
    return np.array(logits), routed, margin


def losses(logits, routed, labels, o):
    """The mean of the members' cross-entropies, the weighted balancing losses, and the sum of all: the loss trained
    on, without noise. All are means over the members: of a deep ensemble, each with layers of its own."""
    task = -np.log(softmax(logits)[:, np.arange(len(labels)), labels]).mean()
    found = {'task_loss': task}
    for term in ('importance', 'gshard', 'z'):
        found[term + '_loss'] = o[term + '_weight'] * sum(a.get(term, 0) for a in routed) / o['sets']
    return {'loss': sum(found.values()), **found}


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
