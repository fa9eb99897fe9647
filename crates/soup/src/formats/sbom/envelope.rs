//! Envelopes around a bill: DSSE, in-toto statements, and objects that contain only a bill.
//!
//! Signatures are not checked here; a remark reports that.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Deserialize;
use serde_json::value::RawValue;

use mainstay_base::decode;
use mainstay_base::note::{Gravity, Unreadable};

/// The content of an envelope.
pub(super) struct Opened {
    /// The inner document.
    pub(super) content: String,
    /// Remarks on the envelope.
    pub(super) remarks: Vec<(Gravity, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'t> {
    payload_type: Option<Cow<'t, str>>,
    payload: Option<Cow<'t, str>>,
    #[serde(default, borrow)]
    signatures: Vec<&'t RawValue>,
    predicate_type: Option<Cow<'t, str>>,
    #[serde(borrow)]
    predicate: Option<&'t RawValue>,
    #[serde(default)]
    subject: Vec<Subject>,
    #[serde(borrow)]
    sbom: Option<&'t RawValue>,
    #[serde(borrow)]
    bom: Option<&'t RawValue>,
    #[serde(borrow, rename = "Data")]
    data: Option<&'t RawValue>,
    #[serde(borrow, rename = "dsseEnvelope")]
    dsse: Option<&'t RawValue>,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    name: String,
}

/// Opens one envelope. In a file of one JSON document per line, it opens the first one and reports the others.
pub(super) fn open(text: &str) -> Result<Opened, Unreadable> {
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Envelope<'_>>();
    let wrong = |error: serde_json::Error| {
        Unreadable::at(format!("line {}", error.line()), format!("damaged envelope: {error}"))
    };
    let Some(first) = documents.next() else {
        return Err(Unreadable::at("document", "the envelope is empty"));
    };
    let mut opened = inside(first.map_err(wrong)?)?;
    let others = documents.flatten().count();
    if others > 0 {
        let remark = format!("{others} more envelopes follow in the same file; only the first one was read");
        opened.remarks.push((Gravity::Refused, remark));
    }
    Ok(opened)
}

fn inside(envelope: Envelope<'_>) -> Result<Opened, Unreadable> {
    if let Some(payload) = &envelope.payload {
        let bytes = STANDARD.decode(payload.trim()).or_else(|_| URL_SAFE.decode(payload.trim()));
        let bytes = bytes.map_err(|error| Unreadable::at("$.payload", format!("not base64: {error}")))?;
        let content = decode::text(&bytes)
            .map_err(|refused| Unreadable::at(format!("$.payload, {}", refused.place), refused.reason))?;
        let kind = envelope.payload_type.as_deref().unwrap_or("of unknown type");
        let remark = format!(
            "the document was in a signed envelope (DSSE, {kind}, signatures: {}); the signature was not checked",
            envelope.signatures.len()
        );
        return Ok(Opened { content: content.into_owned(), remarks: vec![(Gravity::Warning, remark)] });
    }
    if let Some(predicate) = envelope.predicate {
        let kind = envelope.predicate_type.as_deref().unwrap_or("of unknown type");
        let about: Vec<String> = envelope.subject.into_iter().map(|subject| subject.name).collect();
        let remark = format!(
            "in-toto statement ({kind}) about {}",
            if about.is_empty() { "nothing".to_owned() } else { about.join(", ") }
        );
        return Ok(Opened { content: unquoted(predicate)?, remarks: vec![(Gravity::Info, remark)] });
    }
    match envelope.sbom.or(envelope.bom).or(envelope.data).or(envelope.dsse) {
        Some(inner) => Ok(Opened { content: unquoted(inner)?, remarks: Vec::new() }),
        None => Err(Unreadable::at("document", "the envelope contains no document")),
    }
}

/// A document may be in its envelope as JSON or as a text.
fn unquoted(raw: &RawValue) -> Result<String, Unreadable> {
    if raw.get().starts_with('"') {
        serde_json::from_str(raw.get()).map_err(|error| Unreadable::at("envelope", error.to_string()))
    } else {
        Ok(raw.get().to_owned())
    }
}
