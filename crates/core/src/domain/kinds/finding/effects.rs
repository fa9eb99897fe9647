//! What follows from decisions on findings: what they rest on is noted, and an uncontrolled risk opens a problem report and a
//! security advisory (domain 2.10).

use serde_json::{Value, json};

use super::verdicts::{decided_for, is_decided_for_now};
use super::{Applicability, Disposition, Finding};
use crate::domain::canonical;
use crate::domain::communication::{CommunicationState, communications_of};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::soup_item::SoupItem;
use crate::domain::text;
use crate::domain::workflow::{Case, Condition, Effect, World};
use mainstay_base::distinct::distinct;

/// The person who proposes a decision is noted, with what the decision rests on.
pub(super) fn proposed(case: &Case, finding: &Finding) -> Vec<Effect> {
    let Some(actor) = case.actor else { return Vec::new() };
    let mut set = basis(case.world, finding);
    set.insert("proposed_by".into(), json!(actor));
    vec![Effect::Set { id: case.id(), set }]
}

/// What a decision rests on: how the items are used, and the versions in the releases for which it is stated.
fn basis(world: &dyn World, finding: &Finding) -> Fields {
    let mut set = Fields::new();
    let used = where_used_text(world, &finding.items);
    set.insert("where_used".into(), if used.is_empty() { Value::Null } else { used.into() });
    let versions = decided_for(world, finding);
    set.insert("decided_for".into(), if versions.is_empty() { Value::Null } else { json!(versions) });
    set
}

/// A decision is confirmed only on the basis on which it was proposed.
pub(super) fn basis_is_as_proposed(world: &dyn World, finding: &Finding) -> Vec<Condition> {
    let used = *finding.where_used == *where_used_text(world, &finding.items);
    let versions = is_decided_for_now(world, finding);
    let how = "return it to investigation and propose it again";
    let say = |what: &str, met: bool| if met { what.to_owned() } else { format!("{what}; {how}") };
    vec![
        Condition::new(
            "IEC 62304 7.1.3",
            say("The items are used as they were when it was proposed", used),
            used,
        )
        .at("where_used"),
        Condition::new(
            "IEC 62304 8.3",
            say("The releases contain the versions that they did when it was proposed", versions),
            versions,
        )
        .at("decided_for"),
    ]
}

/// How the items of a finding are used, in one line. A decision holds for it. What is longer than a line ends with its digest, so that
/// no change of it is missed.
pub fn where_used_text(world: &dyn World, items: &[RecordId]) -> String {
    let mut parts = Vec::new();
    for id in distinct(items.iter().copied()) {
        let Some(item) = world.record(id).and_then(|data| data.typed::<SoupItem>()) else { continue };
        let hazards: Vec<&str> = item.hazards.iter().map(|hazard| &**hazard).collect();
        let contributes =
            item.can_contribute.map_or("undecided", |yes| if yes { "can harm" } else { "cannot harm" });
        parts.push(format!("{id}: {} ({contributes}{})", item.host_item, joined(&hazards)));
    }
    let all = parts.join("; ");
    if all.chars().count() <= text::LINE_CHARS_MAX {
        return all;
    }
    let shown: String = all.chars().take(USE_SHOWN).collect();
    format!("{shown}… SHA-256 of the whole {}", canonical::digest(all.as_bytes()))
}

/// How many characters of a use that is longer than a line are shown before its digest.
const USE_SHOWN: usize = 400;

fn joined(hazards: &[&str]) -> String {
    if hazards.is_empty() { String::new() } else { format!(": {}", hazards.join(", ")) }
}

/// The day and the use of the items are noted. An uncontrolled risk opens a problem report and a security advisory.
pub(super) fn decided(case: &Case) -> Vec<Effect> {
    let Some(finding) = case.data.typed::<Finding>() else { return Vec::new() };
    let mut set = basis(case.world, &finding);
    set.insert("decided_on".into(), json!(case.now.day()));
    let mut effects = vec![Effect::Set { id: case.id(), set }];
    if finding.disposition == Some(Disposition::AffectedUncontrolled) {
        effects.extend(problem_of(case, &finding));
        effects.extend(advisory_of(case, &finding));
    }
    effects.extend(super::stage::moves(case, &finding));
    effects
}

fn product_versions(case: &Case, finding: &Finding) -> Vec<String> {
    let affected =
        finding.per_release.iter().filter(|row| row.applicability == Some(Applicability::Affected));
    affected
        .filter_map(|row| case.world.record(row.release?))
        .map(|data| data.text("version").to_owned())
        .collect()
}

fn problem_of(case: &Case, finding: &Finding) -> Option<Effect> {
    if finding.problem_report.is_some() {
        return None;
    }
    let mut set = Fields::new();
    set.insert("title".into(), text::title(&format!("{}: {}", finding.external_id, finding.title)).into());
    set.insert("detected_at".into(), json!(case.now));
    set.insert("detected_in_phase".into(), "soup_review".into());
    let text = format!("{}\n{}", finding.impact_statement.trim(), finding.sequence.trim());
    set.insert("description".into(), text.trim().into());
    let versions = product_versions(case, finding);
    if !versions.is_empty() {
        set.insert("affected_product_versions".into(), json!(versions));
    }
    let known = |name: &str| Kind::ProblemReport.def().field(name).is_some();
    set.retain(|name, _| known(name));
    Some(Effect::Create { kind: Kind::ProblemReport, set, link_back: Some((case.id(), "problem_report")) })
}

/// The draft of a security advisory, due inside the limit of the plan.
fn advisory_of(case: &Case, finding: &Finding) -> Option<Effect> {
    let told = communications_of(case.world, case.id());
    if told.iter().any(|data| CommunicationState::of(data) != Some(CommunicationState::Void)) {
        return None;
    }
    let product = case.world.product();
    let mut set = Fields::new();
    set.insert("title".into(), text::title(&format!("{}: {}", product.title, finding.title)).into());
    set.insert("communication_kind".into(), "security_advisory".into());
    set.insert("subjects".into(), json!([case.id()]));
    if !product.markets.is_empty() {
        set.insert("markets".into(), json!(product.markets));
    }
    let versions = product_versions(case, finding);
    if !versions.is_empty() {
        set.insert("affected_versions".into(), json!(versions));
    }
    set.insert("problem_and_consequence".into(), finding.impact_statement.trim().into());
    set.insert("change_and_how_to_get_it".into(), finding.action_statement.trim().into());
    set.insert("compensating_controls".into(), finding.compensating_controls.trim().into());
    set.insert("cvss".into(), finding.cvss.to_string().into());
    let governing = case.world.governing();
    if let Some((days, from)) = governing.plan().uncontrolled_tell_days.zip(finding.learned_on) {
        set.insert("due_by".into(), json!(from.plus_days(i64::from(days))));
    }
    set.retain(|_, value| !crate::domain::field::is_empty(value));
    Some(Effect::Create { kind: Kind::Communication, set, link_back: None })
}
