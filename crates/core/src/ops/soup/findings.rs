//! Findings from what a search found: new ones are raised, known ones are met again, and a decision is opened again by itself where
//! what it rests on has changed (domain 2.10).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::review::{FoundItem, FoundSearch};
use crate::domain::canonical;
use crate::domain::change_request::SoupChange;
use crate::domain::field::is_empty;
use crate::domain::finding::{Finding, FindingKind, FindingState, REASSESS, described, known_as};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::record::Fields;
use crate::domain::review_item::{Hit, SinceLast};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::impact;
use crate::domain::soup_review::events::watched_findings;
use crate::domain::soup_review::scope::InScope;
use crate::domain::text;
use crate::domain::time::Day;
use crate::domain::workflow::{Case, World};
use crate::ops::request::{Act, Request};

/// More about a hit than a review item keeps: from it a finding is made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FoundAdvisory {
    /// Whether it says that the version is affected, possibly on a condition, so that a finding is raised. Other hits are judged in the
    /// review item first.
    pub raises: bool,
    /// What kind of finding it is. What its source publishes as information only is no vulnerability.
    pub kind: Option<FindingKind>,
    /// What the source says.
    pub description: String,
    /// What the program says of the match, a line each.
    pub matched: Vec<String>,
    /// The affected versions, in words.
    pub affected_range: String,
    /// The versions with the correction.
    pub fixed_in: String,
    /// The score with its vector.
    pub cvss: String,
    /// The severity.
    pub severity: Option<PatchSeverity>,
    /// Kinds of weakness.
    pub cwe: Vec<String>,
    /// Since when it is known to be exploited.
    pub kev_added: Option<Day>,
    /// The date of the catalogue of known exploited vulnerabilities.
    pub kev_due: Option<Day>,
    /// How likely its exploitation is.
    pub epss: String,
    /// The sources that have it.
    pub sources: Vec<String>,
    /// What suppliers claim about it, a line each.
    pub claims: Vec<String>,
}

/// What became of findings when a review started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raised {
    /// New findings.
    pub new: usize,
    /// Known ones that were met again and are unchanged.
    pub known: usize,
    /// Decisions that were opened again.
    pub reopened: usize,
}

/// One vulnerability with everything that a search says of it, over all versions in scope.
#[derive(Default)]
struct Group<'a> {
    /// Its names as they were written, by their lower case.
    names: BTreeMap<String, String>,
    first: Option<(&'a Hit, &'a FoundAdvisory)>,
    items: BTreeSet<RecordId>,
    versions: BTreeSet<String>,
    digests: BTreeSet<String>,
    exploited: bool,
    /// Whether the catalogue of known exploited vulnerabilities was not searched for one of its hits.
    not_known: bool,
    raises: bool,
}

impl<'a> Group<'a> {
    fn add(&mut self, version: &InScope, hit: &'a Hit, more: &'a FoundAdvisory) {
        self.names.extend(names_of(hit));
        let stronger = self.first.is_none_or(|(_, first)| !first.raises && more.raises);
        if stronger {
            self.first = Some((hit, more));
        }
        self.items.insert(version.item.head.id);
        self.versions.insert(version.row.label());
        self.digests.insert(hit.digest.to_string());
        self.exploited |= hit.exploited == Some(true);
        self.not_known |= hit.exploited.is_none();
        self.raises |= more.raises && hit.since_last != Some(SinceLast::Withdrawn);
    }

    fn join(&mut self, other: Self) {
        self.names.extend(other.names);
        self.items.extend(other.items);
        self.versions.extend(other.versions);
        self.digests.extend(other.digests);
        self.exploited |= other.exploited;
        self.not_known |= other.not_known;
        self.raises |= other.raises;
        if let Some((hit, more)) = other.first
            && self.first.is_none_or(|(_, first)| !first.raises && more.raises)
        {
            self.first = Some((hit, more));
        }
    }

    /// Whether it is known to be exploited; `None` if the catalogue was not searched.
    fn kev_listed(&self) -> Option<bool> {
        if self.exploited { Some(true) } else { (!self.not_known).then_some(false) }
    }

