//! A vendor-neutral order for the ranges of the National Vulnerability Database, whose versions follow no scheme.
//!
//! - Any run of characters other than letters and digits separates. A change between letters and digits separates too. Case does not count.
//! - Numbers compare as numbers; missing ones are zero (`1.0` = `1.0.0`); zeros before a word and at the end do not count.
//! - Words for a time before the release (dev, alpha, beta, milestone, pre, rc, …) are below the release. Any other word, a letter as in
//!   `1.0.2a`, `p1`, `sp1`, `hotfix`, is above it, in alphabetical order, and below a further number: `1.0.2` < `1.0.2a` < `1.0.2.1`.
//! - A version that starts with a number and one that starts with a word (`7.3`, `m00kt63a`) are not compared: they are numbered
//!   differently.

use super::text::{Folded, Number, lists, run};
use super::{Judged, Refusal};

/// A token in this order; `End` is the position after the last token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token<'a> {
    /// A word for a time before the release.
    Before(u8),
    End,
    Word(Folded<'a>),
    Number(Number<'a>),
}

/// A parsed version.
pub(super) struct Nvd<'a> {
    begins_with_word: bool,
    tokens: Vec<Token<'a>>,
}

const BEFORE: [(&str, u8); 14] = [
    ("dev", 0),
    ("nightly", 1),
    ("canary", 2),
    ("snapshot", 3),
    ("alpha", 4),
    ("beta", 5),
    ("milestone", 6),
    ("ea", 7),
    ("pre", 8),
    ("preview", 8),
    ("prerelease", 8),
    ("candidate", 9),
    ("rc", 9),
    ("cr", 9),
];

/// Reads a version and ignores a backslash of the CPE notation and a leading `v`.
pub(super) fn parse(text: &str) -> Result<Nvd<'_>, Refusal> {
    if text.contains('*') {
        return Err("it matches any version");
    }
    let after_v = text.strip_prefix(['v', 'V']).map(|rest| rest.trim_start_matches('.'));
    let mut rest =
        after_v.filter(|rest| rest.starts_with(|next: char| next.is_ascii_digit())).unwrap_or(text);
    let mut tokens = Vec::with_capacity(8);
    let mut begins_with_word = None;
    loop {
        rest = rest.trim_start_matches(|character: char| !character.is_ascii_alphanumeric());
        let Some(first) = rest.chars().next() else { break };
        let digits = first.is_ascii_digit();
        let belongs =
            |character: char| character.is_ascii_alphanumeric() && character.is_ascii_digit() == digits;
        let (piece, after) = run(rest, belongs);
        rest = after;
        begins_with_word.get_or_insert(!digits);
        if digits {
            tokens.push(Token::Number(Number::of(piece)));
        } else {
            drop_zeros(&mut tokens);
            let before = BEFORE.iter().find(|(word, _)| piece.eq_ignore_ascii_case(word));
            tokens.push(before.map_or(Token::Word(Folded(piece)), |(_, rank)| Token::Before(*rank)));
        }
    }
    drop_zeros(&mut tokens);
    let begins_with_word = begins_with_word.ok_or("it has neither letters nor digits")?;
    Ok(Nvd { begins_with_word, tokens })
}

fn drop_zeros(tokens: &mut Vec<Token<'_>>) {
    while tokens.last() == Some(&Token::Number(Number::ZERO)) {
        tokens.pop();
    }
}

/// The order of two versions.
pub(super) fn order(a: &Nvd<'_>, b: &Nvd<'_>) -> Judged {
    if a.begins_with_word == b.begins_with_word {
        Judged::Ordered(lists(&a.tokens, &b.tokens, Token::End))
    } else {
        Judged::Open(
            b.begins_with_word.cmp(&a.begins_with_word),
            "one starts with a number and the other with a word",
        )
    }
}
