//! Limits for YAML documents: higher than the parser's defaults, because bills and lock files have more nodes than settings, but low enough
//! to keep memory bounded. The parser still limits aliases.

use serde_saphyr::Options;

/// Maximum nodes of one document; a package of a lock file has about fifteen.
const NODES_MAX: usize = 5_000_000;
/// Maximum events of the parser: each list and each map has two.
const EVENTS_MAX: usize = 2 * NODES_MAX;

/// The limits of the parser.
pub(super) fn yaml() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: NODES_MAX,
            max_events: EVENTS_MAX,
            max_total_scalar_bytes: super::DOCUMENT_BYTES_MAX,
        },
    }
}
