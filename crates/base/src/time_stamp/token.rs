//! The parts of a token: CMS signed data (RFC 5652) whose content states a time (RFC 3161).
//!
//! Certificates and signed attributes are kept as the bytes that were signed, so that nothing depends on how they would be written
//! again.

use chrono::NaiveDateTime;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber};
use sha1::{Digest as _, Sha1};
use x509_cert::Certificate;

use super::{CERTIFICATES_MAX, SHA256, TIME_STAMPING, digest};
use crate::time::Moment;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// With the usual room for its digits, which a reader cannot infer.
type Oid = ObjectIdentifier;

const ZERO: TagNumber = TagNumber(0);

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
        // Text of a stranger that is shown to a person.
        text.retain(|letter| !letter.is_control());
        Ok(Status { code, text: text.chars().take(200).collect() })
    })
}

fn skip_rest(reader: &mut SliceReader<'_>) -> der::Result<()> {
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
    /// The signature.
    pub signature: &'a [u8],
}

/// What is signed about the content and the signer.
#[derive(Default)]
struct Attributes {
    content_type: Option<ObjectIdentifier>,
    message_digest: Option<Vec<u8>>,
    /// Whether the certificate that an attribute names is the signer's.
    names_signer: Option<bool>,
    /// The same in the older attribute, which names it by SHA-1.
    names_by_sha1: Option<bool>,
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
            let certificate = Certificate::from_der(der).ok()?;
            let (serial, issuer) = serial_and_issuer(der).ok()?;
            (serial == signer.serial && issuer == signer.issuer).then_some((*der, certificate))
        });
        let Some((signer_der, certificate)) = found else {
            return Err("the time stamp does not contain the certificate of its signer".to_owned());
        };
        let attributes = attributes(signer.attributes, signer_der).map_err(unreadable)?;
        if attributes.content_type != Some(CONTENT) {
            return Err("its signature does not say that it signs a time stamp".to_owned());
        }
        if attributes.names_signer.or(attributes.names_by_sha1) != Some(true) {
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
            signature: signer.signature,
        })
    }

    /// The certificate may be used for nothing but time stamps, and says that this matters (RFC 3161 2.3).
    pub fn refuse_other_purposes(&self) -> Result<(), String> {
        let extensions = self.signer.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default();
        let only = extensions.iter().any(|extension| {
            let value = extension.extn_value.as_bytes();
            let purposes = SliceReader::new(value).and_then(|mut reader| {
                reader.sequence(|inner| {
                    let mut purposes = Vec::new();
                    while !inner.is_finished() {
                        purposes.push(Oid::decode(inner)?);
                    }
                    Ok::<_, der::Error>(purposes)
                })
            });
            extension.extn_id == EXTENDED_KEY_USAGE
                && extension.critical
                && purposes
                    .is_ok_and(|found| matches!(found.as_slice(), [one] if one.as_bytes() == TIME_STAMPING))
        });
        if only {
            Ok(())
        } else {
            Err("the signer's certificate is not one for time stamps alone".to_owned())
        }
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
                // The list of digest algorithms; the signer names its own.
                data.tlv_bytes()?;
                let content = encapsulated(data)?;
                let certificates = match Tag::peek(data)? {
                    tag if tag == context(ZERO) => members(data.tlv_bytes()?)?,
                    _ => Vec::new(),
                };
                if Tag::peek(data)? == context(TagNumber(1)) {
                    data.tlv_bytes()?;
                }
                let signers = members(data.tlv_bytes()?)?;
                Ok((content, certificates, signers))
            })
        })
    })?;
    reader.finish()?;
    Ok(parts)
}

