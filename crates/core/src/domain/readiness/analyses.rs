//! Rules about what impact analyses say, and about bypasses (domain 3.4, IA and DEV; of CR those that read the analysis).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::changes::{Change, analysis_of, began_under_another, done, submitted, verified};
use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::attachment::AttachmentState;
use crate::domain::change_request::{ChangeRequest, ChangeType, RegulatoryDecision};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::{Answer, ImpactAnalysis, ImpactState, RATIONALE_CHARS_MIN};
use crate::domain::process_deviation::{ProcessDeviation, ProcessDeviationState};
use crate::domain::product::{Market, PRODUCT};
use crate::domain::review_item::{ReviewItem, is_done, lane_a_is_done};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Meaning;
use crate::domain::soup_review::SoupReviewState;

const ANALYSIS: Kind = Kind::ImpactAnalysis;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "IA-01",
        "IEC 62304 7.4",
        S::Major,
        ("An impact analysis has no author or date", "Enter who analysed it and when."),
        no_author,
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-02",
        "IEC 62304 7.4.1",
        S::Critical,
        (
            "An impact analysis was written after the work started",
            "Raise a deviation; the analysis stays marked.",
        ),
        after_the_fact,
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-03",
        "IEC 62304 7.4",
        S::Minor,
        ("An impact analysis was not reviewed by a second person", "Have it reviewed."),
        not_reviewed,
    )
    .only(Applies::ClassBC)
    .place(ANALYSIS),
    Rule::new(
        "IA-04",
        "FDA postmarket cybersecurity",
        S::Minor,
        ("It is not shown that the fix is safer than the flaw", "Answer Q12."),
        |look| unanswered(look, &["Q12"], |change| change.change_type == Some(ChangeType::Security)),
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-05",
        "Good practice",
        S::Info,
        ("The rationales look like boilerplate", "Write to each question what is special about this change."),
        boilerplate,
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-06",
        "IEC 62304 7.1.3",
        S::Major,
        ("A new SOUP version was adopted without evaluating its anomalies", "Review the version."),
        new_soup_not_reviewed,
    )
    .only(Applies::ClassBC)
    .place(Kind::SoupReview),
    Rule::new(
        "DEV-01",
        "IEC 62304 8.2.1",
        S::Major,
        ("A bypass of change control is not corrected", "Close the deviation, with its corrective action."),
        open_deviations,
    )
    .place(Kind::ProcessDeviation),
];

type Analysis = (SharedRecord, Arc<ImpactAnalysis>);

/// The changes that were submitted, each with its analysis.
fn analysed(look: &Look) -> Vec<(Change, Analysis)> {
    let changes = submitted(look).into_iter();
    changes
        .filter_map(|change| {
            let analysis = analysis_of(look, &change.1)?;
            Some((change, analysis))
        })
        .collect()
}

/// The analyses of changes that wait or are approved whose answer to one of these questions is missing.
pub(super) fn unanswered(look: &Look, questions: &[&str], asked: fn(&ChangeRequest) -> bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    for ((_, change), (analysis, content)) in analysed(look) {
        let is_open = |code: &&&str| content.answer(code).is_none_or(|row| row.answer.is_none());
        let open: Vec<&str> = questions.iter().filter(is_open).copied().collect();
        if asked(&change) && !open.is_empty() {
            let text = format!("{} is not answered", open.join(", "));
            hits.push(Hit::at(analysis.head.id, text).field("answers"));
        }
    }
    hits
}

pub(super) fn controls_not_shown(look: &Look) -> Vec<Hit> {
    let mut hits = unanswered(look, &["Q06"], |_| true);
    for (_, (analysis, content)) in analysed(look) {
        let no = content.answer("Q06").is_some_and(|row| row.answer == Some(Answer::No));
        if no && content.controls_examined.is_empty() {
            let text = "Q06 is answered No, and no controls are listed that were examined";
            hits.push(Hit::at(analysis.head.id, text).field("controls_examined"));
        }
    }
    hits
}

pub(super) fn risk_activities(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (_, change) in verified(look) {
        let Some((analysis, content)) = analysis_of(look, &change) else { continue };
        let newer = !content.rmf_after.is_empty() && content.rmf_after != content.rmf_before;
        if !content.required_risk_activities.is_empty() && !newer {
            let text =
                "Risk activities are required, and no newer version of the risk management file is named";
            hits.push(Hit::at(analysis.head.id, text).field("rmf_after"));
        }
    }
    hits
}

/// The class is approved again before the change is verified, by a signature on the product.
pub(super) fn class_not_approved(look: &Look) -> Vec<Hit> {
    let signatures = look.world.signatures(PRODUCT);
    let approved = |since| {
        signatures.iter().any(|signature| signature.meaning == Meaning::Approved && signature.at >= since)
    };
    let mut hits = Vec::new();
    for (data, change) in verified(look) {
        let Some((_, content)) = analysis_of(look, &change) else { continue };
        let changes = content.answer("Q08").is_some_and(|row| row.answer == Some(Answer::Yes));
        if changes && !approved(data.head.created_at) {
            let text = format!(
                "Q08 of {} says that the safety class changes, and the class was not approved again",
                data.head.id
            );
            hits.push(Hit::at(PRODUCT, text).field("software_safety_class"));
        }
    }
    hits
}

/// The letter is attached to the change or to its analysis.
pub(super) fn letter_to_file(look: &Look) -> Vec<Hit> {
    let attached = |id: RecordId| {
        let files = look.world.naming(id, Kind::Attachment, "subject");
        files.iter().any(|data| AttachmentState::of(data) == Some(AttachmentState::Attached))
    };
    let mut hits = unanswered(look, &["Q22"], |_| true);
    for (data, change) in done(look) {
        let letter = change.regulatory_decisions.iter().any(|row| {
            row.market == Some(Market::Us) && row.decision == Some(RegulatoryDecision::LetterToFile)
        });
        if letter && !attached(data.head.id) && !change.impact_analysis.is_some_and(attached) {
            let text = "The decision is a letter to file, and none is attached";
            hits.push(Hit::at(data.head.id, text).field("regulatory_decisions"));
        }
    }
    hits
}

