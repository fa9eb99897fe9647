//! `mainstay guide`: the decommissioning guide of a retirement plan, for users.

use std::fmt::Write as _;

use super::args::GuideArguments;
use super::failure::Failure;
use super::{CommandResult, open};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::RecordId;
use crate::domain::text::counted;
use crate::ops::{self, PacketFonts, Refused, guide_pages, guide_text};

/// Writes the guide to a new file.
pub fn guide(arguments: &GuideArguments) -> CommandResult {
    let id: RecordId = arguments.id.parse().map_err(Failure::usage)?;
    let file = open::to_read(&arguments.file)?;
    let mut target = FreshFile::new(&arguments.out, Some(&arguments.file)).map_err(Refused::from)?;
    let stamp = ops::stamp();
    let out = arguments.out.display();
    let mut output = String::new();
    if arguments.text {
        target.put(guide_text(&file, id, &stamp)?.as_bytes()).map_err(Refused::from)?;
        let _ = writeln!(output, "Wrote {out}");
    } else {
        let printed = guide_pages(&file, id, PacketFonts::with_system(), &stamp)?;
        target.put(&printed.pdf).map_err(Refused::from)?;
        let _ = writeln!(output, "Wrote {out}, {}", counted(printed.pages, "page"));
        for warning in &printed.warnings {
            let _ = writeln!(output, "{warning}");
        }
    }
    target.persist().map_err(Refused::from)?;
    Ok(output)
}