    /// The digest of the records that describe it, over all items.
    fn digest(&self) -> String {
        let mut digests = self.digests.iter();
        match (digests.next(), digests.next()) {
            (Some(one), None) => one.clone(),
            _ => canonical::digest(
                self.digests.iter().map(String::as_str).collect::<Vec<_>>().join("\n").as_bytes(),
            ),
        }
    }
}

/// The names of a hit, in lower case and as they are written.
fn names_of(hit: &Hit) -> impl Iterator<Item = (String, String)> {
    let all = std::iter::once(&hit.advisory).chain(&hit.aliases).filter(|id| !id.is_empty());
    all.map(|id| (id.to_lowercase(), id.to_string()))
}

/// The hits of a search by vulnerability: those that share a name are one.
fn groups<'a>(versions: &[InScope], search: &'a FoundSearch) -> Vec<Group<'a>> {
    let by_designator: BTreeMap<Option<RecordId>, &InScope> =
        versions.iter().map(|version| (Some(version.designator.head.id), version)).collect();
    let mut groups: Vec<Option<Group<'a>>> = Vec::new();
    let mut at_name: BTreeMap<String, usize> = BTreeMap::new();
    for item in &search.items {
        let Some(version) = by_designator.get(&item.designator).copied() else { continue };
        for (hit, more) in hits_of(item) {
            let known: BTreeSet<usize> =
                names_of(hit).filter_map(|(name, _)| at_name.get(&name).copied()).collect();
            let mut known = known.into_iter();
            let at = known.next().unwrap_or_else(|| {
                groups.push(Some(Group::default()));
                groups.len() - 1
            });
            let others: Vec<Group<'a>> =
                known.filter_map(|other| groups.get_mut(other).and_then(Option::take)).collect();
            let Some(group) = groups.get_mut(at).and_then(Option::as_mut) else { continue };
            group.add(version, hit, more);
            others.into_iter().for_each(|other| group.join(other));
            for name in group.names.keys() {
                at_name.insert(name.clone(), at);
            }
        }
    }
    groups.into_iter().flatten().collect()
}

fn hits_of(item: &FoundItem) -> impl Iterator<Item = (&Hit, &FoundAdvisory)> {
    item.hits.iter().zip(&item.advisories)
}

/// The requests that raise findings, note that known ones were met again, and open decisions again.
pub(super) fn raise(
    case: &Case,
    review: RecordId,
    versions: &[InScope],
    search: &FoundSearch,
) -> (Vec<Act>, Raised) {
    let known = known_findings(case.world);
    let mut acts = Vec::new();
    let mut raised = Raised::default();
    let mut met: BTreeSet<RecordId> = BTreeSet::new();
    for (group, ids) in of_findings(groups(versions, search), &known) {
        for data in ids.iter().filter_map(|id| case.world.record(*id)) {
            meet_again(&mut acts, &mut raised, (&data, review), &group);
        }
        if ids.is_empty()
            && group.raises
            && let Some(set) = new_finding(review, &group, search)
        {
            acts.push(Request::Create { kind: Kind::Finding, parent: None, set }.into());
            raised.new += 1;
        }
        met.extend(ids);
    }
    for watched in watched_findings(case.world).iter().filter(|one| !met.contains(&one.finding)) {
        let listed = watched.names.iter().find_map(|name| search.listed.get(name));
        if let Some((data, listed)) = case.world.record(watched.finding).zip(listed) {
            now_listed(&mut acts, &mut raised, (&data, review), listed);
        }
    }
    (acts, raised)
}

/// A finding that no hit of the search meets is listed in the catalogue of known exploited vulnerabilities now: it is noted, and a decision
/// is opened again.
fn now_listed(
    acts: &mut Vec<Act>,
    raised: &mut Raised,
    (data, review): (&SharedRecord, RecordId),
    (name, since): &(String, String),
) {
    let id = data.head.id;
    let Some(finding) = data.typed::<Finding>() else { return };
    let why = format!("It is now known to be exploited: {name} was added to the catalogue on {since}");
    if is_settled(data) {
        acts.push(reassess(id, why.clone()));
        raised.reopened += 1;
    } else {
        raised.known += 1;
    }
    let set = filled([
        ("kev_listed", json!(true)),
        ("kev_added", json!(Day::parse(since).ok())),
        ("reviews", json!(with_review(&finding, review))),
    ]);
    acts.push(Act::from(Request::Edit { id, set }).because(why));
}

