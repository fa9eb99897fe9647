//! The recent files with what is overdue in each. A file may be on a slow disk, so each is looked at by a job of its own.
//!
//! Belongs here: looking, and the rows. Does not belong here: which files are recent (`settings`).

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{Context, Label, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::WelcomeRequest;
use crate::domain::time::Moment;
use crate::domain::workflow::Tone as StateTone;
use crate::ops::jobs::Job;
use crate::ops::{Opened, ProductFile, Stamp};
use crate::ui::theme::{Tone, body, palette, size, space};
use crate::ui::widgets::icons::paint_tone;
use crate::ui::widgets::link::link_ui;

/// Most recent files whose records are looked at. Of the others it is only looked whether they are there.
const LOOKED_INTO: usize = 6;
/// Height of a row, in points.
const ROW: f32 = 48.0;
/// Width that is kept free for the link that takes a row from the list.
const LINK: f32 = 132.0;
/// What is shown of a file that was not looked at yet.
const LOOKING: &str = "Looking…";

/// What a look at a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    words: String,
    tone: Tone,
    /// Whether it is of no use in the list: it is gone, or it cannot be opened.
    useless: bool,
}

impl Found {
    const fn new(words: String, tone: Tone, useless: bool) -> Self {
        Self { words, tone, useless }
    }
}

struct Recent {
    path: PathBuf,
    job: Option<Job<Found>>,
    found: Option<Found>,
}

/// The recent files.
#[derive(Default)]
pub(super) struct Recents {
    rows: Vec<Recent>,
}

impl Recents {
    /// Looks at these files. A look that still runs is not started again: its disk is slow.
    pub fn look(&mut self, ctx: &Context, paths: &[PathBuf], stamp: &Stamp) {
        let mut former = std::mem::take(&mut self.rows);
        for (index, path) in paths.iter().enumerate() {
            let still = former.iter().position(|row| row.path == *path && row.job.is_some());
            let anew = || {
                let (ctx, at, now) = (ctx.clone(), path.clone(), stamp.now);
                let wake = move || ctx.request_repaint();
                let work = move |_: &crate::ops::jobs::Progress| Ok(look(&at, index < LOOKED_INTO, now));
                let job = Job::start("Looking at a recent file", wake, work).ok();
                Recent { path: path.clone(), job, found: None }
            };
            let row = still.map_or_else(anew, |at| former.swap_remove(at));
            self.rows.push(row);
        }
    }

    /// Draws the rows.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<WelcomeRequest> {
        let mut asked = None;
        if self.rows.is_empty() {
            let words = "None yet. A product file can also be dropped on this window.";
            ui.add(Label::new(body(words).color(palette(ui).weak)).wrap());
        }
        for row in &mut self.rows {
            if let Some(outcome) = row.job.as_ref().and_then(Job::poll) {
                row.job = None;
                row.found = outcome.ok();
            }
            let pressed = ui.push_id(&row.path, |ui| row_ui(ui, row)).inner;
            asked = pressed.or(asked);
        }
        if let Some(WelcomeRequest::Forget(path)) = &asked {
            self.rows.retain(|row| row.path != *path);
        }
        asked
    }
}

/// Looks at a file: how much is overdue, or why it cannot be opened.
fn look(path: &Path, into: bool, now: Moment) -> Found {
    if matches!(path.try_exists(), Ok(false)) {
        return Found::new("Not there any more".to_owned(), Tone::Late, true);
    }
    if !into {
        return Found::new(String::new(), Tone::Neutral, false);
    }
    match ProductFile::open_to_read(path) {
        Ok(Opened::Open(file)) => file.attention(now).map_or_else(
            |_| Found::new("Cannot be read".to_owned(), Tone::Late, true),
            |attention| {
                let late = attention.now.iter().filter(|item| item.tone == StateTone::Late).count();
                match (late, attention.now.len()) {
                    (0, 0) => Found::new("Nothing needs attention".to_owned(), Tone::Good, false),
                    (0, due) => Found::new(format!("{due} due"), Tone::Due, false),
                    (late, _) => Found::new(format!("{late} overdue"), Tone::Late, false),
                }
            },
        ),
        Ok(Opened::Not(found)) => Found::new(crate::ui::app::found_words(path, &found).0, Tone::Late, false),
        Err(_) => Found::new("Cannot be read".to_owned(), Tone::Late, true),
    }
}

