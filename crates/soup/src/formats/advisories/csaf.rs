//! CSAF advisories, 2.0 and 2.1, of every profile: for each vulnerability an advisory and its statements about products.

mod tree;

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::advisory::{Advisory, ClaimStatus, PackageClaim, Published, Score, Source, Standing};
use crate::model::vex::{Justification, Statement, Status};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use self::tree::{ProductTree, Products};
use super::Sink;
use super::documents::each;
use super::fields::{check_date, lax, parse};
use super::nvd2::CvssData;
use super::openvex::justification;

/// Reads one document.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    each(reader, false, sink, &mut document)
}

#[derive(Deserialize)]
struct Csaf<'a> {
    #[serde(borrow)]
    document: &'a RawValue,
    #[serde(borrow, default)]
    product_tree: Option<&'a RawValue>,
    #[serde(borrow, default)]
    vulnerabilities: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default, deserialize_with = "lax")]
    category: String,
    csaf_version: String,
    publisher: Publisher,
    tracking: Tracking,
}

#[derive(Deserialize)]
struct Publisher {
    name: String,
}

#[derive(Deserialize)]
struct Tracking {
    id: String,
    current_release_date: String,
    initial_release_date: String,
    #[serde(default, deserialize_with = "lax")]
    status: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default, deserialize_with = "lax")]
    cve: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    ids: Vec<Id>,
    #[serde(default, deserialize_with = "lax")]
    cwe: Option<Cwe>,
    #[serde(default, deserialize_with = "lax")]
    cwes: Vec<Cwe>,
    #[serde(default, deserialize_with = "lax")]
    notes: Vec<DocumentNote>,
    #[serde(default, deserialize_with = "lax")]
    flags: Vec<About>,
    #[serde(default, deserialize_with = "lax")]
    threats: Vec<About>,
    #[serde(default, deserialize_with = "lax")]
    remediations: Vec<About>,
    #[serde(default, deserialize_with = "lax")]
    product_status: BTreeMap<String, Vec<String>>,
    #[serde(default, deserialize_with = "lax")]
    scores: Vec<Scores>,
    #[serde(default, deserialize_with = "lax")]
    metrics: Vec<Metric>,
    #[serde(default, deserialize_with = "lax")]
    references: Vec<Reference>,
    #[serde(default, deserialize_with = "lax")]
    release_date: Option<String>,
}

#[derive(Deserialize)]
struct Id {
    #[serde(default, deserialize_with = "lax")]
    text: String,
}

#[derive(Deserialize)]
struct Cwe {
    #[serde(default, deserialize_with = "lax")]
    id: String,
}

#[derive(Deserialize)]
struct DocumentNote {
    #[serde(default, deserialize_with = "lax")]
    category: String,
    #[serde(default, deserialize_with = "lax")]
    text: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, deserialize_with = "lax")]
    url: String,
}

