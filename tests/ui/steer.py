#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Steering in the real window: the past is looked at and gone on from, changes are undone, two runs are compared."""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

from driver import area, Atspi, Program, clipboard, rows, run, wait_for, xdotool


def enabled(node):
    return node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def looking_at(program):
    """The step of the past that is shown, from the timeline's label; None: the present."""
    for label in program.labels():
        if label.startswith('looking at step '):
            return int(label.split()[3])
    return None


def loads_up_to(program, last):
    """The tables of Load after each step, on the way there."""
    tables = {0: program.wait_table('Load', rows, 'a load')}
    for step in range(1, last + 1):
        program.step_to(step)
        # The first batch is seen before the first step already.
        tables[step] = program.wait_table('Load', lambda table, step=step: step == 1 or table != tables[step - 1],
                                          f'the load of step {step}')
    return tables


def test_the_past_is_looked_at():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        tables = loads_up_to(program, 6)
        for step in (5, 4, 3):
            program.act(program.frame, 'win.earlier')
            wait_for(f'a look at step {step}', lambda step=step: looking_at(program) == step)
            program.wait_table('Load', lambda table, step=step: table == tables[step], f'the load of step {step}')
        program.act(program.frame, 'win.step')  # in the past: one step later, and nothing is trained
        wait_for('a look at step 4', lambda: looking_at(program) == 4)
        program.act(program.frame, 'win.first')
        wait_for('a look at step 1', lambda: looking_at(program) == 1)
        program.wait_table('Load', lambda table: table == tables[1], 'the load of step 1')
        program.press('Now')
        wait_for('the present', lambda: looking_at(program) is None)
        program.wait_table('Load', lambda table: table == tables[6], 'the load of step 6')
        assert program.step() == 6
        assert program.close() == 0


def test_going_on_from_the_past():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        tables = loads_up_to(program, 8)
        for step in (7, 6, 5, 4):
            program.act(program.frame, 'win.earlier')
            wait_for(f'a look at step {step}', lambda step=step: looking_at(program) == step)
        program.press('Continue from here')
        program.wait_step(lambda step: step == 4, 'step 4')
        program.press('Step')
        program.wait_step(lambda step: step == 5, 'step 5')
        # Nothing was changed, so it is the same way again.
        program.wait_table('Load', lambda table: table == tables[5], 'the load of step 5')
        program.set_value('spin button', 'Active per token K', 2)
        program.wait_value('spin button', 'Active per token K', 2)
        program.take_step()
        program.wait_table('Load', lambda table: table not in (tables[5], tables[6]), 'another load')
        program.act(program.frame, 'win.branches')
        old = wait_for('the first branch', lambda: next(
            (node for node in program.walk() if node.get_role_name() == 'push button'
             and '(to step 8)' in node.get_name()), None))
        Atspi.Action.do_action(old.get_action_iface(), 0)
        program.wait_step(lambda step: step == 8, 'step 8 of the first branch')
        program.wait_value('spin button', 'Active per token K', 1)
        program.take_step()
        assert program.close() == 0


def test_undo_and_redo():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('nothing to undo', lambda: not enabled(program.find('push button', 'Undo')))
        program.step_to(3)
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('something to undo', lambda: enabled(program.find('push button', 'Undo')))
        program.press('Undo')
        program.wait_value('spin button', 'Active per token K', 1)
        program.press('Redo')
        program.wait_value('spin button', 'Active per token K', 2)
        program.set_value('spin button', 'Experts E', 4)  # builds the model anew
        program.wait_step(lambda step: step == 0, 'the new model')
        program.press('Undo')
        program.wait_step(lambda step: step == 3, 'back at step 3')
        program.wait_value('spin button', 'Experts E', 8)
        program.wait_value('spin button', 'Active per token K', 2)
        assert program.close() == 0


def click_until(program, view, probe):
    """Clicks into a picture, from its middle to its sides and from the top down, until something comes of it."""
    area = program.find('image', view).get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    for across in (0.5, 0.52, 0.54, 0.56, 0.48, 0.46):
        for y in range(area.y + 20, area.y + area.height - 20, 12):
            xdotool('mousemove', area.x + int(across * area.width), y, 'click', 1)
            if probe():
                return True
    return False


