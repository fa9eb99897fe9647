//! Comparing names in words, and recognising names that are too common to identify a product.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A name in lower case in which everything but letters, digits and `+` is the same separator: `Spring_Framework` and `spring-framework` are
/// equal.
pub fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() || c == '+' {
            folded.extend(c.to_lowercase());
        } else if !folded.is_empty() && !folded.ends_with('-') {
            folded.push('-');
        }
    }
    if folded.ends_with('-') {
        folded.pop();
    }
    folded
}

/// Whether a folded name is too common to identify a product. It makes no candidate.
pub fn too_common(folded: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.split(' ').collect());
    folded.chars().nth(1).is_none() || WORDS.contains(folded)
}

/// Whether a folded name is too common in texts to search for it.
pub fn too_common_in_texts(folded: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON_IN_TEXTS.split(' ').collect());
    folded.chars().nth(2).is_none() || too_common(folded) || WORDS.contains(folded)
}

/// The words of a text, as written.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '+')).filter(|word| !word.is_empty())
}

/// Words that occur in the names of hundreds of products.
const COMMON: &str = "\
    agent api app application args array async auth base bin buffer bytes cache cli client code color \
    colors command common commons config console container core cors crypto daemon data database date db \
    debug demo device driver email engine error errors event events example examples file files filter \
    firmware form format forms framework gateway handler hash headers helpers host html http image \
    images index input install interface io iterator js json kernel key lib library link list log logger \
    logging login loop mail main manager map math memory menu message model models module net network \
    node object once options output package parser path platform plugin plugins policy pool port process \
    project proxy query queue random reader redirect remote request requests resource response rest \
    router runtime sdk search security send server service services session set setup shared shell \
    socket software source state static stream string strings support system table task template term \
    test testing tests text thread time token tool tools type types ui update upload uri url user users \
    util utilities utils value version view warning web widget window write writer xml";

/// Names of products that often occur in texts about other products.
const COMMON_IN_TEXTS: &str = "\
    access android apache attack attacker bash browser bugs chrome cloud connect control cookie document \
    exec execute express file-type find fix function git glob google header internet java javascript \
    language linux local microsoft mime page patch perl php python react record release root ruby rust \
    script ssl style tar unix validator windows zip";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_hold_folded_names() {
        let words = || COMMON.split(' ').chain(COMMON_IN_TEXTS.split(' '));
        assert!(words().all(|word| fold(word) == word && !word.is_empty()));
        assert!(words().count() > 200);
    }

    #[test]
    fn separators_and_case_do_not_tell_names_apart() {
        for (a, b) in [
            ("Spring_Framework", "spring-framework"),
            ("log4j core", "Log4J.Core"),
            ("@scope/x", "scope x"),
            ("C++", "c++"),
        ] {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("notepad++"), fold("notepad"));
        assert!(too_common("core") && too_common("x") && !too_common("openssl"));
        assert!(too_common_in_texts("linux") && !too_common("linux"));
    }
}
