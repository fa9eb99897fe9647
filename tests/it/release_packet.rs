//! The packet of one release, and releases, communications, plans and deviations in the other packets.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::time::Day;
use mainstay::ops::{
    Act, BuiltPacket, ChapterOrder, PacketFonts, PacketOptions, PacketScope, commits, render_packet,
};
use mainstay::report::{Block, Packet};
use serde_json::json;

use crate::chain::verified_change;
use crate::desk::{Desk, go_to, id, stamp};
use crate::packet::{assert_in, build, chapter, chapters, keep};
use crate::releasing::{ARCHIVE, ARTIFACT, candidate, released};

fn of_release(desk: &Desk, release: RecordId) -> BuiltPacket {
    build(desk, PacketOptions { scope: PacketScope::Release(release), redact: false })
}

fn of_period(desk: &Desk, from: &str, to: &str) -> Packet {
    let scope = PacketScope::Period {
        from: Day::parse(from).unwrap(),
        to: Day::parse(to).unwrap(),
        order: ChapterOrder::Clauses,
    };
    build(desk, PacketOptions { scope, redact: false }).packet
}

/// Whether a record has a section of its own.
fn prints(packet: &Packet, record: &str) -> bool {
    packet.sections.iter().any(|section| section.record_id.as_deref() == Some(record))
}

fn deviation(desk: &mut Desk) -> RecordId {
    desk.create(
        "dan",
        Kind::ProcessDeviation,
        json!({
            "title": "A hotfix was installed in one hospital", "rule_bypassed": "IEC 62304 6.3.2: released again under 5.8",
            "description": "A technician installed an untested build.", "change_requests": ["CR-0001"],
        }),
    )
}

#[test]
fn the_packet_of_a_release_has_its_fifteen_chapters_with_their_evidence() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let installs = json!({"installs": [{"market": "eu", "count": 120, "as_of": desk.now.day(), "source": "Service portal"}]});
    desk.edit("dan", release, installs).unwrap();
    let built = of_release(&desk, release);
    let packet = &built.packet;
    let expected: Vec<String> = (1..=15).map(|number: u8| number.to_string()).collect();
    assert_eq!(chapters(packet), expected);
    assert_eq!(packet.kind, "Audit packet, one release");
    assert_in(
        packet,
        "1",
        &["2.3.1", "New UDI-PI only", "Maintenance", "Class B", "by Rita Example", ARTIFACT],
    );
    assert_in(
        packet,
        "2",
        &["CR-0001", "PR-0001", "There is no version before", "alarm/timer.c", "libexpat"],
    );
    assert_in(packet, "2.5", &["Commits that no change names", "0f0f0f0f"]);
    assert_in(packet, "2.5", &["Changes whose commits are not in the list", "CR-0001"]);
    assert_in(
        packet,
        "3",
        &["tested digest = released digest", "Test records of CR-0001", "System test", "Rig 2"],
    );
    assert_in(packet, "4", &["It is stated that no anomaly is known"]);
    assert_in(packet, "5", &["SOP-BLD-2", "GCC 13.2"]);
    assert_in(packet, "6", &["Cybersecurity test", "Performed", "Protocol TP-31"]);
    assert_in(packet, "7", &["RMF 12", "RC-7 is effective again"]);
    assert_in(packet, "8", &["SR-0001", "1 of 1", "No finding concerns", "None open"]);
    assert_in(packet, "9", &["United States", "European Union", "Letter to file of the change"]);
    assert_in(packet, "10", &["IFU 2.3"]);
    assert_in(packet, "11", &["Vault 3, shelf 2", ARCHIVE, "unchanged", "2046-12-31"]);
    assert_in(packet, "12", &["Download from the service portal", "Signed package", "INST-4"]);
    assert_in(
        packet,
        "13",
        &["Ana Example", "Fay Example", "Eva Example", "Cleo Example", "Authority check"],
    );
    assert_in(packet, "14", &["CM-0001", "up to two minutes late", "follow INST-4", "Gina Example"]);
    assert_in(packet, "15", &["In service", "120", "Service portal"]);
    assert!(
        !serde_json::to_string(packet).unwrap().contains("amended after"),
        "what follows a release ends no signature"
    );
    let rendered = render_packet(&built, PacketFonts::bundled()).unwrap();
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    keep("release", &rendered.pdf);
}

