//! `mainstay completions` and `mainstay man`: what a package gives to shells and to `man`, made from the declared arguments.
//!
//! Belongs here: the text of both. Does not belong here: where a system keeps it (`packaging`).

use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::CommandResult;
use super::args::{Arguments, CompletionsArguments, ManArguments};
use super::failure::Failure;
use crate::base::fresh_file::FreshFile;
use crate::ops::{Refused, StoreError};

const NAME: &str = "mainstay";

/// The text that a shell reads to complete the commands and options.
pub fn completions(arguments: &CompletionsArguments) -> CommandResult {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), NAME, &mut text);
    text_of(text)
}

/// Prints the manual page of the program, or writes all pages into a folder.
pub fn man(arguments: &ManArguments) -> CommandResult {
    let mut whole = Arguments::command().disable_help_subcommand(true);
    whole.build();
    let Some(folder) = &arguments.folder else { return text_of(page(&whole)?) };
    let mut pages = Vec::new();
    pages_of(&whole, NAME, &mut pages)?;
    for (name, page) in &pages {
        write(&folder.join(name), page).map_err(Refused::Store)?;
    }
    Ok(format!("{} pages were written into {}\n", pages.len(), folder.display()))
}

/// The pages of a command and of its own commands, by the name of their file.
fn pages_of(command: &Command, name: &str, into: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    into.push((format!("{name}.1"), page(command)?));
    for inner in command.get_subcommands() {
        pages_of(inner, &format!("{name}-{}", inner.get_name()), into)?;
    }
    Ok(())
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let version = env!("CARGO_PKG_VERSION");
    // A date would make two builds of the same source differ.
    Man::new(command.clone())
        .source(format!("{NAME} {version}"))
        .manual("Mainstay")
        .render(&mut text)
        .map_err(|error| Failure::failed(format!("the page could not be made: {error}")))?;
    Ok(text)
}

fn write(path: &Path, page: &[u8]) -> Result<(), StoreError> {
    let mut fresh = FreshFile::new(path, None)?;
    fresh.put(page)?;
    fresh.persist()
}

fn text_of(bytes: Vec<u8>) -> CommandResult {
    String::from_utf8(bytes).map_err(|error| Failure::failed(format!("the text could not be made: {error}")))
}
