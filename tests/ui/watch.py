#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Watching a run: pinned readings, conditions that stop it, and alerts."""
import json
import os
import subprocess
import sys

from driver import Program, run, wait_for


def labels(program):
    return [node.get_name() for node in program.walk() if node.get_role_name() == 'label']


def value_after(program, title):
    """The label beside a watched reading's title."""
    names = labels(program)
    return names[names.index(title) + 1] if title in names else None


def test_pinned_reading():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('the first batch', lambda: len(program.table('Load').strip().split('\n')) > 1)
        program.act(program.frame, 'win.pin')
        title = 'max violation, block 3'
        wait_for('the row', lambda: title in labels(program))
        for step in range(1, 6):
            program.press('Step')
            program.wait_step(lambda now, step=step: now == step, f'step {step}')
        rows = [line.split('\t') for line in program.table('Load').strip().split('\n')[1:]]
        shares = [float(row[2]) / 100 for row in rows]
        expected = max(shares) * len(shares) - 1
        shown = float(wait_for('a number', lambda: value_after(program, title)))
        assert abs(shown - expected) < 0.006, (shown, expected)
        program.press(f'Stop watching {title}')
        wait_for('no row', lambda: title not in labels(program))
        assert program.close() == 0


def test_pause_on_alert():
    """Where the alert pauses the window is where the command line stops."""
    with Program('digits-collapse') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        switch = next(node for node in program.walk() if node.get_name() == 'Pause on alert'
                      and node.get_role_name() not in ('label', 'panel'))
        switch.get_action_iface().do_action(0)
        program.press('Play')
        alert = wait_for('an alert', lambda: next(
            (name for name in program.names('push button') if ' in block ' in name or 'collapsed' in name), None))
        program.find('push button', 'Play')
        out = subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', 'digits-collapse', '--until', 'alert', '--json',
                              '--steps', '500'], capture_output=True, text=True, check=True).stdout
        steps = json.loads(out)['steps']
        assert alert.startswith(f'step {steps}'), (alert, steps)
        # The pause may come with one step more, made to be drawn whole.
        assert steps <= program.step() <= steps + 1, (program.step(), steps)
        program.press(alert)
        assert program.close() == 0


if __name__ == '__main__':
    CASES = (test_pinned_reading, test_pause_on_alert)
    sys.exit(run(*(case for case in CASES if len(sys.argv) < 2 or sys.argv[1] in case.__name__)))