/// A flag, a threat or a remediation: an entry about some products.
#[derive(Deserialize)]
struct About {
    #[serde(default, deserialize_with = "lax")]
    label: String,
    #[serde(default, deserialize_with = "lax")]
    category: String,
    #[serde(default, deserialize_with = "lax")]
    details: String,
    #[serde(default, deserialize_with = "lax")]
    url: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    product_ids: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    group_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Scores {
    #[serde(default, deserialize_with = "lax")]
    cvss_v4: CvssData,
    #[serde(default, deserialize_with = "lax")]
    cvss_v3: CvssData,
    #[serde(default, deserialize_with = "lax")]
    cvss_v2: CvssData,
}

/// Scores in the form of 2.1.
#[derive(Deserialize)]
struct Metric {
    #[serde(default, deserialize_with = "lax")]
    content: Scores,
}

fn document(raw: &str, place: String, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    let Csaf { document: head, product_tree: tree, vulnerabilities } =
        parse(raw, &place, "", &mut sink.report.notes)?;
    let document: Document =
        parse(head.get(), &format!("{place}.document"), "document", &mut sink.report.notes)?;
    let product_tree = match tree {
        None => ProductTree::default(),
        Some(tree) => parse(tree.get(), "$.product_tree", "product_tree", &mut sink.report.notes)?,
    };
    sink.within = Some(format!("{}/{}", document.publisher.name, document.tracking.id));
    let version = document.csaf_version.as_str();
    sink.describe(&format!("CSAF {version} {}", document.category), &document.publisher.name);
    let notes = &mut sink.report.notes;
    if !matches!(version, "2.0" | "2.1") {
        let text = format!("CSAF `{version}`: this program knows 2.0 and 2.1");
        notes.add(Gravity::Warning, "$.document.csaf_version", text);
    }
    if matches!(document.tracking.status.as_str(), "draft" | "interim") {
        let text = format!("the status of the document is {}", document.tracking.status);
        notes.add(Gravity::Warning, "$.document.tracking.status", text);
    }
    check_date(
        Some(&document.tracking.current_release_date),
        "$",
        "document.tracking.current_release_date",
        notes,
    );
    check_date(
        Some(&document.tracking.initial_release_date),
        "$",
        "document.tracking.initial_release_date",
        notes,
    );
    sink.report.data_date = Some(document.tracking.current_release_date.clone());
    let products = Products::of(product_tree, notes);
    let vulnerabilities = vulnerabilities.unwrap_or_default();
    if vulnerabilities.is_empty() {
        notes.add(Gravity::Info, "$.vulnerabilities", "the document lists no vulnerability");
    }
    for (at, raw) in vulnerabilities.iter().enumerate() {
        let place = format!("$.vulnerabilities[{at}]");
        // A kept record is a separate document with this one vulnerability and the product tree that it refers to.
        let tree = tree.map_or("{}", RawValue::get);
        let whole = format!(
            "{{\"document\":{},\"product_tree\":{tree},\"vulnerabilities\":[{}]}}",
            head.get(),
            raw.get()
        );
        let reading = Reading { document: &document, products: &products, place: &place, number: at + 1 };
        reading.vulnerability(raw.get(), &whole, sink)?;
    }
    Ok(())
}

/// One vulnerability in its document.
struct Reading<'a> {
    document: &'a Document,
    products: &'a Products,
    place: &'a str,
    number: usize,
}

