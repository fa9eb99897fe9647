//! What is published of the findings about one release: a VEX document in one of three formats, from confirmed decisions only
//! (domain 2.10; CISA's minimum requirements for VEX).
//!
//! Which statement a decision becomes belongs here. The formats belong to `soup`, the decisions to `domain`.

use std::collections::BTreeMap;

use crate::base::distinct::distinct;
use crate::domain::attachment::AttachmentState;
use crate::domain::canonical;
use crate::domain::finding::{Applicability, Response};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::{PRODUCT, Product};
use crate::domain::release::Release;
use crate::ops::{EvidenceFile, ProductFile, Refused, ReleaseStatement, Session, Stamp};
use crate::soup::model::component::{Component, ComponentKind};
use crate::soup::model::vex::{Justification, Statement, Status, Subject};
use crate::soup::model::vex_document::{Author, Revision, Tool, TrackingStatus, VexDocument};
use crate::soup::{VexFormat, vex_text};

/// Who publishes, if the product does not say it.
#[derive(Debug, Clone, Default)]
pub struct VexIssuer {
    /// Name; by default the manufacturer.
    pub name: Option<String>,
    /// Address that identifies the issuer; CSAF requires it. By default that of the last CSAF document.
    pub namespace: Option<String>,
    /// Title of the document.
    pub title: Option<String>,
}

/// A document and what it leaves out.
#[derive(Debug, Clone)]
pub struct ReleaseVex {
    /// The document.
    pub document: VexDocument,
    /// Findings that are not stated, because they have no identifier that others know, such as an anomaly of a supplier's list.
    pub left_out: Vec<RecordId>,
}

impl ReleaseVex {
    /// How many statements are under investigation, because no decision is confirmed.
    pub fn undecided(&self) -> usize {
        let statements = self.document.statements.iter();
        statements.filter(|one| one.status == Some(Status::UnderInvestigation)).count()
    }
}

/// The words by which a VEX document of a release is found among its attachments.
const DESCRIPTION: &str = "VEX document";