#[test]
fn the_packet_compares_commits_as_the_command_and_the_window_do() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let found = commits::compare(&desk.file, release).unwrap();
    // The change names six digits, which is too short to be a hash: nothing is found by it, in the packet as little as elsewhere.
    assert_eq!((found.listed, found.unnamed.len(), found.missing.len()), (2, 2, 1));
    let packet = of_release(&desk, release).packet;
    assert_in(&packet, "2.5", &found.unnamed.iter().map(|row| &*row.commit).collect::<Vec<_>>());
    for missing in &found.missing {
        assert_in(&packet, "2.5", &[&missing.change.to_string()]);
        assert_in(&packet, "2.5", &missing.commits.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let other = desk.create(
        "ben",
        Kind::ChangeRequest,
        json!({"title": "Another change", "change_type": "corrective", "problem_reports": ["PR-0001"]}),
    );
    let next = json!({
        "title": "Next", "version": "2.4.0", "change_requests": [other],
        "commits": [{"commit": "77aa123", "subject": "Another thing"}],
    });
    let next = desk.create("rita", Kind::Release, next);
    assert_in(&of_release(&desk, next).packet, "2.5", &[&other.to_string(), "names no commit", "77aa123"]);
}

#[test]
fn the_packet_of_an_empty_release_says_so_in_every_chapter() {
    let mut desk = Desk::staffed();
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    let release = desk.create("rita", Kind::Release, json!({"title": "The first one", "version": "1.0.0"}));
    let built = of_release(&desk, release);
    let packet = &built.packet;
    for (number, words) in [
        ("2", "The release contains no change"),
        ("2", "fixes no problem"),
        ("2", "No list of commits was read"),
        ("3", "no test record"),
        ("4", "not stated yet"),
        ("5", "Nothing is recorded yet"),
        ("6", "No task is recorded"),
        ("7", "Nothing is recorded yet"),
        ("8", "No review is recorded"),
        ("9", "No market requires a decision"),
        ("10", "Nothing is recorded yet"),
        ("11", "not archived yet"),
        ("12", "Nothing is recorded yet"),
        ("13", "No approval requested yet"),
        ("14", "No communication about this release"),
        ("15", "Not released"),
    ] {
        assert_in(packet, number, &[words]);
    }
    render_packet(&built, PacketFonts::bundled()).unwrap();
}

#[test]
fn a_packet_of_what_is_no_release_says_which_there_are() {
    let mut desk = Desk::staffed();
    let refuse = |desk: &Desk, scope: PacketScope| {
        let options = PacketOptions { scope, redact: false };
        desk.file.build_packet(&options, &desk.people["ana"], None, &stamp(desk.now)).unwrap_err().to_string()
    };
    for wrong in ["CR-0001", "RL-0001"] {
        let refusal = refuse(&desk, PacketScope::Release(id(wrong)));
        assert!(
            refusal.contains(wrong) && refusal.contains("has no release yet, so make one first"),
            "{refusal}"
        );
    }
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    desk.create("rita", Kind::Release, json!({"title": "The first one", "version": "1.0.0"}));
    let refusal = refuse(&desk, PacketScope::Release(id("CR-0001")));
    assert!(refusal.contains("CR-0001 is not a release; give a number up to RL-0001"), "{refusal}");
    let refusal = refuse(&desk, PacketScope::Release(id("RL-0099")));
    assert!(refusal.contains("there is no RL-0099; give a number up to RL-0001"), "{refusal}");
    let refusal = refuse(&desk, PacketScope::Change(id("RL-0001")));
    assert!(
        refusal.contains("RL-0001 is not a change request; the file has no change request yet"),
        "{refusal}"
    );
}

#[test]
fn a_difference_without_a_change_is_named_as_such() {
    let mut desk = Desk::staffed();
    released(&mut desk);
    let next = desk.create(
        "rita",
        Kind::Release,
        json!({
            "title": "Next", "version": "2.4.0",
            "baseline_items": [{"item": "alarm/timer.c", "version": "a1b2c3"}, {"item": "ui/main.c", "version": "99ff02"}],
            "soup_baseline": [{"item": "libexpat", "version": "2.6.2"}, {"item": "zlib", "version": "1.3"}],
        }),
    );
    let packet = of_release(&desk, next).packet;
    assert_in(&packet, "2.3", &["libexpat", "2.5.0", "2.6.2", "zlib", "new", "no change is behind it"]);
    assert_in(&packet, "2.4", &["ui/main.c", "77aa01", "99ff02", "No change of this release is behind"]);
    assert!(!chapter(&packet, "2.4").contains("alarm/timer.c"));
}

#[test]
fn the_packet_of_a_change_shows_its_release_and_its_communications() {
    let mut desk = Desk::staffed();
    released(&mut desk);
    let deviation = deviation(&mut desk);
    let scope = PacketScope::Change(id("CR-0001"));
    let built = build(&desk, PacketOptions { scope, redact: false });
    let packet = &built.packet;
    let steps = packet.sections.iter().flat_map(|section| &section.blocks).find_map(|block| match block {
        Block::Trace { steps, .. } => Some(steps.clone()),
        _ => None,
    });
    let steps = steps.unwrap();
    let step = |label: &str| steps.iter().find(|step| step.label == label).unwrap();
    assert_eq!(
        (step("Release").record_id.as_str(), step("Release").word.as_str()),
        ("RL-0001", "Version 2.3.1")
    );
    assert_eq!(step("Release").date, desk.now.day().to_string());
    assert_eq!(
        (step("Communication").record_id.as_str(), step("Communication").word.as_str()),
        ("CM-0001", "Customer notice")
    );
    assert_in(packet, "1", &["Released", &deviation.to_string(), "tells of a bypass", "an untested build"]);
    assert_in(packet, "11", &["RL-0001", "2.3.1", "by Rita Example", "tested digest = released digest"]);
    assert_in(packet, "12", &["CM-0001", "up to two minutes late"]);
    assert!(!chapter(packet, "11").contains("No release"));
    let rendered = render_packet(&built, PacketFonts::bundled()).unwrap();
    keep("change-released", &rendered.pdf);
}

#[test]
fn a_signed_decision_that_nothing_is_communicated_is_printed_with_its_reason() {
    let mut desk = Desk::staffed();
    let (_, cr) = verified_change(&mut desk);
    let note = desk.create(
        "eva",
        Kind::Communication,
        json!({
            "title": "Nobody is told of the timer", "communication_kind": "customer_notice", "markets": ["us", "eu"], "change_requests": [cr],
            "not_required_justification": "No user can notice it", "not_required_conclusions": "No report", "not_required_follow_up": "None",
            "designated_person": desk.people["eva"].person(),
        }),
    );
    desk.sign_go("eva", note, "not_required").unwrap();
    let scope = PacketScope::Change(cr);
    let packet = build(&desk, PacketOptions { scope, redact: false }).packet;
    assert_in(&packet, "1", &["Decision: nothing is communicated", "Not required, signed"]);
    assert_in(&packet, "12", &["No user can notice it", "Eva Example"]);
    let period = of_period(&desk, "2031-01-01", "2031-12-31");
    assert_in(&period, "16", &["Decided and signed: nothing is communicated", "No user can notice it"]);
}

#[test]
fn a_period_prints_plans_sources_releases_communications_and_all_deviations() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let deviation = deviation(&mut desk);
    let check = json!({"title": "Inbox", "source": "SUPPORT", "checked_on": desk.now.day(), "new_items": 0, "remarks": "All mails read"});
    desk.create("dan", Kind::SourceCheck, check);
    desk.now = desk.now.plus_seconds(400 * 86_400);
    desk.change_plan(json!({"feedback_triage_days": 3}));
    let year = of_period(&desk, "2031-01-01", "2031-12-31");
    let scope = PacketScope::Period {
        from: Day::parse("2031-01-01").unwrap(),
        to: Day::parse("2032-12-31").unwrap(),
        order: ChapterOrder::Clauses,
    };
    let both = build(&desk, PacketOptions { scope, redact: false });
    keep("period-plans", &render_packet(&both, PacketFonts::bundled()).unwrap().pdf);
    assert_eq!(chapters(&year).iter().filter(|number| !number.is_empty()).count(), 20);
    assert_in(&year, "3", &["Authority matrix of MP-0001, in force at the end of the period", "Idle lock"]);
    assert_in(
        &year,
        "4",
        &[
            "Plans in force in the period",
            "MP-0001",
            "Ana Example",
            "2031-03-03",
            "No signed review",
            "0 values",
        ],
    );
    assert!(!chapter(&year, "4").contains("vulnerability_responsible"), "names of fields are not printed");
    assert!(!prints(&year, "MP-0002"), "the next version came later");
    assert_in(&year, "5", &["SUPPORT", "All mails read", "2031-03-03 to 2031-12-31: 303 days"]);
    assert_in(&year, "12", &[&release.to_string(), "2.3.1", "5.8.7", "read again, unchanged"]);
    assert_in(&year, "13", &["SHA-256 of the bill of materials", &release.to_string()]);
    assert_in(
        &year,
        "16",
        &["Communications and their recipients", "CM-0001", "two minutes late", "Gina Example"],
    );
    assert_in(&year, "17", &[&deviation.to_string(), "an untested build"]);
    assert_in(&year, "2", &["MP-0001", &release.to_string(), "CM-0001", &deviation.to_string()]);
    let later = of_period(&desk, "2032-01-01", "2032-12-31");
    assert_in(&later, "17", &[&deviation.to_string(), "an untested build"]);
    assert_in(&later, "4", &["MP-0001", "MP-0002"]);
    let ahead = of_period(&desk, "2032-05-01", "2032-06-01");
    assert!(
        chapter(&ahead, "4").contains("No maintenance plan was in force in the period"),
        "a period to come"
    );
    desk.now = desk.now.plus_seconds(90 * 86_400);
    let next = of_period(&desk, "2032-05-01", "2032-06-01");
    assert!(prints(&next, "MP-0002") && !prints(&next, "MP-0001"));
}

