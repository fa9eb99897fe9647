//! What falls due: by which records, at which moment, within which limits, and on which working days.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::ledger::Ledger;
use mainstay::domain::problem_report::is_safety_relevant;
use mainstay::domain::requests::RecordSource as _;
use mainstay::domain::shared_record::SharedRecord;
use mainstay::domain::time::{Day, Moment};
use mainstay::ops::{
    Act, AttentionItem, ChapterOrder, Example, Opened, POLICY, PacketOptions, PacketScope, ProductFile,
    Refused, Request, attention_of, counts, find_calendar, trends, write_example,
};
use mainstay::report::Block;
use serde_json::{Value, json};

use crate::chain::{confirmed_problem, evaluated_problem, feedback, verified_change};
use crate::desk::{Desk, PLAN, fields, program, stamp};

/// Every state of every kind, and every effect on safety, tried on the records of the example product.
#[test]
fn dashboard_plot_and_counts_agree_on_what_is_open_and_what_touches_safety() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    let example: Example = write_example(&path).unwrap();
    let Opened::Open(file) = ProductFile::open_to_read(&path).unwrap() else { panic!("not opened") };
    drop(example);
    let now = file.head().at.unwrap();
    let mut ledger = file.at(now).unwrap();
    let effects = [Value::Null, json!("none"), json!("minor"), json!("serious"), json!("unknown")];
    for kind in
        [Kind::Feedback, Kind::ProblemReport, Kind::ChangeRequest, Kind::ImpactAnalysis, Kind::Approval]
    {
        let (mut tried, mut waited) = (0, 0);
        for data in ledger.all(kind).unwrap().into_iter().take(8) {
            for state in kind.def().states {
                for effect in if kind == Kind::ProblemReport { &effects[..] } else { &effects[..1] } {
                    let mut changed = data.clone();
                    state.code.clone_into(&mut changed.change().head.state);
                    if kind == Kind::ProblemReport {
                        changed.change().fields.insert("safety_effect".to_owned(), effect.clone());
                    }
                    waited += usize::from(one_says_what_the_others_say(&mut ledger, &changed, now));
                    tried += 1;
                }
            }
            replace(&mut ledger, &data);
        }
        assert!(
            tried > kind.def().states.len() && (waited > 0 || kind == Kind::Approval),
            "{kind:?}: {tried} {waited}"
        );
    }
}

fn replace(ledger: &mut Ledger, data: &SharedRecord) {
    let before = ledger.take(data.head.id);
    ledger.put(before.as_deref(), data.clone());
}

/// Whether something waits for the record; all views of it must fit its predicates.
fn one_says_what_the_others_say(ledger: &mut Ledger, data: &SharedRecord, now: Moment) -> bool {
    let (id, kind) = (data.head.id, data.head.id.kind);
    let open_of =
        |ledger: &Ledger| counts(ledger).unwrap().into_iter().find(|count| count.kind == kind).unwrap().open;
    let plotted = |ledger: &Ledger| -> (u32, u32) {
        let bands = trends(ledger, now).unwrap().open_problems_by_age;
        bands.iter().fold((0, 0), |(safety, other), band| (safety + band.1, other + band.2))
    };
    let was = ledger.get(id).cloned().unwrap();
    let (open, plot) = (open_of(ledger), plotted(ledger));
    replace(ledger, data);
    let (is, was_open) = (usize::from(data.is_open()), usize::from(was.is_open()));
    assert_eq!(open_of(ledger) + was_open, open + is, "{id} {}", data.head.state);
    let shown = |data: &SharedRecord| -> (u32, u32) {
        let counted = data.head.id.kind == Kind::ProblemReport && data.is_open();
        let safety = counted && is_safety_relevant(data);
        (u32::from(safety), u32::from(counted && !safety))
    };
    let now_plotted = plotted(ledger);
    let (before, after) = (shown(&was), shown(data));
    assert_eq!(
        (now_plotted.0 + before.0, now_plotted.1 + before.1),
        (plot.0 + after.0, plot.1 + after.1),
        "{id}"
    );
    let attention = attention_of(ledger, now);
    let items: Vec<&AttentionItem> =
        attention.now.iter().chain(&attention.coming).filter(|item| item.record == id).collect();
    assert!(data.is_open() || items.is_empty(), "{id} is {} and waits: {items:?}", data.head.state);
    let grave = items.iter().any(|item| item.what == "Evaluate the safety-relevant problem");
    let light = items.iter().any(|item| item.what == "Evaluate the problem");
    let unjudged = kind == Kind::ProblemReport
        && ["open", "investigating", "reopened"].contains(&data.head.state.as_str());
    assert_eq!(
        (grave, light),
        (unjudged && is_safety_relevant(data), unjudged && !is_safety_relevant(data)),
        "{id} {}",
        data.head.state
    );
    !items.is_empty()
}

