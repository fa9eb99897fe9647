//! Checks of access, signatures and the audit trail.

use super::desk::{Room, holds, refused, words};
use super::{Check, Seen};
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::ops::{Act, EventFilter, Password};

/// The checks, in order.
pub const CHECKS: &[Check] = &[
    Check {
        id: "OQ-11",
        requirement: "Who has an account signs in, with the roles of the account",
        clause: "21 CFR 11.10(d), 11.100",
        done: "Signed in as the quality manager of the example product",
        expected: "Signed in, with name and roles",
        run: sign_in,
    },
    Check {
        id: "OQ-12",
        requirement: "A wrong password is refused",
        clause: "21 CFR 11.10(d), 11.300",
        done: "Signed in with another password",
        expected: "Refused",
        run: wrong_password,
    },
    Check {
        id: "OQ-13",
        requirement: "A new person sets a password with a one-time code, and only with that",
        clause: "21 CFR 11.100, 11.300",
        done: "Invited a person, tried a wrong code, used the right one, and used it again",
        expected: "Refused, signed in, refused",
        run: one_time_code,
    },
    Check {
        id: "OQ-14",
        requirement: "A step is taken only by the roles that may",
        clause: "21 CFR 11.10(g)",
        done: "As a tester, edited the maintenance plan",
        expected: "Refused, with the roles that may",
        run: role,
    },
    Check {
        id: "OQ-15",
        requirement: "A signature needs the password again",
        clause: "21 CFR 11.200",
        done: "Signed an approval without entering the password",
        expected: "Refused",
        run: without_password,
    },
    Check {
        id: "OQ-16",
        requirement: "A signature has name, meaning, time and what it covers",
        clause: "21 CFR 11.50, 11.70",
        done: "Signed an approval and read the signature",
        expected: "All four, and it covers the present content",
        run: signature,
    },
    Check {
        id: "OQ-17",
        requirement: "The audit trail says who, when, old and new value",
        clause: "21 CFR 11.10(e)",
        done: "Edited a change request and read the event",
        expected: "Person, moment, machine, value before and after",
        run: audit_trail,
    },
    Check {
        id: "OQ-18",
        requirement: "A record is voided with a reason and never removed; its number is not used again",
        clause: "21 CFR 11.10(e), IEC 62304 8.3",
        done: "Voided a feedback without and with a reason, made another one",
        expected: "Refused without a reason; the void one is still there; the new one has another number",
        run: voided,
    },
    Check {
        id: "OQ-19",
        requirement: "An attached file is kept byte for byte",
        clause: "IEC 62304 9.5, 21 CFR 11.10(a)",
        done: "Attached a file and read it back",
        expected: "The same bytes, and their SHA-256",
        run: attachment,
    },
    Check {
        id: "OQ-20",
        requirement: "A clock that runs backwards is marked",
        clause: "21 CFR 11.10(e)",
        done: "Made an entry an hour before the last one, without and with a reason",
        expected: "Refused without a reason; the event says by how much, and the file waits for an acknowledgement",
        run: clock_back,
    },
];

fn sign_in(room: &Room<'_>) -> Seen {
    let mut desk = room.desk()?;
    let session = desk.session("mara")?;
    let roles: Vec<&str> = session.roles().iter().map(|role| role_word(*role)).collect();
    holds(!roles.is_empty(), format!("{}: {}", session.name(), roles.join(", ")))
}

fn role_word(role: crate::domain::person::Role) -> &'static str {
    role.word()
}

fn wrong_password(room: &Room<'_>) -> Seen {
    let mut desk = room.desk()?;
    let at = desk.stamp();
    refused(desk.file.sign_in("mara", &Password::new("not the password"), &at), &["password"])
}

fn one_time_code(room: &Room<'_>) -> Seen {
    let (mut desk, outcome) = room.perform("invite")?;
    let code = outcome.map_err(words)?.code.ok_or("No code was given.")?;
    let password = Password::new("amber lantern drifts past the mill");
    let at = desk.stamp();
    let wrong = refused(desk.file.activate("selftest", "AAAA BBBB CCCC DDDD EEEE", &password, &at), &[])?;
    let session = desk.file.activate("selftest", &code, &password, &at).map_err(words)?;
    let name = session.name().to_owned();
    let again = refused(desk.file.activate("selftest", &code, &password, &at), &[])?;
    Ok(format!("Wrong code: {wrong}. Right code: {name} signed in. Again: {again}"))
}

