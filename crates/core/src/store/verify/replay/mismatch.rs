//! In which way an event is not what the program makes of its request; the first thing, in words.

use crate::domain::canonical;
use crate::domain::choice::Choice as _;
use crate::domain::event::{Event, RecordChange};
use crate::domain::person::Role;
use crate::domain::requests::Outcome;
use crate::domain::signature::{Cover, Signature};

/// Whether the event says exactly what the request brings about.
pub fn fits(event: &Event, outcome: &Outcome) -> bool {
    event.changes == outcome.changes && told(event, outcome).is_none() && signed_as(event, outcome)
}

fn signed_as(event: &Event, outcome: &Outcome) -> bool {
    let wanted = |signature: &Signature| {
        let signature = Signature { event: event.seq, ..signature.clone() };
        canonical::digest(signature.canonical().as_bytes())
    };
    event.signatures.len() == outcome.signatures.len()
        && event
            .signatures
            .iter()
            .zip(&outcome.signatures)
            .all(|(said, signature)| *said == wanted(signature))
}

/// What does not fit, where something does not.
pub fn describe(event: &Event, outcome: &Outcome, signatures: &[Signature]) -> String {
    told(event, outcome)
        .or_else(|| changed(event, outcome))
        .or_else(|| signed(event, outcome, signatures))
        .unwrap_or_else(|| format!("is not what the program makes of {}", event.request))
}

/// What an event says although nothing would come of its request.
pub fn idle(event: &Event) -> String {
    let request = &event.request;
    let field = |change: &RecordChange| {
        let name = change.fields.first().map_or("nothing", |field| &field.field);
        format!("changes “{name}” of {}, which {request} does not do here", change.record)
    };
    event.changes.first().map_or_else(|| format!("is “{request}”, by which nothing would change"), field)
}

/// What the event says besides records and signatures.
fn told(event: &Event, outcome: &Outcome) -> Option<String> {
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
        return Some(format!("does not tell which fields {request} was given as the program does"));
    }
    if event.reason != outcome.remarks.reason {
        return Some("gives a reason that the program would not have written so".to_owned());
    }
    if (event.occurred_at, &event.late_reason) != (outcome.remarks.occurred_at, &outcome.remarks.late_reason)
    {
        return Some(
            "does not tell when it happened, or why it is entered late, as the program does".to_owned(),
        );
    }
    (event.facts != outcome.parts.facts).then(|| format!("tells facts, which {request} does not"))
}

fn role(role: Option<Role>) -> String {
    role.map_or_else(|| "no role".to_owned(), |role| format!("the role {}", role.word().to_lowercase()))
}

fn changed(event: &Event, outcome: &Outcome) -> Option<String> {
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
            return Some(format!("does not tell the change of {id} as the program does"));
        }
    }
    let left_out = outcome.changes.iter().find(|wanted| of(&event.changes, wanted.record).is_none());
    left_out.map(|wanted| format!("leaves {} as it was, which {request} changes here", wanted.record))
}

fn signed(event: &Event, outcome: &Outcome, signatures: &[Signature]) -> Option<String> {
    let request = &event.request;
    if event.signatures.len() > outcome.signatures.len() {
        return Some(format!("names a signature, which {request} does not ask for here"));
    }
    if event.signatures.len() < outcome.signatures.len() {
        return Some(format!("names no signature, which {request} asks for here"));
    }
    for (wanted, said) in outcome.signatures.iter().zip(signatures) {
        if said.printed_name != wanted.printed_name {
            return Some(format!(
                "names a signature printed as “{}”, where the signer is “{}”",
                said.printed_name, wanted.printed_name
            ));
        }
        if said.roles != wanted.roles {
            return Some(format!("names a signature in other roles than {request} takes it in"));
        }
        if parts(&said.covers) != parts(&wanted.covers) {
            let list: Vec<String> = wanted
                .covers
                .iter()
                .map(|cover| format!("{} ({})", cover.record, cover.part.code()))
                .collect();
            return Some(format!("names a signature that does not cover what it must: {}", list.join(", ")));
        }
        if said.meaning != wanted.meaning || said.subject != wanted.subject {
            return Some(format!("names a signature of another meaning or record than {request} asks for"));
        }
    }
    Some(format!("names a signature that is not as {request} makes it"))
}

fn parts(covers: &[Cover]) -> Vec<(String, &'static str)> {
    covers.iter().map(|cover| (cover.record.to_string(), cover.part.code())).collect()
}
