//! The table of the window's commands: label, explanation, keys. The palette, the menu and the list of shortcuts read it.
//!
//! Belongs here: the commands of the window. Does not belong here: their execution.

use eframe::egui;
use egui::{Key, KeyboardShortcut, Modifiers};

/// A command of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppCommand {
    /// Opens the palette.
    Palette,
    /// Creates a record of the kind on screen.
    New,
    /// Opens the form of the record on screen.
    Edit,
    /// Opens a product file.
    Open,
    /// Shows many product files at a glance.
    Portfolio,
    /// Starts the steps to a new product file.
    NewFile,
    /// Opens the example product.
    Example,
    /// Confirms that everything is saved.
    Save,
    /// Moves the focus to the search box.
    Find,
    /// Undoes the last act.
    Undo,
    /// Copies the number of the record at hand.
    CopyNumber,
    /// Copies its number and title.
    CopyTitle,
    /// Copies the link to it.
    CopyLink,
    /// Saves what is due as a calendar.
    DueCalendar,
    /// Makes a packet of the record on screen.
    Packet,
    /// Goes back.
    Back,
    /// Goes forward again.
    Forward,
    /// Goes to the dashboard.
    Dashboard,
    /// Shows the checklist of the first day.
    FirstDay,
    /// Opens the file for an auditor.
    Auditor,
    /// Ends auditor mode.
    LeaveAuditor,
    /// Goes to the import of feedback.
    Import,
    /// Goes to the review of a document.
    ReviewDocument,
    /// Goes to the advisory data of this workstation.
    Advisories,
    /// Makes a backup at a chosen place.
    BackUp,
    /// Verifies the whole file.
    Verify,
    /// Requests a trusted time stamp on the last event.
    TimeStamp,
    /// Saves a query for a time stamp, for another machine.
    StampQuery,
    /// Adds a time stamp from a reply that was obtained elsewhere.
    StampReply,
    /// Show the events that this workstation saw of the file.
    Heads,
    /// Takes over writing.
    TakeOver,
    /// Asks whoever writes to let this person write.
    AskToWrite,
    /// Waits no longer.
    StopAsking,
    /// Lets the next one write who waits.
    LetOthersWrite,
    /// Invites a person.
    Invite,
    /// Changes the user's own password.
    ChangePassword,
    /// Locks the window.
    Lock,
    /// Signs out.
    SignOut,
    /// Closes the file.
    CloseFile,
    /// Goes to the settings.
    Settings,
    /// Draws the window light.
    LightTheme,
    /// Draws the window dark.
    DarkTheme,
    /// Draws the window as the system does.
    SystemTheme,
    /// Goes to the list of shortcuts.
    Shortcuts,
    /// Shows the help for the screen.
    Help,
    /// Prints the manual.
    Manual,
    /// Performs the self-tests of this workstation and prints them.
    Qualify,
    /// Quits the program.
    Quit,
}

/// The state of the window that a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// An open file.
    File,
    /// A signed-in person.
    Person,
    /// Auditor mode.
    Auditor,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct CommandDef {
    /// The command.
    pub command: AppCommand,
    /// Its label in a menu.
    pub text: &'static str,
    /// What it does.
    pub tooltip: &'static str,
    /// Its keys.
    pub keys: Option<KeyboardShortcut>,
    /// What it needs.
    pub needs: Needs,
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn keys(modifiers: Modifiers, key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(modifiers, key))
}

const fn def(
    command: AppCommand,
    text: &'static str,
    tooltip: &'static str,
    keys: Option<KeyboardShortcut>,
    needs: Needs,
) -> CommandDef {
    CommandDef { command, text, tooltip, keys, needs }
}