/// The analyses that are complete and count.
fn complete(look: &Look) -> Vec<Analysis> {
    let all = look.all::<ImpactAnalysis>().into_iter();
    all.filter(|(data, _)| {
        let state = ImpactState::of(data);
        state == Some(ImpactState::Complete) || state.is_some_and(ImpactState::is_reviewed)
    })
    .collect()
}

fn no_author(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in complete(look) {
        let asked = [
            ("performed_by", "author", content.performed_by.is_empty()),
            ("performed_at", "date", content.performed_at.is_none()),
        ];
        hits.extend(Hit::lacking(data.head.id, &asked, "It has no"));
    }
    hits
}

/// The first analysis of the change, which later ones replaced.
fn first_of(look: &Look, analysis: &Analysis) -> SharedRecord {
    let (mut data, mut content) = analysis.clone();
    let mut seen = BTreeSet::from([data.head.id]);
    while let Some(earlier) =
        content.supersedes.filter(|id| seen.insert(*id)).and_then(|id| look.world.record(id))
    {
        let Some(typed) = earlier.typed::<ImpactAnalysis>() else { break };
        (data, content) = (earlier, typed);
    }
    data
}

fn after_the_fact(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for analysis in complete(look) {
        let Some(id) = analysis.1.change_request else { continue };
        let change = look.world.record(id).and_then(|data| data.typed::<ChangeRequest>());
        let Some(start) = change.and_then(|change| change.work_started_at) else { continue };
        if first_of(look, &analysis).head.created_at > start && !began_under_another(look, id, start) {
            let text = format!("It was written after work on {id} started at {}", start.words());
            hits.push(Hit::at(analysis.0.head.id, text).field("performed_at").told(look.told(id, start)));
        }
    }
    hits
}

fn not_reviewed(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in complete(look) {
        if !ImpactState::of(&data).is_some_and(ImpactState::is_reviewed) {
            continue;
        }
        let second = look.world.signatures(data.head.id).into_iter().any(|signature| {
            signature.meaning == Meaning::Reviewed && !content.performed_by.contains(&signature.signer)
        });
        if !second {
            let text = "Nobody but its authors reviewed it";
            hits.push(Hit::at(data.head.id, text).field("performed_by"));
        }
    }
    hits
}

/// How many of the last analyses are compared.
const COMPARED: usize = 5;
/// The share of rationales that may be alike or short, in percent.
const ALIKE_PERCENT: usize = 80;

fn boilerplate(look: &Look) -> Vec<Hit> {
    let all = complete(look);
    let last: Vec<&Analysis> = all.iter().rev().take(COMPARED).collect();
    let answers = last.iter().flat_map(|(_, content)| content.answers.iter());
    let texts: Vec<String> =
        answers.filter(|row| row.answer.is_some()).map(|row| row.rationale.trim().to_lowercase()).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in &texts {
        *counts.entry(text.as_str()).or_default() += 1;
    }
    let is_poor = |text: &&String| {
        text.chars().count() < RATIONALE_CHARS_MIN
            || counts.get(text.as_str()).is_some_and(|count| *count > 1)
    };
    let poor = texts.iter().filter(is_poor).count();
    let Some((data, _)) = last.first() else { return Vec::new() };
    if texts.is_empty() || poor * 100 < texts.len() * ALIKE_PERCENT {
        return Vec::new();
    }
    let text = format!(
        "{poor} of the {} rationales of the last {} analyses are alike or very short",
        texts.len(),
        last.len()
    );
    vec![Hit::at(data.head.id, text).field("answers")]
}

/// The versions whose published anomalies were looked through, as “name version”. An abandoned review counts for nothing.
fn versions_read(look: &Look) -> BTreeSet<String> {
    let items = look.all::<ReviewItem>().into_iter().filter(|(data, item)| {
        let review = data.head.parent.and_then(|id| look.world.record(id));
        let abandoned =
            review.is_some_and(|review| SoupReviewState::of(&review) == Some(SoupReviewState::Abandoned));
        is_done(data) && !abandoned && lane_a_is_done(item)
    });
    items
        .filter_map(|(_, item)| {
            let named = look.world.record(item.item?)?;
            Some(format!("{} {}", named.title(), item.version_searched))
        })
        .collect()
}

fn new_soup_not_reviewed(look: &Look) -> Vec<Hit> {
    let read = versions_read(look);
    let mut hits = Vec::new();
    for (data, change) in verified(look) {
        for row in change.affected_soup.iter().filter(|row| !row.to.is_empty()) {
            let version = format!("{} {}", row.item, row.to);
            if !read.contains(&version) {
                let text = format!("No review evaluated the anomalies of {version}, which was adopted");
                hits.push(Hit::at(data.head.id, text).field("affected_soup"));
            }
        }
    }
    hits
}

fn open_deviations(look: &Look) -> Vec<Hit> {
    let mut hits =
        look.late_hits(Kind::ProcessDeviation, "Close the process deviation", "The deviation is open.");
    for (data, deviation) in look.all::<ProcessDeviation>() {
        let defined = matches!(
            ProcessDeviationState::of(&data),
            Some(ProcessDeviationState::Closed | ProcessDeviationState::CorrectiveActionDefined)
        );
        if defined && deviation.capa_ref.is_empty() {
            hits.push(Hit::at(data.head.id, "It names no corrective action").field("capa_ref"));
        }
    }
    hits
}
