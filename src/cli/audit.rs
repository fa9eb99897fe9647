//! `mainstay audit`: the window on a file for an auditor.

use super::args::AuditArguments;
use super::failure::Failure;
use super::{CommandResult, OpenWindow, Opening, example, open};

/// Opens the window, in which somebody signs in to show the file. A file that is not there or not ours is refused here already.
pub fn audit(arguments: &AuditArguments, open_window: OpenWindow) -> CommandResult {
    let path = &arguments.file;
    open::to_read(path)?;
    if let Some(why) = example::display_missing() {
        let words = format!(
            "no window can be opened: {why}; a packet shows the records on paper: mainstay packet --help"
        );
        return Err(Failure::failed(words));
    }
    match open_window(Some(path), Opening::ForAuditor, arguments.renderer) {
        Ok(()) => Ok(String::new()),
        Err(words) => Err(Failure::failed(words)),
    }
}
