//! Third-party software (SOUP, IEC 62304 §3.29) and what is published about it: components and bills of materials, the identifiers and
//! version orders of their ecosystems, advisories, and the verdict of one against the other.
//!
//! Plain data and rules. Reading and writing the file formats is `exchange`; keeping advisories is `store`; a scan is `ops`.

pub mod advisory;
pub mod bill;
pub mod component;
pub mod cpe;
pub mod cvss;
pub mod diff;
pub mod lint;
pub mod matching;

pub mod purl;
pub mod same;
pub mod support;
pub mod version;
pub mod vex;
pub mod vex_document;
