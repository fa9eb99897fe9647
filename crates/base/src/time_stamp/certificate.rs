//! What certificates may be used for (RFC 5280), and how they are named.

use der::asn1::{BitString, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader, Tag};
use x509_cert::Certificate;
use x509_cert::ext::Extension;

use super::TIME_STAMPING;
use super::token::{Oid, ZERO, context, skip_rest};

const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");

/// Whether the certificate may be used for nothing but time stamps, and says that this matters (RFC 3161 2.3).
pub fn is_for_time_stamps(certificate: &Certificate) -> bool {
    let extensions = extensions(certificate);
    let only = extensions.iter().any(|extension| {
        extension.extn_id == EXTENDED_KEY_USAGE
            && extension.critical
            && purposes(extension.extn_value.as_bytes())
                .is_ok_and(|found| matches!(found.as_slice(), [one] if one.as_bytes() == TIME_STAMPING))
    });
    let usage = extensions.iter().find(|extension| extension.extn_id == KEY_USAGE);
    only && usage.is_none_or(|usage| may_only_sign(usage.extn_value.as_bytes()))
}

/// Whether a certificate may issue others.
pub fn is_authority(certificate: &Certificate) -> bool {
    let basic = extensions(certificate).iter().find(|extension| extension.extn_id == BASIC_CONSTRAINTS);
    basic.is_some_and(|basic| {
        let read = SliceReader::new(basic.extn_value.as_bytes()).and_then(|mut reader| {
            reader.sequence(|inner| {
                let ca = !inner.is_finished() && Tag::peek(inner)? == Tag::Boolean && bool::decode(inner)?;
                skip_rest(inner)?;
                Ok::<_, der::Error>(ca)
            })
        });
        read.is_ok_and(|ca| ca)
    })
}

fn extensions(certificate: &Certificate) -> &[Extension] {
    certificate.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default()
}

fn purposes(value: &[u8]) -> der::Result<Vec<Oid>> {
    let mut reader = SliceReader::new(value)?;
    reader.sequence(|inner| {
        let mut purposes = Vec::new();
        while !inner.is_finished() {
            purposes.push(Oid::decode(inner)?);
        }
        Ok(purposes)
    })
}

/// Whether a key may be used to sign, and for nothing else: the first two bits of its usage.
fn may_only_sign(value: &[u8]) -> bool {
    let bits = BitString::from_der(value).ok();
    let first = bits.as_ref().and_then(|bits| bits.raw_bytes().first().copied()).unwrap_or_default();
    let more = bits.as_ref().is_some_and(|bits| bits.raw_bytes().iter().skip(1).any(|byte| *byte != 0));
    matches!(first, 0x40 | 0x80 | 0xc0) && !more
}

/// Serial number and issuer of a certificate, as they stand.
pub fn serial_and_issuer(certificate: &[u8]) -> der::Result<(&[u8], &[u8])> {
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