/// The document about a release. Findings without a confirmed decision are stated as under investigation.
///
/// # Errors
/// When it is not a release, or the file cannot be read.
pub fn document(
    file: &ProductFile,
    release: RecordId,
    issuer: &VexIssuer,
    stamp: &Stamp,
) -> Result<ReleaseVex, Refused> {
    let statements = file.release_statements(release, stamp.now)?;
    let data = file.record(release)?;
    let content = data.typed::<Release>().unwrap_or_default();
    let product = file.record(PRODUCT)?.typed::<Product>().unwrap_or_default();
    let whole = format!("pkg:generic/{}@{}", slug(&product.title), content.version);
    let mut products = vec![Component {
        reference: whole.clone(),
        name: product.title.to_string(),
        version: Some(content.version.to_string()),
        kind: ComponentKind::Firmware,
        supplier: Some(product.manufacturer.to_string()),
        ..Component::default()
    }];
    let mut known = BTreeMap::new();
    let mut left_out = Vec::new();
    let mut stated = Vec::new();
    let mut descriptions = BTreeMap::new();
    for one in &statements {
        if one.id.is_empty() {
            left_out.push(one.finding);
            continue;
        }
        let parts = one.components.iter().map(|row| part(row, &mut known, &mut products)).collect();
        descriptions.insert(one.id.clone(), one.text.clone());
        stated.push(statement(one, &whole, parts));
    }
    let namespace = match &issuer.namespace {
        Some(namespace) => Some(namespace.clone()),
        None => last_issuer(file)?.namespace,
    };
    let title = issuer
        .title
        .clone()
        .unwrap_or_else(|| format!("Vulnerabilities in {} {}", product.title, content.version));
    Ok(ReleaseVex {
        document: VexDocument {
            id: identifier(&file.uuid()?, release),
            title,
            author: Author {
                name: issuer.name.clone().unwrap_or_else(|| product.manufacturer.to_string()),
                namespace,
                contact: Some(product.manufacturer_contact.to_string()).filter(|text| !text.is_empty()),
                ..Author::default()
            },
            status: TrackingStatus::Final,
            revisions: revisions(file, release, stamp)?,
            tool: Tool { name: "Mainstay".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            products,
            about: Some(whole),
            descriptions,
            statements: stated,
        },
        left_out,
    })
}

/// A name as a part of a package URL. One without Latin letters and digits is told by the digest of its name.
fn slug(name: &str) -> String {
    let plain: String =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { format!("soup-{}", short_digest(name)) } else { parts.join("-") }
}

fn short_digest(text: &str) -> String {
    canonical::digest(text.as_bytes()).chars().take(12).collect()
}

/// The reference of a component without a package URL: no other product has it.
fn generic(item: &str, version: &str, products: &[Component]) -> String {
    let reference = format!("pkg:generic/{}@{version}", slug(item));
    let taken = |other: &&Component| other.reference == reference && other.name != item;
    match products.iter().find(taken) {
        Some(_) => format!("pkg:generic/{}-{}@{version}", slug(item), short_digest(item)),
        None => reference,
    }
}

/// The component of a row of the baseline, among the products once.
fn part(
    row: &(String, String, String),
    known: &mut BTreeMap<(String, String, String), String>,
    products: &mut Vec<Component>,
) -> String {
    if let Some(reference) = known.get(row) {
        return reference.clone();
    }
    let (item, version, purl) = row;
    let reference = if purl.is_empty() { generic(item, version, products) } else { purl.clone() };
    if !products.iter().any(|component| component.reference == reference) {
        products.push(Component {
            reference: reference.clone(),
            name: item.clone(),
            version: Some(version.clone()),
            purls: Some(purl.clone()).filter(|purl| !purl.is_empty()).into_iter().collect(),
            ..Component::default()
        });
    }
    known.insert(row.clone(), reference.clone());
    reference
}

fn statement(one: &ReleaseStatement, whole: &str, parts: Vec<String>) -> Statement {
    let status = match one.applicability {
        Some(Applicability::Affected) => Status::Affected,
        Some(Applicability::NotAffected) => Status::NotAffected,
        Some(Applicability::Fixed) => Status::Fixed,
        Some(Applicability::UnderInvestigation) | None => Status::UnderInvestigation,
    };
    let justification = one.justification.and_then(justification);
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Statement {
        vulnerability: one.id.clone(),
        aliases: one.aliases.clone(),
        subjects: vec![Subject { id: whole.to_owned(), subcomponents: parts, ..Subject::default() }],
        status: Some(status),
        justification: justification.filter(|_| status == Status::NotAffected),
        impact: text(&one.impact).filter(|_| status == Status::NotAffected),
        action: text(&action(one)).filter(|_| status == Status::Affected),
        own_words: None,
        at: None,
        place: one.finding.to_string(),
    }
}

fn action(one: &ReleaseStatement) -> String {
    if !one.action.is_empty() {
        return one.action.clone();
    }
    let update = one.responses.contains(&Response::Update);
    if update { "Update to the next version.".to_owned() } else { String::new() }
}

fn justification(code: &str) -> Option<Justification> {
    match code {
        "component_not_present" => Some(Justification::ComponentNotPresent),
        "vulnerable_code_not_present" => Some(Justification::VulnerableCodeNotPresent),
        "vulnerable_code_not_in_execute_path" => Some(Justification::VulnerableCodeNotInExecutePath),
        "vulnerable_code_cannot_be_controlled_by_adversary" => {
            Some(Justification::VulnerableCodeCannotBeControlledByAdversary)
        }
        "inline_mitigations_already_exist" => Some(Justification::InlineMitigationsAlreadyExist),
        _ => None,
    }
}

/// The identifier of the document, the same in all its revisions: a UUID made of the file's identity and the release (RFC 9562, version 8).
fn identifier(file: &str, release: RecordId) -> String {
    let hex = canonical::digest(format!("{file} {release} vex").as_bytes());
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The documents that were published before, and this one.
fn revisions(file: &ProductFile, release: RecordId, stamp: &Stamp) -> Result<Vec<Revision>, Refused> {
    let kept = file.referring(release, Kind::Attachment)?;
    let formats = [VexFormat::OpenVex, VexFormat::CycloneDx, VexFormat::Csaf];
    let own = formats.map(|format| described(format_word(format).0));
    let published = kept.iter().filter(|data| own.iter().any(|words| data.text("description") == words));
    let mut at = distinct(published.map(|data| data.head.created_at));
    at.push(stamp.now);
    let word = |number: usize| if number == 0 { "First statements" } else { "Statements renewed" };
    Ok(at
        .into_iter()
        .enumerate()
        .map(|(number, at)| Revision { at, summary: word(number).to_owned() })
        .collect())
}

/// The name of a format in words and in names of files.
pub const fn format_word(format: VexFormat) -> (&'static str, &'static str) {
    match format {
        VexFormat::OpenVex => ("OpenVEX 0.2.0", "openvex"),
        VexFormat::CycloneDx => ("CycloneDX 1.6 VEX", "cdx-vex"),
        VexFormat::Csaf => ("CSAF 2.0 VEX", "csaf-vex"),
    }
}

/// Who published last, as the newest CSAF document of any release says: the name, and the address that identifies the issuer. Nothing
/// where none was published. A document that was withdrawn, or that is not the one that this file issues for its release, says nothing.
///
/// # Errors
/// When the file cannot be read.
pub fn last_issuer(file: &ProductFile) -> Result<VexIssuer, Refused> {
    let (word, _) = format_word(VexFormat::Csaf);
    let published = described(word);
    let own = file.uuid()?;
    let mut kept = file.all(Kind::Attachment)?;
    kept.retain(|data| {
        AttachmentState::of(data) == Some(AttachmentState::Attached) && data.text("description") == published
    });
    kept.sort_by_key(|data| std::cmp::Reverse((data.head.created_at, data.head.id)));
    for data in &kept {
        let Ok(release) = data.text("subject").parse() else { continue };
        let bytes = file.attachment_bytes(data)?.unwrap_or_default();
        let Ok(document) = serde_json::from_slice::<serde_json::Value>(&bytes) else { continue };
        if document["document"]["tracking"]["id"] == identifier(&own, release) {
            let text = |name: &str| Some(document["document"]["publisher"][name].as_str()?.to_owned());
            return Ok(VexIssuer { name: text("name"), namespace: text("namespace"), title: None });
        }
    }
    Ok(VexIssuer::default())
}

/// How a published document is described among the files of its release.
fn described(format: &str) -> String {
    format!("{DESCRIPTION} ({format}), as published")
}

/// The text of a document in a format.
///
/// # Errors
/// When the format cannot express the document, with all reasons.
pub fn text_of(vex: &ReleaseVex, format: VexFormat) -> Result<String, Refused> {
    vex_text(&vex.document, format).map_err(|words| Refused::Rule(words.to_string()))
}

/// The file by which a document is attached to its release.
pub fn evidence(release: RecordId, format: VexFormat, text: String) -> EvidenceFile {
    let (word, name) = format_word(format);
    EvidenceFile {
        name: format!("{release}-{name}.json"),
        place: format!("Mainstay {}", env!("CARGO_PKG_VERSION")),
        description: described(word),
        bytes: text.into_bytes(),
    }
}

/// Publishes a document: it is attached to the release, so that an event holds its digest. Returns its text.
///
/// # Errors
/// When the format cannot express the document, with all reasons; or the refusal of attaching it.
pub fn publish(
    file: &mut ProductFile,
    session: &Session,
    (release, vex, format): (RecordId, &ReleaseVex, VexFormat),
    stamp: &Stamp,
) -> Result<String, Refused> {
    let text = text_of(vex, format)?;
    file.keep(session, release, vec![evidence(release, format, text.clone())], stamp)?;
    Ok(text)
}
