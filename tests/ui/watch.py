#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Watching a run: pinned readings, conditions that stop it, and alerts."""
import json
import math
import os
import re
import subprocess
import sys

from driver import Atspi, Program, rows, run, wait_for, xdotool


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


def chosen_expert(program):
    """Number and block of the expert that Load says is chosen, or None."""
    found = re.search(r'expert (\d+), block (\d+)', program.described('Load'))
    return tuple(map(int, found.groups())) if found else None


def pinned(program, expert):
    """The title of a pinned reading of that expert, or None."""
    return next((name.removeprefix('Stop watching ') for name in program.names('push button')
                 if name.startswith('Stop watching ') and f'expert {expert},' in name + ','), None)


def share(program, expert):
    table = rows(program.table('Load'))
    return next((float(row['share %']) for row in table if row['expert'] == str(expert)), math.nan)


def follow_share(program, expert):
    """Whether the number beside a pinned expert's title is its share in the picture, step after step."""
    xdotool('key', 'p')
    title = wait_for('the row', lambda: pinned(program, expert))
    seen = set()
    for _ in range(4):
        wait_for('the share of the load that is shown',
                 lambda: abs(number_after(program, title) - share(program, expert)) < 0.06)
        seen.add(number_after(program, title))
        program.take_step()
    assert len(seen) > 1, seen


def test_pinned_share():
    """An expert that was clicked in Load is followed from step to step."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.keep_in_front()
        program.take_step()
        expert, _ = program.click('Load', [(0.3, down / 20) for down in range(4, 12)], lambda: chosen_expert(program))
        follow_share(program, expert)
        assert program.close() == 0


def test_pinned_share_of_a_token():
    """With a token chosen, it is the expert of its first choice, as the inspector names it."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.keep_in_front()
        program.take_step()
        program.click('Assignments', [(0.2, 0.3), (0.3, 0.35), (0.15, 0.4), (0.25, 0.5)],
                      lambda: 'top-' in program.described('Token'))
        expert = int(re.search(r'expert (\d+): gate', program.described('Token')).group(1))
        follow_share(program, expert)
        assert program.close() == 0


def stops_at(*arguments):
    """The step at which the command line stops."""
    out = subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', *arguments, '--json', '--steps', '500'],
                         capture_output=True, text=True, check=True).stdout
    return json.loads(out)['steps']


def add_breakpoint(program, limit):
    """The loss below a limit, chosen and typed in the menu of steps."""
    program.act(program.frame, 'win.more-steps')
    program.press('Above or below')
    side = program.find('combo box', 'Above or below')
    wait_for('the list', lambda: any(node.get_role_name() == 'list item' or node.get_name() == 'below'
                                     for node in program.walk()))
    program.settle()
    xdotool('key', 'Down', 'Return')
    wait_for('below', lambda: any(node.get_name() == 'below' for node in program.walk(side)))
    entry = program.find('text', 'Limit')
    assert Atspi.EditableText.set_text_contents(entry, str(limit))
    program.press('Add condition')
    program.find('push button', f'Remove loss below {limit}')
    program.settle()
    xdotool('key', 'Escape')


def test_breakpoint():
    """A condition pauses the window at the very step where it stops the command line."""
    with Program('digits-vmoe') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.keep_in_front()
        add_breakpoint(program, 2.2)
        program.act(program.frame, 'win.play')
        wait_for('the reason', lambda: any(label.startswith('Paused: loss below 2.2') for label in program.labels()))
        program.find('push button', 'Play')
        assert program.step() == stops_at('digits-vmoe', '--until', 'loss<2.2'), program.step()
        assert program.close() == 0


def test_pause_on_alert():
    """Where the alert pauses the window is where the command line stops; and pressing it shows what it is of."""
    with Program('digits-collapse') as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        program.keep_in_front()
        switch = program.find('check box', 'Pause on alert')
        switch.get_action_iface().do_action(0)
        wait_for('the switch', lambda: switch.get_state_set().contains(Atspi.StateType.CHECKED))
        program.press('Play')
        alert = wait_for('an alert', lambda: next(
            (name for name in program.names('push button') if ' in block ' in name or 'collapsed' in name), None))
        program.find('push button', 'Play')
        step = stops_at('digits-collapse', '--until', 'alert')
        assert alert.startswith(f'step {step}'), (alert, step)
        assert program.step() == step, (program.step(), step)
        look_at_alert(program, step, alert)
        assert program.close() == 0


def block_shown(program):
    return [node.get_name() for node in program.walk(program.find('combo box', 'Block shown'))
            if node.get_role_name() == 'label'][-1]


def look_at_alert(program, step, alert):
    """From a later step and another block the views go to those of the alert, and to its expert if it has one."""
    block = re.search(r'block (\d+)', alert, re.I).group(1)
    expert = re.search(r'expert (\d+)', alert, re.I)
    then = program.table('Load')
    program.step_to(step + 3)
    xdotool('key', 'bracketleft')
    wait_for('another block', lambda: block_shown(program) != block)
    program.press(alert)
    look = f'looking at step {step}'
    wait_for('a look at its step', lambda: any(label.startswith(look) for label in program.labels()))
    wait_for('its block', lambda: block_shown(program) == block)
    program.wait_table('Load', lambda table: table == then, 'the load of that step and block')
    if expert:
        wait_for('its expert', lambda: chosen_expert(program) == (int(expert.group(1)), int(block)))


if __name__ == '__main__':
    CASES = (test_pinned_reading, test_pinned_share, test_pinned_share_of_a_token, test_breakpoint,
             test_pause_on_alert)
    sys.exit(run(*(case for case in CASES if len(sys.argv) < 2 or sys.argv[1] in case.__name__)))
