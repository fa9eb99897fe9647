//! The packet of a retirement, the report of readiness, the guide for users, and what stands of them in the packet of a period.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::time::Day;
use mainstay::ops::{
    BuiltPacket, ChapterOrder, PacketFonts, PacketOptions, PacketScope, ReadinessScope, Request, guide_pages,
    guide_text, render_packet,
};
use mainstay::report::Packet;
use serde_json::{Value, json};

use crate::chain::verified_change;
use crate::cli::{EXAMPLE_PASSWORD, copy};
use crate::desk::{Desk, id, program, stamp};
use crate::packet::{assert_in, build, chapter, chapters, keep};

fn of(desk: &Desk, scope: PacketScope) -> BuiltPacket {
    build(desk, PacketOptions { scope, redact: false })
}

/// Lays out the pages: without a warning, and kept for looking at.
fn printed(built: &BuiltPacket, name: &str) {
    let rendered = render_packet(built, PacketFonts::bundled()).unwrap();
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    keep(name, &rendered.pdf);
}

fn year(desk: &Desk) -> Packet {
    let (from, to) = (Day::parse("2031-01-01").unwrap(), Day::parse("2031-12-31").unwrap());
    let built = of(desk, PacketScope::Period { from, to, order: ChapterOrder::Clauses });
    printed(&built, "period-with-retirement");
    built.packet
}

/// Everything that a plan is asked.
fn answers(desk: &Desk) -> Value {
    let stage = |stage: &str| {
        json!({"stage": stage, "complaints": "Yes", "vigilance": "Yes", "bug_fixes": "No", "security_updates": "Critical ones",
               "vulnerability_notices": "By e-mail", "soup_review_days": 90})
    };
    let told = |end: &str| json!({"audience": "customers", "end": end, "lead_months": 24});
    let duty = json!({"duty": "Complaints and vigilance", "person": desk.people["eva"].person(), "until": "Ten years after the last sale"});
    json!({
        "versions": ["2.3.0", "2.3.1"], "markets": ["eu", "us"], "install_base": "412 gateways at 37 sites", "reason": "Its processor is not made any more",
        "alternatives": "A redesign", "last_sale_date": "2033-06-30", "eol_date": "2033-06-30", "security_support_end": "2035-06-30",
        "eos_date": "2035-12-31", "decommission_target": "2036-06-30", "export_until": "2036-03-31", "dates_basis": "Contracts with hospitals",
        "stages": [stage("limited_support"), stage("end_of_support")], "audiences": [told("sale"), told("support")],
        "notice_content": "Versions, dates and options", "serious_harm": "no", "serious_harm_rationale": "Other gateways are available",
        "emergency_device": "no",
        "data_categories": [{"category": "Alarm log", "owner": "Hospital", "retention": "Hospital, five years", "deletion": "Overwritten"}],
        "hosted_services": "The update server stops last", "soup_state": "zlib is maintained", "open_findings": "None is open",
        "names_held": "updates.example.org until 2040", "keys_na": "No key is used any more", "residual_risk": "Acceptable", "risk_file_ref": "RMF-7",
        "risk_transfer": "Hospitals isolate the network", "duties": [duty], "archive_content": "Releases, sources, tools",
        "archive_copies": [{"location": "Vault A", "custodian": "Quality"}, {"location": "Vault B", "custodian": "IT"}],
        "regulatory_closing": "EUDAMED is updated", "guide_backup": "Export the alarm log to a drive.",
        "guide_removal": "Reset the gateway to delivery state. It deletes credentials.", "guide_isolation": "Unplug the network.",
        "guide_disposal": "Shred the flash card.",
    })
}

fn plan(desk: &mut Desk) -> RecordId {
    desk.hire("mia", "Mia Example", &[Role::Management]);
    desk.create("eva", Kind::RetirementPlan, json!({"title": "Retirement of the gateway"}))
}

/// A plan with all answers, submitted and signed.
fn approved(desk: &mut Desk) -> RecordId {
    let plan = plan(desk);
    let milestone = json!({"title": "Announce the end of life", "planned_on": "2031-06-30"});
    desk.create_part("eva", Kind::Milestone, plan, milestone);
    let key = json!({"title": "Signing key of the firmware", "key_kind": "code_signing", "location": "Safe", "holder": "Ben Example"});
    desk.create_part("eva", Kind::KeyMaterial, plan, key);
    let set = answers(desk);
    desk.edit("eva", plan, set).unwrap();
    let approval = desk.go("eva", plan, "submit").unwrap().made[0];
    for login in ["mia", "ana", "eva"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(plan), "approved");
    plan
}