fn row_ui(ui: &mut Ui, row: &Recent) -> Option<WelcomeRequest> {
    let useless = row.found.as_ref().is_some_and(|found| found.useless);
    let (words, tone) = match (&row.found, &row.job) {
        (Some(found), _) => (found.words.as_str(), found.tone),
        (None, Some(_)) => (LOOKING, Tone::Neutral),
        (None, None) => ("", Tone::Neutral),
    };
    let room = ui.available_width() - if useless { LINK } else { 0.0 };
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        if open_ui(ui, &row.path, (words, tone), room).clicked() {
            asked = Some(WelcomeRequest::Open(row.path.clone()));
        }
        if useless {
            ui.add_space(space::S);
            let link = link_ui(ui, "Take from the list");
            let name = name_of(&row.path);
            ui.ctx().accesskit_node_builder(link.id, |node| {
                node.set_label(format!("Take {name} from the list"));
            });
            if link.on_hover_text("The file itself is left as it is").clicked() {
                asked = Some(WelcomeRequest::Forget(row.path.clone()));
            }
        }
    });
    asked
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// One file: its name and folder, and at the right what was found.
fn open_ui(ui: &mut Ui, path: &Path, (words, tone): (&str, Tone), width: f32) -> egui::Response {
    let name = name_of(path);
    let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
    let said = if words.is_empty() { name.clone() } else { format!("{name}, {words}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    if ui.is_rect_visible(rect) {
        let palette = palette(ui);
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 6.0, palette.hover);
        }
        let inner = rect.shrink2(vec2(space::S, space::XS));
        let colour = palette.tone(tone).text;
        let font = egui::FontId::proportional(size::SMALL);
        let cut = |text: &str, font: egui::FontId, colour, room: f32| {
            let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(10.0));
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let state = cut(words, font.clone(), colour, inner.width() * 0.6);
        let room = inner.width() - state.size().x - space::XL;
        let at = pos2(inner.right() - state.size().x, inner.center().y - state.size().y / 2.0);
        if !words.is_empty() && words != LOOKING {
            let mark = Rect::from_center_size(pos2(at.x - 10.0, inner.center().y), vec2(12.0, 12.0));
            paint_tone(ui.painter(), mark, tone, colour);
        }
        ui.painter().galley(at, state, colour);
        let line = |text: &str, font: egui::FontId, colour, top: f32| {
            ui.painter().galley(pos2(inner.left(), top), cut(text, font, colour, room), colour);
        };
        line(&name, egui::FontId::proportional(size::BODY), palette.text, inner.top() + 1.0);
        line(&folder, font, palette.weak, inner.top() + 21.0);
    }
    response.on_hover_text(format!("{}\n{words}", path.display()).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;
    use crate::ops::{Password, Request, stamp};
    use crate::ui::sample::{PASSWORD, new_pump};

    #[test]
    fn a_look_says_what_is_overdue_what_is_gone_and_what_is_no_product_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, stamp) = (folder.path().join("pump.mainstay"), stamp());
        let password = Password::new(PASSWORD);
        let (mut file, ana, _) = ProductFile::create(&path, &new_pump(), &password, &stamp).unwrap();
        let later = stamp.now.plus_seconds(86_400 * 800);
        assert_eq!(look(&path, true, later).words, "Nothing needs attention");
        let mut set = crate::domain::record::Fields::new();
        set.insert("title".into(), "Alarm is late".into());
        let entered = Request::Create { kind: Kind::Feedback, parent: None, set };
        file.perform(&ana, entered.into(), None, &stamp).unwrap();
        assert_eq!(look(&path, true, later).words, "1 overdue");
        assert_eq!(look(&path, false, later), Found::new(String::new(), Tone::Neutral, false));
        for into in [true, false] {
            assert!(look(&folder.path().join("gone.mainstay"), into, later).useless);
        }
        std::fs::write(folder.path().join("notes"), "Dear diary").unwrap();
        assert!(look(&folder.path().join("notes"), true, later).words.contains("not a product file"));
    }
}
