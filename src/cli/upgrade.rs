//! `mainstay upgrade`, and what is told of files that a killed program left.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use super::failure::Failure;
use super::{Said, advisories, open};
use crate::ops::{self, FileState, Leftover, ProductFile, Steps};

/// Brings a file of an earlier program to this program's version.
pub fn upgrade(path: &Path, steps: Steps) -> Said {
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
            "{}Upgraded {} from version {} to version {}; {} events were verified\nThe file as it was: {}\n",
            if done.took_back_a_write { "A write that was interrupted was taken back\n" } else { "" },
            path.display(),
            done.from,
            done.to,
            done.verified.events,
            done.copy.display()
        )),
        Err(Ok(FileState::Ready)) => {
            Ok(format!("{} has this program's version already; nothing was changed\n", path.display()))
        }
        Err(Ok(found)) => Err(open::not_opened(path, &found)),
        Err(Err(refusal)) => Err(refusal.into()),
    }
}

/// Tells on the error stream what lies beside a file and was left there.
pub fn tell_leftovers(path: &Path) {
    for leftover in ProductFile::leftovers(path) {
        let _ = writeln!(std::io::stderr(), "mainstay: {}", words(&leftover));
    }
}

/// Tells on the error stream that an interrupted write was taken back.
pub fn tell_taken_back(file: &ProductFile) {
    if file.took_back_a_write() {
        let path = file.path().display();
        let _ = writeln!(
            std::io::stderr(),
            "mainstay: the last write to {path} was interrupted and was taken back; what was said to be done is there"
        );
    }
}

fn words(leftover: &Leftover) -> String {
    let path = leftover.path().display();
    match leftover {
        Leftover::Unfinished(_) => {
            format!("{path} was left unfinished by a program that was ended; it can be removed")
        }
        Leftover::BeforeUpgrade(_) => {
            format!("{path} is the copy that an upgrade made first; it can be removed or moved elsewhere")
        }
    }
}

/// What could not be done because the file has to be upgraded first.
pub fn needed(path: &Path, version: i32) -> Failure {
    let path = path.display();
    Failure::failed(format!(
        "{path} was made by an earlier program (version {version} of the file); mainstay upgrade FILE upgrades it after making a copy"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_told_with_what_to_do() {
        let path = std::path::PathBuf::from("a.mainstay.before-upgrade-1.mainstay");
        assert!(words(&Leftover::BeforeUpgrade(path.clone())).contains("moved elsewhere"));
        assert!(words(&Leftover::Unfinished(path)).contains("can be removed"));
    }
}