def test_a_run_in_frontier_is_gone_to():
    config = tempfile.mkdtemp(prefix='moescope-test-')
    os.makedirs(os.path.join(config, 'moescope'))
    with open(os.path.join(config, 'moescope', 'window.ini'), 'w', encoding='utf-8') as state:
        state.write('[layouts]\ndigits-vmoe=frontier\n')
    with Program('digits-vmoe', config=config) as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(3)
        program.act(program.frame, 'win.new-seed')
        program.wait_step(lambda step: step == 0, 'another seed')
        program.wait_table('Frontier', lambda text: len(rows(text)) == 2, 'two runs')
        window = xdotool('search', '--sync', '--onlyvisible', '--pid', program.process.pid).split()[0]
        xdotool('windowmove', window, 0, 0, 'windowfocus', window)
        assert click_until(program, 'Frontier', lambda: program.step() == 3)
        wait_for('the first seed', lambda: any('seed 0' in label for label in program.labels()))
        program.take_step()
        assert program.step() == 4
        assert program.close() == 0


def test_so_many_batches():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.act(program.frame, 'win.more-steps')
        program.press('10 batches')
        program.wait_step(lambda step: step == 10, 'step 10')
        wait_for('an end', lambda: 'Play' in program.names('push button'))
        program.act(program.frame, 'win.step-epoch')
        wait_for('the end of the epoch', lambda: '· epoch 1.0' in program.labels())
        program.find('push button', 'Play')
        epoch = program.step()
        program.act(program.frame, 'win.step-epoch')
        wait_for('the end of the next epoch', lambda: '· epoch 2.0' in program.labels())
        program.find('push button', 'Play')
        assert abs(program.step() - 2 * epoch) <= 1, (program.step(), epoch)
        assert program.close() == 0


def test_compare():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(3)
        program.act(program.frame, 'win.compare-copy')
        wait_for('two loads', lambda: 'Load, B' in program.names('image'))
        wait_for('no contrast', lambda: 'A and B have the same settings' in program.labels())
        program.press('Step')
        program.wait_step(lambda step: step == 4, 'step 4')
        wait_for('the same loads', lambda: program.table('Load') == program.table('Load, B'))
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('the contrast', lambda: 'From A to B: Active per token K 1 → 2' in program.labels())
        program.take_step()
        wait_for('other loads', lambda: program.table('Load') != program.table('Load, B'))
        program.press('Play')
        program.wait_step(lambda step: step > 20, 'step 20')
        program.pause()
        program.act(program.frame, 'win.compare-end')
        wait_for('one load', lambda: 'Load, B' not in program.names('image'))
        program.wait_value('spin button', 'Active per token K', 1)
        program.act(program.frame, 'win.views')
        wait_for('a layout that is nobody\'s own', lambda: not enabled(program.find('push button', 'Usual views')))
        assert program.close() == 0


def can(program, action):
    interface = program.frame.get_action_iface()
    return action in [Atspi.Action.get_action_name(interface, i) for i in range(interface.get_n_actions())]


def test_control_needs_something_in_force():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('a run that can be compared', lambda: can(program, 'win.compare-copy'))
        assert not can(program, 'win.compare-control')
        program.press('Freeze router')
        wait_for('a control', lambda: can(program, 'win.compare-control'))
        compare_with_copy(program)
        assert not can(program, 'win.step-epoch')  # which of both would it be?
        program.act(program.frame, 'win.compare-end')
        wait_for('epochs', lambda: can(program, 'win.step-epoch'))
        assert program.close() == 0


def test_the_past_is_no_stage():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(3)
        program.act(program.frame, 'win.step-into')
        program.find('push button', 'Next stage')
        program.act(program.frame, 'win.earlier')
        wait_for('a look at step 2', lambda: looking_at(program) == 2)
        wait_for('no stages', lambda: 'Next stage' not in program.names('push button'))
        assert program.close() == 0


def compare_with_copy(program):
    program.act(program.frame, 'win.compare-copy')
    wait_for('two loads', lambda: 'Load, B' in program.names('image'))
    program.press('Step')
    program.wait_step(lambda step: step == 1, 'step 1 of both')


