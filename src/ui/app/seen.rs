//! What this workstation saw of the open file: the comparison at opening, the banner where the file lacks an event that was seen,
//! the dialog by which an administrator continues from a restored copy, and the dialog in which heads are entered and forgotten.
//!
//! Belongs here: showing and asking. Does not belong here: comparing (`ops::workstation`), or the rules of the act (`domain`).

use eframe::egui;
use egui::{Context, Label, Panel, Ui};

use super::{App, Integrity};
use crate::domain::person::Role;
use crate::domain::text::sentence;
use crate::domain::time::Moment;
use crate::ops::disbelieved;
use crate::ops::workstation::{self, Memory, Seen};
use crate::ops::{Act, Continuation, EventHead, Loss, Refused, Request};
use crate::ui::cx::Then;
use crate::ui::screens::record::page::short_digest;
use crate::ui::sign::numbers;
use crate::ui::theme::{body, hint, palette, space};
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::{TextArea, TextLine};

/// A continuation that is being prepared.
pub struct Continuing {
    loss: Loss,
    skip: String,
    reason: String,
    /// Whether signing was tried although something is missing.
    tried: bool,
}

/// The dialog of heads.
#[derive(Default)]
pub struct HeadsDialog {
    typed: String,
    /// What entering or forgetting came to.
    said: Option<Notice>,
    /// Whether comparing was tried with a text that is no head.
    tried: bool,
}

/// What was pressed in the dialog of heads.
enum HeadsRequest {
    Forget,
    Continue,
}

/// What to do about a file that lacks an event that was seen.
const REMEDY: &str = "Nothing is written to it. Open the right file; or, if this is a restored copy and the later events are lost, \
                      let an administrator continue from it.";

/// What to do about a clock that is behind.
const CLOCK: &str = "Correct the clock, then let somebody else acknowledge it under Audit trail. Until then each entry needs a \
                     reason, and nothing is signed.";

/// Draws a banner below the top bar.
pub(super) fn banner_panel<T>(id: &str, ui: &mut Ui, banner: impl FnOnce(&mut Ui) -> T) {
    let frame = egui::Frame::new().fill(palette(ui).canvas).inner_margin(egui::Margin::symmetric(12, 8));
    Panel::top(id).frame(frame).show(ui, banner);
}

/// A banner where the clock of the machine cannot be right: nobody signs in by it.
pub(super) fn century_ui(ui: &mut Ui, now: Moment) {
    let Some(words) = disbelieved(now) else { return };
    banner_ui(ui, &Notice::problem(sentence(&words), ""), false);
    ui.add_space(space::M);
}

/// A span of time in its two largest units.
fn span(seconds: u64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds;
    let counted = units.iter().map(|(length, word)| {
        let count = rest / length;
        rest %= length;
        (count, *word)
    });
    let words = counted.filter(|(count, _)| *count > 0).take(2).map(|(count, word)| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {word}{plural}")
    });
    words.collect::<Vec<_>>().join(" and ")
}

impl App {
    /// Compares the open file with what this workstation saw of it, and remembers its last event.
    pub(super) fn compare_with_seen(&mut self) {
        let Some(folder) = self.setup.data_folder.clone() else { return };
        let Some(desk) = &mut self.desk else { return };
        let was_behind = desk.file.behind().is_some();
        // What cannot be compared or remembered now is compared after the next event.
        let now = (self.setup.clock)().now;
        let seen = match workstation::remember(&folder, &mut desk.file, now) {
            Ok(seen) => seen,
            Err(refusal) => return self.cannot_remember(&refusal),
        };
        if was_behind && desk.file.behind().is_none() {
            // What the last verification said of the lost event is over.
            desk.integrity = Integrity::Unknown;
            self.schedule.verify_wanted = true;
        }
        if seen == Seen::Unreadable {
            self.problem(
                "What this workstation saw of the file is damaged and could not be compared.",
                "Compare the file with the head of a packet: “Events seen of this file…” in the menu.",
            );
        }
        if let Seen::Continued { seen, by } = seen {
            self.notices.push(Notice::info(format!(
                "The file lacks event {}, which this workstation saw. Its event {by} continues it from a restored copy without \
                 that event.",
                seen.seq
            )));
        }
    }

    /// Says once that this workstation remembers nothing. Work goes on without it.
    pub(super) fn cannot_remember(&mut self, refusal: &Refused) {
        if !std::mem::replace(&mut self.forgetful, true) {
            let words = refusal.to_string();
            self.problem(
                format!("This workstation cannot remember what it saw of the file: {}.", words.trim_end_matches('.')),
                "Work goes on, but an older copy in its place would not be noticed here. Make the folder writable.",
            );
        }
    }