const TWELVE: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

#[test]
fn the_packet_of_a_retirement_has_its_twelve_chapters_and_shows_the_working_of_retention() {
    let mut desk = Desk::staffed();
    let plan = approved(&mut desk);
    assert_eq!(desk.file.retirement_plan(desk.now).unwrap(), Some(plan));
    let built = of(&desk, PacketScope::Retirement(plan));
    let packet = &built.packet;
    assert_eq!(chapters(packet), TWELVE);
    assert_in(packet, "1", &["412 gateways at 37 sites", "the plan is here", "Answered", "Approved"]);
    assert_in(
        packet,
        "2",
        &["2033-06-30", "not announced", "Contracts with hospitals", "MS-0001", "2031-06-30"],
    );
    assert_in(packet, "3", &["Limited support", "Critical ones", "90"]);
    assert_in(
        packet,
        "4",
        &["Customers", "2031-06-30", "2033-12-31", "not told yet", "Versions, dates and options"],
    );
    assert_in(packet, "5", &["Serious harm foreseeable", "Other gateways are available"]);
    assert_in(
        packet,
        "6",
        &["the last release is not named yet", "zlib is maintained", "Hospitals isolate the network"],
    );
    assert_in(packet, "7", &["Alarm log", "Overwritten", "Reset the gateway"]);
    assert_in(packet, "8", &["Signing key of the firmware", "Code signing", "In use", "updates.example.org"]);
    assert_in(packet, "9", &["Complaints and vigilance", "Eva Example"]);
    assert_in(packet, "10", &["Vault A", "Vault B", "no restore test is recorded yet"]);
    assert_in(
        packet,
        "11",
        &["ISO 13485 4.2.5", "cannot be computed", "last release not known", "never guessed"],
    );
    assert_in(packet, "12", &["EUDAMED is updated", "Mia Example", "Ana Example", "Eva Example"]);
    assert!(!chapter(packet, "7").contains("Missing"), "{}", chapter(packet, "7"));
    printed(&built, "retirement");
}

#[test]
fn what_a_retirement_plan_does_not_answer_is_printed_as_missing() {
    let mut desk = Desk::staffed();
    assert_eq!(desk.file.retirement_plan(desk.now).unwrap(), None);
    let plan = plan(&mut desk);
    let built = of(&desk, PacketScope::Retirement(plan));
    assert_eq!(chapters(&built.packet), TWELVE);
    for number in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12"] {
        assert_in(&built.packet, number, &["Missing"]);
    }
    assert_in(&built.packet, "8", &["No key is listed"]);
    assert_in(
        &built.packet,
        "12",
        &["No signature on a step of the plan yet", "No approval is requested yet"],
    );
    printed(&built, "retirement-empty");
}

#[test]
fn the_packet_of_a_retirement_names_the_last_release_with_its_bill_and_its_archive() {
    let mut desk = Desk::staffed();
    let release = crate::releasing::released(&mut desk);
    let plan = approved(&mut desk);
    desk.edit("eva", plan, json!({"final_release": release})).unwrap();
    let built = of(&desk, PacketScope::Retirement(plan));
    assert_in(&built.packet, "6", &[&release.to_string(), "Released", "SOUP of version", "as in VEX"]);
    assert_in(&built.packet, "10", &["Archive of the last release"]);
    assert_in(&built.packet, "11", &["last release 2031-"]);
    printed(&built, "retirement-released");
}

#[test]
fn a_report_of_readiness_is_internal_and_gives_each_gap_with_clause_record_and_remedy() {
    let mut desk = Desk::staffed();
    verified_change(&mut desk);
    desk.now = desk.now.plus_seconds(200 * 86_400);
    let built = of(&desk, PacketScope::Readiness(ReadinessScope { on: None, months: 24 }));
    let packet = &built.packet;
    assert_eq!(packet.marking.as_deref(), Some("Internal"));
    assert_eq!(chapters(packet), ["1", "2", "3", "4", "5"]);
    assert_in(packet, "1", &["packet.issue", "rules", "end of the first month"]);
    assert_in(packet, "2", &["Critical", "Hints", "Since"]);
    assert_in(packet, "3", &["Change requests are analysed", "1 change request"]);
    assert_in(packet, "4", &["No waiver is in force", "No gap is waived or told in a closed deviation"]);
    assert_in(packet, "5", &["CR-02", "finds nothing", "Plan and monitoring"]);
    let found = desk.file.readiness(desk.now, &Default::default()).unwrap();
    let first = &found.gaps.iter().find(|one| one.gap.hit.record.is_some()).unwrap().gap;
    assert_in(packet, "2", &[first.rule.id, first.rule.clause, &first.hit.record.unwrap().to_string()]);
    printed(&built, "readiness");
    let other = of(&desk, PacketScope::Change(id("CR-0001"))).packet;
    assert_eq!(other.marking, None, "other packets may be handed out");
}

