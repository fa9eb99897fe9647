//! Every field of a kind as CSV: out and in again, from the window's operations and from the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use mainstay::domain::ids::Kind;
use mainstay::domain::record::{KindDef, RecordData};
use mainstay::domain::requests::may_be_filled_when_made;
use mainstay::ops::fields_csv::{FieldsPlan, FieldsRowPlan, HEAD};
use mainstay::ops::import::{ImportSource, ReadOptions};
use mainstay::ops::{Opened, Password, ProductFile, Session, now, stamp as stamp_now, write_example};
use serde_json::json;

use crate::desk::{Desk, id, program, stamp};

/// The example product, written once for the tests of this file.
fn example() -> &'static (PathBuf, String) {
    static EXAMPLE: OnceLock<(PathBuf, String)> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let path = tempfile::tempdir().unwrap().keep().join("example.mainstay");
        let password = write_example(&path).unwrap().password;
        (path, password)
    })
}

fn copy(folder: &Path) -> PathBuf {
    let path = folder.join("copy.mainstay");
    std::fs::copy(&example().0, &path).unwrap();
    path
}

fn opened(path: &Path) -> ProductFile {
    let Opened::Open(file) = ProductFile::open(path, &stamp_now()).unwrap() else { panic!("not opened") };
    *file
}

fn source(bytes: Vec<u8>) -> Arc<ImportSource> {
    Arc::new(ImportSource::from_bytes("rows.csv", "here", bytes, &ReadOptions::default()).unwrap())
}

/// The fields that only later steps or the program fill.
fn filled_later(def: &KindDef) -> Vec<String> {
    def.fields()
        .map(|field| field.name)
        .filter(|name| !may_be_filled_when_made(def, name))
        .map(str::to_owned)
        .collect()
}

fn enterable(data: &RecordData) -> BTreeMap<String, serde_json::Value> {
    let def = data.def();
    let fields = data.fields.iter().filter(|(name, _)| may_be_filled_when_made(def, name));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn may_be_made_beside(file: &ProductFile, data: &RecordData) -> bool {
    match (data.def().part_of, data.head.parent) {
        (Some(part_of), Some(parent)) => {
            part_of.open_in.contains(&file.record(parent).unwrap().head.state.as_str())
        }
        (Some(_) | None, _) => true,
    }
}

#[test]
fn what_is_written_of_the_example_reads_back_field_by_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let mut file = opened(&path);
    let people = ["tomas", "mara", "jonas"]
        .map(|login| file.sign_in(login, &Password::new(&example().1), &stamp_now()).unwrap());
    // Two plans are not written or worked in at once; a version, an item of the register and a vulnerability are there once.
    let once = [
        Kind::MaintenancePlan,
        Kind::Release,
        Kind::SoupItem,
        Kind::SoupDesignator,
        Kind::ReviewItem,
        Kind::Finding,
        Kind::RetirementPlan,
    ];
    for kind in Kind::ALL.iter().copied().filter(|kind| !kind.def().create_by.is_empty()) {
        // A part is taken in only while its record is open for it.
        let (before, closed): (Vec<_>, Vec<_>) =
            file.all(kind).unwrap().into_iter().partition(|data| may_be_made_beside(&file, data));
        let source = source(file.fields_csv(kind).unwrap());
        let plan = file.plan_fields(kind, &source, &filled_later(kind.def()), now()).unwrap();
        let refused: Vec<String> = plan.refused().map(|(_, reasons)| reasons.join("; ")).collect();
        assert_eq!(refused.len(), closed.len(), "{}: {refused:?}", kind.def().plural);
        for (data, reason) in closed.iter().zip(&refused) {
            let parent = data.head.parent.unwrap().to_string();
            assert!(reason.contains(&parent) && reason.contains("can be changed in"), "{reason}");
        }
        let may = |session: &&Session| session.roles().iter().any(|role| kind.def().create_by.contains(role));
        let session = people.iter().find(may).unwrap();
        let made = match file.take_fields(session, &plan, &stamp_now()) {
            Ok(made) => made,
            Err(refusal) => {
                assert!(once.contains(&kind), "{}: {refusal}", kind.def().plural);
                continue;
            }
        };
        assert_eq!(made.len(), before.len(), "{}", kind.def().plural);
        for (old, new) in before.iter().zip(&made) {
            let new = file.record(*new).unwrap();
            assert_eq!(new.head.state, kind.def().initial());
            assert_eq!(enterable(&new), enterable(old), "{}", old.head.id);
        }
    }
    let verification = ProductFile::verify(&path, None, &|_| true).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
}

