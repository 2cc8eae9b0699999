#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random clicking, typing, dragging and resizing. No crash, no hang, nothing on the console.

MOESCOPE_MONKEY_SECONDS says how long, MOESCOPE_MONKEY_SEED repeats a run. Meant for a build with AddressSanitizer:
tests/run --slow does that."""
import os
import random
import subprocess
import sys
import tempfile
import time

from driver import Atspi, GLib, Program, run

SECONDS = float(os.environ.get('MOESCOPE_MONKEY_SECONDS', '60'))
SEED = int(os.environ.get('MOESCOPE_MONKEY_SEED', time.time_ns() % 1000000))
PRESETS = ['digits-vmoe', 'digits-e3', 'digits-soft-moe', 'digits-collapse', 'plane-spirals', 'digits-deep-ensemble',
           'digits-experts-choose']
KEYS = ['space', 'Right', 'Left', 'Up', 'Down', 'Home', 'End', 'Return', 'Escape', 'Tab', 'shift+Tab', 'r', 'n', 'v',
        'i', 'p', 'e', 'shift+Right', 'bracketleft', 'bracketright', '1', '2', '3', '4', '5', 'ctrl+z', 'ctrl+shift+z',
        'ctrl+c', 'ctrl+shift+c', 'F9', 'F10', 'F11', 'shift+F11', 'question', 'Menu', 'ctrl+a', 'BackSpace', 'Delete',
        'minus', 'period', 'Page_Up', 'Page_Down', 'ctrl+shift+Right', 'ctrl+shift+Down']
# GTK's own, with no frame of the program on the stack but its main loop: menu buttons and popovers that open or go
# while the pointer is held down elsewhere (other programs print that, too, up to GTK 4.18), or, on X11 only, whose
# button was scrolled off the screen in a panel higher than it.
KNOWN = ['Broken accounting of active state for widget', "gtk_root_get_focus: assertion 'GTK_IS_ROOT (self)' failed",
         "gdk_monitor_get_geometry: assertion 'GDK_IS_MONITOR (monitor)' failed"]
SIZES = [(960, 560), (1024, 640), (1280, 800), (1400, 900), (1920, 1200), (1111, 777)]


class Monkey:
    def __init__(self, program, chance):
        self.program = program
        self.chance = chance
        self.size = (1400, 900)
        self.done = []

    def xdotool(self, *words):
        self.done.append(' '.join(words))
        subprocess.run(['xdotool', *words], check=False, timeout=30, stderr=subprocess.DEVNULL)

    def place(self):
        """Anywhere in the window but the corner that closes it."""
        x, y = self.chance.randrange(self.size[0]), self.chance.randrange(self.size[1])
        return (str(x), str(y if y > 50 or x < self.size[0] - 60 else 60))

    def click(self):
        button = self.chance.choice(['1'] * 6 + ['3'])
        self.xdotool('mousemove', *self.place(), 'click', '--repeat', self.chance.choice(['1', '1', '2']), '--delay',
                     '40', button)

    def drag(self):
        start, end = self.place(), self.place()
        self.xdotool('mousemove', *start, 'mousedown', '1')
        for i in range(1, 5):
            self.xdotool('mousemove', *(str(int(a) + (int(b) - int(a)) * i // 4) for a, b in zip(start, end)))
        self.xdotool('mouseup', '1')
        self.put_back()

    def windows(self):
        pid = str(self.program.process.pid)
        search = ['xdotool', 'search', '--all', '--onlyvisible', '--pid', pid, '--name', 'Moescope']
        return subprocess.run(search, capture_output=True, text=True, check=False).stdout.split()

    def put_back(self):
        """Where the clicks go to, after its bar was dragged."""
        for window in self.windows():
            self.xdotool('windowmove', window, '0', '0')

    def scroll(self):
        self.xdotool('mousemove', *self.place(), 'click', '--repeat', '3', self.chance.choice(['4', '5']))

    def press(self):
        self.xdotool('key', *self.chance.choices(KEYS, k=self.chance.randrange(1, 4)))

    def resize(self):
        self.size = self.chance.choice(SIZES)
        for window in self.windows()[:1]:
            self.xdotool('windowsize', window, *(str(side) for side in self.size))

    def rest(self):
        self.xdotool('mousemove', *self.place())
        time.sleep(self.chance.choice([0.1, 0.5, 1.5]))

    def act(self):
        self.chance.choice([self.click] * 8 + [self.drag] * 3 + [self.press] * 5 + [self.scroll, self.resize,
                                                                                    self.rest])()


def complaints(text):
    """What is on the console, but for what is known not to be ours."""
    lines = [line for line in text.split('\n') if line.strip() and not any(known in line for known in KNOWN)]
    return '\n'.join(line for line in lines if 'dbus-daemon' not in line)


def has_ended(program, monkey):
    """Whether it was closed or quit, as one can; any other end is a failure."""
    if program.process.poll() is None:
        return False
    errors, status = complaints(program.process.stderr.read()), program.process.returncode
    if status == 0 and not errors:
        return True
    raise AssertionError(f'seed {SEED}: ended with {status} after {monkey.done[-12:]}\n{errors}')


def check_alive(program, monkey):
    """False: it has ended. Asks the main loop for something, which a hanging one does not answer."""
    if has_ended(program, monkey):
        return False
    began = time.monotonic()
    try:
        program.frame.get_component_iface().get_extents(Atspi.CoordType.WINDOW)  # not from a cache, as names are
    except GLib.Error as problem:
        time.sleep(5)  # it may be on its way out
        if has_ended(program, monkey):
            return False
        raise AssertionError(f'seed {SEED}: no answer after {monkey.done[-12:]}: {problem}') from problem
    took = time.monotonic() - began
    assert took < 20, f'seed {SEED}: {took:.0f} s without an answer after {monkey.done[-12:]}'
    return True


def play(chance, until):
    home = tempfile.mkdtemp(prefix='moescope-monkey-')  # what is saved by chance lands here
    os.chdir(home)
    preset = chance.choice(PRESETS)
    print(f'# {preset}, {until - time.monotonic():.0f} s left', flush=True)
    with Program(preset, fatal=False) as program:
        monkey = Monkey(program, chance)
        program.wait_step(lambda step: step >= 0, 'a step')
        end = min(until, time.monotonic() + 180)
        while time.monotonic() < end:
            for _ in range(20):
                monkey.act()
            if not check_alive(program, monkey):
                return
        subprocess.run(['xdotool', 'key', 'Escape', 'Escape', 'Escape'], check=False)
        if has_ended(program, monkey):
            return
        program.process.terminate()
        _, errors = program.process.communicate(timeout=60)
        errors = complaints(errors)
        assert not errors, f'seed {SEED}: on the console:\n{errors}'


def test_monkey():
    print(f'# seed {SEED}, {SECONDS:.0f} s', flush=True)
    chance = random.Random(SEED)
    until = time.monotonic() + SECONDS
    # Windows are moved by their bars. GTK does that itself where there is no manager, and breaks off with an error of X
    # when the window goes while the pointer is held down.
    manager = subprocess.Popen(['openbox'], stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() < until:
            play(chance, until)
    finally:
        manager.terminate()
        manager.wait()


if __name__ == '__main__':
    sys.exit(run(test_monkey))
