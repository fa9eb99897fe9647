//! SPDX 2.2 and 2.3 as lines of tag and value: converted to the JSON form, record by record.
//!
//! A record starts with its first tag (`PackageName`, `FileName`, `SnippetSPDXID`, `LicenseID`, `Relationship`, `Annotator`) and ends where
//! the next one starts. A value that starts with `<text>` continues over lines until `</text>`.

use serde_json::{Map, Value, json};

use super::fields::named;
use super::model::{Document, Syntax};
use super::{bill, records};
use crate::model::bill::Bill;
use mainstay_base::note::{Gravity, Unreadable};

/// Maximum number of stray lines that are reported one by one; the others are only counted.
const STRAY_MAX: usize = 20;

/// Reads a document. Refuses a text that never ends, and a document without package and file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut reader = Reader {
        document: Document { syntax: Syntax::TagValue, ..Document::default() },
        section: Section::Document,
        record: Map::new(),
        line: 1,
        stray: 0,
    };
    let mut lines = Lines { rest: text, line: 0 };
    while let Some((line, content)) = lines.next() {
        let trimmed = content.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = trimmed.split_once(':').filter(|(tag, _)| is_tag(tag)) else {
            reader.stray(line);
            continue;
        };
        let value = value.trim();
        if let Some(begun) = value.strip_prefix("<text>") {
            let whole = lines.until_end_of_text(begun).ok_or_else(|| {
                Unreadable::at(
                    format!("line {line}"),
                    format!("`{tag}` starts with <text> and never ends with </text>"),
                )
            })?;
            reader.take(tag, &whole, line);
        } else {
            reader.take(tag, value, line);
        }
    }
    reader.flush();
    if reader.stray > STRAY_MAX {
        let text = format!("{} lines are neither tag, comment nor part of a text", reader.stray);
        reader.document.notes.add(Gravity::Refused, "document", text);
    }
    bill::of(reader.document)
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

struct Lines<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<(usize, &'t str)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        Some((self.line, line))
    }

    /// The text between `<text>` and `</text>`, over several lines.
    fn until_end_of_text(&mut self, begun: &'t str) -> Option<String> {
        if let Some((text, _)) = begun.split_once("</text>") {
            return Some(text.to_owned());
        }
        let (more, rest) = self.rest.split_once("</text>")?;
        self.line += more.bytes().filter(|byte| *byte == b'\n').count();
        // The rest of the line of `</text>` belongs to it.
        self.line += 1;
        self.rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        Some(format!("{begun}\n{more}"))
    }
}

/// The current owner of the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Document,
    Package,
    File,
    Snippet,
    /// Texts of licences, annotations, reviews: not read.
    Aside,
}

struct Reader {
    document: Document,
    section: Section,
    record: Map<String, Value>,
    /// First line of the record.
    line: usize,
    stray: usize,
}

impl Reader {
    fn stray(&mut self, line: usize) {
        self.stray += 1;
        if self.stray <= STRAY_MAX {
            let text = "neither a tag with a value, a comment, nor part of a text; skipped";
            self.document.notes.add(Gravity::Refused, format!("line {line}"), text);
        }
    }

    /// Ends the record.
    fn flush(&mut self) {
        let record = Value::Object(std::mem::take(&mut self.record));
        let place = format!("line {}", self.line);
        match self.section {
            Section::Package => records::element(&mut self.document, "packages", record, place),
            Section::File => records::element(&mut self.document, "files", record, place),
            Section::Snippet => records::element(&mut self.document, "snippets", record, place),
            Section::Document | Section::Aside => {}
        }
    }

    fn begin(&mut self, section: Section, line: usize) {
        self.flush();
        self.section = section;
        self.line = line;
    }

    fn set(&mut self, key: &str, value: &str) {
        self.record.insert(key.to_owned(), Value::String(value.to_owned()));
    }

    fn push(&mut self, key: &str, value: Value) {
        match self.record.get_mut(key) {
            Some(Value::Array(items)) => items.push(value),
            Some(_) | None => {
                self.record.insert(key.to_owned(), Value::Array(vec![value]));
            }
        }
    }

    fn take(&mut self, tag: &str, value: &str, line: usize) {
        match tag {
            "PackageName" => {
                self.begin(Section::Package, line);
                self.set("name", value);
            }
            "FileName" => {
                self.begin(Section::File, line);
                self.set("fileName", value);
            }
            "SnippetSPDXID" => {
                self.begin(Section::Snippet, line);
                self.set("SPDXID", value);
            }
            "LicenseID" | "Annotator" | "Reviewer" => {
                self.begin(Section::Aside, line);
                self.document.notes.not_understood(tag);
            }
            "Relationship" => self.relationship(value, line),
            // Belongs to the relationship before it.
            "RelationshipComment" => self.document.notes.not_understood(tag),
            "SPDXID" => self.id(value, line),
            _ => self.field(tag, value, line),
        }
    }

