"""What a screen reader needs of any screen, whatever it shows."""

from tree import Atspi

Role, State = Atspi.Role, Atspi.StateType

# Roles by which a screen reader says what something is. A focusable thing of another role is silent.
SPEAKING = {
    Role.PUSH_BUTTON: "button",
    Role.CHECK_BOX: "check box",
    Role.COMBO_BOX: "combo box",
    Role.ENTRY: "input",
    Role.FRAME: "window",
    Role.LINK: "link",
    Role.LIST_ITEM: "entry of a list",
    Role.MENU_ITEM: "entry of a menu",
    Role.PASSWORD_TEXT: "password",
    Role.RADIO_BUTTON: "choice",
    Role.SEPARATOR: "edge",
    Role.SLIDER: "slider",
    Role.SPIN_BUTTON: "number",
    Role.TABLE_ROW: "row",
    Role.TABLE_COLUMN_HEADER: "head of a column",
    Role.COLUMN_HEADER: "head of a column",
    Role.TOGGLE_BUTTON: "switch",
    Role.LABEL: "text",
}


def audit(reader):
    """How many nodes are shown, and what is wrong with them, in words without repetition."""
    count, faults, headings = 0, set(), 0
    for node in reader.nodes():
        count += 1
        role, name = node.get_role(), node.get_name() or ""
        states = node.get_state_set()
        headings += role == Role.HEADING
        if states.contains(State.FOCUSABLE):
            if role not in SPEAKING:
                faults.add(f"“{name}” can have the focus and is only a {node.get_role_name()}")
            if not name.strip():
                faults.add(f"a {node.get_role_name()} has no name")
        if role == Role.PUSH_BUTTON and not states.contains(State.ENABLED) and not node.get_description():
            faults.add(f"the button “{name}” is off and does not say why")
        if role in (Role.TABLE, Role.DIALOG) and not name.strip():
            faults.add(f"a {node.get_role_name()} has no name")
    if not headings:
        faults.add("a screen has no heading")
    if not (reader.frame.get_name() or "").strip():
        faults.add("the window has no name")
    return count, faults
