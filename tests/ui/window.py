#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The real window, driven through the accessibility tree: what somebody would do in the first minute."""
import os
import subprocess
import sys
import tempfile

from driver import Program, run, wait_for

CONTROLS = ['Open', 'Play', 'Step', 'Reset', 'New seed']


def test_controls_have_names():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        buttons = program.names('push button')
        missing = [name for name in CONTROLS + ['Main menu', 'Settings panel', 'digits-vmoe'] if name not in buttons]
        assert not missing, f'no button called {missing}, only {buttons}'
        nameless = [(node.get_role_name(), node.get_name(), node.get_parent().get_name()) for node in program.walk()
                    if node.get_role_name() in ('push button', 'slider', 'spin button', 'combo box', 'text', 'image')
                    and (not node.get_name() or node.get_name().startswith('Gtk'))]
        assert not nameless, nameless
        assert program.value('slider', 'Speed') > 0
        views = program.names('image')
        assert {'Assignments', 'Load', 'Curves'} <= set(views), views
        assert program.close() == 0


def test_first_batch_is_there():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        table = program.table('Assignments')
        assert len(table.split('\n')) > 1000, table[:200]


def test_views_can_be_chosen():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
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
        'digits-experts-choose': ['Assignments', 'Load', 'Curves', 'Co-activation'],
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
            assert ('Member shown' in program.names('combo box')) == (preset == 'digits-e3'), preset
            program.press('Step')
            program.wait_step(lambda step: step == 1, 'step 1')
            for view in views:
                rows = program.table(view).strip().split('\n')
                assert len(rows) > 1, (preset, view, rows)
            assert program.close() == 0


def test_play_pause_step():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.press('Play')
        program.wait_step(lambda step: step >= 20, 'step 20')
        program.press('Pause')
        program.find('push button', 'Play')
        paused = program.step()
        program.press('Step')
        program.wait_step(lambda step: step != paused, 'one step more')
        assert program.step() == paused + 1
        for more in (2, 3, 4):
            program.press('Step')
            program.wait_step(lambda step, more=more: step == paused + more, f'step {more} after the pause')
        assert program.close() == 0


def test_live_change_of_k():
    with Program('digits-vmoe') as program:
        program.press('Step')
        program.wait_step(lambda step: step == 1, 'step 1')
        before = program.table('Load')
        program.set_value('spin button', 'Active per token K', 2)
        wait_for('K = 2', lambda: program.value('spin button', 'Active per token K') == 2)
        program.press('Step')
        program.wait_step(lambda step: step == 2, 'step 2')
        asked_before, asked = (sum(asked_of(table)) for table in (before, program.table('Load')))
        assert asked == 2 * asked_before, (asked_before, asked)


def asked_of(table):
    """The column of the load table that counts assignments."""
    head, *rows = [line.split('\t') for line in table.strip().split('\n')]
    column = next(i for i, name in enumerate(head) if 'assign' in name.lower() or 'asked' in name.lower())
    return [float(row[column]) for row in rows if len(row) == len(head)]


def test_refused_change_is_taken_back():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.set_value('spin button', 'Active per token K', 9)  # of 8 experts
        wait_for('K back at 1', lambda: program.value('spin button', 'Active per token K') == 1)


def test_reset_returns_to_the_same_record():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        first = program.table('Assignments')
        program.press('Step')
        program.wait_step(lambda step: step == 1, 'step 1')
        program.press('Step')
        program.wait_step(lambda step: step == 2, 'step 2')
        second = program.table('Assignments')
        assert first != second
        program.press('Play')
        program.wait_step(lambda step: step > 10, 'some steps')
        program.press('Reset')
        program.wait_step(lambda step: step == 0, 'step 0 again')
        assert program.table('Assignments') == first
        program.press('Step')
        program.wait_step(lambda step: step == 1, 'step 1 again')
        program.press('Step')
        program.wait_step(lambda step: step == 2, 'step 2 again')
        assert program.table('Assignments') == second


def test_new_seed_does_not():
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        first = program.table('Assignments')
        program.press('New seed')
        wait_for('seed 1', lambda: any('seed 1 ' in name for name in program.names('label')))
        assert program.table('Assignments') != first
        assert program.value('spin button', 'Seed') == 1


def test_rebuild():
    with Program('digits-vmoe') as program:
        program.press('Step')
        program.wait_step(lambda step: step == 1, 'step 1')
        program.set_value('spin button', 'Experts E', 16)
        program.wait_step(lambda step: step == 0, 'the rebuilt model')
        assert len(asked_of(program.table('Load'))) % 16 == 0


def test_it_remembers():
    with Program('plane-spirals') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.set_value('spin button', 'Active per token K', 2)
        program.press('Step')
        program.wait_step(lambda step: step == 1, 'step 1')
        assert program.close() == 0
        config = program.config
    with Program(config=config) as program:
        program.find('push button', 'plane-spirals')
        assert program.value('spin button', 'Active per token K') == 2


def test_a_trace_is_replayed():
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'run.npz')
    subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', 'plane-spirals', '--steps', '20', '--trace', path, '--json'],
                   check=True, capture_output=True)
    with Program(path) as program:
        first = program.wait_step(lambda step: step > 0, 'its first batch') and program.step()
        wait_for('its origin', lambda: any(name.startswith('trace · seed 0') for name in program.names('label')))
        program.press('Step')
        program.wait_step(lambda step: step > first, 'the next batch')
        program.press('Play')
        program.wait_step(lambda step: step == 20, 'its end')
        program.press('Reset')
        program.wait_step(lambda step: step == first, 'its beginning')
        assert program.close() == 0


def test_bad_files_are_refused_in_words():
    with Program(os.path.abspath(__file__)) as program:
        wait_for('the sentence', lambda: any('window.py' in name for name in program.names('label')))
        program.find('label', 'Nothing is open')
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
