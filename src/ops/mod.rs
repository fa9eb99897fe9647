//! What a person may do: permission, rule, transaction, audit event. The window and the command line are thin fronts over it.

mod archive;
mod attention;
mod example;
mod export;
mod file;
mod files;
pub mod import;
mod lists;
mod new_file;
mod packet;
mod page;
mod perform;
mod refused;
mod request;
mod secrets;
mod session;
mod work;

pub use attention::{Attention, AttentionItem, Month, Trends};
pub use example::{Example, ExamplePerson, write_example};
pub use export::csv;
pub use file::{Opened, ProductFile, WhyReadOnly};
pub use lists::{csv_of, field_label, list_columns, value_words};
pub use new_file::{FirstPerson, NewFile, NewProduct, default_policy};
pub use packet::{
    BuiltPacket, OrderCheck, OrderStep, PacketFonts, PacketOptions, PacketScope, RenderedPacket, check_order,
    render_packet,
};
pub use page::{LinkedRecord, NextStep, RecordPage, SignatureView, SigningOffer, TraceStep};
pub use refused::Refused;
pub use request::{assignable, Act, FileSource, Receipt, Request, request_names};
pub use secrets::Password;
pub use session::Session;

pub use crate::clock::{Stamp, now, stamp};
pub use crate::store::{
    EventFilter, EventRow, Finding, Found, Head, Hit, Holder, ListRow, StoreError, Verification,
};
