//! Reads the output of `mainstay scan --json` and makes a VEX document from it.
//!
//! A scan knows what is affected, but never why something is not affected, so no statement says "not affected". A finding is under
//! investigation if the scan could not decide it, or if it is affected and no action for users is given.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};

use super::tool;
use crate::formats::json_text;
use crate::model::component::{Component, ComponentKind};
use crate::model::purl::Purl;
use crate::model::vex::{Statement, Status, Subject};
use crate::model::vex_document::{Author, Revision, TrackingStatus, VexDocument};
use mainstay_base::time::Moment;

/// The format number of the scans that this module reads.
const FORM: u32 = 1;

/// The details that the user specifies for a document made from a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexOfScan {
    /// Who issues it.
    pub author: Author,
    /// Its identifier; if there is none, it is computed from the scan.
    pub id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What users should do about everything that is affected. Without it, affected findings are under investigation.
    pub action: Option<String>,
}

/// Numbers of findings that are left out of the document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Candidates, which agree by name only: a person has to confirm them first.
    pub candidates: usize,
    /// Findings with the verdict "not affected", which needs a reason that a scan does not know.
    pub not_affected: usize,
    /// Findings that their publisher withdrew.
    pub withdrawn: usize,
    /// Findings that repeat one of the same component under another name.
    pub repeated: usize,
}

/// The output of a scan.
#[derive(Debug, Deserialize)]
pub struct ScanForVex {
    format: u32,
    sbom: Bill,
    on: String,
    components: Vec<Scanned>,
    /// SHA-256 of the whole text.
    #[serde(skip)]
    digest: [u8; 32],
}

#[derive(Debug, Deserialize)]
struct Bill {
    subject: Option<Component>,
}

#[derive(Debug, Deserialize)]
struct Scanned {
    #[serde(rename = "ref")]
    reference: String,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    #[serde(default)]
    cpes: Vec<String>,
    verdicts: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    title: String,
    verdict: Verdict,
    condition: Option<String>,
    withdrawn: Option<String>,
    why: Option<Reason>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Affected,
    Conditional,
    NotComparable,
    Candidate,
    NotAffected,
}

/// Whether a JSON object has the members of a scan.
pub(super) fn is_scan(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Members {
        #[expect(dead_code, reason = "only its presence is checked")]
        sbom: IgnoredAny,
        #[expect(dead_code, reason = "only its presence is checked")]
        components: IgnoredAny,
    }
    serde_json::from_str::<Members>(text).is_ok()
}

/// Reads a scan; an error names the place.
pub(super) fn read(text: &str) -> Result<ScanForVex, String> {
    let mut scan: ScanForVex = json_text::parse(text.as_bytes()).map_err(|refused| refused.to_string())?;
    if scan.format != FORM {
        return Err(format!(
            "a scan of format {} is not known; this program reads format {FORM}",
            scan.format
        ));
    }
    scan.digest = Sha256::digest(text.as_bytes()).into();
    Ok(scan)
}

impl ScanForVex {
    /// The document, and the findings that it leaves out. The same scan, details and moment give the same document.
    pub fn document(&self, details: &VexOfScan, now: Moment) -> (VexDocument, LeftOut) {
        let product = self.sbom.subject.as_ref().map(|subject| self.product(subject));
        let mut maker = Maker {
            about: product.as_ref().map(|product| product.reference.clone()),
            products: product.into_iter().collect(),
            action: details.action.as_deref(),
            on: &self.on,
            descriptions: BTreeMap::new(),
            statements: Vec::new(),
            left_out: LeftOut::default(),
        };
        for component in &self.components {
            let part = self.part(component);
            maker.component(component, part);
        }
        let name =
            self.sbom.subject.as_ref().map_or_else(|| "a bill of materials".to_owned(), Component::label);
        let document = VexDocument {
            id: details.id.clone().unwrap_or_else(|| format!("urn:uuid:{}", self.uuid("the document"))),
            title: details.title.clone().unwrap_or_else(|| format!("Vulnerabilities in {name}")),
            author: details.author.clone(),
            status: TrackingStatus::Draft,
            revisions: vec![Revision { at: now, summary: format!("Made from a scan on {}", self.on) }],
            tool: tool(),
            products: maker.products,
            about: maker.about,
            descriptions: maker.descriptions,
            statements: maker.statements,
        };
        (document, maker.left_out)
    }

