//! Links to records, such as `mainstay:pump.mainstay?id=…#CR-0004`: made, and read strictly, as they come from mails and web pages.
//!
//! A link names a file by its name and its identity, never by a path. Which file that is on a workstation does not belong here.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::ids::RecordId;

/// The scheme of links.
pub const SCHEME: &str = "mainstay";
/// Most bytes of a link.
const LINK_BYTES_MAX: usize = 2000;
/// Most characters of the name of a file.
const NAME_CHARS_MAX: usize = 255;
/// Characters of the identity of a file.
const UUID_CHARS: usize = 36;
/// What stands in a link as it is (RFC 3986, unreserved).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A link to a record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLink {
    /// The name of the file, without a folder.
    pub file: String,
    /// The identity of the file, by which it is found under another name; a link that was typed may lack it.
    pub uuid: Option<String>,
    /// The record.
    pub record: RecordId,
}

/// Why a link cannot be read, as a sentence without its full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It does not begin with the scheme.
    #[error("a link to a record begins with mainstay:")]
    OtherScheme,
    /// It is too long.
    #[error("the link is longer than {LINK_BYTES_MAX} bytes")]
    TooLong,
    /// It has a character that no link has.
    #[error("the link contains a character that no link has")]
    Character,
    /// It names a folder, which a link never does.
    #[error("the link names a folder; a link names only a file that was opened on this workstation")]
    Folder,
    /// It names no file.
    #[error("the link names no product file")]
    NoFile,
    /// The identity of the file is none.
    #[error("the link gives the identity of the file in a form that no file has")]
    Identity,
    /// It names no record.
    #[error("the link names no record; it ends with one, such as #CR-0004")]
    NoRecord,
}

/// Whether a text is meant as a link to a record.
pub fn is_link(text: &str) -> bool {
    let scheme = text.trim_start().split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case(SCHEME) && text.contains(':')
}

/// Marks that turn the direction of a text or are not seen: a name with them would be shown as another one.
const fn is_unseen(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

impl RecordLink {
    /// Reads a link.
    ///
    /// # Errors
    /// When it is not exactly what the program writes, apart from the letters of the scheme and a missing identity.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if !is_link(text) {
            return Err(LinkError::OtherScheme);
        }
        if text.len() > LINK_BYTES_MAX {
            return Err(LinkError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(LinkError::Character);
        }
        let (_, rest) = text.split_once(':').ok_or(LinkError::OtherScheme)?;
        let (before, record) = rest.split_once('#').ok_or(LinkError::NoRecord)?;
        let record = record.parse().map_err(|_| LinkError::NoRecord)?;
        let (file, query) =
            before.split_once('?').map_or((before, None), |(file, query)| (file, Some(query)));
        let uuid = query.map(identity).transpose()?;
        Ok(Self { file: file_name(file)?, uuid, record })
    }

    /// Whether it is a link into a file of this identity and name.
    pub fn is_of(&self, uuid: &str, name: &str) -> bool {
        match &self.uuid {
            Some(own) => own == uuid,
            None => self.file == name,
        }
    }
}

/// The name of a file in a link, which is never a path.
fn file_name(encoded: &str) -> Result<String, LinkError> {
    let name = percent_decode_str(encoded).decode_utf8().map_err(|_| LinkError::Character)?;
    if name.contains(['/', '\\', ':']) || name == "." || name == ".." {
        return Err(LinkError::Folder);
    }
    if name.chars().any(|character| character.is_control() || is_unseen(character)) {
        return Err(LinkError::Character);
    }
    if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(LinkError::NoFile);
    }
    Ok(name.into_owned())
}

/// The identity of a file in a link: `id=` and a UUID.
fn identity(query: &str) -> Result<String, LinkError> {
    let uuid = query.strip_prefix("id=").ok_or(LinkError::Identity)?;
    let fits = uuid.len() == UUID_CHARS
        && uuid.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if fits { Ok(uuid.to_ascii_lowercase()) } else { Err(LinkError::Identity) }
}

