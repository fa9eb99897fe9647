//! `mainstay run`: performing the requests of a script in order.

use std::io::Write as _;
use std::path::Path;

use super::failure::Failure;
use super::shown::shown;
use super::{CommandResult, open, script, time_stamp};
use crate::ops::{self, Receipt};

/// Performs a script and prints one line for each request. Without `keep_going` it stops at the first refusal; earlier
/// requests stay performed.
pub fn run(path: &Path, script: &Path, login: &str, keep_going: bool) -> CommandResult {
    let acts = script::read(script)?;
    let (mut file, session, password) = open::to_write(path, login)?;
    let count = acts.len();
    let mut first: Option<Failure> = None;
    for (index, act) in acts.into_iter().enumerate() {
        let name = act.request.name();
        let stamp = ops::stamp();
        // A request that the preview refuses is performed too: it is refused again, with the same message.
        let signed =
            file.preview(&session, act.clone(), &stamp).is_ok_and(|found| found.asks.password.is_some());
        match file.perform(&session, act, signed.then_some(&password), &stamp) {
            Ok(receipt) => print_now(&done_line(index + 1, &name, &receipt)),
            Err(refusal) => {
                print_now(&format!("{:>4}  refused  {name}: {refusal}\n", index + 1));
                let failure = Failure::from(refusal);
                let left = count - index - 1;
                let words = match (keep_going, left) {
                    (true, _) | (false, 0) => format!("request {} was refused: {}", index + 1, failure.words),
                    (false, left) => {
                        format!("request {} was refused: {}; {left} more not tried", index + 1, failure.words)
                    }
                };
                first.get_or_insert(Failure { words, ..failure });
                if !keep_going {
                    break;
                }
            }
        }
    }
    time_stamp::after_writing(&mut file, &session);
    match first {
        None => Ok(String::new()),
        Some(failure) => Err(failure),
    }
}

/// Prints an outcome at once, so that the output is complete even if the script is interrupted.
pub(super) fn print_now(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has closed the pipe, such as `head`, is not an error.
    let _ = out.write_all(shown(line).as_bytes()).and_then(|()| out.flush());
}

fn done_line(number: usize, name: &str, receipt: &Receipt) -> String {
    let record = receipt.record.map(|id| format!(" {id}")).unwrap_or_default();
    let others: Vec<String> =
        receipt.made.iter().filter(|id| receipt.record != Some(**id)).map(ToString::to_string).collect();
    let made = if others.is_empty() { String::new() } else { format!(", made {}", others.join(", ")) };
    let code = receipt.code.as_ref().map(|code| format!(", one-time code {code}")).unwrap_or_default();
    format!("{number:>4}  done     {name}{record}{made} (event {}){code}\n", receipt.seq)
}
