//! Time stamps of an authority (RFC 3161): the query, the reply, and the check of a token without a network.
//!
//! Nothing here sends anything. A token is checked at the time that it states. Whatever `openssl ts -verify` refuses is refused here
//! too, so that a file with its tokens can be checked without this program.

mod certificate;
#[cfg(test)]
mod tests;
mod token;

use std::ops::RangeInclusive;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{Decode as _, Encode as _, Reader as _, SliceReader};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, KeyUsage, ring};
use x509_cert::Certificate;

use crate::time::Moment;
use token::{Content, Signed};

/// Most bytes of a reply or a token. Tokens with their certificates have 3 to 10 kB.
pub const TOKEN_BYTES_MAX: usize = 64 * 1024;
/// Most certificates that are read from one text or token.
const CERTIFICATES_MAX: usize = 32;

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
/// `id-kp-timeStamping`, as the value bytes of its identifier.
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// What an authority states about a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStamp {
    /// The time that it states, truncated to the second.
    pub at: Moment,
    /// The SHA-256 that existed then.
    pub sha256: [u8; 32],
    /// The number that the query contained, if any.
    pub nonce: Option<Vec<u8>>,
    /// The name of the certificate that signed it (RFC 4514).
    pub signer: String,
}

/// A certificate of an authority that a person trusts.
#[derive(Debug, Clone)]
struct Anchor {
    der: Vec<u8>,
    anchor: TrustAnchor<'static>,
    /// From when until when it is valid, in seconds since 1970.
    valid: RangeInclusive<u64>,
}

/// The certificates of authorities that a person trusts.
#[derive(Debug, Clone)]
pub struct Trusted(Vec<Anchor>);

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// Letters in a line of PEM.
const PEM_LINE: usize = 64;

impl Trusted {
    /// Reads certificates in PEM form, one after the other, and nothing else: no other text, and no key.
    ///
    /// # Errors
    /// In words, if the text contains no certificate, anything besides, or a certificate that cannot be one of an authority.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let mut anchors = Vec::new();
        let mut written = String::new();
        for (index, found) in CertificateDer::pem_slice_iter(text.as_bytes()).enumerate() {
            if index >= CERTIFICATES_MAX {
                return Err(format!("contains more than {CERTIFICATES_MAX} certificates"));
            }
            let of_certificate = |why: String| format!("certificate {} {why}", index + 1);
            let der = found.map_err(|error| of_certificate(format!("cannot be read: {error}")))?;
            written.push_str(&pem(&der));
            anchors.push(Anchor::read(&der).map_err(of_certificate)?);
        }
        if anchors.is_empty() {
            return Err(format!("contains no certificate; paste the text from “{BEGIN}” to “{END}”"));
        }
        let lines = |text: &str| -> Vec<String> {
            text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        if text.contains("PRIVATE KEY") || lines(text) != lines(&written) || text.contains("\n\n-----END") {
            return Err(format!(
                "must consist of certificates alone, each from “{BEGIN}” to “{END}” in lines of {PEM_LINE} letters; \
                 leave out every other text"
            ));
        }
        Ok(Self(anchors))
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut written = format!("{BEGIN}\n");
    for line in text.as_bytes().chunks(PEM_LINE) {
        written.push_str(&String::from_utf8_lossy(line));
        written.push('\n');
    }
    written.push_str(END);
    written.push('\n');
    written
}

impl Anchor {
    fn read(der: &CertificateDer<'_>) -> Result<Self, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("cannot be read: {error}");
        let anchor = webpki::anchor_from_trusted_cert(der).map_err(|error| unreadable(&error))?.to_owned();
        let certificate = Certificate::from_der(der).map_err(|error| unreadable(&error))?;
        if !certificate::is_authority(&certificate) {
            return Err("is not that of an authority: it may not issue certificates".to_owned());
        }
        let validity = certificate.tbs_certificate().validity();
        let valid = validity.not_before.to_unix_duration().as_secs()
            ..=validity.not_after.to_unix_duration().as_secs();
        Ok(Self { der: der.to_vec(), anchor, valid })
    }
}

/// A query for a time stamp on a digest, DER. It asks for the certificates, so that the token can be checked without a network.
pub fn query(sha256: &[u8; 32], nonce: u64) -> Vec<u8> {
    let imprint =
        sequence(&[sequence(&[SHA256.to_der().unwrap_or_default(), NULL.to_vec()]), octets(sha256)]);
    sequence(&[integer(1), imprint, integer(nonce), TRUE.to_vec()])
}

/// The number of a query as a token repeats it.
pub fn nonce_bytes(nonce: u64) -> Vec<u8> {
    token::without_leading_zeros(&nonce.to_be_bytes()).to_vec()
}

const NULL: &[u8] = &[5, 0];
const TRUE: &[u8] = &[1, 1, 0xff];

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    // A query has less than 128 bytes, so that its lengths have one byte.
    let length = u8::try_from(content.len()).unwrap_or_default();
    [vec![0x30, length], content].concat()
}

fn octets(bytes: &[u8]) -> Vec<u8> {
    OctetStringRef::new(bytes).and_then(|octets| octets.to_der()).unwrap_or_default()
}

fn integer(value: u64) -> Vec<u8> {
    value.to_der().unwrap_or_default()
}

