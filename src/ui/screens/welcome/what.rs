//! “What is this?”: three sentences and the picture of the chain, for a person who has never heard of it.
//!
//! Belongs here: these words. Does not belong here: the names of the steps (`domain`), or how a chain is drawn (`widgets`).

use eframe::egui;
use egui::{Label, Ui};

use crate::domain::kind::ChainStep;
use crate::ui::theme::{body, space};
use crate::ui::widgets::chain::{Link, chain_ui};
use crate::ui::widgets::heading::title_ui;

/// What it is, in three sentences.
const SENTENCES: &str = "Software of a medical device is maintained for as long as somebody uses it, and IEC 62304 clause 6 asks for proof \
     of every step. Mainstay keeps that proof in one file per product: what was reported, who decided what, what was changed, \
     checked, released and told to users. Each step is signed and names the one before it, so that an auditor can follow any report \
     to its end and sees where a step is missing.";

/// What happens at a step.
const fn meaning(step: ChainStep) -> &'static str {
    match step {
        ChainStep::Feedback => "what users, service and published lists report",
        ChainStep::ProblemReport => "is it a problem, and is anybody at risk",
        ChainStep::ChangeRequest => "what is to be changed, and why",
        ChainStep::ImpactAnalysis => "what the change touches",
        ChainStep::Approval => "the people in charge agree before work begins",
        ChainStep::Verification => "somebody else shows that it works",
        ChainStep::Release => "what goes out, complete and archived",
        ChainStep::Communication => "users and authorities are told",
    }
}

/// Draws it.
pub(super) fn what_ui(ui: &mut Ui) {
    title_ui(ui, "What is this?");
    ui.add_space(space::XS);
    ui.add(Label::new(body(SENTENCES)).wrap());
    ui.add_space(space::M);
    let links = ChainStep::ALL.map(|step| Link { label: step.word(), words: meaning(step) });
    chain_ui(ui, &links);
}
