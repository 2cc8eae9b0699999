# SPDX-License-Identifier: MIT
"""Drives the program through the accessibility tree, as a screen reader would."""
import os
import signal
import socket
import subprocess
import tempfile
import time
import traceback

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = 30  # seconds

Atspi.set_timeout(1000 * PATIENCE, 1000 * PATIENCE)  # of one question; its own 0.8 s are little on a busy machine


class Gone(Exception):
    """What was looked for did not appear in time."""


def wait_for(what, probe, patience=PATIENCE):
    """Calls probe until it gives something true, and returns that."""
    end = time.monotonic() + patience
    while True:
        try:
            found = probe()
        except GLib.Error:  # a widget went away between two questions
            found = None
        if found:
            return found
        if time.monotonic() > end:
            raise Gone(f'waited {patience} s for {what}')
        time.sleep(0.02)


def display_answers():
    """Whether the X server takes connections: xvfb-run may be a moment ahead of it."""
    number = os.environ.get('DISPLAY', ':0').split(':')[1].split('.')[0]
    with socket.socket(socket.AF_UNIX) as link:
        try:
            link.connect(f'/tmp/.X11-unix/X{number}')
        except OSError:
            return False
    return True


def xdotool(*words):
    """Real input events; what it printed is returned."""
    return subprocess.run(['xdotool', *map(str, words)], check=True, capture_output=True, text=True,
                          timeout=PATIENCE).stdout


def area(node):
    return node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)


