//! Passwords, one-time codes, and the wrapping of private keys (21 CFR 11.200, 11.300).

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::refused::Refused;
use crate::domain::event::grant_text;
use crate::domain::ids::RecordId;
use crate::domain::precis;
use crate::store::{Credential, KdfCost, SALT_BYTES_MAX};
use mainstay_base::time::Moment;

/// Cost of unwrapping a key: 32 MiB, two passes.
pub const COST: KdfCost = KdfCost { memory_kib: 32 * 1024, iterations: 2 };

/// Letters of one-time codes, without those that are easily confused.
const CODE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Letters in a one-time code: 100 bits.
const CODE_LENGTH: usize = 20;

/// A password while it is in use, normalised by RFC 8265 and wiped afterwards.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    text: Zeroizing<String>,
    /// Why the text is not allowed as a password.
    wrong: Option<String>,
}

impl Password {
    /// Normalises the text of a password.
    pub fn new(text: impl Into<String>) -> Self {
        let typed = Zeroizing::new(text.into());
        match precis::password(&typed) {
            Ok(text) => Self { text, wrong: None },
            Err(words) => Self { wrong: (!typed.is_empty()).then_some(words), text: typed },
        }
    }

    /// Refuses a password with characters that are not allowed.
    pub fn refuse_wrong(&self) -> Result<(), Refused> {
        self.wrong.as_ref().map_or(Ok(()), |words| Err(Refused::invalid("password", words.clone())))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The highest strength that a policy can require, on the zxcvbn scale.
pub const STRONGEST: u32 = 4;

/// Refuses a weak password, with advice. `words` are the person's name and login.
pub fn check_strength(password: &Password, words: &[&str], least: u32) -> Result<(), Refused> {
    if password.text.is_empty() {
        return Err(Refused::invalid("password", "the password is empty"));
    }
    password.refuse_wrong()?;
    let estimate = zxcvbn::zxcvbn(&password.text, words);
    let score = u32::from(u8::from(estimate.score()));
    if score >= least.min(STRONGEST) {
        return Ok(());
    }
    let advice = estimate.feedback().map_or_else(String::new, |feedback| {
        let mut lines: Vec<String> =
            feedback.warning().map(|warning| warning.to_string()).into_iter().collect();
        lines.extend(feedback.suggestions().iter().map(ToString::to_string));
        lines.join(" ")
    });
    let advice =
        if advice.is_empty() { "Use several words that do not belong together.".to_owned() } else { advice };
    Err(Refused::invalid(
        "password",
        format!(
            "the password is too easily guessed (strength {score} of 4, and {least} is needed). {advice}"
        ),
    ))
}

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| {
        Refused::Rule("the system provides no random numbers, so no key can be created".to_owned())
    })?;
    Ok(bytes)
}

/// A new private key.
pub fn new_key() -> Result<SigningKey, Refused> {
    Ok(SigningKey::from_bytes(&random()?))
}

/// Wraps a private key with a password.
pub fn wrap(
    key: &SigningKey,
    number: i64,
    person: RecordId,
    password: &Password,
    now: Moment,
) -> Result<Credential, Refused> {
    let salt: [u8; 16] = random()?;
    let nonce: [u8; 24] = random()?;
    let cipher = cipher(password, &salt, COST)?;
    let aad = person.to_string();
    let seed = Zeroizing::new(key.to_bytes());
    let wrapped = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: seed.as_slice(), aad: aad.as_bytes() })
        .map_err(|_| Refused::Rule("the key could not be wrapped".to_owned()))?;
    Ok(Credential {
        person,
        key: number,
        cost: COST,
        salt: salt.to_vec(),
        nonce: nonce.to_vec(),
        wrapped,
        changed_at: now,
    })
}

/// Unwraps a private key; `None` if the password is wrong.
pub fn unwrap(credential: &Credential, password: &Password) -> Result<Option<SigningKey>, Refused> {
    let cipher = cipher(password, &credential.salt, credential.cost)?;
    let aad = credential.person.to_string();
    let Ok(nonce) = <[u8; 24]>::try_from(credential.nonce.as_slice()) else { return Ok(None) };
    let seed =
        cipher.decrypt(&XNonce::from(nonce), Payload { msg: &credential.wrapped, aad: aad.as_bytes() });
    let Ok(seed) = seed.map(Zeroizing::new) else { return Ok(None) };
    Ok(<[u8; 32]>::try_from(seed.as_slice()).ok().map(|seed| SigningKey::from_bytes(&seed)))
}