/// Whether a decision was proposed or stands.
fn is_settled(data: &SharedRecord) -> bool {
    FindingState::of(data).is_some_and(|state| state.is_decided() || state == FindingState::Proposed)
}

fn reassess(id: RecordId, why: String) -> Act {
    Act::from(Request::Move { id, go: REASSESS.to_owned(), set: Fields::new() }).because(why)
}

/// The reviews of a finding, with this one.
fn with_review(finding: &Finding, review: RecordId) -> Vec<RecordId> {
    let mut reviews = finding.reviews.clone();
    if !reviews.contains(&review) {
        reviews.push(review);
    }
    reviews
}

/// The groups with the findings that know one of their names. Groups that one finding knows are one: it is met once, with everything
/// that is said of it.
fn of_findings<'a>(
    groups: Vec<Group<'a>>,
    known: &BTreeMap<String, BTreeSet<RecordId>>,
) -> Vec<(Group<'a>, BTreeSet<RecordId>)> {
    let mut found: Vec<Option<(Group<'a>, BTreeSet<RecordId>)>> = Vec::new();
    let mut at_finding: BTreeMap<RecordId, usize> = BTreeMap::new();
    for mut group in groups {
        let mut ids: BTreeSet<RecordId> =
            group.names.keys().filter_map(|name| known.get(name)).flatten().copied().collect();
        let places: BTreeSet<usize> = ids.iter().filter_map(|id| at_finding.get(id).copied()).collect();
        let mut at = found.len();
        for place in places.into_iter().rev() {
            if let Some((mut earlier, theirs)) = found.get_mut(place).and_then(Option::take) {
                earlier.join(group);
                group = earlier;
                ids.extend(theirs);
                at = place;
            }
        }
        at_finding.extend(ids.iter().map(|id| (*id, at)));
        match found.get_mut(at) {
            Some(free) => *free = Some((group, ids)),
            None => found.push(Some((group, ids))),
        }
    }
    found.into_iter().flatten().collect()
}

/// The findings by all their names.
fn known_findings(world: &dyn World) -> BTreeMap<String, BTreeSet<RecordId>> {
    let all = world.all(Kind::Finding);
    let all = all.iter().filter(|data| FindingState::of(data) != Some(FindingState::Void));
    let mut known: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    for (id, finding) in all.filter_map(|data| Some((data.head.id, data.typed::<Finding>()?))) {
        for name in known_as(&finding) {
            known.entry(name).or_default().insert(id);
        }
    }
    known
}

fn new_finding(review: RecordId, group: &Group, search: &FoundSearch) -> Option<Fields> {
    let (hit, more) = group.first?;
    let aliases: Vec<&String> = group.names.values().filter(|name| **name != *hit.advisory).collect();
    let title = if hit.title.is_empty() { hit.advisory.to_string() } else { hit.title.to_string() };
    let values = [
        ("title", text::title(&title).into()),
        ("finding_kind", json!(more.kind.unwrap_or(FindingKind::Vulnerability))),
        ("external_id", json!(hit.advisory)),
        ("aliases", json!(aliases)),
        ("items", json!(group.items)),
        ("versions", json!(group.versions)),
        ("affected_range", line(&more.affected_range)),
        ("fixed_in", line(&more.fixed_in)),
        ("description", described(&more.description, &more.matched).into()),
        ("source", line(&more.sources.join(", "))),
        ("learned_on", json!(search.on)),
        ("cvss", line(&more.cvss)),
        ("severity", json!(more.severity)),
        ("cwe", json!(more.cwe)),
        ("kev_listed", json!(group.kev_listed())),
        ("kev_added", json!(more.kev_added)),
        ("kev_due", json!(more.kev_due)),
        ("epss", line(&more.epss)),
        ("advisory_digest", group.digest().into()),
        ("supplier_claims", more.claims.join("\n").into()),
        ("reviews", json!([review])),
    ];
    Some(filled(values))
}

fn filled<const N: usize>(values: [(&str, Value); N]) -> Fields {
    values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .filter(|(_, value)| !is_empty(value))
        .collect()
}

fn line(text: &str) -> Value {
    text::one_line(text, text::LINE_CHARS_MAX).into()
}

/// A known finding is met again. Where the records that describe it changed, it became known as exploited, or another version is in
/// use, its decision is opened again, with the reason.
fn meet_again(
    acts: &mut Vec<Act>,
    raised: &mut Raised,
    (data, review): (&SharedRecord, RecordId),
    group: &Group,
) {
    let id = data.head.id;
    let Some(finding) = data.typed::<Finding>() else { return };
    let mut set = Fields::new();
    set.insert("reviews".into(), json!(with_review(&finding, review)));
    let decided = is_settled(data);
    let why = what_changed(&finding, group, decided);
    if why.is_empty() {
        acts.push(Act::from(Request::Edit { id, set }).because(format!("Met again in {review}")));
        raised.known += 1;
        return;
    }
    if decided {
        acts.push(reassess(id, why.join("; ")));
        raised.reopened += 1;
    } else {
        raised.known += 1;
    }
    set.extend(news(&finding, group));
    acts.push(Act::from(Request::Edit { id, set }).because(why.join("; ")));
}

/// Why a decision no longer rests on what it did, in words.
fn what_changed(finding: &Finding, group: &Group, decided: bool) -> Vec<String> {
    let mut why = Vec::new();
    match (finding.advisory_digest.is_empty(), *finding.advisory_digest == *group.digest()) {
        (true, _) if decided => why.push("The records that describe it were never compared".to_owned()),
        (false, false) => why.push("The records that describe it have changed".to_owned()),
        (true | false, _) => {}
    }
    if group.exploited && finding.kev_listed != Some(true) {
        why.push("It is now known to be exploited".to_owned());
    }
    let known: BTreeSet<String> = finding.versions.iter().map(ToString::to_string).collect();
    let new: Vec<&str> = group.versions.difference(&known).map(String::as_str).collect();
    if !new.is_empty() {
        why.push(format!("It also concerns {}", new.join(", ")));
    }
    why
}

/// What a search says anew of a known finding.
fn news(finding: &Finding, group: &Group) -> Fields {
    let mut versions: BTreeSet<String> = finding.versions.iter().map(ToString::to_string).collect();
    versions.extend(group.versions.iter().cloned());
    let mut items: BTreeSet<RecordId> = finding.items.iter().copied().collect();
    items.extend(&group.items);
    let own = known_as(finding);
    let others = group.names.iter().filter(|(name, _)| !own.contains(*name)).map(|(_, name)| name.clone());
    let aliases: Vec<String> = finding.aliases.iter().map(ToString::to_string).chain(others).collect();
    // A catalogue that does not list it any more, or was not searched, takes nothing back.
    let kev_listed = match (finding.kev_listed, group.kev_listed()) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (known, searched) => searched.or(known),
    };
    let mut set = filled([
        ("versions", json!(versions)),
        ("items", json!(items)),
        ("aliases", json!(aliases)),
        ("advisory_digest", group.digest().into()),
        ("kev_listed", json!(kev_listed)),
    ]);
    if let Some((_, more)) = group.first {
        set.extend(filled([
            ("description", described(&more.description, &more.matched).into()),
            ("source", line(&more.sources.join(", "))),
            ("cwe", json!(more.cwe)),
            ("affected_range", line(&more.affected_range)),
            ("fixed_in", line(&more.fixed_in)),
            ("cvss", line(&more.cvss)),
            ("severity", json!(more.severity)),
            ("kev_added", json!(more.kev_added)),
            ("kev_due", json!(more.kev_due)),
            ("epss", line(&more.epss)),
            ("supplier_claims", more.claims.join("\n").into()),
        ]));
    }
    set
}

/// The description of a change of SOUP: what its impact analysis will ask.
pub(super) fn change_text(world: &dyn World, changed: &[Value]) -> String {
    let rows: Vec<SoupChange> =
        changed.iter().filter_map(|row| serde_json::from_value(row.clone()).ok()).collect();
    let mut lines = vec!["SOUP of the product changes as listed under “SOUP changes”.".to_owned()];
    lines.extend(impact::facts(world, &rows).by_question().into_values());
    lines.join("\n")
}
