//! Small handwritten documents, one for each thing that is read or refused.

use super::*;
use crate::model::component::{Component, ComponentKind, Directness, Scope};
use crate::model::vex::{Justification, Status};
use mainstay_base::note::Gravity;

mod bad_input;
mod cyclonedx;
mod envelopes;
mod finishing;
mod installed;
mod lockfiles;
mod lockfiles_more;
mod tables;

fn bill_of(text: &str, name: &str) -> Bill {
    read(text.as_bytes(), name).unwrap_or_else(|refused| panic!("{name}: {refused}"))
}

fn refused(bytes: &[u8]) -> Unreadable {
    read(bytes, "a file").expect_err("it should be refused")
}

fn named<'b>(bill: &'b Bill, label: &str) -> &'b Component {
    bill.components.iter().find(|component| component.label() == label).unwrap_or_else(|| {
        panic!("no {label} among {:?}", bill.components.iter().map(Component::label).collect::<Vec<_>>())
    })
}

/// Gravity and place of the notes that are more than information.
fn grave(bill: &Bill) -> Vec<(Gravity, &str)> {
    let notes = bill.notes.notes.iter().filter(|note| note.gravity > Gravity::Info);
    notes.map(|note| (note.gravity, note.place.as_str())).collect()
}

fn on<'b>(bill: &'b Bill, from: &str) -> Vec<&'b str> {
    let line = bill.dependencies.iter().find(|line| line.from == from);
    line.map(|line| line.on.iter().map(String::as_str).collect()).unwrap_or_default()
}
