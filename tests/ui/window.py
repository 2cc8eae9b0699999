#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The real window, driven through the accessibility tree: what somebody would do in the first minute."""
import os
import struct
import subprocess
import sys
import tempfile

from driver import Program, rows, run, wait_for, xdotool

CONTROLS = ['Open', 'Play', 'Step', 'Reset', 'New seed']


def test_controls_have_names():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        for name in CONTROLS + ['Main menu', 'Settings panel', 'digits-vmoe']:
            program.find('push button', name)
        wait_for('the usual views', lambda: {'Assignments', 'Load', 'Curves'} <= set(program.names('image')))
        nameless = [(node.get_role_name(), node.get_name(), node.get_parent().get_name()) for node in program.walk()
                    if node.get_role_name() in ('push button', 'slider', 'spin button', 'combo box', 'text', 'image')
                    and (not node.get_name() or node.get_name().startswith('Gtk'))]
        assert not nameless, nameless
        assert program.value('slider', 'Speed') > 0
        assert program.close() == 0


def test_first_batch_is_there():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.wait_table('Assignments', lambda table: len(rows(table)) >= 64 * 16, 'every patch of 64 images')


def test_views_can_be_chosen():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('the curves', lambda: 'Curves' in program.names('image'))
        usual = set(program.names('image'))
        program.act(program.frame, 'win.views')
        program.press('Curves')
        wait_for('no curves', lambda: set(program.names('image')) == usual - {'Curves'})
        program.press('Usual views')
        wait_for('the curves', lambda: set(program.names('image')) == usual)
        assert program.close() == 0


def test_presets_open_with_their_views_filled():
    """The views of their layouts that have something to show, each with a table of more than its head after a step."""
    expected = {
        'digits-soft-moe': ['Slots', 'Load', 'Curves', 'Routing entropy'],
        'digits-experts-choose': ['Assignments', 'Load', 'Curves', 'Flow', 'Co-activation'],
        'digits-e3': ['Assignments', 'Load', 'Disagreement', 'Curves'],
        'digits-deep-ensemble': ['Disagreement', 'Curves', 'Calibration', 'OOD', 'Frontier'],
        'digits-batch-ensemble': ['Disagreement', 'Curves', 'Calibration', 'OOD', 'Frontier'],
        'digits-upcycling': ['Assignments', 'Load', 'Curves', 'Experts'],
        'digits-collapse': ['Load', 'Curves', 'Layer × expert', 'Flow', 'Routing entropy'],
        'plane-regimes': ['Load', 'Curves', 'Plane', 'Flow'],
    }
    for preset, views in expected.items():
        with Program(preset) as program:
            wait_for(f'{preset} with {views}',
                     lambda: views == [name for name in program.names('image')
                                       if name not in ('rebuilds the model', 'Timeline', 'Token')])
            wait_for(f'{preset} with its choosers',
                     lambda: ('Member shown' in program.names('combo box')) == (preset == 'digits-e3'))
            program.take_step()
            for view in views:
                program.wait_table(view, rows, f'{view} of {preset} to be filled')
            assert program.close() == 0


def test_play_pause_step():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.press('Play')
        program.wait_step(lambda step: step >= 20, 'step 20')
        paused = program.pause()
        for more in (1, 2, 3):
            program.press('Step')
            program.wait_step(lambda step, more=more: step == paused + more, f'step {more} after the pause')
        assert program.close() == 0


def test_live_change_of_k():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.take_step()
        once = sum(assigned(program.wait_table('Load', rows, 'a load')))
        program.set_value('spin button', 'Active per token K', 2)
        program.wait_value('spin button', 'Active per token K', 2)
        program.take_step()
        program.wait_table('Load', lambda table: sum(assigned(table)) == 2 * once, f'twice {once:.0f} assignments')


def assigned(table):
    return [float(row['assignments']) for row in rows(table)]


def test_refused_change_is_taken_back():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.set_value('spin button', 'Active per token K', 9)  # of 8 experts
        wait_for('a sentence with both numbers', lambda: any(
            'routing.k' in label and '9' in label and '8' in label for label in program.labels()))
        program.wait_value('spin button', 'Active per token K', 1)


