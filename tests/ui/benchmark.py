#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the window costs: its time to the screen, its share of the training's speed, its memory; and how long frames
take with every view open, and a start.

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
LIMITS = {'frame_median_ms': 8.0, 'frame_p99_ms': 16.0, 'start_s': 1.0,
          'paint_ms': 8.0, 'latency_ms': 2 * 1000 / 60, 'cost': 0.15, 'growth_mb': 8.0}
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


def with_all_views(folder, preset):
    """A configuration in which every view that the preset has is open: those that it has not are hidden."""
    names = [view['name'] for view in program('views', '--json')]
    rows = [names[i:i + 4] for i in range(0, len(names), 4)]
    lines = [row[-1] for row in rows]
    for i, row in enumerate(rows):
        for j, name in enumerate(reversed(row[:-1])):
            lines[i] = f'row({1 / (j + 2):.3f} {name} {lines[i]})'
    layout = lines[-1]
    for i, line in enumerate(reversed(lines[:-1])):
        layout = f'col({1 / (i + 2):.3f} {line} {layout})'
    os.makedirs(f'{folder}/moescope')
    with open(f'{folder}/moescope/window.ini', 'w', encoding='ascii') as state:
        state.write(f'[window]\nwidth=1920\nheight=1200\n[layouts]\n{preset}={layout}\n')


def measure_all_views(preset='digits-e3'):
    """How long each frame that paints takes by the clock, and from the start to the first picture, warm."""
    usual, config = os.environ['XDG_CONFIG_HOME'], tempfile.mkdtemp(prefix='moescope-test-')
    with_all_views(config, preset)
    os.environ['XDG_CONFIG_HOME'] = config
    starts, windows = [], []
    for _ in range(ROUNDS):
        began = time.monotonic()
        windows.append(program('--measure', str(SECONDS), preset))
        starts.append(windows[-1]['first_picture'] - began)
        print(f'# {preset}, {windows[-1]["views"]} views: frames {windows[-1]["playing"]["frame_ms"]}, of that '
              f'busy {windows[-1]["playing"]["busy_ms"]}, first picture after {starts[-1]:.2f} s', flush=True)
    os.environ['XDG_CONFIG_HOME'] = usual
    shutil.rmtree(config)
    frames = [window['playing']['frame_ms'] for window in windows]
    middle, late = (statistics.median(frame[key] for frame in frames) for key in ('median', 'p99'))
    return [check('all views: a frame', middle, LIMITS['frame_median_ms'], 'ms'),
            check('all views: 99 of 100 frames', late, LIMITS['frame_p99_ms'], 'ms'),
            check('from the start to the first picture', min(starts), LIMITS['start_s'], 's')]


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
    print(f'1..{3 * len(PRESETS) + 4}')
    good = measure_all_views() + [one for preset in PRESETS for one in measure(preset)]
    memory = program('--measure', str(LONG), 'digits-vmoe')['playing']['memory_mb']
    good.append(check('growth of the memory in the second half', memory[-1] - memory[len(memory) // 2],
                      LIMITS['growth_mb'], 'MB'))
    shutil.rmtree(config)
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