def test_compare_is_reset():
    """Both begin anew in the midst of playing, and can be played again."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        compare_with_copy(program)
        program.press('Play')
        program.wait_step(lambda step: step > 10, 'step 10')
        program.act(program.frame, 'win.reset')
        program.find('push button', 'Play')
        program.wait_step(lambda step: step == 0, 'step 0 again')
        program.press('Play')
        program.wait_step(lambda step: step > 5, 'step 5')
        program.pause()
        assert program.close() == 0


def test_compare_at_a_speed():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        compare_with_copy(program)
        xdotool('mousemove', 600, 400, 'key', '1')  # one batch in two seconds
        wait_for('the speed', lambda: '0.5/s' in program.labels())
        program.press('Play')
        program.wait_step(lambda step: step == 2, 'step 2')
        time.sleep(1)
        assert program.step() <= 3, program.step()
        program.press('Pause')
        program.find('push button', 'Play')
        assert program.close() == 0


def test_compare_stops_at_an_alert():
    """Where the first run is to stop both do, and can be played on."""
    with Program('digits-collapse') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        compare_with_copy(program)
        switch = program.find('check box', 'Pause on alert')
        switch.get_action_iface().do_action(0)
        wait_for('the switch', lambda: switch.get_state_set().contains(Atspi.StateType.CHECKED))
        program.press('Play')
        wait_for('an alert', lambda: any('step ' in name and ' in block ' in name or 'collapsed' in name
                                         for name in program.names('push button')))
        program.find('push button', 'Play')
        stopped = program.step()
        program.press('Step')
        program.wait_step(lambda step: step > stopped, 'one step more')
        assert program.close() == 0


def save_in_dialog(program, node, action, path):
    program.act(node, action)
    wait_for('the dialog', lambda: len(program.frames()) == 2)
    xdotool('mousemove', 600, 400, 'key', 'ctrl+a', 'type', path)
    xdotool('key', 'Return')
    wait_for('the file', lambda: os.path.exists(path))


def test_the_difference_is_saved():
    """The picture in the file is the one in the window, which knows the second run."""
    folder = tempfile.mkdtemp(prefix='moescope-test-')
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.act(program.frame, 'win.compare-seed')
        wait_for('the difference', lambda: 'Difference' in program.names('image'))
        program.press('Step')
        program.wait_step(lambda step: step == 1, 'step 1 of both')
        program.wait_table('Difference', lambda text: len(rows(text)) > 3, 'differences')
        path = os.path.join(folder, 'both.svg')
        save_in_dialog(program, program.find('image', 'Difference'), 'canvas.save-picture', path)
        drawn = wait_for('a whole file', lambda: re.findall('<(?:use|path|rect)', open(path, encoding='utf-8').read()))
        assert program.close() == 0
    assert len(drawn) > 220, len(drawn)  # 287 with both runs, 164 with the words that there is no second


def level(program, step):
    """Whether both pictures of the load say that they are of that step."""
    words = [program.described(view) for view in ('Load', 'Load, B')]
    return all(re.search(rf'step {step}$', text, re.M) for text in words) and words


def divergences(program):
    """What Difference says of each layer, nats."""
    return [float(row['JSD, nats']) for row in rows(program.table('Difference')) if row['JSD, nats']]


def wait_difference(program, step, probe, what):
    """Both runs at that step, and the divergences of their loads as wanted."""
    words = wait_for(f'both at step {step}', lambda: level(program, step))
    wait_for(f'{what}, at step {step}', lambda: len(divergences(program)) == 2 and probe(divergences(program)))
    return words


def same(divergence):
    return divergence == [0, 0]


def other(divergence):
    return min(divergence) > 0


def wait_second(program):
    """Until the second run has something to show, and can go on."""
    wait_for('the second run', lambda: 'Load, B' in program.names('image'))
    wait_for('its step', lambda: re.search(r'step \d', program.described('Load, B')))


def compare_with(program, source, *arguments):
    """A file made by the command line, chosen in the dialog."""
    subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', 'digits-vmoe', *arguments, source, '--json'], check=True,
                   capture_output=True)
    program.act(program.frame, 'win.compare-file')
    wait_for('the dialog', lambda: len(program.frames()) == 2)
    xdotool('mousemove', 600, 400, 'type', source)  # its slash opens the entry
    wait_for('the entry', lambda: any(node.get_name() == 'GtkFileChooserEntry'
                                      for node in program.walk(program.frames()[1])))
    xdotool('key', 'Return')
    wait_for('the dialog to close', lambda: len(program.frames()) == 1)
    wait_second(program)


def test_compare_with_a_copy_and_a_seed():
    """The same way until something is changed; other weights from the start."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(2)
        program.act(program.frame, 'win.compare-copy')
        wait_second(program)
        program.take_step()
        wait_difference(program, 3, same, 'no difference')
        program.act(program.frame, 'win.compare-end')
        wait_for('one load', lambda: 'Load, B' not in program.names('image'))
        program.act(program.frame, 'win.compare-seed')
        wait_second(program)
        program.press('Step')  # the one that is behind comes up, then both go on
        program.wait_step(lambda step: step == 4, 'step 4')
        first, second = wait_difference(program, 4, other, 'other loads')
        assert 'seed 0' in first and 'seed 1' in second, (first, second)
        assert program.close() == 0


