//! The basis of the other crates of Mainstay: days and moments, the clock, reading foreign bytes within limits, writing
//! files, and file errors.
//!
//! Code that knows neither a record nor a component belongs here. Rules of the field do not.

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
