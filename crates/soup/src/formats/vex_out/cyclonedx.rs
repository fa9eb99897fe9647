//! Writes CycloneDX 1.6 with `vulnerabilities` as VEX.
//!
//! CycloneDX has no notation for a part of a product. In a document about one product, the parts are the components, and a statement about a
//! part is a statement about that component. The justifications of CycloneDX and OpenVEX do not correspond exactly: if CycloneDX has no word
//! or only a weaker one, the exact word is in the property [`JUSTIFICATION_PROPERTY`].

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Named, Products, justification_word, system_of, to_json};
use crate::formats::sbom::JUSTIFICATION_PROPERTY;
use crate::model::component::ComponentKind;
use crate::model::vex::{Justification, Statement, Status, Subject};
use crate::model::vex_document::{Refusals, Response, Unwritable, VexDocument, non_blank, responses};

/// Maximum number of characters of a version.
const VERSION_MAX: usize = 1024;
/// Maximum number of characters of a range of versions.
const RANGE_MAX: usize = 4096;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: &'a str,
    version: usize,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<Service<'a>>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    timestamp: String,
    tools: Tools<'a>,
    manufacturer: Entity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<Component<'a>>,
}

#[derive(Serialize)]
struct Tools<'a> {
    components: [Component<'a>; 1],
}

#[derive(Serialize)]
struct Entity<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    url: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contact: Vec<Contact<'a>>,
}

#[derive(Serialize)]
struct Contact<'a> {
    name: &'a str,
}

#[derive(Default, Serialize)]
struct Component<'a> {
    #[serde(rename = "type")]
    kind: ComponentKind,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Entity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
}

#[derive(Serialize)]
struct Service<'a> {
    #[serde(rename = "bom-ref")]
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Entity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
}

#[derive(Clone, Serialize)]
struct Vulnerability<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendation: Option<&'a str>,
    analysis: Analysis<'a>,
    affects: [Target<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Clone, Serialize)]
struct Reference<'a> {
    id: &'a str,
    source: System<'a>,
}

#[derive(Clone, Serialize)]
struct System<'a> {
    name: &'a str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Analysis<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<&'a str>,
}

#[derive(Clone, Serialize)]
struct Target<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<Limit<'a>>,
}

#[derive(Clone, Serialize)]
struct Limit<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<&'a str>,
    status: &'static str,
}

#[derive(Clone, Serialize)]
struct Property {
    name: &'static str,
    value: &'static str,
}

/// Writes a document as CycloneDX 1.6 VEX.
///
/// Refuses, in addition to [`VexDocument::refusals`]: an identifier that is not `urn:uuid:…`; a product without a name, unless it is a link into
/// another bill; parts of a product that the document is not about; a limit to versions with any status but affected; and, without an impact
/// statement, a justification for which CycloneDX has no word.
pub fn cyclonedx_vex_1_6(document: &VexDocument) -> Result<String, Unwritable> {
    document.refusals().done()?;
    let mut writer = Writer {
        document,
        products: Products::of(document),
        components: BTreeMap::new(),
        stated: BTreeMap::new(),
        refusals: Refusals::default(),
    };
    if !is_serial(&document.id) {
        let reason =
            format!("its identifier `{}` is not `urn:uuid:` with a UUID in small letters", document.id);
        writer.refusals.add("document", reason);
    }
    let about = document.about.as_deref().map(|about| writer.products.part(about));
    let vulnerabilities: Vec<_> = (0..)
        .zip(&document.statements)
        .flat_map(|(index, statement)| writer.vulnerabilities(index, statement))
        .collect();
    let Writer { components: mut named, refusals, .. } = writer;
    refusals.done()?;
    let component = about.map(|about| named.remove(about.id).unwrap_or(about)).map(component);
    let (services, components): (Vec<_>, Vec<_>) = named.into_values().partition(is_service);
    to_json(&Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: &document.id,
        version: document.revisions.len(),
        metadata: metadata(document, component),
        components: components.into_iter().map(self::component).collect(),
        services: services.into_iter().map(service).collect(),
        vulnerabilities,
    })
}

fn metadata<'a>(document: &'a VexDocument, component: Option<Component<'a>>) -> Metadata<'a> {
    let tool = Component {
        kind: ComponentKind::Application,
        name: document.tool.name.clone(),
        version: Some(document.tool.version.as_str()).filter(|version| !version.is_empty()),
        ..Component::default()
    };
    let author = &document.author;
    Metadata {
        timestamp: document.released().map(|at| at.to_string()).unwrap_or_default(),
        tools: Tools { components: [tool] },
        manufacturer: Entity {
            name: &author.name,
            url: author.namespace.as_deref().filter(|address| super::is_iri(address)).into_iter().collect(),
            contact: non_blank(author.contact.as_ref()).map(|name| Contact { name }).into_iter().collect(),
        },
        component,
    }
}

