//! Auditor mode: a file that is shown to an inspector. Nothing is written to it, personal data is hidden, what was shown is listed, and
//! nobody goes on working before they have signed in.
//!
//! Belongs here: beginning, ending, what is refused meanwhile. Does not belong here: what is shown (`screens::auditor`, `ops::auditor`).

mod draw;

pub(super) use draw::places;

use std::path::PathBuf;

use super::App;
use crate::domain::policy::IDLE_MINUTES_MIN;
use crate::ops::jobs::Job;
use crate::ops::{ProductFile, ShownList, Veil, keep_shown};
use crate::ui::screens::auditor::{AuditorPlace, AuditorScreen};
use crate::ui::screens::sign_in::SignIn;
use crate::ui::shortcuts::{AppCommand, text_of};
use crate::ui::widgets::notice::Notice;

/// How the mode is being left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// It is not.
    No,
    /// The sign-in is on screen, and one can go back.
    Asked,
    /// Nobody did anything for a while: the sign-in is on screen, and one cannot go back.
    Idle,
}

/// A file that is shown to an auditor.
pub struct Auditing {
    screen: AuditorScreen,
    /// What hides personal data, and the last event that it knows.
    veil: Option<(u64, Veil)>,
    /// The job that looks for it, and the last event before it began.
    looking: Option<(u64, Job<Veil>)>,
    list: ShownList,
    /// Where the list is kept.
    kept: Option<PathBuf>,
    leaving: Leaving,
}

/// What was shown, for the person who takes over.
pub struct AfterAudit {
    list: ShownList,
    kept: Option<PathBuf>,
}

/// Whether a command can be given in auditor mode. All others would write, or show what is not hidden.
const fn allows(command: AppCommand) -> bool {
    matches!(
        command,
        AppCommand::Palette
            | AppCommand::Back
            | AppCommand::Find
            | AppCommand::LeaveAuditor
            | AppCommand::Settings
            | AppCommand::LightTheme
            | AppCommand::DarkTheme
            | AppCommand::SystemTheme
            | AppCommand::Shortcuts
            | AppCommand::Help
            | AppCommand::Quit
    )
}

/// What the keys of the mode do, for its help.
const KEYS: &str = "N goes to the next record of the chain, P to the one before, Esc back. Ctrl+F filters a list, Ctrl+K finds the lists.";

impl App {
    /// Opens the file for an auditor as soon as somebody has signed in to it.
    pub(super) const fn audit_next(&mut self) {
        self.audit_next = self.desk.is_some();
    }

    /// Asks whether to open the file for an auditor.
    pub(super) fn ask_for_auditor(&mut self) {
        if let Some(held) = self.jobs.holding() {
            let words = format!("{}: wait or cancel it.", held.is);
            return self.problem(words, "Then open the file for an auditor.");
        }
        self.dialogs.auditor = true;
    }

    /// Opens the file for an auditor: the person is signed out, and others can write to it.
    pub(super) fn begin_auditing(&mut self) {
        let stamp = self.stamp();
        let Some(name) = self.session.as_ref().map(|session| session.name().to_owned()) else { return };
        self.sign_out();
        let Some(desk) = &self.desk else { return };
        let list = ShownList {
            product: desk.product.title.to_string(),
            file: super::opening::name_of(desk.file.path()),
            uuid: desk.uuid.clone(),
            begun: (stamp.now, name),
            ended: None,
            rows: Vec::new(),
        };
        let screen = AuditorScreen::default();
        let (veil, looking, kept) = (None, None, None);
        self.auditing = Some(Auditing { screen, veil, looking, list, kept, leaving: Leaving::No });
    }

    /// Ends the mode: somebody has signed in.
    pub(super) fn end_auditing(&mut self) {
        let now = self.stamp().now;
        let Some(mut auditing) = self.auditing.take() else { return };
        let name = self.session.as_ref().map_or("", |session| session.name()).to_owned();
        auditing.list.ended = Some((now, name));
        self.keep_list(&mut auditing);
        self.dialogs.after_audit = Some(AfterAudit { list: auditing.list, kept: auditing.kept });
    }

    /// Whether the palette offers a command: in auditor mode only what it allows.
    pub(super) const fn offers(&self, command: AppCommand) -> bool {
        self.auditing.is_none() || allows(command)
    }

    /// Whether a file is shown to an auditor.
    pub const fn is_auditing(&self) -> bool {
        self.auditing.is_some()
    }

    /// What was shown to the auditor so far.
    pub fn shown_to_auditor(&self) -> Option<&ShownList> {
        self.auditing.as_ref().map(|auditing| &auditing.list)
    }

    /// Asks for the sign-in that ends the mode.
    pub(super) fn leave_auditor(&mut self) {
        if let Some(auditing) = &mut self.auditing {
            auditing.leaving = Leaving::Asked;
            self.sign_in = SignIn::default();
        }
    }