fn packet(desk: &Desk, from: &str, to: &str) -> mainstay::report::Packet {
    let scope = PacketScope::Period {
        from: Day::parse(from).unwrap(),
        to: Day::parse(to).unwrap(),
        order: ChapterOrder::Clauses,
    };
    let options = PacketOptions { scope, redact: false };
    desk.file.build_packet(&options, &desk.people["ana"], None, &stamp(desk.now)).unwrap().packet
}

/// The text of a chapter.
fn chapter(packet: &mainstay::report::Packet, title: &str) -> String {
    let section = packet.sections.iter().find(|section| section.title == title).unwrap();
    format!("{:?}", section.blocks)
}

#[test]
fn the_packet_counts_as_safety_relevant_what_the_predicate_says() {
    let mut desk = Desk::staffed();
    let (_, first) = confirmed_problem(&mut desk);
    let (_, second) = confirmed_problem(&mut desk);
    for (effect, relevant) in [("none", 1), ("minor", 2), ("serious", 2), ("unknown", 2)] {
        desk.edit("ben", second, json!({"safety_effect": effect})).unwrap();
        let packet = packet(&desk, "2031-01-01", "2031-12-31");
        let summary = packet.sections.iter().find(|section| section.number == "1").unwrap();
        let summary = &summary.blocks[0];
        let Block::Figures { figures } = summary else { panic!("{summary:?}") };
        let note = &figures.iter().find(|figure| figure.label == "problem reports").unwrap().note;
        assert_eq!(*note, format!("{relevant} safety-relevant"), "{effect}");
        let count = [first, second].iter().filter(|id| is_safety_relevant(&desk.record(**id))).count();
        assert_eq!(count, relevant);
    }
}

#[test]
fn a_problem_that_was_open_in_march_and_closed_in_april_is_open_in_march() {
    let mut desk = Desk::staffed();
    desk.change_plan(json!({"follow_up_days": 10}));
    let (pr, _) = verified_change(&mut desk);
    desk.now = Moment::parse("2031-04-10T09:00:00Z").unwrap();
    let answers = json!({
        "resolved": true, "trend_reversed": "There was none", "implemented_in": ["2.3.1"], "new_problems": "None",
        "verification_evidence": "Test report 7", "released_in": "fixed, unreleased",
    });
    desk.edit("dan", pr, answers).unwrap();
    desk.sign_go("ana", pr, "close").unwrap();
    desk.now = Moment::parse("2031-05-02T09:00:00Z").unwrap();

    let march = packet(&desk, "2031-03-01", "2031-03-31");
    let words = chapter(&march, "Open and overdue");
    assert!(words.contains(&pr.to_string()) && words.contains("overdue by"), "{words}");
    let april = packet(&desk, "2031-04-01", "2031-04-30");
    let words = chapter(&april, "Open and overdue");
    assert!(!words.contains(&pr.to_string()), "{words}");
    // The same in the dashboard of then.
    let end = Moment::parse("2031-03-31T23:59:59Z").unwrap();
    let at = |moment| desk.file.attention_at(moment).unwrap().now.iter().any(|item| item.record == pr);
    assert!(at(end));
    assert!(!at(Moment::parse("2031-04-30T23:59:59Z").unwrap()));
    assert!(!desk.file.attention(end).unwrap().now.iter().any(|item| item.record == pr), "as it is now");

    let path = desk.file.path().to_str().unwrap();
    let status = |on: &str| {
        let output = program().args(["status", path, "--on", on]).output().unwrap();
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (words(&output.stdout), words(&output.stderr))
    };
    let (march, _) = status("2031-03-31");
    assert!(march.contains(&format!("{pr}  ")) && march.contains("2031-03-31 23:59 UTC"), "{march}");
    assert!(march.contains("Problem reports       1, 1 open"), "{march}");
    let (closed, _) = status(&desk.file.head().at.unwrap().day().to_string());
    assert!(!closed.contains(&format!("{pr}  ")), "{closed}");
    assert!(closed.contains("Problem reports       1, 0 open"), "{closed}");
    let (_, refusal) = status("2031-12-31");
    assert!(refusal.contains("--on 2031-12-31 is in the future"), "{refusal}");
    // What the command prints of a day: the ledger of then.
    let open = |day: &str| {
        let at = Moment::parse(&format!("{day}T23:59:59Z")).unwrap();
        let counts = mainstay::ops::counts(&desk.file.at(at).unwrap()).unwrap();
        let reports = counts.into_iter().find(|count| count.kind == Kind::ProblemReport).unwrap();
        (reports.all, reports.open)
    };
    assert_eq!((open("2031-03-31"), open("2031-04-30")), ((1, 1), (1, 0)));
}

