//! Scripts for `mainstay run`: a list of requests in RON, parsed and checked as a whole before the first is performed.

use std::path::{Path, PathBuf};

use ron::extensions::Extensions;

use super::failure::Failure;
use crate::base::regular;
use crate::domain::ids::Kind;
use crate::domain::record::{Fields, check_values};
use crate::domain::text::with_article;
use crate::ops::{Act, FileSource, Refused, Request, read_text};

/// Size of the largest script that is read, in bytes.
const SCRIPT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Reads a script. Nothing is performed; every mistake in the script is reported first.
pub fn read(path: &Path) -> Result<Vec<Act>, Failure> {
    let text = read_text(path, SCRIPT_BYTES_MAX).map_err(|error| {
        Failure::failed(format!("{} cannot be read: {}", path.display(), regular::why(&error)))
    })?;
    let mut acts = parse(&text).map_err(|words| Failure::failed(format!("{}:{words}", path.display())))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    for (index, act) in acts.iter_mut().enumerate() {
        resolve(act, folder);
        check(act).map_err(|words| {
            Failure::failed(format!(
                "request {} of {}: {words}; nothing was changed",
                index + 1,
                path.display()
            ))
        })?;
    }
    Ok(acts)
}

/// Parses the text of a script. An error begins with line and column.
pub fn parse(text: &str) -> Result<Vec<Act>, String> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str(text).map_err(|error| {
        let at = error.span.start;
        format!(
            "{}:{}: {}. Nothing was performed.\nA script is a list of requests such as\n{EXAMPLE}",
            at.line, at.col, error.code
        )
    })
}

const EXAMPLE: &str = r#"  [
    (do: Create(kind: "feedback", set: {"title": "Alarm is late"})),
    (do: Move(id: "FB-0001", go: "register"), reason: "…"),
  ]"#;

const INVITE: &str = "a person is not created but invited: write InvitePerson(login: \"ben\", full_name: \"Ben Example\", roles: [\"dev_lead\"])";

/// Resolves the paths of attachments relative to the script.
fn resolve(act: &mut Act, folder: &Path) {
    if let Request::Attach { file: FileSource::Path(path), .. } = &mut act.request {
        let full: PathBuf = folder.join(&*path);
        *path = full;
    }
}

/// Checks everything that needs no file: unknown fields and steps, values of the wrong type.
fn check(act: &Act) -> Result<(), String> {
    match &act.request {
        Request::Create { kind: Kind::Person, .. } => Err(INVITE.to_owned()),
        Request::Create { kind, set, .. } => check_fields(*kind, set),
        Request::Edit { id, set } => check_fields(id.kind, set),
        Request::Move { id, go, set } => {
            let def = id.kind.def();
            let known: Vec<_> =
                def.moves.iter().filter(|step| !step.by.is_empty()).map(|step| step.name).collect();
            if !known.contains(&go.as_str()) {
                return Err(format!(
                    "{} has no step “{go}”; its steps are {}",
                    with_article(&def.word.to_lowercase()),
                    known.join(", ")
                ));
            }
            check_fields(id.kind, set)
        }
        Request::Assign { .. }
        | Request::Sign { .. }
        | Request::Attach { .. }
        | Request::InvitePerson { .. }
        | Request::ResetAccess { .. }
        | Request::VerifyIdentity { .. }
        | Request::AcknowledgeClock
        | Request::Continue(_)
        | Request::NoteImport { .. }
        | Request::NotePacket { .. }
        | Request::AddTimeStamp(_)
        | Request::NoteFailedSignIns { .. }
        | Request::ChangePassword
        | Request::EnterWithCode { .. }
        | Request::CreateFile { .. } => Ok(()),
    }
}

fn check_fields(kind: Kind, set: &Fields) -> Result<(), String> {
    let def = kind.def();
    let unknown: Vec<&str> =
        set.keys().map(String::as_str).filter(|name| def.field(name).is_none()).collect();
    if !unknown.is_empty() {
        let known: Vec<_> = def.fields().filter(|field| !field.by_system).map(|field| field.name).collect();
        return Err(format!(
            "{} has no field {}; its fields are {}",
            with_article(&def.word.to_lowercase()),
            unknown.join(", "),
            known.join(", ")
        ));
    }
    check_values(def, set)
        .map(|_| ())
        .map_err(|violations| Refused::Invalid { violations }.with_labels(def).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_script_reads_with_bare_options_and_nested_rows() {
        let acts = parse(
            r#"[
                (do: Create(kind: "feedback", set: {"title": "Late alarm", "is_complaint": true})),
                (do: Edit(id: "CR-0001", set: {
                    "affected_soup": [{"item": "libexpat", "from": "2.5.0"}, (item: "zlib", to: "1.3.1")],
                    "communication_rationale": None,
                }), reason: "Because", occurred_at: "2026-11-20T10:00:00Z", late_reason: "Holiday"),
                (do: Attach(to: "FB-0001", file_name: "log.txt", file: Text("a log"))),
                (do: Sign(id: "AP-0001")),
                (do: Assign(id: "PR-0001", owner: "PN-0002")),
            ]"#,
        )
        .unwrap();
        assert_eq!(acts.len(), 5);
        assert_eq!(acts[1].reason.as_deref(), Some("Because"));
        let Request::Edit { set, .. } = &acts[1].request else { panic!("{acts:?}") };
        assert_eq!(
            set["affected_soup"],
            json!([{"item": "libexpat", "from": "2.5.0"}, {"item": "zlib", "to": "1.3.1"}])
        );
        assert!(set["communication_rationale"].is_null());
    }

    #[test]
    fn a_mistake_is_reported_with_line_and_column() {
        let words = parse("[\n  (do: Fly(id: \"FB-0001\")),\n]").unwrap_err();
        assert!(words.starts_with("2:"), "{words}");
        assert!(words.contains("Fly") && words.contains("Create"), "{words}");
        let words = parse("[(do: Sign(id: \"XX-1\"))]").unwrap_err();
        assert!(words.contains("not a record number"), "{words}");
        let words = parse("[(do: Sign(id: \"FB-0001\"), why: \"x\")]").unwrap_err();
        assert!(words.contains("why"), "{words}");
    }

    #[test]
    fn unknown_fields_unknown_steps_and_wrong_types_are_reported_before_anything_is_done() {
        let check_text = |text: &str| check(&parse(text).unwrap()[0]).unwrap_err();
        assert!(check_text(r#"[(do: Create(kind: "feedback", set: {"titel": "x"}))]"#).contains("titel"));
        assert!(check_text(r#"[(do: Move(id: "FB-0001", go: "fly"))]"#).contains("register"));
        let words = check_text(r#"[(do: Create(kind: "person", set: {"login": "ben"}))]"#);
        assert!(words.contains("InvitePerson"), "{words}");
        let words = check_text(r#"[(do: Create(kind: "feedback", set: {"is_complaint": "maybe"}))]"#);
        assert!(words.contains("Complaint"), "{words}");
    }
}
