//! The command line: the same requests as in the window. It uses `domain` and `ops` only; the caller passes in the window.

mod advisories;
mod advisory_update;
mod args;
mod audit;
mod baseline;
mod calendar;
mod clocks;
mod commits;
mod continuing;
mod deviations;
mod differences;
mod due;
mod example;
mod failure;
mod files;
mod gate;
mod guide;
mod heads;
mod import_feedback;
mod install;
mod letter;
mod list;
mod make;
mod manual;
mod open;
mod packet;
mod portfolio;
mod print;
mod publish;
mod qualify;
mod readiness;
mod recipients;
mod records;
mod retirement;
mod review;
mod review_document;
mod review_events;
mod run;
mod sbom;
mod scan;
mod script;
mod shown;
mod soup;
mod status;
mod time_stamp;
mod upgrade;
mod values;
mod vex;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::domain::link::is_link;
use crate::ops;
pub use args::{Arguments, Renderer};
use args::{Command, Import};
use failure::Failure;

/// What the window is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening<'a> {
    /// To work.
    ToWork,
    /// To show the file to an auditor.
    ForAuditor,
    /// To show the portfolio of these places.
    Portfolio(&'a [PathBuf]),
}

/// Opens the window, with a file or without, and with a renderer. The error is a message for people.
pub type OpenWindow = fn(Option<&Path>, Opening<'_>, Renderer) -> Result<(), String>;

/// The text that a command prints, or why it failed.
type CommandResult = Result<String, Failure>;

/// Parses the arguments of the process and runs the command.
pub fn main(open_window: OpenWindow) -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = perform(arguments, open_window);
    let (output, words, code) = match outcome {
        Ok(output) => (output, String::new(), 0),
        Err(failure) => (failure.output, failure.words, failure.code),
    };
    // A reader that has closed the pipe, such as `head`, is not an error.
    let _ = std::io::stdout().write_all(shown::shown(&output).as_bytes());
    let _ = std::io::stdout().flush();
    if !words.is_empty() {
        let _ = writeln!(std::io::stderr(), "mainstay: {}", shown::shown(&words));
    }
    ExitCode::from(code)
}

/// A single word that is not a file was meant as a command.
fn refuse_unknown(file: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = file.filter(|path| path.extension().is_none() && path.components().count() == 1) else {
        return Ok(());
    };
    if path.exists() || path.to_str().is_some_and(is_link) {
        return Ok(());
    }
    let known: Vec<String> =
        Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    Err(Failure::usage(format!(
        "“{}” is neither a command nor a file; the commands are {}",
        path.display(),
        known.join(", ")
    )))
}

fn perform(arguments: Arguments, open_window: OpenWindow) -> CommandResult {
    let Some(command) = arguments.command else {
        refuse_unknown(arguments.file.as_deref())?;
        if let Some(why) = example::display_missing() {
            return Err(Failure::failed(format!(
                "no window can be opened: {why}; see mainstay --help for the commands"
            )));
        }
        return match open_window(arguments.file.as_deref(), Opening::ToWork, arguments.renderer) {
            Ok(()) => Ok(String::new()),
            Err(words) => Err(Failure::failed(words)),
        };
    };
    match command {
        Command::Example { path, no_window, json, renderer } => {
            example::example(&path, (!no_window).then_some(open_window), renderer, json)
        }
        Command::Audit(arguments) => audit::audit(&arguments, open_window),
        Command::Completions(arguments) => install::completions(&arguments),
        Command::Man(arguments) => install::man(&arguments),
        Command::New(new) => make::new_file(new),
        Command::Run { file, script, login, keep_going } => run::run(&file, &script, &login, keep_going),
        Command::List(arguments) => list::list(&arguments),
        Command::Show { file, id, json } => print::show(&file, &id, json),
        Command::Status(arguments) => match &arguments.calendar {
            Some(out) => due::due(&arguments.file, out, arguments.alarm),
            None => status::of_arguments(arguments),
        },
        Command::Portfolio(arguments) => portfolio::portfolio(&arguments, open_window),
        Command::Calendar { name, from, to } => calendar::calendar(name.as_deref(), from, to),
        Command::Import { what: Import::Feedback(import) } => import_feedback::import(&import),
        Command::Import { what: Import::Records(records) } => records::take(&records),
        Command::Baseline(arguments) => baseline::baseline(&arguments),
        Command::Soup { what } => soup::soup(what),
        Command::Review { what } => review::review(what),
        Command::ReviewDocument(arguments) => review_document::review_document(&arguments),
        Command::Commits(arguments) => commits::commits(&arguments),
        Command::Gate(arguments) => gate::gate(&arguments),
        Command::Differences(arguments) => differences::differences(&arguments),
        Command::Recipients(arguments) => recipients::recipients(&arguments),
        Command::Deviations(arguments) => deviations::deviations(&arguments),
        Command::Retirement(arguments) => retirement::retirement(&arguments),
        Command::Clocks(arguments) => clocks::clocks(&arguments),
        Command::Readiness(arguments) => readiness::readiness(&arguments),
        Command::Packet(packet) => packet::packet(&packet),
        Command::Letter(arguments) => letter::letter(&arguments),
        Command::Manual(arguments) => manual::manual(&arguments),
        Command::Qualify(arguments) => qualify::run(&arguments),
        Command::Guide(arguments) => guide::guide(&arguments),
        Command::Heads { what } => heads::heads(&what),
        Command::Verify { file, head, copy: false, json } => files::verify(&file, &file, head, json),
        Command::Verify { file, head, copy: true, json } => files::verify_a_copy(&file, head, json),
        Command::TimeStamp(arguments) => time_stamp::time_stamp(&arguments),
        Command::ContinueFromBackup(arguments) => continuing::continue_from_backup(&arguments),
        Command::Upgrade { file } => upgrade::upgrade(&file, ops::Steps::RELEASED),
        Command::Advisories { what } => advisories::advisories(what),
        Command::Sbom { what } => sbom::sbom(what),
        Command::Scan(scan) => scan::scan(scan),
        Command::Vex(vex) => vex::vex(&vex),
        Command::Publish(arguments) => publish::publish(&arguments),
        Command::Backup { file, out } => files::backup(&file, &out),
        Command::Export { file, out, attachment, kind, csv } => match (out, attachment, kind, csv) {
            (Some(out), None, None, None) => files::export(&file, &out),
            (Some(out), Some(attachment), None, None) => files::export_attachment(&file, &attachment, &out),
            (None, None, Some(kind), Some(csv)) => records::write(&file, &kind, &csv),
            (Some(_) | None, _, _, _) => Err(Failure::usage(
                "export everything with -o OUT.json, one attachment with --attachment AT-0001 -o OUT, or the records of one \
                 kind with --kind KIND --csv OUT.csv",
            )),
        },
    }
}
