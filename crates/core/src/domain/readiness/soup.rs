//! Rules about the SOUP register (domain 3.6, SOUP).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::change_request::ChangeState;
use crate::domain::finding::{Finding, FindingKind, FindingState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_designator::{self, SoupDesignator, SoupDesignatorState};
use crate::domain::soup_item::due::{self, Coverage, Intervals};
use crate::domain::soup_item::register::Register;
use crate::domain::soup_item::{SUPPORT_AHEAD, SoupItem, SoupItemState as State, SupportLevel};

const ITEM: Kind = Kind::SoupItem;
const REVIEW: Kind = Kind::SoupReview;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "SOUP-01",
        "IEC 62304 8.1.2",
        S::Major,
        ("SOUP is not identified", "Enter title, supplier and an exact version."),
        not_identified,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-02",
        "IEC 62304 8.1.2",
        S::Major,
        ("A designator of SOUP is not exact", "Enter the exact version."),
        not_exact,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-03",
        "IEC 62304 8.1.2",
        S::Major,
        ("A third-party component is not registered", "Read the bill of materials into the register."),
        not_registered,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-04",
        "IEC 62304 5.3.3, 5.3.4",
        S::Major,
        ("Requirements or environment of SOUP are not specified", "Enter what it must do and what it needs."),
        not_specified,
    )
    .only(Applies::ClassBC)
    .place(ITEM),
    Rule::new(
        "SOUP-05",
        "IEC 62304 7.1.2",
        S::Major,
        (
            "It is not decided whether a failure of SOUP can contribute to a hazard",
            "Decide it, with the reason.",
        ),
        no_hazard_decision,
    )
    .only(Applies::ClassBC)
    .place(ITEM),
    Rule::new(
        "SOUP-06",
        "IEC 62304 7.1.3",
        S::Major,
        (
            "The supplier's anomaly list is not located",
            "Enter where it is, or the evidence that none is published.",
        ),
        no_list,
    )
    .only(Applies::ClassBC)
    .place(ITEM),
    Rule::new(
        "SOUP-07",
        "FDA premarket cybersecurity",
        S::Minor,
        ("Support level or end of support is not known", "Enter them with their source."),
        no_support,
    )
    .only(Applies::Cyber)
    .place(ITEM),
    Rule::new(
        "SOUP-08",
        "IEC 62304 6.1 f, IMDRF N70",
        S::Major,
        (
            "A component is out of support without an assessment",
            "Raise a finding of obsolescence and decide it.",
        ),
        out_of_support,
    )
    .place(Kind::Finding),
    Rule::new(
        "SOUP-09",
        "IEC 81001-5-1 4.3",
        S::Minor,
        ("It is not assigned who maintains a component", "Enter maintained, supported or required."),
        no_responsibility,
    )
    .only(Applies::Cyber)
    .place(ITEM),
    Rule::new(
        "SOUP-10",
        "IEC 62304 8.3",
        S::Major,
        (
            "The register disagrees with the baseline of a release",
            "Approve the item for use, or correct the register by a change.",
        ),
        disagrees,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-11",
        "IEC 62304 6.1 f",
        S::Major,
        ("A SOUP review is overdue", "Review it, and sign the review."),
        review_overdue,
    )
    .place(REVIEW),
    Rule::new(
        "SOUP-12",
        "IEC 62304 8.2.1",
        S::Critical,
        (
            "A SOUP version changed without a change request",
            "Link the change that introduced it, or raise a deviation.",
        ),
        no_change,
    )
    .place(Kind::ChangeRequest),
];

/// The items that are approved for use.
fn in_use(look: &Look) -> Vec<(SharedRecord, Arc<SoupItem>)> {
    let all = look.all::<SoupItem>().into_iter();
    all.filter(|(data, _)| State::of(data).is_some_and(State::may_be_used)).collect()
}

fn items(look: &Look, rule: fn(&SharedRecord, &SoupItem) -> Option<Hit>) -> Vec<Hit> {
    in_use(look).into_iter().filter_map(|(data, item)| rule(&data, &item)).collect()
}

