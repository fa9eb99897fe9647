//! What is shown is what is signed (21 CFR 11.70), in the window itself.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{Key, Modifiers, accesskit::Role as Ax, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::choice::Choice as _;
use mainstay::domain::field::FieldType;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::record::{Fields, SignedEdits};
use mainstay::domain::signature::{Part, part_digest};
use mainstay::ops::{Act, Opened, ProductFile, Request, request_names};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, investigated_problem, tested_change};
use crate::coverage::walk_through_records;
use crate::desk::{BeforeSigning, Desk, PASSWORD, go_to, passed_test, stamp};
use crate::host::Window;

/// Names of all requests on records that are signed, as they are declared. The dialog of `file.continue`, which needs a restored copy,
/// has its test in `ui::app::seen_tests`.
fn signed_requests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for kind in Kind::ALL {
        let (def, code) = (kind.def(), kind.code());
        let steps = def.moves.iter().filter(|step| step.sign.is_some() && !step.by.is_empty());
        names.extend(steps.map(|step| format!("{code}.{}", step.name)));
        if def.edit_signed != SignedEdits::Never {
            names.insert(format!("{code}.edit"));
        }
    }
    names.extend(request_names().into_iter().filter(|name| is_signing(name)));
    names
}

/// Whether a request signs without a step.
fn is_signing(name: &str) -> bool {
    name.split_once('.').is_some_and(|(_, verb)| verb == "sign")
}

/// The window as it was before somebody signed.
fn window_before(kept: &BeforeSigning, desk: &Desk) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pump.mainstay");
    std::fs::write(&path, &kept.file).unwrap();
    let Opened::Open(file) = ProductFile::open(&path, &stamp(kept.at)).unwrap() else { panic!("not opened") };
    let people = desk.people.iter().map(|(login, session)| (*login, session.for_job())).collect();
    let desk = Desk {
        folder,
        file: *file,
        people,
        recovery: String::new(),
        now: kept.at,
        before_signing: None,
        said: None,
        clock: None,
    };
    let route = match &kept.act.request {
        Request::Move { id, .. } | Request::Sign { id, .. } => Route::Record(*id),
        Request::Edit { id, .. } => Route::Edit(*id, None),
        other => panic!("not signed: {}", other.name()),
    };
    Window::new(desk, kept.login, route, vec2(1500.0, 1100.0))
}

/// Does by hand what comes before the dialog of the signature.
fn ask(window: &mut Window, kept: &BeforeSigning) {
    let reason = kept.act.reason.as_deref().unwrap_or("As the plan says");
    match &kept.act.request {
        Request::Move { id, go, .. } => {
            let step = id.kind.def().find_move(go).unwrap();
            window.press(&format!("{}…", step.label));
            if window.shown_digests().is_empty() {
                if window.has_input("Reason") {
                    window.type_into("Reason", reason);
                }
                window.press_last(&format!("{}…", step.label));
            }
        }
        Request::Sign { id, meaning } => {
            let now = window.now();
            let session = window.people[kept.login].for_job();
            let offer = window.file().page(*id, Some(&session), now).unwrap().signing.unwrap();
            let meaning = meaning.unwrap_or(offer.meanings[0]);
            window.press(&format!("Sign as {}…", meaning.word().to_lowercase()));
        }
        Request::Edit { id, set } => {
            fill(window, *id, set);
            if window.has_input("Why it is changed") {
                window.type_into("Why it is changed", reason);
            }
            window.press("Sign and save…");
        }
        other => panic!("not signed: {}", other.name()),
    }
}

fn fill(window: &mut Window, id: RecordId, set: &Fields) {
    for (name, value) in set {
        let field = id.kind.def().field(name).unwrap();
        match (field.ty, value.as_str()) {
            (FieldType::Choice(options), Some(code)) => {
                let word = options.iter().find(|option| option.code == code).unwrap().word;
                window.get_by_role_and_label(Ax::ComboBox, field.label).click_accesskit();
                window.settle();
                window.get_by_role_and_label(Ax::ListBoxOption, word).click_accesskit();
                window.settle();
            }
            (_, Some(text)) => window.type_into(field.label, text),
            (_, None) => window.type_into(field.label, &value.to_string()),
        }
    }
}

