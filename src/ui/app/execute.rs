//! Executes the commands of screens and of the user. Each list of commands is matched once, exhaustively, here.

use std::collections::BTreeMap;

use eframe::egui;

use super::App;
use super::leaving::Leave;
use super::open_dialogs::ShownCode;
use super::open_screens::Screens;
use super::reason::ReasonDialog;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::requests::Preview;
use crate::domain::text::sentence;
use crate::ops::{Act, FileSource, Password, Receipt, Refused, Request, STRONGEST};
use crate::ui::cx::{Command, Cx, Route, Then, Write};
use crate::ui::dialogs;
use crate::ui::screens::record::list::PRINT;
use crate::ui::screens::record::page::EDIT;
use crate::ui::screens::sign_in::PasswordChange;
use crate::ui::settings::Settings;
use crate::ui::shortcuts::{AppCommand, text_of};
use crate::ui::sign::SignDialog;
use crate::ui::theme::ThemeChoice;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::reach::choose;

/// The parts of the desk that a screen uses: the open screens, the current route, and the settings.
pub(super) struct DeskView<'a> {
    pub screens: &'a mut Screens,
    pub now: &'a Route,
    pub settings: &'a mut Settings,
}

/// Bytes from which on a file is attached in the background.
const LARGE: u64 = 4 << 20;

/// Whether the request attaches a file that takes longer than a frame.
fn attaches_much(act: &Act) -> bool {
    let Request::Attach { file: FileSource::Path(path), .. } = &act.request else { return false };
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() >= LARGE)
}

impl App {
    /// Executes one command of a screen.
    pub(super) fn execute(&mut self, command: Command) {
        match command {
            Command::Go(route) => self.go(route),
            Command::Back => self.back(),
            Command::Perform { act, then, draft } => self.perform(act, then, draft),
            Command::SaveDraft(key, body) => self.save_draft(&key, &body),
            Command::DropDraft(key) => self.drop_draft(&key),
            Command::SaveFile { suggested_name, bytes } => self.save_file(&suggested_name, bytes),
            Command::SaveAttachment(id) => self.save_attachment(id),
            Command::AttachDialog(to) => self.attach(to),
            Command::Do(command) => self.asked.push(command),
            Command::Notify(notice) => self.notices.push(notice),
            Command::PerformAndShowCode { act, to_whom } => self.perform_for_code(act, &to_whom),
            Command::ChangePassword => self.begin_password_change(),
            Command::Verify => self.asked.push(AppCommand::Verify),
            Command::BackUp => self.asked.push(AppCommand::BackUp),
            Command::NoteFirstDay(note) => self.note_first_day(note),
            Command::ChooseFile { title, kind, endings, answer } => {
                let question = dialogs::open(&title, kind, endings);
                self.with_path(question, move |_, path| answer.put(path));
            }
            Command::ChooseFolder { title, answer } => {
                self.with_path(dialogs::open_folder(&title), move |_, path| answer.put(path));
            }
            Command::Import(job) => self.import(&job),
            Command::Write(write) => self.write(write),
            Command::WriteInBackground(write) => self.write_in_background(write),
            Command::Several(several) => self.perform_several(several),
            Command::Watch(progress) => self.jobs.watch(progress),
            Command::SavePacket(packet) => self.save_packet(packet),
        }
    }

    /// Goes to a route.
    pub fn go(&mut self, route: Route) {
        if let Some(desk) = &mut self.desk {
            desk.refusal = None;
            self.portfolio.close();
            desk.history.go(route);
        }
    }

