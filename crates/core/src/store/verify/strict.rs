//! Strict Ed25519 checks of many signatures by few keys: the verdict of `verify_strict`, at half its cost.
//!
//! A check asks whether S·B − k·A comes to the point R, byte for byte. `verify_strict` doubles a point 256 times for that.
//! Here the multiples of B and of A lie ready in tables, so that additions are left, and the points of a whole batch are
//! encoded together. Nothing is summed over signatures and nothing is drawn by lot: each signature has its own verdict, and
//! one that does not pass here is asked of `verify_strict` again. Why the verdict is the same:
//!
//! - S is taken in canonical form only, and k is reduced, as there;
//! - the sum is the same for every A, also for one with a small-order part: both multiply by the same integers;
//! - encoding gives canonical bytes only, so an R that is no point, or is encoded in another way, equals none of them;
//! - a key of small order gets no table; an R of small order that is canonical is one of eight encodings.

use std::sync::OnceLock;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity as _;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha512};

/// Bits of a scalar that one look into a table covers.
const WINDOW: usize = 8;
/// Multiples in a row: digits are signed, so half of them are enough.
const ROW: usize = 1 << (WINDOW - 1);
/// Digits of a scalar below 2^253; the last one takes the carry.
const DIGITS: usize = 253_usize.div_ceil(WINDOW);

/// The multiples `digit · 2^(WINDOW · row)` of a point.
struct Table(Vec<EdwardsPoint>);

impl Table {
    fn new(point: EdwardsPoint) -> Self {
        let mut multiples = Vec::with_capacity(DIGITS * ROW);
        let mut base = point;
        for _ in 0..DIGITS {
            let mut multiple = base;
            for _ in 1..ROW {
                multiples.push(multiple);
                multiple += base;
            }
            multiples.push(multiple);
            base = multiple + multiple;
        }
        Self(multiples)
    }

    /// Adds the point, taken as often as the scalar says.
    fn add_to(&self, mut sum: EdwardsPoint, scalar: &Scalar) -> EdwardsPoint {
        for (row, digit) in self.0.chunks_exact(ROW).zip(digits(scalar)) {
            let at = usize::from(digit.unsigned_abs());
            match row.get(at.wrapping_sub(1)) {
                Some(multiple) if digit > 0 => sum += multiple,
                Some(multiple) => sum -= multiple,
                None => {}
            }
        }
        sum
    }
}

/// The digits of a scalar to the base 2^WINDOW, from −ROW + 1 to ROW, the lowest first.
fn digits(scalar: &Scalar) -> [i16; DIGITS] {
    let mut digits = [0; DIGITS];
    let mut carry = 0;
    for (digit, byte) in digits.iter_mut().zip(scalar.as_bytes()) {
        let value = i16::from(*byte) + carry;
        carry = i16::from(value > ROW as i16);
        *digit = value - (carry << WINDOW);
    }
    digits
}

/// A key that signed much, with its multiples.
pub struct Prepared {
    key: VerifyingKey,
    /// Multiples of −A.
    negated: Table,
}

impl Prepared {
    /// Makes the table, about 0.7 MB. `None` for a key of small order, which `verify_strict` never accepts.
    pub fn new(key: &VerifyingKey) -> Option<Self> {
        let table = || Self { key: *key, negated: Table::new(-key.to_edwards()) };
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
        let sum = multiples_of_base().add_to(EdwardsPoint::identity(), &s);
        self.negated.add_to(sum, &k)
    }
}

/// One strict check, by the library.
pub fn strict(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(text, &signature).is_ok())
}

fn multiples_of_base() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(ED25519_BASEPOINT_POINT))
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
    fn a_table_gives_the_same_multiples_as_the_library() {
        let point = EdwardsPoint::mul_base(&Scalar::from(77_u8)) + EIGHT_TORSION[3];
        let table = Table::new(point);
        let mut scalars: Vec<Scalar> = (0..300_u32).map(Scalar::from).collect();
        scalars.extend([-Scalar::ONE, -Scalar::from(128_u8), Scalar::from(u128::MAX)]);
        scalars.extend([0x80, 0x81, 0x7f, 0xff].map(|byte| Scalar::from_bytes_mod_order([byte; 32])));
        for scalar in scalars {
            let sum = table.add_to(EdwardsPoint::identity(), &scalar);
            assert_eq!(sum.compress(), (point * scalar).compress(), "{scalar:?}");
        }
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

    #[test]
    fn a_key_of_small_order_gets_no_table() {
        for point in EIGHT_TORSION {
            assert!(Prepared::new(&VerifyingKey::from(point)).is_none());
        }
    }
}
