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