def clipboard():
    """What was copied; None: nothing, or its owner is too busy to say."""
    try:
        done = subprocess.run(['xclip', '-selection', 'clipboard', '-o'], capture_output=True, text=True, timeout=5,
                              check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def rows(table):
    """A table's lines below its head, each a dictionary by the head's titles."""
    head, *lines = [line.split('\t') for line in table.rstrip('\n').split('\n')]
    return [dict(zip(head, line)) for line in lines]


class Program:
    """The program, started with a home of its own; as a context manager it is gone at the end.

    What a click or a key brings comes later, when the window or the model gets round to it: cases wait for it
    (wait_for, wait_step, wait_value, wait_table), however obvious it looks that it must be there."""

    def __init__(self, *arguments, config=None, fatal=True):
        self.config = config or tempfile.mkdtemp(prefix='moescope-test-')
        environment = dict(os.environ, XDG_CONFIG_HOME=self.config, GTK_A11Y='atspi', GSK_RENDERER='cairo')
        environment['G_DEBUG'] = 'fatal-warnings' if fatal else ''
        self.process = subprocess.Popen([os.environ['MOESCOPE_PROGRAM'], *arguments], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.frame = None
        self.pressed = 0.0

    def __enter__(self):
        self.frame = wait_for('the window', self.find_frame)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def find_frame(self):
        if self.process.poll() is not None:
            raise Gone(f'the program ended with {self.process.returncode}: {self.process.stderr.read()}')
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application and application.get_process_id() == self.process.pid and application.get_child_count():
                return application.get_child_at_index(0)
        return None

    def frames(self):
        application = self.frame.get_parent()
        return [application.get_child_at_index(i) for i in range(application.get_child_count())]

    def walk(self, node=None):
        node = node or self.frame
        yield node
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child:
                yield from self.walk(child)

    def find(self, role, name):
        return wait_for(f'{role} "{name}"', lambda: next(
            (node for node in self.walk() if node.get_name() == name and node.get_role_name() == role), None))

    def names(self, role):
        return [node.get_name() for node in self.walk() if node.get_role_name() == role]

    def labels(self):
        return self.names('label')

    def press(self, name):
        """What cannot be pressed yet, because something is being opened, is waited for."""
        button = wait_for(f'a button "{name}" that can be pressed', lambda: next(
            (node for node in self.walk() if node.get_name() == name and node.get_role_name() == 'push button'
             and node.get_action_iface().get_n_actions() > 0), None))  # a menu's button stands within another one
        wait_for(f'{name} to be sensitive', lambda: button.get_state_set().contains(Atspi.StateType.SENSITIVE))
        self.settle()
        Atspi.Action.do_action(button.get_action_iface(), 0)
        self.pressed = time.monotonic()

    def settle(self):
        """GTK shows a button pressed for 250 ms before it is clicked, and takes no other click meanwhile: what is done
        next must not overtake it."""
        time.sleep(max(0, self.pressed + 0.3 - time.monotonic()))

    def act(self, node, action):
        self.settle()
        interface = node.get_action_iface()

        def names():
            return [Atspi.Action.get_action_name(interface, i) for i in range(interface.get_n_actions())]

        wait_for(f'the action {action}', lambda: action in names())  # what cannot be done yet is not among them
        return Atspi.Action.do_action(interface, names().index(action))

    def step(self):
        """The number in the label that reads "step N"; the label is kept, because finding it takes long."""
        if not hasattr(self, 'step_label'):
            self.step_label = wait_for('step N', lambda: next(
                (node for node in self.walk() if node.get_role_name() == 'label'
                 and node.get_name().startswith('step ')), None))
        return int(self.step_label.get_name().split()[1])

    def wait_step(self, probe, what):
        return wait_for(what, lambda: probe(self.step()))

    def take_step(self):
        """One batch, without the detour over the button."""
        before = self.step()
        self.act(self.frame, 'win.step')
        self.wait_step(lambda step: step == before + 1, f'step {before + 1}')

    def step_to(self, step):
        while self.step() < step:
            self.take_step()

    def pause(self):
        """The step at which it has come to rest."""
        self.press('Pause')
        self.find('push button', 'Play')
        return self.step()

    def value(self, role, name):
        return self.find(role, name).get_value_iface().get_current_value()

    def wait_value(self, role, name, value):
        wait_for(f'{name} = {value}', lambda: self.value(role, name) == value)

    def set_value(self, role, name, value):
        self.settle()
        self.find(role, name).get_value_iface().set_current_value(value)

    def described(self, view):
        return self.find('image', view).get_description()

    def extents(self, view):
        return area(self.find('image', view))

    def click(self, view, places, done):
        """Clicks there, a place after the other, until it is done: where a picture has what depends on fonts."""
        for across, down in 2 * places:  # twice, because a busy machine answers late
            box = self.extents(view)
            xdotool('mousemove', box.x + int(across * box.width), box.y + int(down * box.height), 'click', 1)
            try:
                return wait_for(f'a click on {view}', done, 3)
            except Gone:
                continue
        raise Gone(f'no click on {view} did what it was to do')

    def keep_in_front(self, width=1300, height=820):
        """The window at the corner of the screen, with the keyboard; xdotool's name for it."""
        window = xdotool('search', '--sync', '--onlyvisible', '--pid', self.process.pid).split()[0]

        def is_there():
            xdotool('windowsize', window, width, height, 'windowmove', window, 0, 0, 'windowfocus', window)
            time.sleep(0.1)  # a window that is only just shown may take its own size after this one
            return width - 100 < area(self.frame).width <= width

        wait_for('the width', is_there)
        return window

    def table(self, view):
        """A view's table twin, opened, read and closed."""
        self.act(self.find('image', view), 'canvas.show-table')
        frame = wait_for('the table', lambda: next(
            (f for f in self.frames() if f.get_name() == f'{view} as a table'), None))
        text = next(node for node in self.walk(frame) if node.get_role_name() == 'text')
        interface = text.get_text_iface()
        content = interface.get_text(0, interface.get_character_count())
        self.act(frame, 'window.close')
        wait_for('the table to close', lambda: len(self.frames()) == 1)
        return content

    def wait_table(self, view, probe, what):
        """A view's table, once it is as wanted: pictures may follow the step's number a frame or two later."""
        seen = []

        def wanted():
            seen.append(self.table(view))
            return probe(seen[-1])

        try:
            wait_for(what, wanted)
        except Gone as problem:
            raise Gone(f'{problem}; {view} said at last:\n{seen[-1][:400] if seen else None}') from problem
        return seen[-1]

    def close(self):
        self.act(self.frame, 'window.close')
        self.process.wait(PATIENCE)
        return self.process.returncode


def run(*cases):
    """Runs the cases and says what came of them, as TAP."""
    failed = 0
    wait_for('the display', display_answers)
    print(f'1..{len(cases)}')
    for number, case in enumerate(cases, 1):
        name = case.__name__.replace('test_', '').replace('_', '-')
        try:
            case()
            print(f'ok {number} {name}', flush=True)
        except Exception as problem:  # noqa: BLE001: whatever it is, the test has failed
            failed += 1
            lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__)]
            for line in f'{type(problem).__name__}, lines {lines}: {problem}'.split('\n'):
                print(f'# {line}')
            print(f'not ok {number} {name}', flush=True)
    return 1 if failed else 0
