//! Words of passages and sets of words that must occur in them: stems, phrases, limits of time.

/// The words of a text in lower case, without signs; `third-party` is two words.
pub(super) fn of(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether one of the alternatives of a set occurs among the words.
pub(super) fn occurs(set: &str, words: &[String]) -> bool {
    set.split('|').map(str::trim).any(|phrase| match phrase {
        "@limit" => has_limit(words),
        "@within" => has_number_of_units(words),
        "@number" => words.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_digit())),
        "@version" => has_version(words),
        "@date" => has_date(words),
        _ => has_phrase(phrase, words),
    })
}

fn has_phrase(phrase: &str, words: &[String]) -> bool {
    let parts: Vec<&str> = phrase.split(' ').filter(|part| !part.is_empty()).collect();
    !parts.is_empty()
        && words
            .windows(parts.len())
            .any(|found| parts.iter().zip(found).all(|(part, word)| fits(part, word)))
}

/// A stem before `*`, otherwise the word itself or its plural.
fn fits(part: &str, word: &str) -> bool {
    match part.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == part || word.strip_suffix('s') == Some(part),
    }
}

const UNITS: [&str; 7] = ["minute", "hour", "day", "week", "month", "quarter", "year"];
const OFTEN: [&str; 10] = [
    "hourly",
    "daily",
    "weekly",
    "biweekly",
    "monthly",
    "quarterly",
    "annually",
    "annual",
    "yearly",
    "biannually",
];
const COUNTS: [&str; 14] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "thirty",
    "sixty", "ninety",
];

fn has_unit(words: &[String], after: usize) -> bool {
    let unit = |word: &String| UNITS.iter().any(|unit| fits(unit, word));
    words.iter().skip(after + 1).take(3).any(unit)
}

/// A number with a unit of time, `every month`, or a word such as weekly.
fn has_limit(words: &[String]) -> bool {
    let each = |word: &str| ["every", "each", "per", "once"].contains(&word);
    has_number_of_units(words)
        || words
            .iter()
            .enumerate()
            .any(|(at, word)| OFTEN.contains(&word.as_str()) || (each(word) && has_unit(words, at)))
}

/// A number with a unit of time, such as 30 days or 48h.
fn has_number_of_units(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let joined = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = word.bytes().all(|byte| byte.is_ascii_digit()) || COUNTS.contains(&word.as_str());
        (joined.len() < word.len() && ["h", "d", "w", "m", "y"].contains(&joined))
            || (number && has_unit(words, at))
    })
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20"))
}

/// Words before the number of a version.
const VERSIONS: &str = "version release released build tag";

/// A number right behind the word for a version; “the version of 2022” is none.
fn has_version(words: &[String]) -> bool {
    let named = |word: &String| VERSIONS.split(' ').any(|known| known == word);
    let number = |word: &String| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    let joining = |word: &String| ["in", "is", "number", "no"].contains(&word.as_str());
    words.windows(3).any(|three| match three {
        [a, b, c] => named(a) && (number(b) || (joining(b) && number(c) && !is_year(c))),
        _ => false,
    }) || matches!(words, [.., a, b] if named(a) && number(b))
}

/// A year beside a month or day.
fn has_date(words: &[String]) -> bool {
    words
        .windows(3)
        .any(|three| three.iter().any(|word| is_year(word)) && three.iter().all(|word| word.len() <= 9))
}

/// Most words of a piece in which words count as near each other.
const NEAR: usize = 90;

/// A passage in pieces of whole sentences with at most [`NEAR`] words, as far as sentences allow.
pub(super) fn pieces(passage: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut count, mut end) = (0, 0, 0);
    for sentence in passage.split_inclusive(". ") {
        let words = sentence.split_whitespace().count();
        if count > 0 && count + words > NEAR {
            pieces.push(passage[start..end].trim());
            (start, count) = (end, 0);
        }
        count += words;
        end += sentence.len();
    }
    pieces.push(passage[start..].trim());
    pieces
}

/// Words of a place that nobody has filled yet, or that says that something does not apply.
const OPEN: [&str; 20] = [
    "tbd",
    "tba",
    "tbc",
    "to be defined",
    "to be determined",
    "to be completed",
    "to be added",
    "lorem ipsum",
    "not applicable",
    "out of scope",
    "not covered",
    "is not defined",
    "isn t defined",
    "not yet defined",
    "is not addressed",
    "isn t addressed",
    "not yet established",
    "is not established",
    "no process",
    "no procedure",
];

/// Whether a passage is a place to be filled, and not an answer.
pub(super) fn is_open(text: &str, words: &[String]) -> bool {
    let bracketed = [
        "[insert",
        "<insert",
        "[enter",
        "<enter",
        "[describe",
        "<describe",
        "[your ",
        "<your ",
        "[todo",
        "{{",
    ];
    let lower = text.to_lowercase();
    bracketed.iter().any(|mark| lower.contains(mark)) || OPEN.iter().any(|phrase| has_phrase(phrase, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_phrases_and_limits_are_found_and_others_are_not() {
        for (set, text, found) in [
            ("receiv*", "Feedback is received by support.", true),
            ("third party", "third-party software", true),
            ("third party", "a party of three", false),
            ("user", "all users", true),
            ("user", "useful", false),
            ("@limit", "within 5 working days", true),
            ("@limit", "every six months", true),
            ("@limit", "weekly", true),
            ("@limit", "once per year", true),
            ("@limit", "see section 5 of the manual", false),
            ("@limit", "within 48h", true),
            ("@within", "within 48h", true),
            ("@within", "released in 30 working days", true),
            ("@within", "checked monthly and every six weeks", true),
            ("@within", "checked monthly and every week", false),
            ("@version", "fixed in version 2.4.1", true),
            ("@version", "Released in v3", true),
            ("@version", "build 17", true),
            ("@version", "the latest version was in 2022", false),
            ("@version", "its last release in 2022", false),
            ("@version", "builds on CR-0010", false),
            ("@date", "on 2026-03-01", true),
            ("@date", "section 12", false),
        ] {
            assert_eq!(occurs(set, &of(text)), found, "{set} in {text}");
        }
    }

    #[test]
    fn a_long_passage_is_cut_between_sentences() {
        let text = "One two three four five six seven eight nine ten. ".repeat(30);
        let cut = pieces(&text);
        assert!(cut.len() > 3 && cut.iter().all(|piece| piece.split_whitespace().count() <= NEAR));
        assert_eq!(pieces("short"), ["short"]);
    }

    #[test]
    fn a_place_to_be_filled_is_no_answer() {
        for text in [
            "TBD",
            "The interval is to be defined.",
            "[Insert the procedure]",
            "Obsolescence is not applicable.",
        ] {
            assert!(is_open(text, &of(text)), "{text}");
        }
        assert!(!is_open("The interval is defined.", &of("The interval is defined.")));
    }
}
