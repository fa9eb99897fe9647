//! Strict Ed25519 checks of many signatures at once: the verdict of `verify_strict` at less cost.
//!
//! `verify_strict` asks of one signature whether S·B − k·A comes to the point R, byte for byte. Here the library sums that
//! equation over a batch, each signature with a random weight of 128 bits. If every signature is right, the sum is the neutral
//! point. If one is wrong, it is so with a chance of 1 in 2^128. Whoever wrote the file cannot know the weights.
//!
//! That holds in the group of prime order. Points of the curve may have a part of small order besides, which a sum can hide, so:
//!
//! - a key with such a part is left to `verify_strict`;
//! - the points R are summed in [`ROUNDS`] random selections, and each sum must lie in the group of prime order. A part of small
//!   order passes each of them with a chance of 1 in 2 at most;
//! - an R of small order, an R in another encoding than the canonical one, and an S beyond the order are refused, as there.
//!
//! A batch that does not pass is not yet wrong: each of its signatures is asked of `verify_strict`.

use std::collections::BTreeMap;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity as _, IsIdentity as _, VartimeMultiscalarMul as _};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha512};

/// Signatures from which on a batch costs less than one check after the other.
const WORTH_A_BATCH: usize = 64;
/// Random selections of a batch that are looked at for parts of small order. A wrong signature passes all of them and the sum
/// with a chance of 1 in 2^41 at most.
const ROUNDS: usize = 40;
/// Points whose sums of every selection are made first, because they come again in the rounds.
const GROUP: usize = 4;

/// A signature with what it should be of.
pub struct Claim<'a> {
    pub key: &'a VerifyingKey,
    pub text: &'a [u8],
    pub signature: &'a [u8],
}

impl Claim<'_> {
    /// What `verify_strict` says.
    fn strict(&self) -> bool {
        strict(self.key, self.text, self.signature)
    }
}

/// One strict check, by the library.
pub fn strict(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(text, &signature).is_ok())
}

/// Whether signatures by a key can be checked in batches: it lies in the group of prime order. It costs as much as a check.
pub fn batches(key: &VerifyingKey) -> bool {
    !key.is_weak() && key.to_edwards().is_torsion_free()
}

/// For each claim whether `verify_strict` accepts it. The key of each can be checked in [`batches`].
pub fn verdicts(claims: &[Claim]) -> Vec<bool> {
    if claims.len() >= WORTH_A_BATCH && all_strict(claims).unwrap_or(false) {
        return vec![true; claims.len()];
    }
    claims.iter().map(Claim::strict).collect()
}

/// Whether `verify_strict` surely accepts every claim. `None` where a signature cannot be read, or there are no random numbers.
fn all_strict(claims: &[Claim]) -> Option<bool> {
    let mut equation = Equation::default();
    for (claim, weight) in claims.iter().zip(random(claims.len() * 16)?.as_chunks().0) {
        equation.add(claim, u128::from_le_bytes(*weight))?;
    }
    let selections = random(claims.len().div_ceil(GROUP) * ROUNDS * GROUP / 8)?;
    let canonical = equation.encoded_canonically();
    Some(canonical && equation.holds() && none_of_small_order(&equation.points, &selections))
}

fn random(bytes: usize) -> Option<Vec<u8>> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).ok().map(|()| random)
}

/// The sum over a batch: Σ z·R + Σ z·k·A − Σ z·S·B, where z is the weight of a signature.
#[derive(Default)]
struct Equation {
    /// The points R, their encodings, and their weights.
    points: Vec<EdwardsPoint>,
    encoded: Vec<CompressedEdwardsY>,
    weights: Vec<Scalar>,
    /// Each key with its factor.
    keys: BTreeMap<[u8; 32], (EdwardsPoint, Scalar)>,
    base: Scalar,
}

