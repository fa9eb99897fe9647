//! Steps of SOUP items, and what is checked while they are written (domain 2.8, 3.6).

use serde_json::{Value, json};

use super::register::{fielded, where_used};
use super::{ALIVE, KEEPERS, SUPPORT_AHEAD, SoupItem, SoupItemState as S, SupportLevel};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::record::{Fields, RecordData};
use crate::domain::release::Release;
use crate::domain::review_item::ReviewItem;
use crate::domain::soup_designator::{SoupDesignator, counts, is_introduced};
use crate::domain::text;
use crate::domain::workflow::{Case, Condition, Effect, Move};

/// The step that approves an item for use.
pub const APPROVE: &str = "approve";
/// The step that follows when a change to another version is opened.
pub const UPDATE_PENDING: &str = "update_pending";
/// The step that ends it.
pub const UPDATE_DONE: &str = "update_done";
/// The step when support ends.
pub const END_SUPPORT: &str = "end_support";
/// The step when no release contains it any more.
pub const RETIRE: &str = "retire";

const USABLE: &[&str] = &[S::InUse.code(), S::UpdatePending.code(), S::Restricted.code()];

pub(super) const MOVES: &[Move] = &[
    Move::new("evaluate", "Begin the evaluation", &[S::Proposed.code()], S::UnderEvaluation.code(), KEEPERS)
        .clause("IEC 62304 5.3.3"),
    Move::new(
        APPROVE,
        "Approve for use",
        &[S::Proposed.code(), S::UnderEvaluation.code(), S::Restricted.code(), S::EndOfSupport.code()],
        S::InUse.code(),
        &[Role::DevLead, Role::Quality, Role::SecurityLead],
    )
    .clause("IEC 62304 8.1.2, 7.1.2")
    .guard(|case| case.with::<SoupItem>(may_be_used)),
    Move::new(
        UPDATE_PENDING,
        "Update pending",
        &[S::InUse.code(), S::Restricted.code()],
        S::UpdatePending.code(),
        KEEPERS,
    )
    .clause("IEC 62304 8.2.1")
    .guard(|case| vec![has_open_change(case)]),
    Move::new(UPDATE_DONE, "Updated", &[S::UpdatePending.code()], S::InUse.code(), KEEPERS)
        .guard(|case| case.with::<SoupItem>(may_be_used)),
    Move::new(
        "restrict",
        "Restrict",
        &[S::InUse.code(), S::UpdatePending.code()],
        S::Restricted.code(),
        KEEPERS,
    )
    .reason()
    .asks(&["restriction"]),
    Move::new(END_SUPPORT, "Support has ended", USABLE, S::EndOfSupport.code(), KEEPERS)
        .clause("IEC 62304 6.1 f")
        .guard(|case| case.with::<SoupItem>(is_out_of_support))
        .effects(obsolete),
    Move::new(RETIRE, "Retire", ALIVE, S::Retired.code(), &[Role::DevLead, Role::Quality])
        .clause("IEC 62304 8.1.2")
        .reason()
        .guard(in_no_release),
    Move::new(
        "reject",
        "Reject",
        &[S::Proposed.code(), S::UnderEvaluation.code()],
        S::Rejected.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason()
    .grave()
    .guard(in_no_release),
];

/// Requirements and environment for classes B and C, the hazard decision with its hazards, the lists of anomalies, a version with
/// what brought it.
fn may_be_used(case: &Case, item: &SoupItem) -> Vec<Condition> {
    let mut conditions = lint(case, item);
    let parts = case.world.parts(case.id(), Kind::SoupDesignator);
    let versions: Vec<_> = parts.iter().filter(|data| counts(data)).collect();
    let text = "It has an exact version";
    conditions.push(Condition::new("IEC 62304 8.1.2", text, !versions.is_empty()));
    for data in versions {
        let known = data
            .typed::<SoupDesignator>()
            .is_some_and(|content| is_introduced(case.world, case.data.title(), &content));
        if !known {
            let text = format!(
                "An approved change brought version {}, or it was in the product before",
                data.text("title")
            );
            conditions.push(Condition::new("IEC 62304 8.2.1", text, false).on(data.head.id));
        }
    }
    conditions
}

/// What an item still lacks, with the clause. It is shown while the item is written, and asked before it is approved.
pub fn lint(case: &Case, item: &SoupItem) -> Vec<Condition> {
    let b_or_c = case.world.product().class().is_b_or_c();
    let mut conditions = Vec::new();
    let mut say = |clause, text: &str, met: bool, field| {
        conditions.push(Condition::new(clause, text, met).at(field));
    };
    say("IEC 62304 8.1.2", "The supplier is named", !item.supplier.is_empty(), "supplier");
    if b_or_c {
        let given = !item.requirements.trim().is_empty();
        say("IEC 62304 5.3.3", "What it must do for the product is stated", given, "requirements");
        let given = !item.environment.trim().is_empty();
        say("IEC 62304 5.3.4", "The hardware and software that it needs are stated", given, "environment");
    }
    let decided = item.can_contribute.is_some() && !item.hazard_rationale.trim().is_empty();
    say(
        "IEC 62304 7.1.2",
        "It is decided and justified whether its failure can contribute to harm",
        decided,
        "can_contribute",
    );
    let named = item.can_contribute != Some(true) || !item.hazards.is_empty();
    say("IEC 62304 7.1.4", "The hazards to which its failure can contribute are named", named, "hazards");
    let located = !item.anomaly_lists.is_empty() || !item.no_list.trim().is_empty();
    let text = "The place of its published anomalies is known, or there is evidence that none are published";
    say("IEC 62304 7.1.3", text, located, "anomaly_lists");
    say("IEC 62304 6.1 f", "It has a risk tier", item.risk_tier.is_some(), "risk_tier");
    let explained = item.interval_days.is_none() || !item.interval_reason.trim().is_empty();
    say(
        "IEC 62304 6.1 f",
        "It is said why its interval is not that of the plan",
        explained,
        "interval_reason",
    );
    let known = item.support_level.is_some_and(|level| level != SupportLevel::Unknown)
        || !item.support_source.is_empty();
    if case.world.product().is_cyber_device == Some(true) {
        say("FD&C 524B", "Its support level is known, or it is said why it is not", known, "support_level");
    }
    conditions
}

fn has_open_change(case: &Case) -> Condition {
    let used = where_used(case.world, case.data);
    let open = used.changes.iter().any(|data| data.is_open());
    Condition::new("IEC 62304 8.2.1", "An open change names it among its SOUP changes", open)
}

fn is_out_of_support(case: &Case, item: &SoupItem) -> Vec<Condition> {
    let passed = item.end_of_support.is_some_and(|day| day <= case.now.day());
    let stopped =
        matches!(item.support_level, Some(SupportLevel::NoLongerMaintained | SupportLevel::Abandoned));
    let text = "Its end of support has passed, or it is no longer maintained";
    vec![Condition::new("IEC 62304 6.1 f", text, passed || stopped).at("end_of_support")]
}

/// A finding is opened in which the risk of obsolescence is assessed (IMDRF N70).
fn obsolete(case: &Case) -> Vec<Effect> {
    let open = case.world.naming(case.id(), Kind::Finding, "items");
    let known = open.iter().any(|data| data.text("finding_kind") == "obsolescence" && data.is_open());
    if known {
        return Vec::new();
    }
    let day = case.data.text("end_of_support");
    let since = if day.is_empty() { String::new() } else { format!(" since {day}") };
    let title = format!("{} is no longer supported{since}", case.data.title());
    let mut set = Fields::new();
    set.insert("title".into(), text::title(&title).into());
    set.insert("finding_kind".into(), "obsolescence".into());
    set.insert("items".into(), json!([case.id()]));
    set.insert("learned_on".into(), case.now.day().to_string().into());
    set.insert("source".into(), "SOUP register".into());
    vec![Effect::Create { kind: Kind::Finding, set, link_back: None }]
}

fn in_no_release(case: &Case) -> Vec<Condition> {
    let name = case.data.title();
    let uses = |data: &&crate::domain::shared_record::SharedRecord| {
        data.typed::<Release>()
            .is_some_and(|release| release.soup_baseline.iter().any(|row| *row.item == *name))
    };
    let releases = fielded(case.world);
    let used = releases.iter().find(uses);
    let text = match used {
        Some(data) => format!("No release in service contains it; {} does", data.head.id),
        None => "No release in service contains it".to_owned(),
    };
    vec![Condition::new("IEC 62304 8.1.2", text, used.is_none())]
}

/// One item for each package and name, so that it is not reviewed twice under one name and forgotten under the other.
pub(super) fn may_create(case: &Case) -> Vec<Condition> {
    let (name, package) = (case.data.title(), case.data.text("package"));
    let others = case.world.titled(Kind::SoupItem, name);
    let same = others.iter().find(|data| {
        data.head.id != case.id()
            && !data.is_terminal()
            && (package.is_empty() || data.text("package").is_empty() || data.text("package") == package)
    });
    let who = same.map_or_else(String::new, |data| format!("; {} is it", data.head.id));
    let text = format!("No other item of the register is {name}{who}");
    vec![Condition::new("IEC 62304 8.1.2", text, same.is_none()).at("title")]
}

/// What identifies it in baselines and what a reviewer relied on does not change without a word.
pub(super) fn why_reason(data: &RecordData, set: &Fields) -> Option<String> {
    if S::of(data).is_some_and(S::is_being_evaluated) {
        return None;
    }
    let asked = ["package", "can_contribute", "risk_tier", "interval_days"];
    let changed =
        asked.into_iter().find(|name| set.get(*name).is_some_and(|value| value != data.value(name)))?;
    let label = Kind::SoupItem.def().field(changed).map_or(changed, |field| field.label);
    Some(format!("a change of “{label}” of {}, which is approved for use,", data.head.id))
}

pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    if data.value("interval_days") == &Value::from(0) {
        wrong.push(("interval_days", "must be at least 1".to_owned()));
    }
    if data.text("package").contains('@') {
        let why = "must not have a version; the versions are the designators of the item".to_owned();
        wrong.push(("package", why));
    }
    wrong
}

/// What a reader of an item must know.
pub(super) fn notices(case: &Case) -> Vec<String> {
    let Some(item) = case.data.typed::<SoupItem>() else { return Vec::new() };
    let today = case.now.day();
    let mut notices = Vec::new();
    if let Some(day) = item.end_of_support {
        let left = day.days_since(today);
        if left < 0 {
            notices.push(format!("Its support ended on {day}."));
        } else if left <= SUPPORT_AHEAD {
            notices.push(format!("Its support ends on {day}, in {}.", text::counted(left, "day")));
        }
    }
    notices.extend(published_support(case, &item));
    notices
}

/// What the last search of an item said of its support, if the register says something else. A person takes it over.
fn published_support(case: &Case, item: &SoupItem) -> Option<String> {
    let reviewed = case.world.naming(case.id(), Kind::ReviewItem, "item");
    let mut said = reviewed.iter().filter_map(|data| data.typed::<ReviewItem>());
    let last = said.rfind(|content| content.support_until.is_some())?;
    let day = last.support_until.filter(|day| Some(*day) != item.end_of_support)?;
    Some(format!(
        "Published data says that the support of version {} ends on {day} ({}). If that is so, enter it under “Support”.",
        last.version_searched, last.support_source
    ))
}
