//! Screens over a real file, by the names that a screen reader says.
//! `MAINSTAY_PICTURES=folder` also writes each screen as a picture, light and dark.

use eframe::egui::{self, Theme, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use mainstay::domain::ids::RecordId;
use mainstay::domain::person::Role;
use mainstay::ops::{Request, Session};
use mainstay::ui::cx::{Cache, Command, Cx, Route};
use mainstay::ui::screens::audit::AuditScreen;
use mainstay::ui::screens::import::ImportScreen;
use mainstay::ui::screens::packets::PacketsScreen;
use mainstay::ui::screens::people::PeopleScreen;
use mainstay::ui::screens::search::SearchScreen;
use mainstay::ui::theme;

use crate::chain::{change_under_analysis, evaluated_problem, feedback};
use crate::desk::{Desk, stamp};

/// A desk with one screen on it, and what the screen asked for.
pub struct Stage<S> {
    pub desk: Desk,
    pub who: &'static str,
    pub screen: S,
    pub cache: Cache,
    pub commands: Vec<Command>,
}

/// Draws until a label is there: what is done beside the window takes its time.
fn wait_for<S>(harness: &mut Harness<'_, Stage<S>>, label: &str) {
    for _ in 0..1200 {
        harness.step();
        if harness.query_by_label(label).is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("“{label}” does not come");
}

type Draw<S> = fn(&mut S, &mut egui::Ui, &mut Cx<'_>);

pub fn staged<S: 'static>(desk: Desk, screen: S, theme: Theme, draw: Draw<S>) -> Harness<'static, Stage<S>> {
    let stage = Stage { desk, who: "ana", screen, cache: Cache::default(), commands: Vec::new() };
    let mut harness = Harness::builder()
        .with_size(vec2(1180.0, 820.0))
        .with_max_steps(16)
        .with_theme(theme)
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, stage: &mut Stage<S>| {
                let stamp = stamp(stage.desk.now);
                let session: &Session = &stage.desk.people[stage.who];
                stage.cache.keep_up(stage.desk.file.head(), stamp.now.day());
                let mut cx = Cx {
                    file: &stage.desk.file,
                    session,
                    stamp: &stamp,
                    cache: &mut stage.cache,
                    commands: &mut stage.commands,
                    refusal: None,
                };
                let frame = egui::Frame::central_panel(ui.style()).inner_margin(egui::Margin::same(24));
                egui::CentralPanel::default()
                    .frame(frame)
                    .show(ui, |ui| draw(&mut stage.screen, ui, &mut cx));
            },
            stage,
        );
    harness.run();
    harness
}

pub fn picture<S>(harness: &mut Harness<'static, Stage<S>>, name: &str) {
    let Some(folder) = std::env::var_os("MAINSTAY_PICTURES").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    harness.render().unwrap().save(folder.join(format!("{name}.png"))).unwrap();
}

pub fn in_both_themes(look: impl Fn(Theme, &str)) {
    look(Theme::Light, "light");
    look(Theme::Dark, "dark");
}

fn went_to<S>(stage: &Stage<S>) -> Option<&Route> {
    stage.commands.iter().rev().find_map(|command| match command {
        Command::Go(route) => Some(route),
        _ => None,
    })
}

#[test]
fn the_audit_trail_shows_who_did_what_and_what_it_changed() {
    in_both_themes(|theme, name| {
        let mut desk = Desk::staffed();
        evaluated_problem(&mut desk);
        let newest = desk.file.head().seq;
        let mut harness = staged(desk, AuditScreen::new(None), theme, AuditScreen::ui);
        picture(&mut harness, &format!("audit-{name}"));
        harness.get_by_label(&newest.to_string()).click_accesskit();
        harness.run();
        harness.get_by_label(&format!("Event {newest}"));
        harness.get_by_label("Digest");
        harness.get_by_label("Previous digest");
        picture(&mut harness, &format!("audit-detail-{name}"));
        harness.get_by_label("Verify now").click();
        harness.run();
        assert!(matches!(harness.state().commands.last(), Some(Command::Verify)));
        harness.get_by_label("Save as CSV…").click();
        harness.run();
        let Some(Command::SaveFile { bytes, .. }) = harness.state().commands.last() else {
            panic!("no file")
        };
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains("QA-PC2")).count(), 0);
        assert!(text.contains("Problem report: "), "{text}");
    });
}

