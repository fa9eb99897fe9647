//! Arguments of commands on the SOUP register and on SOUP reviews.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What is done with the SOUP register.
#[derive(Debug, Subcommand)]
pub enum Soup {
    /// Read a bill of materials, lock file or SOUP table into the register.
    ///
    /// New versions are brought by a change request: --change names it; else one is opened, unless the SOUP was in the product before
    /// (a first release, or one that is released already).
    Import(SoupImportArguments),
    /// Show every SOUP of every release in service and whether it is reviewed inside its interval.
    ///
    /// Exit codes: 0 everything is, 12 something is not.
    Coverage {
        /// The product file.
        file: PathBuf,
        /// On this day, YYYY-MM-DD, instead of today.
        #[arg(long)]
        on: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show where an item is used: releases, findings, changes, reviews, hazards; and what it lacks.
    Uses {
        /// The product file.
        file: PathBuf,
        /// Number of the item, such as SI-0001.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The arguments of reading a list into the register.
#[derive(Debug, Args)]
pub struct SoupImportArguments {
    /// The product file.
    pub file: PathBuf,
    /// The bill of materials, lock file or SOUP table, or a document with a list of SOUP, which is then attached.
    pub list: PathBuf,
    /// The place of the list where a document has several, as `review-document` names it.
    #[arg(long, value_name = "PLACE")]
    pub at: Option<String>,
    /// The release whose SOUP it is. If its baseline is not fixed yet, the list becomes its baseline too.
    #[arg(long, value_name = "RL-0001")]
    pub release: Option<String>,
    /// The change request that brings what is new.
    #[arg(long, value_name = "CR-0001")]
    pub change: Option<String>,
    /// A value for every new item that the list does not give, such as risk_tier=low or host_item=gateway.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// Leave out components without a version.
    #[arg(long)]
    pub leave_out_unversioned: bool,
    /// Only list what would happen; change nothing.
    #[arg(long)]
    pub rehearse: bool,
    /// List every component that is new or gone, not only the first 20.
    #[arg(long)]
    pub verbose: bool,
    /// Print what was read as JSON.
    #[arg(long)]
    pub json: bool,
    /// Login of the person who reads it in.
    #[arg(long, required_unless_present = "rehearse")]
    pub login: Option<String>,
}

/// What is done with SOUP reviews.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// Start a review: freeze its scope, search the advisory data, keep the evidence, raise findings.
    ///
    /// A scheduled review is named by its number. With --trigger the review is scheduled and started in one go: for what the file and the
    /// advisory data show now, as `mainstay review status FILE` lists it, or for what --reference names.
    Start(StartReviewArguments),
    /// Answer open items of a review, and conclude all items that have everything for their result.
    ///
    /// --set gives the same answer to all open items, or to those that --item names. Other answers for each of many items are a script of
    /// Edit requests for `mainstay run`; docs/command-line.md has one.
    Run {
        /// The product file.
        file: PathBuf,
        /// Number of the review, such as SR-0001.
        id: String,
        /// Login of the reviewer.
        #[arg(long)]
        login: String,
        /// An open item that is answered, such as RI-0001; without it all are.
        #[arg(long = "item", value_name = "RI-0001", requires = "set")]
        items: Vec<String>,
        /// A value for a field of the items, such as list_place="Release notes of 2.5.0" or list_read_on=2031-03-03.
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        set: Vec<String>,
        /// Take over what the supplier's lists said in the last review of the same version.
        #[arg(long)]
        as_last_time: bool,
        /// For the lists taken over: when they were read again, YYYY-MM-DD.
        #[arg(long, value_name = "DAY", requires = "as_last_time")]
        lists_read_on: Option<String>,
    },
    /// Show how far a review got: results, what is open, its findings, and whether its evidence agrees with its items.
    ///
    /// With --again the search is repeated on the advisory data of this workstation and compared byte by byte. Without a number, the
    /// events that ask for a review are shown: SOUP that changed in service, a candidate without a review, and what the advisory data says
    /// of the SOUP in service that the last review did not know.
    /// Exit codes: 0 agrees, or nothing asks for a review; 12 the evidence and the items differ, the search gives something else, or an
    /// event asks for a review.
    Status {
        /// The product file.
        file: PathBuf,
        /// Number of the review, such as SR-0001.
        id: Option<String>,
        /// Repeat the search.
        #[arg(long, requires = "id")]
        again: bool,
        /// Folder of the advisory data.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The arguments of starting a review.
#[derive(Debug, Args)]
pub struct StartReviewArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of a scheduled review, such as SR-0001.
    #[arg(required_unless_present = "trigger")]
    pub id: Option<String>,
    /// Schedule a review for this reason, and start it: interval, known_exploited, advisory, soup_change, before_release, other.
    #[arg(long, conflicts_with = "id")]
    pub trigger: Option<String>,
    /// The advisory, release or change that it follows, instead of what asks for such a review now.
    #[arg(long, requires = "trigger", value_name = "WORDS")]
    pub reference: Option<String>,
    /// A value for another field of the review, such as candidates=RL-0002 or tiers=high.
    #[arg(long = "set", requires = "trigger", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// Login of the reviewer.
    #[arg(long)]
    pub login: String,
    /// Folder of the advisory data.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// Days after which advisory data counts as too old.
    #[arg(long, default_value_t = crate::soup::MAX_AGE_DAYS)]
    pub max_age: u32,
    /// A RON file with aliases and exclusions of components.
    #[arg(long)]
    pub knowledge: Option<PathBuf>,
}
