//! Opening, creating and closing files; signing in and out.

use std::path::Path;

use super::Integrity;
use super::leaving::Leave;
use super::open_dialogs::ShownCode;
use super::open_screens::Screens;
use super::since::SinceThen;
use super::upgrading::Upgrading;
use super::{App, Desk};
use crate::ops::{
    FileState, NewFile, Opened, Password, ProductFile, Refused, Session, WhyReadOnly, example_access,
    workstation, write_example,
};
use crate::ui::asking::Asking;
use crate::ui::cx::Cache;
use crate::ui::first_day::FirstDayState;
use crate::ui::overview::Overview;
use crate::ui::screens::sign_in::{SignIn, SignInRequest};
use crate::ui::widgets::notice::Notice;

impl App {
    /// Opens a product file, or reports why it cannot be opened. While an import runs, asks first.
    pub(super) fn open_path(&mut self, path: &Path) {
        self.leave(Leave::Open(path.to_owned()));
    }

    /// Opens a product file at once, or reports why it cannot be opened.
    pub(super) fn open_now(&mut self, path: &Path) {
        let stamp = self.stamp();
        match ProductFile::open_to_sign_in(path, &stamp) {
            Ok(Opened::Open(file)) => self.opened(file),
            Ok(Opened::Not(FileState::NeedsUpgrade { version })) => {
                self.dialogs.upgrading = Some(Upgrading::new(path, version));
                self.look_at_recent();
            }
            Ok(Opened::Not(found)) => {
                let (happened, remedy) = found_words(path, &found);
                self.problem(happened, remedy);
                self.look_at_recent();
            }
            Err(refusal) => {
                self.problem(
                    format!("{} could not be opened: {refusal}.", name_of(path)),
                    "Nothing was changed.",
                );
                self.look_at_recent();
            }
        }
    }

    pub(super) fn opened(&mut self, mut file: Box<ProductFile>) {
        self.close_file();
        self.portfolio.close();
        let path = std::path::absolute(file.path()).unwrap_or_else(|_| file.path().to_owned());
        self.settings.values.opened(&path);
        if let Some(WhyReadOnly::Damaged(what)) = file.why_read_only() {
            self.notices.push(Notice::problem(
                format!("The file is damaged: {what}."),
                "It is open read-only. Keep it as it is, and continue with a backup.",
            ));
        }
        if file.took_back_a_write() {
            self.notices.push(Notice::info(
                "The last write to the file was interrupted and rolled back. Everything that was reported as done is still there.",
            ));
        }
        let (uuid, product) = match (file.uuid(), file.product()) {
            (Ok(uuid), Ok(product)) => (uuid, product),
            (Err(refusal), _) | (_, Err(refusal)) => {
                self.problem(
                    format!("{} could not be read: {refusal}.", name_of(&path)),
                    "Open a backup instead.",
                );
                return;
            }
        };
        let backed_up = file.head().seq;
        if let Some(folder) = self.setup.data_folder.as_deref() {
            workstation::note_last_backup(folder, &uuid, &mut file);
        }
        let writer = if file.why_read_only().is_some() { file.writer() } else { None };
        let asking = Asking::of(self.advisories.cache.clone());
        let noted =
            self.setup.data_folder.as_deref().and_then(|folder| workstation::first_day_note(folder, &uuid));
        let then =
            self.setup.data_folder.as_deref().and_then(|folder| workstation::overdue_then(folder, &uuid));
        let overview = Overview::in_background(self.jobs.wake(), self.setup.patience);
        let mut cache = Cache::new(overview, asking);
        cache.first_day = FirstDayState::noted(noted);
        self.desk = Some(Desk {
            file,
            uuid,
            product,
            seen: None,
            uncompared: false,
            writer,
            cache,
            history: Default::default(),
            screens: Screens::new(self.advisories.clone()),
            refusal: None,
            integrity: Integrity::Unknown,
            verify_again: false,
            backed_up,
            idle_minutes: None,
            idle_unknown: false,
            last_person: None,
            left: ProductFile::leftovers(&path),
            example: None,
            overdue: SinceThen::new(then),
            pen: Default::default(),
        });
        self.compare_with_seen();
        self.sign_in = SignIn::default();
        self.check_in_background();
    }

