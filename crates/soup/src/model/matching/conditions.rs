//! What a claim names in addition to versions: conditions (platform, architecture, what it is installed on), and the place of the flaw in the
//! product (function, module, file). A condition makes the verdict conditional. A place is shown to the person who assesses the finding, because
//! the program does not know which functions a product calls.

/// The words before the colon that mark a place inside the product.
const PLACES: [&str; 3] = ["function", "module", "file"];

/// The conditions and the places inside the product, in words, with alternatives of one kind joined. `None` if there are none.
pub(super) fn describe(conditions: &[String]) -> (Option<String>, Option<String>) {
    let is_place = |condition: &&String| PLACES.contains(&kind_of(condition));
    let places: Vec<&String> = conditions.iter().filter(is_place).collect();
    let needed: Vec<&String> = conditions.iter().filter(|condition| !is_place(condition)).collect();
    (joined(&needed), joined(&places))
}

fn kind_of(condition: &str) -> &str {
    condition.split_once(": ").map_or("", |(kind, _)| kind)
}

/// Alternatives of one kind: `platform: Windows or Linux`; kinds joined by "and".
fn joined(conditions: &[&String]) -> Option<String> {
    const SHOWN: usize = 4;
    let mut kinds: Vec<&str> = conditions.iter().map(|condition| kind_of(condition)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut parts = Vec::new();
    for kind in kinds {
        let mut values: Vec<&str> = conditions
            .iter()
            .filter(|condition| kind_of(condition) == kind)
            .map(|condition| condition.split_once(": ").map_or(condition.as_str(), |(_, value)| value))
            .collect();
        if kind.is_empty() {
            // Without a kind they are not alternatives: each must hold.
            parts.extend(values.into_iter().map(str::to_owned));
            continue;
        }
        values.sort_unstable();
        values.dedup();
        let more = values.len().saturating_sub(SHOWN);
        values.truncate(SHOWN);
        let more = if more > 0 { format!(" or {more} more") } else { String::new() };
        parts.push(format!("{kind}: {}{more}", values.join(" or ")));
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_joined_and_places_are_no_conditions() {
        let of = |texts: &[&str]| describe(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(of(&[]), (None, None));
        assert_eq!(of(&["platform: Windows", "platform: Linux"]), (some("platform: Linux or Windows"), None));
        assert_eq!(of(&["platform: a", "function: f"]), (some("platform: a"), some("function: f")));
        assert_eq!(of(&["installed on A", "platform: x"]), (some("installed on A and platform: x"), None));
        assert_eq!(
            of(&["file: 1", "file: 2", "file: 3", "file: 4", "file: 5"]),
            (None, some("file: 1 or 2 or 3 or 4 or 1 more"))
        );
    }
}
