//! Lists of numbers: R packages (CRAN, Bioconductor) and Haskell's Package Versioning Policy. `1.0` is below `1.0.0`.

use super::text::{Number, is_number};
use super::{Judged, Refusal};

const SEPARATORS: [char; 2] = ['.', '-'];

/// Reads a version: numbers with dots or hyphens between them.
pub(super) fn parse(text: &str) -> Result<&str, Refusal> {
    if text.split(SEPARATORS).all(is_number) {
        Ok(text)
    } else {
        Err("it does not consist of numbers with dots between them")
    }
}

/// The order of two versions.
pub(super) fn order(a: &&str, b: &&str) -> Judged {
    Judged::Ordered(a.split(SEPARATORS).map(Number::of).cmp(b.split(SEPARATORS).map(Number::of)))
}