/// All commands, in the order of the list of shortcuts.
pub const COMMANDS: &[CommandDef] = &[
    def(
        AppCommand::Palette,
        "Commands and records…",
        "Type a few letters of any command or record",
        ctrl(Key::K),
        Needs::Nothing,
    ),
    def(AppCommand::New, "New record", "A new record of the kind on screen", ctrl(Key::N), Needs::Person),
    def(AppCommand::Edit, "Edit the record", "The form of the record on screen", ctrl(Key::E), Needs::Person),
    def(AppCommand::Find, "Find", "Search in all records; in a list, filter it", ctrl(Key::F), Needs::Person),
    def(
        AppCommand::Packet,
        "Packet…",
        "A packet of what is on screen, as PDF; in a list, its print",
        ctrl(Key::P),
        Needs::Person,
    ),
    def(
        AppCommand::Undo,
        "Undo the last act…",
        "Your last act, where it is not signed and nothing rests on it; what is set back is shown first",
        ctrl(Key::Z),
        Needs::Person,
    ),
    def(
        AppCommand::CopyLink,
        "Copy the link",
        "A link to the record on screen or under the cursor of a list, for a mail or a ticket",
        keys(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C),
        Needs::Person,
    ),
    def(AppCommand::CopyNumber, "Copy the number", "The number of the record", None, Needs::Person),
    def(
        AppCommand::CopyTitle,
        "Copy number and title",
        "The number and the title of the record",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::DueCalendar,
        "Save what is due as a calendar…",
        "Everything that is due or coming, as an iCalendar file for another program",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::Back,
        "Back",
        "To the previous screen",
        keys(Modifiers::ALT, Key::ArrowLeft),
        Needs::Person,
    ),
    def(
        AppCommand::Forward,
        "Forward",
        "To the screen from which you went back",
        keys(Modifiers::ALT, Key::ArrowRight),
        Needs::Person,
    ),
    def(
        AppCommand::Dashboard,
        "Dashboard",
        "Overdue and upcoming work, and trends",
        keys(Modifiers::ALT, Key::Home),
        Needs::Person,
    ),
    def(
        AppCommand::FirstDay,
        "First day checklist",
        "What there is to do in a new file, and what of it is done",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::Auditor,
        "Open for an auditor…",
        "Show this file to an inspector: nothing is changed, personal data is hidden, and what was shown is noted",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::LeaveAuditor,
        "Leave auditor mode…",
        "Hand the window back to somebody who signs in",
        None,
        Needs::Auditor,
    ),
    def(
        AppCommand::Import,
        "Import feedback…",
        "Feedback from a file of another system",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::ReviewDocument,
        "Review a document…",
        "A plan, procedure, list of SOUP or change record of yours beside IEC 62304 6.1",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::Advisories,
        "Advisory data",
        "The advisory data of this workstation: its age, import, update",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::Save,
        "Save",
        "Nothing needs saving: every change is saved at once",
        ctrl(Key::S),
        Needs::File,
    ),
    def(AppCommand::Open, "Open…", "Open a product file", ctrl(Key::O), Needs::Nothing),
    def(
        AppCommand::Portfolio,
        "Portfolio",
        "Many product files at a glance, and which of them contain a component",
        None,
        Needs::Nothing,
    ),
    def(
        AppCommand::NewFile,
        "New product file…",
        "The steps to a file for another product",
        None,
        Needs::Nothing,
    ),
    def(
        AppCommand::Example,
        "Open the example product",
        "A product with a year of records, to explore",
        None,
        Needs::Nothing,
    ),
    def(
        AppCommand::BackUp,
        "Back up now…",
        "A copy of the file at a place of your choice, read back",
        None,
        Needs::File,
    ),
    def(
        AppCommand::Verify,
        "Verify the file",
        "Check every event, record, signature and attachment",
        None,
        Needs::File,
    ),
    def(
        AppCommand::TimeStamp,
        "Request a time stamp",
        "Ask the authority of the policy to confirm that the file existed so at this time",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::StampQuery,
        "Save a time stamp query…",
        "A query for the authority, to be sent from a machine with a network",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::StampReply,
        "Add a time stamp from a file…",
        "The reply of the authority to such a query",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::Heads,
        "Events seen of this file…",
        "Compare the file with the head of a packet, or forget what was seen",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::TakeOver,
        "Take over writing",
        "Become the writer once nobody else is writing",
        None,
        Needs::File,
    ),
    def(
        AppCommand::AskToWrite,
        "Ask to write",
        "The window of whoever writes shows who asks, and you write as soon as it is your turn",
        None,
        Needs::Person,
    ),
    def(AppCommand::StopAsking, "Stop asking to write", "Wait no longer for your turn", None, Needs::Person),
    def(
        AppCommand::LetOthersWrite,
        "Let others write",
        "What you typed is kept as drafts, and you read on",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::Invite,
        "Invite a person…",
        "An account in this file, with a one-time code",
        None,
        Needs::Person,
    ),
    def(
        AppCommand::ChangePassword,
        "Change password…",
        "Change your password in this file",
        None,
        Needs::Person,
    ),
    // Before Ctrl+L, which Ctrl+Shift+L would press too.
    def(
        AppCommand::SignOut,
        "Sign out",
        "Let another person sign in",
        keys(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::L),
        Needs::Person,
    ),
    def(
        AppCommand::Lock,
        "Lock",
        "Hide everything until the password is entered",
        ctrl(Key::L),
        Needs::Person,
    ),
    def(AppCommand::CloseFile, "Close file", "Back to the start screen", ctrl(Key::W), Needs::File),
    def(
        AppCommand::Settings,
        "Settings",
        "Theme, text size, how the window is drawn",
        ctrl(Key::Comma),
        Needs::Nothing,
    ),
    def(AppCommand::LightTheme, "Light theme", "Draw the window light", None, Needs::Nothing),
    def(AppCommand::DarkTheme, "Dark theme", "Draw the window dark", None, Needs::Nothing),
    def(
        AppCommand::SystemTheme,
        "Theme of the system",
        "Draw the window light or dark as the system does",
        None,
        Needs::Nothing,
    ),
    def(AppCommand::Shortcuts, "Keyboard shortcuts", "This list", ctrl(Key::Slash), Needs::Nothing),
    def(
        AppCommand::Help,
        "Help for this screen",
        "Its purpose, and the clause that requires it",
        keys(Modifiers::NONE, Key::F1),
        Needs::Nothing,
    ),
    def(
        AppCommand::Manual,
        "Manual as PDF…",
        "The whole help with every field, state and step, as one document",
        None,
        Needs::Nothing,
    ),
    def(
        AppCommand::Qualify,
        "Qualification pack…",
        "Self-tests of this program on this workstation, printed with places for signatures",
        None,
        Needs::Nothing,
    ),
    def(
        AppCommand::Quit,
        "Quit",
        "Close the file and the program; typed text is kept as a draft",
        ctrl(Key::Q),
        Needs::Nothing,
    ),
];

