//! The objects of CycloneDX 1.0 to 1.7 and 2.0 as far as they are read here, according to the specification.
//!
//! Only descriptions belong here. Fields without meaning for a SOUP register are listed as `unread`, so that they are known and counted.

use super::TWO;
use super::check::{licence_has_one_name, licence_or_expression, licences_do_not_mix, of_component};
use super::shape::{Format, Shape, Xml, flag, formed, number, object, objects, text, texts, tools, unread};
use super::words::{
    ACKNOWLEDGEMENTS, AFFECTED, ALGORITHMS, BOM_FORMATS, COMPONENT_TYPES, ENCODINGS, FLOWS, ISSUE_TYPES,
    JUSTIFICATIONS, PATCH_TYPES, REFERENCE_TYPES, RESPONSES, SCOPES, STATES,
};

/// An object without text, rule or name of its own.
const PLAIN: Shape = Shape { name: "", fields: &[], text: None, closed_since: 4, rule: None };

/// The document.
pub(super) static ROOT: Shape = Shape {
    name: "$",
    fields: &[
        text("$schema").since(4),
        formed("bomFormat", Format::Word(BOM_FORMATS)).until(7).asked(),
        formed("specFormat", Format::Word(BOM_FORMATS)).since(TWO).asked(),
        text("specVersion").asked(),
        formed("serialNumber", Format::Serial),
        number("version").asked_between(0, 4),
        object("metadata", &METADATA).since(2),
        objects("components", &COMPONENT),
        objects("services", &SERVICE).since(2),
        objects("externalReferences", &EXTERNAL_REFERENCE).since(1).only_checked(),
        objects("dependencies", &DEPENDENCY).since(1),
        unread("compositions").since(3),
        objects("vulnerabilities", &VULNERABILITY).since(4),
        unread("annotations").since(5),
        unread("formulation").since(5),
        unread("declarations").since(6),
        unread("definitions").since(6),
        objects("properties", &PROPERTY).since(3).only_checked(),
        unread("citations").since(7),
        unread("signature").since(4),
    ],
    ..PLAIN
};

pub(super) static METADATA: Shape = Shape {
    name: "metadata",
    fields: &[
        formed("timestamp", Format::DateTime),
        unread("lifecycles").since(5),
        tools("tools"),
        objects("authors", &CONTACT),
        object("component", &COMPONENT),
        object("manufacture", &ENTITY).until(7),
        object("manufacturer", &ENTITY).since(6),
        object("supplier", &ENTITY),
        objects("licenses", &LICENCE_CHOICE).xml(Xml::Choice).since(3).only_checked(),
        objects("properties", &PROPERTY).since(3).only_checked(),
        unread("distributionConstraints").since(7),
    ],
    rule: Some(licences_do_not_mix),
    ..PLAIN
};

pub(super) static TOOL: Shape = Shape {
    name: "metadata.tools[]",
    fields: &[
        text("vendor"),
        text("name"),
        text("version"),
        objects("hashes", &HASH).only_checked(),
        objects("externalReferences", &EXTERNAL_REFERENCE).since(4).only_checked(),
    ],
    ..PLAIN
};

pub(super) static TOOLS: Shape = Shape {
    name: "metadata.tools",
    fields: &[objects("components", &COMPONENT).since(5), objects("services", &SERVICE).since(5)],
    closed_since: 5,
    ..PLAIN
};

pub(super) static COMPONENT: Shape = Shape {
    name: "components[]",
    fields: &[
        formed("type", Format::Word(COMPONENT_TYPES)).asked(),
        formed("mime-type", Format::Mime).only_checked(),
        formed("bom-ref", Format::Filled),
        object("supplier", &ENTITY),
        object("manufacturer", &ENTITY).since(6),
        objects("authors", &CONTACT).since(6),
        text("author").until(7),
        text("publisher"),
        text("group"),
        formed("name", Format::Filled).vital(),
        text("version").asked_between(0, 3),
        text("versionRange").since(7),
        flag("isExternal").since(7),
        text("description"),
        formed("scope", Format::Word(SCOPES)),
        objects("hashes", &HASH),
        objects("licenses", &LICENCE_CHOICE).xml(Xml::Choice),
        text("copyright"),
        text("cpe"),
        text("purl"),
        texts("omniborId", Format::Any).xml(Xml::Repeated).since(6).only_checked(),
        texts("swhid", Format::Any).xml(Xml::Repeated).since(6).only_checked(),
        object("swid", &SWID),
        flag("modified").until(7).only_checked(),
        object("pedigree", &PEDIGREE).since(1),
        objects("externalReferences", &EXTERNAL_REFERENCE).since(1),
        objects("components", &COMPONENT),
        unread("evidence").since(3),
        unread("releaseNotes").since(4),
        unread("modelCard").since(5),
        unread("data").since(5),
        unread("cryptoProperties").since(6),
        objects("properties", &PROPERTY).since(3).only_checked(),
        unread("tags").since(6),
        unread("patentAssertions").since(7),
        unread("signature").since(4),
    ],
    rule: Some(of_component),
    ..PLAIN
};

