//! The cover of a packet, its statements, and the annex of attachments.

use std::collections::BTreeSet;

use super::paper::{Checked, Paper, word};
use super::{PacketOptions, PacketScope, ReadinessScope};
use crate::domain::attachment::{Attachment, AttachmentState};
use crate::domain::ids::Kind;
use crate::domain::product::SafetyClass;
use crate::domain::record::RecordData;
use crate::domain::text::counted;
use crate::ops::refused::Refused;
use crate::report::{AttachmentEntry, EmbeddedFile, Mark, Packet, Statement};

/// Most bytes of evidence that one PDF embeds: writing a PDF takes more than three times their memory. Further files are listed with their
/// digest, and exported by themselves.
const EMBEDDED_BYTES_MAX: u64 = 20 * 1024 * 1024;

/// The standard whose clauses determine the order of the packet.
const STANDARD: &str = "IEC 62304:2006+A1:2015";

/// The packet without its sections and annex.
pub(super) fn packet(
    paper: &Paper<'_>,
    options: &PacketOptions,
    made_by: &str,
    number: &str,
) -> Result<Packet, Refused> {
    let (kind, title, scope) = words(paper, &options.scope)?;
    let (period, arranged) = match &options.scope {
        PacketScope::Period { from, to, order } => {
            (Some((from.to_string(), to.to_string())), Some(order.words().to_owned()))
        }
        PacketScope::Change(_)
        | PacketScope::Release(_)
        | PacketScope::SoupReview(_)
        | PacketScope::Vulnerability(_)
        | PacketScope::Vex(_)
        | PacketScope::Retirement(_)
        | PacketScope::Readiness(_) => (None, None),
        PacketScope::Sample(_) => (None, Some(super::sample::ARRANGED.to_owned())),
    };
    let product = &paper.product;
    let head = paper.file.head();
    Ok(Packet {
        kind: kind.to_owned(),
        title,
        packet_number: number.to_owned(),
        product: product.title.to_string(),
        manufacturer: product.manufacturer.to_string(),
        safety_class: class_words(product.software_safety_class),
        udi: Some(product.udi_di.to_string()).filter(|udi| !udi.is_empty()),
        scope,
        period,
        arranged,
        contents_by_chapter: matches!(options.scope, PacketScope::Sample(_)),
        cut_off: paper.now.to_string(),
        generated_by: if options.scope.is_public() { String::new() } else { made_by.to_owned() },
        program_version: format!("Mainstay {}", env!("CARGO_PKG_VERSION")),
        rule_set: STANDARD.to_owned(),
        chain_head_seq: head.seq,
        chain_head_digest: head.digest.clone(),
        chain_verified: integrity(paper),
        redacted: paper.redact,
        marking: options.scope.is_internal().then(|| "Internal".to_owned()),
        brief: options.scope.is_public(),
        statements: if options.scope.is_public() { Vec::new() } else { statements(paper, &options.scope) },
        ..Packet::default()
    })
}

/// What kind of packet it is, its title, and its scope in words.
fn words(paper: &Paper<'_>, scope: &PacketScope) -> Result<(&'static str, String, String), Refused> {
    let product = &paper.product;
    Ok(match scope {
        PacketScope::Change(id) => {
            let data = paper.file.record(*id)?;
            (
                "Audit packet, one change request",
                format!("{id} {}", paper.title(&data)),
                format!("{id} with its supporting and dependent records, in their state at the cut-off."),
            )
        }
        PacketScope::Release(id) => {
            let data = paper.file.record(*id)?;
            (
                "Audit packet, one release",
                format!("{id} {}: {}", data.text("version"), paper.title(&data)),
                format!("{id} with its changes, their tests, its approval and its communications, in their state at the cut-off."),
            )
        }
        PacketScope::SoupReview(id) => (
            "Audit packet, one SOUP review",
            super::review::title(&paper.file.record(*id)?),
            format!("{id} with its items, the search of each, its findings and its evidence, in their state at the cut-off."),
        ),
        PacketScope::Vulnerability(id) => (
            "Vulnerability case",
            super::vulnerability::title(&paper.file.record(*id)?),
            format!("{id} with what holds for each release, its problem, change, communications and reports, in their state at the cut-off."),
        ),
        PacketScope::Vex(id) => {
            let version = paper.file.record(*id)?.text("version").to_owned();
            let scope = format!(
                "Known vulnerabilities of third-party components of version {version}, and what users should do."
            );
            ("Vulnerability statement (VEX)", format!("{}, version {version}", product.title), scope)
        }
        PacketScope::Period { from, to, .. } => (
            "Audit packet, whole period",
            format!("{} from {from} to {to}", product.title),
            "Every record that was created, changed its state or was signed in the period, in its state at the cut-off."
                .to_owned(),
        ),
        PacketScope::Retirement(id) => {
            let data = paper.file.record(*id)?;
            (
                "Audit packet, retirement",
                format!("{id} {}", paper.title(&data)),
                format!("{id} with its milestones, keys, notices, last release, approvals and computed retention, in their state at the cut-off."),
            )
        }
        PacketScope::Readiness(scope) => (
            "Readiness report",
            format!("Readiness of {} on {}", product.title, scope.on.unwrap_or_else(|| paper.now.day())),
            readiness_words(*scope),
        ),
        PacketScope::Sample(sample) => (
            "Audit packet, sample of records",
            format!("{}, sample of records", product.title),
            format!("{}, in their state at the cut-off. Chapter 1 lists each with its page.", sample.words()),
        ),
    })
}

