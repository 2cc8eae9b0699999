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


class Program:
    """The program, started with a home of its own; as a context manager it is gone at the end."""

    def __init__(self, *arguments, config=None, fatal=True):
        self.config = config or tempfile.mkdtemp(prefix='moescope-test-')
        environment = dict(os.environ, XDG_CONFIG_HOME=self.config, GTK_A11Y='atspi', GSK_RENDERER='cairo')
        environment['G_DEBUG'] = 'fatal-warnings' if fatal else ''
        self.process = subprocess.Popen([os.environ['MOESCOPE_PROGRAM'], *arguments], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.frame = None

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

    def press(self, name):
        """What cannot be pressed yet, because something is being opened, is waited for."""
        button = self.find('push button', name)
        wait_for(f'{name} to be sensitive', lambda: button.get_state_set().contains(Atspi.StateType.SENSITIVE))
        Atspi.Action.do_action(button.get_action_iface(), 0)
        time.sleep(0.3)  # GTK shows the button pressed for 250 ms, and takes no other click meanwhile

    def act(self, node, action):
        interface = node.get_action_iface()
        for i in range(interface.get_n_actions()):
            if Atspi.Action.get_action_name(interface, i) == action:
                return Atspi.Action.do_action(interface, i)
        raise Gone(f'no action {action}')

    def step(self):
        """The number in the label that reads "step N"; the label is kept, because finding it takes long."""
        if not hasattr(self, 'step_label'):
            self.step_label = wait_for('step N', lambda: next(
                (node for node in self.walk() if node.get_role_name() == 'label'
                 and node.get_name().startswith('step ')), None))
        return int(self.step_label.get_name().split()[1])

    def wait_step(self, probe, what):
        return wait_for(what, lambda: probe(self.step()))

    def value(self, role, name):
        return self.find(role, name).get_value_iface().get_current_value()

    def set_value(self, role, name, value):
        self.find(role, name).get_value_iface().set_current_value(value)

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
