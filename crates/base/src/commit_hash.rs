//! Hashes of commits as version control systems write them, whole or abbreviated.

/// Fewest digits of an abbreviated hash.
const DIGITS_MIN: usize = 7;
/// Digits of a SHA-256.
const DIGITS_MAX: usize = 64;

/// Whether a text is the hash of a commit, whole or abbreviated.
pub fn is_commit_hash(text: &str) -> bool {
    (DIGITS_MIN..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_seven_to_sixty_four_hexadecimal_digits() {
        for text in ["3f2a9bc", "3F2A9BC", &"a".repeat(40), &"0".repeat(64)] {
            assert!(is_commit_hash(text), "{text}");
        }
        for text in ["", "3f2a9b", "3f2a9bx", "ä234567", &"a".repeat(65)] {
            assert!(!is_commit_hash(text), "{text}");
        }
    }
}