impl fmt::Display for RecordLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}:{}", utf8_percent_encode(&self.file, ENCODED))?;
        if let Some(uuid) = &self.uuid {
            write!(f, "?id={uuid}")?;
        }
        write!(f, "#{}", self.record)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::Kind;

    const UUID: &str = "0b9c2a54-7b1e-4f0a-9a51-3c1d0e5f7a21";

    fn link(file: &str, uuid: Option<&str>) -> RecordLink {
        let record = RecordId::new(Kind::ChangeRequest, 4);
        RecordLink { file: file.to_owned(), uuid: uuid.map(str::to_owned), record }
    }

    #[test]
    fn a_link_names_file_identity_and_record_and_no_folder() {
        let made = link("Pumpe 3, größer.mainstay", Some(UUID));
        let text = made.to_string();
        assert_eq!(text, format!("mainstay:Pumpe%203%2C%20gr%C3%B6%C3%9Fer.mainstay?id={UUID}#CR-0004"));
        assert_eq!(RecordLink::parse(&text), Ok(made));
        assert_eq!(RecordLink::parse("MAINSTAY:pump.mainstay#cr-4"), Ok(link("pump.mainstay", None)));
    }

    #[test]
    fn what_is_no_link_is_refused_with_the_reason() {
        let long = format!("mainstay:{}#CR-0004", "a".repeat(LINK_BYTES_MAX));
        for (text, reason) in [
            ("https://example.org/#CR-0004", LinkError::OtherScheme),
            ("mainstay", LinkError::OtherScheme),
            (&long, LinkError::TooLong),
            ("mainstay:pump.mainstay", LinkError::NoRecord),
            ("mainstay:pump.mainstay#", LinkError::NoRecord),
            ("mainstay:pump.mainstay#XX-0001", LinkError::NoRecord),
            ("mainstay:pump.mainstay#CR-0004#CR-0005", LinkError::NoRecord),
            ("mainstay:#CR-0004", LinkError::NoFile),
            ("mainstay:%20#CR-0004", LinkError::NoFile),
            ("mainstay:///etc/passwd#CR-0004", LinkError::Folder),
            ("mainstay:..%2Fsecret.mainstay#CR-0004", LinkError::Folder),
            ("mainstay:C%3A%5Csecret.mainstay#CR-0004", LinkError::Folder),
            ("mainstay:..#CR-0004", LinkError::Folder),
            ("mainstay:pump%00.mainstay#CR-0004", LinkError::Character),
            ("mainstay:pump%0A.mainstay#CR-0004", LinkError::Character),
            ("mainstay:pump%E2%80%AE.mainstay#CR-0004", LinkError::Character),
            ("mainstay:pump%FF.mainstay#CR-0004", LinkError::Character),
            ("mainstay:pump .mainstay#CR-0004", LinkError::Character),
            ("mainstay:pümp.mainstay#CR-0004", LinkError::Character),
            ("mainstay:pump.mainstay?id=1#CR-0004", LinkError::Identity),
            ("mainstay:pump.mainstay?path=/etc#CR-0004", LinkError::Identity),
        ] {
            assert_eq!(RecordLink::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_file_of_the_same_name_is_another_one_where_the_identity_differs() {
        let known = link("pump.mainstay", Some(UUID));
        assert!(known.is_of(UUID, "moved and renamed.mainstay"));
        assert!(!known.is_of("1b9c2a54-7b1e-4f0a-9a51-3c1d0e5f7a21", "pump.mainstay"));
        assert!(link("pump.mainstay", None).is_of(UUID, "pump.mainstay"));
    }

    proptest! {
        #[test]
        fn whatever_a_file_is_called_its_link_reads_back(name in "[^/\\\\:\\p{C}\u{200B}-\u{200F}\u{2060}-\u{2069}\u{FEFF}]{1,60}") {
            prop_assume!(!name.trim().is_empty() && name != "." && name != "..");
            let made = link(&name, Some(UUID));
            prop_assert_eq!(RecordLink::parse(&made.to_string()), Ok(made));
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "\\PC{0,80}") {
            let _ = RecordLink::parse(&text);
            let _ = RecordLink::parse(&format!("mainstay:{text}"));
        }
    }
}
