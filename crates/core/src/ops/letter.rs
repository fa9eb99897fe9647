//! The letters and notices of a communication: on the maker's letterhead as PDF, and as plain text.
//!
//! Belongs here: what a letter says, to whom, and with which logo. Does not belong here: its look (`report`), and where it is
//! written. Printing a letter changes nothing in the file.

use std::fmt::Write as _;

use super::file::ProductFile;
use super::files::media_type;
use super::packet::PacketFonts;
use super::refused::Refused;
use crate::domain::attachment::{Attachment, AttachmentState};
use crate::domain::canonical;
use crate::domain::choice::Choice as _;
use crate::domain::communication::{Communication, CommunicationState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::PRODUCT;
use crate::domain::recipient::{self, Recipient};
use crate::domain::record::RecordData;
use crate::domain::signature::Part;
use crate::report::{
    Letter, LetterCopy, LetterCover, LetterPart, Logo, LogoFormat, Mark, SignatureBlock, render_letter,
};
use crate::store::{EventFilter, StoreError};
use mainstay_base::clock::Stamp;
use mainstay_base::time::Day;

pub use crate::report::PrintedLetter;

/// How the description of the logo begins, among the attachments of the product record.
const LOGO: &str = "logo";

/// The choices before a letter is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterOptions {
    /// Only the letter to this recipient.
    pub recipient: Option<RecordId>,
    /// Whether an internal cover page with the signatures of the approval comes first.
    pub with_approval: bool,
}

/// The letters of a communication as PDF: one for each recipient, or one notice without an address.
///
/// # Errors
/// What [`letter_pages`] refuses.
pub fn letter_pdf(
    file: &ProductFile,
    communication: RecordId,
    options: &LetterOptions,
    fonts: &PacketFonts,
    stamp: &Stamp,
) -> Result<Vec<u8>, Refused> {
    Ok(letter_pages(file, communication, options, fonts, stamp)?.pdf)
}

/// The same with its number of pages, and warnings to read before sending it.
///
/// # Errors
/// [`Refused::NoSuchRecord`] for an unknown record, [`Refused::Rule`] for a record that is no communication, for one that is void or
/// decided as not required, for a recipient that is not one of it, and for a logo that cannot be used.
pub fn letter_pages(
    file: &ProductFile,
    communication: RecordId,
    options: &LetterOptions,
    fonts: &PacketFonts,
    stamp: &Stamp,
) -> Result<PrintedLetter, Refused> {
    let letter = letter(file, communication, options, stamp)?;
    let logo = logo(file)?;
    render_letter(&letter, logo.as_ref(), fonts, stamp.now.utc())
        .map_err(|error| StoreError::io("the letter could not be made")(std::io::Error::other(error)).into())
}

/// The letters of a communication as plain text, one below the other.
///
/// # Errors
/// What [`letter_pages`] refuses, except for the logo.
pub fn letter_text(
    file: &ProductFile,
    communication: RecordId,
    options: &LetterOptions,
    stamp: &Stamp,
) -> Result<String, Refused> {
    let letter = letter(file, communication, options, stamp)?;
    let notice = [LetterCopy::default()];
    let copies = if letter.copies.is_empty() { &notice[..] } else { &letter.copies };
    let texts: Vec<String> = copies.iter().map(|copy| one_text(&letter, copy)).collect();
    let mut text = letter.cover.as_ref().map_or_else(String::new, cover_text);
    text.push_str(&texts.join(&format!("\n{}\n\n", "=".repeat(72))));
    Ok(text)
}

/// One copy of a letter as plain text.
pub(super) fn one_text(letter: &Letter, copy: &LetterCopy) -> String {
    let mut text = String::new();
    let mut lines = |words: &str| {
        if !words.trim().is_empty() {
            let _ = writeln!(text, "{words}\n");
        }
    };
    if letter.draft {
        lines("DRAFT, not approved: do not send");
    }
    lines(&joined(&[&letter.manufacturer, &letter.address, &letter.contact]));
    lines(&copy.to);
    let mut facts = vec![
        format!("Date: {}", letter.date),
        format!("Reference: {}", letter.reference),
        format!("Product: {}", letter.product),
    ];
    if !copy.language.is_empty() {
        facts.push(format!("Language: {}", copy.language));
    }
    lines(&facts.join("\n"));
    lines(&format!("{}: {}", letter.kind, letter.subject));
    for part in &letter.parts {
        lines(&format!("{}\n{}\n{}", part.heading, "-".repeat(part.heading.chars().count()), part.text));
    }
    if !letter.contact.is_empty() {
        lines(&format!("Questions: {}", letter.contact));
    }
    if !letter.form.is_empty() {
        let blank = "_".repeat(32);
        let form: Vec<String> = letter.form.iter().map(|line| format!("{line}: {blank}")).collect();
        lines(&format!("Confirmation, to be sent back\n\n{}", form.join("\n")));
    }
    format!("{}\n", text.trim_end())
}

