//! The request that produced an event, reconstructed from the event.

use serde_json::Value;

use super::request::{FileDigest, FileSource, Request};
use crate::domain::clock::ACKNOWLEDGE;
use crate::domain::continuation::CONTINUE;
use crate::domain::event::{Event, FieldChange, RecordChange};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet::ISSUE;
use crate::domain::record::Fields;
use crate::domain::signature::Meaning;
use crate::domain::time::Moment;
use crate::domain::time_stamp::TIME_STAMP;

/// Names in an event's list of changes that belong to the record's head and are not declared fields.
const HEAD_FIELDS: [&str; 3] = ["state", "owner", "parent"];

/// The request that produced this event; `meaning` is that of its first signature.
///
/// The event lists the fields that the person supplied; everything else in it must follow when the request is performed again.
/// `None` if the request is unknown, or the event does not name its record.
pub fn request_of(event: &Event, meaning: Option<Meaning>) -> Option<Request> {
    let facts = event.facts.clone();
    Some(match event.request.as_str() {
        "file.create" => {
            let of = |kind| all(event.changes.iter().find(|change| change.record == RecordId::new(kind, 1)));
            Request::CreateFile {
                product: of(Kind::Product),
                policy: of(Kind::Policy),
                person: of(Kind::Person),
                facts,
            }
        }
        "person.activate" => Request::EnterWithCode { recovers: false },
        "person.recover" => Request::EnterWithCode { recovers: true },
        "person.failed_sign_ins" => Request::NoteFailedSignIns { facts },
        "person.change_password" => Request::ChangePassword,
        ISSUE => Request::NotePacket { facts },
        "feedback.import" => Request::NoteImport { facts },
        TIME_STAMP => Request::AddTimeStamp(serde_json::from_value(facts).ok()?),
        ACKNOWLEDGE => Request::AcknowledgeClock,
        CONTINUE => Request::Continue(serde_json::from_value(facts).ok()?),
        "person.reset_access" => Request::ResetAccess { person: subject(event, Kind::Person)? },
        "person.invite" => invite(&all(change_of(event, Kind::Person)?)),
        "attachment.attach" => attach(&all(change_of(event, Kind::Attachment)?))?,
        "person.verify_identity" => {
            let how = text(&all(change_of(event, Kind::Person)?), "identity_verified_how");
            Request::VerifyIdentity { person: subject(event, Kind::Person)?, how }
        }
        name => return record_request(event, name, meaning),
    })
}

/// The requests that every kind of record has.
fn record_request(event: &Event, name: &str, meaning: Option<Meaning>) -> Option<Request> {
    let (code, verb) = name.split_once('.')?;
    let kind = Kind::from_code(code)?;
    let id = subject(event, kind)?;
    let change = change_of(event, kind)?;
    Some(match verb {
        "create" => Request::Create { kind, parent: head_field(change, "parent"), set: given(event, change) },
        "edit" => Request::Edit { id, set: given(event, change) },
        "assign" => Request::Assign { id, owner: head_field(change, "owner") },
        "sign" => Request::Sign { id, meaning },
        go => {
            kind.def().find_move(go)?;
            Request::Move { id, go: go.to_owned(), set: given(event, change) }
        }
    })
}

/// The record that the event concerns, if it is of this kind.
fn subject(event: &Event, kind: Kind) -> Option<RecordId> {
    event.record.filter(|id| id.kind == kind)
}

/// The change of that record; the inner value is absent if the record did not change.
fn change_of(event: &Event, kind: Kind) -> Option<Option<&RecordChange>> {
    let id = subject(event, kind)?;
    Some(event.changes.iter().find(|change| change.record == id))
}

/// The declared fields that changed, with their new values.
fn all(change: Option<&RecordChange>) -> Fields {
    changed(change, |_| true)
}

fn changed(change: Option<&RecordChange>, wanted: impl Fn(&String) -> bool) -> Fields {
    let of_record =
        |field: &&FieldChange| !HEAD_FIELDS.contains(&field.field.as_str()) && wanted(&field.field);
    let fields = change.into_iter().flat_map(|change| &change.fields).filter(of_record);
    fields.map(|field| (field.field.clone(), field.after.clone())).collect()
}

/// The fields that the person supplied, with their values after the event.
fn given(event: &Event, change: Option<&RecordChange>) -> Fields {
    changed(change, |name| event.given.contains(name))
}

fn head_field(change: Option<&RecordChange>, name: &str) -> Option<RecordId> {
    let field = change?.fields.iter().find(|field| field.field == name)?;
    field.after.as_str().and_then(|text| text.parse().ok())
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn invite(fields: &Fields) -> Request {
    let roles = fields.get("roles").cloned().unwrap_or_default();
    Request::InvitePerson {
        login: text(fields, "login"),
        full_name: text(fields, "title"),
        roles: serde_json::from_value(roles).unwrap_or_default(),
    }
}

fn attach(fields: &Fields) -> Option<Request> {
    let file = FileDigest {
        sha256: text(fields, "sha256"),
        bytes: fields.get("bytes").and_then(Value::as_u64).unwrap_or_default(),
        media_type: text(fields, "media_type"),
    };
    Some(Request::Attach {
        to: text(fields, "subject").parse().ok()?,
        file_name: text(fields, "title"),
        file: FileSource::Digest(file),
        description: text(fields, "description"),
        source: text(fields, "source"),
        captured_at: Moment::parse(&text(fields, "captured_at")).ok(),
    })
}
