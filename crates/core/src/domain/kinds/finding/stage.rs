//! What the end of support of a component means for the life cycle stage of the product: a person answers it, and the confirmed decision
//! moves the stage (domain 5.3, IMDRF N70).

use serde_json::json;

use super::{Disposition, Finding, FindingKind};
use crate::domain::choice::{Choice as _, choice};
use crate::domain::communication::{Communication, CommunicationKind, CommunicationState, communications_of};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::product::{TplcStage, into_stage};
use crate::domain::record::Fields;
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::text;
use crate::domain::workflow::{Case, Condition, Effect};

choice! {
    /// What follows for the life cycle stage of the product when the support of a component ends.
    pub enum StageFollows {
        /// Safety is not impaired: the stage stays. Whether users are told is part of the action on the finding.
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

/// The product moves into the stage, and the draft of the notice that announces it is made.
pub(super) fn moves(case: &Case, finding: &Finding) -> Vec<Effect> {
    let Some((stage, notice)) = reached(case, finding) else { return Vec::new() };
    let mut effects = into_stage(case.world, stage);
    if notices(case, notice).is_empty() {
        let product = case.world.product();
        let mut set = Fields::new();
        let title = format!("{}: {}", product.title, notice.word().to_lowercase());
        set.insert("title".into(), text::title(&title).into());
        set.insert("communication_kind".into(), json!(notice));
        set.insert("subjects".into(), json!([case.id()]));
        if !product.markets.is_empty() {
            set.insert("markets".into(), json!(product.markets));
        }
        set.insert("problem_and_consequence".into(), finding.impact_statement.trim().into());
        set.insert("change_and_how_to_get_it".into(), finding.action_statement.trim().into());
        set.retain(|_, value| !crate::domain::field::is_empty(value));
        effects.push(Effect::Create { kind: Kind::Communication, set, link_back: None });
    }
    effects
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
