//! `mainstay continue-from-backup`.

use std::fmt::Write as _;

use super::args::ContinueArguments;
use super::failure::Failure;
use super::{CommandResult, heads, open};
use crate::domain::packet;
use crate::ops::{self, Act, Continuation, Loss, Request};

/// Continues a file from a restored copy.
pub fn continue_from_backup(arguments: &ContinueArguments) -> CommandResult {
    let ContinueArguments { file: path, login, reason, lost, skip } = arguments;
    let (mut file, session, password) = open::to_continue(path, login)?;
    let loss = match lost.as_deref() {
        None => Loss::Seen,
        Some(UNKNOWN) => Loss::Unknown,
        Some(text) => Loss::Head(ops::EventHead::parse(text).map_err(Failure::usage)?),
    };
    let ends = file.head().seq;
    let said = file
        .continuation(&loss, skip.unwrap_or_else(|| file.usual_skip(&loss)))
        .map_err(|refusal| Failure::refused(format!("{refusal}: --lost SEQ:DIGEST or --lost {UNKNOWN}")))?;
    let act = Act::from(Request::Continue(said.clone())).because(reason.as_str());
    let receipt = file.perform(&session, act, Some(&password), &ops::stamp())?;
    heads::remember(&mut file);
    Ok(words(&said, ends, receipt.seq))
}

/// Says that nothing is known of the events that are lost.
pub const UNKNOWN: &str = "unknown";

fn words(said: &Continuation, ends: u64, seq: u64) -> String {
    let mut output = match &said.lost {
        Some(lost) => format!("Continued after event {ends}, without event {}, by event {seq}\n", lost.seq),
        None => format!("Continued after event {ends} by event {seq}; what was lost is not known\n"),
    };
    for (kind, number) in said.next.iter().filter(|(kind, _)| !ops::ONE_OF.contains(kind)) {
        let id = crate::domain::ids::RecordId::new(*kind, *number);
        let _ = writeln!(output, "{:<20} go on from {id}", kind.def().plural);
    }
    if let Some(number) = said.next_packet {
        let _ = writeln!(output, "{:<20} go on from {}", "Packets", packet::words(number));
    }
    output
}
