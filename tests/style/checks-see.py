#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The style checks see what they are there for: each offence below, planted in a small tree, is found."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SPDX = '/* SPDX-License-Identifier: MIT */\n'
CLEAN = {path: SPDX for path in (
    'app/main.c', 'core/base/error.h', 'core/base/rng.h', 'core/nn/vit.c', 'core/routing/topk.h',
    'core/record/record.h', 'core/train/session.h', 'ui/paint/load.c',
    'ui/widgets/canvas.c', 'ui/widgets/canvas.h', 'ui/window/window.h')}

OFFENCES = [
    ('check-includes', 'core/nn/vit.c', '#include "ui/widgets/canvas.h"\n'),
    ('check-includes', 'core/nn/vit.c', '#include "core/routing/topk.h"\n'),
    ('check-includes', 'core/record/record.h', '#include "core/train/session.h"\n'),
    ('check-includes', 'core/nn/vit.c', '#include <gtk/gtk.h>\n'),
    ('check-includes', 'core/nn/vit.c', '#include <cairo.h>\n'),
    ('check-includes', 'core/nn/vit.c', '#include <cblas.h>\n'),
    ('check-includes', 'core/nn/vit.c', '#include "topk.h"\n'),
    ('check-includes', 'ui/paint/load.c', '#include <gtk/gtk.h>\n'),
    ('check-includes', 'ui/paint/load.c', '#include "core/train/session.h"\n'),
    ('check-includes', 'ui/paint/load.c', '#include "core/base/rng.h"\n'),
    ('check-includes', 'ui/paint/load.c', '#include "ui/widgets/canvas.h"\n'),
    ('check-includes', 'ui/widgets/canvas.c', '#include "ui/window/window.h"\n'),
    ('check-sources', 'app/main.c', None),
    ('check-sources', 'app/main.c', '/* ' + 'x' * 120 + ' */\n'),
    ('check-sources', 'app/main.c', '\n' * 700),
    ('check-sources', 'app/main.c', 'int x; \n'),
    ('check-sources', 'app/main.c', '\tint x;\n'),
    ('check-sources', 'app/main.c', '/* TO' + 'DO: later */\n'),
    ('check-sources', 'app/main.c', 'int x;'),
]
ALLOWED = {
    'app/main.c': '#include "ui/window/window.h"\n#include "core/train/session.h"\n#include <gtk/gtk.h>\n',
    'core/train/session.h': '#include "core/record/record.h"\n#include <glib.h>\n',
    'ui/paint/load.c': '#include "core/record/record.h"\n#include <cairo.h>\n',
    'ui/widgets/canvas.c': '#include "ui/widgets/canvas.h"\n#include <gtk/gtk.h>\n',
}


def complains(check, files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8')
        return subprocess.run([HERE / check, root], stdout=subprocess.DEVNULL, check=False).returncode != 0


def results():
    for check in ('check-includes', 'check-sources'):
        good = {name: text + ALLOWED.get(name, '') for name, text in CLEAN.items()}
        yield f'{check} accepts a clean tree', not complains(check, good)
    for check, name, text in OFFENCES:
        files = dict(CLEAN)
        files[name] = '' if text is None else SPDX + text
        shown = 'no licence line' if text is None else repr(text[:40])
        yield f'{check} sees in {name}: {shown}', complains(check, files)


outcome = list(results())
print(f'1..{len(outcome)}')
for number, (case, good) in enumerate(outcome, 1):
    print('ok' if good else 'not ok', number, case)
sys.exit(0 if all(good for _, good in outcome) else 1)