#[test]
fn over_every_request_that_is_signed_the_digests_in_the_dialog_are_those_of_the_signature() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    desk.hire("gus", "Gus Example", &[Role::Auditor]);
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager, Role::Management]);
    desk.before_signing = Some(Vec::new());
    let desk = walk_through_records(desk);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for kept in desk.before_signing.as_ref().unwrap() {
        let name = kept.act.request.name();
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        // A second signature of a kind may cover more: the last one of an approval grants it.
        if *times > 2 || *times == 2 && !is_signing(&name) {
            continue;
        }
        let mut window = window_before(kept, &desk);
        ask(&mut window, kept);
        let shown = window.shown_digests();
        assert!(!shown.is_empty(), "{name}: nothing is shown, {:?}", window.state().messages());
        texts_are_shown(&mut window, kept);
        // Reading takes its time: nothing that is signed may hold the moment of signing.
        window.pass(90);
        let before = window.file().head().seq;
        window.type_into("Password", PASSWORD);
        window.press("Sign");
        let seq = window.file().head().seq;
        assert_eq!(seq, before + 1, "{name}: {:?}", window.state().messages());
        assert_eq!(shown, window.signed_digests(), "{name}");
    }
    let seen: BTreeSet<String> = seen.into_keys().collect();
    assert_eq!(seen, signed_requests());
}

/// Every text of a signed part stands in the dialog, and how many parts it has; what is shown gives the digest.
fn texts_are_shown(window: &mut Window, kept: &BeforeSigning) {
    let (now, session) = (window.now(), window.people[kept.login].for_job());
    let preview = window.file().preview(&session, kept.act.clone(), &stamp(now)).unwrap();
    for part in &preview.signed {
        window.get_by_label_contains(&format!("{} · {} · ", part.data.head.id, part.part.word()));
        assert_eq!(part_digest(&part.data, part.part, &part.parts), part.digest, "{}", part.data.head.id);
        for (def, _) in part.data.def().part_kinds() {
            let of_kind = part.parts.iter().filter(|one| one.head.id.kind == def.kind).count();
            let heading = format!("{} ({of_kind})", def.plural);
            assert!(of_kind == 0 || window.has(&heading), "“{heading}” is not shown");
        }
        let fields =
            part.data.def().sections.iter().filter(|section| part.part == Part::Content || section.scope);
        for field in fields.flat_map(|section| section.fields) {
            let text = part.data.text(field.name);
            let is_text = matches!(field.ty, FieldType::Line | FieldType::Text) && !text.is_empty();
            let label = window.query_all_by_label(field.label).next().is_some();
            assert!(!is_text || label && window.has(text), "{} “{text}” is not shown", field.label);
        }
    }
}

#[test]
fn what_somebody_else_changed_while_it_was_read_is_not_signed_but_shown_again() {
    let mut desk = Desk::staffed();
    let pr = investigated_problem(&mut desk, "minor");
    let mut window = Window::new(desk, "cleo", Route::Record(pr), vec2(1500.0, 1100.0));
    window.press("Sign as reviewed…");
    let read = window.shown_digests();
    assert!(window.has("A timer is not restarted"));
    let before = window.file().head().seq;
    let edit = json!({"findings": "Two timers are not restarted"});
    window.edit_beside("ben", pr, edit);
    window.type_into("Password", PASSWORD);
    window.press("Sign");
    window.get_by_label("The record changed while you were reading; read it again.");
    window.picture("sign_changed");
    assert_eq!(window.file().head().seq, before + 1, "only the edit is in the file");
    assert!(window.has("Two timers are not restarted"));
    assert!(
        window.query_all_by_label("A timer is not restarted").next().is_none(),
        "the history alone has it"
    );
    let now_shown = window.shown_digests();
    assert_ne!(now_shown, read);
    // The password is given anew for what is read anew.
    window.press("Sign");
    assert!(window.has("Your password is missing"));
    window.type_into("Password", PASSWORD);
    window.press("Sign");
    assert_eq!(window.signed_digests(), now_shown);
    assert!(window.shown_digests().is_empty(), "the dialog has closed");
}

