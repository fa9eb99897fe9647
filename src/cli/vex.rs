//! `mainstay vex`: the status of the vulnerabilities of the user's own product, for its users.

use super::CommandResult;
use super::args::{VexArguments, VexSyntax};
use super::failure::Failure;
use super::sbom::input_failure;
use crate::ops;
use crate::soup::model::vex_document::{Author, VexDocument};
use crate::soup::{LeftOut, VexFormat, VexInput, VexOfScan, read_vex_input, write_vex};

/// Writes a document from statements or from a scan.
pub fn vex(arguments: &VexArguments) -> CommandResult {
    let input = read_vex_input(&arguments.input).map_err(input_failure)?;
    let (document, left_out) = match input {
        VexInput::Statements(document) => {
            only_of_scan(arguments)?;
            (*document, LeftOut::default())
        }
        VexInput::Scan(scan) => scan.document(&of_scan(arguments)?, ops::now()),
    };
    let format = match arguments.format {
        VexSyntax::Openvex => VexFormat::OpenVex,
        VexSyntax::Cyclonedx => VexFormat::CycloneDx,
        VexSyntax::Csaf => VexFormat::Csaf,
    };
    write_vex(&document, format, &arguments.out)?;
    Ok(words(&document, left_out, arguments))
}

/// A file of statements contains all of this itself.
fn only_of_scan(arguments: &VexArguments) -> Result<(), Failure> {
    let given = [
        ("--author", &arguments.author),
        ("--namespace", &arguments.namespace),
        ("--id", &arguments.id),
        ("--title", &arguments.title),
        ("--action", &arguments.action),
    ];
    let given: Vec<&str> =
        given.into_iter().filter_map(|(name, given)| given.as_ref().map(|_| name)).collect();
    if given.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} is only for a scan; a file of statements contains it already",
        given.join(", ")
    )))
}

fn of_scan(arguments: &VexArguments) -> Result<VexOfScan, Failure> {
    let Some(name) = arguments.author.clone() else {
        return Err(Failure::usage("a scan does not name the issuer of the document: give --author NAME"));
    };
    Ok(VexOfScan {
        author: Author { name, namespace: arguments.namespace.clone(), ..Author::default() },
        id: arguments.id.clone(),
        title: arguments.title.clone(),
        action: arguments.action.clone(),
    })
}

fn words(document: &VexDocument, left_out: LeftOut, arguments: &VexArguments) -> String {
    let mut output =
        format!("{} statements written to {}\n", document.statements.len(), arguments.out.display());
    for (count, why) in [
        (left_out.candidates, "candidates by name: a person has to confirm them first"),
        (
            left_out.not_affected,
            "not affected: a statement needs a justification, which a scan does not have",
        ),
        (left_out.withdrawn, "withdrawn by the publisher"),
        (left_out.repeated, "already covered under another name"),
    ] {
        if count > 0 {
            output.push_str(&format!("{count} skipped  {why}\n"));
        }
    }
    output
}
