//! `mainstay letter`: the letters of a communication as PDF or text.

use std::fmt::Write as _;

use super::args::LetterArguments;
use super::failure::Failure;
use super::{CommandResult, open};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::ops::{self, LetterOptions, PacketFonts, Refused, letter_pages, letter_text};

/// Writes the letters of a communication to a new file.
pub fn letter(arguments: &LetterArguments) -> CommandResult {
    let id = number(&arguments.id, Kind::Communication, "CM-0001")?;
    let recipient = arguments.recipient.as_deref().map(|text| number(text, Kind::Recipient, "RC-0001"));
    let options = LetterOptions { recipient: recipient.transpose()?, with_approval: arguments.with_approval };
    let file = open::to_read(&arguments.file)?;
    let mut target = FreshFile::new(&arguments.out, Some(&arguments.file)).map_err(Refused::from)?;
    let stamp = ops::stamp();
    let out = arguments.out.display();
    let mut output = String::new();
    if arguments.text {
        target.put(letter_text(&file, id, &options, &stamp)?.as_bytes()).map_err(Refused::from)?;
        let _ = writeln!(output, "Wrote {out}");
    } else {
        let printed = letter_pages(&file, id, &options, PacketFonts::with_system(), &stamp)?;
        target.put(&printed.pdf).map_err(Refused::from)?;
        let _ = writeln!(output, "Wrote {out}, {}", counted(printed.pages, "page"));
        for warning in &printed.warnings {
            let _ = writeln!(output, "{warning}");
        }
    }
    target.persist().map_err(Refused::from)?;
    Ok(output)
}

fn number(text: &str, kind: Kind, example: &str) -> Result<RecordId, Failure> {
    let id: RecordId = text.parse().map_err(Failure::usage)?;
    if id.kind == kind {
        return Ok(id);
    }
    let noun = kind.def().noun();
    Err(Failure::usage(format!("{id} is not a {noun}; write a number such as {example}")))
}