#[test]
fn a_report_of_readiness_of_a_past_day_is_of_the_records_then_and_none_is_of_the_future() {
    let mut desk = Desk::staffed();
    desk.now = desk.now.plus_seconds(40 * 86_400);
    verified_change(&mut desk);
    let on = Day::parse("2031-03-10").unwrap();
    let scope = |on, months| PacketScope::Readiness(ReadinessScope { on: Some(on), months });
    let then = of(&desk, scope(on, 0)).packet;
    assert_in(&then, "1", &["2031-03-10", "not looked for"]);
    assert!(!chapter(&then, "3").contains("1 change request"), "there was none yet");
    let refused = |scope| {
        let options = PacketOptions { scope, redact: false };
        desk.file.build_packet(&options, &desk.people["ana"], None, &stamp(desk.now)).unwrap_err().to_string()
    };
    assert!(refused(scope(desk.now.day().plus_days(1), 0)).contains("in the future"));
    assert!(refused(scope(on, 12)).contains("leave out the day"));
}

#[test]
fn a_waived_gap_stands_with_the_text_and_the_end_of_its_waiver() {
    let mut desk = Desk::staffed();
    desk.hire("mia", "Mia Example", &[Role::Management]);
    verified_change(&mut desk);
    desk.now = desk.now.plus_seconds(200 * 86_400);
    let found = desk.file.readiness(desk.now, &Default::default()).unwrap();
    let rule = found.gaps[0].gap.rule.id;
    let set = json!({
        "title": "Waived for now", "rule": rule, "justification": "The register is made this spring",
        "until_then": "It is looked at each month", "expires_on": "2031-12-20",
    });
    let waiver = desk.create("eva", Kind::Waiver, set);
    let approval = desk.go("eva", waiver, "submit").unwrap().made[0];
    for login in ["mia", "ana"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(waiver), "in_force");
    let built = of(&desk, PacketScope::Readiness(ReadinessScope::default()));
    let text =
        ["WV-0001", rule, "The register is made this spring", "It is looked at each month", "2031-12-20"];
    assert_in(&built.packet, "4", &text);
    assert_in(&built.packet, "4", &["Gaps that are waived, or told in a closed deviation"]);
    assert_in(&year(&desk), "17", &text);
}

#[test]
fn a_period_prints_trends_clocks_items_retirement_and_the_counts_of_readiness() {
    let mut desk = Desk::staffed();
    verified_change(&mut desk);
    let packet = year(&desk);
    assert_in(&packet, "3", &["No legacy file", "the class of the product counts for all"]);
    assert_in(&packet, "9", &["No trend review in the period", "Feedback received"]);
    assert_in(&packet, "16", &["No clock of an authority is running"]);
    assert_in(&packet, "17", &["No waiver is in force"]);
    assert_in(&packet, "18", &["The file has no retirement plan", "cannot be computed"]);
    assert_in(&packet, "19", &["critical", "major", "The list itself is internal"]);
    assert!(!serde_json::to_string(&packet).unwrap().contains("Not kept by this version"));

    approved(&mut desk);
    let item = json!({"title": "Alarm service", "item_kind": "item", "safety_class": "b"});
    desk.create("ben", Kind::SoftwareItem, item);
    let review = json!({
        "title": "Trends of the winter", "counted": "problems", "period_from": "2030-10-01", "period_to": "2031-03-03",
        "interval": "month", "method": "poisson",
    });
    let review = desk.create("ana", Kind::TrendReview, review);
    desk.go("ana", review, "count_period").unwrap();
    let packet = year(&desk);
    assert_in(&packet, "3", &["Alarm service", "SW-0001"]);
    assert_in(
        &packet,
        "9",
        &["Value against the limits", "Problem reports", &review.to_string(), "2031-01", "within"],
    );
    assert_in(&packet, "18", &["13 of 13 groups", "2035-12-31", "Announce the end of life", "Planned"]);
}