def test_compare_with_a_preset():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.press('Compare')
        expander = wait_for('the presets', lambda: next((node for node in program.walk()
                            if node.get_name() == 'A preset' and node.get_action_iface()
                            and node.get_action_iface().get_n_actions() > 0), None))
        program.settle()
        Atspi.Action.do_action(expander.get_action_iface(), 0)
        program.press('digits-experts-choose')
        wait_second(program)
        program.take_step()
        _, second = wait_difference(program, 1, other, 'other loads')
        assert 'digits-experts-choose' in second, second
        assert program.close() == 0


def test_compare_with_a_checkpoint():
    """Its run stands at step 3: the first one comes up, then both go on; it is the same run."""
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'three.safetensors')
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        compare_with(program, path, '--steps', '3', '--checkpoint')
        program.press('Step')
        program.wait_step(lambda step: step == 4, 'step 4')
        wait_difference(program, 4, same, 'no difference')
        assert program.close() == 0


def test_compare_with_a_trace():
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'run.npz')
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        compare_with(program, path, '--steps', '6', '--trace')
        program.press('Step')
        program.wait_step(lambda step: step > 0, 'a step')
        words = wait_for('the same step in both', lambda: level(program, program.step()))
        assert 'trace' in words[1], words
        wait_difference(program, program.step(), same, 'no difference')
        assert program.close() == 0