pub(super) static SERVICE: Shape = Shape {
    name: "services[]",
    fields: &[
        formed("bom-ref", Format::Filled),
        object("provider", &ENTITY),
        text("group"),
        formed("name", Format::Filled).vital(),
        text("version"),
        text("description"),
        texts("endpoints", Format::Uri),
        flag("authenticated").only_checked(),
        flag("x-trust-boundary").only_checked(),
        text("trustZone").since(5).only_checked(),
        objects("data", &SERVICE_DATA).xml(Xml::Deep("classification")).only_checked(),
        objects("licenses", &LICENCE_CHOICE).xml(Xml::Choice),
        objects("externalReferences", &EXTERNAL_REFERENCE),
        objects("services", &SERVICE),
        unread("releaseNotes").since(4),
        objects("properties", &PROPERTY).since(3).only_checked(),
        unread("tags").since(6),
        unread("patentAssertions").since(7),
        unread("signature").since(4),
    ],
    rule: Some(licences_do_not_mix),
    ..PLAIN
};

static SERVICE_DATA: Shape = Shape {
    name: "services[].data[]",
    fields: &[
        formed("flow", Format::Word(FLOWS)).asked(),
        text("classification").asked(),
        text("name").since(5),
        text("description").since(5),
        unread("governance").since(5),
        texts("source", Format::Uri).since(5),
        texts("destination", Format::Uri).since(5),
    ],
    text: Some("classification"),
    ..PLAIN
};

static ENTITY: Shape = Shape {
    name: "supplier",
    fields: &[
        formed("bom-ref", Format::Filled).since(5),
        text("name"),
        unread("address").since(6),
        texts("url", Format::Uri).xml(Xml::Repeated).only_checked(),
        objects("contact", &CONTACT).xml(Xml::Repeated).only_checked(),
    ],
    ..PLAIN
};

static CONTACT: Shape = Shape {
    name: "contact",
    fields: &[
        formed("bom-ref", Format::Filled).since(5),
        text("name"),
        formed("email", Format::Email),
        text("phone").only_checked(),
    ],
    ..PLAIN
};

static HASH: Shape = Shape {
    name: "hashes[]",
    fields: &[
        formed("alg", Format::StrictWord(ALGORITHMS)).vital(),
        formed("content", Format::Digest).vital(),
    ],
    text: Some("content"),
    ..PLAIN
};

static LICENCE_CHOICE: Shape = Shape {
    name: "licenses[]",
    fields: &[
        object("license", &LICENCE),
        text("expression"),
        formed("acknowledgement", Format::Word(ACKNOWLEDGEMENTS)).since(6).only_checked(),
        formed("bom-ref", Format::Filled).since(5),
        unread("expressionDetails").since(7),
        unread("licensing").since(7),
        objects("properties", &PROPERTY).since(7).only_checked(),
    ],
    text: Some("expression"),
    rule: Some(licence_or_expression),
    ..PLAIN
};

static LICENCE: Shape = Shape {
    name: "licenses[].license",
    fields: &[
        formed("bom-ref", Format::Filled).since(5),
        formed("id", Format::LicenceId),
        text("name"),
        formed("acknowledgement", Format::Word(ACKNOWLEDGEMENTS)).since(6).only_checked(),
        object("text", &ATTACHMENT).only_checked(),
        formed("url", Format::Uri).only_checked(),
        unread("licensing").since(5),
        objects("properties", &PROPERTY).since(5).only_checked(),
    ],
    rule: Some(licence_has_one_name),
    ..PLAIN
};

static ATTACHMENT: Shape = Shape {
    name: "attachment",
    fields: &[text("contentType"), formed("encoding", Format::Word(ENCODINGS)), text("content").asked()],
    text: Some("content"),
    ..PLAIN
};

static SWID: Shape = Shape {
    name: "components[].swid",
    fields: &[
        formed("tagId", Format::Filled).vital(),
        text("name").asked(),
        text("version").only_checked(),
        number("tagVersion").only_checked(),
        flag("patch").only_checked(),
        object("text", &ATTACHMENT).only_checked(),
        formed("url", Format::Uri).only_checked(),
    ],
    ..PLAIN
};

static PEDIGREE: Shape = Shape {
    name: "components[].pedigree",
    fields: &[
        objects("ancestors", &COMPONENT),
        objects("descendants", &COMPONENT),
        objects("variants", &COMPONENT),
        objects("commits", &COMMIT),
        objects("patches", &PATCH).since(2),
        text("notes"),
    ],
    ..PLAIN
};

