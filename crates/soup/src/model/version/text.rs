//! Shared parts of the orders: numbers of any size, letters without case, and comparison piece by piece. No scheme's own rules.

use std::cmp::Ordering;

/// A run of ASCII digits, compared as a number of any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number<'a> {
    digits: usize,
    text: &'a str,
}

impl<'a> Number<'a> {
    /// Zero.
    pub(super) const ZERO: Self = Self { digits: 0, text: "" };

    /// The number of a run of digits; leading zeros do not count.
    pub(super) fn of(run: &'a str) -> Self {
        let text = run.trim_start_matches('0');
        Self { digits: text.len(), text }
    }
}

/// Letters compared without regard to case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folded<'a>(pub(super) &'a str);

impl Ord for Folded<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        self.0.bytes().map(lower).cmp(other.0.bytes().map(lower))
    }
}

impl PartialOrd for Folded<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Folded<'_> {}

/// Whether the text is digits, one at least.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The longest prefix whose characters all satisfy `belongs`, and the rest.
pub(super) fn run(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|character| !belongs(character)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Compares piece by piece; where one has no more, `end` takes its place.
pub(super) fn pieces<T: Ord + Copy>(
    mut a: impl Iterator<Item = T>,
    mut b: impl Iterator<Item = T>,
    end: T,
) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => {
                let ordering = one.unwrap_or(end).cmp(&other.unwrap_or(end));
                if ordering.is_ne() {
                    return ordering;
                }
            }
        }
    }
}

/// Compares two lists as [`pieces`].
pub(super) fn lists<T: Ord + Copy>(a: &[T], b: &[T], end: T) -> Ordering {
    pieces(a.iter().copied(), b.iter().copied(), end)
}