def test_compare_with_the_control():
    """The same intervention on an expert drawn by chance: one is empty here, another one there."""
    def empty(view):
        return {row['expert'] for row in rows(program.table(view)) if row['assignments'] == '0'}

    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.press('Mask expert 0')
        wait_for('the mask to stand', lambda: any(
            name.startswith('Withdraw mask expert 0') for name in program.names('push button')))
        program.take_step()
        program.act(program.frame, 'win.compare-control')
        wait_second(program)
        program.take_step()
        wait_difference(program, 2, lambda divergence: max(divergence) > 0, 'other loads')
        wait_for('expert 0 to be empty in the first only', lambda: '0' in empty('Load') and '0' not in empty('Load, B'))
        program.keep_in_front()
        chooser = area(program.find('combo box', 'Run that the settings change'))
        xdotool('mousemove', chooser.x + chooser.width // 2, chooser.y + chooser.height // 2, 'click', 1)
        xdotool('sleep', 0.5, 'key', 'Down', 'Return')
        masked = wait_for('the mask in B', lambda: next(
            (name.split()[3] for name in program.names('push button')
             if name.startswith('Withdraw mask expert ') and not name.startswith('Withdraw mask expert 0')), None))
        assert masked in empty('Load, B'), masked
        assert f'From A to B: mask expert 0 in block 3 → mask expert {masked} in block 3' in program.labels()
        assert program.close() == 0


def test_command_line():
    """What is copied gives the same losses when it is run."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(2)
        program.set_value('spin button', 'Active per token K', 2)
        program.wait_value('spin button', 'Active per token K', 2)
        program.step_to(4)
        program.act(program.frame, 'win.copy-command')
        command = wait_for('the clipboard', clipboard)
        assert command.startswith('moescope run digits-vmoe') and '--at 2:routing.k=2' in command, command
        assert program.close() == 0


def test_command_line_of_a_checkpoint():
    """The line of a run that began from a file gives the same bytes, and is refused when the file is another one."""
    folder = tempfile.mkdtemp(prefix='moescope test ')
    begun, line, saved = (os.path.join(folder, name) for name in ('begun.safetensors', 'line', 'saved'))
    moescope, threads = os.environ['MOESCOPE_PROGRAM'], ['--threads', str(os.cpu_count())]
    subprocess.run([moescope, 'run', 'digits-vmoe', '--steps', '3', '--checkpoint', begun, *threads], check=True,
                   capture_output=True)
    with Program(begun) as program:
        program.wait_step(lambda step: step == 3, 'step 3')
        program.set_value('spin button', 'Active per token K', 2)
        program.wait_value('spin button', 'Active per token K', 2)
        program.step_to(5)
        program.act(program.frame, 'win.copy-command')
        expected = f"moescope run '{begun}' --at 3:routing.k=2 --steps 5"
        wait_for(expected, lambda: clipboard() == expected)
        save_in_dialog(program, program.frame, 'win.save-checkpoint', saved)
        words = [moescope, *shlex.split(expected)[1:], '--checkpoint', line, *threads]
        subprocess.run(words, check=True, capture_output=True)
        with open(line, 'rb') as one, open(saved, 'rb') as other:
            assert one.read() == other.read()
        os.utime(begun)
        program.act(program.frame, 'win.copy-command')
        wait_for('a refusal', lambda: any('no longer the checkpoint' in label for label in program.labels()))
        assert program.close() == 0


def test_session_file():
    """Saved in the dialog and opened again: the same run with its branches, looked at as before."""
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'kept.moescope')
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(6)
        for step in (5, 4):
            program.act(program.frame, 'win.earlier')
            wait_for(f'a look at step {step}', lambda step=step: looking_at(program) == step)
        program.press('Continue from here')
        program.wait_step(lambda step: step == 4, 'step 4')
        program.set_value('spin button', 'Active per token K', 2)
        program.wait_value('spin button', 'Active per token K', 2)
        program.step_to(7)
        program.set_value('spin button', 'Active per token K', 3)
        program.wait_value('spin button', 'Active per token K', 3)
        program.press('Undo')
        program.wait_value('spin button', 'Active per token K', 2)
        table = program.wait_table('Curves', lambda text: rows(text)[-1]['last step'] == '7', 'the curves up to step 7')
        save_in_dialog(program, program.frame, 'win.save-session', path)
        before = program.table('Load')
        program.take_step()
        loads = program.wait_table('Load', lambda text: text != before, 'the load of step 8')
        assert program.close() == 0
    with Program(path) as program:
        program.wait_step(lambda step: step == 7, 'step 7')
        program.wait_value('spin button', 'Active per token K', 2)
        program.wait_table('Curves', lambda text: text == table, 'the curves as they were')
        program.take_step()
        program.wait_table('Load', lambda text: text == loads, 'the load of step 8')
        for button, active in (('Redo', 3), ('Undo', 2), ('Undo', 1)):  # as it could have been before
            program.press(button)
            program.wait_value('spin button', 'Active per token K', active)
        wait_for('nothing more to undo', lambda: not enabled(program.find('push button', 'Undo')))
        program.press('Redo')
        program.wait_value('spin button', 'Active per token K', 2)
        program.act(program.frame, 'win.branches')
        program.press('digits-vmoe, seed 0 (to step 6)')
        program.wait_step(lambda step: step == 6, 'step 6 of the first branch')
        program.wait_value('spin button', 'Active per token K', 1)
        assert program.close() == 0


def alerts_of(program):
    return [name for name in program.names('push button') if re.match(r'step \d+', name)]


def test_alerts_are_saved():
    """A session that is opened again lists the alerts that it had, and goes to where they were raised."""
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'kept.moescope')
    with Program('digits-collapse') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.step_to(60)
        alerts = wait_for('alerts', lambda: alerts_of(program))
        save_in_dialog(program, program.frame, 'win.save-session', path)
        assert program.close() == 0
    with Program(path) as program:
        program.wait_step(lambda step: step == 60, 'step 60')
        wait_for('the alerts as they were', lambda: alerts_of(program) == alerts)
        program.press(alerts[-1])
        step = re.match(r'step (\d+)', alerts[-1]).group(1)
        wait_for('a look', lambda: any(label.startswith(f'looking at step {step}') for label in program.labels()))
        assert program.close() == 0


if __name__ == '__main__':
    tempfile.tempdir = None
    chosen = [case for name, case in list(globals().items()) if name.startswith('test_')
              and (len(sys.argv) < 2 or sys.argv[1] in name)]
    sys.exit(run(*chosen))
