//! A file that is shown to an auditor, as everybody who is there meets it.

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::Start;
use super::tests::{Clock, Window, fill, press, shot, sign_in, window_with_data};
use crate::domain::ids::{Kind, RecordId};
use crate::ops::{ProductFile, example_access, write_example};
use crate::ui::screens::auditor::{AuditorPlace, AuditorScreen};
use crate::ui::shortcuts::AppCommand;

const FEEDBACK: RecordId = RecordId::new(Kind::Feedback, 1);

fn clock() -> Clock {
    Clock::at("2026-11-24T09:00:00Z")
}

/// The example product, opened for an auditor by the first person of it.
fn audited(folder: &Path, clock: &Clock) -> (Window, PathBuf, PathBuf) {
    let (path, data) = (folder.join("example.mainstay"), folder.join("data"));
    write_example(&path).unwrap();
    let mut window =
        window_with_data(clock, Start::Audit(path.clone()), Some(data.clone()), egui::Theme::Light);
    window.get_by_label_contains("Sign in to open it for an auditor");
    enter(&mut window);
    assert!(window.state().is_auditing() && !window.state().is_signed_in());
    (window, path, data)
}

fn enter(window: &mut Window) {
    let (login, password) = example_access().unwrap();
    sign_in(window, &login, &password);
    window.run_steps(3);
}

fn show(window: &mut Window, place: AuditorPlace) {
    window.state_mut().show_auditor(place);
    window.run_steps(3);
}

/// Everything that a screen reader would say.
fn said(window: &Window) -> String {
    let nodes = window.query_all_by(|_| true).map(|node| {
        let node = node.accesskit_node();
        format!("{} {}", node.label().unwrap_or_default(), node.value().unwrap_or_default())
    });
    nodes.collect::<Vec<_>>().join("\n")
}

/// The personal texts of the feedback of a file, as they are stored.
fn personal(path: &Path) -> Vec<String> {
    let file = ProductFile::open_for_job(path).unwrap();
    let names = [
        "reporter_name",
        "reporter_organisation",
        "reporter_email",
        "reporter_phone",
        "description_verbatim",
    ];
    let of = |data: crate::domain::record::RecordData| names.map(|name| data.text(name).to_owned());
    let all: Vec<String> = file.all(Kind::Feedback).unwrap().into_iter().flat_map(of).collect();
    all.into_iter().filter(|text| text.chars().count() > 6).collect()
}

#[test]
fn the_mode_is_seen_by_everybody_hides_personal_data_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut window, path, _) = audited(folder.path(), &clock);
    let before = std::fs::read(&path).unwrap();
    window.get_by_label("Auditor mode: read-only, personal data hidden");
    assert!(
        window.state().title().ends_with("example.mainstay (auditor mode) – Mainstay"),
        "{}",
        window.state().title()
    );
    assert!(!path.with_extension("mainstay.lock").exists(), "others can write meanwhile");
    let personal = personal(&path);
    assert!(personal.len() > 5, "the example has personal data");
    let records: Vec<RecordId> = ProductFile::open_for_job(&path)
        .unwrap()
        .list(Kind::Feedback)
        .unwrap()
        .iter()
        .map(|row| row.id)
        .take(12)
        .collect();
    let places = records.into_iter().map(AuditorPlace::Record);
    for place in places.chain([AuditorPlace::List(Kind::Feedback), AuditorPlace::List(Kind::ProblemReport)]) {
        show(&mut window, place);
        let said = said(&window);
        for text in &personal {
            assert!(!said.contains(text.as_str()), "{place:?} shows “{text}”");
        }
    }
    shot(&mut window, "auditor list", egui::Theme::Light);
    show(&mut window, AuditorPlace::Record(FEEDBACK));
    window.get_all_by_label("[hidden]").next().expect("what is hidden is said to be");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// The first feedback with a chain of several steps.
fn with_a_chain(path: &Path) -> RecordId {
    let file = ProductFile::open_for_job(path).unwrap();
    let (veil, now) = (crate::ops::Veil::of(&file, &|_| true).unwrap(), file.head().at.unwrap());
    let mut all = file.list(Kind::Feedback).unwrap().into_iter().map(|row| row.id);
    let long = |id: &RecordId| {
        let chain = crate::ops::chain_of(&file.auditor_sheet(&veil, *id, now).unwrap().trace);
        (5..12).contains(&chain.len()) && chain.first() == Some(id)
    };
    all.find(long).expect("a chain")
}

