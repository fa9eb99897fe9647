//! Formats of texts in CycloneDX.

use super::shape::Format;
use super::version_text;
use mainstay_base::note::Gravity;

/// A violation of a format.
pub(super) struct Wrong {
    pub(super) gravity: Gravity,
    pub(super) text: String,
}

/// Checks a text against its format, in the given minor version.
pub(super) fn check(format: Format, text: &str, minor: u8) -> Result<(), Wrong> {
    let warning =
        |what: &str| Err(Wrong { gravity: Gravity::Warning, text: format!("`{}` {what}", short(text)) });
    match format {
        Format::Any => Ok(()),
        Format::Filled if text.is_empty() => {
            Err(Wrong { gravity: Gravity::Refused, text: "it is empty".to_owned() })
        }
        Format::Filled => Ok(()),
        Format::DateTime if !is_date_time(text) => warning("is not a date with time of day and offset"),
        Format::Email if !is_email(text) => warning("is not an e-mail address"),
        Format::Uri if !is_uri(text) => warning("is not an address: it has spaces or control characters"),
        Format::Mime if !is_mime(text) => warning("is not a media type"),
        Format::Serial if !is_serial(text) => warning("is not `urn:uuid:` with a UUID"),
        Format::LicenceId if !is_licence(text) => warning("is not a licence identifier of SPDX"),
        Format::DateTime
        | Format::Email
        | Format::Uri
        | Format::Mime
        | Format::Serial
        | Format::LicenceId => Ok(()),
        Format::Digest if is_digest(text) => Ok(()),
        Format::Digest => Err(Wrong {
            gravity: Gravity::Refused,
            text: format!("`{}` is not a digest of 32, 40, 64, 96 or 128 hexadecimal digits", short(text)),
        }),
        Format::Word(words) => word(words, text, minor, Gravity::Warning),
        Format::StrictWord(words) => word(words, text, minor, Gravity::Refused),
    }
}

fn word(words: &[(&str, u8)], text: &str, minor: u8, gravity: Gravity) -> Result<(), Wrong> {
    match words.iter().find(|(word, _)| *word == text) {
        Some((_, since)) if *since <= minor => Ok(()),
        Some((_, since)) => Err(Wrong {
            gravity: Gravity::Warning,
            text: format!("`{text}` exists only since CycloneDX {}", version_text(*since)),
        }),
        None => Err(Wrong { gravity, text: format!("`{}` is not an allowed word here", short(text)) }),
    }
}

/// The start of a foreign text, for a message.
pub(super) fn short(text: &str) -> String {
    let mut start: String = text.chars().take(80).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

fn is_date_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text.trim()).is_ok()
}

fn is_email(text: &str) -> bool {
    matches!(text.rsplit_once('@'), Some((local, host)) if !local.is_empty() && !host.is_empty())
        && !text.chars().any(char::is_whitespace)
}

fn is_uri(text: &str) -> bool {
    !text.chars().any(|letter| letter.is_control() || matches!(letter, ' ' | '<' | '>' | '"'))
}

fn is_mime(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-+.".contains(letter))
    };
    matches!(text.split_once('/'), Some((kind, subtype)) if part(kind) && part(subtype))
}

fn is_serial(text: &str) -> bool {
    text.strip_prefix("urn:uuid:").is_some_and(|id| id.len() == 36 && uuid::Uuid::try_parse(id).is_ok())
}

fn is_licence(text: &str) -> bool {
    let exact =
        |licence: spdx::LicenseId| text == licence.name || text.strip_suffix('+') == Some(licence.name);
    spdx::license_id(text).is_some_and(exact) || spdx::exception_id(text).is_some()
}

fn is_digest(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64 | 96 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
