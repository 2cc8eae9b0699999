#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Steering in the real window: the past is looked at and gone on from, changes are undone, two runs are compared."""
import os
import subprocess
import sys
import tempfile

from driver import Atspi, Program, run, wait_for


def enabled(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def labels(program):
    return [node.get_name() for node in program.walk() if node.get_role_name() == 'label']


def step_to(program, step):
    while program.step() < step:
        before = program.step()
        program.act(program.frame, 'win.step')
        program.wait_step(lambda now, before=before: now == before + 1, f'step {before + 1}')


def looking_at(program):
    """The step of the past that is shown, from the timeline's label; None: the present."""
    for label in labels(program):
        if label.startswith('looking at step '):
            return int(label.split()[3])
    return None


def test_the_past_is_looked_at():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        tables = {}
        for step in range(1, 7):
            step_to(program, step)
            tables[step] = program.table('Load')
        for step in (5, 4, 3):
            program.act(program.frame, 'win.earlier')
            wait_for(f'a look at step {step}', lambda step=step: looking_at(program) == step)
            wait_for(f'the load of step {step}', lambda step=step: program.table('Load') == tables[step])
        program.act(program.frame, 'win.step')  # in the past: one step later, and nothing is trained
        wait_for('a look at step 4', lambda: looking_at(program) == 4)
        program.act(program.frame, 'win.first')
        wait_for('a look at step 1', lambda: looking_at(program) == 1 and program.table('Load') == tables[1])
        program.press('Now')
        wait_for('the present', lambda: looking_at(program) is None)
        assert program.table('Load') == tables[6] and program.step() == 6
        assert program.close() == 0


def test_going_on_from_the_past():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        tables = {}
        for step in range(1, 9):
            step_to(program, step)
            tables[step] = program.table('Load')
        for _ in range(4):
            program.act(program.frame, 'win.earlier')
        wait_for('a look at step 4', lambda: looking_at(program) == 4)
        program.press('Continue from here')
        program.wait_step(lambda step: step == 4, 'step 4')
        program.press('Step')
        program.wait_step(lambda step: step == 5, 'step 5')
        # Nothing was changed, so it is the same way again.
        wait_for('the load of step 5', lambda: program.table('Load') == tables[5])
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('K = 2', lambda: program.value('spin button', 'Active per token K') == 2)
        program.press('Step')
        program.wait_step(lambda step: step == 6, 'step 6')
        wait_for('another load', lambda: program.table('Load') not in (tables[5], tables[6]))
        program.act(program.frame, 'win.branches')
        old = wait_for('the first branch', lambda: next(
            (node for node in program.walk() if node.get_role_name() == 'push button'
             and '(to step 8)' in node.get_name()), None))
        Atspi.Action.do_action(old.get_action_iface(), 0)
        program.wait_step(lambda step: step == 8, 'step 8 of the first branch')
        wait_for('K = 1', lambda: program.value('spin button', 'Active per token K') == 1)
        program.press('Step')
        program.wait_step(lambda step: step == 9, 'step 9')
        assert program.close() == 0


def test_undo_and_redo():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('nothing to undo', lambda: not enabled(program.find('push button', 'Undo')))
        step_to(program, 3)
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('something to undo', lambda: enabled(program.find('push button', 'Undo')))
        program.press('Undo')
        wait_for('K = 1', lambda: program.value('spin button', 'Active per token K') == 1)
        program.press('Redo')
        wait_for('K = 2', lambda: program.value('spin button', 'Active per token K') == 2)
        program.set_value('spin button', 'Experts E', 4)  # builds the model anew
        program.wait_step(lambda step: step == 0, 'the new model')
        program.press('Undo')
        program.wait_step(lambda step: step == 3, 'back at step 3')
        assert program.value('spin button', 'Experts E') == 8
        assert program.value('spin button', 'Active per token K') == 2
        assert program.close() == 0


def test_so_many_batches():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.act(program.frame, 'win.more-steps')
        program.press('10 batches')
        program.wait_step(lambda step: step == 10, 'step 10')
        program.act(program.frame, 'win.step-epoch')
        end = program.wait_step(lambda step: step > 10 and program.find('push button', 'Play') and step, 'more steps')
        wait_for('the end of the epoch', lambda: any(label.startswith('· epoch 1') for label in labels(program)))
        assert program.step() >= end
        assert program.close() == 0


def test_compare():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        step_to(program, 3)
        program.act(program.frame, 'win.compare-copy')
        wait_for('two loads', lambda: 'Load, B' in program.names('image'))
        program.press('Step')
        program.wait_step(lambda step: step == 4, 'step 4')
        wait_for('the same loads', lambda: program.table('Load') == program.table('Load, B'))
        program.set_value('spin button', 'Active per token K', 2)
        program.press('Step')
        program.wait_step(lambda step: step == 5, 'step 5')
        wait_for('other loads', lambda: program.table('Load') != program.table('Load, B'))
        program.press('Play')
        program.wait_step(lambda step: step > 20, 'step 20')
        program.press('Pause')
        program.find('push button', 'Play')
        difference = program.table('Difference')
        assert 'JSD' in difference, difference
        program.act(program.frame, 'win.compare-end')
        wait_for('one load', lambda: 'Load, B' not in program.names('image'))
        assert program.value('spin button', 'Active per token K') == 1
        assert program.close() == 0


def test_command_line():
    """What is copied gives the same losses when it is run."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        step_to(program, 2)
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('K = 2', lambda: program.value('spin button', 'Active per token K') == 2)
        step_to(program, 4)
        program.act(program.frame, 'win.copy-command')
        command = wait_for('the clipboard', clipboard)
        assert command.startswith('moescope run digits-vmoe') and '--at 2:routing.k=2' in command, command
        assert program.close() == 0


def test_session_file():
    """Saved in the dialog and opened again: the same run with its branches, looked at as before."""
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'kept.moescope')
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        step_to(program, 6)
        program.act(program.frame, 'win.earlier')
        program.act(program.frame, 'win.earlier')
        wait_for('a look at step 4', lambda: looking_at(program) == 4)
        program.press('Continue from here')
        program.wait_step(lambda step: step == 4, 'step 4')
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('K = 2', lambda: program.value('spin button', 'Active per token K') == 2)
        step_to(program, 7)
        program.set_value('spin button', 'Active per token K', 3)
        wait_for('K = 3', lambda: program.value('spin button', 'Active per token K') == 3)
        program.press('Undo')
        wait_for('K = 2 again', lambda: program.value('spin button', 'Active per token K') == 2)
        table = program.table('Curves')
        program.act(program.frame, 'win.save-session')
        wait_for('the dialog', lambda: len(program.frames()) == 2)
        subprocess.run(['xdotool', 'mousemove', '600', '400', 'key', 'ctrl+a', 'type', path], check=True)
        subprocess.run(['xdotool', 'key', 'Return'], check=True)
        wait_for('the file', lambda: os.path.exists(path))
        program.press('Step')
        program.wait_step(lambda step: step == 8, 'step 8')
        loads = program.table('Load')
        assert program.close() == 0
    with Program(path) as program:
        program.wait_step(lambda step: step == 7, 'step 7')
        assert program.value('spin button', 'Active per token K') == 2
        assert program.table('Curves') == table
        program.press('Step')
        program.wait_step(lambda step: step == 8, 'step 8')
        assert program.table('Load') == loads
        for button, active in (('Redo', 3), ('Undo', 2), ('Undo', 1)):  # as it could have been before
            program.press(button)
            wait_for(f'K = {active} by {button}',
                     lambda active=active: program.value('spin button', 'Active per token K') == active)
        wait_for('nothing more to undo', lambda: not enabled(program.find('push button', 'Undo')))
        program.press('Redo')
        wait_for('K = 2 by Redo', lambda: program.value('spin button', 'Active per token K') == 2)
        program.act(program.frame, 'win.branches')
        program.press('digits-vmoe, seed 0 (to step 6)')
        program.wait_step(lambda step: step == 6, 'step 6 of the first branch')
        assert program.value('spin button', 'Active per token K') == 1
        assert program.close() == 0


def clipboard():
    done = subprocess.run(['xclip', '-selection', 'clipboard', '-o'], capture_output=True, text=True, timeout=5,
                          check=False)
    return done.stdout if done.returncode == 0 else None


if __name__ == '__main__':
    tempfile.tempdir = None
    chosen = [case for name, case in list(globals().items()) if name.startswith('test_')
              and (len(sys.argv) < 2 or sys.argv[1] in name)]
    sys.exit(run(*chosen))