/// The token in an authority's reply.
///
/// # Errors
/// In words: the authority's refusal, or why the reply cannot be read.
pub fn token_of_reply(reply: &[u8]) -> Result<Vec<u8>, String> {
    if reply.len() > TOKEN_BYTES_MAX {
        return Err(format!("the reply has more than {TOKEN_BYTES_MAX} bytes"));
    }
    let unreadable = |error: der::Error| format!("the reply is not a time stamp reply (RFC 3161): {error}");
    let mut reader = SliceReader::new(reply).map_err(unreadable)?;
    let (status, token) = reader
        .sequence(|inner| {
            let status = token::status(inner)?;
            let token = if inner.is_finished() { None } else { Some(inner.tlv_bytes()?.to_vec()) };
            Ok((status, token))
        })
        .and_then(|found| reader.finish().map(|()| found))
        .map_err(unreadable)?;
    match token {
        Some(token) if status.granted() => Ok(token),
        Some(_) | None => Err(format!("the authority gave no time stamp: {}", status.words())),
    }
}

/// Checks a token by itself: one signature, made by a certificate that was valid at the stated time, is meant for time stamps, and
/// leads to a trusted one.
///
/// # Errors
/// In words, what is wrong with it.
pub fn check(token: &[u8], trusted: &Trusted) -> Result<TimeStamp, String> {
    let (signed, content) = read(token)?;
    if !signed.is_stated_by(content.authority) {
        return Err("the time stamp names another authority than the one that signed it".to_owned());
    }
    verify_signature(&signed, trusted, content.at)?;
    Ok(content.stamp(&signed))
}

/// What a token states, without any check of who states it.
///
/// # Errors
/// In words, why it cannot be read.
pub fn stated(token: &[u8]) -> Result<TimeStamp, String> {
    read(token).map(|(signed, content)| content.stamp(&signed))
}

fn read(token: &[u8]) -> Result<(Signed<'_>, Content<'_>), String> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(format!("the time stamp has more than {TOKEN_BYTES_MAX} bytes"));
    }
    let signed = Signed::read(token)?;
    let content = Content::read(signed.content)?;
    Ok((signed, content))
}

impl Content<'_> {
    fn stamp(&self, signed: &Signed<'_>) -> TimeStamp {
        TimeStamp {
            at: self.at,
            sha256: self.sha256,
            nonce: self.nonce.map(<[u8]>::to_vec),
            signer: signed.signer.tbs_certificate().subject().to_string(),
        }
    }
}

fn verify_signature(signed: &Signed<'_>, trusted: &Trusted, at: Moment) -> Result<(), String> {
    let own = digest(signed.digest, signed.content).ok_or_else(|| unknown("digest", signed.digest))?;
    if signed.message_digest != own {
        return Err("the time stamp was changed after it was signed".to_owned());
    }
    signed.refuse_other_purposes()?;
    let seconds =
        u64::try_from(at.utc().timestamp()).map_err(|_| "the stated time is before 1970".to_owned())?;
    let valid: Vec<&Anchor> = trusted.0.iter().filter(|anchor| anchor.valid.contains(&seconds)).collect();
    let anchors: Vec<TrustAnchor<'_>> = valid.iter().map(|anchor| anchor.anchor.clone()).collect();
    let signer = CertificateDer::from(signed.signer_der);
    let certificate = EndEntityCert::try_from(&signer)
        .map_err(|error| format!("the signer's certificate cannot be read: {error}"))?;
    let others: Vec<_> = signed.certificates.iter().map(|der| CertificateDer::from(*der)).collect();
    let path = certificate
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &others,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            // Of the certificates between, the purpose counts if they state one; that of the signer was checked.
            KeyUsage::required_if_present(TIME_STAMPING),
            None,
            None,
        )
        .map_err(|error| {
            format!("the signer's certificate does not lead to a trusted one that was valid then: {error}")
        })?;
    let mut in_path = vec![signed.signer_der];
    let between: Vec<_> = path.intermediate_certificates().map(|one| one.der()).collect();
    in_path.extend(between.iter().map(|der| &**der));
    let anchor = path.anchor();
    let is_anchor = |one: &&&Anchor| {
        one.anchor.subject == anchor.subject
            && one.anchor.subject_public_key_info == anchor.subject_public_key_info
    };
    in_path.extend(valid.iter().filter(is_anchor).map(|one| one.der.as_slice()));
    signed.refuse_other_certificates(&in_path)?;
    let algorithms = algorithms(signed).ok_or_else(|| unknown("signature", signed.algorithm))?;
    let holds = |algorithm: &&'static dyn SignatureVerificationAlgorithm| {
        certificate.verify_signature(*algorithm, &signed.attributes, signed.signature).is_ok()
    };
    if algorithms.iter().any(holds) { Ok(()) } else { Err("its signature does not match".to_owned()) }
}

fn unknown(what: &str, algorithm: ObjectIdentifier) -> String {
    format!("the {what} algorithm {algorithm} is not known")
}

fn digest(algorithm: ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match algorithm {
        SHA256 => Sha256::digest(bytes).to_vec(),
        SHA384 => Sha384::digest(bytes).to_vec(),
        SHA512 => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// The algorithms that may be meant: a signature may name only the kind of key, and the digest beside it. Both must agree.
fn algorithms(signed: &Signed<'_>) -> Option<Vec<&'static dyn SignatureVerificationAlgorithm>> {
    const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
    const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
    const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
    const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
    const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
    Some(match (signed.algorithm, signed.digest) {
        (RSA_SHA256 | RSA, SHA256) => vec![ring::RSA_PKCS1_2048_8192_SHA256],
        (RSA_SHA384 | RSA, SHA384) => vec![ring::RSA_PKCS1_2048_8192_SHA384],
        (RSA_SHA512 | RSA, SHA512) => vec![ring::RSA_PKCS1_2048_8192_SHA512],
        (ECDSA_SHA256, SHA256) => vec![ring::ECDSA_P256_SHA256, ring::ECDSA_P384_SHA256],
        (ECDSA_SHA384, SHA384) => vec![ring::ECDSA_P256_SHA384, ring::ECDSA_P384_SHA384],
        _ => return None,
    })
}
