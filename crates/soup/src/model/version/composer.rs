//! Composer's order (PHP's version_compare over normalised versions): numbers, then a stability with its own numbers, then `-dev`.
//!
//! Branches (`dev-main`, `1.x-dev`) are not versions: Composer itself matches them with no range.

use super::text::{Number, is_number, pieces, run};
use super::{Judged, Refusal};

/// A parsed version.
pub(super) struct Composer<'a> {
    numbers: &'a str,
    stability: Stability,
    /// Numbers of the stability: `2.1` of `beta2.1`.
    level: &'a str,
    dev: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stability {
    Dev,
    Alpha,
    Beta,
    ReleaseCandidate,
    Stable,
    Patch,
}

const SEPARATORS: [char; 3] = ['.', '-', '_'];

fn stability(word: &str) -> Option<Stability> {
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
    let table = [
        (Stability::Dev, &["dev"][..]),
        (Stability::Alpha, &["alpha", "a"]),
        (Stability::Beta, &["beta", "b"]),
        (Stability::ReleaseCandidate, &["rc"]),
        (Stability::Stable, &["stable"]),
        (Stability::Patch, &["patch", "pl", "p"]),
    ];
    table.into_iter().find(|(_, names)| is(names)).map(|(stability, _)| stability)
}

/// Reads a version and ignores build metadata.
pub(super) fn parse(text: &str) -> Result<Composer<'_>, Refusal> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let text = text.split_once('+').map_or(text, |(text, _)| text);
    let numeric = |character: char| character.is_ascii_digit() || SEPARATORS.contains(&character);
    let (numbers, rest) = run(text, numeric);
    let numbers = if rest.is_empty() { numbers } else { numbers.strip_suffix(SEPARATORS).unwrap_or(numbers) };
    if !numbers.split(SEPARATORS).all(is_number) {
        return Err("it does not start with numbers; a branch has no place in the order");
    }
    if rest.is_empty() {
        return Ok(Composer { numbers, stability: Stability::Stable, level: "", dev: false });
    }
    let (word, rest) = run(rest, |character| character.is_ascii_alphabetic());
    let stability = stability(word).ok_or("it has a word that is not a stability of Composer")?;
    let rest = rest.strip_prefix(SEPARATORS).filter(|rest| !rest.is_empty()).unwrap_or(rest);
    let (level, rest) = run(rest, numeric);
    let level = if rest.is_empty() { level } else { level.strip_suffix(SEPARATORS).unwrap_or(level) };
    if !level.is_empty() && !level.split(SEPARATORS).all(is_number) {
        return Err("its stability is not followed by numbers");
    }
    let dev = rest.eq_ignore_ascii_case("dev");
    if !rest.is_empty() && !dev {
        return Err("its stability is not the last part");
    }
    Ok(Composer { numbers, stability, level, dev })
}

fn level(text: &str) -> impl Iterator<Item = Number<'_>> {
    text.split(SEPARATORS).filter(|part| !part.is_empty()).map(Number::of)
}

/// The order of two versions; missing numbers are zero.
pub(super) fn order(a: &Composer<'_>, b: &Composer<'_>) -> Judged {
    let ordering = pieces(
        a.numbers.split(SEPARATORS).map(Number::of),
        b.numbers.split(SEPARATORS).map(Number::of),
        Number::ZERO,
    );
    Judged::Ordered(
        ordering
            .then_with(|| a.stability.cmp(&b.stability))
            .then_with(|| level(a.level).cmp(level(b.level)))
            .then_with(|| b.dev.cmp(&a.dev)),
    )
}
