//! RubyGems' order (Gem::Version): numbers and words. Words are below numbers; zeros at the end and before the first word do not count.

use super::text::{Number, lists, run};
use super::{Judged, Refusal};

/// A segment; zero is after the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment<'a> {
    Letters(&'a str),
    Number(Number<'a>),
}

const ZERO: Segment<'static> = Segment::Number(Number::ZERO);

/// How platform names of built gems start: operating systems and machines (`Gem::Platform`).
const PLATFORMS: [&str; 39] = [
    "java",
    "jruby",
    "ruby",
    "dalvik",
    "dotnet",
    "macruby",
    "linux",
    "darwin",
    "macos",
    "mingw",
    "mswin",
    "cygwin",
    "freebsd",
    "openbsd",
    "netbsd",
    "solaris",
    "aix",
    "android",
    "musl",
    "wasi",
    "wasm32",
    "universal",
    "x86",
    "x64",
    "i386",
    "i486",
    "i586",
    "i686",
    "arm",
    "aarch64",
    "ppc",
    "powerpc",
    "s390",
    "riscv",
    "mips",
    "sparc",
    "loongarch",
    "ia64",
    "amd64",
];

/// The version without the platform, which the full name of a gem has but which is not part of the version.
fn without_platform(text: &str) -> &str {
    let is_platform = |at: usize| {
        let first = text.get(at + 1..).and_then(|rest| rest.split(['-', '_']).next()).unwrap_or_default();
        PLATFORMS.iter().any(|platform| {
            first.get(..platform.len()).is_some_and(|start| start.eq_ignore_ascii_case(platform))
        })
    };
    // A pre-release before it is kept.
    let cut = text.match_indices('-').find(|(at, _)| is_platform(*at));
    cut.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Reads a version. A hyphen starts a pre-release: Ruby reads it as `.pre.`. A platform is ignored.
pub(super) fn parse(text: &str) -> Result<Vec<Segment<'_>>, Refusal> {
    let text = without_platform(text);
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("it does not start with a number");
    }
    let (release, pre) = text.split_once('-').map_or((text, None), |(release, pre)| (release, Some(pre)));
    let mut segments = Vec::with_capacity(8);
    for part in release.split('.') {
        push(part, &mut segments)?;
    }
    if let Some(pre) = pre {
        push("pre", &mut segments)?;
        // Ruby reads every further hyphen as `.pre.` too.
        for (index, labels) in pre.split('-').enumerate() {
            if index > 0 {
                push("pre", &mut segments)?;
            }
            for part in labels.split('.') {
                push(part, &mut segments)?;
            }
        }
    }
    drop_zeros(&mut segments);
    Ok(segments)
}

fn push<'a>(part: &'a str, segments: &mut Vec<Segment<'a>>) -> Result<(), Refusal> {
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("it does not consist of numbers and letters with dots between them");
    }
    let mut rest = part;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let (piece, after) = run(rest, |character| character.is_ascii_digit() == digits);
        rest = after;
        if digits {
            segments.push(Segment::Number(Number::of(piece)));
        } else {
            if !segments.iter().any(|segment| matches!(segment, Segment::Letters(_))) {
                drop_zeros(segments);
            }
            segments.push(Segment::Letters(piece));
        }
    }
    Ok(())
}

fn drop_zeros(segments: &mut Vec<Segment<'_>>) {
    while segments.last() == Some(&ZERO) {
        segments.pop();
    }
}

/// The order of two versions.
pub(super) fn order(a: &Vec<Segment<'_>>, b: &Vec<Segment<'_>>) -> Judged {
    Judged::Ordered(lists(a, b, ZERO))
}
