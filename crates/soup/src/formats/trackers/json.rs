//! Issues in JSON: GitHub (REST, search, `gh issue list --json`), GitLab (REST), Bugzilla (REST).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{
    TRACKER_ROWS_MAX, TrackerKind, TrackerList, TrackerRow, VERSIONS_MAX, is_open, too_many, version,
};
use crate::formats::json_text::parse;
use mainstay_base::note::{Gravity, Unreadable};

/// Reads a JSON text.
pub(super) fn read(text: &str) -> Result<TrackerList, Unreadable> {
    if text.trim_start().starts_with('[') {
        return of_issues(parse::<Limited<Issue>>(text.as_bytes())?.0, "JSON");
    }
    let answer: Answer = parse(text.as_bytes())?;
    if let Some(items) = answer.items {
        if items.0.first().is_some_and(|issue| issue.iid.is_some()) {
            return of_issues(items.0, "JSON of a search");
        }
        let mut list = TrackerList::new(TrackerKind::GitHub, "JSON of a search");
        incomplete(&mut list, answer.total_count, items.0.len(), answer.incomplete_results == Some(true));
        github(items.0, "$.items", &mut list);
        return Ok(list);
    }
    if let Some(bugs) = answer.bugs {
        let mut list = TrackerList::new(TrackerKind::Bugzilla, "JSON (REST)");
        incomplete(&mut list, answer.total_matches, bugs.0.len(), false);
        bugzilla(bugs.0, &mut list);
        return Ok(list);
    }
    let said = answer.message.map(|message| message.0).filter(|message| !message.is_empty());
    Err(Unreadable::at(
        "$",
        match said {
            Some(message) => {
                let message: String = message.chars().take(200).collect();
                format!("the tracker answered “{message}” instead of a list: ask for the issues again")
            }
            None => "it has neither \"items\" nor \"bugs\", so that it is no list of issues of GitHub, GitLab or Bugzilla: export the list \
                     of issues as JSON or CSV"
                .to_owned(),
        },
    ))
}

/// The issues of an array: all of GitHub, or all of GitLab.
fn of_issues(issues: Vec<Issue>, format: &str) -> Result<TrackerList, Unreadable> {
    let Some(first) = issues.first() else {
        return Err(Unreadable::at(
            "$",
            "the list is empty and does not say which tracker it is from: if the supplier lists no anomaly, say so in the review",
        ));
    };
    let kind = if first.iid.is_some() { TrackerKind::GitLab } else { TrackerKind::GitHub };
    let other = |issue: &Issue| issue.iid.is_some() != (kind == TrackerKind::GitLab);
    if let Some(at) = issues.iter().position(other) {
        return Err(Unreadable::at(
            format!("$[{at}]"),
            "it is of another tracker than the first issue: read them one by one",
        ));
    }
    if issues.iter().all(|issue| issue.number.is_none() && issue.iid.is_none()) {
        return Err(Unreadable::at(
            "$[0]",
            "it has no number, so that this is no list of issues: with gh, export number,title,state,labels,milestone",
        ));
    }
    let mut list = TrackerList::new(kind, format);
    match kind {
        TrackerKind::GitLab => gitlab(issues, &mut list),
        TrackerKind::GitHub | TrackerKind::Bugzilla | TrackerKind::Jira => github(issues, "$", &mut list),
    }
    Ok(list)
}

/// Notes that a list has fewer entries than there are.
fn incomplete(list: &mut TrackerList, total: Option<u64>, count: usize, timed_out: bool) {
    if let Some(total) = total.filter(|total| *total > count as u64) {
        list.notes.add(
            Gravity::Warning,
            "$",
            format!("the tracker has {total} entries, but only {count} are in this file: export the other pages too"),
        );
    }
    if timed_out {
        list.notes.add(
            Gravity::Warning,
            "$.incomplete_results",
            "the tracker says that its answer is not complete",
        );
    }
}

fn github(issues: Vec<Issue>, place: &str, list: &mut TrackerList) {
    for (at, issue) in issues.into_iter().enumerate() {
        if issue.pull_request.is_some() {
            list.pull_requests += 1;
            continue;
        }
        let state = issue.state.0;
        let reason = [issue.state_reason.0, issue.state_reason_too.0].concat();
        let open = is_open(&state);
        let row = TrackerRow {
            id: issue.number.map(|number| number.0).unwrap_or_default(),
            title: issue.title.0,
            state: if reason.is_empty() { state } else { format!("{state} ({reason})") },
            open,
            severity: severity(&issue.labels.0),
            affected_version: Vec::new(),
            fixed_in: issue.milestone.and_then(|milestone| version(&milestone.title.0)).into_iter().collect(),
        };
        list.add(&format!("{place}[{at}]"), row);
    }
}

