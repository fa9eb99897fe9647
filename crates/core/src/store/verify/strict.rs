//! Strict Ed25519 checks of many signatures by few keys: the verdict of `verify_strict` at less cost.
//!
//! A check asks whether S·B − k·A comes to the point R, byte for byte. `verify_strict` doubles a point 256 times for that and
//! decodes R. Here the library multiplies by the tables that it has for base points, one made for each key that signed much,
//! and the points of a whole batch are encoded together. Nothing is summed over signatures and nothing is drawn by lot: each
//! signature has its own verdict, and one that does not pass here is asked of `verify_strict` again. Why the verdict is the same:
//!
//! - S is taken in canonical form only, and k is reduced, as there;
//! - the sum is the same for every A, also for one with a small-order part: both multiply by the same integers;
//! - encoding gives canonical bytes only, so an R that is no point, or is encoded in another way, equals none of them;
//! - a key of small order gets no table; an R of small order that is canonical is one of eight encodings.

use std::sync::OnceLock;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::{EdwardsBasepointTable, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{BasepointTable as _, Identity as _};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha512};

/// A key that signed much, with a table of multiples.
pub struct Prepared {
    key: VerifyingKey,
    /// Multiples of −A.
    negated: EdwardsBasepointTable,
}

impl Prepared {
    /// Makes the table, 30 KB. `None` for a key of small order, which `verify_strict` never accepts.
    pub fn new(key: &VerifyingKey) -> Option<Self> {
        let table = || Self { key: *key, negated: EdwardsBasepointTable::create(&-key.to_edwards()) };
        (!key.is_weak()).then(table)
    }

    /// For each text and signature whether `verify_strict` accepts it.
    pub fn verify(&self, batch: &[(&[u8], &[u8])]) -> Vec<bool> {
        let computed: Vec<EdwardsPoint> =
            batch.iter().map(|(text, signature)| self.point(text, signature)).collect();
        EdwardsPoint::compress_batch_alloc(&computed)
            .iter()
            .zip(batch)
            .map(|(computed, (text, signature))| {
                let same = signature.get(..32) == Some(computed.as_bytes().as_slice());
                same && !small_order().contains(computed.as_bytes()) || strict(&self.key, text, signature)
            })
            .collect()
    }

    /// S·B − k·A. The neutral point, which has small order, where there is no S to begin with.
    fn point(&self, text: &[u8], signature: &[u8]) -> EdwardsPoint {
        let Ok(signature) = Signature::from_slice(signature) else { return EdwardsPoint::identity() };
        let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes())) else {
            return EdwardsPoint::identity();
        };
        let hash = Sha512::new()
            .chain_update(signature.r_bytes())
            .chain_update(self.key.as_bytes())
            .chain_update(text);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        EdwardsPoint::mul_base(&s) + self.negated.mul_base(&k)
    }
}

/// One strict check, by the library.
pub fn strict(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(text, &signature).is_ok())
}

