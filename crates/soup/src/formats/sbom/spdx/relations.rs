//! The meaning of SPDX 2 relationships for a bill. SPDX 3 is translated to the same words first.

use crate::model::component::Scope;

/// The meaning of a relationship `A KIND B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A depends on B, with this scope.
    Needs(Scope),
    /// B depends on A, with this scope.
    NeededBy(Scope),
    /// B is inside A.
    Contains,
    /// A is inside B.
    ContainedBy,
    /// A, the document, describes B.
    Describes,
    /// A is described by B, the document.
    DescribedBy,
    /// A belongs to the pedigree of B, with these words.
    PedigreeOf(&'static str),
    /// B belongs to the pedigree of A, with these words.
    Pedigree(&'static str),
    /// Nothing for a bill.
    Nothing,
}

/// The meaning of a relationship word.
pub(super) fn meaning(kind: &str) -> Meaning {
    match kind {
        "DEPENDS_ON" | "HAS_PREREQUISITE" | "DYNAMIC_LINK" | "STATIC_LINK" | "DEPENDS" => {
            Meaning::Needs(Scope::Required)
        }
        "DEPENDENCY_OF"
        | "RUNTIME_DEPENDENCY_OF"
        | "PROVIDED_DEPENDENCY_OF"
        | "PREREQUISITE_FOR"
        | "PACKAGE_OF" => Meaning::NeededBy(Scope::Required),
        "OPTIONAL_DEPENDENCY_OF" | "OPTIONAL_COMPONENT_OF" => Meaning::NeededBy(Scope::Optional),
        "DEV_DEPENDENCY_OF"
        | "TEST_DEPENDENCY_OF"
        | "BUILD_DEPENDENCY_OF"
        | "DEV_TOOL_OF"
        | "TEST_TOOL_OF"
        | "BUILD_TOOL_OF"
        | "TEST_OF" => Meaning::NeededBy(Scope::Excluded),
        "CONTAINS" => Meaning::Contains,
        "CONTAINED_BY" => Meaning::ContainedBy,
        "DESCRIBES" => Meaning::Describes,
        "DESCRIBED_BY" => Meaning::DescribedBy,
        "ANCESTOR_OF" => Meaning::PedigreeOf("ancestor"),
        "DESCENDANT_OF" => Meaning::Pedigree("ancestor"),
        "VARIANT_OF" => Meaning::Pedigree("variant of"),
        "PATCH_FOR" | "PATCH_APPLIED" => Meaning::PedigreeOf("patch"),
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_direction_has_its_opposite() {
        assert_eq!(meaning("DEPENDS_ON"), Meaning::Needs(Scope::Required));
        assert_eq!(meaning("DEPENDENCY_OF"), Meaning::NeededBy(Scope::Required));
        assert_eq!(meaning("TEST_DEPENDENCY_OF"), Meaning::NeededBy(Scope::Excluded));
        assert_eq!(meaning("GENERATES"), Meaning::Nothing);
    }
}