    /// The banner of a clock that is behind what the file and this workstation know.
    pub(super) fn clock_ui(&self, ui: &mut Ui) {
        let Some(desk) = self.desk.as_ref().filter(|_| self.session.is_some()) else { return };
        let Ok(Some(seconds)) = desk.file.clock_behind((self.setup.clock)().now) else { return };
        let words = format!("The clock of this machine is {} behind what was seen before.", span(seconds));
        banner_panel("clock", ui, |ui| banner_ui(ui, &Notice::problem(words, CLOCK), false));
    }

    /// The banner of a file that lacks an event that was seen.
    pub(super) fn behind_ui(&mut self, ui: &mut Ui) {
        let Some(behind) = self.desk.as_ref().and_then(|desk| desk.file.behind()) else { return };
        let words = format!("The file lacks what was seen of it: {behind}.");
        let may = self.session.as_ref().is_some_and(|session| session.roles().contains(&Role::SysAdmin));
        let mut pressed = false;
        banner_panel("behind", ui, |ui| {
            banner_ui(ui, &Notice::problem(words, REMEDY), false);
            if may {
                ui.add_space(space::XS);
                pressed = primary_ui(ui, "Continue from this copy…").clicked();
            }
        });
        if pressed {
            self.begin_continuing(Loss::Seen);
        }
    }

    fn begin_continuing(&mut self, loss: Loss) {
        let Some(desk) = &self.desk else { return };
        let skip = desk.file.usual_skip(&loss).to_string();
        self.dialogs.continuing = Some(Continuing { loss, skip, reason: String::new(), tried: false });
    }

    /// Draws the dialog by which an administrator continues from a restored copy. The signature follows.
    pub(super) fn draw_continuing(&mut self, ctx: &Context) {
        let (Some(asked), Some(desk)) = (&mut self.dialogs.continuing, &self.desk) else { return };
        let said =
            asked.skip.trim().parse().map_err(|_| "Write a whole number".to_owned()).and_then(|skip| {
                desk.file.continuation(&asked.loss, skip).map_err(|refusal| sentence(&refusal.to_string()))
            });
        let mut missing: Vec<String> = said.as_ref().err().cloned().into_iter().collect();
        if asked.reason.trim().is_empty() {
            missing.push("The reason is missing".to_owned());
        }
        let ends = desk.file.head().seq;
        let dialog =
            Dialog::new("continue", "Continue from this copy", "Sign…").missing(&missing).width(620.0);
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(explained(&asked.loss, ends, said.as_ref().ok()))).wrap());
            ui.add_space(space::S);
            Field::new("Numbers to skip")
                .help(
                    "How many numbers of each kind are left out beyond those that this workstation saw. Choose a large number if \
                     others may have worked in the file later.",
                    "",
                )
                .violation(said.as_ref().err().map(String::as_str))
                .show(ui, |ui| ui.add(TextLine::new(&mut asked.skip).limit(7).width(120.0)));
            if let Ok(said) = &said {
                ui.add(Label::new(hint(ui, format!("Next numbers: {}", numbers(said)))).wrap());
            }
            ui.add_space(space::S);
            Field::new("Reason")
                .required("required")
                .help("What happened to the file, and which copy was restored", "21 CFR 11.10(e)")
                .violation((asked.tried && asked.reason.trim().is_empty()).then_some("The reason is missing"))
                .show(ui, |ui| ui.add(TextArea::new(&mut asked.reason).rows(2, 6)));
        });
        match (outcome, said) {
            (Outcome::Open, _) | (Outcome::Confirmed, Err(_)) => {}
            (Outcome::Refused, _) => asked.tried = true,
            (Outcome::Cancelled, _) => self.dialogs.continuing = None,
            (Outcome::Confirmed, Ok(said)) => {
                let act = Act::from(Request::Continue(said)).because(asked.reason.trim());
                self.dialogs.continuing = None;
                self.perform(act, Then::Stay, None);
            }
        }
    }

    /// Draws the dialog in which heads are entered and forgotten.
    pub(super) fn draw_heads(&mut self, ctx: &Context) {
        let (Some(asked), Some(desk), Some(folder)) =
            (&mut self.dialogs.heads, &mut self.desk, &self.setup.data_folder)
        else {
            return;
        };
        let memory = Memory::of(folder, &desk.uuid);
        let typed = EventHead::parse(&asked.typed);
        let missing: Vec<String> = typed.as_ref().err().map(|words| sentence(words)).into_iter().collect();
        let may_continue = desk.file.why_read_only().is_none()
            && self.session.as_ref().is_some_and(|session| session.roles().contains(&Role::SysAdmin));
        let mut pressed = None;
        let dialog = Dialog::new("heads", "Events seen of this file", "Compare and remember")
            .cancel("Close")
            .missing(&missing)
            .width(620.0);
        let outcome = dialog.show(ctx, |ui| pressed = asked.ui(ui, memory.as_ref(), may_continue));
        match (outcome, typed) {
            (Outcome::Open, _) | (Outcome::Confirmed, Err(_)) => {}
            (Outcome::Refused, _) => asked.tried = true,
            (Outcome::Cancelled, _) => self.dialogs.heads = None,
            (Outcome::Confirmed, Ok(head)) => {
                let seq = head.seq;
                asked.tried = false;
                asked.said = Some(match workstation::enter(folder, &mut desk.file, &head) {
                    Ok(true) => Notice::done(format!("The file contains event {seq}.")),
                    Ok(false) => Notice::problem(
                        format!("The file does not contain event {seq}. The head is remembered."),
                        "This is another file or an older copy, or the head was mistyped. If it was, forget it.",
                    ),
                    Err(refusal) => Notice::problem(sentence(&refusal.to_string()), ""),
                });
            }
        }
        match pressed {
            None => {}
            Some(HeadsRequest::Forget) => self.forget_seen(),
            Some(HeadsRequest::Continue) => {
                self.dialogs.heads = None;
                self.begin_continuing(Loss::Unknown);
            }
        }
    }

    /// Opens the dialog of heads.
    pub(super) fn show_heads(&mut self) {
        if self.setup.data_folder.is_none() {
            return self.problem(
                "There is no folder in which events could be remembered.",
                "Set HOME and start the program again.",
            );
        }
        self.dialogs.heads = Some(HeadsDialog::default());
    }

    fn forget_seen(&mut self) {
        let (Some(desk), Some(folder)) = (&self.desk, &self.setup.data_folder) else { return };
        let said = match workstation::forget(folder, &desk.uuid) {
            Ok(_) => Notice::done("What was seen before was forgotten. The file counts as it is now."),
            Err(refusal) => Notice::problem(sentence(&refusal.to_string()), ""),
        };
        self.compare_with_seen();
        if let Some(dialog) = &mut self.dialogs.heads {
            *dialog = HeadsDialog { said: Some(said), ..HeadsDialog::default() };
        }
    }
}

