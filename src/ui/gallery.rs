//! All widgets on one screen, for tests and for visual checks.
//!
//! `MAINSTAY_GALLERY=some/folder cargo test gallery` also writes the screens as pictures, light and dark.

use std::path::PathBuf;

use chrono::{FixedOffset, NaiveDate};
use eframe::egui;
use egui::{Frame, Margin, ScrollArea, Theme, Ui, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};

use super::{
    theme::{self, Tone, space},
    widgets::{
        badge::{badge_ui, count_badge_ui},
        button::{danger_ui, guarded_ui, primary_ui},
        choice::{Choice, choice_ui, choices_ui, yes_no_ui},
        date_field::{DateKind, date_field_ui},
        empty::{Empty, empty_ui},
        field::Field,
        lines::lines_ui,
        link::link_ui,
        modal::Dialog,
        moment_field::{MomentText, moment_field_ui},
        notice::{Notice, Notices, banner_ui, rule_ui},
        palette::{CommandPalette, Entry},
        plots::{Bars, Series, bars_ui},
        table::{Cell, Column, Sort, Table, TableState, Width},
        text::{TextArea, TextLine, password_ui},
        trace::{Step, StepState, trace_ui},
    },
};

struct Gallery {
    title: String,
    description: String,
    password: String,
    severity: Option<String>,
    markets: Vec<String>,
    safety: Option<bool>,
    due: String,
    late: String,
    aware: MomentText,
    steps: Vec<String>,
    table: TableState,
    notices: Notices,
    palette: CommandPalette,
    dialog: bool,
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn now() -> chrono::DateTime<chrono::Utc> {
    today().and_time(chrono::NaiveTime::MIN).and_utc()
}

fn today() -> NaiveDate {
    day(2026, 11, 10)
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            title: "Occlusion alarm is delayed at rates below 0.5 ml/h".to_owned(),
            description:
                "Reported by the intensive care unit on two pumps.\nThe alarm sounded after 94 s; the \
                          instructions for use promise 60 s."
                    .to_owned(),
            password: "correct horse".to_owned(),
            severity: Some("serious".to_owned()),
            markets: vec!["eu".to_owned()],
            safety: Some(true),
            due: "2026-11-22".to_owned(),
            late: "2026-11-07".to_owned(),
            aware: MomentText { text: "2026-11-03 14:05".to_owned(), ..MomentText::default() },
            steps: vec!["Set the rate to 0.3 ml/h".to_owned(), "Clamp the line".to_owned()],
            table: TableState::new(Some(Sort { column: 3, ascending: true }), Vec::new()),
            notices: Notices::default(),
            palette: CommandPalette::default(),
            dialog: false,
        }
    }
}

const SEVERITIES: [Choice<'static>; 3] = [
    Choice { code: "none", word: "None", meaning: "No effect on the patient or the user" },
    Choice { code: "minor", word: "Minor", meaning: "Discomfort that passes" },
    Choice { code: "serious", word: "Serious", meaning: "Injury that needs treatment is possible" },
];

const MARKETS: [Choice<'static>; 3] = [
    Choice { code: "eu", word: "European Union", meaning: "" },
    Choice { code: "us", word: "United States", meaning: "" },
    Choice { code: "ch", word: "Switzerland", meaning: "" },
];

impl Gallery {
    fn form(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::M;
        ui.heading("Problem report");
        Field::new("Title").required("required").show(ui, |ui| ui.add(TextLine::new(&mut self.title)));
        Field::new("Description")
            .help("What was seen, where, and with which version", "IEC 62304, 6.2.1.2")
            .show(ui, |ui| ui.add(TextArea::new(&mut self.description)));
        Field::new("Severity")
            .required("required from analysed")
            .show(ui, |ui| choice_ui(ui, &mut self.severity, &SEVERITIES, true));
        Field::new("Markets").show(ui, |ui| choices_ui(ui, &mut self.markets, &MARKETS));
        Field::new("Safety related").show(ui, |ui| yes_no_ui(ui, &mut self.safety));
        Field::new("Due").show(ui, |ui| date_field_ui(ui, &mut self.due, today(), DateKind::Due));
        Field::new("Answer promised")
            .violation(Some("The answer was promised for a day that has passed"))
            .show(ui, |ui| date_field_ui(ui, &mut self.late, today(), DateKind::Due));
        let zone = FixedOffset::east_opt(3600).expect("one hour is an offset");
        Field::new("Became aware at").show(ui, |ui| moment_field_ui(ui, &mut self.aware, now(), &zone));
        Field::new("Steps to see it").show(ui, |ui| lines_ui(ui, &mut self.steps, "step"));
        Field::new("Password").show(ui, |ui| password_ui(ui, &mut self.password));
        ui.horizontal_wrapped(|ui| {
            primary_ui(ui, "Save");
            let _ = ui.button("Discard draft");
            danger_ui(ui, "Void…");
            guarded_ui(ui, "Submit for approval…", &["Severity is missing".to_owned()]);
            ui.add_enabled(false, egui::Button::new("Disabled"));
        });
    }

