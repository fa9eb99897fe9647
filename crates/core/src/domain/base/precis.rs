//! The form of logins and passwords for comparison (RFC 8265): the same word typed on two systems compares equal.
//!
//! Does not belong here: the strength of a password, and the owner of a login.

use precis_core::profile::Profile as _;
use precis_core::{DerivedPropertyValue, Error};
use precis_profiles::{OpaqueString, UsernameCaseMapped};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// A login as it is stored and compared (UsernameCaseMapped): narrow, lower-case, composed.
///
/// # Errors
/// The reason why the text cannot be a login.
pub fn login(text: &str) -> Result<String, String> {
    let composed: String = text.trim().nfc().collect();
    let mapped = UsernameCaseMapped::new().enforce(composed).map_err(|error| words("a login", error))?;
    Ok(mapped.into_owned())
}

/// A password in the form from which its key is derived (OpaqueString): composed, every kind of space an ASCII space, nothing else changed.
///
/// # Errors
/// The reason why the text cannot be a password.
pub fn password(text: &str) -> Result<Zeroizing<String>, String> {
    // Compose first: some systems deliver Hangul as conjoining letters, which the profile refuses.
    let composed: Zeroizing<String> = Zeroizing::new(text.nfc().collect());
    let written =
        OpaqueString::new().enforce(composed.as_str()).map_err(|error| words("a password", error))?;
    Ok(Zeroizing::new(written.into_owned()))
}

fn words(what: &str, error: Error) -> String {
    match error {
        Error::BadCodepoint(found) => {
            let why = match found.property {
                DerivedPropertyValue::Unassigned => "is newer than the Unicode version of the rule",
                DerivedPropertyValue::ContextJ | DerivedPropertyValue::ContextO => {
                    "is not allowed at this place"
                }
                DerivedPropertyValue::PValid
                | DerivedPropertyValue::SpecClassPval
                | DerivedPropertyValue::SpecClassDis
                | DerivedPropertyValue::Disallowed => "is not allowed",
            };
            format!("the character U+{:04X} {why} in {what} (RFC 8265); leave it out", found.cp)
        }
        Error::Invalid => {
            format!("this cannot be {what}: it is empty, or mixes writing directions (RFC 8265)")
        }
        Error::Unexpected(_) => format!("this cannot be {what} (RFC 8265)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_the_same_in_every_case_width_and_composition() {
        for (typed, written) in [
            ("Ana", "ana"),
            (" ana ", "ana"),
            ("J\u{fc}rgen", "j\u{fc}rgen"),
            ("JU\u{308}RGEN", "j\u{fc}rgen"),
            ("\u{ff21}na", "ana"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            (
                "\u{3a3}\u{3af}\u{3c3}\u{3c5}\u{3c6}\u{3bf}\u{3c2}",
                "\u{3c3}\u{3af}\u{3c3}\u{3c5}\u{3c6}\u{3bf}\u{3c2}",
            ),
        ] {
            let mapped = login(typed).unwrap();
            assert_eq!(mapped, written, "{typed}");
            assert_eq!(login(&mapped).unwrap(), mapped, "a mapped login maps to itself");
        }
    }

    #[test]
    fn a_text_that_cannot_be_a_login_is_refused_with_the_reason() {
        for (typed, said) in [
            ("ana berg", "U+0020 is not allowed"),
            ("ana\u{7}", "U+0007"),
            ("\u{2163}", "U+2163"),
            ("", "empty"),
            ("\u{5d0}a", "directions"),
            ("\u{1F98A}", "U+1F98A"),
        ] {
            let refusal = login(typed).unwrap_err();
            assert!(refusal.contains(said), "{typed:?}: {refusal}");
        }
    }

    #[test]
    fn a_password_is_the_same_composed_and_decomposed_and_case_counts() {
        let composed = "h\u{fc}lle \u{e9}t\u{e9} \u{d55c}\u{ae00}";
        let decomposed = "hu\u{308}lle e\u{301}te\u{301} \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}";
        assert_eq!(*password(composed).unwrap(), composed);
        assert_eq!(*password(decomposed).unwrap(), composed);
        assert_eq!(*password("no\u{a0}break\u{3000}").unwrap(), "no break ");
        assert_ne!(*password("Case").unwrap(), *password("case").unwrap());
        assert_eq!(*password(" violet ").unwrap(), " violet ", "spaces at the ends count");
    }

    #[test]
    fn a_text_that_cannot_be_a_password_is_refused_with_the_reason() {
        for (typed, said) in [
            ("tab\there", "U+0009 is not allowed"),
            ("\u{1F98A}", "newer than"),
            ("", "empty"),
            ("a\u{200D}b", "U+200D"),
        ] {
            let refusal = password(typed).unwrap_err();
            assert!(refusal.contains(said), "{typed:?}: {refusal}");
        }
    }
}