/// Keys of the screens and what they do. For the list of shortcuts only.
pub const SCREEN_KEYS: &[(&str, &str)] = &[
    ("Ctrl+Enter", "Save a form, or confirm a dialog"),
    ("F8, Shift+F8", "In a form: to the next or previous value that is missing for the next step"),
    ("Ctrl+F1", "In an input: show or hide its help"),
    ("T", "In an empty date: today; with a time: now"),
    ("First letters", "In a choice: take the one that begins so"),
    ("Ctrl+D", "In a table of a form: the same for the rows that are still open"),
    ("/", "Go to the filter of a list, or to the search box"),
    ("Up, Down, Enter", "Move in a list and open a record"),
    (
        "Shift+Left, Shift+Right",
        "On the head of a column: make it narrower or wider; Shift+Home restores its width",
    ),
    ("Page Up, Page Down", "Read what is signed; Ctrl+Home and Ctrl+End go to its beginning and its end"),
    ("F7", "In a long text: to the next word that no dictionary knows, with suggestions"),
    ("Ctrl+V", "On the page of a record, outside an input: attach the copied picture or text"),
    ("Esc", "Leave a dialog or an input, then go back"),
    ("Tab, Shift+Tab", "To the next or previous input"),
];

/// The table row of a command.
pub fn def_of(command: AppCommand) -> Option<&'static CommandDef> {
    COMMANDS.iter().find(|row| row.command == command)
}

/// The label of a command.
pub fn text_of(command: AppCommand) -> &'static str {
    def_of(command).map_or("", |row| row.text)
}

/// The keys of a command as text, such as `Ctrl+K`; empty if it has none.
pub fn keys_of(ctx: &egui::Context, row: &CommandDef) -> String {
    row.keys.map_or_else(String::new, |keys| {
        ctx.format_shortcut(&keys).replace("Comma", ",").replace("Slash", "/")
    })
}

/// The same without a window, as they are on most keyboards.
pub fn plain_keys_of(row: &CommandDef) -> String {
    let names = egui::ModifierNames { mac_cmd: "Ctrl", ..egui::ModifierNames::NAMES };
    let keys = row.keys.map_or_else(String::new, |keys| keys.format(&names, false));
    keys.replace("Comma", ",").replace("Slash", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_keys_and_no_labels_are_used_twice() {
        for (index, row) in COMMANDS.iter().enumerate() {
            for other in &COMMANDS[index + 1..] {
                assert_ne!(row.command, other.command);
                assert_ne!(row.text, other.text);
                assert!(row.keys.is_none() || row.keys != other.keys, "{} and {}", row.text, other.text);
            }
        }
    }
}
