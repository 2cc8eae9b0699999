#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The inspector in the real window: a click chooses a token, its numbers are those of the tables, a pass is walked."""
import re
import sys

from driver import Program, area, clipboard, rows, run, wait_for, xdotool


def click_patch(program):
    program.click('Assignments', [(0.2, 0.3), (0.3, 0.35), (0.15, 0.4), (0.25, 0.5)],
                  lambda: 'top-' in program.described('Token'))


def open_program(preset):
    program = Program(preset).__enter__()
    program.wait_step(lambda step: step == 0, 'step 0')
    program.keep_in_front()
    program.take_step()
    return program


def test_click_shows_the_token():
    program = open_program('digits-vmoe')
    try:
        click_patch(program)
        words = program.described('Token')
        image, row, column = map(int, re.search(r'image (\d+).*row (\d+), column (\d+)', words, re.S).groups())
        expert, gate = re.search(r'expert (\d+): gate ([0-9.]+)', words).groups()
        tokens = [line for line in rows(program.table('Assignments')) if int(line['example']) == image]
        first = len(tokens) - 16  # a class token, if there is one
        chosen = tokens[first + (row - 1) * 4 + column - 1]
        assert chosen['expert 1'] == expert, (words, chosen)
        assert abs(float(chosen['gate 1']) - float(gate)) < 6e-4, (words, chosen)
        kept = 'kept' if chosen['kept 1'] == 'yes' else 'dropped'
        assert re.search(r'place \d+ of \d+ in its buffer: ' + kept, words), words
        gates = [float(line['gate']) for line in rows(program.table('Token'))]
        assert abs(sum(gates) - 1) < 1e-4, gates
        xdotool('key', 'Escape')
        wait_for('nothing chosen', lambda: 'top-' not in program.described('Token'))
    finally:
        program.__exit__()


def test_a_click_beside():
    """Lets go of the token, but not of the past; Escape of that, too."""
    program = open_program('digits-vmoe')
    try:
        program.take_step()
        program.act(program.frame, 'win.first')
        wait_for('a look at step 1', lambda: any(label.startswith('looking at step 1') for label in program.labels()))
        click_patch(program)
        program.click('Assignments', [(0.5, 0.99), (0.02, 0.99)], lambda: 'top-' not in program.described('Token'))
        assert any(label.startswith('looking at step 1') for label in program.labels())
        xdotool('key', 'Escape')
        wait_for('the present', lambda: not any(label.startswith('looking at') for label in program.labels()))
    finally:
        program.__exit__()


def test_opened_while_paused():
    """What the panel shows is not taken while it is closed; opened again it has all of the step at which it is."""
    program = open_program('digits-vmoe')
    try:
        click_patch(program)
        xdotool('key', 'F10')
        wait_for('the panel to close', lambda: not panel_is_open(program))
        program.take_step()
        program.take_step()
        xdotool('key', 'F10')
        wait_for('the panel', lambda: panel_is_open(program))
        words = wait_for('the place', lambda: re.search(r'(?s)place \d+ of \d+ in its buffer.*',
                                                        program.described('Token')))[0]
        assert 'beside ‖x‖ = ' in words and 'not captured' not in words, words
        assert program.step() == 3
    finally:
        program.__exit__()


def test_copy():
    program = open_program('digits-vmoe')
    try:
        click_patch(program)
        xdotool('key', 'ctrl+c')
        wait_for('the words', lambda: re.search(r'image \d+, label .*\npatch in row \d', clipboard() or ''))
        xdotool('key', 'ctrl+shift+c')
        wait_for('the table of what is under the pointer', lambda: clipboard() == program.table('Assignments'))
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
                wait_for('no place yet', lambda: 'place ' not in program.described('Token'))
            assert program.step() == 1
            program.act(program.frame, 'win.step-into')
        assert seen[0].startswith('patches') and seen[-1].startswith('loss'), seen
        program.wait_step(lambda step: step == 2, 'the step itself')
        wait_for('no stages', lambda: 'Next stage' not in program.names('push button'))
        program.act(program.frame, 'win.step-into')
        program.find('push button', 'Next stage')
        program.act(program.frame, 'win.escape')
        wait_for('the bar to go', lambda: 'Next stage' not in program.names('push button'))
        assert program.step() == 2
    finally:
        program.__exit__()


def described_token(program):
    click_patch(program)
    return program.described('Token')


def panel_is_open(program):
    """The width that the views leave: the panel takes 300 pixels of it, unless it lies over them."""
    token, frame = program.extents('Token'), area(program.frame)
    return 0 < token.width and token.x + token.width <= frame.width + 60 and token.x > 0


def test_keys_after_a_change():
    """A number that was clicked has the keyboard, but Space plays and letters do what they do elsewhere."""
    program = Program('digits-vmoe').__enter__()
    try:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.keep_in_front()
        spin = program.find('spin button', 'Active per token K')
        box = area(spin)
        xdotool('mousemove', box.x + box.width - 12, box.y + box.height // 2, 'click', 1)
        wait_for('K = 2', lambda: spin.get_value_iface().get_current_value() == 2)
        xdotool('key', 'space')
        program.wait_step(lambda step: step > 2, 'some steps')
        xdotool('key', 'space')
        program.find('push button', 'Play')
        xdotool('key', 'r')
        program.wait_step(lambda step: step == 0, 'step 0 again')
        assert spin.get_value_iface().get_current_value() == 2
    finally:
        program.__exit__()


def test_panel_gives_way():
    program = open_program('digits-vmoe')
    try:
        wait_for('the panel', lambda: panel_is_open(program))
        window = program.keep_in_front()
        xdotool('windowsize', window, 1024, 640)
        wait_for('the panel to close', lambda: not panel_is_open(program))
        xdotool('key', 'F10')
        wait_for('the panel over the views', lambda: panel_is_open(program))
        xdotool('windowsize', window, 1300, 820)
        wait_for('the panel beside them', lambda: panel_is_open(program))
    finally:
        program.__exit__()


if __name__ == '__main__':
    cases = [test_click_shows_the_token, test_a_click_beside, test_opened_while_paused, test_copy, test_step_into,
             test_keys_after_a_change, test_panel_gives_way]
    chosen = sys.argv[1:]
    sys.exit(run(*[case for case in cases if not chosen or case.__name__ in chosen]))
