//! What a person may do, through `ops` and a real file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what went wrong by failing"
)]

mod access;
mod advisories;
mod advisory_screens;
mod advisory_server;
mod advisory_update;
mod authority;
mod backdated;
mod badfiles;
mod bench;
mod bounds;
mod chain;
mod cli;
mod cli_documents;
mod cli_releases;
mod cli_soup;
mod coverage;
mod crash;
mod damage;
mod deadlines;
mod decisions;
mod desk;
mod document_screens;
mod dumps;
mod edges;
mod fields_csv;
mod finding_basis;
mod findings;
mod forger;
mod forgery;
mod guards;
mod host;
mod import;
mod insider;
mod insider_forges;
mod insider_releases;
mod insider_soup;
mod lanes;
mod large;
mod letter;
mod overview;
mod packet;
mod parts;
mod past;
mod plan_screens;
mod readiness;
mod recipe;
mod recipients;
mod records;
mod release_checks;
mod release_files;
mod release_laws;
mod release_packet;
mod release_rules;
mod release_screens;
mod releasing;
mod restored;
mod retirement;
mod retirement_packet;
mod retirement_screens;
mod review_events;
mod sample_packet;
mod screens;
mod search_file;
mod signing;
mod soup_desk;
mod soup_evidence;
mod soup_gaps;
mod soup_ops;
mod soup_packet;
mod soup_register;
mod soup_reviews;
mod soup_screens;
mod soup_triage;
mod soup_walk;
mod tables;
mod time_stamps;
mod upgrade;
mod volumes;
mod waiting;
mod walk;