fn readiness_words(scope: ReadinessScope) -> String {
    let when = match scope.on {
        Some(day) => format!("as they were at the end of {day} (UTC)"),
        None => "in their state at the cut-off".to_owned(),
    };
    format!("What the readiness rules of this version of the program find in the records, {when}.")
}

pub(super) fn class_words(class: Option<SafetyClass>) -> String {
    match class.unwrap_or(SafetyClass::Unassigned) {
        SafetyClass::Unassigned => "Class not yet assigned: rules of class C apply".to_owned(),
        class @ (SafetyClass::A | SafetyClass::B | SafetyClass::C) => word(class),
    }
}

fn integrity(paper: &Paper<'_>) -> Mark {
    let Some(result) = paper.verification else {
        return Mark::due("Chain verified: no. The file was not verified when this packet was made");
    };
    match (paper.checked, result.findings.first()) {
        (_, Some(first)) => Mark::late(format!(
            "Chain verified: no. {}, the first at {}: {}",
            counted(result.findings.len(), "finding"),
            first.place,
            first.what
        )),
        (Checked::Clean, None) => Mark::good(format!(
            "Chain verified: yes. {}, {}, {} and {} match",
            counted(result.events, "event"),
            counted(result.records, "record"),
            counted(result.signatures, "signature"),
            counted(result.attachments, "attachment")
        )),
        (Checked::Broken | Checked::NotDone, None) => Mark::due(format!(
            "Chain verified: only up to event {}; later events were not verified",
            result.head.0
        )),
    }
}

fn statements(paper: &Paper<'_>, scope: &PacketScope) -> Vec<Statement> {
    let say = |title: &str, text: &str| Statement { title: title.to_owned(), text: text.to_owned() };
    let mut statements = vec![say(
        "This packet in the audit trail",
        "The chain head is the last event before this packet. Issuing the packet appends one more event, packet.issue, \
         with the number and the digest of this file.",
    )];
    if scope.is_internal() {
        statements.push(say(
            "Internal",
            "This report is for the manufacturer. It names what is not in order yet, and is not meant to be handed out.",
        ));
    }
    if paper.redact {
        statements.push(say(
            "Redacted content",
            "Values of fields that may hold personal data read [redacted], in the audit trail too. Names of persons who acted \
             or signed stay, because a signature is not valid without them. Files of feedback and files with a personal \
             source are listed with their digest and are not embedded; embedded files are not redacted inside.",
        ));
    }
    statements
}

/// The attachments of all printed records: the list, and the bytes of the embedded files.
pub(super) fn annex(paper: &Paper<'_>) -> Result<(Vec<AttachmentEntry>, Vec<EmbeddedFile>), Refused> {
    let mut entries = Vec::new();
    let mut files = Vec::new();
    let mut taken = 0u64;
    let mut seen = BTreeSet::new();
    for id in paper.printed() {
        let own = (id.kind == Kind::Attachment).then(|| paper.file.record(*id)).transpose()?;
        for data in own.into_iter().chain(paper.file.referring(*id, Kind::Attachment)?) {
            let Some(attachment) = data.typed::<Attachment>() else { continue };
            if !seen.insert(data.head.id) {
                continue;
            }
            let mut entry = entry(paper, &data, &attachment);
            let fits = taken + entry.bytes <= EMBEDDED_BYTES_MAX;
            let private = paper.redact && is_private(paper, &attachment);
            let withdrawn = AttachmentState::of(&data) == Some(AttachmentState::Withdrawn);
            let bytes = if fits && !private { paper.file.attachment_bytes(&data)? } else { None };
            match bytes {
                Some(bytes) => {
                    taken += bytes.len() as u64;
                    entry.embedded = true;
                    entry.bytes = bytes.len() as u64;
                    files.push(EmbeddedFile { file_name: entry.file_name.clone(), bytes: bytes.into() });
                }
                None if private => entry.description.push_str(" Listed only: redacted."),
                None if !fits => {
                    entry.description.push_str(
                        " Listed only: the embedded evidence would exceed 20 MB together. The export of this attachment has this digest.",
                    );
                }
                None => entry.description.push_str(" Listed only: its content is not in the file."),
            }
            if withdrawn {
                entry.description.push_str(" Withdrawn: it no longer counts as evidence.");
            }
            entries.push(entry);
        }
    }
    Ok((entries, files))
}

fn entry(paper: &Paper<'_>, data: &RecordData, attachment: &Attachment) -> AttachmentEntry {
    let id = data.head.id;
    let subject = attachment.subject.map_or_else(String::new, |subject| format!(" of {subject}"));
    let description = paper.field(data, "description");
    let description = if description.is_empty() { String::new() } else { format!(": {description}") };
    let end = if description.ends_with(['.', '!', '?']) { "" } else { "." };
    AttachmentEntry {
        file_name: attachment.title.to_string(),
        media_type: attachment.media_type.to_string(),
        bytes: u64::from(attachment.bytes.unwrap_or(0)),
        sha256: attachment.sha256.to_string(),
        description: format!("{id}{subject}{description}{end}"),
        record_id: attachment.subject.map(|subject| subject.to_string()),
        embedded: false,
    }
}

/// Whether the file may contain personal data: it belongs to feedback, or has a personal source or an outside one.
fn is_private(paper: &Paper<'_>, attachment: &Attachment) -> bool {
    attachment.subject.is_some_and(|subject| subject.kind == Kind::Feedback)
        || !attachment.source.is_empty()
        || !(attachment.captured_by.is_empty() || paper.is_staff(&attachment.captured_by))
}
