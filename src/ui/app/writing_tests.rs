//! Writes in the background that are refused.

use egui_kittest::kittest::Queryable as _;

use super::job_tests::{opened, until, until_said};
use super::tests::{Clock, Window};
use crate::ops::Refused;
use crate::ui::cx::{Command, LongWrite, Slot};

/// Begins a write that is refused, and returns where its outcome goes.
fn refused_write(window: &mut Window, why: &'static str) -> Slot<Option<Refused>> {
    let (write, answer) =
        LongWrite::new("Writing the items", move |_, _, _, _| Err(Refused::Rule(why.to_owned())));
    window.state_mut().execute(Command::WriteInBackground(write));
    answer
}

#[test]
fn a_write_that_is_refused_after_its_dialog_was_closed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = opened(folder.path(), &clock, None);
    drop(refused_write(&mut window, "the first is stored, but not the second"));
    until_said(&mut window, "The first is stored, but not the second.");
    let answer = refused_write(&mut window, "something else");
    until(&mut window, "the end", |window| window.state().jobs.none_run());
    assert!(
        !window.state().messages().iter().any(|said| said.contains("Something else")),
        "the dialog says it"
    );
    assert!(matches!(answer.take(), Some(Some(Refused::Rule(why))) if why == "something else"));
    window.get_by_label("You are writing");
}
