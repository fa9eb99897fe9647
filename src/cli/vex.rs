//! `mainstay vex`: the status of the vulnerabilities of the user's own product, for its users.

use super::args::{VexArguments, VexSyntax};
use super::failure::Failure;
use super::sbom::input_failure;
use super::{CommandResult, open, time_stamp};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::RecordId;
use crate::domain::text::counted;
use crate::ops::{self, Refused};
use crate::soup::model::vex_document::{Author, VexDocument};
use crate::soup::{LeftOut, VexFormat, VexInput, VexOfScan, read_vex_input, vex_text, write_vex};
use crate::vex::{self as release_vex, VexIssuer};

/// Writes a document from statements, from a scan, or from the decisions of a product file.
pub fn vex(arguments: &VexArguments) -> CommandResult {
    if let Some(release) = &arguments.release {
        return of_release(arguments, release);
    }
    let input = read_vex_input(&arguments.input).map_err(input_failure)?;
    let (document, left_out) = match input {
        VexInput::Statements(document) => {
            only_of_scan(arguments)?;
            (*document, LeftOut::default())
        }
        VexInput::Scan(scan) => scan.document(&of_scan(arguments)?, ops::now()),
    };
    write_vex(&document, format_of(arguments), &arguments.out)?;
    Ok(words(&document, left_out, arguments))
}

const fn format_of(arguments: &VexArguments) -> VexFormat {
    match arguments.format {
        VexSyntax::Openvex => VexFormat::OpenVex,
        VexSyntax::Cyclonedx => VexFormat::CycloneDx,
        VexSyntax::Csaf => VexFormat::Csaf,
    }
}

/// The decisions of a product file about one release. With a login the document is attached to the release, so that an event holds its
/// digest.
fn of_release(arguments: &VexArguments, release: &str) -> CommandResult {
    if arguments.id.is_some() || arguments.action.is_some() {
        return Err(Failure::usage(
            "--id and --action are only for a scan; a product file has its own identifier and decisions",
        ));
    }
    let release: RecordId = release.parse().map_err(Failure::usage)?;
    let issuer = VexIssuer {
        name: arguments.author.clone(),
        namespace: arguments.namespace.clone(),
        title: arguments.title.clone(),
    };
    let format = format_of(arguments);
    let stamp = ops::stamp();
    let mut target = FreshFile::new(&arguments.out, Some(&arguments.input)).map_err(Refused::from)?;
    let (made, text) = match arguments.login.as_deref() {
        Some(login) => {
            let (mut file, session, _) = open::to_write(&arguments.input, login)?;
            let made = release_vex::document(&file, release, &issuer, &stamp)?;
            let text = release_vex::publish(&mut file, &session, (release, &made, format), &stamp)?;
            time_stamp::after_writing(&mut file, &session);
            (made, text)
        }
        None => {
            let file = open::to_read(&arguments.input)?;
            let made = release_vex::document(&file, release, &issuer, &stamp)?;
            let text = vex_text(&made.document, format)?;
            (made, text)
        }
    };
    target.put(text.as_bytes()).and_then(|()| target.persist()).map_err(Refused::from)?;
    let mut output = words(&made.document, LeftOut::default(), arguments);
    if !made.left_out.is_empty() {
        let ids: Vec<String> = made.left_out.iter().map(ToString::to_string).collect();
        output.push_str(&format!("left out, because they have no identifier: {}\n", ids.join(", ")));
    }
    if arguments.login.is_some() {
        output.push_str(&format!("attached to {release}\n"));
    }
    Ok(output)
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
    let statements = counted(document.statements.len(), "statement");
    let mut output = format!("{statements} written to {}\n", arguments.out.display());
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
