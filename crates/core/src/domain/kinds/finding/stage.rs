//! What the end of support of a component means for the life cycle stage of the product: a person answers it, and the confirmed decision
//! moves the stage (domain 5.3, IMDRF N70).

use std::sync::Arc;

use serde_json::json;

use super::{Disposition, Finding, FindingKind};
use crate::domain::choice::{Choice as _, choice};
use crate::domain::communication::{Communication, CommunicationKind, CommunicationState, communications_of};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::product::{TplcStage, into_stage};
use crate::domain::record::Fields;
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::text;
use crate::domain::workflow::{Case, Condition, Effect};

choice! {
    /// What follows for the life cycle stage of the product when the support of a component ends.
    pub enum StageFollows {
        /// Safety is not impaired: the stage stays. Users are told, or it is signed that nothing is communicated.
        NoEffect = "no_effect", "No effect on safety: the stage stays";
        /// The effect is mitigated with parts that are supported: the stage stays.
        Supported = "supported", "Mitigated with supported parts: the stage stays";
        /// The effect is mitigated only with parts that are not supported: limited support is announced.
        LimitedSupport = "limited_support", "Mitigated only with unsupported parts: limited support";
        /// The product cannot be reasonably protected: the end of support is announced.
        EndOfSupport = "end_of_support", "Cannot be reasonably protected: end of support";
    }
}

impl StageFollows {
    /// The stage into which the product moves, and the notice by which it is announced; `None` if it stays.
    const fn announced(self) -> Option<(TplcStage, CommunicationKind)> {
        match self {
            Self::NoEffect | Self::Supported => None,
            Self::LimitedSupport => Some((TplcStage::LimitedSupport, CommunicationKind::EolNotice)),
            Self::EndOfSupport => Some((TplcStage::EndOfSupport, CommunicationKind::EosNotice)),
        }
    }
}

/// What the answer of an assessment of obsolescence means, if it moves the product.
fn moving(case: &Case, finding: &Finding) -> Option<(TplcStage, CommunicationKind)> {
    finding.stage_follows.filter(|_| asks(case, finding))?.announced()
}

/// The same, if the product is not already in a later stage: it does not go back, and what it left behind is not announced again.
fn reached(case: &Case, finding: &Finding) -> Option<(TplcStage, CommunicationKind)> {
    let present = case.world.product().tplc_stage;
    moving(case, finding).filter(|(stage, _)| present <= Some(*stage))
}

/// The notice to users that the answer asks for: of the stage that follows, or that the support of a component ends although nothing
/// else follows (domain 5.3). After the end of support of the product it tells users nothing new.
fn notice_of(case: &Case, finding: &Finding) -> Option<CommunicationKind> {
    let tells = finding.stage_follows == Some(StageFollows::NoEffect) && asks(case, finding);
    let supported = case.world.product().tplc_stage < Some(TplcStage::EndOfSupport);
    let own = (tells && supported).then_some(CommunicationKind::CustomerNotice);
    reached(case, finding).map(|(_, notice)| notice).or(own)
}

fn asks(case: &Case, finding: &Finding) -> bool {
    case.rules >= RETIREMENT_RULES && finding.finding_kind == Some(FindingKind::Obsolescence)
}

/// It is answered which stage follows, and the answer fits the rest of the assessment.
pub(super) fn is_answered(case: &Case, finding: &Finding) -> Vec<Condition> {
    if !asks(case, finding) {
        return Vec::new();
    }
    let say = |text: &str, met: bool| Condition::new("IMDRF N70", text, met).at("stage_follows");
    let answer = finding.stage_follows;
    let mut conditions = vec![say("It is answered which stage of the product follows", answer.is_some())];
    if answer == Some(StageFollows::NoEffect) {
        let text = "“No effect on safety” agrees with the answer to the safety question";
        conditions.push(say(text, finding.hazardous != Some(true)));
    }
    if answer.and_then(StageFollows::announced).is_some() {
        let text = "A product that is not affected stays in its stage";
        conditions.push(say(text, finding.disposition != Some(Disposition::NotAffected)));
    }
    conditions
}

/// The roles that also sign where the stage of the product moves, as they do in a retirement plan.
pub(super) fn roles(case: &Case, finding: &Finding) -> &'static [Role] {
    if moving(case, finding).is_some() { &[Role::Quality, Role::Regulatory] } else { &[] }
}

/// The product moves into the stage, and the draft of the notice that tells users is made, or the open drafts name the finding too.
pub(super) fn moves(case: &Case, finding: &Finding) -> Vec<Effect> {
    let mut effects = match reached(case, finding) {
        Some((stage, _)) => into_stage(case.world, stage),
        None => Vec::new(),
    };
    if let Some(notice) = notice_of(case, finding)
        && notices(case, notice).is_empty()
    {
        let open = open_drafts(case, notice);
        let told: Option<Vec<Effect>> =
            open.iter().map(|(id, draft)| joined(case, finding, (*id, draft))).collect();
        match told {
            Some(told) if !told.is_empty() => effects.extend(told),
            Some(_) | None => effects.push(drafted(case, finding, notice)),
        }
    }
    effects
}