fn gitlab(issues: Vec<Issue>, list: &mut TrackerList) {
    for (at, issue) in issues.into_iter().enumerate() {
        let open = is_open(&issue.state.0);
        let row = TrackerRow {
            id: issue.iid.map(|number| number.0).unwrap_or_default(),
            title: issue.title.0,
            state: issue.state.0,
            open,
            severity: Some(issue.severity.0)
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| severity(&issue.labels.0)),
            affected_version: Vec::new(),
            fixed_in: issue.milestone.and_then(|milestone| version(&milestone.title.0)).into_iter().collect(),
        };
        list.add(&format!("$[{at}]"), row);
    }
}

fn bugzilla(bugs: Vec<Bug>, list: &mut TrackerList) {
    for (at, bug) in bugs.into_iter().enumerate() {
        let open = bug.is_open.or_else(|| is_open(&bug.status.0));
        let row = TrackerRow {
            id: bug.id.0,
            title: bug.summary.0,
            state: [bug.status.0, bug.resolution.0].join(" ").trim().to_owned(),
            open,
            severity: bug.severity.0,
            affected_version: bug.version.0.iter().filter_map(|text| version(text)).collect(),
            fixed_in: bug.target_milestone.0.iter().filter_map(|text| version(text)).collect(),
        };
        list.add(&format!("$.bugs[{at}]"), row);
    }
}

/// The labels that speak of severity or priority.
fn severity(labels: &[Label]) -> String {
    let about = |name: &&str| {
        let folded = name.to_lowercase();
        ["severity", "priority", "critical", "security"].iter().any(|word| folded.contains(word))
    };
    let names: Vec<&str> = labels.iter().map(|label| label.0.as_str()).filter(about).collect();
    names.join(", ")
}

/// The members of an answer that is an object.
#[derive(Deserialize)]
struct Answer {
    items: Option<Limited<Issue>>,
    total_count: Option<u64>,
    incomplete_results: Option<bool>,
    bugs: Option<Limited<Bug>>,
    total_matches: Option<u64>,
    message: Option<Text>,
}

/// An issue of GitHub, in either spelling, or of GitLab.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Issue {
    number: Option<Text>,
    iid: Option<Text>,
    title: Text,
    state: Text,
    state_reason: Text,
    #[serde(rename = "stateReason")]
    state_reason_too: Text,
    labels: Labels,
    milestone: Option<Milestone>,
    severity: Text,
    pull_request: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Milestone {
    #[serde(default)]
    title: Text,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Bug {
    id: Text,
    summary: Text,
    status: Text,
    resolution: Text,
    is_open: Option<bool>,
    severity: Text,
    version: Texts,
    target_milestone: Texts,
}

/// A text, or what trackers write in its place: a number, a truth value, nothing.
#[derive(Default, Serialize)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl Visitor<'_> for One {
            type Value = Text;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text or a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.trim().to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// One text or several.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Several;
        impl<'de> Visitor<'de> for Several {
            type Value = Texts;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_unit<E>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element::<Text>()? {
                    if texts.len() >= VERSIONS_MAX {
                        return Err(A::Error::custom(format!("more than {VERSIONS_MAX} versions")));
                    }
                    texts.push(text.0);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(Several)
    }
}

/// The name of a label: GitLab writes it alone, GitHub in an object.
struct Label(String);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Label;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a label")
            }

            fn visit_str<E>(self, text: &str) -> Result<Label, E> {
                Ok(Label(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Label, A::Error> {
                let mut name = String::new();
                while let Some(key) = object.next_key::<String>()? {
                    if key == "name" {
                        name = object.next_value::<Text>()?.0;
                    } else {
                        object.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Label(name))
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// Labels; some programs write null for none.
#[derive(Default)]
struct Labels(Vec<Label>);

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all: Option<Limited<Label>> = Deserialize::deserialize(deserializer)?;
        Ok(Self(all.map(|all| all.0).unwrap_or_default()))
    }
}

/// A list with at most as many elements as an export may have rows.
struct Limited<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Limited<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Each<T> {
            type Value = Limited<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Limited<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    if all.len() >= TRACKER_ROWS_MAX {
                        return Err(A::Error::custom(too_many()));
                    }
                    all.push(one);
                }
                Ok(Limited(all))
            }
        }
        deserializer.deserialize_seq(Each(PhantomData))
    }
}
