//! Third-party software (SOUP, IEC 62304 §3.29) and published data about it: components and bills of materials, the identifiers and
//! version orders of their ecosystems, advisories, and a component's verdict against an advisory.
//!
//! Plain data and rules. `formats` reads and writes the file formats, `cache` keeps advisories, `work` scans.

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