    /// A UUID that is computed from the scan and a name.
    fn uuid(&self, name: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.digest);
        hasher.update(name.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
    }

    /// The identifier of a product in the document: its package URL, which every format accepts, or a computed UUID.
    fn id(&self, purl: Option<&str>, reference: &str) -> String {
        match purl {
            Some(purl) => purl.to_owned(),
            None => format!("urn:uuid:{}", self.uuid(reference)),
        }
    }

    /// The product of the bill. If it has no package URL, it gets a generic one, because receivers look products up by it.
    fn product(&self, subject: &Component) -> Component {
        let generic = || {
            let parts = Purl {
                kind: "generic".to_owned(),
                namespace: subject.group.clone(),
                name: subject.name.clone(),
                version: subject.version.clone(),
                ..Purl::default()
            };
            Purl::build(parts).ok().map(|purl| purl.to_string())
        };
        let reference = self.id(subject.main_purl().or_else(generic).as_deref(), &subject.reference);
        Component { reference, ..subject.clone() }
    }

    fn part(&self, component: &Scanned) -> Component {
        Component {
            reference: self.id(component.purl.as_deref(), &component.reference),
            name: component.name.clone(),
            version: component.version.clone(),
            purls: component.purl.clone().into_iter().collect(),
            cpes: component.cpes.clone(),
            kind: ComponentKind::Library,
            ..Component::default()
        }
    }
}

/// Collects the statements of the document.
struct Maker<'s> {
    about: Option<String>,
    products: Vec<Component>,
    action: Option<&'s str>,
    on: &'s str,
    descriptions: BTreeMap<String, String>,
    statements: Vec<Statement>,
    left_out: LeftOut,
}

impl Maker<'_> {
    fn component(&mut self, component: &Scanned, part: Component) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut has_statement = false;
        for finding in &component.verdicts {
            let Some(mut statement) = self.statement(finding) else { continue };
            if !seen.insert(statement.same_vulnerability().to_owned()) {
                self.left_out.repeated += 1;
                continue;
            }
            let (id, subcomponents) = match &self.about {
                Some(about) => (about.clone(), vec![part.reference.clone()]),
                None => (part.reference.clone(), Vec::new()),
            };
            statement.subjects = vec![Subject { id, subcomponents, ..Subject::default() }];
            self.statements.push(statement);
            self.describe(finding);
            has_statement = true;
        }
        if has_statement {
            self.products.push(part);
        }
    }

    /// The statement for a finding, still without its subject; `None` if the finding is left out.
    fn statement(&mut self, finding: &Finding) -> Option<Statement> {
        if finding.withdrawn.is_some() {
            self.left_out.withdrawn += 1;
            return None;
        }
        let because = finding.why.as_ref().map(|why| format!(": {}", why.words)).unwrap_or_default();
        let (status, impact, action) = match (finding.verdict, self.action) {
            (Verdict::NotAffected, _) => {
                self.left_out.not_affected += 1;
                return None;
            }
            (Verdict::Candidate, _) => {
                self.left_out.candidates += 1;
                return None;
            }
            (Verdict::Affected, Some(action)) => (
                Status::Affected,
                format!("A scan on {} found it affected{because}", self.on),
                Some(action.to_owned()),
            ),
            (Verdict::Affected, None) => {
                let words = format!(
                    "A scan on {} found it affected; it is not yet known what users should do{because}",
                    self.on
                );
                (Status::UnderInvestigation, words, None)
            }
            (Verdict::Conditional | Verdict::NotComparable, _) => {
                let condition = finding.condition.as_ref().map(|condition| format!(": {condition}"));
                let words =
                    format!("A scan on {} could not decide it{}", self.on, condition.unwrap_or_default());
                (Status::UnderInvestigation, words, None)
            }
        };
        Some(Statement {
            vulnerability: finding.id.clone(),
            aliases: finding.aliases.clone(),
            subjects: Vec::new(),
            status: Some(status),
            justification: None,
            impact: Some(impact),
            action,
            own_words: None,
            at: None,
            place: String::new(),
        })
    }

    fn describe(&mut self, finding: &Finding) {
        let words = if finding.title.trim().is_empty() {
            format!("{}: no description is known", finding.id)
        } else {
            finding.title.clone()
        };
        self.descriptions.entry(finding.id.clone()).or_insert(words);
    }
}
