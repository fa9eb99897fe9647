//! Debian's order (policy 5.6.12, dpkg): epoch, upstream version, revision; `~` is below everything, even the end.

use super::text::{Number, is_number, run};
use super::{Judged, Refusal};
use std::cmp::Ordering;

/// A parsed version.
pub(super) struct Debian<'a> {
    epoch: Number<'a>,
    upstream: &'a str,
    revision: &'a str,
}

/// Reads a version.
pub(super) fn parse(text: &str) -> Result<Debian<'_>, Refusal> {
    let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
    if !is_number(epoch) {
        return Err("its epoch is not a number");
    }
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
    let allowed = |text: &str, marks: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    if !allowed(upstream, b".+-:~") {
        return Err(
            "its upstream version is empty or has other characters than letters, digits and . + - : ~",
        );
    }
    if !allowed(revision, b".+~") {
        return Err("its revision is empty or has other characters than letters, digits and . + ~");
    }
    Ok(Debian { epoch: Number::of(epoch), upstream, revision })
}

/// dpkg's weight of a character that is not a digit; after the end and at a digit it is 0.
fn weight(text: &str) -> u16 {
    match text.bytes().next() {
        Some(b'~') => 0,
        None => 1,
        Some(byte) if byte.is_ascii_digit() => 1,
        Some(byte) if byte.is_ascii_alphabetic() => u16::from(byte),
        Some(byte) => u16::from(byte) + 256,
    }
}

fn part(mut a: &str, mut b: &str) -> Ordering {
    let is_digit = |character: char| character.is_ascii_digit();
    loop {
        while weight(a) != 1 || weight(b) != 1 {
            let ordering = weight(a).cmp(&weight(b));
            if ordering.is_ne() {
                return ordering;
            }
            a = a.get(1..).unwrap_or_default();
            b = b.get(1..).unwrap_or_default();
        }
        if a.is_empty() && b.is_empty() {
            return Ordering::Equal;
        }
        let ((one, a_rest), (other, b_rest)) = (run(a, is_digit), run(b, is_digit));
        let ordering = Number::of(one).cmp(&Number::of(other));
        if ordering.is_ne() {
            return ordering;
        }
        (a, b) = (a_rest, b_rest);
    }
}

/// The order of two versions.
pub(super) fn order(a: &Debian<'_>, b: &Debian<'_>) -> Judged {
    let ordering = a.epoch.cmp(&b.epoch);
    Judged::Ordered(
        ordering.then_with(|| part(a.upstream, b.upstream)).then_with(|| part(a.revision, b.revision)),
    )
}