    /// Opens the example product, which is created first if it does not exist yet.
    pub(super) fn open_example(&mut self, folder: &Path) {
        let path = folder.join("example.mainstay");
        if !path.exists()
            && let Err(error) = std::fs::create_dir_all(folder)
        {
            self.problem(
                format!("The folder {} cannot be created: {error}.", folder.display()),
                "Choose another folder.",
            );
            return;
        }
        if !path.exists()
            && let Err(refusal) = write_example(&path)
        {
            self.problem(format!("The example product could not be created: {refusal}."), "");
            return;
        }
        self.open_now(&path);
        if let (Some(desk), Some((login, password))) = (&mut self.desk, example_access()) {
            desk.example = Some(format!(
                "This is the example product; nothing in it is real. Sign in as {login} with the password “{password}”. \
                 Everyone in it has the same password."
            ));
        }
    }

    /// Creates a product file and signs in its first person.
    pub(super) fn create(&mut self, path: &Path, new: &NewFile, password: &Password) {
        let stamp = self.stamp();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
            && let Err(error) = std::fs::create_dir_all(folder)
        {
            self.welcome.refuse(&Refused::Rule(format!(
                "the folder {} cannot be created: {error}",
                folder.display()
            )));
            return;
        }
        match ProductFile::create(path, new, password, &stamp) {
            Ok((file, session, code)) => {
                self.open_signed_in(file, session);
                self.dialogs.code = Some(ShownCode::new("Keep the recovery code", "If nobody can sign in as administrator any more, this code restores one. It \
                            is shown only once and is stored nowhere. Write it down on paper, and keep it where you \
                            keep keys."
                        .to_owned(), code));
            }
            Err(refusal) => self.welcome.refuse(&refusal),
        }
    }

    /// Handles a request of the sign-in screen.
    pub(super) fn enter(&mut self, asked: &SignInRequest) {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let Some(desk) = &mut self.desk else { return };
        let outcome = match asked {
            SignInRequest::SignIn { login, password } => {
                desk.file.sign_in_to_write(login, password, &stamp).map(|session| (session, None))
            }
            SignInRequest::Activate { login, code, password } => desk
                .file
                .enter_to_write(login, &stamp, |file| file.activate(login, code, password, &stamp))
                .map(|session| (session, None)),
            SignInRequest::Recover { login, code, password } => desk
                .file
                .enter_to_write(login, &stamp, |file| file.recover(login, code, password, &stamp))
                .map(|(session, next)| (session, Some(next))),
        };
        match outcome {
            Ok((session, next)) => {
                if let Some(code) = next {
                    self.dialogs.code = Some(ShownCode::new("Keep the new recovery code", "The old recovery code is used up. This one takes its place. It is shown only once and \
                                is stored nowhere. Write it down on paper."
                            .to_owned(), code));
                }
                self.signed_in(session);
            }
            Err(refusal) => self.sign_in.refuse(&refusal),
        }
    }

    /// Starts the session of a person who has signed in.
    pub fn signed_in(&mut self, session: Session) {
        let stamp = self.stamp();
        self.schedule.active_at = stamp.now;
        if let Some(desk) = &mut self.desk {
            // A file that cannot become writable is shown as read-only.
            let _ = desk.file.write_as(&session, &stamp);
            desk.writer = if desk.file.why_read_only().is_some() { desk.file.writer() } else { None };
            let same = desk.last_person.as_ref().is_some_and(|(login, _)| login == session.login());
            if !same {
                desk.history = Default::default();
                desk.screens = Screens::new(self.advisories.clone());
            }
            desk.refusal = None;
            desk.cache.forget();
            desk.last_person = Some((session.login().to_owned(), session.name().to_owned()));
        }
        let failures = self.desk.as_ref().and_then(|desk| desk.file.failure_words(&session).ok());
        if let Some(words) = failures.filter(|words| !words.is_empty()) {
            self.notices.push(Notice::info(words.join(" ")));
        }
        if session.password_is_old {
            self.notices.push(Notice::info(
                "Your password is older than the policy allows. Change it in the menu of your name.",
            ));
        }
        self.session = Some(session);
        self.sign_in = SignIn::default();
        self.end_auditing();
        if std::mem::take(&mut self.audit_next) {
            self.begin_auditing();
        }
        self.arrive();
    }

