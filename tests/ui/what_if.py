#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hands in the routing, in the real window: an expert is masked, tried beside its control, and set free again."""
import sys

from driver import Program, run, wait_for


def labels(program):
    return [node.get_name() for node in program.walk() if node.get_role_name() == 'label']


def step(program):
    before = program.step()
    program.press('Step')
    program.wait_step(lambda now: now == before + 1, f'step {before + 1}')


def load(program, expert):
    """The expert's assignments in the block whose settings are shown."""
    lines = [line.split('\t') for line in program.table('Load').strip().split('\n')]
    row = next(line for line in lines[1:] if line[0] == str(expert))
    return float(row[1])


def choose(program, expert):
    wait_for('the panel', lambda: 'Expert' in program.names('spin button'))
    program.set_value('spin button', 'Expert', expert)
    wait_for('the expert', lambda: f'Mask expert {expert}' in program.names('push button'))


def test_mask_and_undo():
    """A masked expert has no load from the next step on; undo brings it back, and withdrawing does."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda now: now == 0, 'step 0')
        step(program)
        choose(program, 3)
        assert load(program, 3) > 0
        program.press('Mask expert 3')
        name = wait_for('the mask to stand', lambda: next(
            (name for name in program.names('push button') if name.startswith('Withdraw mask expert 3')), None))
        step(program)
        assert load(program, 3) == 0
        program.act(program.frame, 'win.undo')
        wait_for('nothing to stand', lambda: name not in program.names('push button'))
        step(program)
        assert load(program, 3) > 0
        program.press('Mask expert 3')
        wait_for('the mask to stand again', lambda: name in program.names('push button'))
        program.press(name)
        wait_for('nothing to stand again', lambda: name not in program.names('push button'))
        assert program.close() == 0


def test_trial_beside_its_control():
    """Nothing stands after a trial, and the control's line is there."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda now: now == 0, 'step 0')
        step(program)
        choose(program, 2)
        program.press('Try: Mask expert 2')
        wait_for('the trial', lambda: any(name.startswith('mask expert 2 in block') for name in labels(program)))
        control = next(name for name in labels(program) if name.endswith('(control)'))
        assert control.startswith('mask expert ') and not control.startswith('mask expert 2'), control
        assert 'nothing changed' in labels(program)
        assert not any(name.startswith('Withdraw') for name in program.names('push button'))
        step(program)
        assert load(program, 2) > 0
        assert program.close() == 0


if __name__ == '__main__':
    CASES = (test_mask_and_undo, test_trial_beside_its_control)
    sys.exit(run(*(case for case in CASES if len(sys.argv) < 2 or sys.argv[1] in case.__name__)))
