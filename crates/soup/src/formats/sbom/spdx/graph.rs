//! SPDX 3.0 as JSON-LD: reads the elements of `@graph` into the model. Relationships are translated to the words of SPDX 2.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::bill;
use super::fields::{Fields, named};
use super::inline;
use super::inputs;
use super::model::{
    Checksum, Document, File, Identifier, IdentifierKind, Other, Package, Relationship, Syntax,
};
use crate::model::bill::Bill;
use crate::model::matching::names_source;
use crate::model::vex::{Justification, Statement, Status, Subject};
use mainstay_base::json_stream::{self, PIECE_BYTES_MAX, Piece};
use mainstay_base::note::{Notes, Unreadable};

/// Members that every element has and that carry no information about a component.
const ALWAYS: [&str; 6] = ["type", "@type", "spdxId", "@id", "creationInfo", "completeness"];

/// Reads a document: a list of elements under `@graph`, or one element at the root. Refuses a text that is not JSON, and a document without
/// package and file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut reader = Reader::default();
    reader.document.syntax = Syntax::JsonLd;
    let mut root = Map::new();
    json_stream::read(text.as_bytes(), &["@graph"], PIECE_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        let value = |raw: &RawValue| {
            serde_json::from_str::<Value>(raw.get())
                .map_err(|error| Unreadable::at(place.clone(), error.to_string()))
        };
        match piece {
            Piece::Member { key: "@context", .. } => {}
            Piece::Member { key, raw } => _ = root.insert(key.to_owned(), value(raw)?),
            Piece::Element { raw, .. } => reader.whole(value(raw)?, place),
        }
        Ok(())
    })?;
    let root = Value::Object(root);
    if kind_of(&root).is_some() {
        reader.whole(root, "$".to_owned());
    } else if let Value::Object(members) = root {
        for key in members.keys() {
            reader.document.notes.not_understood(&named("", key));
        }
    }
    bill::of(reader.finish())
}

/// The class of an element, by its name in the published context.
pub(super) fn kind_of(value: &Value) -> Option<String> {
    let class = ["type", "@type"].into_iter().find_map(|key| texts_of(value, key).into_iter().next())?;
    // Without the context's names, a class is an address: …/terms/Software/Package, or spdx:Core/Person.
    let Some((before, name)) = class.rsplit_once('/') else { return Some(class) };
    Some(match before.rsplit(['/', ':']).next() {
        Some("Core") | None => name.to_owned(),
        Some(profile) => format!("{}_{name}", profile.to_ascii_lowercase()),
    })
}

/// The identifier of an element.
pub(super) fn id_of(value: &Value) -> Option<String> {
    text_of(value, "spdxId").or_else(|| text_of(value, "@id"))
}