def test_reset_returns_to_the_same_record():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        first = program.wait_table('Assignments', rows, 'the first batch')
        program.step_to(2)
        second = program.wait_table('Assignments', lambda table: rows(table) and table != first, 'another batch')
        program.press('Play')
        program.wait_step(lambda step: step > 10, 'some steps')
        program.press('Reset')
        program.wait_step(lambda step: step == 0, 'step 0 again')
        program.wait_table('Assignments', lambda table: table == first, 'the first batch as before')
        program.step_to(2)
        program.wait_table('Assignments', lambda table: table == second, 'the second batch as before')


def test_new_seed_does_not():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        first = program.wait_table('Assignments', rows, 'the first batch')
        program.press('New seed')
        wait_for('seed 1', lambda: any('seed 1 ' in name for name in program.labels()))
        program.wait_table('Assignments', lambda table: rows(table) and table != first, 'another first batch')
        program.wait_value('spin button', 'Seed', 1)


def test_rebuild():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.take_step()
        program.set_value('spin button', 'Experts E', 16)
        program.wait_step(lambda step: step == 0, 'the rebuilt model')
        program.wait_table('Load', lambda table: len(assigned(table)) == 16, 'the load of 16 experts')


def test_it_remembers():
    with Program('plane-spirals') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.set_value('spin button', 'Active per token K', 2)
        program.take_step()
        assert program.close() == 0
        config = program.config
    with Program(config=config) as program:
        program.find('push button', 'plane-spirals')
        program.wait_value('spin button', 'Active per token K', 2)


def test_a_trace_is_replayed():
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'run.npz')
    subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', 'plane-spirals', '--steps', '20', '--trace', path, '--json'],
                   check=True, capture_output=True)
    with Program(path) as program:
        program.wait_step(lambda step: step > 0, 'its first batch')
        first = program.step()
        wait_for('its origin', lambda: any(name.startswith('trace · seed 0') for name in program.labels()))
        program.press('Step')
        program.wait_step(lambda step: step > first, 'the next batch')
        program.press('Play')
        program.wait_step(lambda step: step == 20, 'its end')
        program.press('Reset')
        program.wait_step(lambda step: step == first, 'its beginning')
        assert program.close() == 0


def test_bad_files_are_refused_in_words():
    with Program(os.path.abspath(__file__)) as program:
        wait_for('the sentence', lambda: any('window.py' in name for name in program.labels()))
        program.find('label', 'Nothing is open')
        assert program.close() == 0


def test_a_refused_file_changes_nothing():
    """When a file cannot be opened, what is open keeps its name, and with it its layout and what is remembered."""
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'broken.safetensors')
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', 2) + b'{}')
    with Program('plane-spirals') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.act(program.frame, 'win.open')
        wait_for('the dialog', lambda: len(program.frames()) == 2)
        xdotool('mousemove', 600, 400, 'type', path)
        xdotool('key', 'Return')
        wait_for('the sentence', lambda: any('broken.safetensors' in name for name in program.labels()))
        program.find('push button', 'plane-spirals')
        program.take_step()
        assert program.close() == 0


def test_closing_while_training():
    with Program('digits-vmoe') as program:
        program.press('Play')
        program.wait_step(lambda step: step > 5, 'some steps')
        assert program.close() == 0
        assert program.process.stderr.read() == ''


def test_no_display():
    environment = {key: value for key, value in os.environ.items() if key not in ('DISPLAY', 'WAYLAND_DISPLAY')}
    done = subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'digits-vmoe'], env=environment, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1, done
    assert done.stderr.count('\n') == 1 and 'moescope run' in done.stderr and 'moescope render' in done.stderr, done


if __name__ == '__main__':
    chosen = [case for name, case in list(globals().items())
              if name.startswith('test_') and (len(sys.argv) < 2 or sys.argv[1] in name)]
    sys.exit(run(*chosen))
