//! What a person can do: permission, rule, transaction, audit event. The window and the command line are thin layers on top.

mod archive;
mod attention;
mod auditor;
mod background;
mod calendars;
mod clocks;
pub mod commits;
mod continuing;
mod deviation_signs;
pub mod documents;
mod evidence;
mod example;
mod export;
pub mod fields_csv;
mod file;
mod files;
mod first_day;
mod gate;
mod governing;
mod guide;
mod ical;
pub mod import;
mod items;
pub mod jobs;
mod letter;
pub mod listing;
mod lists;
pub mod mirror;
mod new_file;
mod offers;
mod packet;
mod page;
mod past;
mod perform;
pub mod places;
mod plan_difference;
mod portfolio;
mod readiness;
pub mod recipients;
mod refused;
mod request;
mod retirement;
mod scratch_copy;
mod secrets;
mod session;
mod soup;
mod time_stamps;
mod undo;
mod upgrade;
pub mod workstation;
mod writer;

pub use crate::domain::continuation::{Continuation, EventHead};
pub use crate::domain::ids::RecordId;
pub use crate::domain::requests::POLICY;
pub use crate::report::PrintedList;
pub use attention::{
    Attention, AttentionItem, DueCalendarOptions, FindingsOfAge, KindCount, Month, Trends, attention,
    attention_of, counts, trends,
};
pub use auditor::{
    AuditorEvent, AuditorField, AuditorRow, AuditorSection, AuditorSheet, AuditorSignature, HIDDEN,
    ShownList, ShownRow, Veil, beside, chain_of, keep_shown,
};
pub use calendars::{calendars, find_calendar, parse_calendar};
pub use clocks::{ClockRow, Clocks};
pub use continuing::{Loss, ONE_OF};
pub use evidence::EvidenceFile;
pub use example::{Example, ExamplePerson, example_access, write_example};
pub use export::csv;
pub use file::{Opened, ProductFile, WhyReadOnly};
pub use files::{digest_of, read_whole as read_bytes};
pub use first_day::{FirstDay, FirstDayRow, FirstStep};
pub use governing::PlanDates;
pub use guide::{guide_pages, guide_text};
pub use items::{ReadItems, read_items};
pub use letter::{LetterOptions, PrintedLetter, letter_pages, letter_pdf, letter_text};
pub use lists::{field_label, value_words};
pub use new_file::{FirstPerson, NewFile, NewProduct, default_policy, example_plan, least_strength};
pub use packet::{
    BuiltPacket, ChapterOrder, OrderCheck, OrderStep, PacketDraw, PacketFonts, PacketOptions, PacketOrder,
    PacketScope, PacketSizes, PacketVolume, ReadinessScope, RenderedPacket, SampleScope, check_order,
    render_packet, volume_path,
};
pub use page::{Ahead, LinkedRecord, NextStep, RecordPage, SignatureView, SigningOffer, TraceStep};
pub use places::{cache_folder, calendar_folder};
pub use plan_difference::FieldDifference;
pub use portfolio::{
    FieldedComponent, FieldedRelease, FindingSummary, LISTED_MAX, ProductSummary, RetirementDay,
    SummaryRecord, SummaryTask, SummaryVerdict, Urgency, WorkCounts,
};
pub use readiness::{FoundGap, KeptRules, Readiness};
pub use refused::Refused;
pub use request::{Act, FileSource, Receipt, Request, request_names};
pub use retirement::{CalendarEntry, RestoredCopy, Retirement};
pub use scratch_copy::ScratchCopy;
pub use secrets::{Password, STRONGEST, check_strength};
pub use session::Session;
pub use soup::{
    CoverageCount, FoundAdvisory, FoundItem, FoundSearch, MayStep, PlannedSoup, Raised, ReleaseStatement,
    ReviewRow, ReviewScope, ReviewSubject, SoupAction, SoupImportCounts, SoupImportOptions, SoupImportPlan,
    SoupRow, SoupUse, StartedReview, TriageDecision, TriageRow, count_coverage, statements,
};
pub use time_stamps::{
    AddedStamp, PATIENCE as STAMP_PATIENCE, REPLY_BYTES_MAX as STAMP_REPLY_BYTES_MAX,
    SHORT_PATIENCE as SHORT_STAMP_PATIENCE, StampQuery,
};

pub use undo::{Undo, UndoBy, undone_event};

pub use crate::store::{
    Discrepancy, EventFilter, EventRow, FileState, Head, Hit, Holder, Leftover, ListRow, Report, Step, Steps,
    StoreError, Upgraded, Verification, Waiting, Wish, has_journal,
};
pub use mainstay_base::clock::{Stamp, disbelieved, now, stamp};
pub use mainstay_base::regular::text as read_text;
