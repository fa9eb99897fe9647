//! Alpine's order (apk-tools): `1.2.3b_rc4_p5~hash-r6`.

use super::text::{Number, is_number, lists, run};
use super::{Judged, Refusal};

/// A token in apk's order; `End` is the position after the last token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token<'a> {
    /// `_alpha`, `_beta`, `_pre`, `_rc`.
    Before(usize),
    End,
    Revision(Number<'a>),
    Hash(&'a str),
    SuffixNumber(Number<'a>),
    /// `_cvs`, `_svn`, `_git`, `_hg`, `_p`.
    After(usize),
    Letter(&'a str),
    /// A number with a leading zero after the first number; it is compared as text and is below all others.
    Zeroed(&'a str),
    Number(Number<'a>),
}

const BEFORE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const AFTER: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

/// Reads a version.
pub(super) fn parse(text: &str) -> Result<Vec<Token<'_>>, Refusal> {
    let is_digit = |character: char| character.is_ascii_digit();
    let mut tokens = Vec::with_capacity(8);
    let (first, mut rest) = run(text, is_digit);
    if first.is_empty() {
        return Err("it does not start with a number");
    }
    tokens.push(Token::Number(Number::of(first)));
    while let Some(after) = rest.strip_prefix('.') {
        let (number, after) = run(after, is_digit);
        if number.is_empty() {
            return Err("a dot is not followed by a number");
        }
        tokens.push(if number.starts_with('0') {
            Token::Zeroed(number)
        } else {
            Token::Number(Number::of(number))
        });
        rest = after;
    }
    let (letter, after) = run(rest, |character| character.is_ascii_lowercase());
    match letter.len() {
        0 => {}
        1 => tokens.push(Token::Letter(letter)),
        _ => return Err("more than one letter follows its numbers"),
    }
    rest = suffixes(after, &mut tokens)?;
    if let Some(after) = rest.strip_prefix('~') {
        let (hash, after) = run(after, |character| character.is_ascii_hexdigit());
        if hash.is_empty() {
            return Err("~ is not followed by a commit");
        }
        tokens.push(Token::Hash(hash));
        rest = after;
    }
    if let Some(revision) = rest.strip_prefix("-r") {
        if !is_number(revision) {
            return Err("-r is not followed by a number");
        }
        tokens.push(Token::Revision(Number::of(revision)));
        rest = "";
    }
    if rest.is_empty() { Ok(tokens) } else { Err("it ends with something that apk does not know") }
}

fn suffixes<'a>(mut rest: &'a str, tokens: &mut Vec<Token<'a>>) -> Result<&'a str, Refusal> {
    while let Some(after) = rest.strip_prefix('_') {
        let (word, after) = run(after, |character| character.is_ascii_lowercase());
        let place = |words: &[&str]| words.iter().position(|known| *known == word);
        tokens.push(match (place(&BEFORE), place(&AFTER)) {
            (Some(place), _) => Token::Before(place),
            (None, Some(place)) => Token::After(place),
            (None, None) => return Err("it has a suffix that apk does not know"),
        });
        let (number, after) = run(after, |character| character.is_ascii_digit());
        if !number.is_empty() {
            tokens.push(Token::SuffixNumber(Number::of(number)));
        }
        rest = after;
    }
    Ok(rest)
}

/// The order of two versions.
pub(super) fn order(a: &Vec<Token<'_>>, b: &Vec<Token<'_>>) -> Judged {
    Judged::Ordered(lists(a, b, Token::End))
}