impl HeadsDialog {
    fn ui(&mut self, ui: &mut Ui, memory: Option<&Memory>, may_continue: bool) -> Option<HeadsRequest> {
        let mut pressed = None;
        ui.spacing_mut().item_spacing.y = space::S;
        match memory {
            None => {
                ui.label(body("This workstation remembers nothing of the file."));
            }
            Some(memory) => {
                head_ui(ui, "Last event seen", &memory.head);
                for left in &memory.left {
                    head_ui(ui, "Left behind", left);
                }
            }
        }
        let wrong = EventHead::parse(&self.typed).err().filter(|_| self.tried).map(|words| sentence(&words));
        Field::new("Head of a packet")
            .help("Every packet prints number and digest of the last event in its footer", "")
            .violation(wrong.as_deref())
            .show(ui, |ui| ui.add(TextLine::new(&mut self.typed).hint("324:04495135c324cd7f").limit(100)));
        if let Some(said) = &self.said {
            banner_ui(ui, said, false);
        }
        ui.horizontal(|ui| {
            if memory.is_some() && ui.button("Forget what was seen").clicked() {
                pressed = Some(HeadsRequest::Forget);
            }
            if may_continue && ui.button("This is a restored copy…").clicked() {
                pressed = Some(HeadsRequest::Continue);
            }
        });
        pressed
    }
}

fn head_ui(ui: &mut Ui, what: &str, head: &EventHead) {
    let words = format!("{what}: event {}, SHA-256 {}", head.seq, short_digest(&head.digest));
    ui.label(body(words)).on_hover_text(&head.digest);
}

/// What continuing means for this copy.
fn explained(loss: &Loss, ends: u64, said: Option<&Continuation>) -> String {
    let lost = said.and_then(|said| said.lost.as_ref()).map_or_else(
        || "It is not known which events came after it.".to_owned(),
        |lost| format!("Event {} of the file was seen and is not in it.", lost.seq),
    );
    let used = match loss {
        Loss::Seen | Loss::Head(_) => "Numbers of records that were seen are not used a second time.",
        Loss::Unknown => "Numbers of records that may have been used are skipped.",
    };
    format!(
        "This copy ends at event {ends}. {lost} Work goes on from here without the lost events. {used} You sign this."
    )
}