fn small_order() -> &'static [[u8; 32]; 8] {
    static ENCODED: OnceLock<[[u8; 32]; 8]> = OnceLock::new();
    ENCODED.get_or_init(|| EIGHT_TORSION.map(|point| point.compress().to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};

    fn hash(r: &[u8; 32], key: &VerifyingKey, text: &[u8]) -> Scalar {
        let hash = Sha512::new().chain_update(r).chain_update(key.as_bytes()).chain_update(text);
        Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
    }

    /// The quick verdict without the second look.
    fn quick(prepared: &Prepared, text: &[u8], signature: &[u8]) -> bool {
        let computed = prepared.point(text, signature).compress();
        signature.get(..32) == Some(computed.as_bytes().as_slice())
            && !small_order().contains(computed.as_bytes())
    }

    fn agree(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
        let prepared = Prepared::new(key).unwrap();
        let verdict = strict(key, text, signature);
        assert_eq!(quick(&prepared, text, signature), verdict, "{}", hex::encode(signature));
        assert_eq!(prepared.verify(&[(text, signature)]), [verdict]);
        verdict
    }

    #[test]
    fn every_changed_byte_is_seen_as_by_the_library() {
        let signer = SigningKey::from_bytes(&[7; 32]);
        let key = signer.verifying_key();
        let signature = signer.sign(b"text").to_bytes();
        assert!(agree(&key, b"text", &signature));
        assert!(!agree(&key, b"other", &signature));
        assert!(!agree(&key, b"text", &signature[..63]));
        assert!(!agree(&key, b"text", &[]));
        for at in 0..64 {
            let mut changed = signature;
            changed[at] ^= 1 << (at % 8);
            assert!(!agree(&key, b"text", &changed), "byte {at}");
        }
    }

    #[test]
    fn an_s_beyond_the_order_is_refused() {
        let signer = SigningKey::from_bytes(&[7; 32]);
        let mut signature = signer.sign(b"text").to_bytes();
        // The order of the group in little-endian bytes is one more than −1.
        let mut carry = 1_u16;
        for (byte, order) in signature[32..].iter_mut().zip((-Scalar::ONE).to_bytes()) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        assert!(!agree(&signer.verifying_key(), b"text", &signature));
    }

    #[test]
    fn an_r_of_small_order_is_refused_even_where_the_equation_holds() {
        let signer = SigningKey::from_bytes(&[7; 32]);
        let key = signer.verifying_key();
        let r = EdwardsPoint::identity().compress().to_bytes();
        let s = hash(&r, &key, b"text") * signer.to_scalar();
        let signature = [r, s.to_bytes()].concat();
        let loose = Signature::from_slice(&signature).unwrap();
        assert!(ed25519_dalek::Verifier::verify(&key, b"text", &loose).is_ok(), "the equation holds");
        assert!(!agree(&key, b"text", &signature));
    }

    #[test]
    fn an_r_with_a_small_order_part_and_a_key_with_one_get_the_same_verdict() {
        let secret = Scalar::from(123_456_789_u64);
        let mut accepted = 0;
        for torsion in [EIGHT_TORSION[0], EIGHT_TORSION[1], EIGHT_TORSION[4]] {
            let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret) + torsion);
            for turn in 0..16_u64 {
                let nonce = Scalar::from(1000 + turn);
                for added in [EIGHT_TORSION[0], EIGHT_TORSION[2], EIGHT_TORSION[4]] {
                    let r = (EdwardsPoint::mul_base(&nonce) + added).compress().to_bytes();
                    let s = nonce + hash(&r, &key, b"text") * secret;
                    accepted += u32::from(agree(&key, b"text", &[r, s.to_bytes()].concat()));
                }
            }
        }
        assert!((16..144).contains(&accepted), "{accepted} of 144");
    }

    /// The field's prime, 2^255 − 19, in little-endian bytes.
    fn prime() -> [u8; 32] {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        prime
    }

    #[test]
    fn an_r_or_a_key_in_another_encoding_gets_the_same_verdict() {
        let signer = SigningKey::from_bytes(&[7; 32]);
        let key = signer.verifying_key();
        // Encodings of 0 to 18 with the prime added, each with both signs: points that have a second encoding, and no points.
        for low in 0..19_u8 {
            for sign in [0, 0x80] {
                let mut r = prime();
                r[0] += low;
                r[31] |= sign;
                let s = hash(&r, &key, b"text") * signer.to_scalar();
                assert!(!agree(&key, b"text", &[r, s.to_bytes()].concat()), "R {low}");
                let mut bytes = prime();
                bytes[0] += low;
                bytes[31] |= sign;
                if let Ok(other) = VerifyingKey::from_bytes(&bytes)
                    && !other.is_weak()
                {
                    let nonce = Scalar::from(1000_u64);
                    let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
                    agree(&other, b"text", &[r, nonce.to_bytes()].concat());
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_key_text_and_signature_come_the_verdict_is_that_of_the_library(
            secret in proptest::array::uniform32(0..=255_u8),
            text in proptest::collection::vec(0..=255_u8, 0..80),
            torsion in (0..8_usize, 0..8_usize),
            other in proptest::option::of((0..64_usize, 1..=255_u8)),
            nonce in 1..u64::MAX,
        ) {
            // A signature whose key and R may have small-order parts, with at most one byte changed.
            let secret = Scalar::from_bytes_mod_order(secret) + Scalar::ONE;
            let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret) + EIGHT_TORSION[torsion.0]);
            let nonce = Scalar::from(nonce);
            let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[torsion.1]).compress().to_bytes();
            let mut signature = [r, (nonce + hash(&r, &key, &text) * secret).to_bytes()].concat();
            if let Some((at, flip)) = other {
                signature[at] ^= flip;
            }
            let right = agree(&key, &text, &signature);
            proptest::prop_assert!(right || other.is_some() || torsion != (0, 0));
        }
    }

    #[test]
    fn a_key_of_small_order_gets_no_table() {
        for point in EIGHT_TORSION {
            assert!(Prepared::new(&VerifyingKey::from(point)).is_none());
        }
    }
}