#[test]
fn every_kind_is_written_with_every_field_and_every_record() {
    let file = opened(&example().0);
    for kind in Kind::ALL {
        let text = String::from_utf8(file.fields_csv(*kind).unwrap()).unwrap();
        let header: Vec<&str> =
            text.trim_start_matches('\u{feff}').lines().next().unwrap().split(',').collect();
        let names = HEAD.into_iter().chain(kind.def().fields().map(|field| field.name));
        assert_eq!(header, names.collect::<Vec<_>>());
        let read = source(text.clone().into_bytes());
        assert_eq!(read.rows.len(), file.all(*kind).unwrap().len(), "{}", kind.def().plural);
    }
}

fn plan(desk: &Desk, kind: Kind, text: &str) -> FieldsPlan {
    desk.file.plan_fields(kind, &source(text.as_bytes().to_vec()), &[], desk.now).unwrap()
}

#[test]
fn a_row_that_cannot_be_taken_is_told_with_line_field_and_reason_and_the_others_are_taken() {
    let mut desk = Desk::staffed_once();
    let before = desk.file.head().seq;
    let text = "title,Channel,is_complaint,related,received_at,evaluation_rationale\n\
                Alarm is late,Telephone,,,2031-03-03T08:00:00Z,\n\
                ,,perhaps,,2031-03-03T08:00:00Z,\n\
                Display is dark,,,FB-0099,2031-03-03T08:00:00Z,\n\
                Pump stops,,,,2031-03-09T08:00:00Z,\n\
                Key sticks,,,,2031-03-03T08:00:00Z,Not a problem\n";
    let plan = plan(&desk, Kind::Feedback, text);
    let refused: BTreeMap<u64, String> =
        plan.refused().map(|(line, reasons)| (line, reasons.join("; "))).collect();
    assert_eq!(refused.keys().copied().collect::<Vec<_>>(), [3, 4, 5, 6], "{refused:?}");
    assert!(refused[&3].contains("is missing"), "{refused:?}");
    assert!(refused[&4].contains("there is no FB-0099 in this file"), "{refused:?}");
    assert!(refused[&5].contains("is in the future"), "{refused:?}");
    assert_eq!(refused[&6], "", "the column is the only reason");
    assert_eq!(plan.later_columns(), BTreeMap::from([("evaluation_rationale", 1), ("is_complaint", 1)]));
    assert_eq!(desk.file.head().seq, before, "a rehearsal changes nothing");
    assert!(matches!(plan.rows[0].plan, FieldsRowPlan::Take(None, _)));
    let made = desk.file.take_fields(&desk.people["dan"], &plan, &stamp(desk.now)).unwrap();
    assert_eq!(made, [id("FB-0001")]);
    assert_eq!(desk.file.head().seq, before + 2, "the file, then the row");
    assert_eq!(desk.record(id("FB-0001")).text("channel"), "Telephone");
    desk.assert_verifies();
}

#[test]
fn columns_that_are_none_and_kinds_that_nobody_makes_are_refused() {
    let desk = Desk::staffed_once();
    let refusal = |kind, text: &str, left: &[&str]| {
        let left: Vec<String> = left.iter().map(|name| (*name).to_owned()).collect();
        let read = source(text.as_bytes().to_vec());
        desk.file.plan_fields(kind, &read, &left, desk.now).unwrap_err().to_string()
    };
    assert!(refusal(Kind::Feedback, "title,colour\na,b\n", &[]).contains("column “colour” is not a field"));
    assert!(refusal(Kind::Feedback, "title,Title\na,b\n", &[]).contains("leave one out"));
    assert!(refusal(Kind::Feedback, "title,x\na,b\n", &["y"]).contains("no column “y” to leave out"));
    for kind in [Kind::Person, Kind::Approval] {
        assert!(refusal(kind, "title,x\na,b\n", &[]).contains("cannot be imported"));
    }
}