fn cover_text(cover: &LetterCover) -> String {
    let mut text = "INTERNAL, do not send\n\n".to_owned();
    for (label, value) in &cover.fields {
        let _ = writeln!(text, "{label}: {value}");
    }
    for signature in &cover.signatures {
        let _ = writeln!(
            text,
            "Signed: {}, {}, {}, {} ({})",
            signature.name, signature.role, signature.meaning, signature.signed_at, signature.validity.word
        );
    }
    let _ = write!(text, "\n{}\n\n", "=".repeat(72));
    text
}

fn joined(texts: &[&str]) -> String {
    let filled: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    filled.join("\n")
}

/// The letter with its copies.
fn letter(
    file: &ProductFile,
    id: RecordId,
    options: &LetterOptions,
    stamp: &Stamp,
) -> Result<Letter, Refused> {
    if id.kind != Kind::Communication {
        return Err(Refused::Rule(format!("{id} is not a communication; give a number such as CM-0001")));
    }
    let data = file.record(id)?;
    let content: Communication =
        data.typed().ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
    let state = CommunicationState::of(&data);
    refuse_without_letter(id, state)?;
    let draft = !state.is_some_and(CommunicationState::is_decided);
    let product = file.product()?;
    let digest = file.part_digest(&data, Part::Scope)?;
    let version = canonical::first_digits(&digest);
    let date = if draft { "Draft".to_owned() } else { day_of_issue(file, id, stamp)?.to_string() };
    let recipients = recipients(file, id, options.recipient)?;
    let copies = copies(&content, &recipients);
    let cover = if options.with_approval {
        Some(cover((file, stamp), &data, &digest, recipients.len())?)
    } else {
        None
    };
    Ok(Letter {
        manufacturer: product.manufacturer.to_string(),
        address: product.manufacturer_address.trim().to_owned(),
        contact: product.manufacturer_contact.to_string(),
        kind: content.communication_kind.map_or_else(String::new, |kind| kind.word().to_owned()),
        date,
        draft,
        reference: format!("{id}, text {version}"),
        product: product.title.to_string(),
        subject: content.title.to_string(),
        parts: parts(&content),
        form: Vec::new(),
        copies,
        cover,
        program: format!("Mainstay {}", env!("CARGO_PKG_VERSION")),
    })
}

fn refuse_without_letter(id: RecordId, state: Option<CommunicationState>) -> Result<(), Refused> {
    match state {
        Some(CommunicationState::NotRequired) => Err(Refused::Rule(format!(
            "{id} is the signed decision that nothing is communicated; there is no letter"
        ))),
        Some(CommunicationState::Void) => Err(Refused::Rule(format!(
            "{id} is void; there is no letter. Print the communication that replaces it"
        ))),
        Some(
            CommunicationState::Drafted
            | CommunicationState::UnderReview
            | CommunicationState::Approved
            | CommunicationState::Issued
            | CommunicationState::Closed,
        ) => Ok(()),
        None => Err(Refused::Rule(format!("{id} has no known state; verify the file"))),
    }
}

/// The day on which it was issued; the present day for one that is approved and about to be issued.
fn day_of_issue(file: &ProductFile, id: RecordId, stamp: &Stamp) -> Result<Day, Refused> {
    let filter = EventFilter { record: Some(id), ..EventFilter::default() };
    let issued = CommunicationState::Issued.code();
    let mut events = file.store.events(&filter, u32::MAX, 0)?.into_iter().map(|row| row.event);
    let event = events.find(|event| event.moves(id, issued));
    Ok(event.map_or(stamp.now, |event| event.at).day())
}

/// The recipients that count, or the one that is asked for.
fn recipients(file: &ProductFile, id: RecordId, only: Option<RecordId>) -> Result<Vec<Recipient>, Refused> {
    let parts = file.parts(id, Kind::Recipient)?;
    let chosen = |data: &&RecordData| recipient::counts(data) && only.is_none_or(|only| data.head.id == only);
    let found: Vec<Recipient> = parts.iter().filter(chosen).filter_map(RecordData::typed).collect();
    match only {
        Some(only) if found.is_empty() => {
            let struck = parts.iter().any(|data| data.head.id == only);
            let why = if struck { "was struck out of the recipients of" } else { "is not a recipient of" };
            Err(Refused::Rule(format!("{only} {why} {id}")))
        }
        Some(_) | None => Ok(found),
    }
}

