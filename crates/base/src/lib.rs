//! The basis of the other crates of Mainstay: days and moments, the clock, time stamps, reading foreign bytes within limits,
//! writing files, file errors, and the network.
//!
//! Code that knows neither a record nor a component belongs here. Rules of the field do not.

pub mod clock;
pub mod commit_hash;
pub mod csv_out;
pub mod database;
pub mod decode;
pub mod delimited;
pub mod distinct;
pub mod document;
pub mod fresh_file;
pub mod json_stream;
pub mod json_value;
pub mod network;
pub mod note;
pub mod regular;
pub mod sqlite_header;
pub mod store_error;
pub mod time;
pub mod time_stamp;
pub mod unpack;
pub mod xml;