struct Writer<'a> {
    document: &'a VexDocument,
    products: Products<'a>,
    /// The components that statements name, by reference.
    components: BTreeMap<&'a str, Named<'a>>,
    /// The index of the statement about a vulnerability in a component.
    stated: BTreeMap<(&'a str, &'a str), usize>,
    refusals: Refusals,
}

impl<'a> Writer<'a> {
    /// One entry for each component, because some receivers read only the first component of an entry. Empty if the status is not known, which
    /// has been refused already.
    fn vulnerabilities(&mut self, index: usize, statement: &'a Statement) -> Vec<Vulnerability<'a>> {
        let Some(status) = statement.status else { return Vec::new() };
        let place = statement.place_in_document(index);
        let (justification, exact) = self.justification(statement, &place);
        let action = non_blank(statement.action.as_ref());
        let targets = self.targets(index, statement);
        let aliases = statement.aliases.iter().filter(|alias| !alias.trim().is_empty());
        let references: Vec<_> =
            aliases.map(|id| Reference { id, source: System { name: system_of(id) } }).collect();
        let of = |target| Vulnerability {
            id: &statement.vulnerability,
            references: references.clone(),
            description: non_blank(self.document.descriptions.get(&statement.vulnerability)),
            // The complete action, because some receivers read no response or only the last one.
            recommendation: action,
            analysis: Analysis {
                state: state(status, statement.own_words.as_deref()),
                justification,
                response: action.iter().flat_map(|action| responses(action).0).map(Response::word).collect(),
                detail: non_blank(statement.impact.as_ref()),
                last_updated: statement.at.as_deref(),
            },
            affects: [target],
            properties: exact
                .map(|value| Property { name: JUSTIFICATION_PROPERTY, value })
                .into_iter()
                .collect(),
        };
        targets.into_iter().map(of).collect()
    }

    /// The word of CycloneDX, and the exact word if that of CycloneDX says less.
    fn justification(
        &mut self,
        statement: &Statement,
        place: &str,
    ) -> (Option<&'static str>, Option<&'static str>) {
        let Some(justification) = statement.justification else { return (None, None) };
        let (word, is_exact) = word(justification);
        if word.is_none() && non_blank(statement.impact.as_ref()).is_none() {
            let reason = format!(
                "CycloneDX has no word for the justification `{}`; explain it in an impact statement too",
                justification_word(justification)
            );
            self.refusals.add(place, reason);
        }
        (
            own_justification(statement, justification).or(word),
            (!is_exact).then(|| justification_word(justification)),
        )
    }

    fn targets(&mut self, index: usize, statement: &'a Statement) -> Vec<Target<'a>> {
        let place = statement.place_in_document(index);
        let mut targets = Vec::new();
        for subject in &statement.subjects {
            let versions = self.limits(subject, statement.status, &place);
            for named in self.components_of(subject, &place) {
                let key = (statement.same_vulnerability(), named.id);
                if let Some(first) = self.stated.insert(key, index) {
                    let reason = format!(
                        "statement {} is about `{}` already, which CycloneDX does not distinguish from a part",
                        first + 1,
                        named.id
                    );
                    self.refusals.add(&place, reason);
                }
                targets.push(Target { reference: named.id, versions: versions.clone() });
                self.add_component(named, &place);
            }
        }
        targets
    }

    /// The components of a subject.
    fn components_of(&mut self, subject: &'a Subject, place: &str) -> Vec<Named<'a>> {
        if subject.subcomponents.is_empty() {
            return vec![self.products.subject(subject)];
        }
        if self.document.about.as_ref() != Some(&subject.id) {
            let reason = format!(
                "it is about parts of `{}`, which CycloneDX can only express in a document about that product alone",
                subject.id
            );
            self.refusals.add(place, reason);
        }
        subject.subcomponents.iter().map(|part| self.products.part(part)).collect()
    }

    fn limits(&mut self, subject: &'a Subject, status: Option<Status>, place: &str) -> Vec<Limit<'a>> {
        if !subject.versions.is_empty() && status != Some(Status::Affected) {
            let reason = format!(
                "`{}` is limited to some versions, which CycloneDX can express only for affected ones; name a product for each version",
                subject.id
            );
            self.refusals.add(place, reason);
        }
        let mut limits = Vec::new();
        for text in &subject.versions {
            let is_range = text.starts_with("vers:");
            let most = if is_range { RANGE_MAX } else { VERSION_MAX };
            if text.trim().is_empty() || text.chars().count() > most {
                let reason =
                    format!("a version of `{}` is empty or longer than {most} characters", subject.id);
                self.refusals.add(place, reason);
            }
            let (version, range) =
                if is_range { (None, Some(text.as_str())) } else { (Some(text.as_str()), None) };
            limits.push(Limit { version, range, status: "affected" });
        }
        limits
    }

    /// Adds a component to the document, except for a link into another bill.
    fn add_component(&mut self, named: Named<'a>, place: &str) {
        if named.id.starts_with("urn:cdx:") {
            return;
        }
        let version = named.component.and_then(|component| component.version.as_deref());
        if named.name.is_none() {
            self.refusals
                .add(place, format!("the name of `{}` is missing: list it among the products", named.id));
        } else if version.is_some_and(|version| version.chars().count() > VERSION_MAX) {
            let reason = format!("the version of `{}` is longer than {VERSION_MAX} characters", named.id);
            self.refusals.add(place, reason);
        } else if self.components.get(named.id).is_some_and(|before| *before != named) {
            self.refusals.add(place, format!("`{}` is described differently here than before", named.id));
        }
        self.components.entry(named.id).or_insert(named);
    }
}

/// The state of CycloneDX; of two states with the same meaning, the one in the statement's own words.
fn state(status: Status, own_words: Option<&str>) -> &'static str {
    let own = own_words.map(|words| words.split_once('/').map_or(words, |(state, _)| state));
    match (status, own) {
        (Status::Fixed, Some("resolved_with_pedigree")) => "resolved_with_pedigree",
        (Status::Fixed, _) => "resolved",
        (Status::NotAffected, Some("false_positive")) => "false_positive",
        (Status::NotAffected, _) => "not_affected",
        (Status::Affected, _) => "exploitable",
        (Status::UnderInvestigation, _) => "in_triage",
    }
}

/// The word of CycloneDX for a justification, and whether it says as much.
fn word(justification: Justification) -> (Option<&'static str>, bool) {
    match justification {
        // A component that is not present has no code there either.
        Justification::ComponentNotPresent => (Some("code_not_present"), false),
        Justification::VulnerableCodeNotPresent => (Some("code_not_present"), true),
        Justification::VulnerableCodeNotInExecutePath => (Some("code_not_reachable"), true),
        Justification::VulnerableCodeCannotBeControlledByAdversary => (None, false),
        Justification::InlineMitigationsAlreadyExist => (Some("protected_by_mitigating_control"), true),
    }
}

/// The statement's own word, if it is one of several words of CycloneDX for the same justification.
fn own_justification(statement: &Statement, justification: Justification) -> Option<&'static str> {
    let (_, own) = statement.own_words.as_deref()?.split_once('/')?;
    (justification == Justification::InlineMitigationsAlreadyExist)
        .then(|| {
            ["protected_by_compiler", "protected_at_runtime", "protected_at_perimeter"]
                .into_iter()
                .find(|word| *word == own)
        })
        .flatten()
}

fn is_service(named: &Named<'_>) -> bool {
    named.component.is_some_and(|component| component.kind == ComponentKind::Service)
}

fn component(named: Named<'_>) -> Component<'_> {
    let listed = named.component;
    let kind = match listed.map(|component| component.kind).unwrap_or_default() {
        // CycloneDX has no kind for others, and a service that the document is about must be a component there.
        ComponentKind::Other | ComponentKind::Service => ComponentKind::Application,
        kind => kind,
    };
    Component {
        kind,
        reference: Some(named.id),
        supplier: listed.and_then(|component| supplier(component.supplier.as_ref())),
        group: listed.and_then(|component| component.group.as_deref()),
        name: listed.map(|component| component.name.clone()).or(named.name).unwrap_or_default(),
        version: listed.and_then(|component| component.version.as_deref()),
        cpe: named.cpe,
        purl: named.purl,
    }
}

fn service(named: Named<'_>) -> Service<'_> {
    let Component { supplier, group, name, version, .. } = component(named.clone());
    Service { reference: named.id, provider: supplier, group, name, version }
}

fn supplier(name: Option<&String>) -> Option<Entity<'_>> {
    non_blank(name).map(|name| Entity { name, url: Vec::new(), contact: Vec::new() })
}

/// `urn:uuid:` and a UUID in small letters.
fn is_serial(text: &str) -> bool {
    let groups: Option<Vec<&str>> = text.strip_prefix("urn:uuid:").map(|uuid| uuid.split('-').collect());
    let is_hex = |group: &str| group.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    groups.is_some_and(|groups| {
        groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && groups.iter().all(|group| is_hex(group))
    })
}
