//! The user's actions on bills and advisories: import, update, look up, scan, inspect, convert, compare, publish.

mod advisories;
mod bills;
mod scan;
mod search_run;
mod update;
mod vex;

pub use crate::cache::answers::{Answer, AnswerWriter};
pub use advisories::{
    AdvisoryVersion, CacheStatus, ImportOutcome, ImportProgress, ImportedFile, SourceStatus, SourceSummary,
    VexClaim, VexClaims, cache_status, exploited_among, import_advisories, show_advisory, vex_claims,
};
pub use bills::{
    BillFile, BillSyntax, InspectedBill, bill_head, compare_bills, convert_bill, inspect_bill,
    refused_of_bill,
};
pub use scan::{
    AskedScan, Checked, FoundAdvisory, FoundRecord, MAX_AGE_DAYS, ScanOptions, ScanQuestion, ScanReceiver,
    ScannedComponent, Score, cache_state, declare_whole, is_decided, read_knowledge, scan, scan_into,
};
pub use search_run::{
    Delta, EvidenceRecord, HitRecord, RecordText, SameResult, SearchHit, SearchOptions, SearchProgram,
    SearchResult, SearchRun, SearchScore, SearchSource, SearchSubject, SearchedSubject, SourceResult,
    SubjectChange, SubjectOutcome, missing_sources, run_again, run_search, since,
};
pub use update::{
    OnUpdate, Pace, Secret, UpdateOutcome, UpdateProgress, UpdateSettings, UpdateSource, UpdatedSource,
    listing, update_advisories,
};
pub use vex::{
    LeftOut, ScanForVex, VexFormat, VexInput, VexOfScan, read_vex_input, vex_input, vex_text, write_vex,
};