#[test]
fn the_audit_trail_is_filtered_by_record_and_says_what_is_no_date() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    let mut harness = staged(desk, AuditScreen::new(Some(fb)), Theme::Light, AuditScreen::ui);
    harness.get_by_label("1 event, newest first");
    harness.get_by_label("From").focus();
    harness.run();
    harness.get_by_label("From").type_text("soon");
    harness.run();
    assert!(harness.query_by_label_contains("From: ").is_some());
}

#[test]
fn long_trails_are_read_page_by_page() {
    let mut desk = Desk::staffed();
    for _ in 0..250 {
        feedback(&mut desk);
    }
    let mut harness = staged(desk, AuditScreen::new(None), Theme::Light, AuditScreen::ui);
    harness.get_by_label("200 events so far; scroll down for more, newest first");
    let newest = harness.state().desk.file.head().seq;
    harness.get_by_label(&newest.to_string()).focus();
    harness.run();
    harness.key_press(egui::Key::End);
    harness.run();
    harness.run();
    assert!(harness.query_by_label_contains("so far").is_none());
}

#[test]
fn a_search_groups_its_hits_by_kind_and_leads_to_them() {
    in_both_themes(|theme, name| {
        let mut desk = Desk::staffed();
        let pr = evaluated_problem(&mut desk);
        let mut harness = staged(desk, SearchScreen::new("alarm late".to_owned()), theme, SearchScreen::ui);
        picture(&mut harness, &format!("search-{name}"));
        harness.get_by_label("Problem reports (1)");
        harness.get_by_label(&pr.to_string()).click_accesskit();
        harness.run();
        assert_eq!(went_to(harness.state()), Some(&Route::Record(pr)));
        let fb: RecordId = "FB-0001".parse().unwrap();
        harness.get_by_label(&fb.to_string());
    });
}

#[test]
fn a_search_without_hits_says_what_to_do() {
    let harness = staged(Desk::new(), SearchScreen::new("zebra".to_owned()), Theme::Light, SearchScreen::ui);
    harness.get_by_label("No match");
}

#[test]
fn a_person_is_invited_with_login_and_roles_and_the_code_is_asked_for() {
    in_both_themes(|theme, name| {
        let mut harness = staged(Desk::staffed(), PeopleScreen::default(), theme, PeopleScreen::ui);
        harness.get_by_label("Invite a person…").click();
        harness.run();
        // The login follows from the name until somebody types another one.
        let name_input = "Full name";
        harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name_input).focus();
        harness.run();
        harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name_input).type_text("Gil Example");
        harness.run();
        picture(&mut harness, &format!("people-invite-{name}"));
        harness.get_by_label("Tester").click();
        harness.run();
        harness.get_by_label("Invite").click();
        harness.run();
        let Some(Command::PerformAndShowCode { act, to_whom }) = harness.state().commands.last() else {
            panic!("no command")
        };
        let invite = Request::InvitePerson {
            login: "gil".into(),
            full_name: "Gil Example".into(),
            roles: vec![Role::Tester],
        };
        assert_eq!((&act.request, to_whom.as_str()), (&invite, "Gil Example"));
    });
}

#[test]
fn people_are_listed_and_one_is_deactivated_with_a_reason() {
    in_both_themes(|theme, name| {
        let mut harness = staged(Desk::staffed(), PeopleScreen::default(), theme, PeopleScreen::ui);
        harness.get_by_label("Ben Example").click_accesskit();
        harness.run();
        picture(&mut harness, &format!("people-{name}"));
        harness.get_by_label("Deactivate…").click();
        harness.run();
        harness.get_by_label("Reason").focus();
        harness.run();
        harness.get_by_label("Reason").type_text("Left the company");
        harness.run();
        harness.get_by_label("Deactivate").click();
        harness.run();
        let Some(Command::Perform { act, .. }) = harness.state().commands.last() else {
            panic!("no command")
        };
        assert_eq!(act.reason.as_deref(), Some("Left the company"));
        let act = act.clone();
        harness.state_mut().desk.by("ana", act).unwrap();
        harness.run();
        harness.get_by_label("Reactivate…");
    });
}

