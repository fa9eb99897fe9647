//! What a person may do: permission, rule, transaction, audit event. The window and the command line are thin fronts over it.

mod advisories;
mod archive;
mod attention;
mod beside;
mod bills;
mod example;
mod export;
mod file;
mod files;
pub mod import;
pub mod jobs;
pub mod keep;
mod lend;
mod lists;
mod new_file;
mod packet;
mod page;
mod perform;
pub mod places;
mod refused;
mod request;
mod scan;
mod secrets;
mod session;

pub use crate::domain::door::{POLICY, assignable};
pub use advisories::{
    AdvisoryTelling, CacheStatus, ImportOutcome, ImportProgress, ImportedFile, SourceStatus, cache_status,
    import_advisories, show_advisory,
};
pub use attention::{Attention, AttentionItem, Month, Trends};
pub use bills::{
    BillSyntax, InspectedBill, bill_head, compare_bills, convert_bill, inspect_bill, refused_of_bill,
};
pub use example::{Example, ExamplePerson, example_access, write_example};
pub use export::csv;
pub use file::{Opened, ProductFile, WhyReadOnly};
pub use lists::{field_label, list_columns, value_words};
pub use new_file::{FirstPerson, NewFile, NewProduct, default_policy, least_strength};
pub use packet::{
    BuiltPacket, OrderCheck, OrderStep, PacketFonts, PacketOptions, PacketOrder, PacketScope, RenderedPacket,
    check_order, render_packet,
};
pub use page::{Ahead, LinkedRecord, NextStep, RecordPage, SignatureView, SigningOffer, TraceStep};
pub use places::cache_folder;
pub use refused::Refused;
pub use request::{Act, FileSource, Receipt, Request, request_names};
pub use scan::{
    Checked, FoundAdvisory, FoundRecord, MAX_AGE_DAYS, ScanOptions, ScannedComponent, Score, is_decided,
    read_knowledge, scan,
};
pub use secrets::{Password, STRONGEST, check_strength};
pub use session::Session;

pub use crate::clock::{Stamp, now, stamp};
pub use crate::store::regular::text as read_text;
pub use crate::store::{
    EventFilter, EventRow, Finding, Found, Head, Hit, Holder, ListRow, StoreError, Verification,
};
