//! The parts of a token: CMS signed data (RFC 5652) whose content states a time (RFC 3161).
//!
//! Certificates and signed attributes are kept as the bytes that were signed, so that nothing depends on how they would be written
//! again.

use chrono::NaiveDateTime;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode as _, Encode as _, Reader as _, SliceReader, Tag, TagNumber};
use sha1::{Digest as _, Sha1};
use x509_cert::Certificate;

use super::{CERTIFICATES_MAX, SHA256, certificate, digest};
use crate::time::Moment;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// With the usual room for its digits, which a reader cannot infer.
pub(super) type Oid = ObjectIdentifier;

pub(super) const ZERO: TagNumber = TagNumber(0);

/// The answer of an authority besides the token.
pub struct Status {
    code: u8,
    text: String,
}

impl Status {
    pub const fn granted(&self) -> bool {
        matches!(self.code, 0 | 1)
    }

    pub fn words(&self) -> String {
        let meaning = match self.code {
            0 | 1 => "it says “granted”, but the reply contains none",
            2 => "it rejected the query",
            3 => "it is waiting; try again later",
            4 | 5 => "it warns of a revocation",
            _ => "its answer is not known",
        };
        if self.text.is_empty() { meaning.to_owned() } else { format!("{meaning} (“{}”)", self.text) }
    }
}

/// Reads the status of a reply.
pub fn status(reader: &mut SliceReader<'_>) -> der::Result<Status> {
    reader.sequence(|inner: &mut SliceReader<'_>| {
        let code = u8::decode(inner)?;
        let mut text = String::new();
        if !inner.is_finished() && Tag::peek(inner)? == Tag::Sequence {
            inner.sequence(|texts| -> der::Result<()> {
                while !texts.is_finished() {
                    let part = AnyRef::decode(texts)?;
                    text.push_str(&String::from_utf8_lossy(part.value()));
                }
                Ok(())
            })?;
        }
        skip_rest(inner)?;
        // Text of a stranger that is shown to a person: nothing that moves other text.
        let moves = |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        text.retain(|letter| !letter.is_control() && !moves(letter));
        Ok(Status { code, text: text.chars().take(200).collect() })
    })
}

pub(super) fn skip_rest(reader: &mut SliceReader<'_>) -> der::Result<()> {
    while !reader.is_finished() {
        reader.tlv_bytes()?;
    }
    Ok(())
}

/// A number without its leading zeros, as bytes.
pub fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// A token, with everything that its check needs.
pub struct Signed<'a> {
    /// The content that was signed: the bytes of `TSTInfo`.
    pub content: &'a [u8],
    /// All certificates that came with it, DER.
    pub certificates: Vec<&'a [u8]>,
    /// The certificate of the signer.
    pub signer: Certificate,
    /// The same, DER.
    pub signer_der: &'a [u8],
    /// The digest algorithm of the signature.
    pub digest: ObjectIdentifier,
    /// The signature algorithm.
    pub algorithm: ObjectIdentifier,
    /// What is signed: the attributes as a set.
    pub attributes: Vec<u8>,
    /// The digest of the content, which the attributes name.
    pub message_digest: Vec<u8>,
    /// The digests of certificates that the attributes name, each with its algorithm; `None` for SHA-1.
    named: Vec<(Option<ObjectIdentifier>, Vec<u8>)>,
    /// The signature.
    pub signature: &'a [u8],
}

/// What is signed about the content and the signer.
#[derive(Default)]
struct Attributes {
    content_type: Option<ObjectIdentifier>,
    message_digest: Option<Vec<u8>>,
    /// The first digest of each attribute that names certificates is that of the signer's.
    names_signer: Option<bool>,
    named: Vec<(Option<ObjectIdentifier>, Vec<u8>)>,
}