    /// Hides everything after a while without input.
    pub(super) fn leave_auditor_when_idle(&mut self) {
        let minutes = self.desk.as_ref().and_then(|desk| desk.idle_minutes).unwrap_or(IDLE_MINUTES_MIN);
        let idle = self.stamp().now.seconds_since(self.schedule.active_at);
        if let Some(auditing) = &mut self.auditing
            && auditing.leaving != Leaving::Idle
            && idle >= i64::from(minutes) * 60
        {
            auditing.leaving = Leaving::Idle;
            self.sign_in = SignIn::default();
        }
    }

    /// What is said above the sign-in about the mode.
    pub(super) fn audit_note(&self) -> Option<String> {
        let words = match &self.auditing {
            None if self.audit_next => "Sign in to open it for an auditor.",
            None => return None,
            Some(auditing) => match auditing.leaving {
                Leaving::No => return None,
                Leaving::Asked => "Auditor mode ends when somebody signs in.",
                Leaving::Idle => {
                    "Hidden, because nobody did anything for a while. Sign in, then open the file for the auditor again."
                }
            },
        };
        Some(words.to_owned())
    }

    /// Whether one can go back from the sign-in to what the auditor sees.
    pub(super) fn may_return_to_auditor(&self) -> bool {
        self.auditing.as_ref().is_some_and(|auditing| auditing.leaving == Leaving::Asked)
    }

    /// Goes back to what the auditor sees.
    pub(super) fn return_to_auditor(&mut self) {
        if let Some(auditing) = &mut self.auditing {
            auditing.leaving = Leaving::No;
        }
    }

    /// Does in auditor mode what a command asks there, or refuses it. Returns whether the mode is on and has answered.
    pub(super) fn answer_in_audit(&mut self, command: AppCommand) -> bool {
        let Some(auditing) = &mut self.auditing else { return false };
        if command == AppCommand::Back {
            auditing.screen.back();
        } else if command == AppCommand::Find {
            auditing.screen.find();
        } else if command == AppCommand::Help {
            self.notices.push(Notice::info(format!("Auditor mode. {KEYS}")));
        } else if allows(command) {
            return false;
        } else {
            let words = text_of(command).trim_end_matches('…');
            self.problem(
                format!("Auditor mode only shows records: “{words}” is not possible in it."),
                "To go on working, choose “Leave auditor mode…” and sign in.",
            );
        }
        true
    }

    /// Refuses a file that was dropped on the window. Returns whether the mode is on.
    pub(super) fn refuse_drop_in_audit(&mut self) -> bool {
        if self.auditing.is_some() {
            self.problem(
                "Auditor mode only shows the records of one file: what was dropped is not read.",
                "To go on working, choose “Leave auditor mode…” and sign in.",
            );
        }
        self.auditing.is_some()
    }

    /// Goes to a place of the mode.
    pub fn show_auditor(&mut self, place: AuditorPlace) {
        if let Some(auditing) = &mut self.auditing {
            auditing.screen.go(place);
        }
    }

    /// Looks for personal data where the file has changed since the last look.
    fn keep_veil(&mut self) {
        let (wake, ctx) = (self.jobs.wake(), self.ctx.clone());
        let (Some(auditing), Some(desk)) = (&mut self.auditing, &self.desk) else { return };
        if let Some((seq, outcome)) =
            auditing.looking.as_ref().and_then(|(seq, job)| Some((*seq, job.poll_for(self.setup.patience)?)))
        {
            auditing.looking = None;
            match outcome {
                Ok(veil) => auditing.veil = Some((seq, veil)),
                Err(refusal) => {
                    let words = format!("What is to be hidden could not be read: {refusal}.");
                    self.notices.push(Notice::problem(words, "Leave auditor mode and verify the file."));
                    auditing.leaving = Leaving::Asked;
                    return;
                }
            }
        }
        let head = desk.file.head().seq;
        if auditing.looking.is_some() || auditing.veil.as_ref().is_some_and(|(seq, _)| *seq == head) {
            return;
        }
        let path = desk.file.path().to_owned();
        let work = move |progress: &crate::ops::jobs::Progress| {
            Veil::of(&ProductFile::open_for_job(&path)?, &|share| progress.at(share))
        };
        // Without a thread it is tried again in the next frame.
        auditing.looking = Job::start("Looking for personal data", wake, work).ok().map(|job| (head, job));
        ctx.request_repaint();
    }

    /// Notes what is on screen, and keeps the list.
    fn note_shown(&mut self) {
        let stamp = self.stamp();
        let Some(mut auditing) = self.auditing.take() else { return };
        if auditing.screen.shown(&stamp).is_some_and(|row| auditing.list.note(row)) {
            self.keep_list(&mut auditing);
        }
        self.auditing = Some(auditing);
    }

    fn keep_list(&mut self, auditing: &mut Auditing) {
        let Some(folder) = &self.setup.data_folder else { return };
        match keep_shown(folder, &auditing.list) {
            Ok(path) => auditing.kept = Some(path),
            Err(refusal) => self.cannot_remember(&refusal),
        }
    }
}