impl Equation {
    fn add(&mut self, claim: &Claim, weight: u128) -> Option<()> {
        let signature = Signature::from_slice(claim.signature).ok()?;
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes()))?;
        let encoded = CompressedEdwardsY(*signature.r_bytes());
        let hash = Sha512::new()
            .chain_update(signature.r_bytes())
            .chain_update(claim.key.as_bytes())
            .chain_update(claim.text);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let weight = Scalar::from(weight);
        self.points.push(encoded.decompress()?);
        self.encoded.push(encoded);
        self.weights.push(weight);
        self.base -= weight * s;
        let key = self.keys.entry(*claim.key.as_bytes());
        key.or_insert_with(|| (claim.key.to_edwards(), Scalar::ZERO)).1 += weight * k;
        Some(())
    }

    /// Whether each R is encoded as the library encodes it. A point may have a second encoding.
    fn encoded_canonically(&self) -> bool {
        EdwardsPoint::compress_batch_alloc(&self.points) == self.encoded
    }

    fn holds(&self) -> bool {
        let (keys, factors): (Vec<EdwardsPoint>, Vec<Scalar>) = self.keys.values().copied().unzip();
        let points = self.points.iter().chain(&keys).chain([&ED25519_BASEPOINT_POINT]);
        let scalars = self.weights.iter().chain(&factors).chain([&self.base]);
        EdwardsPoint::vartime_multiscalar_mul(scalars, points).is_identity()
    }
}

/// Whether no point is of small order or, as far as the random selections show, has a part of small order. Each group of points
/// has four bits for each round.
fn none_of_small_order(points: &[EdwardsPoint], selections: &[u8]) -> bool {
    let mut sums = [EdwardsPoint::identity(); ROUNDS];
    for (group, selections) in points.chunks(GROUP).zip(selections.chunks_exact(ROUNDS * GROUP / 8)) {
        let selected = sums_of_selections(group);
        let nibbles = selections.iter().flat_map(|byte| [byte & 15, byte >> 4]);
        for (sum, selection) in sums.iter_mut().zip(nibbles) {
            *sum += selected[usize::from(selection)];
        }
    }
    !points.iter().any(EdwardsPoint::is_small_order) && sums.iter().all(EdwardsPoint::is_torsion_free)
}