#[test]
fn the_policy_is_shown_with_its_matrix_and_leads_to_its_form() {
    in_both_themes(|theme, name| {
        let mut harness = staged(Desk::staffed(), PeopleScreen::default(), theme, PeopleScreen::ui);
        harness.get_by_label("Policy and authority").click();
        harness.run();
        picture(&mut harness, &format!("policy-{name}"));
        harness.get_by_label("Who must sign what");
        assert!(harness.query_all_by_label("Must sign").count() > 3);
        harness.get_by_label("Edit the policy…").click();
        harness.run();
        assert_eq!(went_to(harness.state()), Some(&Route::Edit("PL-0001".parse().unwrap(), None)));
    });
}

const REPORTS: &str = "report_number,event_date,device_name,event_text\n22069635,04-23-2025,Pump,Alarm is late\n22069636,04-24-2025,Pump,\n22069637,00-00-0000,Pump,Does not start\n";

#[test]
fn a_file_is_read_asked_about_planned_and_taken_in() {
    in_both_themes(|theme, name| {
        let desk = Desk::staffed();
        let path = desk.folder.path().join("maude.csv");
        std::fs::write(&path, REPORTS).unwrap();
        let mut harness = staged(desk, ImportScreen::new(None), theme, ImportScreen::ui);
        picture(&mut harness, &format!("import-empty-{name}"));
        harness.get_by_label("Path of the file").focus();
        harness.run();
        harness.get_by_label("Path of the file").type_text(&path.display().to_string());
        harness.run();
        harness.get_by_label("Read").click();
        wait_for(&mut harness, "maude.csv: 3 rows, 4 columns");
        harness.run();
        harness.get_by_label("Answer the questions above to preview each row.");
        for label in ["Received at", "Aware since"] {
            harness.get_by_role_and_label(egui::accesskit::Role::TextInput, label).focus();
            harness.run();
            harness
                .get_by_role_and_label(egui::accesskit::Role::TextInput, label)
                .type_text("2031-03-01 08:00");
            harness.run();
        }
        wait_for(&mut harness, "2 will be imported");
        harness.run();
        harness.get_by_label("1 refused");
        picture(&mut harness, &format!("import-plan-{name}"));
        harness.get_by_label("Import 2 rows").click_accesskit();
        harness.run_steps(2);
        let stage = harness.state_mut();
        let import = stage.commands.iter().find_map(|command| match command {
            Command::Import(job) => Some(job),
            _ => None,
        });
        let Some(job) = import else { panic!("no import") };
        job.run(&mut stage.desk.file, &stage.desk.people["dan"], &stamp(stage.desk.now));
        harness.run();
        harness.get_by_label("maude.csv was imported");
        harness.get_by_label("2 imported");
        picture(&mut harness, &format!("import-report-{name}"));
        harness.get_by_label("Save the report as CSV…").click();
        harness.run();
        assert!(matches!(harness.state().commands.last(), Some(Command::SaveFile { .. })));
        harness.state().desk.assert_verifies();
    });
}

#[test]
fn the_columns_of_an_unknown_file_are_mapped_by_hand() {
    let desk = Desk::staffed();
    let path = desk.folder.path().join("calls.csv");
    std::fs::write(&path, "number,subject\nA 1,Alarm is late\n").unwrap();
    let mut screen = ImportScreen::new(Some(desk.folder.path().join("mappings")));
    screen.open(&path);
    let mut harness = staged(desk, screen, Theme::Light, ImportScreen::ui);
    wait_for(&mut harness, "Columns and fields");
    harness.get_by_label("Columns and fields").click();
    harness.run_steps(8);
    picture(&mut harness, "import-mapping-light");
    harness.get_by_label("Add a rule").click_accesskit();
    harness.run_steps(8);
    harness.get_by_label("A rule has no field yet; choose one or remove the rule.");
}

