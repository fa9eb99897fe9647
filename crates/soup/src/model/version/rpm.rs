//! RPM's order (rpmvercmp with `~` and `^`), and pacman's order, which descends from an older version of it.
//!
//! Both compare releases only if both sides have one: `1.0` and `1.0-2` are then not decided.

use super::text::{Number, is_number, pieces, run};
use super::{Judged, Refusal};
use std::cmp::Ordering;

/// Epoch, version and release.
pub(super) struct Package<'a> {
    epoch: Number<'a>,
    version: &'a str,
    release: Option<&'a str>,
}

/// A segment in RPM's order; separators have no other effect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Tilde,
    End,
    Caret,
    Letters(&'a str),
    Number(Number<'a>),
}

/// A segment in pacman's order: letters that follow without a separator are below the end; more separators are above fewer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ArchSegment<'a> {
    Letters(&'a str),
    End,
    Number(Number<'a>),
    Apart(usize, ArchPiece<'a>),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ArchPiece<'a> {
    Letters(&'a str),
    Number(Number<'a>),
}

fn split<'a>(text: &'a str, marks: &[u8]) -> Result<Package<'a>, Refusal> {
    let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
    if !is_number(epoch) {
        return Err("its epoch is not a number");
    }
    let (version, release) =
        rest.rsplit_once('-').map_or((rest, None), |(version, release)| (version, Some(release)));
    let allowed = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    if allowed(version) && release.is_none_or(allowed) {
        Ok(Package { epoch: Number::of(epoch), version, release })
    } else {
        Err("its version or release is empty or has characters that packages cannot have")
    }
}

/// Reads `epoch:version-release` as RPM.
pub(super) fn parse(text: &str) -> Result<Package<'_>, Refusal> {
    split(text, b"._+~^")
}

/// Reads `epoch:version-release` as pacman.
pub(super) fn parse_arch(text: &str) -> Result<Package<'_>, Refusal> {
    let package = split(text, b"._+~^@")?;
    let separated = |text: &str| !text.ends_with(|last: char| last.is_ascii_alphanumeric());
    if separated(package.version) || package.release.is_some_and(separated) {
        return Err("it ends in a separator");
    }
    Ok(package)
}

fn segments(text: &str) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let separator =
            |character: char| !character.is_ascii_alphanumeric() && !matches!(character, '~' | '^');
        rest = rest.trim_start_matches(separator);
        match rest.chars().next()? {
            '~' => {
                rest = rest.strip_prefix('~')?;
                Some(Segment::Tilde)
            }
            '^' => {
                rest = rest.strip_prefix('^')?;
                Some(Segment::Caret)
            }
            first if first.is_ascii_digit() => {
                let (number, after) = run(rest, |character| character.is_ascii_digit());
                rest = after;
                Some(Segment::Number(Number::of(number)))
            }
            _ => {
                let (letters, after) = run(rest, |character| character.is_ascii_alphabetic());
                rest = after;
                Some(Segment::Letters(letters))
            }
        }
    })
}

fn arch_segments(text: &str) -> impl Iterator<Item = ArchSegment<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (separators, after) = run(rest, |character| !character.is_ascii_alphanumeric());
        let digits = after.chars().next()?.is_ascii_digit();
        let (piece, after) =
            run(after, |character| character.is_ascii_alphanumeric() && character.is_ascii_digit() == digits);
        rest = after;
        Some(match (separators.len(), digits) {
            (0, false) => ArchSegment::Letters(piece),
            (0, true) => ArchSegment::Number(Number::of(piece)),
            (apart, false) => ArchSegment::Apart(apart, ArchPiece::Letters(piece)),
            (apart, true) => ArchSegment::Apart(apart, ArchPiece::Number(Number::of(piece))),
        })
    })
}

fn by(a: &Package<'_>, b: &Package<'_>, part: impl Fn(&str, &str) -> Ordering) -> Judged {
    let ordering = a.epoch.cmp(&b.epoch).then_with(|| part(a.version, b.version));
    match (ordering, a.release, b.release) {
        (Ordering::Equal, Some(one), Some(other)) => Judged::Ordered(part(one, other)),
        (Ordering::Equal, None, Some(_)) | (Ordering::Equal, Some(_), None) => {
            Judged::Open(a.release.is_some().cmp(&b.release.is_some()), "only one of them names its release")
        }
        (Ordering::Equal | Ordering::Less | Ordering::Greater, _, _) => Judged::Ordered(ordering),
    }
}

/// RPM's order.
pub(super) fn order(a: &Package<'_>, b: &Package<'_>) -> Judged {
    by(a, b, |one, other| pieces(segments(one), segments(other), Segment::End))
}

/// Pacman's order.
pub(super) fn order_arch(a: &Package<'_>, b: &Package<'_>) -> Judged {
    by(a, b, |one, other| pieces(arch_segments(one), arch_segments(other), ArchSegment::End))
}
