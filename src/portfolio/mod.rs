//! Many product files at a glance, and the question of the day: which of our products, in which releases in service, contain this?
//! (IEC 62304 6.1 f, 7.1.3; IEC 81001-5-1 6.1.)
//!
//! Belongs here: finding the files below folders, reading each for itself, what is kept of them, questions over all of them. Does not
//! belong here: what one product says of itself, which is in `ops`. Nothing is written to a product file. What is kept is never
//! evidence: it only makes the next answer quick, and is made anew when it is lost.

mod advised;
mod answer;
mod copies;
mod files;
mod kept;
mod look;
mod matcher;
mod question;

pub use advised::{Advised, advised};
pub use answer::{Answer, Answered, Asking, Decision, ask};
pub use files::{Files, Remark, files_below, shown};
pub use kept::kept_in;
pub use look::{For, Looking, Portfolio, Product, look, recall};
pub use matcher::Match;
pub use question::Question;