    fn record(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::M;
        ui.horizontal_wrapped(|ui| {
            for (tone, word) in
                Tone::ALL.into_iter().zip(["Draft", "Approved", "Due in 12 days", "3 days overdue"])
            {
                badge_ui(ui, tone, word);
            }
            count_badge_ui(ui, 3, "need attention", Tone::Late);
            count_badge_ui(ui, 14, "open", Tone::Neutral);
            link_ui(ui, "CR-0007 Shorten the alarm delay");
        });
        let step = |label, id, month, state| Step {
            label,
            id,
            date: NaiveDate::from_ymd_opt(2026, month, 4),
            state,
        };
        trace_ui(
            ui,
            &[
                step("Feedback", Some("FB-0031"), 3, StepState::Done),
                step("Problem report", Some("PR-0012"), 4, StepState::Done),
                step("Change request", Some("CR-0007"), 5, StepState::Done),
                Step { label: "Impact analysis", id: None, date: None, state: StepState::Gap },
                Step { label: "Approval", id: Some("CR-0007"), date: None, state: StepState::Current },
                Step { label: "Verification", id: None, date: None, state: StepState::Ahead },
                Step { label: "Release", id: None, date: None, state: StepState::Ahead },
                Step { label: "Communication", id: None, date: None, state: StepState::Ahead },
            ],
        );
        rule_ui(ui);
        banner_ui(ui, &Notice::info("Another person is writing: Ana on QA-PC2 since 09:12."), false);
        banner_ui(ui, &Notice::done("All 214 events and 37 signatures are intact."), true);
        let problem = Notice::problem(
            "The signature covers revision 3, the record is at revision 4.",
            "Compare the two, then ask for approval again.",
        );
        banner_ui(ui, &problem, true);
        plot(ui);
        self.list(ui);
        let empty = Empty {
            title: "No communications yet",
            purpose: "A communication tells users and regulators about a problem in released software, and what \
                      changes when a change is not made.",
            clause: "IEC 62304, 6.2.5",
            button: "New communication",
        };
        empty_ui(ui, &empty);
    }

    fn list(&mut self, ui: &mut Ui) {
        const COLUMNS: [Column<'static>; 5] = [
            Column::new("No.", Width::Fixed(84.0)),
            Column::new("Title", Width::Rest(200.0)),
            Column::new("State", Width::Fixed(130.0)),
            Column::new("Due", Width::Fixed(110.0)),
            Column::new("Days", Width::Fixed(64.0)).right(),
        ];
        Table::new("Problem reports", &COLUMNS, 10_000).several().within(300.0).show(ui, &mut self.table, |row, column| {
            let tone = Tone::ALL.get(row % 4).copied().unwrap_or(Tone::Neutral);
            match column {
                0 => format!("PR-{row:05}").into(),
                1 => "Occlusion alarm is delayed at rates below 0.5 ml/h when the door is open and the battery is low".into(),
                2 => Cell::toned(tone, ["Draft", "Approved", "In analysis", "Overdue"].get(row % 4).copied().unwrap_or("")),
                3 => Cell::weak("2026-11-22"),
                _ => format!("{}", row * 7 % 120).into(),
            }
        });
    }

