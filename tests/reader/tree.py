"""The accessibility tree of the program, as a screen reader gets it through AT-SPI, and the keys of a keyboard.

Nothing here knows the program: it sees roles, names, states and announcements only. Keys go through the X server.
"""

import os
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

# Seconds after which the program counts as stuck.
PATIENCE = 30.0
# Seconds without an event after which the window is at rest.
REST = 0.09

EVENTS = (
    "object:announcement",
    "object:state-changed",
    "object:property-change",
    "object:children-changed",
    "object:text-changed",
    "window:activate",
)


class Stuck(Exception):
    """What was waited for did not come."""


def switch_on():
    """Says on the session bus that a screen reader runs, as a screen reader does when it starts."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    for name in ("IsEnabled", "ScreenReaderEnabled"):
        value = GLib.Variant("(ssv)", ("org.a11y.Status", name, GLib.Variant("b", True)))
        bus.call_sync(
            "org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", value, None, 0, 5000, None
        )


class Reader:
    """One running program, read and driven by its accessibility tree."""

    def __init__(self, command):
        self.announced = []
        self.focused = None
        # How often the focus moved.
        self.moves = 0
        self.last_event = time.monotonic()
        self.listener = Atspi.EventListener.new(self.heard)
        for event in EVENTS:
            self.listener.register(event)
        self.program = subprocess.Popen(command, stderr=subprocess.PIPE)
        self.app = self.wait("the program in the tree", self.find_app)
        self.frame = self.wait("its window", lambda: self.child(self.app))
        self.wait("a window of X", self.take_focus)
        self.rest()

    def heard(self, event):
        self.last_event = time.monotonic()
        try:
            if event.type.startswith("object:announcement"):
                self.announced.append(str(event.any_data))
            elif event.type == "object:state-changed:focused" and event.detail1:
                self.focused = event.source
                self.moves += 1
        except GLib.Error:
            pass

    def find_app(self):
        desktop = Atspi.get_desktop(0)
        for at in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(at)
            if app is not None and app.get_process_id() == self.program.pid:
                return app
        return None

    @staticmethod
    def child(node):
        return node.get_child_at_index(0) if node.get_child_count() else None

    def take_focus(self):
        pid = str(self.program.pid)
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", pid], capture_output=True, text=True)
        if not found.stdout.split():
            return False
        window = found.stdout.split()[-1]
        return subprocess.run(["xdotool", "windowfocus", "--sync", window], capture_output=True).returncode == 0

    def pump(self, seconds=0.01):
        """Takes the events that have come."""
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)
        time.sleep(seconds)

    def wait(self, what, is_so, patience=PATIENCE):
        """Takes events until something is so, and returns it."""
        end = time.monotonic() + patience
        while True:
            self.pump()
            try:
                found = is_so()
            except GLib.Error:
                found = None
            if found:
                return found
            if self.program.poll() is not None:
                raise Stuck(f"the program ended, waiting for {what}: {self.program.stderr.read().decode()}")
            if time.monotonic() > end:
                raise Stuck(f"{what} does not come")

    def may(self, what, is_so, patience):
        """The same where it may not come."""
        try:
            return self.wait(what, is_so, patience)
        except Stuck:
            if self.program.poll() is not None:
                raise
            return None

    def rest(self, seconds=REST):
        """Takes events until none has come for a while."""
        self.last_event = time.monotonic()
        end = self.last_event + PATIENCE
        while time.monotonic() < min(end, self.last_event + seconds):
            self.pump(0.005)

    def press(self, keys):
        """Presses keys by their X names, such as ctrl+k."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", keys], check=True)

    def write(self, text):
        """Types a text, letter by letter."""
        subprocess.run(["xdotool", "type", "--delay", "4", "--", text], check=True)

    def end(self):
        """Waits until the program has ended by itself."""
        self.program.wait(timeout=PATIENCE)

    # What the tree says.

    def names(self):
        """The name of what has the focus, and of the groups around it, the nearest first."""
        names = []
        try:
            node = self.focused = self.focused or self.find_focus()
            while node is not None and node.get_role() != Atspi.Role.APPLICATION:
                name = node.get_name()
                if name:
                    names.append(name)
                node = node.get_parent()
        except GLib.Error:
            pass
        return names

    def find_focus(self):
        """What has the focus, looked for: at the start no event tells it."""
        return next((node for node in self.nodes() if self.is_(node, Atspi.StateType.FOCUSED)), None)

    def text_of_focus(self):
        """What stands in the input that has the focus; None if it is no input."""
        node = self.focused
        if node is None or node.get_text_iface() is None:
            return None
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    def nodes(self, within=None):
        """Every node that is shown, with its role."""
        waiting = [within or self.frame]
        while waiting:
            node = waiting.pop()
            try:
                count = node.get_child_count()
                yield node
                waiting.extend(node.get_child_at_index(at) for at in reversed(range(count)))
            except (GLib.Error, AttributeError):
                continue

    def find(self, role, name, within=None):
        """The first node of a role whose name begins with these words."""
        for node in self.nodes(within):
            if node.get_role() == role and (node.get_name() or "").startswith(name):
                return node
        return None

    def says(self, words):
        """Whether the tree has these words as a name or a text."""
        return any(words in (node.get_name() or "") for node in self.nodes())

    def is_(self, node, state):
        return node.get_state_set().contains(state)

    def hear(self, words):
        """Waits until something with these words was announced, and forgets it."""

        def heard():
            return next((text for text in self.announced if words in text), None)

        text = self.wait(f"the announcement “{words}”, after {self.announced}", heard)
        self.announced.clear()
        return text


def say(words):
    """A line for whoever started the script."""
    print(words, flush=True)


def environment_lacks():
    """What is missing to run at all, in words."""
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        if not os.environ.get(name):
            return f"{name} is not set"
    return None


if __name__ == "__main__":
    sys.exit(environment_lacks())
