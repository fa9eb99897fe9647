//! What the other crates of Mainstay stand on: days and moments, the clock, reading foreign bytes within limits, and what
//! can go wrong with a file.
//!
//! Here belongs what knows neither a record nor a component. Here does not belong any rule of the field.

pub mod clock;
pub mod csv_out;
pub mod database;
pub mod decode;
pub mod delimited;
pub mod fresh_file;
pub mod json_stream;
pub mod json_value;
pub mod note;
pub mod regular;
pub mod sqlite_header;
pub mod store_error;
pub mod time;
pub mod unpack;
pub mod xml;
