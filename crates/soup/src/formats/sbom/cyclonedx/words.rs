//! The words that CycloneDX allows in its fields, each with the minor version that introduced it.

/// Words with the minor version that introduced them: 5 for 1.5.
pub(super) type Words = &'static [(&'static str, u8)];

/// Types of components.
pub(super) const COMPONENT_TYPES: Words = &[
    ("application", 0),
    ("framework", 0),
    ("library", 0),
    ("operating-system", 0),
    ("device", 0),
    ("file", 1),
    ("container", 2),
    ("firmware", 2),
    ("platform", 5),
    ("device-driver", 5),
    ("machine-learning-model", 5),
    ("data", 5),
    ("cryptographic-asset", 6),
];
/// Scopes of components.
pub(super) const SCOPES: Words = &[("required", 0), ("optional", 0), ("excluded", 1)];
/// Algorithms of digests.
pub(super) const ALGORITHMS: Words = &[
    ("MD5", 0),
    ("SHA-1", 0),
    ("SHA-256", 0),
    ("SHA-384", 0),
    ("SHA-512", 0),
    ("SHA3-256", 0),
    ("SHA3-384", 1),
    ("SHA3-512", 0),
    ("BLAKE2b-256", 2),
    ("BLAKE2b-384", 2),
    ("BLAKE2b-512", 2),
    ("BLAKE3", 2),
    ("Streebog-256", 7),
    ("Streebog-512", 7),
];
/// Types of patches.
pub(super) const PATCH_TYPES: Words =
    &[("unofficial", 0), ("monkey", 0), ("backport", 0), ("cherry-pick", 0)];
/// Types of issues that a patch resolves.
pub(super) const ISSUE_TYPES: Words = &[("defect", 0), ("enhancement", 0), ("security", 0)];
/// Directions of data.
pub(super) const FLOWS: Words = &[("inbound", 0), ("outbound", 0), ("bi-directional", 0), ("unknown", 0)];
/// Encodings of attached texts.
pub(super) const ENCODINGS: Words = &[("base64", 0)];
/// Acknowledgements of licences.
pub(super) const ACKNOWLEDGEMENTS: Words = &[("declared", 0), ("concluded", 0)];
/// The mark of the format.
pub(super) const BOM_FORMATS: Words = &[("CycloneDX", 0)];
/// States of an analysis.
pub(super) const STATES: Words = &[
    ("resolved", 4),
    ("resolved_with_pedigree", 4),
    ("exploitable", 4),
    ("in_triage", 4),
    ("false_positive", 4),
    ("not_affected", 4),
];
/// Justifications of an analysis.
pub(super) const JUSTIFICATIONS: Words = &[
    ("code_not_present", 4),
    ("code_not_reachable", 4),
    ("requires_configuration", 4),
    ("requires_dependency", 4),
    ("requires_environment", 4),
    ("protected_by_compiler", 4),
    ("protected_at_runtime", 4),
    ("protected_at_perimeter", 4),
    ("protected_by_mitigating_control", 4),
];
/// Responses to a vulnerability.
pub(super) const RESPONSES: Words =
    &[("can_not_fix", 4), ("will_not_fix", 4), ("update", 4), ("rollback", 4), ("workaround_available", 4)];
/// Status of versions.
pub(super) const AFFECTED: Words = &[("affected", 4), ("unaffected", 4), ("unknown", 4)];
/// Types of external references.
pub(super) const REFERENCE_TYPES: Words = &[
    ("vcs", 0),
    ("issue-tracker", 0),
    ("website", 0),
    ("advisories", 0),
    ("bom", 0),
    ("mailing-list", 0),
    ("social", 0),
    ("chat", 0),
    ("documentation", 0),
    ("support", 0),
    ("distribution", 0),
    ("license", 0),
    ("build-meta", 0),
    ("build-system", 0),
    ("other", 0),
    ("release-notes", 4),
    ("source-distribution", 6),
    ("distribution-intake", 5),
    ("security-contact", 5),
    ("model-card", 5),
    ("log", 5),
    ("configuration", 5),
    ("evidence", 5),
    ("formulation", 5),
    ("attestation", 5),
    ("threat-model", 5),
    ("adversary-model", 5),
    ("risk-assessment", 5),
    ("vulnerability-assertion", 5),
    ("exploitability-statement", 5),
    ("pentest-report", 5),
    ("static-analysis-report", 5),
    ("dynamic-analysis-report", 5),
    ("runtime-analysis-report", 5),
    ("component-analysis-report", 5),
    ("maturity-report", 5),
    ("certification-report", 5),
    ("codified-infrastructure", 5),
    ("quality-metrics", 5),
    ("poam", 5),
    ("electronic-signature", 6),
    ("digital-signature", 6),
    ("rfc-9116", 6),
    ("patent", 7),
    ("patent-family", 7),
    ("patent-assertion", 7),
    ("citation", 7),
];