/// The versions of an item that are registered, neither retired nor struck out.
fn designators(look: &Look, item: RecordId) -> Vec<(SharedRecord, Arc<SoupDesignator>)> {
    let parts = look.world.parts(item, Kind::SoupDesignator).into_iter();
    parts
        .filter(|data| SoupDesignatorState::of(data) == Some(SoupDesignatorState::Registered))
        .filter_map(|data| {
            let content = data.typed::<SoupDesignator>()?;
            Some((data, content))
        })
        .collect()
}

fn not_identified(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, item) in in_use(look) {
        let asked =
            [("title", "title", item.title.is_empty()), ("supplier", "supplier", item.supplier.is_empty())];
        let lacking = Hit::lacking(data.head.id, &asked, "It is not entered:");
        if lacking.is_none() && designators(look, data.head.id).is_empty() {
            hits.push(Hit::at(data.head.id, "No exact version of it is registered"));
        }
        hits.extend(lacking);
    }
    hits
}

fn not_exact(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in in_use(look) {
        let versions = designators(look, data.head.id).into_iter();
        let vague = versions.filter(|(_, version)| !soup_designator::is_exact(&version.title));
        hits.extend(vague.map(|(version, content)| {
            let text = format!("“{}” is a range, not a version", content.title);
            Hit::at(version.head.id, text).field("title")
        }));
    }
    hits
}

fn not_registered(look: &Look) -> Vec<Hit> {
    let register = Register::of(look.world);
    let mut hits = Vec::new();
    for (data, release) in look.fielded() {
        let mut missing = release.soup_baseline.iter().filter(|row| register.find(row).is_none());
        if let Some(first) = missing.next() {
            let count = missing.count() + 1;
            let text =
                format!("Of its SOUP rows, {count} are not in the register, such as {}", first.label());
            hits.push(Hit::at(data.head.id, text).field("soup_baseline"));
        }
    }
    hits
}

fn not_specified(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        let asked = [
            ("requirements", "what it must do", item.requirements.trim().is_empty()),
            ("environment", "what it needs", item.environment.trim().is_empty()),
        ];
        Hit::lacking(data.head.id, &asked, "It is not entered:")
    })
}

fn no_hazard_decision(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        item.can_contribute.is_none().then(|| {
            Hit::at(data.head.id, "It is not decided whether its failure can contribute to a hazard")
                .field("can_contribute")
        })
    })
}

fn no_list(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        let located = !item.anomaly_lists.is_empty() || !item.no_list.trim().is_empty();
        (!located).then(|| {
            Hit::at(
                data.head.id,
                "Neither the place of its anomaly list nor evidence that there is none is entered",
            )
            .field("anomaly_lists")
        })
    })
}

fn no_support(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        let level = matches!(item.support_level, None | Some(SupportLevel::Unknown));
        let dated = item.end_of_support.is_some() || !item.support_source.is_empty();
        let asked = [
            ("support_level", "its support level", level),
            ("end_of_support", "the day on which its support ends, or why there is none", !dated),
        ];
        Hit::lacking(data.head.id, &asked, "It is not known:")
    })
}

/// Whether the end of support of an item is assessed: a finding about that is decided.
fn is_assessed(look: &Look, item: RecordId) -> bool {
    look.world.naming(item, Kind::Finding, "items").iter().any(|found| {
        let obsolescence = found
            .typed::<Finding>()
            .is_some_and(|finding| finding.finding_kind == Some(FindingKind::Obsolescence));
        obsolescence && FindingState::of(found).is_some_and(FindingState::is_decided)
    })
}

