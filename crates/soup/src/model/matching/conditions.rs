//! What a claim names besides versions: what must hold for it (platform, architecture, what it is installed on), and where in the product the
//! flaw sits (function, module, file). The first makes a verdict conditional; the second is for the person who assesses it, because which
//! functions a product calls is not known here.

/// The words before the colon that tell a place inside the product.
const PLACES: [&str; 3] = ["function", "module", "file"];

/// What must hold, alternatives of one kind joined, and the places inside the product, in words. `None` where there is nothing.
pub(super) fn told(conditions: &[String]) -> (Option<String>, Option<String>) {
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
            // Without a kind they are no alternatives: each must hold.
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
        let of = |texts: &[&str]| told(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
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