const fn context(number: TagNumber) -> Tag {
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

/// The members of a set, each as it stands.
fn members(set: &[u8]) -> der::Result<Vec<&[u8]>> {
    let any = AnyRef::from_der(set)?;
    let mut reader = SliceReader::new(any.value())?;
    let mut members = Vec::new();
    while !reader.is_finished() && members.len() < CERTIFICATES_MAX {
        members.push(reader.tlv_bytes()?);
    }
    reader.finish()?;
    Ok(members)
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
        // What follows is not signed.
        skip_rest(info)?;
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

/// Serial number and issuer of a certificate, as they stand.
fn serial_and_issuer(certificate: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(certificate)?;
    reader.sequence(|outer| {
        let found = outer.sequence(|tbs| {
            if Tag::peek(tbs)? == context(ZERO) {
                tbs.tlv_bytes()?;
            }
            let serial = tbs.tlv_bytes()?;
            tbs.tlv_bytes()?;
            let issuer = tbs.tlv_bytes()?;
            skip_rest(tbs)?;
            Ok::<_, der::Error>((serial, issuer))
        })?;
        skip_rest(outer)?;
        Ok(found)
    })
}

fn attributes(bytes: &[u8], signer: &[u8]) -> der::Result<Attributes> {
    let mut found = Attributes::default();
    for member in members(bytes)? {
        let mut reader = SliceReader::new(member)?;
        let (name, value) = reader.sequence(|attribute| {
            Ok::<_, der::Error>((Oid::decode(attribute)?, members(attribute.tlv_bytes()?)?))
        })?;
        let [value] = value.as_slice() else { continue };
        match name {
            CONTENT_TYPE => found.content_type = Some(Oid::from_der(value)?),
            MESSAGE_DIGEST => {
                found.message_digest = Some(<&OctetStringRef>::from_der(value)?.as_bytes().to_vec());
            }
            SIGNING_CERTIFICATE => {
                let (_, named) = named_certificate(value)?;
                found.names_by_sha1 = Some(named == Sha1::digest(signer).as_slice());
            }
            SIGNING_CERTIFICATE_V2 => {
                let (algorithm, named) = named_certificate(value)?;
                let own = digest(algorithm.unwrap_or(SHA256), signer);
                found.names_signer = Some(own.is_some_and(|own| own == named));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The digest of the certificate that an attribute names first, with its algorithm if that is stated (RFC 2634, RFC 5035).
fn named_certificate(value: &[u8]) -> der::Result<(Option<ObjectIdentifier>, &[u8])> {
    let mut reader = SliceReader::new(value)?;
    reader.sequence(|attribute| {
        let first = attribute.sequence(|certificates| {
            let first = certificates.sequence(|entry| {
                let stated = Tag::peek(entry)? == Tag::Sequence;
                let algorithm = if stated { Some(algorithm(entry)?) } else { None };
                let digest = <&OctetStringRef>::decode(entry)?.as_bytes();
                skip_rest(entry)?;
                Ok::<_, der::Error>((algorithm, digest))
            })?;
            skip_rest(certificates)?;
            Ok::<_, der::Error>(first)
        })?;
        skip_rest(attribute)?;
        Ok(first)
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
}

impl<'a> Content<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let unreadable = |error: der::Error| format!("the content of the time stamp cannot be read: {error}");
        let mut reader = SliceReader::new(bytes).map_err(unreadable)?;
        let (algorithm, digest, time, nonce) = reader
            .sequence(|info: &mut SliceReader<'a>| {
                u8::decode(info)?;
                info.tlv_bytes()?;
                let (algorithm, digest) = info.sequence(|imprint| {
                    let algorithm = algorithm(imprint)?;
                    Ok::<_, der::Error>((algorithm, <&OctetStringRef>::decode(imprint)?.as_bytes()))
                })?;
                info.tlv_bytes()?;
                let time = AnyRef::decode(info)?;
                let mut nonce = None;
                while !info.is_finished() {
                    match Tag::peek(info)? {
                        Tag::Integer => nonce = Some(UintRef::decode(info)?.as_bytes()),
                        _ => {
                            info.tlv_bytes()?;
                        }
                    }
                }
                Ok::<_, der::Error>((algorithm, digest, time, nonce))
            })
            .and_then(|found| reader.finish().map(|()| found))
            .map_err(unreadable)?;
        if algorithm != SHA256 {
            return Err(format!("the time stamp is on a digest by {algorithm}, not on a SHA-256"));
        }
        let sha256 =
            digest.try_into().map_err(|_| "the digest of the time stamp is no SHA-256".to_owned())?;
        Ok(Self { at: generalized_time(time)?, sha256, nonce })
    }
}

/// `YYYYMMDDhhmmssZ`, with any fraction of a second (RFC 3161 2.4.2).
fn generalized_time(time: AnyRef<'_>) -> Result<Moment, String> {
    let text = std::str::from_utf8(time.value()).unwrap_or_default();
    let whole = text.strip_suffix('Z').map(|text| text.split_once('.').unwrap_or((text, "0")));
    let read =
        whole.filter(|(_, fraction)| time.header().tag() == Tag::GeneralizedTime && is_digits(fraction));
    read.filter(|(seconds, _)| seconds.len() == 14 && is_digits(seconds))
        .and_then(|(seconds, _)| NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S").ok())
        .map(|at| Moment::from_utc(at.and_utc()))
        .ok_or_else(|| "the stated time cannot be read".to_owned())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
