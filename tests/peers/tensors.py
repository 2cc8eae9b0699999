# SPDX-License-Identifier: MIT
"""safetensors in NumPy: eight bytes of header length, a JSON header, the tensors' bytes."""
import json
import struct

import numpy as np


def save(path, tensors, metadata):
    header, data = {'__metadata__': metadata}, b''
    for name, value in tensors.items():
        part = np.ascontiguousarray(value, '<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(value.shape), 'data_offsets': [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


def load(path):
    with open(path, 'rb') as file:
        size, = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    header.pop('__metadata__', None)
    tensors = {}
    for name, entry in header.items():
        assert entry['dtype'] == 'F32', f"{name} is {entry['dtype']}, not F32"
        begin, end = entry['data_offsets']
        tensors[name] = np.frombuffer(data[begin:end], '<f4').reshape(entry['shape'])
    return tensors
