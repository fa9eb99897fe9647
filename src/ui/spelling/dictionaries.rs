//! The Hunspell dictionaries of the workstation: which there are, and loading one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use spellbook::Dictionary;

use crate::base::regular;

/// Most bytes of the rules of a dictionary.
const RULES_BYTES_MAX: u64 = 8 << 20;
/// Most bytes of its words.
const WORDS_BYTES_MAX: u64 = 64 << 20;
/// Most files of a folder that are looked at.
const FILES_MAX: usize = 2_000;
/// Where Linux systems keep dictionaries.
const SYSTEM: [&str; 3] = ["/usr/share/hunspell", "/usr/local/share/hunspell", "/usr/share/myspell/dicts"];

/// Dictionaries by the code of their language, with their path without an ending.
pub type Dictionaries = BTreeMap<String, PathBuf>;

/// The folders of dictionaries: those that `DICPATH` names, as for other programs, then those of the system.
pub fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os("DICPATH").unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|folder| folder.is_absolute());
    named.chain(SYSTEM.map(PathBuf::from)).collect()
}

/// The dictionaries in these folders; the first of a language counts.
pub fn find(folders: &[PathBuf]) -> Dictionaries {
    let mut found = Dictionaries::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.filter_map(Result::ok).take(FILES_MAX).map(|entry| entry.path()) {
            let is_words = path.extension().is_some_and(|ending| ending == "dic");
            let code = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
            if let Some(code) = code.filter(|_| is_words && path.with_extension("aff").is_file()) {
                found.entry(code).or_insert_with(|| path.with_extension(""));
            }
        }
    }
    found
}

/// Loads a dictionary, given by its path without an ending.
pub(super) fn load(path: &Path) -> Result<Dictionary, String> {
    let rules =
        regular::bytes(&path.with_extension("aff"), RULES_BYTES_MAX).map_err(|error| regular::why(&error))?;
    let words =
        regular::bytes(&path.with_extension("dic"), WORDS_BYTES_MAX).map_err(|error| regular::why(&error))?;
    let encoding = encoding_of(&rules);
    let (rules, words) = (encoding.decode(&rules).0, encoding.decode(&words).0);
    Dictionary::new(&rules, &words).map_err(|error| error.to_string())
}

/// The encoding that the rules name for both files; older dictionaries are not in UTF-8.
fn encoding_of(rules: &[u8]) -> &'static Encoding {
    let named = rules.split(|byte| *byte == b'\n').find_map(|line| line.trim_ascii().strip_prefix(b"SET "));
    let label = named.map(|label| String::from_utf8_lossy(label.trim_ascii()).replace("ISO8859", "ISO-8859"));
    label.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(encoding_rs::UTF_8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_found_by_its_language_and_read_in_its_encoding() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        put("de_XX.aff", b"SET ISO8859-1\n");
        put("de_XX.dic", b"1\ngr\xf6\xdfer\n");
        put("alone.dic", b"0\n");
        let found = find(&[folder.path().to_owned(), PathBuf::from("/nowhere")]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["de_XX"]);
        let dictionary = load(&found["de_XX"]).unwrap();
        assert!(dictionary.check("größer") && !dictionary.check("grösser"));
    }

    #[test]
    fn what_is_no_dictionary_is_refused_with_words() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(&folder.path().join("none")).unwrap_err(), "there is no such file or folder");
    }
}