fn role(room: &Room<'_>) -> Seen {
    refused(room.perform("role")?.1, &["is reserved for"])
}

fn without_password(room: &Room<'_>) -> Seen {
    refused(room.perform("signature_without_password")?.1, &["password"])
}

fn signature(room: &Room<'_>) -> Seen {
    let (desk, outcome) = room.perform("approval_by_another")?;
    let id = outcome.map_err(words)?.record.ok_or("It names no record.")?;
    let page = desk.file.page(id, None, desk.stamp_before(0).now).map_err(words)?;
    let view = page.signatures.last().ok_or("There is no signature.")?;
    let given = &view.signature;
    let complete = !given.printed_name.is_empty() && !given.covers.is_empty() && view.holds;
    let covered: Vec<String> = given.covers.iter().map(|cover| cover.record.to_string()).collect();
    let seen = format!(
        "{}, “{}”, {}, covers {}",
        given.printed_name,
        given.meaning.word(),
        given.at.words(),
        covered.join(", ")
    );
    holds(complete, seen)
}

fn audit_trail(room: &Room<'_>) -> Seen {
    let (desk, outcome) = room.perform("edit")?;
    outcome.map_err(words)?;
    let rows = desk.file.events(&EventFilter::default(), 1, 0).map_err(words)?;
    let event = &rows.first().ok_or("There is no event.")?.event;
    let change =
        event.changes.iter().flat_map(|change| &change.fields).find(|change| !change.before.is_null());
    let change = change.ok_or("The event has no value before.")?;
    let seen = format!(
        "Event {}: {} on {}, {}, {}: {} → {}",
        event.seq,
        event.name,
        event.machine,
        event.at.words(),
        change.field,
        change.before,
        change.after
    );
    holds(!event.name.is_empty() && change.before != change.after, seen)
}

fn voided(room: &Room<'_>) -> Seen {
    let without = refused(room.perform("void_without_reason")?.1, &["needs a reason"])?;
    let (desk, outcome) = room.perform("void_with_reason")?;
    let made = outcome.map_err(words)?.record.ok_or("No record was made.")?;
    let rows = desk.file.list(Kind::Feedback).map_err(words)?;
    let kept = rows.iter().filter(|row| row.id != made).map(|row| row.id.number).max().unwrap_or_default();
    let seen =
        format!("Without a reason: {without}. {} records are listed, the new one is {made}", rows.len());
    holds(made.number == kept + 1, seen)
}

fn attachment(room: &Room<'_>) -> Seen {
    let (desk, outcome) = room.perform("attach")?;
    let id = outcome.map_err(words)?.record.ok_or("It names no record.")?;
    let data = desk.file.record(id).map_err(words)?;
    let bytes = desk.file.attachment_bytes(&data).map_err(words)?.ok_or("Its bytes are not there.")?;
    let path = room.path("txt");
    std::fs::write(&path, &bytes).map_err(words)?;
    let digest = crate::ops::digest_of(&path, &|_| true).map_err(words)?;
    let same = bytes == b"bytes of a self-test\n" && digest == data.text("sha256");
    holds(same, format!("{id}: {} bytes, SHA-256 {digest}", bytes.len()))
}

fn clock_back(room: &Room<'_>) -> Seen {
    let (mut desk, outcome) = room.perform("edit")?;
    outcome.map_err(words)?;
    let session = desk.session("tomas")?.for_job();
    let at = desk.stamp_before(3600);
    let request = crate::ops::Request::Create {
        kind: Kind::Feedback,
        parent: None,
        set: serde_json::Map::from_iter([("title".to_owned(), "Before".into())]),
    };
    let act = Act::from(request);
    let without = refused(desk.file.perform(&session, act.clone(), None, &at), &["needs a reason"])?;
    let act = Act { reason: Some("Self-test".to_owned()), ..act };
    desk.file.perform(&session, act, None, &at).map_err(words)?;
    let rows = desk.file.events(&EventFilter::default(), 1, 0).map_err(words)?;
    let back = rows.first().and_then(|row| row.event.clock_back_seconds);
    let open = desk.file.clock_open().map_err(words)?;
    let seen = format!(
        "Without a reason: {without}. The event says {} seconds; waiting for an acknowledgement: {open}",
        back.unwrap_or_default()
    );
    holds(back.is_some_and(|seconds| seconds > 3000) && open, seen)
}