/// Takes the time of unwrapping without a key, so that an unknown login is refused after the same time as a known one.
pub fn unwrap_dummy(password: &Password) -> Result<(), Refused> {
    cipher(password, &[0; 16], COST).map(drop)
}

fn cipher(password: &Password, salt: &[u8], cost: KdfCost) -> Result<XChaCha20Poly1305, Refused> {
    let wrong = |_| Refused::Rule("the stored credential has parameters that cannot be used".to_owned());
    if !cost.is_sensible() || salt.len() > SALT_BYTES_MAX {
        return Err(Refused::Rule(
            "the stored credential asks for more memory or time than is sensible; verify the file, and have the account reset"
                .to_owned(),
        ));
    }
    let params = Params::new(cost.memory_kib, cost.iterations, 1, Some(32)).map_err(wrong)?;
    let mut key = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.text.as_bytes(), salt, key.as_mut_slice())
        .map_err(wrong)?;
    Ok(XChaCha20Poly1305::new(&(*key).into()))
}

/// A new one-time code, in groups of five letters.
pub fn new_code() -> Result<String, Refused> {
    let bytes: [u8; CODE_LENGTH] = random()?;
    let letters: Vec<u8> =
        bytes.iter().map(|byte| CODE_LETTERS[usize::from(*byte) % CODE_LETTERS.len()]).collect();
    let groups: Vec<String> =
        letters.chunks(5).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(groups.join("-"))
}

/// The key derived from a one-time code. Spaces, hyphens and case do not matter.
pub fn code_key(code: &str) -> SigningKey {
    let letters: String =
        code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let mut hash = Sha256::new();
    hash.update(b"mainstay one-time code\n");
    hash.update(letters.as_bytes());
    SigningKey::from_bytes(&hash.finalize().into())
}

/// The proof that a new key is authorised, by the key of a code or by the person's former key.
pub fn grant_proof(by: &SigningKey, person: RecordId, public_key: &str) -> String {
    hex::encode(by.sign(grant_text(person, public_key).as_bytes()).to_bytes())
}

/// The public key in hexadecimal.
pub fn public_hex(key: &SigningKey) -> String {
    hex::encode(key.verifying_key().as_bytes())
}

/// The fingerprint of a public key: the SHA-256 of its bytes.
pub fn fingerprint(key: &SigningKey) -> String {
    crate::domain::canonical::digest(key.verifying_key().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;

    #[test]
    fn a_key_is_unwrapped_only_by_the_right_password_for_the_right_person() {
        let key = new_key().unwrap();
        let person = RecordId::new(Kind::Person, 1);
        let now = Moment::parse("2031-03-01T09:00:00Z").unwrap();
        let mut credential = wrap(&key, 1, person, &Password::new("correct horse"), now).unwrap();
        assert_eq!(
            unwrap(&credential, &Password::new("correct horse")).unwrap().unwrap().to_bytes(),
            key.to_bytes()
        );
        assert!(unwrap(&credential, &Password::new("correct horse ")).unwrap().is_none());
        credential.person = RecordId::new(Kind::Person, 2);
        assert!(unwrap(&credential, &Password::new("correct horse")).unwrap().is_none());
    }

    #[test]
    fn a_weak_password_is_refused_with_advice_and_an_empty_one_says_so() {
        let refusal = check_strength(&Password::new(""), &[], 3).unwrap_err().to_string();
        assert!(refusal.contains("empty"), "{refusal}");
        for weak in ["password1", "anna.keller", "qwertzuiop"] {
            let refusal =
                check_strength(&Password::new(weak), &["Anna Keller", "anna.keller"], 3).unwrap_err();
            assert!(refusal.to_string().contains("too easily guessed"), "{refusal}");
        }
        assert!(check_strength(&Password::new("violet tractor hums at noon"), &["Anna"], 3).is_ok());
    }

    #[test]
    fn case_and_hyphens_of_a_code_do_not_matter() {
        let code = new_code().unwrap();
        assert_eq!(code.len(), 23);
        let sloppy = code.to_lowercase().replace('-', " ");
        assert_eq!(code_key(&code).to_bytes(), code_key(&sloppy).to_bytes());
    }
}