/// The only signer of a token.
struct Signer<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    digest: ObjectIdentifier,
    attributes: &'a [u8],
    algorithm: ObjectIdentifier,
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub fn read(token: &'a [u8]) -> Result<Self, String> {
        let unreadable = |error: der::Error| format!("the time stamp cannot be read: {error}");
        let (content, certificates, signers) = signed_data(token).map_err(unreadable)?;
        let [signer] = signers.as_slice() else {
            return Err(format!("the time stamp has {} signatures; it must have one", signers.len()));
        };
        let signer = signer_info(signer).map_err(unreadable)?;
        let found = certificates.iter().find_map(|der| {
            let (serial, issuer) = certificate::serial_and_issuer(der).ok()?;
            (serial == signer.serial && issuer == signer.issuer).then_some(*der)
        });
        let found = found
            .map(|der| Certificate::from_der(der).map(|read| (der, read)))
            .transpose()
            .map_err(unreadable)?;
        let Some((signer_der, certificate)) = found else {
            return Err("the time stamp does not contain the certificate of its signer".to_owned());
        };
        let attributes = attributes(signer.attributes, signer_der).map_err(unreadable)?;
        if attributes.content_type != Some(CONTENT) {
            return Err("its signature does not say that it signs a time stamp".to_owned());
        }
        if attributes.names_signer != Some(true) {
            return Err("its signature does not name the certificate of its signer".to_owned());
        }
        // What is signed has the tag of a set, while the token has that of its place (RFC 5652 5.4).
        let mut set = signer.attributes.to_vec();
        if let Some(tag) = set.first_mut() {
            *tag = 0x31;
        }
        Ok(Self {
            content,
            certificates,
            signer: certificate,
            signer_der,
            digest: signer.digest,
            algorithm: signer.algorithm,
            attributes: set,
            message_digest: attributes.message_digest.unwrap_or_default(),
            named: attributes.named,
            signature: signer.signature,
        })
    }

    /// The certificate may be used for nothing but time stamps, and says that this matters (RFC 3161 2.3).
    pub fn refuse_other_purposes(&self) -> Result<(), String> {
        if certificate::is_for_time_stamps(&self.signer) {
            return Ok(());
        }
        Err("the signer's certificate is not one for time stamps alone".to_owned())
    }

    /// Every certificate that the attributes name is one of the path to the trusted one.
    pub fn refuse_other_certificates(&self, path: &[&[u8]]) -> Result<(), String> {
        let is_in_path = |(algorithm, named): &(Option<ObjectIdentifier>, Vec<u8>)| {
            path.iter().any(|der| match algorithm {
                None => *named == Sha1::digest(der).as_slice(),
                Some(algorithm) => digest(*algorithm, der).is_some_and(|own| own == *named),
            })
        };
        if self.named.iter().all(is_in_path) {
            return Ok(());
        }
        Err("its signature names a certificate that does not lead to the trusted one; trust the root instead"
            .to_owned())
    }

    /// Whether the content states the signer as the authority, or none.
    pub fn is_stated_by(&self, authority: Option<&[u8]>) -> bool {
        let subject = self.signer.tbs_certificate().subject().to_der();
        authority.is_none_or(|authority| subject.is_ok_and(|subject| subject == authority))
    }
}

type Parts<'a> = (&'a [u8], Vec<&'a [u8]>, Vec<&'a [u8]>);

/// The content, the certificates and the signers of a token.
fn signed_data(token: &[u8]) -> der::Result<Parts<'_>> {
    let mut reader = SliceReader::new(token)?;
    let parts = reader.sequence(|outer| {
        expect(outer, SIGNED_DATA)?;
        explicit(outer, ZERO, |inner| {
            inner.sequence(|data| {
                u8::decode(data)?;
                let digests = members(data.tlv_bytes()?, Tag::Set)?;
                let content = encapsulated(data)?;
                let certificates = match Tag::peek(data)? {
                    tag if tag == context(ZERO) => members(data.tlv_bytes()?, context(ZERO))?,
                    _ => Vec::new(),
                };
                for certificate in &certificates {
                    Certificate::from_der(certificate)?;
                }
                // Lists of revoked certificates are not read, and nobody would notice what else stands in their place.
                let signers = members(data.tlv_bytes()?, Tag::Set)?;
                for signer in &signers {
                    names_digest(signer, &digests)?;
                }
                Ok((content, certificates, signers))
            })
        })
    })?;
    reader.finish()?;
    Ok(parts)
}

pub(super) const fn context(number: TagNumber) -> Tag {
    Tag::ContextSpecific { constructed: true, number }
}

fn expect(reader: &mut SliceReader<'_>, wanted: ObjectIdentifier) -> der::Result<()> {
    if Oid::decode(reader)? == wanted {
        Ok(())
    } else {
        Err(reader.error(der::ErrorKind::OidUnknown { oid: wanted }))
    }
}

