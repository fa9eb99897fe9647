//! `mainstay time-stamp`: trusted time stamps of an authority.

use std::path::Path;
use std::time::Duration;

use super::args::TimeStampArguments;
use super::failure::Failure;
use super::{CommandResult, heads, open};
use crate::base::fresh_file::FreshFile;
use crate::base::regular;
use crate::domain::role::Role;
use crate::domain::text::shell_word;
use crate::ops::{self, ProductFile, Refused, Session, StampQuery};

/// Requests a time stamp, writes a query for another machine, or adds a reply that was obtained there.
pub fn time_stamp(arguments: &TimeStampArguments) -> CommandResult {
    match (&arguments.query, &arguments.reply, &arguments.login) {
        (Some(out), _, _) => write_query(&arguments.file, out),
        (None, reply, Some(login)) => {
            let (mut file, session, _) = open::to_write(&arguments.file, login)?;
            let added = match reply {
                Some(reply) => {
                    let bytes = regular::bytes(reply, ops::STAMP_REPLY_BYTES_MAX).map_err(|error| {
                        Failure::failed(format!(
                            "{} cannot be read: {}",
                            reply.display(),
                            regular::why(&error)
                        ))
                    })?;
                    add(&mut file, &session, &bytes, None)
                }
                None => request(&mut file, &session, ops::STAMP_PATIENCE),
            };
            heads::remember(&mut file);
            added
        }
        (None, _, None) => Err(Failure::usage("say who adds the time stamp: --login NAME")),
    }
}

fn write_query(path: &Path, out: &Path) -> CommandResult {
    let file = open::to_read(path)?;
    let query = file.stamp_query()?;
    let mut target = FreshFile::new(out, Some(path)).map_err(Refused::from)?;
    target.put(&query.bytes()).and_then(|()| target.persist()).map_err(Refused::from)?;
    let to = if query.address.is_empty() { "AUTHORITY".to_owned() } else { shell_word(&query.address) };
    let (out, path) = (shell_word(&out.display().to_string()), shell_word(&path.display().to_string()));
    Ok(format!(
        "The query for a time stamp on event {} is in {out}. Where there is a network:\n\
         curl -H 'Content-Type: application/timestamp-query' --data-binary @{out} -o reply.tsr {to}\n\
         Then: mainstay time-stamp {path} --login NAME --reply reply.tsr\n",
        query.event,
    ))
}

fn request(file: &mut ProductFile, session: &Session, patience: Duration) -> CommandResult {
    let query = file.stamp_query()?;
    if query.address.is_empty() {
        return Err(Failure::refused(
            "the policy names no address of a time stamp authority; enter it there, or use --query and --reply",
        ));
    }
    let reply = query.send(patience)?;
    add(file, session, &reply, Some(&query))
}

fn add(file: &mut ProductFile, session: &Session, reply: &[u8], query: Option<&StampQuery>) -> CommandResult {
    let (receipt, stamped) = file.add_time_stamp(session, reply, query, &ops::stamp())?;
    Ok(format!(
        "Event {} existed at {}: added as event {}\n",
        stamped.event,
        stamped.time.words(),
        receipt.seq
    ))
}

/// What follows when a file was written: the workstation remembers its last event, and requests a time stamp if one is due.
pub fn after_writing(file: &mut ProductFile, session: &Session) {
    heads::remember(file);
    request_if_due(file, session);
    heads::remember(file);
}

/// Requests a time stamp if one is due; not for somebody who only reads. What prevents it is only reported: the work before it is done.
pub fn request_if_due(file: &mut ProductFile, session: &Session) {
    if session.roles().iter().all(|role| *role == Role::Auditor) {
        return;
    }
    let due = match file.stamp_due(ops::now()) {
        Ok(Some(_)) => request(file, session, ops::SHORT_STAMP_PATIENCE),
        Ok(None) => return,
        Err(refusal) => Err(refusal.into()),
    };
    match due {
        Ok(words) => eprint!("mainstay: time stamp: {words}"),
        Err(failure) => eprintln!("mainstay: no time stamp was added: {}", failure.words),
    }
}
