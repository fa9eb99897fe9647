"""The walk of a security patch in the real window, as somebody takes it who hears the window and never sees it.

It follows the tables of docs/walk-security-patch.md. Before each key it reads from the accessibility tree what has the focus, and it
goes on only where that has the name of the table. What others do meanwhile is asked of whoever started the script, by a line.

    walk.py PROGRAM FILE DOCUMENT SETTING.json
"""

import json
import re
import sys

from audit import audit
from tree import Atspi, Reader, Stuck, environment_lacks, say, switch_on

# Most presses of one key that lead to an input.
FAR = 14
# Most letters that choose something instead of being a text.
CHOICE = 3
TOKEN = re.compile(r"\*\*(.+?)\*\*|`(.+?)`|\*(.+?)\*")
KEYS = {"Ctrl": "ctrl", "Shift": "shift", "Enter": "Return", "Space": "space"}
MOVES = ("F8", "Shift+F8", "Tab")
PALETTE = "Find a command or a record"


def chord(words):
    return "+".join(KEYS.get(word, word.lower() if len(word) == 1 else word) for word in words.split("+"))


class Walk:
    def __init__(self, program, file, setting):
        self.command = [program, file]
        self.setting = setting
        self.files = list(setting["files"])
        self.row = ""
        self.last_login = ""
        self.counts = {"presses": 0, "screens": 0, "nodes": 0}
        self.faults = {}
        self.reader = Reader(self.command)

    # What somebody does.

    def press(self, words):
        self.counts["presses"] += 1
        self.reader.press(chord(words))

    def write(self, text):
        self.reader.write(text)
        self.reader.rest()

    def is_on(self, name):
        return name in self.reader.names()

    def expect(self, name):
        self.reader.wait(f"the focus on “{name}”; it is on {self.reader.names()}", lambda: self.is_on(name))

    def until(self, key, name):
        """Presses a key until an input of this name has the focus."""
        seen = []
        for _ in range(FAR):
            before = self.reader.moves
            self.press(key)
            # A slow machine tells of the focus late: another press is one too many before it has moved and stayed.
            self.reader.may("another focus", lambda: self.reader.moves > before, 4.0)
            self.reader.rest()
            if self.reader.may("the focus there", lambda: self.is_on(name), 0.6):
                self.reader.rest()
                return
            seen.append(self.reader.names()[:1])
        raise Stuck(f"{key} does not lead to “{name}”, but to {seen}")

    def sign_in(self, login):
        self.reader.wait("the sign-in", lambda: self.is_on("Login") or self.is_on("Password"))
        if self.is_on("Login"):
            self.write(login)
            self.until("Tab", "Password")
        self.write(self.setting["password"])
        self.press("Enter")
        self.reader.wait("the window", lambda: self.reader.find(Atspi.Role.ENTRY, "Search all records"))
        self.reader.rest()
        self.last_login = login

    def palette(self, letters, title):
        """Opens the palette, types letters and takes the first entry, which must be this one."""
        entry = self.look_up(letters, title)
        self.press("Enter")
        self.reader.wait("the palette to close", lambda: not self.is_on(PALETTE))
        self.reader.rest()
        self.counts["screens"] += 1
        return entry

    def look_up(self, letters, title):
        self.press("Ctrl+K")
        self.expect(PALETTE)
        self.reader.write(letters)
        came = self.reader.may("the letters", lambda: self.reader.text_of_focus() == letters, 20.0)
        if not came:
            raise Stuck(f"“{self.reader.text_of_focus()}” stands where “{letters}” was typed")

        def first():
            return next(
                (
                    node
                    for node in self.reader.nodes()
                    if node.get_role() == Atspi.Role.LIST_ITEM and self.reader.is_(node, Atspi.StateType.SELECTED)
                ),
                None,
            )

        entry = self.reader.wait("a selected entry", first)
        if title not in entry.get_name():
            raise Stuck(f"“{letters}” finds “{entry.get_name()}” first")
        return entry

    # The rows of the document.

    def walk_row(self, cells):
        keys, at = cells[0], cells[1]
        tokens = [match.groups() for match in TOKEN.finditer(keys)]
        self.row = " ".join(cells)
        if tokens and tokens[0][0] == "Ctrl+K":
            return self.palette(tokens[1][1], at)
        if tokens and tokens[0][0] == "Ctrl+Shift+L":
            self.press("Ctrl+Shift+L")
            self.last_login = tokens[1][1]
            self.expect("Login")
            return self.write(self.last_login)
        if tokens and tokens[0][0] in MOVES:
            self.until(tokens.pop(0)[0], at)
        elif at:
            self.expect(at)
        for key, text, said in tokens:
            if key:
                self.key(key)
            elif text:
                self.type_in(text)
            else:
                self.special(said)
        return None

    def key(self, key):
        if key == "Ctrl+V":
            return
        self.press(key)
        self.reader.rest()

    def type_in(self, text):
        before = self.reader.text_of_focus()
        self.reader.write(text)
        if before is not None and len(text) > CHOICE:
            self.reader.wait(f"“{text}” in the input", lambda: text in (self.reader.text_of_focus() or ""))
        elif before is None:
            # The letter of a choice, which may move the focus within it.
            self.reader.rest(0.3)
        self.reader.rest()

    def special(self, said):
        if said == "password":
            self.write(self.setting["password"])
        elif said == "sign":
            self.sign()
        elif said == "file":
            self.choose_file()
        else:
            self.type_in(self.setting["clipboard"][said])

    def sign(self):
        self.expect("Password")
        dialog = self.dialog()
        if not self.reader.find(Atspi.Role.LABEL, "SHA-256 of ", dialog):
            raise Stuck("the dialog does not say what is signed")
        self.write(self.setting["password"])
        self.press("Enter")
        # The focus leaves the password before the dialog has gone, and keys until then would be lost.
        self.reader.wait("the dialog to close", lambda: self.reader.find(Atspi.Role.DIALOG, "") is None)
        self.reader.rest()

    def dialog(self):
        return next(node for node in self.reader.nodes() if node.get_role() == Atspi.Role.DIALOG)

    def choose_file(self):
        self.expect("Path")
        self.write(self.files.pop())
        self.press("Enter")

        def ready():
            button = self.reader.find(Atspi.Role.PUSH_BUTTON, "Write into the release")
            return button is not None and not button.get_description()

        self.reader.wait("what was read", ready)

    def check_states(self, states):
        for part in states.rstrip(".").split(", "):
            number, word = part.split(" ", 1)
            entry = self.look_up(number.lower(), number)
            if word.lower() not in entry.get_description().lower():
                raise Stuck(f"{number} is “{entry.get_description()}” and not “{word}”")
            self.press("Escape")
            self.reader.wait("the palette to close", lambda: not self.is_on(PALETTE))

    def meanwhile(self, what):
        """Others do something on the file, which is closed for it."""
        number = "rl-0002"
        self.press("Ctrl+Q")
        self.reader.end()
        say(f"meanwhile {what}")
        if sys.stdin.readline().strip() != "done":
            raise Stuck("the others did not do it")
        self.reader = Reader(self.command)
        self.sign_in(self.last_login)
        self.palette(number, number.upper())

    def look(self, where):
        """Looks through the tree of this screen."""
        count, faults = audit(self.reader)
        self.counts["nodes"] += count
        for fault in faults:
            self.faults.setdefault(fault, where)

    def tell_faults(self):
        for fault, where in sorted(self.faults.items()):
            say(f"fault: {fault}, first at: {where}")

    def along(self, lines, last_stage):
        stage = 0
        for line in lines:
            if line.startswith("### "):
                stage += 1
                if stage > last_stage:
                    break
                say(f"stage {line[4:]}")
            elif line.startswith("After it: "):
                self.check_states(line[len("After it: ") :])
            elif line.startswith("Meanwhile: "):
                self.meanwhile(line[len("Meanwhile: ") :])
            elif stage and (line.startswith("| *") or line.startswith("| `")):
                self.row = line
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                self.walk_row(cells)
                if any(word in line for word in ("opens the form", "opens the record", "next login")):
                    self.look(line)


