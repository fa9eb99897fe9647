//! The checklist of the first day: what there is to do, why, whether it is done, and the way to the place that does it.
//!
//! Belongs here: its words and where each step leads. Does not belong here: whether a step is done (`ops`).

use eframe::egui;
use egui::{Label, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::plan_being_written;
use crate::domain::ids::Kind;
use crate::domain::product::Product;
use crate::domain::requests::PRODUCT;
use crate::ops::{FirstDay, FirstDayRow, FirstStep};
use crate::ui::cx::{Command, Cx, Route};
use crate::ui::shortcuts::AppCommand;
use crate::ui::theme::{Tone, body, bold, hint, palette, size, space, text_width};
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::icons::{SHAPE, paint_tone};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::reach::{Near, reach};

/// The words of a step.
struct Words {
    /// What is to be done.
    what: &'static str,
    /// Why, with the clause.
    why: &'static str,
    clause: &'static str,
    /// The button that leads there.
    go: &'static str,
}

fn words(step: FirstStep) -> Words {
    let of = |what, why, clause, go| Words { what, why, clause, go };
    match step {
        FirstStep::Product => of(
            "Describe the product",
            "Its class decides which rules apply, its markets which authorities are asked about.",
            "IEC 62304 4.3",
            "Describe the product",
        ),
        FirstStep::SecondPerson => of(
            "Let a second person in",
            "Nobody approves own work. Invite a colleague, hand over the code, and confirm who they are.",
            "ISO 13485 4.1, 21 CFR 11.100",
            "Invite a colleague",
        ),
        FirstStep::Plan => of(
            "Put the maintenance plan in force",
            "The plan gives every limit, interval and required signature. Until then every date is provisional, and nothing is released.",
            "IEC 62304 6.1",
            "Open the maintenance plan",
        ),
        FirstStep::Feedback => of(
            "Enter the first feedback",
            "Complaints, service reports and published anomalies all begin as feedback.",
            "IEC 62304 6.2.1",
            "New feedback",
        ),
        FirstStep::Soup => of(
            "Register the SOUP",
            "What you did not develop yourselves has to be known by name and version before it can be watched.",
            "IEC 62304 8.1.2, 6.1 f",
            "Open the list of SOUP",
        ),
        FirstStep::Backup => of(
            "Make a first backup",
            "Records have to survive the disk. The program backs up by itself on this workstation; keep one copy elsewhere.",
            "21 CFR 11.10(c)",
            "Back up now…",
        ),
        FirstStep::Packet => of(
            "Make the first packet",
            "What an auditor gets: records, signatures and history on paper, which anybody can check.",
            "IEC 62304 8.2.4",
            "Make a packet",
        ),
    }
}

/// Draws the checklist.
pub(super) fn first_day_ui(ui: &mut Ui, cx: &mut Cx<'_>, day: &FirstDay) {
    let frame = egui::Frame::new()
        .fill(palette(ui).surface)
        .corner_radius(8)
        .inner_margin(egui::Margin::symmetric(16, 12));
    let mut away = false;
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            title_ui(ui, "First day checklist");
            ui.label(hint(ui, format!("{} of {} done", day.count_done(), day.rows.len())));
        });
        if day.is_done() {
            let words = "All of it is done: this file can prove what it says. From now on the dashboard shows what is due.";
            ui.add(Label::new(body(words)).wrap());
            away = away_ui(ui, "Close the checklist");
            return;
        }
        ui.set_max_width(text_width(ui).min(ui.available_width()));
        for row in &day.rows {
            ui.push_id(row.step as u8, |ui| row_ui(ui, cx, row, day.next() == Some(row.step)));
        }
        // At the end, so that it is not what Tab comes to first.
        ui.add_space(space::S);
        away = away_ui(ui, "Put it away");
    });
    if away {
        cx.put_first_day_away();
    }
    ui.add_space(space::L);
}

fn away_ui(ui: &mut Ui, word: &str) -> bool {
    link_ui(ui, word)
        .on_hover_text("It comes back with “First day checklist” in the menu of your name")
        .clicked()
}

/// One step. Of one that is done only the name is left; the next one is said in full.
fn row_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &FirstDayRow, next: bool) {
    let Words { what, why, clause, go } = words(row.step);
    // Nobody has to be invited who is there already.
    let go = if row.waits_for_person { "Open the list of people" } else { go };
    ui.add_space(if next { space::S } else { space::XS });
    ui.horizontal_top(|ui| {
        let tone = if row.done {
            Tone::Good
        } else if next {
            Tone::Due
        } else {
            Tone::Neutral
        };
        let (place, shape) = ui.allocate_exact_size(vec2(SHAPE, 20.0), Sense::hover());
        let said = format!("{what}, {}", if row.done { "is done" } else { "not done yet" });
        shape.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
        paint_tone(ui.painter(), place, tone, palette(ui).tone(tone).text);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().interact_size.y = size::BODY_LINE;
                let text = if next { bold(what) } else { body(what) };
                ui.label(if row.done { text.color(palette(ui).weak) } else { text });
                ui.label(hint(ui, row.state.as_str()));
                if !row.done && !next && link_ui(ui, go).clicked() {
                    go_to(cx, row);
                }
            });
            if next {
                ui.add(Label::new(body(format!("{why} {clause}")).color(palette(ui).weak)).wrap());
                ui.add_space(space::XS);
                next_ui(ui, cx, row, go);
                ui.add_space(space::XS);
            }
        });
    });
    // The palette has a command for the others already.
    let offered = !matches!(row.step, FirstStep::Feedback | FirstStep::Backup);
    if !row.done && offered && reach(ui, if next { Near::Step } else { Near::Place }, go, why) {
        go_to(cx, row);
    }
}

/// The buttons of the step that comes next.
fn next_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &FirstDayRow, go: &str) {
    ui.horizontal_wrapped(|ui| {
        if primary_ui(ui, go).clicked() {
            go_to(cx, row);
        }
        match row.step {
            FirstStep::Plan => {
                if link_ui(ui, "Begin it from a document that you have").clicked() {
                    cx.go(Route::Documents);
                }
            }
            FirstStep::Feedback => {
                if link_ui(ui, "Import feedback…").clicked() {
                    cx.go(Route::Import);
                }
            }
            FirstStep::Product
            | FirstStep::SecondPerson
            | FirstStep::Soup
            | FirstStep::Backup
            | FirstStep::Packet => {}
        }
    });
}

/// Goes to the place where a step is done.
fn go_to(cx: &mut Cx<'_>, row: &FirstDayRow) {
    let route = match row.step {
        FirstStep::Product => {
            let product = cx.file.record(PRODUCT).ok().and_then(|data| data.typed::<Product>());
            if cx.may_edit(Kind::Product) {
                Route::Edit(PRODUCT, Some(FirstStep::missing_field(&product.unwrap_or_default())))
            } else {
                Route::Record(PRODUCT)
            }
        }
        FirstStep::SecondPerson if row.waits_for_person => Route::People,
        FirstStep::SecondPerson => return cx.ask(Command::Do(AppCommand::Invite)),
        FirstStep::Plan => plan_being_written(cx),
        FirstStep::Feedback => Route::New(Kind::Feedback),
        FirstStep::Soup => Route::List(Kind::SoupItem),
        FirstStep::Backup => return cx.ask(Command::BackUp),
        FirstStep::Packet => Route::Packets(None),
    };
    cx.go(route);
}
