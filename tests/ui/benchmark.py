#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the window costs: its time to the screen, its share of the training's speed, its memory.

The window times itself (moescope --measure) on a screen of 1920 x 1200 without a graphics card, in turns with headless
runs of the same preset, because shared machines drift. The medians are held against the limits below."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
SECONDS = 6
LIMITS = {'paint_ms': 8.0, 'latency_ms': 2 * 1000 / 60, 'cost': 0.15, 'growth_mb': 8.0}
PRESETS = {'digits-vmoe': 600, 'plane-regimes': 6000}  # and how many batches of it are some seconds
LONG = float(os.environ.get('MOESCOPE_LONG_SECONDS', '120'))  # of playing, for the memory


def program(*arguments):
    done = subprocess.run([os.environ['MOESCOPE_PROGRAM'], *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def seconds_of(preset, steps):
    began = time.monotonic()
    program('run', preset, '--steps', str(steps), '--json')
    return time.monotonic() - began


def headless(preset):
    """Batches a second of training alone, by the clock and with the measuring of the test split, as in the window."""
    return PRESETS[preset] / (seconds_of(preset, PRESETS[preset]) - seconds_of(preset, 1))


def check(name, value, limit, unit):
    good = value <= limit
    print(f'# {name}: {value:.3g} {unit}, at most {limit:.3g}')
    print(f'{"ok" if good else "not ok"} {check.number} {name}', flush=True)
    check.number += 1
    return good


check.number = 1


def measure(preset):
    alone, beside, windows = [], [], []
    for _ in range(ROUNDS):
        alone.append(headless(preset))
        windows.append(program('--measure', str(SECONDS), preset))
        beside.append(windows[-1]['playing']['steps_per_second'])
        print(f'# {preset}: alone {alone[-1]:.1f}/s, with the window {beside[-1]:.1f}/s, '
              f'{windows[-1]["playing"]["refresh"]:.0f} pictures/s, main thread '
              f'{windows[-1]["playing"]["main_thread_share"]:.3f} of a core', flush=True)
    paint = statistics.median(window['playing']['paint_ms']['median'] for window in windows)
    latency = statistics.median(window['stepping']['latency_ms']['median'] for window in windows)
    cost = 1 - statistics.median(beside) / statistics.median(alone)
    return [check(f'{preset}: painting', paint, LIMITS['paint_ms'], 'ms'),
            check(f'{preset}: from the step to the screen', latency, LIMITS['latency_ms'], 'ms'),
            check(f'{preset}: cost of the window', cost, LIMITS['cost'], 'of the speed')]


def main():
    if 'MOESCOPE_BENCHMARK_INSIDE' not in os.environ:
        os.environ['MOESCOPE_BENCHMARK_INSIDE'] = '1'
        os.execvp('xvfb-run', ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24', 'dbus-run-session', '--',
                               sys.executable, *sys.argv])
    config = tempfile.mkdtemp(prefix='moescope-test-')
    os.environ.update(XDG_CONFIG_HOME=config, GSK_RENDERER='cairo')
    os.makedirs(f'{config}/moescope')
    with open(f'{config}/moescope/window.ini', 'w', encoding='ascii') as state:
        state.write('[window]\nwidth=1920\nheight=1200\n')
    print(f'1..{3 * len(PRESETS) + 1}')
    good = [one for preset in PRESETS for one in measure(preset)]
    memory = program('--measure', str(LONG), 'digits-vmoe')['playing']['memory_mb']
    good.append(check('growth of the memory in the second half', memory[-1] - memory[len(memory) // 2],
                      LIMITS['growth_mb'], 'MB'))
    shutil.rmtree(config)
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
