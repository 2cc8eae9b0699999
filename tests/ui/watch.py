#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Watching a run: pinned readings, conditions that stop it, and alerts."""
import json
import math
import os
import subprocess
import sys

from driver import Atspi, Program, rows, run, wait_for


def number_after(program, title):
    """What the label beside a watched reading's title says; NaN: nothing yet."""
    names = program.labels()
    words = names[names.index(title) + 1].split() if title in names else ['–']
    return math.nan if words[0] == '–' else float(words[0])


def violation(program):
    shares = [float(row['share %']) / 100 for row in rows(program.table('Load'))]
    return max(shares) * len(shares) - 1


def test_pinned_reading():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.wait_table('Load', rows, 'the first batch')
        program.act(program.frame, 'win.pin')
        title = 'max violation, block 3'
        wait_for('the row', lambda: title in program.labels())
        for _ in range(5):
            program.take_step()
            wait_for('the violation of the load that is shown',
                     lambda: abs(number_after(program, title) - violation(program)) < 0.006)
        program.press(f'Stop watching {title}')
        wait_for('no row', lambda: title not in program.labels())
        assert program.close() == 0


def test_pause_on_alert():
    """Where the alert pauses the window is where the command line stops."""
    with Program('digits-collapse') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        switch = program.find('check box', 'Pause on alert')
        switch.get_action_iface().do_action(0)
        wait_for('the switch', lambda: switch.get_state_set().contains(Atspi.StateType.CHECKED))
        program.press('Play')
        alert = wait_for('an alert', lambda: next(
            (name for name in program.names('push button') if ' in block ' in name or 'collapsed' in name), None))
        program.find('push button', 'Play')
        out = subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', 'digits-collapse', '--until', 'alert', '--json',
                              '--steps', '500'], capture_output=True, text=True, check=True).stdout
        steps = json.loads(out)['steps']
        assert alert.startswith(f'step {steps}'), (alert, steps)
        assert program.step() == steps, (program.step(), steps)
        program.press(alert)
        assert program.close() == 0


if __name__ == '__main__':
    CASES = (test_pinned_reading, test_pause_on_alert)
    sys.exit(run(*(case for case in CASES if len(sys.argv) < 2 or sys.argv[1] in case.__name__)))