impl Reading<'_> {
    fn vulnerability(&self, raw: &str, whole: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
        let mut vulnerability: Vulnerability =
            match parse(raw, self.place, "vulnerabilities[]", &mut sink.report.notes) {
                Ok(vulnerability) => vulnerability,
                Err(refused) => {
                    sink.refuse(refused);
                    return Ok(());
                }
            };
        let (id, aliases) = self.identifiers(&mut vulnerability);
        self.check_statuses(&vulnerability, &mut sink.report.notes);
        let statements = self.statements(&vulnerability, &id, &aliases);
        let advisory = self.advisory(vulnerability, id, aliases);
        sink.advisory(whole, self.place.to_owned(), Ok(advisory))?;
        for statement in statements {
            let place = statement.place.clone();
            sink.give(whole, place, Ok(Published::Statement(Box::new(statement))))?;
        }
        Ok(())
    }

    /// The CVE, or the publisher's own identifier; a vulnerability without either gets the identifier of its document.
    fn identifiers(&self, vulnerability: &mut Vulnerability) -> (String, Vec<String>) {
        let ids = vulnerability.ids.drain(..).map(|id| id.text).filter(|text| !text.trim().is_empty());
        let mut all = vulnerability.cve.take().into_iter().chain(ids);
        let main = all.next().unwrap_or_else(|| format!("{}#{}", self.document.tracking.id, self.number));
        (main, all.collect())
    }

    /// Remarks on products that are not defined, on unknown status words, and on statuses that contradict each other.
    fn check_statuses(&self, vulnerability: &Vulnerability, notes: &mut Notes) {
        let mut statuses: BTreeMap<&str, ClaimStatus> = BTreeMap::new();
        for (word, ids) in &vulnerability.product_status {
            let place = format!("{}.product_status.{word}", self.place);
            let Some(kind) = Kind::of(word) else {
                notes.add(Gravity::Warning, place, "not a status that this program knows: kept as written");
                continue;
            };
            for id in ids {
                if self.products.get(id).is_none() {
                    let text = format!("product `{}` is not defined in the product tree", short(id));
                    notes.add(Gravity::Warning, place.clone(), text);
                }
                if let Some(claim) = kind.claim()
                    && statuses.insert(id, claim).is_some_and(|before| before != claim)
                {
                    let text = format!("product `{}` has two statuses that contradict each other", short(id));
                    notes.add(Gravity::Warning, place.clone(), text);
                }
            }
        }
    }

    fn advisory(&self, vulnerability: Vulnerability, id: String, aliases: Vec<String>) -> Advisory {
        let text = |category: &str| vulnerability.notes.iter().find(|note| note.category == category);
        let description = ["description", "summary", "general", "details"].into_iter().find_map(text);
        let scores = vulnerability
            .scores
            .into_iter()
            .chain(vulnerability.metrics.into_iter().map(|metric| metric.content));
        let cwes = vulnerability
            .cwe
            .into_iter()
            .chain(vulnerability.cwes)
            .map(|cwe| cwe.id)
            .filter(|id| !id.is_empty());
        let tracking = &self.document.tracking;
        Advisory {
            source: Source::Csaf,
            aliases,
            upstream: Vec::new(),
            related: if tracking.id == id { Vec::new() } else { vec![tracking.id.clone()] },
            title: vulnerability.title,
            description: description.map(|note| note.text.clone()).unwrap_or_default(),
            published: vulnerability.release_date.or_else(|| Some(tracking.initial_release_date.clone())),
            modified: Some(tracking.current_release_date.clone()),
            standing: Standing::Published,
            informational: None,
            packages: self.claims(&vulnerability.product_status),
            applicability: Vec::new(),
            scores: scores.flat_map(|scores| vectors(scores, &self.document.publisher.name)).collect(),
            weaknesses: cwes.collect(),
            references: vulnerability.references.into_iter().map(|reference| reference.url).collect(),
            id,
        }
    }

    fn claims(&self, statuses: &BTreeMap<String, Vec<String>>) -> Vec<PackageClaim> {
        let kinds = statuses.iter().filter_map(|(word, ids)| Some((Kind::of(word)?.claim()?, ids)));
        kinds
            .flat_map(|(status, ids)| ids.iter().filter_map(move |id| self.products.get(id)?.claim(status)))
            .collect()
    }

    /// One statement for all products that share a status and its reasons.
    fn statements(&self, vulnerability: &Vulnerability, id: &str, aliases: &[String]) -> Vec<Statement> {
        let mut found = Vec::new();
        for (word, ids) in &vulnerability.product_status {
            let kind = Kind::of(word);
            if kind == Some(Kind::Recommended) {
                continue;
            }
            let mut groups: BTreeMap<Reasons, Vec<&str>> = BTreeMap::new();
            for product in ids {
                groups.entry(self.reasons(vulnerability, product)).or_default().push(product);
            }
            for (reasons, ids) in groups {
                found.push(Statement {
                    vulnerability: id.to_owned(),
                    aliases: aliases.to_vec(),
                    subjects: ids.into_iter().map(|id| self.products.subject(id)).collect(),
                    status: kind.and_then(Kind::status),
                    justification: reasons.justification,
                    impact: reasons.impact,
                    action: reasons.action,
                    own_words: kind.is_none_or(Kind::needs_word).then(|| word.clone()),
                    at: Some(self.document.tracking.current_release_date.clone()),
                    place: format!("{}.product_status.{word}", self.place),
                });
            }
        }
        found
    }

    /// The reasons for one product: flags, impact threats, remediations.
    fn reasons(&self, vulnerability: &Vulnerability, product: &str) -> Reasons {
        let about = |list: &[About], takes: &dyn Fn(&About) -> Option<String>| {
            let texts: Vec<_> =
                list.iter().filter(|entry| self.concerns(entry, product)).filter_map(takes).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        };
        let mut flags = vulnerability.flags.iter().filter(|flag| self.concerns(flag, product));
        Reasons {
            justification: flags.find_map(|flag| justification(&flag.label)),
            impact: about(&vulnerability.threats, &|threat| {
                (threat.category == "impact").then(|| threat.details.clone())
            }),
            action: about(&vulnerability.remediations, &|remedy| {
                let url = remedy.url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
                Some(format!("{}{}{url}", prefix(&remedy.category), remedy.details))
            }),
        }
    }

    /// Whether an entry is about a product; an entry that names none is about all of them.
    fn concerns(&self, entry: &About, product: &str) -> bool {
        let in_group = || entry.group_ids.iter().any(|group| self.products.in_group(group, product));
        (entry.product_ids.is_empty() && entry.group_ids.is_empty())
            || entry.product_ids.iter().any(|id| id == product)
            || in_group()
    }
}