#[test]
fn a_role_that_may_not_make_one_takes_nothing_in_and_nothing_is_left() {
    let mut desk = Desk::staffed();
    desk.hire("finn", "Finn Example", &[mainstay::domain::person::Role::Auditor]);
    let before = desk.file.head().seq;
    let text = format!("title,received_at,channel\nAlarm is late,{},Telephone\n", desk.now);
    let plan = plan(&desk, Kind::Feedback, &text);
    assert_eq!(plan.taken(), 1);
    let refusal = desk.file.take_fields(&desk.people["finn"], &plan, &stamp(desk.now)).unwrap_err();
    assert!(!refusal.to_string().is_empty());
    assert_eq!(desk.file.head().seq, before);
    assert!(desk.file.all(Kind::Attachment).unwrap().is_empty(), "{refusal}");
}

#[test]
fn a_table_of_too_many_rows_is_refused_with_the_limit() {
    let desk = Desk::staffed_once();
    let rows = serde_json::to_string(&vec![json!({"task": "Virus scan"}); 501]).unwrap();
    let text = format!("title,release_tasks\nAnother plan,\"{}\"\n", rows.replace('"', "\"\""));
    let plan = plan(&desk, Kind::MaintenancePlan, &text);
    let (line, reasons) = plan.refused().next().unwrap();
    assert_eq!(line, 2);
    assert!(reasons.join("; ").contains("501 rows; at most 500"), "{reasons:?}");
}

fn mainstay(arguments: &[&str]) -> (i32, String, String) {
    let output = program().args(arguments).env("MAINSTAY_PASSWORD", &example().1).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_line_writes_fields_rehearses_and_takes_them_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let path = path.to_str().unwrap();
    let out = folder.path().join("problems.csv");
    let out = out.to_str().unwrap();
    let write = ["export", path, "--kind", "problem_report", "--csv", out];
    let (code, _, err) = mainstay(&write);
    assert_eq!(code, 0, "{err}");
    assert_eq!(mainstay(&write).0, 1, "nothing is written over");
    assert_eq!(mainstay(&["export", path]).0, 2);
    assert_eq!(mainstay(&["export", path, "--csv", out]).0, 2);
    assert_eq!(mainstay(&["export", path, "--kind", "nothing", "--csv", out]).0, 2);
    let count = opened(Path::new(path)).all(Kind::ProblemReport).unwrap().len();

    let mut take = vec!["import", "records", path, out, "--kind", "problem_report", "--login", "tomas"];
    let (code, said, err) = mainstay(&[&take[..], &["--dry-run"]].concat());
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("the reasons are listed above"), "{err}");
    let later = filled_later(Kind::ProblemReport.def());
    let told: Vec<&str> = said.lines().filter(|line| line.contains("cannot be filled when")).collect();
    assert!(!told.is_empty() && told.len() < count + later.len(), "once for each column: {said}");
    for line in told {
        let name = line.rsplit("--leave-out ").next().unwrap();
        assert!(later.iter().any(|later| later == name), "{line}");
        assert_eq!(said.matches(&format!("column {name} ")).count(), 1, "{said}");
    }
    let def = Kind::ProblemReport.def();
    for (index, name) in later.iter().enumerate() {
        // By name or by label.
        take.extend([
            "--leave-out",
            if index % 2 == 0 { name.as_str() } else { def.field(name).unwrap().label },
        ]);
    }
    let missing = mainstay(&[&take[..], &["--leave-out", "colour", "--dry-run"]].concat());
    assert!(missing.0 == 2 && missing.2.contains("no column “colour”"), "{}", missing.2);
    let (code, said, err) = mainstay(&[&take[..], &["--dry-run"]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(said.contains(&format!("{count} rows would be imported, 0 refused")), "{said}");
    let (code, said, err) = mainstay(&take);
    assert_eq!(code, 0, "{said}{err}");
    assert!(said.contains(&format!("{count} rows imported, 0 refused")), "{said}");
    let (code, _, err) = mainstay(&take);
    assert_eq!(code, 3);
    assert!(err.contains("--again"), "{err}");
    let (code, said, _) = mainstay(&[&take[..], &["--dry-run"]].concat());
    assert!(code == 0 && said.contains("already attached as") && said.contains("--again"), "{said}");
    assert_eq!(opened(Path::new(path)).all(Kind::ProblemReport).unwrap().len(), 2 * count);
}