    fn overlays(&mut self, ui: &Ui) {
        self.notices.show(ui.ctx());
        if self.dialog {
            Dialog::new("sign", "Approve change request CR-0007", "Approve").show(ui.ctx(), |ui| {
                ui.label(theme::body(
                    "You sign revision 4 as Ana Novak, quality manager. Its digest is 3f9a 11c2 77e0.",
                ));
                Field::new("Meaning").show(ui, |ui| choice_ui(ui, &mut self.severity, &SEVERITIES, false));
                Field::new("Password").show(ui, |ui| password_ui(ui, &mut self.password));
            });
        }
        let entry = |title, detail, keys| Entry { title, detail, keys };
        let entries = [
            entry("New feedback", "Record a message from the field", "Ctrl+N"),
            entry("New problem report", "From feedback or from testing", ""),
            entry("Open file…", "", "Ctrl+O"),
            entry("PR-0012 Occlusion alarm is delayed", "Problem report, in analysis", ""),
        ];
        self.palette.show(ui.ctx(), "Type a command, a number or a title", &entries);
    }
}

fn plot(ui: &mut Ui) {
    let labels: Vec<String> = (1..=10).map(|month| format!("2026-{month:02}")).collect();
    let series = [
        Series { name: "Feedback", values: &[4.0, 6.0, 3.0, 8.0, 5.0, 2.0, 4.0, 9.0, 6.0, 3.0] },
        Series { name: "Problem reports", values: &[1.0, 2.0, 2.0, 3.0, 1.0, 0.0, 2.0, 4.0, 2.0, 1.0] },
    ];
    bars_ui(
        ui,
        &Bars {
            title: "Feedback and problem reports per month",
            across: "Month",
            up: "Records",
            labels: &labels,
            series: &series,
            height: 180.0,
        },
    );
}

fn show(ui: &mut Ui, gallery: &mut Gallery) {
    let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(24));
    egui::CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::XXL;
        ui.columns(2, |columns| {
            for column in columns.iter_mut() {
                column.spacing_mut().item_spacing.x = space::S;
            }
            let [left, right] = columns else { return };
            ScrollArea::vertical().id_salt("form").show(left, |ui| gallery.form(ui));
            ScrollArea::vertical().id_salt("record").show(right, |ui| gallery.record(ui));
        });
    });
    gallery.overlays(ui);
}

fn harness(theme: Theme) -> Harness<'static, Gallery> {
    let mut harness = Harness::builder()
        .with_size(vec2(1440.0, 1120.0))
        .with_pixels_per_point(1.5)
        .with_theme(theme)
        .with_context_setup(theme::install)
        .build_ui_state(show, Gallery::default());
    harness.run();
    harness
}

/// Writes a picture when `MAINSTAY_GALLERY` names a folder.
fn picture(harness: &mut Harness<'static, Gallery>, name: &str) {
    let Some(folder) = std::env::var_os("MAINSTAY_GALLERY").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("a folder for the pictures");
    let image = harness.render().expect("a picture");
    image.save(folder.join(format!("{name}.png"))).expect("the picture is written");
}

#[test]
fn all_widgets_draw_together_with_names_and_glyphs_in_both_themes() {
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let mut harness = harness(theme);
        harness.get_by_label("Title").focus();
        harness.state_mut().table.go_to(2);
        harness.run();
        picture(&mut harness, name);
        harness.get_all_by_label("Choose a date").next().expect("a calendar").click();
        harness.run();
        picture(&mut harness, &format!("{name}-calendar"));
        harness.key_press(egui::Key::Escape);
        harness.run();
        harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Severity").click();
        harness.run();
        picture(&mut harness, &format!("{name}-choice"));
        harness.key_press(egui::Key::Escape);
        harness.run();
        harness.state_mut().palette.toggle();
        harness.run();
        picture(&mut harness, &format!("{name}-palette"));
        harness.state_mut().palette.toggle();
        harness.state_mut().dialog = true;
        let notices = &mut harness.state_mut().notices;
        notices.push(Notice::done("Change request CR-0007 was saved."));
        notices.push(Notice::problem(
            "The packet could not be written: the disk is full.",
            "Free some space, then print it again.",
        ));
        harness.run();
        picture(&mut harness, &format!("{name}-dialog"));
    }
}

#[test]
fn the_screen_draws_at_200_percent_in_a_small_window() {
    let mut harness = harness(Theme::Light);
    theme::set_text_scale(&harness.ctx, 200);
    harness.set_size(vec2(720.0, 560.0));
    harness.run();
    picture(&mut harness, "light-200");
}
