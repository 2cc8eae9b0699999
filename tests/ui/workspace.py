#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tiles of the real window: split, swapped, resized, maximised and remembered, by pointer and keys."""
import configparser
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

from driver import PATIENCE, Atspi, Program, run, wait_for, xdotool

FOUR = 'col(0.5 row(0.5 assignments load) row(0.5 curves calibration))'


def with_layout(preset, layout, width=1280, height=800):
    """A configuration folder in which this layout was left."""
    config = tempfile.mkdtemp(prefix='moescope-test-')
    os.makedirs(f'{config}/moescope')
    with open(f'{config}/moescope/window.ini', 'w', encoding='utf-8') as state:
        state.write(f'[window]\nwidth={width}\nheight={height}\ninspector=false\n[layouts]\n{preset}={layout}\n')
    return config


def remembered(config, name):
    state = configparser.ConfigParser(interpolation=None)
    state.optionxform = str
    state.read(f'{config}/moescope/window.ini')
    return state['layouts'].get(urllib.parse.quote(name)) if 'layouts' in state else None


def views(program):
    return {name for name in program.names('image') if name != 'rebuilds the model'} - {'Timeline', 'Token'}


class Tiles:
    """Where the pictures stand on the screen."""

    def __init__(self, program):
        self.program = program
        found = xdotool('search', '--onlyvisible', '--pid', program.process.pid).split()
        areas = [dict(line.split('=') for line in xdotool('getwindowgeometry', '--shell', window).split())
                 for window in found]
        largest = max(areas, key=lambda area: int(area['WIDTH']) * int(area['HEIGHT']))
        self.x, self.y = int(largest['X']), int(largest['Y'])

    def place(self, view):
        x, y, width, height = self.extents(self.program, view)
        return x + self.x, y + self.y, width, height

    @staticmethod
    def extents(program, view):
        extents = Atspi.Component.get_extents(program.find('image', view), Atspi.CoordType.WINDOW)
        return extents.x, extents.y, extents.width, extents.height

    def at(self, view, across, down):
        x, y, width, height = self.place(view)
        return round(x + across * width), round(y + down * height)

    def head(self, view):
        """Where a picture can be taken: beside its title, clear of its menu button."""
        x, y, _, _ = self.place(view)
        return x + 24, y + 20


def drag(start, end):
    xdotool('mousemove', *start, 'mousedown', 1)
    for step in range(1, 11):
        xdotool('mousemove', *[round(a + (b - a) * step / 10) for a, b in zip(start, end)])
        time.sleep(0.03)
    time.sleep(0.1)
    xdotool('mouseup', 1)


def focus(program, view):
    """Tab by Tab, as somebody without a mouse would."""
    image = program.find('image', view)

    def has_keyboard():
        return image.get_state_set().contains(Atspi.StateType.FOCUSED)

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        time.sleep(0.05)
        if not has_keyboard():
            xdotool('key', 'Tab')
            continue
        time.sleep(0.3)  # on a busy machine another Tab may still be under way
        if has_keyboard():
            return
    raise AssertionError(f'{view} cannot be reached by Tab')


def focused_item(program):
    return next((node.get_name() for node in program.walk() if node.get_role_name() == 'menu item'
                 and node.get_state_set().contains(Atspi.StateType.FOCUSED)), None)


def still(program):
    """Until nothing moves any more: what is dragged or clicked is where it was seen."""
    def places():
        return [(view, Tiles.extents(program, view)) for view in sorted(views(program))]

    def same():
        before = places()
        time.sleep(0.1)
        return before == places() and before

    wait_for('the tiles to stand still', same)


def opened(program):
    program.wait_step(lambda step: step == 0, 'step 0')
    wait_for('the tiles', lambda: len(views(program)) >= 4)
    still(program)
    return Tiles(program)


def closed_with(program):
    assert program.close() == 0
    return remembered(program.config, 'digits-vmoe')


def test_swap_and_split_by_drag():
    with Program('digits-vmoe', config=with_layout('digits-vmoe', FOUR)) as program:
        tiles = opened(program)
        before = tiles.place('Curves')
        drag(tiles.head('Load'), tiles.at('Curves', 0.5, 0.5))
        wait_for('Load where Curves was', lambda: tiles.place('Load') == before)
        still(program)
        drag(tiles.head('Calibration'), tiles.at('Assignments', 0.5, 0.9))
        wait_for('Calibration below Assignments',
                 lambda: tiles.place('Calibration')[0] == tiles.place('Assignments')[0])
        layout = closed_with(program)
    assert layout == 'col(0.5 row(0.5 col(0.5 assignments calibration) curves) load)', layout


def test_a_press_on_the_head_keeps_the_choice():
    with Program('digits-vmoe', config=with_layout('digits-vmoe', FOUR)) as program:
        tiles = opened(program)
        xdotool('mousemove', *tiles.head('Load'), 'mousedown', 1)
        xdotool('mousemove_relative', 3, 2, 'mouseup', 1)
        time.sleep(0.3)
        layout = closed_with(program)
    assert layout == FOUR, layout


def test_maximise_and_restore():
    with Program('digits-vmoe', config=with_layout('digits-vmoe', FOUR)) as program:
        tiles = opened(program)
        everything = views(program)
        xdotool('mousemove', *tiles.head('Load'), 'click', '--repeat', 2, '--delay', 60, 1)
        wait_for('Load alone', lambda: views(program) == {'Load'})
        still(program)
        xdotool('key', 'Escape')
        wait_for('all views', lambda: views(program) == everything)
        still(program)
        xdotool('mousemove', *tiles.at('Curves', 0.5, 0.5))
        xdotool('key', 'F11')
        wait_for('Curves alone', lambda: views(program) == {'Curves'})
        xdotool('key', 'F11')
        wait_for('all views again', lambda: views(program) == everything)
        program.act(program.find('panel', 'Curves tile'), 'tile.maximise')
        wait_for('Curves alone', lambda: views(program) == {'Curves'})
        layout = closed_with(program)
    assert layout == FOUR, layout