/// Reads what stands within an explicit tag.
fn explicit<'a, T>(
    reader: &mut SliceReader<'a>,
    number: TagNumber,
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<T> {
    let any = AnyRef::decode(reader)?;
    if any.header().tag() != context(number) {
        return Err(any.header().tag().unexpected_error(Some(context(number))).into());
    }
    let mut inner = SliceReader::new(any.value())?;
    let read = read(&mut inner)?;
    inner.finish()?;
    Ok(read)
}

/// The content of signed data, which must state a time.
fn encapsulated<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    reader.sequence(|inner| {
        expect(inner, CONTENT)?;
        explicit(inner, ZERO, |octets| Ok(<&OctetStringRef>::decode(octets)?.as_bytes()))
    })
}

/// The members of a set with this tag, each as it stands.
fn members(set: &[u8], tag: Tag) -> der::Result<Vec<&[u8]>> {
    let any = AnyRef::from_der(set)?;
    if any.header().tag() != tag {
        return Err(any.header().tag().unexpected_error(Some(tag)).into());
    }
    let mut reader = SliceReader::new(any.value())?;
    let mut members = Vec::new();
    while !reader.is_finished() && members.len() < CERTIFICATES_MAX {
        members.push(reader.tlv_bytes()?);
    }
    reader.finish()?;
    Ok(members)
}

/// The digest algorithm of a signer stands in the list of them.
fn names_digest(signer: &[u8], digests: &[&[u8]]) -> der::Result<()> {
    let own = signer_info(signer)?.digest;
    for listed in digests {
        let mut reader = SliceReader::new(listed)?;
        if algorithm(&mut reader)? == own {
            return Ok(());
        }
    }
    Err(der::ErrorKind::OidUnknown { oid: own }.into())
}

fn signer_info(bytes: &[u8]) -> der::Result<Signer<'_>> {
    let mut reader = SliceReader::new(bytes)?;
    reader.sequence(|info| {
        u8::decode(info)?;
        let (issuer, serial) = info.sequence(|id| Ok::<_, der::Error>((id.tlv_bytes()?, id.tlv_bytes()?)))?;
        let digest = algorithm(info)?;
        let attributes = info.tlv_bytes()?;
        let algorithm = algorithm(info)?;
        let signature = <&OctetStringRef>::decode(info)?.as_bytes();
        // Nothing may follow: it would not be signed, and anybody could change it.
        Ok(Signer { issuer, serial, digest, attributes, algorithm, signature })
    })
}

/// An algorithm without its parameters.
fn algorithm(reader: &mut SliceReader<'_>) -> der::Result<ObjectIdentifier> {
    reader.sequence(|inner| {
        let oid = Oid::decode(inner)?;
        skip_rest(inner)?;
        Ok(oid)
    })
}