    fn id(&mut self, value: &str, line: usize) {
        match self.section {
            Section::Document => self.document.id = stated(value),
            // A package without a name may start with its identifier.
            Section::Package | Section::File | Section::Snippet if self.record.contains_key("SPDXID") => {
                self.begin(self.section, line);
                self.set("SPDXID", value);
            }
            Section::Package | Section::File | Section::Snippet => self.set("SPDXID", value),
            Section::Aside => {
                self.begin(Section::Package, line);
                self.set("SPDXID", value);
            }
        }
    }

    fn relationship(&mut self, value: &str, line: usize) {
        let mut words = value.split_whitespace();
        let place = format!("line {line}");
        let record = json!({
            "spdxElementId": words.next(),
            "relationshipType": words.next(),
            "relatedSpdxElement": words.next(),
        });
        records::element(&mut self.document, "relationships", record, place);
    }

    fn field(&mut self, tag: &str, value: &str, line: usize) {
        if document_tag(&mut self.document, tag, value, line) {
            return;
        }
        if let Some(rest) = tag.strip_prefix("Package").filter(|_| self.section != Section::Package) {
            // A package without a name starts with any of its tags.
            if !rest.is_empty() {
                self.begin(Section::Package, line);
            }
        }
        if self.section == Section::Aside {
            self.document.notes.not_understood(tag);
            return;
        }
        match tag {
            "PackageChecksum" | "FileChecksum" => self.checksum(value),
            "ExternalRef" => self.external_reference(value),
            // A comment on the external reference above.
            "ExternalRefComment" => self.document.notes.not_understood(tag),
            _ => match json_name(tag, self.section) {
                Some(key) => self.set(key, value),
                None => self.document.notes.not_understood(&named("", tag)),
            },
        }
    }

    fn checksum(&mut self, value: &str) {
        let checksum = match value.split_once(':') {
            Some((algorithm, value)) => {
                json!({ "algorithm": algorithm.trim(), "checksumValue": value.trim() })
            }
            None => json!({ "checksumValue": value }),
        };
        self.push("checksums", checksum);
    }

    fn external_reference(&mut self, value: &str) {
        let mut words = value.split_whitespace();
        let reference = json!({
            "referenceCategory": words.next(),
            "referenceType": words.next(),
            "referenceLocator": words.next(),
        });
        self.push("externalRefs", reference);
    }
}

fn stated(value: &str) -> Option<String> {
    Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}

/// Reads a tag of the document itself, wherever it is. Returns whether it was one.
fn document_tag(document: &mut Document, tag: &str, value: &str, line: usize) -> bool {
    match tag {
        "SPDXVersion" => records::member(document, "spdxVersion", value.into(), format!("line {line}")),
        "DataLicense" => document.data_licence = stated(value),
        "DocumentName" => document.name = stated(value),
        "DocumentNamespace" => document.namespace = stated(value),
        "Created" => document.created = stated(value),
        "Creator" => document.creators.extend(stated(value)),
        "ExternalDocumentRef" => {
            let mut words = value.split_whitespace();
            let record = json!({ "externalDocumentId": words.next(), "spdxDocument": words.next() });
            records::member(document, "externalDocumentRefs", record, format!("line {line}"));
        }
        _ => return false,
    }
    true
}

/// The JSON name of a tag that is known in its section.
fn json_name(tag: &str, section: Section) -> Option<&'static str> {
    Some(match (section, tag) {
        (Section::Package, "PackageVersion") => "versionInfo",
        (Section::Package, "PackageSupplier") => "supplier",
        (Section::Package, "PackageOriginator") => "originator",
        (Section::Package, "PackageDownloadLocation") => "downloadLocation",
        (Section::Package, "PackageHomePage") => "homepage",
        (Section::Package, "PackageCopyrightText") => "copyrightText",
        (Section::Package, "PackageSourceInfo") => "sourceInfo",
        (Section::Package, "PackageSummary") => "summary",
        (Section::Package, "PackageDescription") => "description",
        (Section::Package, "PackageLicenseConcluded") => "licenseConcluded",
        (Section::Package, "PackageLicenseDeclared") => "licenseDeclared",
        (Section::Package, "PrimaryPackagePurpose") => "primaryPackagePurpose",
        (Section::File, "FileCopyrightText") => "copyrightText",
        (Section::File, "LicenseConcluded") => "licenseConcluded",
        _ => return None,
    })
}