/// The sum of every selection of at most four points; the bits of its index say which they are.
fn sums_of_selections(group: &[EdwardsPoint]) -> [EdwardsPoint; 1 << GROUP] {
    let mut sums = [EdwardsPoint::identity(); 1 << GROUP];
    for (bit, point) in group.iter().enumerate() {
        let known = 1 << bit;
        for selection in 0..known {
            sums[known + selection] = sums[selection] + point;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use ed25519_dalek::{Signer as _, SigningKey};

    fn hash(r: &[u8; 32], key: &VerifyingKey, text: &[u8]) -> Scalar {
        let hash = Sha512::new().chain_update(r).chain_update(key.as_bytes()).chain_update(text);
        Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
    }

    /// A key, a text, and a signature that may be wrong.
    type Signed = (VerifyingKey, Vec<u8>, Vec<u8>);

    /// Right signatures by two keys, as many as make a batch.
    fn right() -> Vec<Signed> {
        let signers = [SigningKey::from_bytes(&[3; 32]), SigningKey::from_bytes(&[5; 32])];
        let signed = |number: usize| {
            let (signer, text) = (&signers[number % 2], format!("event {number}").into_bytes());
            (signer.verifying_key(), text.clone(), signer.sign(&text).to_bytes().to_vec())
        };
        (0..WORTH_A_BATCH).map(signed).collect()
    }

    fn claims(signed: &[Signed]) -> Vec<Claim<'_>> {
        signed.iter().map(|(key, text, signature)| Claim { key, text, signature }).collect()
    }

    /// The verdict of the library, which must be that of a batch with the signature amid right ones, and of two such batches.
    fn agree(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
        let verdict = strict(key, text, signature);
        let mut signed = right();
        for times in 1..=2 {
            signed.insert(17, (*key, text.to_vec(), signature.to_vec()));
            let quick = all_strict(&claims(&signed)).unwrap_or(false);
            assert_eq!(quick, verdict, "{times} times {}", hex::encode(signature));
            let verdicts = verdicts(&claims(&signed));
            let wrong = verdicts.iter().filter(|right| !**right).count();
            assert_eq!((verdicts[17], wrong), (verdict, if verdict { 0 } else { times }));
        }
        verdict
    }

    #[test]
    fn a_batch_of_right_signatures_is_right() {
        assert_eq!(all_strict(&claims(&right())), Some(true));
        assert_eq!(all_strict(&[]), Some(true));
    }

    #[test]
    fn two_wrong_signatures_do_not_make_up_for_each_other() {
        let mut signed = right();
        // The sum of both S is as it should be.
        let s = |signed: &Signed| Scalar::from_canonical_bytes(*signed.2[32..].as_array().unwrap()).unwrap();
        let (more, less) = (s(&signed[10]) + Scalar::ONE, s(&signed[20]) - Scalar::ONE);
        signed[10].2[32..].copy_from_slice(more.as_bytes());
        signed[20].2[32..].copy_from_slice(less.as_bytes());
        assert_eq!(all_strict(&claims(&signed)), Some(false));
        let wrong: Vec<usize> = (0..signed.len()).filter(|at| !verdicts(&claims(&signed))[*at]).collect();
        assert_eq!(wrong, [10, 20]);
    }

    #[test]
    fn signatures_that_changed_places_are_wrong() {
        let mut signed = right();
        let other = signed[12].2.clone();
        signed[12].2 = std::mem::replace(&mut signed[14].2, other);
        assert_eq!(all_strict(&claims(&signed)), Some(false));
    }

    #[test]
    fn parts_of_small_order_in_many_signatures_do_not_hide_each_other() {
        let secret = Scalar::from(123_456_789_u64);
        let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret));
        for torsion in EIGHT_TORSION {
            let signed: Vec<Signed> = (0..128_u64)
                .map(|turn| {
                    let (nonce, text) = (Scalar::from(1000 + turn), turn.to_le_bytes().to_vec());
                    let r = (EdwardsPoint::mul_base(&nonce) + torsion).compress().to_bytes();
                    (key, text.clone(), [r, (nonce + hash(&r, &key, &text) * secret).to_bytes()].concat())
                })
                .collect();
            assert_eq!(all_strict(&claims(&signed)), Some(torsion.is_identity()));
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
    fn an_r_with_a_small_order_part_is_refused_and_a_key_with_one_makes_no_batch() {
        let secret = Scalar::from(123_456_789_u64);
        let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret));
        assert!(batches(&key));
        for (at, torsion) in EIGHT_TORSION.into_iter().enumerate() {
            let nonce = Scalar::from(1000_u64);
            let r = (EdwardsPoint::mul_base(&nonce) + torsion).compress().to_bytes();
            let s = nonce + hash(&r, &key, b"text") * secret;
            assert_eq!(agree(&key, b"text", &[r, s.to_bytes()].concat()), at == 0);
            assert_eq!(batches(&VerifyingKey::from(EdwardsPoint::mul_base(&secret) + torsion)), at == 0);
        }
    }

    /// The field's prime, 2^255 − 19, in little-endian bytes.
    fn prime() -> [u8; 32] {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        prime
    }

    #[test]
    fn an_r_in_another_encoding_is_refused_and_a_key_in_one_gets_the_same_verdict() {
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
                    && batches(&other)
                {
                    let nonce = Scalar::from(1000_u64);
                    let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
                    agree(&other, b"text", &[r, nonce.to_bytes()].concat());
                }
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_key_text_and_signature_come_the_verdict_is_that_of_the_library(
            secret in proptest::array::uniform32(0..=255_u8),
            text in proptest::collection::vec(0..=255_u8, 0..80),
            torsion in 0..8_usize,
            other in proptest::option::of((0..64_usize, 1..=255_u8)),
            nonce in 1..u64::MAX,
        ) {
            // A signature whose R may have a small-order part, with at most one byte changed.
            let secret = Scalar::from_bytes_mod_order(secret) + Scalar::ONE;
            let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret));
            let nonce = Scalar::from(nonce);
            let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[torsion]).compress().to_bytes();
            let mut signature = [r, (nonce + hash(&r, &key, &text) * secret).to_bytes()].concat();
            if let Some((at, flip)) = other {
                signature[at] ^= flip;
            }
            let right = agree(&key, &text, &signature);
            proptest::prop_assert_eq!(right, other.is_none() && torsion == 0);
        }
    }

    #[test]
    fn a_key_of_small_order_makes_no_batch() {
        for point in EIGHT_TORSION {
            assert!(!batches(&VerifyingKey::from(point)));
        }
    }
}
