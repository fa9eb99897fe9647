//! `mainstay upgrade`, and the report of files that a killed program left behind.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use super::failure::Failure;
use super::{CommandResult, advisories, open};
use crate::domain::text::counted;
use crate::ops::{self, FileState, Leftover, ProductFile, Steps};

/// Upgrades a file of an earlier program to this program's version.
pub fn upgrade(path: &Path, steps: Steps) -> CommandResult {
    let interrupted = advisories::interrupted();
    let to_person = std::io::stderr().is_terminal();
    let shown = AtomicU32::new(u32::MAX);
    let report = |words: &'static str, share: f32| {
        let percent = (share * 100.0) as u32;
        if to_person && shown.swap(percent, Ordering::Relaxed) != percent {
            let _ = write!(std::io::stderr(), "\r\x1b[K{words}, {percent} %");
        }
        !interrupted.load(Ordering::Relaxed)
    };
    let outcome = ProductFile::upgrade(path, steps, &ops::stamp(), &report);
    if to_person {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    match outcome {
        Ok(done) => Ok(format!(
            "{}Upgraded {} from version {} to version {}; verified {}\nThe original is kept as {}\n",
            if done.took_back_a_write { "An interrupted write was rolled back\n" } else { "" },
            path.display(),
            done.from,
            done.to,
            counted(done.verified.events, "event"),
            done.copy.display()
        )),
        Err(Ok(FileState::Ready)) => {
            Ok(format!("{} already has this program's version; nothing was changed\n", path.display()))
        }
        Err(Ok(found)) => Err(open::not_opened(path, &found)),
        Err(Err(refusal)) => Err(refusal.into()),
    }
}

/// Reports on the error stream the files that were left next to a product file.
pub fn report_leftovers(path: &Path) {
    for leftover in ProductFile::leftovers(path) {
        let _ = writeln!(std::io::stderr(), "mainstay: {}", words(&leftover));
    }
}

/// Reports on the error stream that an interrupted write was rolled back.
pub fn report_interrupted_write(file: &ProductFile) {
    if file.took_back_a_write() {
        let path = file.path().display();
        let _ = writeln!(
            std::io::stderr(),
            "mainstay: the last write to {path} was interrupted and rolled back; everything that was reported as done is still there"
        );
    }
}

fn words(leftover: &Leftover) -> String {
    let path = leftover.path().display();
    match leftover {
        Leftover::Unfinished(_) => {
            format!("{path} was left unfinished by a program that was killed; it can be removed")
        }
        Leftover::BeforeUpgrade(_) => {
            format!("{path} is the copy that an upgrade made; it can be removed or moved elsewhere")
        }
    }
}

/// A command failed because the file has to be upgraded first.
pub fn needed(path: &Path, version: i32) -> Failure {
    let path = path.display();
    Failure::failed(format!(
        "{path} was made by an earlier program (file version {version}); upgrade it with mainstay upgrade FILE, which makes a copy first"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_reported_with_what_to_do() {
        let path = std::path::PathBuf::from("a.mainstay.before-upgrade-1.mainstay");
        assert!(words(&Leftover::BeforeUpgrade(path.clone())).contains("moved elsewhere"));
        assert!(words(&Leftover::Unfinished(path)).contains("can be removed"));
    }
}
