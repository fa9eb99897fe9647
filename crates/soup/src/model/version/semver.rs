//! Semantic Versioning 2.0 and the ecosystems that are based on it: npm, Cargo, Dart's pub, Go.
//!
//! Own parser instead of the `semver` crate: numbers of any size, no allocation, a leading `v` where the ecosystem has it, Go's own release
//! names, and versions with one or two numbers. A version with one or two numbers stands for every version that starts with it: `1.2` is
//! below `2.0.0` whatever its third number is, but it is not decided whether it is below `1.2.3`.

use super::text::{Number, is_number, pieces, run};
use super::{Judged, Refusal, Scheme};
use std::cmp::Ordering;

/// A parsed version.
pub(super) struct SemVer<'a> {
    numbers: [Option<Number<'a>>; 3],
    /// Pre-release identifiers separated by dots; two texts, because Go writes `rc2` for `rc.2`.
    pre: [&'a str; 2],
    /// Build metadata where it counts, otherwise empty.
    build: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    End,
    Numeric(Number<'a>),
    Words(&'a str),
}

/// Reads a version of one of the schemes based on Semantic Versioning.
pub(super) fn parse(text: &str, scheme: Scheme) -> Result<SemVer<'_>, Refusal> {
    if let (Scheme::Go, Some(release)) = (scheme, text.strip_prefix("go")) {
        return toolchain(release);
    }
    let text = match scheme {
        Scheme::Cargo | Scheme::Pub => text,
        _ => text.strip_prefix('v').unwrap_or(text),
    };
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    if let Some(pre) = pre {
        identifiers_hold(pre, is_canonical)?;
    }
    if let Some(build) = build {
        identifiers_hold(build, |_| true)?;
    }
    let numbers = core_numbers(core)?;
    if numbers[2].is_none() && (pre.is_some() || build.is_some()) {
        return Err("a pre-release or build must follow three numbers");
    }
    let build = if scheme == Scheme::Pub { build.unwrap_or_default() } else { "" };
    Ok(SemVer { numbers, pre: [pre.unwrap_or_default(), ""], build })
}

/// A release of Go itself: `1.21rc2` is `1.21.0-rc.2` to Go's vulnerability database, `1.20` is `1.20.0`.
fn toolchain(text: &str) -> Result<SemVer<'_>, Refusal> {
    let (core, pre) = run(text, |character| character.is_ascii_digit() || character == '.');
    let numbers = core_numbers(core)?.map(|number| number.or(Some(Number::ZERO)));
    let (word, number) = run(pre, |character| character.is_ascii_alphabetic());
    match (word, number) {
        ("", "") => {}
        ("rc" | "beta", number) if is_number(number) && is_canonical(number) => {}
        _ => return Err("only rc or beta with a number may follow the numbers of a Go release"),
    }
    Ok(SemVer { numbers, pre: [word, number], build: "" })
}

fn core_numbers(core: &str) -> Result<[Option<Number<'_>>; 3], Refusal> {
    let mut numbers = [None; 3];
    let mut parts = core.split('.');
    for (slot, part) in numbers.iter_mut().zip(&mut parts) {
        if !is_number(part) {
            return Err("it does not consist of numbers with dots between them");
        }
        if !is_canonical(part) {
            return Err("a number has a leading zero");
        }
        *slot = Some(Number::of(part));
    }
    if parts.next().is_some() { Err("it has more than three numbers") } else { Ok(numbers) }
}

fn is_canonical(identifier: &str) -> bool {
    identifier.len() < 2 || !identifier.starts_with('0') || !is_number(identifier)
}

fn identifiers_hold(text: &str, also: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    let holds = |identifier: &str| {
        !identifier.is_empty()
            && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && also(identifier)
    };
    if text.split('.').all(holds) {
        Ok(())
    } else {
        Err("its pre-release or build does not consist of identifiers")
    }
}

fn identifiers<'a>(text: &'a str) -> impl Iterator<Item = Identifier<'a>> {
    let kind = |identifier: &'a str| {
        if is_number(identifier) {
            Identifier::Numeric(Number::of(identifier))
        } else {
            Identifier::Words(identifier)
        }
    };
    text.split('.').filter(|identifier| !identifier.is_empty()).map(kind)
}

/// The order of two versions.
pub(super) fn order(a: &SemVer<'_>, b: &SemVer<'_>) -> Judged {
    for (one, other) in a.numbers.iter().zip(&b.numbers) {
        match (one, other) {
            (None, None) | (Some(_), Some(_)) if one == other => {}
            (None, _) | (_, None) => {
                return Judged::Open(one.cmp(other), "one of them leaves out the number that would decide");
            }
            (Some(_), Some(_)) => return Judged::Ordered(one.cmp(other)),
        }
    }
    let released = |version: &SemVer<'_>| version.pre.iter().all(|text| text.is_empty());
    let ordering = match (released(a), released(b)) {
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (true, true) | (false, false) => {
            let ([a0, a1], [b0, b1]) = (a.pre, b.pre);
            pieces(
                identifiers(a0).chain(identifiers(a1)),
                identifiers(b0).chain(identifiers(b1)),
                Identifier::End,
            )
        }
    };
    let build = || pieces(identifiers(a.build), identifiers(b.build), Identifier::End);
    Judged::Ordered(ordering.then_with(build))
}
