//! Maven's order (ComparableVersion; “Version Order Specification” of the POM reference).
//!
//! A version is a list of tokens, each with the separator before it; null values (`0`, `final`, `ga`, `release`) at the end and before a
//! hyphen do not count. Maven compares nested lists, which gives cycles for a few contrived versions with a qualifier between dots
//! (`1.foo.2`). Here a qualifier is the same after a dot and after a hyphen, as the specification says, so the order is total.

use super::text::{Folded, Number, lists, run};
use super::{Judged, Refusal};

/// One token, in Maven's order; `Null` is also the position after the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token<'a> {
    /// alpha, beta, milestone, rc, snapshot.
    Before(u8),
    Null,
    /// Service pack.
    Sp,
    /// Any other word, above the release.
    Word(Folded<'a>),
    /// A number after a hyphen.
    Hyphen(Number<'a>),
    /// A number after a dot.
    Dot(Number<'a>),
}

impl Token<'_> {
    fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Hyphen(number) | Self::Dot(number) => *number == Number::ZERO,
            Self::Before(_) | Self::Sp | Self::Word(_) => false,
        }
    }
}

/// Reads a version. Maven accepts any text; here, characters that no coordinate has are refused.
pub(super) fn parse(text: &str) -> Result<Vec<Token<'_>>, Refusal> {
    if text.bytes().any(|byte| b"[](),${}<>=*/\\\"'|^:".contains(&byte)) {
        return Err("it has characters of a range or a placeholder");
    }
    let mut tokens = Vec::with_capacity(8);
    let mut rest = text;
    let mut hyphen = false;
    loop {
        let digits = rest.starts_with(|first: char| first.is_ascii_digit());
        let belongs =
            |character: char| character != '.' && character != '-' && character.is_ascii_digit() == digits;
        let (piece, after) = run(rest, belongs);
        let followed_by_digit = after.starts_with(|next: char| next.is_ascii_digit());
        let token = if digits || piece.is_empty() {
            let number = Number::of(piece);
            if hyphen { Token::Hyphen(number) } else { Token::Dot(number) }
        } else {
            word(piece, followed_by_digit)
        };
        if !matches!(token, Token::Dot(_)) {
            drop_nulls(&mut tokens);
        }
        tokens.push(token);
        // An implicit hyphen separates digits and letters.
        hyphen = !after.starts_with('.');
        rest = match after.strip_prefix(['.', '-']) {
            Some(rest) => rest,
            None if after.is_empty() => break,
            None => after,
        };
    }
    drop_nulls(&mut tokens);
    Ok(tokens)
}

fn drop_nulls(tokens: &mut Vec<Token<'_>>) {
    while tokens.last().is_some_and(Token::is_null) {
        tokens.pop();
    }
}

fn word(piece: &str, followed_by_digit: bool) -> Token<'_> {
    const WORDS: [(&str, Token<'static>); 10] = [
        ("alpha", Token::Before(0)),
        ("beta", Token::Before(1)),
        ("milestone", Token::Before(2)),
        ("rc", Token::Before(3)),
        ("cr", Token::Before(3)),
        ("snapshot", Token::Before(4)),
        ("final", Token::Null),
        ("ga", Token::Null),
        ("release", Token::Null),
        ("sp", Token::Sp),
    ];
    const LETTERS: [(&str, Token<'static>); 3] =
        [("a", Token::Before(0)), ("b", Token::Before(1)), ("m", Token::Before(2))];
    let find = |table: &[(&str, Token<'static>)]| {
        table.iter().find(|(name, _)| piece.eq_ignore_ascii_case(name)).map(|(_, token)| *token)
    };
    find(&WORDS)
        .or_else(|| if followed_by_digit { find(&LETTERS) } else { None })
        .unwrap_or(Token::Word(Folded(piece)))
}

/// The order of two versions.
pub(super) fn order(a: &Vec<Token<'_>>, b: &Vec<Token<'_>>) -> Judged {
    Judged::Ordered(lists(a, b, Token::Null))
}
