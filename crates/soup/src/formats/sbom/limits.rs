//! How much of a document in YAML is taken: more than the parser allows by itself, for bills and lock files have more nodes than settings, and
//! less than would fill memory. Aliases stay limited by the parser.

use serde_saphyr::Options;

/// Nodes of one document at most; a package of a lock file has about fifteen.
const NODES_MAX: usize = 5_000_000;
/// Events of the parser: each list and each map has two.
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
