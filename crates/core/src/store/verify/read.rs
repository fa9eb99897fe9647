//! Reading values that may be damaged. A value of a wrong type, or a text that is not UTF-8, is read as a value that the program
//! never writes there. So it is reported with its place, and the rest is still checked.

use rusqlite::Row;
use rusqlite::types::ValueRef;

/// The bytes of a text or blob; empty for a value of another type.
pub fn bytes<'a>(row: &'a Row<'_>, index: usize) -> rusqlite::Result<&'a [u8]> {
    Ok(match row.get_ref(index)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => &[],
    })
}

/// A text; bytes that are not UTF-8 are replaced.
pub fn text(row: &Row, index: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(bytes(row, index)?).into_owned())
}

/// A whole number; 0, which is the number of no row, for a value of another type.
pub fn number(row: &Row, index: usize) -> rusqlite::Result<i64> {
    Ok(match row.get_ref(index)? {
        ValueRef::Integer(number) => number,
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => 0,
    })
}

/// Bytes as a text, or the reason why they are not a text.
pub fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes)
        .map_err(|error| format!("its text is not UTF-8 from byte {} on", error.valid_up_to() + 1))
}