fn attributes(bytes: &[u8], signer: &[u8]) -> der::Result<Attributes> {
    let mut found = Attributes::default();
    let mut seen = Vec::new();
    for member in members(bytes, context(ZERO))? {
        let mut reader = SliceReader::new(member)?;
        let (name, values) = reader.sequence(|attribute| {
            Ok::<_, der::Error>((Oid::decode(attribute)?, members(attribute.tlv_bytes()?, Tag::Set)?))
        })?;
        if seen.contains(&name) {
            return Err(der::ErrorKind::Value { tag: Tag::Set }.into());
        }
        seen.push(name);
        let [value] = values.as_slice() else { continue };
        match name {
            CONTENT_TYPE => found.content_type = Some(Oid::from_der(value)?),
            MESSAGE_DIGEST => {
                found.message_digest = Some(<&OctetStringRef>::from_der(value)?.as_bytes().to_vec());
            }
            SIGNING_CERTIFICATE | SIGNING_CERTIFICATE_V2 => {
                let newer = name == SIGNING_CERTIFICATE_V2;
                let named = named_certificates(value)?;
                let named = named
                    .into_iter()
                    .map(|(algorithm, digest)| (newer.then(|| algorithm.unwrap_or(SHA256)), digest.to_vec()));
                let named: Vec<_> = named.collect();
                let is_signer = named.first().is_some_and(|(algorithm, named)| match algorithm {
                    None => *named == Sha1::digest(signer).as_slice(),
                    Some(algorithm) => digest(*algorithm, signer).is_some_and(|own| own == *named),
                });
                found.names_signer = Some(is_signer && found.names_signer.unwrap_or(true));
                found.named.extend(named);
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The digests of the certificates that an attribute names, each with its algorithm if that is stated (RFC 2634, RFC 5035).
fn named_certificates(value: &[u8]) -> der::Result<Vec<(Option<ObjectIdentifier>, &[u8])>> {
    let mut reader = SliceReader::new(value)?;
    reader.sequence(|attribute| {
        let named = attribute.sequence(|certificates| {
            let mut named = Vec::new();
            while !certificates.is_finished() {
                named.push(certificates.sequence(|entry| {
                    let stated = Tag::peek(entry)? == Tag::Sequence;
                    let algorithm = if stated { Some(algorithm(entry)?) } else { None };
                    let digest = <&OctetStringRef>::decode(entry)?.as_bytes();
                    skip_rest(entry)?;
                    Ok::<_, der::Error>((algorithm, digest))
                })?);
            }
            Ok::<_, der::Error>(named)
        })?;
        skip_rest(attribute)?;
        Ok(named)
    })
}

/// The content of a token: `TSTInfo`.
pub struct Content<'a> {
    /// The stated time, truncated to the second.
    pub at: Moment,
    /// The stated digest.
    pub sha256: [u8; 32],
    /// The number of the query, without leading zeros.
    pub nonce: Option<&'a [u8]>,
    /// The name of the authority as it stands, if the content states it.
    pub authority: Option<&'a [u8]>,
}

impl<'a> Content<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let unreadable = |error: der::Error| format!("the content of the time stamp cannot be read: {error}");
        let mut reader = SliceReader::new(bytes).map_err(unreadable)?;
        let (algorithm, digest, time, nonce, authority) = reader
            .sequence(|info: &mut SliceReader<'a>| {
                let version = u8::decode(info)?;
                if version != 1 {
                    return Err(info.error(der::ErrorKind::Value { tag: Tag::Integer }));
                }
                info.tlv_bytes()?;
                let (algorithm, digest) = info.sequence(|imprint| {
                    let algorithm = algorithm(imprint)?;
                    Ok::<_, der::Error>((algorithm, <&OctetStringRef>::decode(imprint)?.as_bytes()))
                })?;
                info.tlv_bytes()?;
                let time = AnyRef::decode(info)?;
                let (mut nonce, mut authority) = (None, None);
                while !info.is_finished() {
                    match Tag::peek(info)? {
                        Tag::Integer => nonce = Some(UintRef::decode(info)?.as_bytes()),
                        tag if tag == context(ZERO) => {
                            authority = Some(explicit(info, ZERO, |name| {
                                // A name of a directory, or a kind of name that no certificate has as its subject.
                                explicit(name, TagNumber(4), |name| name.tlv_bytes())
                            })?);
                        }
                        _ => {
                            info.tlv_bytes()?;
                        }
                    }
                }
                Ok::<_, der::Error>((algorithm, digest, time, nonce, authority))
            })
            .and_then(|found| reader.finish().map(|()| found))
            .map_err(unreadable)?;
        if algorithm != SHA256 {
            return Err(format!("the time stamp is on a digest by {algorithm}, not on a SHA-256"));
        }
        let sha256 =
            digest.try_into().map_err(|_| "the digest of the time stamp is no SHA-256".to_owned())?;
        Ok(Self { at: generalized_time(time)?, sha256, nonce, authority })
    }
}

/// `YYYYMMDDhhmmssZ`, with any fraction of a second (RFC 3161 2.4.2), within the years of a record.
fn generalized_time(time: AnyRef<'_>) -> Result<Moment, String> {
    let wrong = || "the stated time cannot be read".to_owned();
    let text = std::str::from_utf8(time.value()).unwrap_or_default();
    let (seconds, fraction) = text
        .strip_suffix('Z')
        .map(|text| text.split_once('.').unwrap_or((text, "0")))
        .filter(|_| time.header().tag() == Tag::GeneralizedTime)
        .ok_or_else(wrong)?;
    if seconds.len() != 14 || !is_digits(seconds) || !is_digits(fraction) || seconds.ends_with("60") {
        return Err(wrong());
    }
    let at = NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S").map_err(|_| wrong())?;
    Moment::parse(&at.and_utc().to_rfc3339()).map_err(|_| "the stated time is not of this century".to_owned())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