#[test]
fn one_key_follows_the_chain_and_the_strip_says_where_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, path, _) = audited(folder.path(), &clock());
    let first = with_a_chain(&path);
    show(&mut window, AuditorPlace::Record(first));
    window.get_by_label_contains("1 of ");
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        window.ctx.set_theme(theme);
        window.run_steps(3);
        shot(&mut window, "auditor record", theme);
    }
    let mut visited = Vec::new();
    for _ in 0..40 {
        let marked = window
            .query_all_by_label_contains(", shown now")
            .next()
            .map(|node| node.accesskit_node().label().unwrap_or_default());
        let marked = marked.expect("the strip says where one is");
        visited.push(marked.split(',').next().unwrap().to_owned());
        window.key_press(Key::N);
        window.run_steps(3);
        if window.query_by_label("The chain ends here.").is_some() {
            break;
        }
    }
    assert_eq!(visited.first().map(String::as_str), Some("Feedback"));
    assert!(visited.len() > 3, "{visited:?}");
    let steps: Vec<&str> =
        crate::domain::kind::ChainStep::ALL.map(crate::domain::kind::ChainStep::word).to_vec();
    let order: Vec<usize> =
        visited.iter().map(|word| steps.iter().position(|step| step == word).unwrap()).collect();
    assert!(order.is_sorted(), "{visited:?}");
    for key in [Key::P, Key::OpenBracket] {
        let before = window.state().shown_to_auditor().unwrap().rows.len();
        window.key_press(key);
        window.run_steps(3);
        assert_eq!(window.state().shown_to_auditor().unwrap().rows.len(), before + 1);
    }
    window.key_press(Key::Escape);
    window.run_steps(3);
    window.get_by_label_contains(", shown now");
}

#[test]
fn what_would_write_or_show_more_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, ..) = audited(folder.path(), &clock());
    for (modifiers, key, words) in [
        (Modifiers::COMMAND, Key::N, "“New record” is not possible"),
        (Modifiers::COMMAND, Key::P, "“Packet” is not possible"),
        (Modifiers::COMMAND, Key::W, "“Close file” is not possible"),
        (Modifiers::COMMAND, Key::O, "“Open” is not possible"),
    ] {
        window.key_press_modifiers(modifiers, key);
        window.run_steps(2);
        let messages = window.state().messages();
        assert!(messages.iter().any(|said| said.contains(words)), "{words}: {messages:?}");
    }
    assert!(window.state().is_auditing());
    // The palette offers the lists, and nothing that is refused.
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    let options: Vec<String> = window
        .query_all_by_role(Role::ListBoxOption)
        .map(|node| node.accesskit_node().label().unwrap_or_default())
        .collect();
    assert!(options.iter().any(|title| title.contains("Leave auditor mode…")), "{options:?}");
    assert!(
        !options.iter().any(|title| title.contains("Back up") || title.contains("Close file")),
        "{options:?}"
    );
}

#[test]
fn only_a_sign_in_ends_the_mode_and_the_list_of_what_was_shown_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut window, path, data) = audited(folder.path(), &clock);
    show(&mut window, AuditorPlace::Record(FEEDBACK));
    clock.pass(60);
    show(&mut window, AuditorPlace::List(Kind::Release));
    press(&mut window, "Leave auditor mode…");
    window.get_by_label_contains("Auditor mode ends when somebody signs in");
    let (login, password) = example_access().unwrap();
    fill(&mut window, "Login", &login);
    fill(&mut window, "Password", "not this one");
    press(&mut window, "Sign in");
    assert!(window.state().is_auditing() && !window.state().is_signed_in());
    window.get_by_label("Back to what the auditor sees").click();
    window.run_steps(3);
    window.get_by_label("Auditor mode: read-only, personal data hidden");
    press(&mut window, "Leave auditor mode…");
    fill(&mut window, "Login", &login);
    fill(&mut window, "Password", &password);
    press(&mut window, "Sign in");
    window.run_steps(3);
    assert!(!window.state().is_auditing() && window.state().is_signed_in());
    window.get_by_label("What the auditor was shown");
    shot(&mut window, "auditor after", egui::Theme::Light);
    let uuid = ProductFile::open_for_job(&path).unwrap().uuid().unwrap();
    let kept: Vec<PathBuf> = std::fs::read_dir(data.join(uuid).join("shown"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    let text = std::fs::read_to_string(kept).unwrap();
    for words in ["Opened for an auditor", "FB-0001", "List: Releases", "Auditor mode ended", "signed in"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    press(&mut window, "Close");
    window.get_by_label("Dashboard");
}

#[test]
fn after_a_while_without_input_nothing_is_shown_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut window, ..) = audited(folder.path(), &clock);
    clock.pass(3 * 3600);
    window.run_steps(3);
    window.get_by_label_contains("Hidden, because nobody did anything");
    assert!(window.query_by_label("Back to what the auditor sees").is_none());
    assert!(window.query_by_label("Close file").is_none());
    enter(&mut window);
    assert!(!window.state().is_auditing() && window.state().is_signed_in());
}

#[test]
fn the_menu_asks_first_and_a_cancelled_question_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let mut window = super::tests::signed_in(folder.path(), &clock);
    window.state_mut().asked.push(AppCommand::Auditor);
    window.run_steps(3);
    window.get_by_label("Open this file for an auditor");
    press(&mut window, "Cancel");
    assert!(window.state().is_signed_in() && !window.state().is_auditing());
    window.state_mut().asked.push(AppCommand::Auditor);
    window.run_steps(3);
    press(&mut window, "Open for the auditor");
    window.run_steps(3);
    assert!(window.state().is_auditing() && !window.state().is_signed_in());
    assert_eq!(AuditorScreen::default().now(), AuditorPlace::List(Kind::ChangeRequest));
}
