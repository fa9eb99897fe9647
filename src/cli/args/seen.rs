//! The arguments of the commands on what a workstation saw of a file, and on what an auditor sees.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Renderer;

use crate::ops::EventHead;

/// What to do with the last events that were seen.
#[derive(Debug, Subcommand)]
pub enum Heads {
    /// List them. The JSON is what `import` reads.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take over the list of another workstation where it saw later events.
    Import {
        /// The list, as `heads list --json` printed it.
        list: PathBuf,
    },
    /// Enter a head that is known from elsewhere, as the footer of a packet prints it. The file must contain that event.
    Enter {
        /// The product file.
        file: PathBuf,
        /// Number and digest of the event, SEQ:DIGEST (at least 16 hexadecimal digits).
        #[arg(value_parser = EventHead::parse)]
        head: EventHead,
    },
    /// Forget what was seen of a file. To go on from a restored copy, use `continue-from-backup` instead.
    Forget {
        /// The product file.
        file: PathBuf,
    },
}

/// The arguments of a continuation from a restored copy.
#[derive(Debug, Args)]
pub struct ContinueArguments {
    /// The restored copy, in its place.
    pub file: PathBuf,
    /// Login of the administrator who signs it.
    #[arg(long)]
    pub login: String,
    /// Why the file is continued from a copy.
    #[arg(long)]
    pub reason: String,
    /// The last event that is known of the file, as a packet prints it, or the word unknown. By default it is the event that this
    /// workstation saw last.
    #[arg(long, value_name = "SEQ:DIGEST")]
    pub lost: Option<String>,
    /// How many numbers of each kind to skip beyond those that this workstation saw. By default none where it saw the numbers, and
    /// 100 otherwise.
    #[arg(long)]
    pub skip: Option<u32>,
}

/// The arguments of the window for an auditor.
#[derive(Debug, Args)]
pub struct AuditArguments {
    /// The product file.
    pub file: PathBuf,
    /// How the window is drawn.
    #[arg(long, value_enum, default_value_t)]
    pub renderer: Renderer,
}
