//! The first difference between an event and the event that the program makes from the same request, in words.

use crate::domain::canonical;
use crate::domain::choice::Choice as _;
use crate::domain::event::{Event, RecordChange};
use crate::domain::person::Role;
use crate::domain::requests::Outcome;
use crate::domain::signature::{Cover, Signature};

/// Whether the event is exactly the outcome of its request.
pub fn fits(event: &Event, outcome: &Outcome) -> bool {
    event.changes == outcome.changes
        && other_mismatch(event, outcome).is_none()
        && signatures_match(event, outcome)
}

fn signatures_match(event: &Event, outcome: &Outcome) -> bool {
    let wanted = |signature: &Signature| {
        let signature = Signature { event: event.seq, ..signature.clone() };
        canonical::digest(signature.canonical().as_bytes())
    };
    event.signatures.len() == outcome.signatures.len()
        && event
            .signatures
            .iter()
            .zip(&outcome.signatures)
            .all(|(actual, signature)| *actual == wanted(signature))
}

/// The first difference, where [`fits`] found that there is one.
pub fn describe(event: &Event, outcome: &Outcome, signatures: &[Signature]) -> String {
    other_mismatch(event, outcome)
        .or_else(|| change_mismatch(event, outcome))
        .or_else(|| signature_mismatch(event, outcome, signatures))
        .unwrap_or_else(|| format!("is not what the program makes of {}", event.request))
}

/// What is wrong with an event whose request would change nothing.
pub fn idle(event: &Event) -> String {
    let request = &event.request;
    let field = |change: &RecordChange| {
        let name = change.fields.first().map_or("nothing", |field| &field.field);
        format!("changes “{name}” of {}, which {request} does not do here", change.record)
    };
    event.changes.first().map_or_else(|| format!("is “{request}”, by which nothing would change"), field)
}

/// A difference in anything other than the changes of records and the signatures.
fn other_mismatch(event: &Event, outcome: &Outcome) -> Option<String> {
    let request = &event.request;
    if outcome.request != *request {
        return Some(format!("is called {request}, but is {}", outcome.request));
    }
    if event.record != outcome.parts.record {
        return Some(format!("names another record than the one that {request} is done to"));
    }
    if event.role != outcome.parts.role {
        return Some(format!(
            "rests on {}, where {request} rests on {} for its actor",
            role(event.role),
            role(outcome.parts.role)
        ));
    }
    if event.given != outcome.given {
        return Some(format!("does not list the fields that were given to {request} as the program does"));
    }
    if event.reason != outcome.remarks.reason {
        return Some("gives a reason that the program would have written differently".to_owned());
    }
    if (event.occurred_at, &event.late_reason) != (outcome.remarks.occurred_at, &outcome.remarks.late_reason)
    {
        return Some(
            "does not say when it happened, or why it was entered late, as the program does".to_owned(),
        );
    }
    (event.facts != outcome.parts.facts).then(|| format!("states other facts than {request} does"))
}

fn role(role: Option<Role>) -> String {
    role.map_or_else(|| "no role".to_owned(), |role| format!("the role {}", role.word().to_lowercase()))
}

fn change_mismatch(event: &Event, outcome: &Outcome) -> Option<String> {
    let request = &event.request;
    let of = |changes: &[RecordChange], id| changes.iter().position(|change| change.record == id);
    for change in &event.changes {
        let id = change.record;
        let Some(wanted) = of(&outcome.changes, id).map(|index| &outcome.changes[index]) else {
            return Some(format!("changes {id}, which {request} does not do here"));
        };
        for field in &change.fields {
            let name = &field.field;
            match wanted.fields.iter().find(|wanted| wanted.field == *name) {
                None => return Some(format!("changes “{name}” of {id}, which {request} does not do here")),
                Some(wanted) if wanted.after != field.after => {
                    return Some(format!("sets “{name}” of {id} to something else than {request} does here"));
                }
                Some(_) => {}
            }
        }
        if let Some(left_out) =
            wanted.fields.iter().find(|wanted| !change.fields.iter().any(|field| field.field == wanted.field))
        {
            return Some(format!(
                "leaves “{}” of {id} as it was, which {request} changes here",
                left_out.field
            ));
        }
        if wanted != change {
            return Some(format!("does not describe the change of {id} as the program does"));
        }
    }
    let left_out = outcome.changes.iter().find(|wanted| of(&event.changes, wanted.record).is_none());
    left_out.map(|wanted| format!("leaves {} as it was, which {request} changes here", wanted.record))
}

fn signature_mismatch(event: &Event, outcome: &Outcome, signatures: &[Signature]) -> Option<String> {
    let request = &event.request;
    if event.signatures.len() > outcome.signatures.len() {
        return Some(format!("names a signature, which {request} does not ask for here"));
    }
    if event.signatures.len() < outcome.signatures.len() {
        return Some(format!("names no signature, which {request} asks for here"));
    }
    for (wanted, actual) in outcome.signatures.iter().zip(signatures) {
        if actual.printed_name != wanted.printed_name {
            return Some(format!(
                "names a signature printed as “{}”, where the signer is “{}”",
                actual.printed_name, wanted.printed_name
            ));
        }
        if actual.roles != wanted.roles {
            return Some(format!("names a signature in other roles than {request} takes it in"));
        }
        if parts(&actual.covers) != parts(&wanted.covers) {
            let list: Vec<String> = wanted
                .covers
                .iter()
                .map(|cover| format!("{} ({})", cover.record, cover.part.code()))
                .collect();
            return Some(format!("names a signature that does not cover what it must: {}", list.join(", ")));
        }
        if actual.meaning != wanted.meaning || actual.subject != wanted.subject {
            return Some(format!("names a signature of another meaning or record than {request} asks for"));
        }
    }
    Some(format!("names a signature that is not as {request} makes it"))
}

fn parts(covers: &[Cover]) -> Vec<(String, &'static str)> {
    covers.iter().map(|cover| (cover.record.to_string(), cover.part.code())).collect()
}