/// The drafts of this kind, one for each group of recipients, which name this finding too instead of a second notice. A notice to
/// customers is one of them only if it is about the support of a component.
fn open_drafts(case: &Case, kind: CommunicationKind) -> Vec<(RecordId, Arc<Communication>)> {
    let is_about_support = |draft: &Communication| {
        let subjects = draft.subjects.iter().filter_map(|id| case.world.record(*id)?.typed::<Finding>());
        subjects.into_iter().any(|other| other.finding_kind == Some(FindingKind::Obsolescence))
    };
    let drafts = case.world.in_states(Kind::Communication, &[CommunicationState::Drafted.code()]);
    let drafts = drafts.into_iter().filter_map(|data| Some((data.head.id, data.typed::<Communication>()?)));
    drafts
        .filter(|(_, draft)| draft.communication_kind == Some(kind))
        .filter(|(_, draft)| kind != CommunicationKind::CustomerNotice || is_about_support(draft))
        .collect()
}

/// The components whose support ends, and a text about them.
fn about(finding: &Finding, text: &str) -> String {
    let named: Vec<&str> = finding.versions.iter().map(|version| &**version).collect();
    let named = if named.is_empty() { finding.title.to_string() } else { named.join(", ") };
    if text.trim().is_empty() { String::new() } else { format!("{named}: {}", text.trim()) }
}

/// A new draft about the finding.
fn drafted(case: &Case, finding: &Finding, notice: CommunicationKind) -> Effect {
    let product = case.world.product();
    let what = match notice {
        CommunicationKind::CustomerNotice => "the support of a component ends".to_owned(),
        other => other.word().to_lowercase(),
    };
    let mut set = Fields::new();
    set.insert("title".into(), text::title(&format!("{}: {what}", product.title)).into());
    set.insert("communication_kind".into(), json!(notice));
    set.insert("subjects".into(), json!([case.id()]));
    if !product.markets.is_empty() {
        set.insert("markets".into(), json!(product.markets));
    }
    set.insert("problem_and_consequence".into(), about(finding, &finding.impact_statement).into());
    set.insert("change_and_how_to_get_it".into(), about(finding, &finding.action_statement).into());
    set.retain(|_, value| !crate::domain::field::is_empty(value));
    Effect::Create { kind: Kind::Communication, set, link_back: None }
}

/// A draft that tells of the finding too; `None` if its texts would be too long.
fn joined(case: &Case, finding: &Finding, (id, draft): (RecordId, &Communication)) -> Option<Effect> {
    let subjects: Vec<RecordId> = draft.subjects.iter().copied().chain([case.id()]).collect();
    let mut set = Fields::new();
    set.insert("subjects".into(), json!(subjects));
    for (name, before, more) in [
        ("problem_and_consequence", &draft.problem_and_consequence, &finding.impact_statement),
        ("change_and_how_to_get_it", &draft.change_and_how_to_get_it, &finding.action_statement),
    ] {
        let texts = [before.trim().to_owned(), about(finding, more)];
        let text = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        if text.chars().count() > text::TEXT_CHARS_MAX {
            return None;
        }
        if !text.is_empty() {
            set.insert(name.into(), text.into());
        }
    }
    Some(Effect::Set { id, set })
}

/// The states of the communications of this kind that are about the finding and were not left out.
fn notices(case: &Case, kind: CommunicationKind) -> Vec<CommunicationState> {
    let about = communications_of(case.world, case.id()).into_iter().filter_map(|data| {
        let state = CommunicationState::of(&data)?;
        let right = data.typed::<Communication>()?.communication_kind == Some(kind);
        let left_out = matches!(state, CommunicationState::Void | CommunicationState::NotRequired);
        (right && !left_out).then_some(state)
    });
    about.collect()
}

/// The stage into which the product moved was announced, unless a later one has followed.
pub(super) fn is_announced(case: &Case, finding: &Finding) -> Vec<Condition> {
    let Some((_, notice)) = reached(case, finding) else { return Vec::new() };
    let issued =
        |state: CommunicationState| matches!(state, CommunicationState::Issued | CommunicationState::Closed);
    let met = notices(case, notice).into_iter().any(issued);
    let text = format!(
        "The stage that follows was announced by a communication of the kind “{}” about this finding that is issued",
        notice.word()
    );
    vec![Condition::new("IMDRF N70", text, met).at("communications")]
}
