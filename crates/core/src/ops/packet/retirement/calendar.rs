//! The milestones of a retirement plan as a calendar, and the state of the retirement in a period's packet.

use crate::domain::ids::Kind;
use crate::domain::milestone::{Milestone, MilestoneState};
use crate::domain::record::RecordData;
use crate::domain::retirement_plan::{GroupState, RUNNING, current_plan, progress, retention};
use crate::domain::shared_record::SharedRecord;
use crate::ops::packet::paper::{Paper, day_or, state_mark, word_or};
use crate::ops::packet::sections::nothing;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark};
use mainstay_base::time::Day;

/// The milestones of a plan by the day for which they are planned.
pub(in crate::ops::packet) fn milestones(
    paper: &Paper<'_>,
    milestones: &[SharedRecord],
    plan: &RecordData,
) -> Block {
    if milestones.is_empty() {
        return nothing("No milestones");
    }
    let runs = RUNNING.contains(&plan.head.state.as_str());
    let mut all: Vec<(Option<Day>, &SharedRecord)> =
        milestones.iter().map(|data| (Day::parse(data.text("planned_on")).ok(), data)).collect();
    all.sort_by_key(|(day, data)| (*day, data.head.id));
    let rows = all
        .into_iter()
        .filter_map(|(_, data)| {
            let content = data.typed::<Milestone>()?;
            let ahead = MilestoneState::of(data) == Some(MilestoneState::Planned);
            let late = ahead && runs && content.planned_on.is_some_and(|day| day < paper.now.day());
            let mark = if late { Mark::late("overdue") } else { state_mark(data) };
            let cells: Vec<Cell> = vec![
                day_or(content.planned_on, "not planned").into(),
                format!("{} {}", data.head.id, paper.title(data)).into(),
                day_or(content.reached_on, "").into(),
                paper.field(data, "evidence").into(),
                mark.into(),
            ];
            Some(cells)
        })
        .collect();
    let columns = vec![
        Column::date("Planned for"),
        Column::text("Milestone", 3),
        Column::date("Reached on"),
        Column::text("Evidence", 3),
        Column::mark("State").points(74.0),
    ];
    Block::Table { caption: Some("Milestones".to_owned()), columns, rows }
}

/// Where the retirement stands: stage, plan, dates, answers, retention and milestones.
pub(in crate::ops::packet) fn status(paper: &mut Paper<'_>, today: Day) -> Result<Vec<Block>, Refused> {
    let found = paper.ask(|world| {
        let kept = retention(world, today).words();
        let stage = world.product().tplc_stage;
        let plan = current_plan(world).map(|data| {
            let answered = progress(world, &data);
            let done = answered.iter().filter(|one| GroupState::is_done(one.state)).count();
            let parts = world.parts(data.head.id, Kind::Milestone);
            (data, format!("{done} of {} groups", answered.len()), parts)
        });
        (stage, kept, plan)
    })?;
    let (stage, kept, plan) = found;
    let mut fields = vec![Field::new("Stage of the product", word_or(stage, "not entered"))];
    let Some((data, answered, parts)) = plan else {
        fields.push(Field::new("Retention", kept));
        return Ok(vec![Block::Fields { fields }, nothing("The file has no retirement plan")]);
    };
    for part in &parts {
        paper.mark_printed(part.head.id);
    }
    fields.push(Field::new("Plan", format!("{} {}", data.head.id, paper.title(&data))));
    fields.push(Field::new("State of the plan", state_mark(&data).word));
    fields.push(Field::new("Answered", answered));
    for name in ["eol_date", "security_support_end", "eos_date", "decommission_target"] {
        let label = data.def().field(name).map_or(name, |field| field.label);
        let value = paper.field(&data, name);
        fields.push(Field::new(label, if value.is_empty() { super::MISSING.to_owned() } else { value }));
    }
    fields.push(Field::new("Retention", kept));
    Ok(vec![Block::Fields { fields }, milestones(paper, &parts, &data)])
}
