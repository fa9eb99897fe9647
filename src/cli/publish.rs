//! `mainstay publish`: mirrors product files into PostgreSQL.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::advisories::pretty;
use super::args::PublishArguments;
use super::failure::Failure;
use super::{CommandResult, open};
use crate::domain::text::counted;
use crate::mirror::{self, Given, How, NotPublished, Published, Target};
use crate::ops::{WhyReadOnly, places};

/// The environment variable with the address.
const ADDRESS_VARIABLE: &str = "MAINSTAY_PUBLISH_TO";

/// Publishes each file by itself: one that fails keeps no other away.
pub fn publish(arguments: &PublishArguments) -> CommandResult {
    let address = match (&arguments.to, variable(ADDRESS_VARIABLE)) {
        (Some(address), _) => address.clone(),
        (None, Some(address)) => address,
        (None, None) => {
            return Err(Failure::usage(format!("name a database with --to, or in {ADDRESS_VARIABLE}")));
        }
    };
    let target = Target::parse(&address, &given()).map_err(|error| failure(error.into()))?;
    let how = match (arguments.dry_run, arguments.anew) {
        (true, anew) => How::DryRun { anew },
        (false, true) => How::Anew,
        (false, false) => How::New,
    };
    let mut files = Vec::new();
    let mut output = String::new();
    let mut failures = Vec::new();
    for path in &arguments.files {
        let outcome = one(path, &target, how);
        files.push(in_json(path, &outcome));
        match outcome {
            Ok(published) => output.push_str(&in_words(path, &published, how)),
            Err(failure) => {
                output.push_str(&format!("{}: not published: {}\n", path.display(), failure.words));
                failures.push(failure);
            }
        }
    }
    if arguments.json {
        output = pretty(&json!({
            "format": 1, "to": target.to_string(), "dry_run": arguments.dry_run, "files": files
        }));
    }
    let count = failures.len();
    match failures.into_iter().next() {
        None => Ok(output),
        // With one file, its reason is the message.
        Some(failure) if arguments.files.len() == 1 && !arguments.json => Err(failure),
        Some(failure) => {
            let of = counted(arguments.files.len(), "file");
            let words = format!("{count} of {of} not published; the reasons are listed above");
            Err(Failure { words, output, ..failure })
        }
    }
}

fn one(path: &Path, target: &Target, how: How) -> Result<Published, Failure> {
    let file = open::to_read(path)?;
    if let Some(WhyReadOnly::Damaged(what)) = file.why_read_only() {
        return Err(Failure::integrity(format!("{} is damaged: {what}; open a backup", path.display())));
    }
    mirror::publish(target, &file, how).map_err(failure)
}

fn failure(error: NotPublished) -> Failure {
    match error {
        NotPublished::Usage(words) => Failure::usage(words),
        NotPublished::Failed(words) => Failure::failed(words),
        NotPublished::Refused(words) => Failure::refused(words),
        NotPublished::File(refusal) => refusal.into(),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// What PostgreSQL's own clients read too.
fn given() -> Given {
    Given {
        user: ["PGUSER", "USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable),
        password: variable("PGPASSWORD"),
        pass_file: variable("PGPASSFILE").map(PathBuf::from).or_else(places::pass_file),
    }
}

fn in_words(path: &Path, published: &Published, how: How) -> String {
    let Published { before, seq, events, records, signatures, .. } = published;
    let path = path.display();
    let dry = matches!(how, How::DryRun { .. });
    let tables = match (published.tables_made, dry) {
        (false, _) => "",
        (true, false) => "; the tables were made",
        (true, true) => "; the tables would be made",
    };
    if *events == 0 {
        return format!("{path}: nothing is new since event {seq}{tables}\n");
    }
    let would = if dry { "would publish" } else { "published" };
    format!(
        "{path}: {would} events {} to {seq}, {} and {}{tables}\n  Last event {seq}, SHA-256 {}\n",
        before + 1,
        counted(usize::try_from(*records).unwrap_or(usize::MAX), "record"),
        counted(usize::try_from(*signatures).unwrap_or(usize::MAX), "signature"),
        published.digest
    )
}

fn in_json(path: &Path, outcome: &Result<Published, Failure>) -> Value {
    let path = path.display().to_string();
    match outcome {
        Ok(published) => json!({
            "path": path, "file": published.product, "before": published.before, "events": published.events,
            "records": published.records, "signatures": published.signatures, "tables_made": published.tables_made,
            "head": {"seq": published.seq, "digest": published.digest},
        }),
        Err(failure) => json!({"path": path, "failed": failure.words}),
    }
}