/// Data that can only be resolved when all elements are read.
#[derive(Default)]
struct Reader {
    document: Document,
    /// Names of persons, organisations, tools and vulnerabilities by identifier.
    names: HashMap<String, String>,
    /// Licence expressions by identifier.
    licences: HashMap<String, String>,
    /// Roots of the document, and of the bills of materials by their identifier.
    roots: Vec<String>,
    boms: BTreeMap<String, Vec<String>>,
    makers: Vec<(&'static str, String)>,
    known_makers: HashSet<(&'static str, String)>,
    links: Vec<Link>,
    statements: Vec<(Link, Statement)>,
    /// Builds by identifier.
    builds: HashSet<String>,
    /// Digests and identifiers outside the elements, by their own identifier, and the packages that name them.
    parts: HashMap<String, Value>,
    parts_of: Vec<(usize, String)>,
    /// Number of identifiers that were made for nested elements.
    made: usize,
}

/// A relationship as in the document.
pub(super) struct Link {
    pub(super) kind: String,
    scope: Option<String>,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    place: String,
}

impl Reader {
    /// Reads an element and its nested elements.
    fn whole(&mut self, mut value: Value, place: String) {
        for (inner, place) in inline::extract(&mut value, &place, &mut self.made) {
            self.element(inner, place);
        }
        self.element(value, place);
    }

    fn element(&mut self, value: Value, place: String) {
        let kind = kind_of(&value).unwrap_or_default();
        let id = id_of(&value);
        let name = text_of(&value, "name");
        match kind.as_str() {
            "CreationInfo" => self.creation(value, place),
            "SpdxDocument" => {
                self.document.id.clone_from(&id);
                self.document.namespace = id;
                self.document.name = name;
                self.roots.extend(texts_of(&value, "rootElement"));
                self.count(value, "SpdxDocument", place, &["name", "rootElement"]);
            }
            "software_Sbom" | "Bom" | "Bundle" => {
                let roots = texts_of(&value, "rootElement");
                self.boms.insert(id.unwrap_or_default(), roots);
                self.count(value, "software_Sbom", place, &["rootElement"]);
            }
            "Person" | "Organization" | "Tool" | "SoftwareAgent" | "Agent" => {
                self.names.extend(id.zip(name));
            }
            "security_Vulnerability" => {
                let cve = items(&value, "externalIdentifier")
                    .find(|item| text_of(item, "externalIdentifierType").as_deref() == Some("cve"))
                    .and_then(|item| text_of(item, "identifier"));
                self.names.extend(id.zip(cve.or(name)));
            }
            "simplelicensing_LicenseExpression" => {
                self.licences.extend(id.zip(text_of(&value, "simplelicensing_licenseExpression")));
            }
            "Hash" | "PackageVerificationCode" | "ExternalIdentifier" => {
                self.parts.extend(id.map(|id| (id, value)));
            }
            "software_File" => self.file(value, place),
            "software_Snippet" => {
                self.document.notes.not_understood("software_Snippet");
                self.document.others.extend(id.map(|id| Other { id, place }));
            }
            _ if kind.ends_with("Package") => self.package(value, place),
            _ if kind.starts_with("security_Vex") => self.statement(&kind, &value, place),
            _ if kind.ends_with("Relationship") => self.relationship(value, place),
            "build_Build" | "Build" => {
                self.document.notes.not_understood(&named("@graph[]", &kind));
                self.builds.extend(id);
            }
            // Custom licences and similar elements have a name.
            _ => {
                self.document.notes.not_understood(&named("@graph[]", &kind));
                let text = name.or_else(|| id.clone());
                self.licences.extend(id.zip(text).filter(|_| kind.contains("licensing_")));
            }
        }
    }

    fn count(&mut self, value: Value, name: &'static str, place: String, understood: &[&str]) {
        if let Some(mut fields) = Fields::of(value, name, place, &mut self.document.notes) {
            fields.skip(&ALWAYS);
            fields.skip(understood);
            fields.finish();
        }
    }

    fn creation(&mut self, value: Value, place: String) {
        let Some(mut fields) = Fields::of(value, "CreationInfo", place, &mut self.document.notes) else {
            return;
        };
        let version = fields.text("specVersion");
        let created = fields.text("created");
        let makers = fields.texts("createdBy").into_iter().map(|id| ("", id));
        let tools = fields.texts("createdUsing").into_iter().map(|id| ("Tool: ", id));
        for maker in makers.chain(tools) {
            if self.known_makers.insert(maker.clone()) {
                self.makers.push(maker);
            }
        }
        fields.skip(&ALWAYS);
        fields.finish();
        self.document.version = self.document.version.take().or(version);
        self.document.created = self.document.created.take().or(created);
    }

    fn package(&mut self, value: Value, place: String) {
        let Some(mut fields) = Fields::of(value, "software_Package", place, &mut self.document.notes) else {
            return;
        };
        let mut package = Package {
            id: fields.text("spdxId").or_else(|| fields.text("@id")),
            name: fields.text("name"),
            version: fields.text("software_packageVersion"),
            supplier: fields.text("suppliedBy"),
            originator: fields.texts("originatedBy").into_iter().next(),
            purpose: fields.text("software_primaryPurpose").map(|word| purpose(&word)),
            download: fields.text("software_downloadLocation"),
            homepage: fields.text("software_homePage"),
            copyright: fields.text("software_copyrightText"),
            source: fields.text_if("software_sourceInfo", names_source),
            summary: fields.text("summary"),
            description: fields.text("description"),
            ..Package::default()
        };
        let mut parts_of = Vec::new();
        package.checksums = checksums(&mut fields, &mut parts_of);
        if let Some(value) = fields.text("software_packageUrl") {
            package.identifiers.push(Identifier { kind: IdentifierKind::Purl, value });
        }
        for (value, _) in fields.objects("externalIdentifier") {
            match value {
                Value::String(id) => parts_of.push(id),
                value => package.identifiers.extend(identifier(&value, fields.notes)),
            }
        }
        package.place.clone_from(&fields.place);
        fields.skip(&ALWAYS);
        fields.finish();
        let index = self.document.packages.len();
        self.parts_of.extend(parts_of.into_iter().map(|id| (index, id)));
        self.document.packages.push(package);
    }

    fn file(&mut self, value: Value, place: String) {
        let Some(mut fields) = Fields::of(value, "software_File", place, &mut self.document.notes) else {
            return;
        };
        let file = File {
            id: fields.text("spdxId").or_else(|| fields.text("@id")),
            name: fields.text("name"),
            concluded: None,
            copyright: fields.text("software_copyrightText"),
            checksums: checksums(&mut fields, &mut Vec::new()),
            place: fields.place.clone(),
        };
        fields.skip(&ALWAYS);
        fields.finish();
        self.document.files.push(file);
    }

    fn relationship(&mut self, value: Value, place: String) {
        let Some(mut fields) = Fields::of(value, "Relationship", place, &mut self.document.notes) else {
            return;
        };
        let link = Link {
            kind: fields.text("relationshipType").unwrap_or_default(),
            scope: fields.text("scope"),
            from: fields.text("from").unwrap_or_default(),
            to: fields.texts("to"),
            place: fields.place.clone(),
        };
        fields.skip(&ALWAYS);
        fields.finish();
        self.links.push(link);
    }

    fn statement(&mut self, kind: &str, value: &Value, place: String) {
        let status = match kind {
            "security_VexAffectedVulnAssessmentRelationship" => Some(Status::Affected),
            "security_VexFixedVulnAssessmentRelationship" => Some(Status::Fixed),
            "security_VexNotAffectedVulnAssessmentRelationship" => Some(Status::NotAffected),
            "security_VexUnderInvestigationVulnAssessmentRelationship" => Some(Status::UnderInvestigation),
            _ => None,
        };
        let justification = text_of(value, "security_justificationType");
        let known = justification.as_deref().and_then(self::justification);
        let link = Link {
            kind: String::new(),
            scope: None,
            from: text_of(value, "from").unwrap_or_default(),
            to: texts_of(value, "to"),
            place: place.clone(),
        };
        let statement = Statement {
            vulnerability: String::new(),
            aliases: Vec::new(),
            subjects: Vec::new(),
            status,
            justification: known,
            impact: text_of(value, "security_impactStatement"),
            action: text_of(value, "security_actionStatement"),
            own_words: if status.is_none() {
                Some(kind.to_owned())
            } else {
                justification.filter(|_| known.is_none())
            },
            at: text_of(value, "security_publishedTime"),
            place,
        };
        self.statements.push((link, statement));
    }

    /// Gives packages the digests and identifiers that they only reference.
    fn put_parts(&mut self) {
        for (index, id) in std::mem::take(&mut self.parts_of) {
            let Document { packages, notes, .. } = &mut self.document;
            let (Some(package), Some(part)) = (packages.get_mut(index), self.parts.get(&id)) else {
                continue;
            };
            if kind_of(part).as_deref() == Some("ExternalIdentifier") {
                package.identifiers.extend(identifier(part, notes));
            } else {
                package.checksums.extend(checksum(part));
            }
        }
    }

    /// Replaces identifiers by names, and relationships by the words of SPDX 2.
    fn finish(mut self) -> Document {
        self.put_parts();
        let mut document = self.document;
        for (prefix, id) in self.makers {
            let name = self.names.get(&id).cloned().unwrap_or(id);
            document.creators.push(format!("{prefix}{name}"));
        }
        for package in &mut document.packages {
            for party in [&mut package.supplier, &mut package.originator].into_iter().flatten() {
                if let Some(name) = self.names.get(party.as_str()) {
                    party.clone_from(name);
                }
            }
        }
        for root in self.roots {
            document.described.extend(self.boms.remove(&root).unwrap_or_else(|| vec![root]));
        }
        if document.described.is_empty() {
            document.described.extend(self.boms.values().flatten().cloned());
        }
        for (link, mut statement) in self.statements {
            statement.vulnerability = self.names.get(&link.from).cloned().unwrap_or(link.from);
            statement.subjects = link.to.into_iter().map(|id| Subject { id, ..Subject::default() }).collect();
            document.statements.push(statement);
        }
        inputs::take_out(&mut document, &self.links, &self.builds);
        licences(&mut document, &self.links, &self.licences);
        for link in self.links {
            translate(&mut document, link);
        }
        document
    }
}

/// Relationships to licence elements give the licences.
fn licences(document: &mut Document, links: &[Link], expressions: &HashMap<String, String>) {
    let mut concluded: HashMap<&str, String> = HashMap::new();
    let mut declared: HashMap<&str, String> = HashMap::new();
    for link in links {
        let list = match link.kind.as_str() {
            "hasConcludedLicense" => &mut concluded,
            "hasDeclaredLicense" => &mut declared,
            _ => continue,
        };
        for to in &link.to {
            let expression = expressions.get(to).map_or_else(|| individual(to), |text| text.as_str());
            let expressions = list.entry(&link.from).or_default();
            if !expressions.is_empty() {
                expressions.push_str(" AND ");
            }
            expressions.push_str(expression);
        }
    }
    for package in &mut document.packages {
        let id = package.id.as_deref().unwrap_or_default();
        package.concluded = concluded.get(id).cloned();
        package.declared = declared.get(id).cloned();
    }
    for file in &mut document.files {
        file.concluded = concluded.get(file.id.as_deref().unwrap_or_default()).cloned();
    }
}

/// The words of SPDX 3 for no assertion and none, by identifier; any other identifier stays.
fn individual(id: &str) -> &str {
    match id.rsplit('/').next() {
        Some("NoAssertionLicense" | "NoAssertionElement" | "expandedlicensing_NoAssertionLicense") => {
            "NOASSERTION"
        }
        Some("NoneLicense" | "NoneElement" | "expandedlicensing_NoneLicense") => "NONE",
        Some(_) | None => id,
    }
}

/// A relationship in the words of SPDX 2. A relationship without meaning for a bill keeps its own word and is counted later.
fn translate(document: &mut Document, link: Link) {
    let scope = link.scope.as_deref().unwrap_or_default();
    let (kind, turned) = match (link.kind.as_str(), scope) {
        ("hasConcludedLicense" | "hasDeclaredLicense", _) => return,
        ("dependsOn", "build") => ("BUILD_DEPENDENCY_OF", true),
        ("dependsOn", "test") => ("TEST_DEPENDENCY_OF", true),
        ("dependsOn", "development" | "design") => ("DEV_DEPENDENCY_OF", true),
        ("dependsOn" | "hasProvidedDependency", _) => ("DEPENDS_ON", false),
        ("hasOptionalDependency" | "hasOptionalComponent", _) => ("OPTIONAL_DEPENDENCY_OF", true),
        ("hasPrerequisite", _) => ("HAS_PREREQUISITE", false),
        ("hasDynamicLink", _) => ("DYNAMIC_LINK", false),
        ("hasStaticLink", _) => ("STATIC_LINK", false),
        ("contains", _) => ("CONTAINS", false),
        ("describes", _) => ("DESCRIBES", false),
        ("ancestorOf", _) => ("ANCESTOR_OF", false),
        ("descendantOf", _) => ("DESCENDANT_OF", false),
        ("hasVariant", _) => ("VARIANT_OF", true),
        ("patchedBy", _) => ("PATCH_FOR", true),
        ("usesTool", "build") => ("BUILD_TOOL_OF", true),
        ("usesTool", "test") => ("TEST_TOOL_OF", true),
        ("usesTool", _) => ("DEV_TOOL_OF", true),
        (other, _) => (other, false),
    };
    // The document itself describes nothing: the roots of a bill are the described elements.
    for to in link.to {
        let to = individual(&to).to_owned();
        let (from, to) = if turned { (to, link.from.clone()) } else { (link.from.clone(), to) };
        document.relationships.push(Relationship {
            from,
            kind: kind.to_owned(),
            to,
            place: link.place.clone(),
        });
    }
}

/// The digests inside an element; the identifiers of those elsewhere go to `parts_of`.
fn checksums(fields: &mut Fields<'_>, parts_of: &mut Vec<String>) -> Vec<Checksum> {
    let mut checksums = Vec::new();
    for (value, _) in fields.objects("verifiedUsing") {
        match value {
            Value::String(id) => parts_of.push(id),
            value => checksums.extend(checksum(&value)),
        }
    }
    checksums
}

fn checksum(value: &Value) -> Option<Checksum> {
    let algorithm = text_of(value, "algorithm")?.to_uppercase().replace('_', "-");
    Some(Checksum { algorithm, value: text_of(value, "hashValue")? })
}

fn identifier(value: &Value, notes: &mut Notes) -> Option<Identifier> {
    let word = text_of(value, "externalIdentifierType").unwrap_or_default();
    let kind = match word.as_str() {
        "packageUrl" | "purl" => IdentifierKind::Purl,
        "cpe22" | "cpe23" => IdentifierKind::Cpe,
        "swid" => IdentifierKind::Swid,
        _ => {
            notes.not_understood(&named("externalIdentifier[]", &word));
            return None;
        }
    };
    Some(Identifier { kind, value: text_of(value, "identifier")? })
}

fn justification(word: &str) -> Option<Justification> {
    Some(match word {
        "componentNotPresent" => Justification::ComponentNotPresent,
        "vulnerableCodeNotPresent" => Justification::VulnerableCodeNotPresent,
        "vulnerableCodeNotInExecutePath" => Justification::VulnerableCodeNotInExecutePath,
        "vulnerableCodeCannotBeControlledByAdversary" => {
            Justification::VulnerableCodeCannotBeControlledByAdversary
        }
        "inlineMitigationsAlreadyExist" => Justification::InlineMitigationsAlreadyExist,
        _ => return None,
    })
}

/// `operatingSystem` to `OPERATING-SYSTEM`.
fn purpose(word: &str) -> String {
    let mut upper = String::with_capacity(word.len() + 2);
    for letter in word.chars() {
        if letter.is_ascii_uppercase() {
            upper.push('-');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

fn text_of(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn texts_of(value: &Value, key: &str) -> Vec<String> {
    match value.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) | None => Vec::new(),
    }
}
