//! The mappings that ship with the program, and which of them fits a file.

use super::Mapping;
use super::apply::folded;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SOURCES: [&str; 2] = [
    include_str!("../../../../../assets/mappings/fda-maude-text.ron"),
    include_str!("../../../../../assets/mappings/health-canada-incidents.ron"),
];

// A test ensures that each of them can be read, so none is lost here.
static SHIPPED: LazyLock<Vec<Mapping>> =
    LazyLock::new(|| SOURCES.iter().filter_map(|source| Mapping::from_ron(source).ok()).collect());

/// The mappings that ship with the program.
pub fn shipped_mappings() -> &'static [Mapping] {
    &SHIPPED
}

/// The shipped mapping that fits a file with these columns; of several, the one that knows most columns.
pub fn suggest(header: &[String]) -> Option<&'static Mapping> {
    let names: BTreeSet<String> = header.iter().map(|name| folded(name)).collect();
    shipped_mappings()
        .iter()
        .filter(|mapping| !mapping.recognise.is_empty())
        .filter(|mapping| mapping.recognise.iter().all(|name| names.contains(&folded(name))))
        .max_by_key(|mapping| mapping.recognise.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_mapping_can_be_read_and_written() {
        for source in SOURCES {
            let mapping = Mapping::from_ron(source).unwrap();
            assert_eq!(Mapping::from_ron(&mapping.to_ron().unwrap()).unwrap(), mapping);
        }
        assert_eq!(shipped_mappings().len(), SOURCES.len());
    }

    #[test]
    fn every_shipped_mapping_is_valid_and_recognises_its_own_columns() {
        for mapping in shipped_mappings() {
            let mut header: Vec<String> = mapping.columns.iter().flat_map(|rule| rule.from.clone()).collect();
            header.extend(mapping.recognise.clone());
            header.sort();
            header.dedup();
            assert!(mapping.bind(&header).is_ok(), "{}", mapping.name);
            assert_eq!(suggest(&header), Some(mapping));
        }
        assert_eq!(suggest(&["id".to_owned(), "text".to_owned()]), None);
    }
}
