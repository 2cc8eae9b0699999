#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hands in the routing, in the real window: an expert is masked, tried beside its control, and set free again."""
import os
import sys
import tempfile

from driver import Atspi, Program, rows, run, wait_for


def wait_load(program, expert, probe, what):
    """Until the expert's assignments in the block whose settings are shown are as wanted."""
    program.wait_table('Load', lambda table: any(
        row['expert'] == str(expert) and probe(float(row['assignments'])) for row in rows(table)), what)


def choose(program, expert):
    wait_for('the panel', lambda: 'Expert' in program.names('spin button'))
    program.set_value('spin button', 'Expert', expert)
    wait_for('the expert', lambda: f'Mask expert {expert}' in program.names('push button'))


def low_window():
    """A configuration folder of a window in which not all of the panel is seen."""
    config = tempfile.mkdtemp(prefix='moescope-test-')
    os.mkdir(f'{config}/moescope')
    with open(f'{config}/moescope/window.ini', 'w', encoding='utf-8') as state:
        state.write('[window]\nwidth=1280\nheight=600\n')
    return config


def bottom_of(program, label=None):
    """Where a label ends, or without one the window, in the window's pixels."""
    node = program.find('label', label) if label else program.frame
    extents = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    return extents.y + extents.height


def test_mask_and_undo():
    """A masked expert has no load from the next step on; undo brings it back, and withdrawing does."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda now: now == 0, 'step 0')
        program.take_step()
        choose(program, 3)
        wait_load(program, 3, lambda load: load > 0, 'expert 3 to have tokens')
        program.press('Mask expert 3')
        name = wait_for('the mask to stand', lambda: next(
            (name for name in program.names('push button') if name.startswith('Withdraw mask expert 3')), None))
        program.take_step()
        wait_load(program, 3, lambda load: load == 0, 'expert 3 to have none')
        program.wait_table('Load', lambda table: [row['expert'] for row in rows(table) if row['masked']] == ['3'],
                           'expert 3 to be marked')
        program.act(program.frame, 'win.undo')
        wait_for('nothing to stand', lambda: name not in program.names('push button'))
        program.take_step()
        wait_load(program, 3, lambda load: load > 0, 'expert 3 to have tokens again')
        program.press('Mask expert 3')
        wait_for('the mask to stand again', lambda: name in program.names('push button'))
        program.press(name)
        wait_for('nothing to stand again', lambda: name not in program.names('push button'))
        assert program.close() == 0


def test_trial_beside_its_control():
    """Nothing stands after a trial, and the control's line is there."""
    with Program('digits-vmoe', config=low_window()) as program:
        program.wait_step(lambda now: now == 0, 'step 0')
        program.take_step()
        choose(program, 2)
        program.press('Try: Mask expert 2')
        wait_for('the trial', lambda: any(name.startswith('mask expert 2 in block') for name in program.labels()))
        control = wait_for('the control', lambda: next(
            (name for name in program.labels() if name.endswith('(control)')), None))
        assert control.startswith('mask expert ') and not control.startswith('mask expert 2'), control
        program.find('label', 'nothing changed')
        wait_for('the control to be in sight', lambda: bottom_of(program, control) <= bottom_of(program) - 8)
        assert not any(name.startswith('Withdraw') for name in program.names('push button'))
        program.take_step()
        wait_load(program, 2, lambda load: load > 0, 'expert 2 to have tokens')
        assert program.close() == 0


if __name__ == '__main__':
    CASES = (test_mask_and_undo, test_trial_beside_its_control)
    sys.exit(run(*(case for case in CASES if len(sys.argv) < 2 or sys.argv[1] in case.__name__)))
