//! What the SOUP of a release needs: it is registered and approved for use, reviewed before the release, and every finding about it is
//! decided for this release (IEC 62304 8.1.2, 7.1.3; IEC 81001-5-1 9.5; domain 2.7).

use super::Release;
use super::gate::NAMED_MAX;
use crate::domain::finding::verdicts::{self, Verdict};
use crate::domain::ids::RecordId;
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::review_item::{ReviewItem, hits_undecided};
use crate::domain::soup_item::SOUP_RULES;
use crate::domain::soup_item::register::{Register, unregistered};
use crate::domain::soup_review::newest;
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, World};

/// Every row of the SOUP baseline is registered, approved for use, and something says what brought it into the product.
pub(super) fn is_registered(case: &Case, release: &Release) -> Vec<Condition> {
    if case.rules < SOUP_RULES || release.soup_baseline.is_empty() {
        return Vec::new();
    }
    let found = unregistered(case.world, release);
    let more = |count: usize| if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    let text = match found.missing.first() {
        Some(first) => format!(
            "Every SOUP of the baseline is in the register; {first}{} not. Read the bill of materials into the register",
            if found.missing.len() > 1 {
                format!("{} are", more(found.missing.len()))
            } else {
                " is".to_owned()
            }
        ),
        None => "Every SOUP of the baseline is in the register".to_owned(),
    };
    let mut conditions =
        vec![Condition::new("IEC 62304 8.1.2", text, found.missing.is_empty()).at("soup_baseline")];
    for (id, name) in found.not_approved.iter().take(NAMED_MAX) {
        let text = format!("{name} is approved for use");
        conditions.push(Condition::new("IEC 62304 8.1.2, 7.1.2", text, false).on(*id));
    }
    if found.not_approved.len() > NAMED_MAX {
        let text =
            format!("{} further SOUP items are approved for use", found.not_approved.len() - NAMED_MAX);
        conditions.push(Condition::new("IEC 62304 8.1.2, 7.1.2", text, false).at("soup_baseline"));
    }
    for (id, name) in found.without_change.iter().take(NAMED_MAX) {
        let text = format!(
            "It is known what brought {name} into the product: a change, or a version that had it before"
        );
        conditions.push(Condition::new("IEC 62304 8.2.1", text, false).on(*id));
    }
    conditions
}

/// The SOUP was reviewed inside the window of the plan, and every finding about it is decided for this release.
pub(super) fn is_reviewed(case: &Case, release: &Release) -> Vec<Condition> {
    if release.soup_baseline.is_empty() {
        return Vec::new();
    }
    if case.rules < SOUP_RULES {
        return as_stated(case, release);
    }
    let mut conditions = every_version_reviewed(case, release);
    let open: Vec<(RecordId, String)> = verdicts::of_release(case.world, case.id(), case.now.day())
        .into_iter()
        .filter_map(|(data, verdict)| match verdict {
            Verdict::Open(why) => Some((data.head.id, why)),
            Verdict::NotConcerned | Verdict::Stated(_) | Verdict::CarriedOver { .. } => None,
        })
        .collect();
    if open.is_empty() {
        let text = "Every finding about its SOUP is decided for this release";
        conditions.push(Condition::new("IEC 81001-5-1 9.5", text, true));
    }
    conditions.extend(open.iter().take(NAMED_MAX).map(|(id, why)| {
        Condition::new("IEC 81001-5-1 9.5", format!("{id} is decided for this release: {why}"), false).on(*id)
    }));
    conditions
}

/// The first day on which a review counts before a release; `None` if the plan sets no window.
pub fn review_window(world: &dyn World, today: Day) -> Option<Day> {
    world.governing().plan().soup_review_window_days.map(|days| today.plus_days(-i64::from(days)))
}

/// Every version of the baseline has its own result in a review that two persons completed, with a search inside the window.
fn every_version_reviewed(case: &Case, release: &Release) -> Vec<Condition> {
    let register = Register::of(case.world);
    let rows = release.soup_baseline.iter().filter_map(|row| register.find(row));
    let wanted = rows.map(|known| known.designator.head.id).collect();
    // Before rule set 4 a search counted whatever its day.
    let ahead = if case.rules < RETIREMENT_RULES { i64::from(u16::MAX) } else { 0 };
    let reviewed = newest::completed(case.world, &wanted, case.now.day().plus_days(ahead));
    let since = review_window(case.world, case.now.day());
    let of = |row: &super::SoupVersion| {
        register.find(row).and_then(|known| reviewed.get(&known.designator.head.id))
    };
    let is_fresh =
        |row: &&super::SoupVersion| matches!((of(row), since), (Some((on, _)), Some(since)) if *on >= since);
    let mut open = release.soup_baseline.iter().filter(|row| !is_fresh(row));
    let first = open.next().map(super::SoupVersion::label);
    let count = open.count() + usize::from(first.is_some());
    let when =
        since.map_or_else(|| "inside the window of the plan".to_owned(), |day| format!("on {day} or later"));
    let text = match first {
        Some(first) => format!(
            "Every SOUP of the baseline was reviewed {when}; {count} of {} not, such as {first}. Start a SOUP review with this release \
             among those that are not in service yet",
            release.soup_baseline.len()
        ),
        None => format!("Every SOUP of the baseline was reviewed {when}"),
    };
    let mut conditions = vec![Condition::new("IEC 62304 7.1.3", text, count == 0)];
    let lost = release.soup_baseline.iter().filter_map(of).find_map(|(_, item)| {
        let content = item.typed::<ReviewItem>()?;
        let hit = hits_undecided(case.world, &content).into_iter().next()?;
        Some((
            item.head.id,
            format!("Every hit of that review has its decision; {hit} of {} has none", item.title()),
        ))
    });
    conditions.extend(lost.map(|(id, text)| Condition::new("IEC 62304 7.1.3", text, false).on(id)));
    conditions
}

/// By the rule sets before the register a release stated its review itself.
fn as_stated(case: &Case, release: &Release) -> Vec<Condition> {
    let governing = case.world.governing();
    let window = governing.plan().soup_review_window_days;
    let fresh = release
        .soup_reviewed_on
        .is_some_and(|on| window.is_some_and(|days| case.now.day().days_since(on) <= i64::from(days)));
    let words =
        window.map_or_else(|| "as many days as the plan says".to_owned(), |days| counted(days, "day"));
    let named = !release.soup_review_ref.is_empty();
    let decided = !release.findings_statement.trim().is_empty();
    vec![
        Condition::new("IEC 62304 7.1.3", "The review of the SOUP is named", named).at("soup_review_ref"),
        Condition::new("IEC 62304 7.1.3", format!("The SOUP was reviewed within {words}"), fresh)
            .at("soup_reviewed_on"),
        Condition::new("IEC 81001-5-1 9.5", "The open findings of the SOUP are decided", decided)
            .at("findings_statement"),
    ]
}
