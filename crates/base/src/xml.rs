//! Foreign XML documents: parsed within limits, with the line of each place.
//!
//! A document type declaration is refused, so no entity is expanded (no "billion laughs") and nothing outside is fetched.

use roxmltree::{Document, Error, ParsingOptions};

pub use roxmltree::{Document as Parsed, Node};

use crate::note::Unreadable;

/// Maximum number of nodes of one document.
const NODES_MAX: u32 = 20_000_000;

/// Parses a document. An error gives line and column.
pub fn parse(text: &str) -> Result<Document<'_>, Unreadable> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let at = error.pos();
        let reason = match error {
            Error::DtdDetected => {
                "it has a document type declaration (DOCTYPE), which is refused because it can hide endless or foreign \
                 content; remove the declaration and read the file again"
                    .to_owned()
            }
            Error::NodesLimitReached => format!("more than {NODES_MAX} nodes"),
            other => format!("not well-formed XML: {other}"),
        };
        Unreadable::at(format!("line {}, column {}", at.row, at.col), reason)
    })
}

/// The positions of the line ends in a text, in bytes.
#[derive(Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Indexes a text.
    pub fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line, from 1, of a byte of the text.
    pub fn at(&self, byte: usize) -> u64 {
        self.0.partition_point(|line_end| *line_end < byte) as u64 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_type_declarations_are_refused_with_their_line() {
        for text in [
            "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><a>&lol2;</a>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE a SYSTEM \"http://example.com/a.dtd\"><a/>",
            "<!DOCTYPE a [<!ENTITY file SYSTEM \"file:///etc/passwd\">]><a>&file;</a>",
        ] {
            let refused = parse(text).unwrap_err();
            assert!(refused.reason.contains("DOCTYPE"), "{refused}");
            assert!(refused.place.starts_with("line "), "{refused}");
        }
    }

    #[test]
    fn ten_thousand_levels_do_not_overflow_the_stack() {
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        assert_eq!(parse(&deep).unwrap().descendants().count(), 10_001);
        let refused = parse(&"<a>".repeat(10_000)).unwrap_err();
        assert!(refused.reason.contains("not well-formed"), "{refused}");
    }

    #[test]
    fn lines_are_counted_from_one() {
        let lines = Lines::of("a\nb\n\nc");
        assert_eq!([0, 1, 2, 4, 5].map(|byte| lines.at(byte)), [1, 1, 2, 3, 4]);
    }
}