/// One copy for each recipient; a report without recipients is addressed to its authority.
fn copies(content: &Communication, recipients: &[Recipient]) -> Vec<LetterCopy> {
    let languages: Vec<&str> = content.languages.iter().map(|language| &**language).collect();
    let languages = languages.join(", ");
    if recipients.is_empty() && !content.authority.is_empty() {
        return vec![LetterCopy { to: content.authority.to_string(), language: languages }];
    }
    recipients
        .iter()
        .map(|recipient| LetterCopy {
            to: joined(&[&recipient.title, &recipient.organisation, &recipient.address]),
            language: if recipient.language.is_empty() {
                languages.clone()
            } else {
                recipient.language.to_string()
            },
        })
        .collect()
}

/// The texts under plain headings; what is empty is left out.
fn parts(content: &Communication) -> Vec<LetterPart> {
    let versions: Vec<&str> = content.affected_versions.iter().map(|version| &**version).collect();
    let versions = versions.join(", ");
    let texts: [(&str, &str); 5] = [
        ("Affected versions", &versions),
        (
            "What the problem is, and what happens if the software is used unchanged",
            &content.problem_and_consequence,
        ),
        ("What you can do until then", &content.compensating_controls),
        ("What changes, and how to get and install it", &content.change_and_how_to_get_it),
        ("Severity", &content.cvss),
    ];
    texts
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(heading, text)| LetterPart { heading: heading.to_owned(), text: text.trim().to_owned() })
        .collect()
}

/// The internal page with the signatures of the approvals and of the communication itself.
fn cover(
    (file, stamp): (&ProductFile, &Stamp),
    data: &RecordData,
    digest: &str,
    recipients: usize,
) -> Result<LetterCover, Refused> {
    let id = data.head.id;
    let mut signatures = Vec::new();
    let approvals = file.referring(id, Kind::Approval)?;
    for signed in approvals.iter().map(|data| data.head.id).chain([id]) {
        for view in file.page(signed, None, stamp.now)?.signatures {
            let signature = &view.signature;
            let validity = if view.holds {
                Mark::good("the content is unchanged")
            } else {
                Mark::late("the content was changed since")
            };
            let covers =
                signature.covers.iter().map(|cover| format!("{} revision {}", cover.record, cover.revision));
            signatures.push(SignatureBlock {
                name: signature.printed_name.clone(),
                role: signature.role_words(),
                meaning: signature.meaning.word().to_owned(),
                signed_at: signature.when_words(),
                covers: covers.collect::<Vec<_>>().join("; "),
                digest: String::new(),
                validity,
            });
        }
    }
    let state = data.state().map_or("", |state| state.word);
    let fields = [
        ("Communication", id.to_string()),
        ("State", state.to_owned()),
        ("Audience", data.text("audience").to_owned()),
        ("Recipients in this print", recipients.to_string()),
        ("SHA-256 of the text", digest.to_owned()),
        ("Printed", stamp.now.words()),
    ];
    let fields = fields.into_iter().map(|(label, value)| (label.to_owned(), value)).collect();
    Ok(LetterCover { fields, signatures })
}

/// The newest picture of the product record whose description begins with “Logo”; without one the letterhead has the name alone.
pub(super) fn logo(file: &ProductFile) -> Result<Option<Logo>, Refused> {
    let attachments = file.referring(PRODUCT, Kind::Attachment)?;
    let found = attachments
        .iter()
        .filter(|data| AttachmentState::of(data) == Some(AttachmentState::Attached))
        .filter_map(|data| Some((data, data.typed::<Attachment>()?)))
        .filter(|(_, attachment)| attachment.subject == Some(PRODUCT))
        .filter(|(_, attachment)| attachment.description.trim().to_lowercase().starts_with(LOGO))
        .filter_map(|(data, attachment)| Some((data, format_of(&attachment.title)?, attachment.bytes)))
        .max_by_key(|(data, ..)| data.head.id);
    let Some((data, format, size)) = found else { return Ok(None) };
    let id = data.head.id;
    let refuse = |why: String| {
        Refused::Rule(format!(
            "the logo {id} cannot be used, because {why}. Attach another one to the product record, or withdraw it"
        ))
    };
    if size.is_none_or(|size| size as usize > Logo::BYTES_MAX) {
        return Err(refuse(Logo::too_large()));
    }
    let bytes =
        file.attachment_bytes(data)?.ok_or_else(|| refuse("its content is not in the file".to_owned()))?;
    Logo::new(format, bytes).map(Some).map_err(refuse)
}

/// The format by the name of the file; the bytes are checked later.
fn format_of(file_name: &str) -> Option<LogoFormat> {
    match media_type(file_name) {
        "image/png" => Some(LogoFormat::Png),
        "image/jpeg" => Some(LogoFormat::Jpeg),
        "image/svg+xml" => Some(LogoFormat::Svg),
        _ => None,
    }
}