fn item(desk: &Desk, id: RecordId) -> AttentionItem {
    let attention = desk.file.attention(desk.now).unwrap();
    attention.now.into_iter().chain(attention.coming).find(|item| item.record == id).unwrap()
}

fn policy(desk: &mut Desk, set: Value) -> Result<(), Refused> {
    let edit = Act::from(Request::Edit { id: POLICY, set: fields(set) }).because("As decided");
    desk.signed("ana", edit).map(|_| ())
}

#[test]
fn a_limit_that_the_plan_does_not_set_is_reported_as_missing_and_nothing_replaces_it() {
    let mut desk = Desk::staffed_without_plan();
    let (judged, _) = confirmed_problem(&mut desk);
    let due = item(&desk, judged);
    assert_eq!((due.due, due.no_limit), (Some(desk.now.day().plus_days(30)), None));
    desk.edit("ana", PLAN, json!({"follow_up_days": null})).unwrap();
    let due = item(&desk, judged);
    assert_eq!((due.due, due.days_late, due.no_limit), (None, 0, Some("Follow-up of decisions (days)")));
    let attention = desk.file.attention(desk.now).unwrap();
    assert!(attention.now.iter().any(|item| item.record == judged), "it is shown at once");
    desk.edit("ana", PLAN, json!({"follow_up_days": 3})).unwrap();
    assert_eq!(item(&desk, judged).due, Some(desk.now.day().plus_days(3)));
}

#[test]
fn a_deferred_problem_keeps_its_date_and_without_one_it_is_due_since_its_deferral() {
    let mut desk = Desk::staffed();
    let pr = evaluated_problem(&mut desk);
    let day = desk.now.day().plus_days(30);
    let decided = json!({
        "reassess_by": day.to_string(), "no_change_rationale": "Rare", "workaround": "Use mains",
    });
    desk.edit("ben", pr, decided).unwrap();
    desk.signed("cleo", Request::Sign { id: pr, meaning: None }).unwrap();
    desk.sign_go("ana", pr, "defer").unwrap();
    for other in [Value::Null, json!(day.plus_days(30).to_string())] {
        let refusal = desk.edit("ana", pr, json!({"reassess_by": other})).unwrap_err().to_string();
        assert!(refusal.contains("“Reassess by”: is fixed in state “Deferred”"), "{refusal}");
    }
    assert_eq!(item(&desk, pr).due, Some(day));
    // A file in which the date was emptied after the deferral.
    let mut ledger = desk.file.at(desk.now).unwrap();
    let mut without = ledger.get(pr).cloned().unwrap();
    without.change().fields.remove("reassess_by");
    replace(&mut ledger, &without);
    let attention = attention_of(&ledger, desk.now);
    let due = attention.now.iter().chain(&attention.coming).find(|item| item.record == pr).unwrap();
    assert_eq!((&*due.what, due.due), ("Reassess the deferred problem", Some(desk.now.day())));
}