def test_close_and_the_list_of_views():
    with Program('digits-vmoe', config=with_layout('digits-vmoe', FOUR)) as program:
        opened(program)
        program.act(program.find('panel', 'Calibration tile'), 'tile.close')
        wait_for('no Calibration', lambda: 'Calibration' not in views(program))
        program.act(program.frame, 'win.views')
        program.press('OOD')
        wait_for('OOD', lambda: 'OOD' in views(program))
        program.press('Usual views')
        wait_for('the usual views', lambda: views(program) == {'Assignments', 'Load', 'Curves', 'Flow'})
        assert closed_with(program) is None


def test_a_view_beside_by_the_menu():
    with Program('digits-vmoe', config=with_layout('digits-vmoe', FOUR)) as program:
        opened(program)
        focus(program, 'Load')
        xdotool('key', 'Menu')
        wait_for('the menu', lambda: focused_item(program) == 'Show Table')
        xdotool('key', 'r')  # Split Right, by its mnemonic
        wait_for('the menu below it', lambda: focused_item(program) == 'Split Right')
        xdotool('key', 'Down', 'Return')
        wait_for('a fifth view', lambda: len(views(program)) == 5)
        layout = closed_with(program)
    assert re.search(r'row\(0\.5 load [a-z]+\)', layout), layout


def test_cuts_by_drag_and_keys():
    with Program('digits-vmoe', config=with_layout('digits-vmoe', 'row(0.5 load curves)')) as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('the tiles', lambda: views(program) == {'Load', 'Curves'})
        still(program)
        tiles = Tiles(program)
        x, y, width, height = tiles.place('Load')
        drag((x + width + 10, y + height // 2), (x + width + 70, y + height // 2))
        wait_for('a wider Load', lambda: abs(tiles.place('Load')[2] - width - 60) <= 2)
        still(program)
        focus(program, 'Load')
        xdotool('key', 'ctrl+shift+Left')
        wait_for('24 less', lambda: abs(tiles.place('Load')[2] - width - 36) <= 2)
        layout = closed_with(program)
        config = program.config
    share = float(re.fullmatch(r'row\((0\.\d+) load curves\)', layout).group(1))
    assert share > 0.52, layout
    with Program('digits-vmoe', config=config) as program:
        wait_for('the tiles', lambda: views(program) == {'Load', 'Curves'})
        tiles = Tiles(program)
        wait_for('the width as it was left', lambda: abs(tiles.place('Load')[2] - width - 36) <= 4)


def test_a_cut_is_dragged_while_it_plays():
    """What is new meanwhile does not put the cut back."""
    with Program('digits-vmoe', config=with_layout('digits-vmoe', 'row(0.5 load curves)')) as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('the tiles', lambda: views(program) == {'Load', 'Curves'})
        still(program)
        tiles = Tiles(program)
        x, y, width, height = tiles.place('Load')
        program.press('Play')
        for i, across in enumerate((10, 30, 50, 70)):
            xdotool('mousemove', x + width + across, y + height // 2, *(('mousedown', 1) if i == 0 else ()))
            before = program.step()
            program.wait_step(lambda step, before=before: step > before + 2, 'some steps')
        xdotool('mouseup', 1)
        wait_for('a wider Load', lambda: abs(tiles.place('Load')[2] - width - 60) <= 2)
        program.pause()
        assert abs(tiles.place('Load')[2] - width - 60) <= 2
        assert program.close() == 0


def test_a_file_brings_its_layout():
    path = os.path.join(tempfile.mkdtemp(prefix='moescope-test-'), 'mine.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump({'task.data': 'digits', 'layout': 'col(0.3 curves sundial)'}, file)
    done = subprocess.run([os.environ['MOESCOPE_PROGRAM'], 'run', path, '--steps', '1', '--json'], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Program(path) as program:
        program.wait_step(lambda step: step == 0, 'step 0')
        wait_for('only the curves', lambda: views(program) == {'Curves'})


def test_any_size():
    """Every view there is, from the smallest window to the largest, without a warning; too many scroll, but not
    sideways."""
    names = [view['name'] for view in json.loads(subprocess.run(
        [os.environ['MOESCOPE_PROGRAM'], 'views', '--json'], capture_output=True, text=True, check=True).stdout)]
    layout = names[0]
    for i, name in enumerate(names[1:]):
        layout = f'{"row" if i % 2 else "col"}(0.5 {name} {layout})'
    for width, height in ((1024, 640), (3840, 2160)):
        with Program('digits-e3', config=with_layout('digits-e3', layout, width, height)) as program:
            program.wait_step(lambda step: step == 0, 'step 0')
            wait_for('many views', lambda: len(views(program)) >= 6)
            program.take_step()
            tiles = Tiles(program)
            wait_for(f'room for every view within {width} pixels', lambda: all(
                wide >= 290 and high >= 190 and 0 <= x <= width - wide
                for x, _, wide, high in map(tiles.place, views(program))))
            assert program.close() == 0


if __name__ == '__main__':
    chosen = [case for name, case in list(globals().items()) if name.startswith('test_')
              and (len(sys.argv) < 2 or name[5:] in sys.argv[1:])]
    sys.exit(run(*chosen))
