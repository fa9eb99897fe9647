//! The policy in force: its values, and who must sign what.

use eframe::egui;
use egui::{Grid, Label, ScrollArea, Ui};

use crate::domain::authority::{AuthorityRow, ProblemCriterion};
use crate::domain::calendar::Holiday;
use crate::domain::choice::Choice as _;
use crate::domain::field::{FieldDef, is_empty};
use crate::domain::ids::Kind;
use crate::domain::maintenance_plan::Standing;
use crate::domain::person::Role;
use crate::domain::policy::Policy;
use crate::domain::record::{RecordData, Section};
use crate::domain::requests::RULES;
use crate::ops::POLICY;
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::parts::problem_ui;
use crate::ui::theme::{Tone, body, bold, hint, space};
use crate::ui::widgets::badge::tone_inline_ui;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;

/// Draws the policy.
pub(super) fn policy_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (page, governing) = match (cx.page(POLICY), cx.governing()) {
        (Ok(page), Ok(governing)) => (page, governing),
        (Err(refusal), _) | (_, Err(refusal)) => return problem_ui(ui, &refusal.to_string()),
    };
    let (plan, from) = match governing.standing {
        Standing::InForce(id) => (Some(id), format!("As {id} has them, the maintenance plan in force")),
        Standing::NotYet(id) => {
            (Some(id), format!("Provisional: as {id} has them, which is not in force yet"))
        }
        Standing::NoPlan => (None, "Provisional: there is no maintenance plan yet".to_owned()),
    };
    if cx.writable() && cx.session.roles().contains(&Role::Quality) && ui.button("Edit the policy…").clicked()
    {
        cx.go(Route::Edit(POLICY, None));
    }
    let policy: Policy = page.data.typed().unwrap_or_default();
    let mut gone = false;
    super::scrolled(ui, "policy", |ui| {
        title_ui(ui, "Who must sign what");
        ui.label(hint(ui, "Authority matrix (IEC 62304 6.1 e)"));
        gone |= from_plan_ui(ui, &from);
        matrix_ui(ui, governing.authority());
        criteria_ui(ui, governing.problem_criteria());
        for section in page.data.def().sections {
            section_ui(ui, section, &page.data, plan.is_some());
        }
        holidays_ui(ui, &policy.holidays.0);
        if !policy.basis.is_empty() {
            ui.add_space(space::L);
            title_ui(ui, "Basis of these values");
            ui.add(Label::new(body(policy.basis.to_string())).wrap());
        }
        ui.add_space(space::XL);
    });
    if gone {
        cx.go(plan.map_or(Route::List(Kind::MaintenancePlan), Route::Record));
    }
}

/// Where the matrix and the criteria come from; returns whether the link to the plan was pressed.
fn from_plan_ui(ui: &mut Ui, from: &str) -> bool {
    let pressed = ui.horizontal_wrapped(|ui| {
        ui.label(hint(ui, format!("{from}.")));
        link_ui(ui, "Go to the maintenance plan").clicked()
    });
    ui.add_space(space::S);
    pressed.inner
}

fn section_ui(ui: &mut Ui, section: &Section, data: &RecordData, has_plan: bool) {
    // What the plan holds is shown there; without one the values of an older file still govern.
    let elsewhere = |field: &FieldDef| has_plan && field.is_former(RULES);
    let filled = section.fields.iter().filter(|field| !field.apart && !is_empty(data.value(field.name)));
    let shown: Vec<_> = filled.filter(|field| !elsewhere(field)).collect();
    if shown.is_empty() {
        return;
    }
    ui.add_space(space::L);
    title_ui(ui, section.title);
    if !section.clause.is_empty() {
        ui.label(hint(ui, section.clause));
    }
    let grid = Grid::new(("policy", section.title)).num_columns(3).min_row_height(22.0);
    grid.spacing([space::L, space::XS]).show(ui, |ui| {
        for field in shown {
            ui.label(body(field.label));
            ui.label(bold(field.words(data.value(field.name))));
            ui.label(hint(ui, field.clause));
            ui.end_row();
        }
    });
}

fn holidays_ui(ui: &mut Ui, holidays: &[Holiday]) {
    if holidays.is_empty() {
        return;
    }
    ui.add_space(space::L);
    title_ui(ui, "Holidays");
    ui.label(hint(ui, "Limits in working days and late entries skip these days"));
    let grid = Grid::new("holidays").num_columns(2).min_row_height(22.0);
    grid.spacing([space::L, space::XS]).show(ui, |ui| {
        for row in holidays {
            ui.label(bold(row.day.map_or_else(String::new, |day| day.to_string())));
            ui.label(body(row.name.to_string()));
            ui.end_row();
        }
    });
}

fn criteria_ui(ui: &mut Ui, criteria: &[ProblemCriterion]) {
    if criteria.is_empty() {
        return;
    }
    ui.add_space(space::L);
    title_ui(ui, "Problem criteria");
    ui.label(hint(ui, "What makes feedback a problem (IEC 62304 6.1 b)"));
    for criterion in criteria {
        ui.horizontal_wrapped(|ui| {
            ui.label(bold(criterion.code.to_string()));
            ui.add(Label::new(body(criterion.statement.to_string())).wrap());
        });
    }
}

fn matrix_ui(ui: &mut Ui, rows: &[AuthorityRow]) {
    let roles: Vec<Role> = Role::VALUES
        .iter()
        .copied()
        .filter(|role| rows.iter().any(|row| role_in(row, *role).is_some()))
        .collect();
    ScrollArea::horizontal().id_salt("matrix").auto_shrink([false, true]).show(ui, |ui| {
        let grid = Grid::new("authority").num_columns(roles.len() + 1).striped(true).min_row_height(30.0);
        grid.spacing([space::L, space::XS]).show(ui, |ui| {
            ui.label(bold("Decision"));
            for role in &roles {
                ui.add(Label::new(bold(role.word())).extend());
            }
            ui.end_row();
            for row in rows {
                ui.add(Label::new(body(row.subject.map_or("", |subject| subject.word()))).extend());
                for role in &roles {
                    match role_in(row, *role) {
                        Some((tone, words)) => {
                            ui.horizontal(|ui| tone_inline_ui(ui, tone, words));
                        }
                        None => {
                            ui.label(hint(ui, "—"));
                        }
                    }
                }
                ui.end_row();
            }
        });
    });
}

/// The part of a role in a decision.
fn role_in(row: &AuthorityRow, role: Role) -> Option<(Tone, &'static str)> {
    if row.must_sign.contains(&role) {
        Some((Tone::Good, "Must sign"))
    } else if row.must_sign_b_c.contains(&role) {
        Some((Tone::Due, "Must sign for B and C"))
    } else if row.consulted.contains(&role) {
        Some((Tone::Neutral, "Consulted"))
    } else {
        None
    }
}
