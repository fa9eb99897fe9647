//! NuGet's order: one to four numbers (missing ones are zero) and pre-release labels without regard to case.

use super::text::{Folded, Number, is_number, pieces};
use super::{Judged, Refusal};
use std::cmp::Ordering;

/// A parsed version.
pub(super) struct NuGet<'a> {
    numbers: &'a str,
    pre: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Label<'a> {
    End,
    Numeric(Number<'a>),
    Words(Folded<'a>),
}

/// Reads a version and ignores build metadata.
pub(super) fn parse(text: &str) -> Result<NuGet<'_>, Refusal> {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (numbers, pre) = text.split_once('-').map_or((text, None), |(numbers, pre)| (numbers, Some(pre)));
    if !numbers.split('.').all(is_number) {
        return Err("it does not consist of numbers with dots between them");
    }
    if numbers.split('.').count() > 4 {
        return Err("it has more than four numbers");
    }
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if [pre, build].into_iter().flatten().all(|labels| labels.split('.').all(label)) {
        Ok(NuGet { numbers, pre })
    } else {
        Err("its pre-release or build does not consist of labels")
    }
}

fn labels(text: &str) -> impl Iterator<Item = Label<'_>> {
    text.split('.').map(|label| {
        if is_number(label) { Label::Numeric(Number::of(label)) } else { Label::Words(Folded(label)) }
    })
}

/// The order of two versions.
pub(super) fn order(a: &NuGet<'_>, b: &NuGet<'_>) -> Judged {
    let numbers =
        pieces(a.numbers.split('.').map(Number::of), b.numbers.split('.').map(Number::of), Number::ZERO);
    let pre = || match (a.pre, b.pre) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => pieces(labels(a), labels(b), Label::End),
    };
    Judged::Ordered(numbers.then_with(pre))
}