fn out_of_support(look: &Look) -> Vec<Hit> {
    let until = look.today().plus_days(SUPPORT_AHEAD);
    let mut hits = Vec::new();
    for (data, item) in in_use(look) {
        let ended = State::of(&data) == Some(State::EndOfSupport);
        let words = match item.end_of_support {
            Some(end) if end < look.today() => format!("ended on {end}"),
            Some(end) if end <= until => format!("ends on {end}"),
            _ if ended => "has ended".to_owned(),
            Some(_) | None => continue,
        };
        if !is_assessed(look, data.head.id) {
            let text = format!("Its support {words}, and that is not assessed");
            hits.push(Hit::at(data.head.id, text).field("end_of_support"));
        }
    }
    hits
}

fn no_responsibility(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        item.responsibility
            .is_none()
            .then(|| Hit::at(data.head.id, "It is not entered who maintains it").field("responsibility"))
    })
}

/// What a release in service contains is approved for use, in a version that is not retired.
fn disagrees(look: &Look) -> Vec<Hit> {
    let register = Register::of(look.world);
    let mut seen = BTreeSet::new();
    let mut hits = Vec::new();
    for (data, release) in look.fielded() {
        for known in release.soup_baseline.iter().filter_map(|row| register.find(row)) {
            let item = &known.item;
            let usable = State::of(item).is_some_and(State::may_be_used);
            let retired = SoupDesignatorState::of(&known.designator) == Some(SoupDesignatorState::Retired);
            let wrong = if usable { &known.designator } else { item };
            if (usable && !retired) || !seen.insert(wrong.head.id) {
                continue;
            }
            let word = wrong.def().state(&wrong.head.state).map_or("", |state| state.word);
            let text = format!("The register calls it “{word}”, and {} contains it", data.head.id);
            hits.push(Hit::at(wrong.head.id, text));
        }
    }
    hits
}

/// The items with a finding of a vulnerability that is exploited and not decided.
fn exploited(look: &Look) -> BTreeSet<RecordId> {
    let findings = look.all::<Finding>().into_iter();
    let pending = findings.filter(|(data, finding)| {
        finding.kev_listed == Some(true) && FindingState::of(data).is_some_and(FindingState::is_undecided)
    });
    pending.flat_map(|(_, finding)| finding.items.clone()).collect()
}

fn review_overdue(look: &Look) -> Vec<Hit> {
    let governing = look.world.governing();
    let intervals = Intervals::of(look.world, governing.plan());
    let fielded: BTreeSet<RecordId> = look.fielded().iter().map(|(data, _)| data.head.id).collect();
    let exploited = exploited(look);
    let mut seen = BTreeSet::new();
    let mut hits = Vec::new();
    for row in due::matrix(look.world, look.today()) {
        let (Some(item), Coverage::Overdue { since, .. }) = (row.item, row.coverage) else { continue };
        if since >= look.today() || !fielded.contains(&row.release) || !seen.insert(item) {
            continue;
        }
        let days = look.today().days_since(since);
        let content = look.world.record(item).and_then(|data| data.typed::<SoupItem>());
        let interval = content.and_then(|item| intervals.of_item(&item));
        let grave = interval.is_some_and(|interval| days > i64::from(interval)) || exploited.contains(&item);
        let text = format!(
            "Its review was due on {since}, {days} days ago, by version {} of the plan",
            governing.plan().version
        );
        let hit = Hit::at(item, text);
        hits.push(if grave { hit.severity(S::Critical) } else { hit });
    }
    hits
}

fn no_change(look: &Look) -> Vec<Hit> {
    let releases = look.world.all(Kind::Release);
    let mut hits = Vec::new();
    for (data, item) in in_use(look) {
        for (version, content) in designators(look, data.head.id) {
            let change = content.introduced_by.and_then(|id| look.world.record(id));
            let planned =
                change.is_some_and(|data| ChangeState::of(&data).is_some_and(|state| !state.is_given_up()));
            let known = || soup_designator::is_introduced_by(look.world, &releases, &item.title, &content);
            if !planned && !known() {
                let text = format!("Version {} was introduced by no change request", content.title);
                hits.push(Hit::at(version.head.id, text).field("introduced_by"));
            }
        }
    }
    hits
}
