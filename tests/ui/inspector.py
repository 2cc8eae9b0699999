#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The inspector in the real window: a click chooses a token, its numbers are those of the tables, a pass is walked."""
import re
import subprocess
import sys

from driver import Atspi, Program, run, wait_for


def xdotool(*arguments):
    subprocess.run(['xdotool', *map(str, arguments)], check=True)


def keep_in_front(program):
    """The window at the corner of the screen and 1300 pixels wide, with the keyboard."""
    window = subprocess.run(['xdotool', 'search', '--sync', '--onlyvisible', '--pid', str(program.process.pid)],
                            check=True, capture_output=True, text=True).stdout.split()[0]
    xdotool('windowsize', '--sync', window, 1300, 820)
    xdotool('windowmove', '--sync', window, 0, 0)
    xdotool('windowfocus', window)


def extents(program, view):
    return program.find('image', view).get_component_iface().get_extents(Atspi.CoordType.WINDOW)


def described(program, view):
    return program.find('image', view).get_description()


def click_patch(program):
    """Clicks into Assignments until a patch is chosen; the grid's place depends on fonts."""
    area = extents(program, 'Assignments')
    for dx, dy in ((0.2, 0.3), (0.3, 0.35), (0.15, 0.4), (0.25, 0.5)):
        xdotool('mousemove', area.x + int(dx * area.width), area.y + int(dy * area.height), 'click', 1)
        try:
            wait_for('a chosen token', lambda: 'top-' in described(program, 'Token'), 3)
            return
        except Exception:  # noqa: BLE001: between two images there is nothing
            continue
    raise AssertionError('no patch could be clicked')


def open_program(preset):
    program = Program(preset).__enter__()
    program.wait_step(lambda step: step == 0, 'step 0')
    keep_in_front(program)
    program.press('Step')
    program.wait_step(lambda step: step == 1, 'step 1')
    return program


def test_click_shows_the_token():
    program = open_program('digits-vmoe')
    try:
        click_patch(program)
        words = described(program, 'Token')
        image, row, column = map(int, re.search(r'image (\d+).*row (\d+), column (\d+)', words, re.S).groups())
        expert, gate = re.search(r'expert (\d+): gate ([0-9.]+)', words).groups()
        head, *rows = [line.split('\t') for line in program.table('Assignments').strip().split('\n')]
        of = {name: i for i, name in enumerate(head)}
        tokens = [r for r in rows if int(r[of['example']]) == image]
        first = len(tokens) - 16  # a class token, if there is one
        chosen = tokens[first + (row - 1) * 4 + column - 1]
        assert chosen[of['expert 1']] == expert, (words, chosen)
        assert abs(float(chosen[of['gate 1']]) - float(gate)) < 6e-4, (words, chosen)
        kept = 'kept' if chosen[of['kept 1']] == 'yes' else 'dropped'
        assert re.search(r'place \d+ of \d+ in its buffer: ' + kept, words), words
        gates = [float(line.split('\t')[4]) for line in program.table('Token').strip().split('\n')[1:]]
        assert abs(sum(gates) - 1) < 1e-4, gates
        xdotool('key', 'Escape')
        wait_for('nothing chosen', lambda: 'top-' not in described(program, 'Token'))
    finally:
        program.__exit__()


def clipboard():
    return subprocess.run(['xclip', '-selection', 'clipboard', '-o'], capture_output=True, text=True,
                          timeout=10).stdout


def test_copy():
    program = open_program('digits-vmoe')
    try:
        click_patch(program)
        xdotool('key', 'ctrl+c')
        wait_for('the words', lambda: re.search(r'image \d+, label .*\npatch in row \d', clipboard()))
        xdotool('key', 'ctrl+shift+c')
        wait_for('the table', lambda: clipboard().startswith('example\ttoken\tlabel\t'))
    finally:
        program.__exit__()


def test_step_into():
    program = open_program('digits-vmoe')
    try:
        layers = len(re.findall(r'block \d+: ', described_token(program)))
        seen = []
        program.act(program.frame, 'win.step-into')
        for _ in range(2 + 6 * layers):
            seen.append(wait_for('another stage', lambda: next(
                (name for name in program.names('label') if re.match(r'(Block \d+, )?[a-z-]+: [A-Z]', name)
                 and name not in seen), None)))
            if len(seen) == 4:  # top-k is the fourth, and nothing is placed yet
                assert 'top-k' in seen[3], seen
                assert 'place ' not in described(program, 'Token')
            assert program.step() == 1
            program.act(program.frame, 'win.step-into')
        assert seen[0].startswith('patches') and seen[-1].startswith('loss'), seen
        program.wait_step(lambda step: step == 2, 'the step itself')
        assert 'Next stage' not in program.names('push button')
        program.act(program.frame, 'win.step-into')
        program.find('push button', 'Next stage')
        program.act(program.frame, 'win.escape')
        wait_for('the bar to go', lambda: 'Next stage' not in program.names('push button'))
        assert program.step() == 2
    finally:
        program.__exit__()


def described_token(program):
    click_patch(program)
    return described(program, 'Token')


def panel_is_open(program):
    """The width that the views leave: the panel takes 300 pixels of it, unless it lies over them."""
    area = program.find('image', 'Token').get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    frame = program.frame.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    return 0 < area.width and area.x + area.width <= frame.width + 60 and area.x > 0


def test_panel_gives_way():
    program = open_program('digits-vmoe')
    try:
        wait_for('the panel', lambda: panel_is_open(program))
        window = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(program.process.pid)], check=True,
                                capture_output=True, text=True).stdout.split()[0]
        xdotool('windowsize', '--sync', window, 1024, 640)
        wait_for('the panel to close', lambda: not panel_is_open(program))
        xdotool('key', 'F10')
        wait_for('the panel over the views', lambda: panel_is_open(program))
        xdotool('windowsize', '--sync', window, 1300, 820)
        wait_for('the panel beside them', lambda: panel_is_open(program))
    finally:
        program.__exit__()


if __name__ == '__main__':
    cases = [test_click_shows_the_token, test_copy, test_step_into, test_panel_gives_way]
    chosen = sys.argv[1:]
    sys.exit(run(*[case for case in cases if not chosen or case.__name__ in chosen]))