/// The prefix of a remediation's text where its category means more than that there is something to do.
fn prefix(category: &str) -> String {
    if matches!(category, "vendor_fix" | "mitigation" | "") {
        String::new()
    } else {
        format!("{}: ", category.replace('_', " "))
    }
}

/// The reasons for a product's status.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Reasons {
    justification: Option<Justification>,
    impact: Option<String>,
    action: Option<String>,
}

/// The meaning of the words of `product_status`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    KnownAffected,
    /// The first or last affected version.
    EndAffected,
    KnownNotAffected,
    Fixed,
    /// The first fixed version.
    FirstFixed,
    UnderInvestigation,
    /// The recommended version: no statement about the vulnerability.
    Recommended,
    Unknown,
}

impl Kind {
    fn of(word: &str) -> Option<Self> {
        match word {
            "known_affected" => Some(Self::KnownAffected),
            "first_affected" | "last_affected" => Some(Self::EndAffected),
            "known_not_affected" => Some(Self::KnownNotAffected),
            "fixed" => Some(Self::Fixed),
            "first_fixed" => Some(Self::FirstFixed),
            "under_investigation" => Some(Self::UnderInvestigation),
            "recommended" => Some(Self::Recommended),
            "unknown" => Some(Self::Unknown),
            _ => None,
        }
    }

    fn claim(self) -> Option<ClaimStatus> {
        match self {
            Self::KnownAffected | Self::EndAffected => Some(ClaimStatus::Affected),
            Self::KnownNotAffected => Some(ClaimStatus::NotAffected),
            Self::Fixed | Self::FirstFixed => Some(ClaimStatus::Fixed),
            Self::UnderInvestigation | Self::Unknown => Some(ClaimStatus::Unknown),
            Self::Recommended => None,
        }
    }

    fn status(self) -> Option<Status> {
        match self {
            Self::KnownAffected | Self::EndAffected => Some(Status::Affected),
            Self::KnownNotAffected => Some(Status::NotAffected),
            Self::Fixed | Self::FirstFixed => Some(Status::Fixed),
            Self::UnderInvestigation => Some(Status::UnderInvestigation),
            Self::Recommended | Self::Unknown => None,
        }
    }

    /// Whether the document's word means more than our status.
    fn needs_word(self) -> bool {
        match self {
            Self::EndAffected | Self::FirstFixed | Self::Recommended | Self::Unknown => true,
            Self::KnownAffected | Self::KnownNotAffected | Self::Fixed | Self::UnderInvestigation => false,
        }
    }
}

fn vectors(scores: Scores, by: &str) -> impl Iterator<Item = Score> {
    let Scores { cvss_v4, cvss_v3, cvss_v2 } = scores;
    [cvss_v4, cvss_v3, cvss_v2].into_iter().filter_map(move |cvss| cvss.score(Some(by.to_owned())))
}

fn short(id: &str) -> String {
    id.chars().take(80).collect()
}