/// Feedback that was received on a day, entered now.
fn received(desk: &mut Desk, on: &str) -> Result<(), Refused> {
    let at = Moment::parse(&format!("{on}T10:00:00Z")).unwrap();
    let set = fields(json!({"title": "By letter", "received_at": at}));
    desk.by("dan", Request::Create { kind: Kind::Feedback, parent: None, set }).map(|_| ())
}

#[test]
fn a_late_entry_and_the_limits_are_counted_by_the_working_days_of_the_policy() {
    let mut desk = Desk::staffed();
    // Easter of 2031: Good Friday on 11 April, Easter Monday on 14 April.
    desk.now = Moment::parse("2031-04-15T09:00:00Z").unwrap();
    assert!(matches!(received(&mut desk, "2031-04-10").unwrap_err(), Refused::NeedsReason(_)));
    let without = feedback(&mut desk);
    assert_eq!(item(&desk, without).due, Some(Day::parse("2031-04-17").unwrap()));
    let sheet = find_calendar("germany", None).unwrap();
    policy(&mut desk, Value::Object(sheet.policy_fields(2031..=2031).unwrap())).unwrap();
    received(&mut desk, "2031-04-10").unwrap();
    assert!(matches!(received(&mut desk, "2031-04-09").unwrap_err(), Refused::NeedsReason(_)));
    desk.now = Moment::parse("2031-04-30T09:00:00Z").unwrap();
    let fresh = feedback(&mut desk);
    assert_eq!(
        item(&desk, fresh).due,
        Some(Day::parse("2031-05-05").unwrap()),
        "the first of May is a holiday"
    );
    // Whoever verifies the file counts by the policy as it was at each entry, also after it changed again.
    policy(&mut desk, json!({"holidays": [], "weekend": ["friday", "saturday"]})).unwrap();
    desk.assert_verifies();
}

#[test]
fn the_holidays_of_the_year_to_come_are_asked_for_and_a_senseless_calendar_is_refused() {
    let mut desk = Desk::staffed();
    assert!(!desk.file.attention(desk.now).unwrap().coming.iter().any(|item| item.record == POLICY));
    let sheet = find_calendar("france", None).unwrap();
    policy(&mut desk, Value::Object(sheet.policy_fields(2031..=2031).unwrap())).unwrap();
    let due = item(&desk, POLICY);
    assert_eq!(
        (&*due.what, due.due),
        ("Enter the holidays of 2032", Some(Day::parse("2032-01-01").unwrap()))
    );
    let refused = [
        (
            json!({"weekend": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]}),
            "leaves no working day",
        ),
        (json!({"holidays": [{"day": "2031-05-01"}, {"day": "2031-05-01"}]}), "row 2 repeats 2031-05-01"),
        (json!({"holidays": [{"name": "Labour Day"}]}), "row 1 has no day"),
        (json!({"holidays": [{"day": "31-05-01"}]}), "the year 31 is outside 1900 to 2199"),
        (json!({"weekend": ["someday"]}), "someday"),
    ];
    let head = desk.file.head().clone();
    for (set, expected) in refused {
        let refusal = policy(&mut desk, set).unwrap_err().to_string();
        assert!(refusal.contains(expected), "{refusal}");
    }
    assert_eq!(*desk.file.head(), head);
}

#[test]
fn the_ledger_of_a_whole_change_tells_the_same_as_the_file() {
    let mut desk = Desk::staffed();
    verified_change(&mut desk);
    let ledger = desk.file.at(desk.now).unwrap();
    for days in [0, 3, 20, 90, 500] {
        let then = desk.now.plus_seconds(days * 86_400);
        assert_eq!(attention_of(&ledger, then), desk.file.attention(then).unwrap(), "{days} days on");
        assert_eq!(trends(&ledger, then).unwrap(), desk.file.trends(then).unwrap());
    }
    assert_eq!(counts(&ledger).unwrap(), counts(desk.file.present()).unwrap());
}
