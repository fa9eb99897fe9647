//! `mainstay packet`: records as a PDF for an audit.

use std::fmt::Write as _;
use std::path::Path;

use super::args::{PacketArguments, PacketOf};
use super::failure::Failure;
use super::{CommandResult, heads, open};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::RecordId;
use crate::domain::time::Day;
use crate::ops::{
    self, PacketFonts, PacketOptions, PacketScope, ProductFile, Refused, Session, render_packet,
};

/// Issues a packet and records it in the audit trail.
pub fn packet(arguments: &PacketArguments) -> CommandResult {
    let options = PacketOptions { scope: scope(arguments)?, redact: arguments.redact };
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let written = write(&mut file, &session, &options, &arguments.out);
    heads::remember(&file);
    written
}

fn scope(arguments: &PacketArguments) -> Result<PacketScope, Failure> {
    match (arguments.of, &arguments.id, &arguments.from, &arguments.to) {
        (PacketOf::Change, Some(id), None, None) => {
            Ok(PacketScope::Change(id.parse::<RecordId>().map_err(Failure::usage)?))
        }
        (PacketOf::Period, None, Some(from), Some(to)) => Ok(PacketScope::Period {
            from: Day::parse(from).map_err(Failure::usage)?,
            to: Day::parse(to).map_err(Failure::usage)?,
        }),
        (PacketOf::Change, _, _, _) => {
            Err(Failure::usage("for the packet of a change, write: change CR-0001"))
        }
        (PacketOf::Period, _, _, _) => {
            Err(Failure::usage("for the packet of a period, write: period --from 2026-01-01 --to 2026-06-30"))
        }
    }
}

/// Writes a packet to a new file. A packet that cannot be recorded in the audit trail is removed.
pub fn write(
    file: &mut ProductFile,
    session: &Session,
    options: &PacketOptions,
    out: &Path,
) -> CommandResult {
    let stamp = ops::stamp();
    // An existing file is reported before the long work.
    let mut pdf = FreshFile::new(out, Some(file.path())).map_err(Refused::from)?;
    let verification = ProductFile::verify(file.path(), heads::seen_of(file), &|_| true)?;
    let built = file.build_packet(options, session, Some(&verification), &stamp)?;
    let rendered = render_packet(&built, PacketFonts::with_system())?;
    pdf.put(&rendered.pdf).map_err(Refused::from)?;
    let name = out.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    file.issue_packet(session, &rendered, &name, &stamp)?;
    // The PDF gets its name only after the audit trail has recorded it.
    pdf.persist().map_err(Refused::from)?;
    let mut output = format!(
        "Packet {}: {} pages in {} ({})\nSHA-256 {}\n",
        rendered.number(),
        rendered.pages,
        out.display(),
        rendered.conformance,
        rendered.sha256
    );
    for warning in &rendered.warnings {
        let _ = writeln!(output, "{warning}");
    }
    Ok(output)
}