def refusals(walk):
    """What is refused is heard: a wrong password, and a form in which something is missing."""
    reader = walk.reader
    walk.expect("Login")
    walk.look("the sign-in")
    walk.write(walk.setting["login"])
    walk.until("Tab", "Password")
    walk.write("not the password")
    walk.press("Enter")
    reader.hear("do not match")
    walk.expect("Password")
    walk.press("Ctrl+A")
    walk.sign_in(walk.setting["login"])
    walk.look("the dashboard")
    walk.palette("new feedback", "New feedback")
    walk.expect("Title")
    walk.press("Ctrl+Enter")
    reader.hear("missing")
    walk.look("a form in which something is missing")
    # The first one leaves the input, the second one the form.
    for _ in range(2):
        walk.press("Escape")
        reader.rest()
    reader.wait("the dashboard", lambda: reader.find(Atspi.Role.HEADING, "Dashboard"))


def main():
    lack = environment_lacks()
    if lack:
        sys.exit(lack)
    program, file, document, setting = sys.argv[1:5]
    with open(setting, encoding="utf-8") as source:
        setting = json.load(source)
    with open(document, encoding="utf-8") as source:
        lines = source.read().splitlines()
    switch_on()
    walk = Walk(program, file, setting)
    try:
        refusals(walk)
        walk.along(lines, setting["stages"])
        walk.press("Ctrl+Q")
        walk.reader.end()
    except Stuck as stuck:
        names = walk.reader.names()
        say(f"stuck: {stuck}\nrow: {walk.row}\nfocus: {names}\nheard: {walk.reader.announced[-5:]}")
        walk.tell_faults()
        walk.reader.program.terminate()
        sys.exit(1)
    counts = walk.counts
    say(f"walked: {counts['presses']} presses, {counts['screens']} screens, {counts['nodes']} nodes looked at")
    walk.tell_faults()
    sys.exit(1 if walk.faults else 0)


if __name__ == "__main__":
    main()