static COMMIT: Shape = Shape {
    name: "components[].pedigree.commits[]",
    fields: &[
        text("uid"),
        formed("url", Format::Uri),
        object("author", &ACTION).only_checked(),
        object("committer", &ACTION).only_checked(),
        text("message"),
    ],
    ..PLAIN
};

static ACTION: Shape = Shape {
    name: "components[].pedigree.commits[].author",
    fields: &[formed("timestamp", Format::DateTime), text("name"), formed("email", Format::Email)],
    ..PLAIN
};

static PATCH: Shape = Shape {
    name: "components[].pedigree.patches[]",
    fields: &[
        formed("type", Format::Word(PATCH_TYPES)).asked(),
        object("diff", &DIFF),
        objects("resolves", &ISSUE),
    ],
    ..PLAIN
};

static DIFF: Shape = Shape {
    name: "components[].pedigree.patches[].diff",
    fields: &[object("text", &ATTACHMENT).only_checked(), formed("url", Format::Uri)],
    ..PLAIN
};

static ISSUE: Shape = Shape {
    name: "components[].pedigree.patches[].resolves[]",
    fields: &[
        formed("type", Format::Word(ISSUE_TYPES)).asked(),
        text("id"),
        text("name"),
        text("description").only_checked(),
        object("source", &SOURCE).only_checked(),
        texts("references", Format::Uri).only_checked(),
    ],
    ..PLAIN
};

static SOURCE: Shape = Shape { name: "source", fields: &[text("name"), formed("url", Format::Uri)], ..PLAIN };

static EXTERNAL_REFERENCE: Shape = Shape {
    name: "externalReferences[]",
    fields: &[
        formed("url", Format::Uri).vital(),
        text("comment").only_checked(),
        formed("type", Format::Word(REFERENCE_TYPES)).asked(),
        objects("hashes", &HASH).since(3),
        objects("properties", &PROPERTY).since(7).only_checked(),
    ],
    ..PLAIN
};

static PROPERTY: Shape = Shape {
    name: "properties[]",
    fields: &[text("name").asked_between(6, u8::MAX), text("value")],
    text: Some("value"),
    closed_since: 6,
    ..PLAIN
};

pub(super) static DEPENDENCY: Shape = Shape {
    name: "dependencies[]",
    fields: &[
        formed("ref", Format::Filled).vital(),
        texts("dependsOn", Format::Filled).xml(Xml::Refs("dependency")),
        texts("provides", Format::Filled).xml(Xml::Refs("provides")).since(6).only_checked(),
    ],
    ..PLAIN
};

pub(super) static VULNERABILITY: Shape = Shape {
    name: "vulnerabilities[]",
    fields: &[
        formed("bom-ref", Format::Filled),
        text("id"),
        object("source", &SOURCE).only_checked(),
        objects("references", &VULNERABILITY_REFERENCE),
        unread("ratings"),
        unread("cwes"),
        text("description").only_checked(),
        text("detail").only_checked(),
        text("recommendation"),
        text("workaround").since(5),
        unread("proofOfConcept").since(5),
        unread("advisories"),
        formed("created", Format::DateTime).only_checked(),
        formed("published", Format::DateTime),
        formed("updated", Format::DateTime),
        formed("rejected", Format::DateTime).since(5).only_checked(),
        unread("credits"),
        unread("tools"),
        object("analysis", &ANALYSIS),
        objects("affects", &TARGET),
        objects("properties", &PROPERTY).only_checked(),
    ],
    ..PLAIN
};

static VULNERABILITY_REFERENCE: Shape = Shape {
    name: "vulnerabilities[].references[]",
    fields: &[text("id").asked(), object("source", &SOURCE).asked().only_checked()],
    ..PLAIN
};

static ANALYSIS: Shape = Shape {
    name: "vulnerabilities[].analysis",
    fields: &[
        formed("state", Format::Word(STATES)),
        formed("justification", Format::Word(JUSTIFICATIONS)),
        texts("response", Format::Word(RESPONSES)),
        texts("responses", Format::Word(RESPONSES)),
        text("detail"),
        formed("firstIssued", Format::DateTime).since(5),
        formed("lastUpdated", Format::DateTime).since(5),
    ],
    ..PLAIN
};

static TARGET: Shape = Shape {
    name: "vulnerabilities[].affects[]",
    fields: &[formed("ref", Format::Filled).vital(), objects("versions", &TARGET_VERSION)],
    ..PLAIN
};

static TARGET_VERSION: Shape = Shape {
    name: "vulnerabilities[].affects[].versions[]",
    fields: &[text("version"), text("range"), formed("status", Format::Word(AFFECTED))],
    ..PLAIN
};