#[test]
fn what_cannot_be_signed_any_more_is_told_in_the_dialog() {
    let mut desk = Desk::staffed();
    let pr = investigated_problem(&mut desk, "minor");
    let mut window = Window::new(desk, "cleo", Route::Record(pr), vec2(1500.0, 1100.0));
    window.press("Sign as reviewed…");
    let void = Act::from(go_to(pr, "void", json!({}))).because("Entered twice");
    window.beside("ana", void, None).unwrap();
    let before = window.file().head().seq;
    window.type_into("Password", PASSWORD);
    window.press("Sign");
    assert_eq!(window.file().head().seq, before);
    assert!(window.has("is not possible yet; it needs: The evaluation is under way"));
}

#[test]
fn the_dialog_shows_every_signed_part_and_what_else_changes_with_it() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    let mut window = Window::new(desk, "fay", Route::Record(ap), vec2(1280.0, 900.0));
    window.press("Sign as approved…");
    window.get_by_label(&format!("{ap} · What is approved · Approved"));
    window.get_by_label(&format!("{cr} · What is approved · Approved"));
    window.get_by_label(&format!("{ia} · All fields · Approved"));
    assert_eq!(window.shown_digests().len(), 3);
    window.get_by_label("Other changes");
    window.get_by_label("Awaiting approval → Approved");
    window.picture("sign_approval");
    window.key_press(eframe::egui::Key::PageDown);
    window.settle();
    window.picture("sign_approval_further");
    for _ in 0..6 {
        window.key_press(eframe::egui::Key::PageDown);
        window.settle();
    }
    window.picture("sign_approval_end");
    window.press("Cancel");
    assert!(window.shown_digests().is_empty());
    assert_eq!(window.state_of(ap), "partially_signed");
}

#[test]
fn the_dialog_lists_the_tests_that_the_signature_on_a_change_covers() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    let mut test = passed_test();
    test["title"] = json!("Alarm on battery");
    desk.create_part("dan", Kind::TestRecord, cr, test);
    let struck = desk.create_part("dan", Kind::TestRecord, cr, json!({"title": "Entered twice"}));
    desk.by("dan", Act::from(go_to(struck, "strike", json!({}))).because("Entered twice")).unwrap();
    let stored = desk.file.part_digest(&desk.record(cr), Part::Content).unwrap();
    let mut window = Window::new(desk, "dan", Route::Record(cr), vec2(1500.0, 1100.0));
    window.press("Verify…");
    let shown = window.shown_digests();
    assert_eq!(shown, [(cr, stored)], "nothing of the content changes with the step");
    assert!(window.has("Test records (3)"));
    window.key_press_modifiers(Modifiers::COMMAND, Key::End);
    window.settle();
    assert!(
        window.has("TR-0002 Alarm on battery: Recorded · Outcome: Pass · Version tested: 2.3.1-rc1 · Date: ")
    );
    assert!(window.has("TR-0003 Entered twice: Struck out"));
    window.picture("sign_tests");
    window.type_into("Password", PASSWORD);
    window.press("Sign");
    assert_eq!(shown, window.signed_digests(), "{:?}", window.state().messages());
    assert_eq!(window.state_of(cr), "verified");
}

#[test]
fn a_signed_edit_that_is_not_signed_in_the_end_is_kept_as_a_draft() {
    let desk = Desk::staffed();
    let policy = RecordId::new(Kind::Policy, 1);
    let mut window = Window::new(desk, "ana", Route::Edit(policy, None), vec2(1500.0, 1100.0));
    window.type_into("Warning before due dates (days)", "14");
    window.press("Sign and save…");
    window.get_by_label("Change of PL-0001");
    window.picture("sign_policy");
    window.press_last("Cancel");
    window.go(Route::Dashboard);
    assert!(window.said("The draft of PL-0001 is kept."), "{:?}", window.state().messages());
    assert_eq!(window.drafts("ana"), ["PL-0001"]);
    window.go(Route::Edit(policy, None));
    window.press("Sign and save…");
    window.type_into("Password", PASSWORD);
    window.press("Sign");
    assert_eq!(window.route(), Route::Record(policy));
    assert_eq!(*window.record(policy).value("warn_days"), json!(14));
    assert!(window.drafts("ana").is_empty(), "what is signed is no draft any more");
}