    /// Drops the session and its key; the file stays open.
    pub(super) fn lock(&mut self, why: &str) {
        self.leave_all();
        self.note_overdue();
        if self.session.take().is_none() {
            return;
        }
        self.dialogs.close_of_person();
        self.hands.close_of_person();
        self.finder.close_palette();
        self.stop_asking();
        self.portfolio.close();
        if let Some(desk) = &self.desk {
            self.sign_in = SignIn::locked(desk.last_person.as_ref(), why);
        }
    }

    /// Signs out. Unlike a lock, the sign-in does not expect the same person.
    pub fn sign_out(&mut self) {
        self.lock("");
        if let Some(desk) = &mut self.desk {
            // A file that cannot be opened a second time stays locked until it is closed.
            let _ = desk.file.let_go();
            desk.last_person = None;
            desk.history = Default::default();
            desk.screens = Screens::new(self.advisories.clone());
        }
        self.sign_in = SignIn::default();
    }

    /// Closes the file. Typed text is kept as drafts, and changes since the last backup are backed up.
    pub(super) fn close_file(&mut self) {
        self.lock("");
        self.back_up_automatically();
        self.desk = None;
        (self.auditing, self.audit_next) = (None, false);
        self.jobs.close_file();
        self.look_at_recent();
    }

    /// Looks at the recent files for the start screen.
    pub(super) fn look_at_recent(&mut self) {
        let stamp = self.stamp();
        self.welcome.refresh_recent(&self.ctx, &self.settings.values.recent, &stamp);
    }

    /// Tries to become the writer.
    pub(super) fn take_over(&mut self) {
        let stamp = self.stamp();
        if let Some(held) = self.jobs.holding() {
            let words = format!("{}: wait or cancel it.", held.is);
            return self.problem(words, "");
        }
        let Some(desk) = &mut self.desk else { return };
        let name = self.session.as_ref().map_or("", |session| session.name());
        match desk.file.take_over_as(name, &stamp) {
            Ok(true) => {
                desk.writer = None;
                desk.cache.forget();
                self.notices.push(Notice::done("You are writing now."));
            }
            Ok(false) => {
                desk.writer = desk.file.writer();
                let who = desk.writer.as_ref().map_or_else(
                    || "Another program".to_owned(),
                    |holder| format!("{} on {}", holder.person, holder.machine),
                );
                self.problem(
                    format!("{who} is still writing."),
                    "Ask them to close the file, then try again.",
                );
            }
            Err(refusal) => self.problem(format!("Taking over failed: {refusal}."), ""),
        }
    }
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What happened and what to do, for every result of looking at a file.
pub fn found_words(path: &Path, found: &FileState) -> (String, String) {
    let name = name_of(path);
    let words = |happened: String, remedy: &str| (happened, remedy.to_owned());
    match found {
        FileState::Ready => words(format!("{name} is ready."), ""),
        FileState::NeedsUpgrade { version } => words(
            format!("{name} was made by an earlier program (file version {version})."),
            "Open it to upgrade it; a copy is made first.",
        ),
        FileState::Newer { version } => words(
            format!("{name} was made by a newer version of this program (file version {version})."),
            "Install the latest version, then open it again. Nothing was changed.",
        ),
        FileState::NewerRules { rules } => words(
            format!("A newer version of this program has changed {name} (rule set {rules})."),
            "Install the latest version, then open it again. Nothing was changed.",
        ),
        FileState::Locked(Some(holder)) => words(
            format!("{} on {} is writing to {name}.", holder.person, holder.machine),
            "Open it again when they have closed it.",
        ),
        FileState::Locked(None) => words(
            format!("Another program is writing to {name}."),
            "Open it again when it has been closed there.",
        ),
        FileState::Damaged { what } => {
            words(format!("{name} is damaged: {what}."), "Keep the damaged file as it is, and open a backup.")
        }
        FileState::NotOurs { what } => words(
            format!("{name} is not a product file; it seems to be {what}."),
            "Choose a file that ends in .mainstay. Feedback from other systems is imported from within a product file.",
        ),
        FileState::NotReadable { why } => words(
            format!("{name} cannot be read: {why}."),
            "Check that it still exists and that you may read it.",
        ),
    }
}