#[test]
fn a_guide_has_what_users_do_and_nothing_internal_and_is_a_draft_until_the_plan_is_approved() {
    let mut desk = Desk::staffed();
    let draft = plan(&mut desk);
    let refused = guide_text(&desk.file, draft, &stamp(desk.now)).unwrap_err().to_string();
    assert!(refused.contains("fill the fields of the decommissioning guide"), "{refused}");
    desk.edit("eva", draft, json!({"guide_na": "Never delivered"})).unwrap();
    let refused = guide_text(&desk.file, draft, &stamp(desk.now)).unwrap_err().to_string();
    assert!(refused.contains("Never delivered"), "{refused}");
    let set = answers(&desk);
    desk.edit("eva", draft, set).unwrap();
    let words = guide_text(&desk.file, draft, &stamp(desk.now)).unwrap();
    assert!(words.contains("DRAFT") && words.contains("Date: Draft"), "{words}");
    desk.edit("eva", draft, json!({"guide_na": null})).unwrap();
    let approval = desk.go("eva", draft, "submit").unwrap().made[0];
    for login in ["mia", "ana", "eva"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    let words = guide_text(&desk.file, draft, &stamp(desk.now)).unwrap();
    for expected in [
        "Decommissioning guide",
        "2.3.0, 2.3.1",
        "End of all support: 2035-12-31",
        "1. Back up",
        "4. Dispose of media",
        "Shred the flash card.",
        "Organisation, site: ___",
        "Example Devices",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    for internal in ["DRAFT", "412 gateways", "processor", "Vault", "RMF-7", "Eva", "Hospitals isolate"] {
        assert!(!words.contains(internal), "{internal} in {words}");
    }
    let printed = guide_pages(&desk.file, draft, PacketFonts::bundled(), &stamp(desk.now)).unwrap();
    assert!(
        printed.warnings.is_empty() && printed.pages <= 2,
        "{:?}, {} pages",
        printed.warnings,
        printed.pages
    );
    keep("guide", &printed.pdf);
    let other = guide_text(&desk.file, id("MP-0001"), &stamp(desk.now)).unwrap_err().to_string();
    assert!(other.contains("is not a retirement plan"), "{other}");
}

#[test]
fn the_command_line_prints_readiness_retirement_and_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let script = r#"[
        (do: Create(kind: "retirement_plan", set: {"title": "Retirement", "guide_backup": "Export the alarm log."})),
    ]"#;
    std::fs::write(folder.path().join("plan.ron"), script).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.arg(arguments[0]).arg(&path).args(&arguments[1..]);
        command.env("MAINSTAY_PASSWORD", EXAMPLE_PASSWORD).current_dir(folder.path());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let packet = |arguments: &[&str], out: &str| {
        run(&[&["packet"][..], arguments, &["-o", out, "--login", "mara"][..]].concat())
    };
    let given_up = r#"[(do: Move(id: "RP-0001", go: "void"), reason: "The next plan replaces it")]"#;
    std::fs::write(folder.path().join("given_up.ron"), given_up).unwrap();
    let (code, out, err) = run(&["run", "given_up.ron", "--login", "mara"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = packet(&["retirement"], "none.pdf");
    assert!(code != 0 && err.contains("this file has no retirement plan; create one"), "{code} {err}");
    let (code, out, err) = run(&["run", "plan.ron", "--login", "mara"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = run(&["guide", "RP-0002", "-o", "guide.pdf"]);
    assert_eq!((code, out.contains("Wrote guide.pdf")), (0, true), "{out}{err}");
    let (code, _, err) = run(&["guide", "MP-0001", "-o", "other.pdf"]);
    assert!(code != 0 && err.contains("is not a retirement plan"), "{err}");
    for (arguments, words) in [
        (vec!["retirement", "--on", "2026-03-03"], "--on and --since belong to the report of readiness"),
        (vec!["readiness", "RP-0002"], "does not belong to the report of readiness"),
        (vec!["readiness", "--from", "2026-01-01"], "--from belongs to the packet of a period"),
        (vec!["readiness", "--on", "2199-01-01"], "is in the future"),
        (vec!["retirement", "CR-0001"], "is not a retirement plan"),
    ] {
        let (code, _, err) = packet(&arguments, "x.pdf");
        assert!(code == 2 && err.contains(words), "{arguments:?}: {code} {err}");
    }
    for arguments in [vec!["retirement"], vec!["readiness", "--since"]] {
        let name = format!("{}.pdf", arguments[0]);
        let (code, out, err) = packet(&arguments, &name);
        assert!(code == 0 && out.contains("Packet PK-"), "{code} {out}{err}");
        let pdf = std::fs::read(folder.path().join(&name)).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        keep(&format!("example-{}", arguments[0]), &pdf);
    }
}