#[test]
fn a_packet_is_looked_at_page_by_page_before_it_is_saved() {
    in_both_themes(|theme, name| {
        let mut desk = Desk::staffed();
        let (cr, _) = change_under_analysis(&mut desk, serde_json::json!({}));
        let mut harness = staged(desk, PacketsScreen::new(Some(cr)), theme, PacketsScreen::ui);
        harness.get_by_label("No packet was issued yet");
        picture(&mut harness, &format!("packets-{name}"));
        harness.get_by_label("Make preview").click();
        harness.run_steps(2);
        harness.get_by_label("Cancel");
        wait_for(&mut harness, "Save PDF…");
        harness.run();
        harness.get_by_label("Page 1 of the packet");
        picture(&mut harness, &format!("packet-page-{name}"));
        harness.key_press(egui::Key::PageDown);
        harness.run();
        harness.get_by_label("Page 2 of the packet");
        harness.get_by_label("Save PDF…").click();
        harness.run();
        let stage = harness.state_mut();
        let Some(Command::SavePacket(packet)) = stage.commands.last() else { panic!("no packet") };
        let ana = &stage.desk.people["ana"];
        stage.desk.file.issue_packet(ana, packet, "packet.pdf", &stamp(stage.desk.now)).unwrap();
        harness.get_by_label("Close preview").click();
        harness.run();
        harness.get_by_label("PK-0001");
        picture(&mut harness, &format!("packets-issued-{name}"));
    });
}

#[test]
fn a_packet_that_is_cancelled_says_so_and_can_be_made_again() {
    let mut desk = Desk::staffed_once();
    let (cr, _) = change_under_analysis(&mut desk, serde_json::json!({}));
    let mut harness = staged(desk, PacketsScreen::new(Some(cr)), Theme::Light, PacketsScreen::ui);
    harness.get_by_label("Make preview").click();
    harness.run_steps(2);
    let watched = harness.state().commands.iter().any(|command| match command {
        Command::Watch(progress) => {
            progress.cancel();
            progress.name() == "Making the packet"
        }
        _ => false,
    });
    assert!(watched, "the status line shows it");
    wait_for(&mut harness, "Make preview");
    assert!(harness.query_all_by_label_contains("It was cancelled").next().is_some());
}

#[test]
fn a_packet_of_a_release_needs_one_and_says_where_it_is_made() {
    let mut harness = staged(Desk::new(), PacketsScreen::new(None), Theme::Light, PacketsScreen::ui);
    harness.get_by_label("One release").click();
    harness.run();
    let words = "There is no release yet. Make one under Releases, or choose a whole period.";
    harness.get_by_label(words);
    let why = egui_kittest::kittest::NodeT::accesskit_node(&harness.get_by_label("Make preview"))
        .description()
        .unwrap_or_default();
    assert!(why.contains("No release is chosen"), "{why}");
}

#[test]
fn a_record_without_a_packet_of_its_own_is_picked_for_a_sample() {
    in_both_themes(|theme, name| {
        let mut desk = Desk::staffed();
        let pr = evaluated_problem(&mut desk);
        let mut harness = staged(desk, PacketsScreen::new(Some(pr)), theme, PacketsScreen::ui);
        harness.get_by_label(&format!("Remove {pr}"));
        picture(&mut harness, &format!("packets-sample-{name}"));
        harness.get_by_label("A whole period").click();
        harness.run();
        harness.get_by_label("Chapters by the areas of an FDA inspection").click();
        harness.run();
        picture(&mut harness, &format!("packets-period-{name}"));
    });
}

#[test]
fn a_period_without_days_says_what_is_missing() {
    let mut harness = staged(Desk::new(), PacketsScreen::new(None), Theme::Light, PacketsScreen::ui);
    harness.get_by_label("A whole period").click();
    harness.run();
    harness.get_by_label("Make preview").click();
    harness.run();
    assert!(harness.query_by_label("Save PDF…").is_none());
}