#[test]
fn a_period_of_last_year_prints_what_was_open_then() {
    let mut desk = Desk::staffed();
    let (pr, cr) = verified_change(&mut desk);
    desk.now = desk.now.plus_seconds(400 * 86_400);
    let release = candidate(&mut desk, cr, json!({}));
    let year = of_period(&desk, "2031-01-01", "2031-12-31");
    let open = chapter(&year, "19");
    assert!(open.contains(&pr.to_string()), "{open}");
    assert!(!open.contains(&release.to_string()), "the release came later: {open}");
    assert!(!open.contains("provisional"), "a plan was in force: {open}");
    desk.now = desk.now.plus_seconds(60 * 86_400);
    let now = of_period(&desk, "2032-01-01", &desk.now.day().to_string());
    assert!(chapter(&now, "19").contains(&release.to_string()), "{}", chapter(&now, "19"));
}

#[test]
fn a_period_of_last_year_prints_releases_plans_checks_communications_and_deviations_as_they_were_then() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let note = desk.file.referring(release, Kind::Communication).unwrap()[0].head.id;
    let known = deviation(&mut desk);
    let check = json!({"title": "Inbox", "source": "SUPPORT", "checked_on": desk.now.day(), "new_items": 0, "remarks": "All mails read"});
    let check = desk.create("dan", Kind::SourceCheck, check);
    let end = desk.now.day().to_string();
    let before = of_period(&desk, "2031-01-01", &end);
    desk.now = desk.now.plus_seconds(400 * 86_400);
    // A year later the release is withdrawn, its note issued, the check struck out, the deviation rewritten, the plan replaced.
    desk.change_plan(json!({"feedback_triage_days": 3}));
    let installs = json!({"installs": [{"market": "eu", "count": 4711, "as_of": desk.now.day(), "source": "Later count"}]});
    desk.edit("dan", release, installs).unwrap();
    let recipient =
        json!({"title": "Mary Major", "organisation": "St Example Hospital", "sent_on": desk.now.day()});
    desk.create_part("eva", Kind::Recipient, note, recipient);
    desk.sign_go("eva", note, "issue").unwrap();
    desk.by("dan", Act::from(go_to(check, "strike", json!({}))).because("Wrong day")).unwrap();
    desk.edit("dan", known, json!({"description": "Rewritten a year later."})).unwrap();
    let later = deviation(&mut desk);
    desk.edit("dan", later, json!({"description": "Found out much later."})).unwrap();
    let year = of_period(&desk, "2031-01-01", "2031-12-31");
    assert_in(&year, "4", &["MP-0001", "In force"]);
    for words in ["MP-0002", "Superseded", "superseded"] {
        assert!(!chapter(&year, "4").contains(words), "{words} came later: {}", chapter(&year, "4"));
    }
    assert_in(&year, "5", &["SUPPORT", "Recorded"]);
    assert!(!chapter(&year, "5").contains("Struck out"), "{}", chapter(&year, "5"));
    assert_in(&year, "12", &[&release.to_string(), "Released"]);
    assert_in(&year, "16", &[&note.to_string(), "Approved", r#""0","0","0","0","0""#]);
    assert!(!chapter(&year, "16").contains("Issued"), "{}", chapter(&year, "16"));
    assert_in(&year, "17", &[&known.to_string(), "an untested build", &later.to_string()]);
    assert_in(&year, "17", &["entered after the end of the period", "Found out much later."]);
    assert!(!chapter(&year, "17").contains("Rewritten"), "{}", chapter(&year, "17"));
    let evidence = chapter(&year, "2");
    assert!(evidence.contains(&known.to_string()) && !evidence.contains(&later.to_string()), "{evidence}");
    // What was printed on the last day of that year is printed again, except for the deviation that came later.
    let again = of_period(&desk, "2031-01-01", &end);
    for number in ["12", "13", "16"] {
        assert_eq!(chapter(&before, number), chapter(&again, number), "chapter {number}");
    }
    let present = of_period(&desk, "2031-01-01", &desk.now.day().to_string());
    assert_in(&present, "4", &["MP-0002", "Superseded"]);
    assert_in(&present, "5", &["Struck out"]);
    assert_in(&present, "16", &["Issued", r#""1","1","0","0""#]);
    assert_in(&present, "17", &["Rewritten a year later.", "Found out much later."]);
    assert!(!chapter(&present, "17").contains("after the end of the period"));
}

#[test]
fn a_version_that_left_the_field_later_is_among_the_soup_of_the_field_then() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    desk.now = desk.now.plus_seconds(400 * 86_400);
    let out = json!({"out_of_service_evidence": "All pumps are updated", "in_service": "no"});
    desk.edit("ana", release, out).unwrap();
    desk.go("ana", release, "out_of_service").unwrap();
    let year = of_period(&desk, "2031-01-01", "2031-12-31");
    assert_in(&year, "13", &[&release.to_string(), "Released"]);
    assert!(!chapter(&year, "12").contains("Out of service"), "{}", chapter(&year, "12"));
    let present = of_period(&desk, "2031-01-01", &desk.now.day().to_string());
    assert!(!chapter(&present, "13").contains("SHA-256 of the bill"), "{}", chapter(&present, "13"));
    assert_in(&present, "12", &["Out of service"]);
}

#[test]
fn a_period_without_a_plan_in_force_says_that_its_dates_are_provisional() {
    let mut desk = Desk::staffed_without_plan();
    let received = json!({
        "title": "A late alarm", "received_at": desk.now, "aware_at": desk.now, "channel": "Telephone", "source_kind": "user",
        "description_verbatim": "It came late.", "device_name": "Pump gateway", "software_version_reported": "2.3.0",
    });
    let feedback = desk.create("dan", Kind::Feedback, received);
    desk.go("dan", feedback, "register").unwrap();
    desk.now = desk.now.plus_seconds(400 * 86_400);
    let year = of_period(&desk, "2031-01-01", "2031-12-31");
    assert_in(&year, "3", &["Provisional authority matrix of MP-0001"]);
    assert_in(
        &year,
        "4",
        &["No maintenance plan was in force from 2031-03-03 to 2031-12-31", "Provisional", "MP-0001"],
    );
    assert_in(&year, "5", &["Provisional", "no interval in force", "SUPPORT"]);
    assert_in(&year, "19", &["FB-0001", "provisional"]);
    desk.put_plan_in_force(crate::desk::PLAN, json!({}));
    let year = of_period(&desk, "2031-01-01", "2031-12-31");
    assert_in(
        &year,
        "4",
        &["No maintenance plan was in force in the period", "Provisional: this version was not in force"],
    );
    assert_in(&year, "19", &["FB-0001", "provisional"]);
}

#[test]
fn a_redacted_packet_of_a_release_names_no_recipient_and_nobody_who_reported() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let note = desk.file.referring(release, Kind::Communication).unwrap()[0].head.id;
    let recipient =
        json!({"title": "Mary Major", "organisation": "St Example Hospital", "sent_on": desk.now.day()});
    desk.create_part("eva", Kind::Recipient, note, recipient);
    let bypass = desk.create(
        "dan",
        Kind::ProcessDeviation,
        json!({
            "title": "Nora Minor saw a hotfix", "rule_bypassed": "IEC 62304 6.3.2", "discovered_by": "Nora Minor",
            "releases": [release],
        }),
    );
    let open = of_release(&desk, release).packet;
    assert_in(&open, "1", &[&bypass.to_string(), "Nora Minor"]);
    assert_in(&open, "14", &["1, of which sent to 1, acknowledged by 0, not reachable 0"]);
    let options = PacketOptions { scope: PacketScope::Release(release), redact: true };
    let hidden = build(&desk, options);
    let text = serde_json::to_string(&hidden.packet).unwrap();
    for private in ["Nora Minor", "Mary Major", "St Example Hospital"] {
        assert!(!text.contains(private), "{private}");
    }
    assert!(text.contains("[redacted]") && text.contains("Rita Example"));
    render_packet(&hidden, PacketFonts::bundled()).unwrap();
}