    /// Goes back, or to the dashboard if there is nothing to go back to.
    pub(super) fn back(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.refusal = None;
            if !desk.history.back() {
                desk.history.go(Route::Dashboard);
            }
        }
    }

    /// Performs a request, or shows the content to sign and prompts for the password.
    pub(super) fn perform(&mut self, act: Act, then: Then, draft: Option<String>) {
        if attaches_much(&act) {
            return self.attach_in_background(act, then);
        }
        if let Some((preview, names)) = self.perform_unsigned(&act, (&then, draft.as_deref())) {
            if let Some(desk) = &mut self.desk {
                desk.refusal = None;
            }
            self.dialogs.signing = Some(SignDialog::new(act, &preview, &names, (then, draft)));
        }
    }

    /// Performs a request that needs no password. If it needs one, returns the content to sign.
    fn perform_unsigned(
        &mut self,
        act: &Act,
        after: (&Then, Option<&str>),
    ) -> Option<(Preview, BTreeMap<RecordId, String>)> {
        let to_read = match self.perform_now(act.clone(), None, after).err()? {
            Refused::NeedsPassword(_) => self.preview_to_sign(act),
            Refused::NeedsReason(what) if act.reason.is_none() => {
                let (then, draft) = after;
                let draft = draft.map(str::to_owned);
                self.dialogs.reason = Some(ReasonDialog::new(act.clone(), then.clone(), draft, what));
                return None;
            }
            other => Err(other),
        };
        to_read.map_err(|refusal| self.refused(refusal)).ok().flatten()
    }

    /// The content to sign, with the names of persons.
    fn preview_to_sign(&self, act: &Act) -> Result<Option<(Preview, BTreeMap<RecordId, String>)>, Refused> {
        let (Some(desk), Some(session)) = (&self.desk, &self.session) else { return Ok(None) };
        let preview = desk.file.preview(session, act.clone(), &self.stamp())?;
        Ok(Some((preview, desk.file.names()?)))
    }

    fn perform_now(
        &mut self,
        act: Act,
        password: Option<&Password>,
        (then, draft): (&Then, Option<&str>),
    ) -> Result<(), Refused> {
        let stamp = self.stamp();
        let reset = matches!(act.request, Request::ResetAccess { .. });
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return Ok(()) };
        let receipt = desk.file.perform(session, act, password, &stamp)?;
        if let Some(key) = draft {
            // A draft that could not be dropped is offered again and can be dropped there.
            let _ = desk.file.drop_draft(session, key);
        }
        self.done(&receipt, then, reset);
        Ok(())
    }

    /// Signs the content that was shown. If it has changed meanwhile, the new content is shown and the dialog stays open.
    pub(super) fn sign(&mut self, mut dialog: SignDialog, password: &Password) {
        let Err(refusal) = self.perform_now(dialog.act(), Some(password), dialog.after()) else { return };
        if !matches!(refusal, Refused::ChangedWhileReading) {
            dialog.refuse(&refusal);
            self.dialogs.signing = Some(dialog);
            return;
        }
        let act = Act { read: None, ..dialog.act() };
        match self.preview_to_sign(&act) {
            Ok(Some((preview, names))) if preview.asks.password.is_some() => {
                dialog.read_again(&preview, &names);
                self.dialogs.signing = Some(dialog);
            }
            // What nobody read is not performed.
            Ok(_) => self.problem(
                "The record changed while you were reading, and nothing is signed any more.",
                "Look at the record, and do it again.",
            ),
            Err(refusal) => self.refused(refusal),
        }
    }

    /// After a request was performed: goes to the next route and shows a message.
    pub(super) fn done(&mut self, receipt: &Receipt, then: &Then, reset: bool) {
        let stamp = self.stamp();
        if let Some(desk) = &mut self.desk {
            desk.refusal = None;
            let head = desk.file.head().clone();
            desk.cache.keep_up(&head, stamp.now.day());
            let left = desk.history.now().clone();
            let target = match then {
                Then::Stay => None,
                Then::ShowRecord => receipt.made.first().copied().or(receipt.record).map(Route::Record),
                Then::Go(route) => Some(route.clone()),
            };
            if let Some(route) = target {
                if left.is_form() {
                    desk.screens.forget(&left);
                    desk.history.replace(route);
                } else {
                    desk.history.go(route);
                }
            }
        }
        if let Some(code) = receipt.code.clone() {
            let words = if reset {
                "With this code the person sets a new password."
            } else {
                "With this code the person sets their first password."
            };
            self.dialogs.code = Some(ShownCode::new(
                "Hand over the one-time code",
                format!(
                    "{words} Hand it over in person or through a channel that only they can read. It is shown only once and is \
                     stored nowhere."
                ),
                code,
            ));
        } else {
            let what = receipt.record.map_or_else(String::new, |id| format!(" {id}"));
            self.notices.push(Notice::done(format!("Saved{what} as event {}.", receipt.seq)));
        }
    }

    /// Writes what a screen read from another file.
    fn write(&mut self, write: Write) {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        let written = write.perform(&mut desk.file, session, &stamp);
        let head = desk.file.head().clone();
        desk.cache.keep_up(&head, stamp.now.day());
        if let Some(words) = written {
            self.notices.push(Notice::done(words));
        }
    }

    /// Shows a refusal: a form shows it at its fields, everything else in the corner.
    pub(super) fn refused(&mut self, refusal: Refused) {
        let in_form = self.route().is_some_and(Route::is_form);
        if !in_form || refusal.is_failure() {
            self.problem(sentence(&refusal.to_string()), "Nothing was changed.");
        }
        if let Some(desk) = &mut self.desk {
            desk.refusal = Some(refusal);
        }
    }

    fn save_draft(&mut self, key: &str, body: &str) {
        let now = self.stamp().now;
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        if let Err(refusal) = desk.file.save_draft(session, key, body, now) {
            self.problem(
                format!("Your text could not be kept as a draft: {refusal}."),
                "Save it soon, or copy it elsewhere.",
            );
        }
    }

    fn drop_draft(&mut self, key: &str) {
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        if let Err(refusal) = desk.file.drop_draft(session, key) {
            self.problem(format!("The draft could not be dropped: {refusal}."), "");
        }
    }

    /// Executes the commands of keys, menu and palette.
    pub(super) fn run_commands(&mut self, ctx: &egui::Context) {
        for command in std::mem::take(&mut self.asked) {
            self.execute_app(command, ctx);
        }
    }

    fn execute_app(&mut self, command: AppCommand, ctx: &egui::Context) {
        if self.answer_in_audit(command) {
            return;
        }
        match command {
            AppCommand::Palette => self.finder.toggle_palette(),
            AppCommand::New => self.new_of_screen(),
            AppCommand::Edit => choose(ctx, EDIT),
            AppCommand::Open => self.with_path(dialogs::open_product(), |app, path| app.open_path(&path)),
            AppCommand::Portfolio => self.toggle_portfolio(),
            AppCommand::NewFile => self.leave(Leave::NewFile),
            AppCommand::Example => match self.setup.data_folder.clone() {
                Some(folder) => self.leave(Leave::Example(folder)),
                None => {
                    self.problem(
                        "There is no folder for the example product.",
                        "Set HOME and start the program again.",
                    );
                }
            },
            AppCommand::Save => self.say_saved(),
            AppCommand::Find => self.finder.wants_focus = !self.portfolio.find(),
            AppCommand::Packet => self.packet_of_screen(ctx),
            AppCommand::Back => self.back(),
            AppCommand::Forward => {
                if let Some(desk) = &mut self.desk {
                    desk.refusal = None;
                    desk.history.forward();
                }
            }
            AppCommand::Dashboard => self.go(Route::Dashboard),
            AppCommand::FirstDay => self.show_first_day(),
            AppCommand::Auditor => self.ask_for_auditor(),
            AppCommand::LeaveAuditor => self.leave_auditor(),
            AppCommand::Import => self.go(Route::Import),
            AppCommand::ReviewDocument => self.go(Route::Documents),
            AppCommand::Advisories => self.go(Route::Advisories),
            AppCommand::Undo => self.begin_undo(),
            AppCommand::CopyNumber | AppCommand::CopyTitle | AppCommand::CopyLink => {
                self.copy_of_record(command, ctx);
            }
            AppCommand::DueCalendar => self.save_due_calendar(),
            AppCommand::BackUp => self.back_up_to_choice(),
            AppCommand::Verify => self.verify(true),
            AppCommand::Heads => self.show_heads(),
            AppCommand::TimeStamp => self.request_time_stamp(),
            AppCommand::StampQuery => self.save_stamp_query(),
            AppCommand::StampReply => self.add_stamp_reply(),
            AppCommand::TakeOver => self.take_over(),
            AppCommand::AskToWrite => self.ask_to_write(),
            AppCommand::StopAsking => self.stop_asking(),
            AppCommand::LetOthersWrite => self.leave(Leave::LetOthersWrite),
            AppCommand::Invite => {
                self.go(Route::People);
                choose(ctx, text_of(AppCommand::Invite));
            }
            AppCommand::ChangePassword => self.begin_password_change(),
            AppCommand::Lock => self.leave(Leave::Lock),
            AppCommand::SignOut => self.leave(Leave::SignOut),
            AppCommand::CloseFile => self.leave(Leave::CloseFile),
            AppCommand::Settings => self.show_settings(Route::Settings),
            AppCommand::LightTheme => self.settings.choose_theme(ctx, ThemeChoice::Light),
            AppCommand::DarkTheme => self.settings.choose_theme(ctx, ThemeChoice::Dark),
            AppCommand::SystemTheme => self.settings.choose_theme(ctx, ThemeChoice::System),
            AppCommand::Shortcuts => self.show_settings(Route::Shortcuts),
            AppCommand::Help => self.help.toggle(ctx),
            AppCommand::Manual => self.manual_to_choice(),
            AppCommand::Qualify => self.qualification_to_choice(),
            AppCommand::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    /// Settings and shortcuts are pages of an open file; without a file they are drawn instead of the start screen.
    fn show_settings(&mut self, route: Route) {
        if self.session.is_some() {
            self.go(route);
        } else {
            self.dialogs.over = if self.dialogs.over.as_ref() == Some(&route) { None } else { Some(route) };
        }
    }

    fn say_saved(&mut self) {
        let words = if self.route().is_some_and(Route::is_form) {
            "Your text is kept as a draft. Ctrl+Enter saves the form as a record."
        } else {
            "Already saved. Every change is saved at once."
        };
        self.notices.push(Notice::info(words));
    }

    fn new_of_screen(&mut self) {
        let kind = match self.route() {
            Some(Route::List(kind) | Route::New(kind) | Route::NewFrom(kind, _)) => Some(*kind),
            Some(Route::Record(id) | Route::Edit(id, _)) => Some(id.kind),
            Some(_) | None => None,
        };
        match kind.filter(|kind| !kind.def().create_by.is_empty()) {
            Some(kind) => self.go(Route::New(kind)),
            None => self.go(Route::New(Kind::Feedback)),
        }
    }

    /// Prints the list on screen, or makes a packet of what is on another screen.
    fn packet_of_screen(&mut self, ctx: &egui::Context) {
        if matches!(self.route(), Some(Route::List(_))) {
            return choose(ctx, PRINT);
        }
        let record: Option<RecordId> = match self.route() {
            Some(Route::Record(id) | Route::Edit(id, _))
                if crate::ui::screens::packets::has_packet(id.kind) =>
            {
                Some(*id)
            }
            Some(_) | None => None,
        };
        self.go(Route::Packets(record));
    }

    fn begin_password_change(&mut self) {
        let (Some(desk), Some(session)) = (&self.desk, &self.session) else { return };
        let least = desk.file.least_strength().unwrap_or(STRONGEST);
        self.dialogs.password = Some(PasswordChange::new([session.name(), session.login()], least));
    }

    /// Changes the password of the signed-in person.
    pub(super) fn change_password(&mut self, change: &PasswordChange) -> Result<(), Refused> {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &mut self.session) else { return Ok(()) };
        let (old, new) = change.passwords();
        desk.file.change_password(session, &old, &new, &stamp)
    }

    /// Passes the desk and a screen's context to `work`; returns its result and its commands. `None` without a session.
    pub(super) fn with_cx<T>(
        &mut self,
        work: impl FnOnce(&mut DeskView<'_>, &mut Cx<'_>) -> T,
    ) -> Option<(T, Vec<Command>)> {
        let stamp = self.stamp();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return None };
        let mut commands: Vec<Command> = Vec::new();
        let mut at = DeskView {
            screens: &mut desk.screens,
            now: desk.history.now(),
            settings: &mut self.settings.values,
        };
        let mut cx = Cx {
            file: &desk.file,
            session,
            stamp: &stamp,
            cache: &mut desk.cache,
            commands: &mut commands,
            refusal: desk.refusal.as_ref(),
        };
        let done = work(&mut at, &mut cx);
        Some((done, commands))
    }

    /// Lets the forms that were left in this frame keep their text as drafts.
    pub(super) fn leave_forms(&mut self) {
        let asked = self.with_cx(|at, cx| at.screens.leave(at.now, cx));
        for command in asked.map(|((), commands)| commands).unwrap_or_default() {
            self.execute(command);
        }
    }

    /// Lets the form on screen keep its text as a draft before the session ends.
    pub(super) fn leave_all(&mut self) {
        let asked = self.with_cx(|at, cx| at.screens.leave_all(cx));
        for command in asked.map(|((), commands)| commands).unwrap_or_default() {
            if matches!(command, Command::SaveDraft(..)) {
                self.execute(command);
            }
        }
    }
}
