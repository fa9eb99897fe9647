//! OpenSSL's order: three numbers, then letters (`1.0.2` < `1.0.2a` < `1.0.2z` < `1.0.2za`) or a pre-release (`1.1.0-pre3`, `3.0.0-beta1`).

use super::text::{Number, is_number, run};
use super::{Judged, Refusal};

/// The part after the numbers, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage<'a> {
    /// `dev`, `alpha`, `beta`, `pre`, `rc`: in alphabetical order except for dev.
    Before(usize, Number<'a>),
    Letters(&'a str),
}

const WORDS: [&str; 5] = ["dev", "alpha", "beta", "pre", "rc"];

/// A parsed version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OpenSsl<'a>([Number<'a>; 3], Stage<'a>);

/// Reads a version. Suffixes of distributors (`1.0.2k-fips`) are not OpenSSL's and are refused.
pub(super) fn parse(text: &str) -> Result<OpenSsl<'_>, Refusal> {
    let (core, rest) = run(text, |character| character.is_ascii_digit() || character == '.');
    let mut numbers = [Number::ZERO; 3];
    let mut parts = core.split('.');
    for slot in &mut numbers {
        *slot = parts
            .next()
            .filter(|part| is_number(part))
            .map(Number::of)
            .ok_or("it does not start with three numbers")?;
    }
    if parts.next().is_some() {
        return Err("it has more than three numbers");
    }
    let stage = match rest.strip_prefix('-') {
        None if rest.bytes().all(|byte| byte.is_ascii_lowercase()) => Stage::Letters(rest),
        None => return Err("something other than letters follows its numbers"),
        Some(pre) => {
            let (word, number) = run(pre, |character| character.is_ascii_alphabetic());
            let place = WORDS.iter().position(|known| *known == word);
            let place = place.ok_or("the part after the hyphen is not a pre-release of OpenSSL")?;
            if !number.is_empty() && !is_number(number) {
                return Err("its pre-release does not end in a number");
            }
            Stage::Before(place, Number::of(number))
        }
    };
    Ok(OpenSsl(numbers, stage))
}

/// The order of two versions.
pub(super) fn order(a: &OpenSsl<'_>, b: &OpenSsl<'_>) -> Judged {
    Judged::Ordered(a.cmp(b))
}
