//! The content that an approval fixes, and the roles that it asks for.

use serde_json::{Value, json};

use super::Approval;
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Approvable;
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Part;
use crate::domain::text;
use crate::domain::workflow::{Case, Condition, Effect, World};
use mainstay_base::distinct::distinct;

/// How the subject of an approval is approved, and the subject as a rule sees it.
pub(super) fn with_subject<T>(
    case: &Case,
    approval: &Approval,
    look: impl FnOnce(&'static Approvable, &Case) -> T,
) -> Option<T> {
    let data = case.world.record(approval.subject?)?;
    Some(look(data.def().approvable?, &case.of(&data)))
}

/// The roles that must sign for a subject now.
fn roles_for(rules: &Approvable, case: &Case) -> Vec<Role> {
    let class = case.world.product().class();
    let mut roles = case.world.governing().required_roles(&(rules.subjects)(case), class.is_b_or_c());
    roles.extend(rules.always);
    distinct(roles)
}

/// Whether an approval requires every role that must sign under the present class and authority matrix, which may have changed
/// since it was requested. `case` is that of the subject.
pub fn requires_all_roles(case: &Case, approval: &Approval) -> Vec<Condition> {
    let Some(rules) = case.data.def().approvable else { return Vec::new() };
    let needed = roles_for(rules, case);
    let missing: Vec<&str> = needed
        .iter()
        .filter(|role| !approval.required_roles.contains(role))
        .map(|role| role.word())
        .collect();
    let text = if missing.is_empty() {
        "The approval requires every role that must sign".to_owned()
    } else {
        format!(
            "The approval requires every role that must sign now; missing: {}; return {} and request the approval again",
            missing.join(", "),
            case.id()
        )
    };
    vec![Condition::new("IEC 62304 6.2.4", text, missing.is_empty())]
}

/// The approval that a step on the subject requests: the fixed content and the roles that must sign.
pub fn request(case: &Case) -> Vec<Effect> {
    let Some(rules) = case.data.def().approvable else { return Vec::new() };
    vec![Effect::Create { kind: Kind::Approval, set: new_fields(case, rules), link_back: None }]
}

fn new_fields(case: &Case, rules: &Approvable) -> Fields {
    let governing = case.world.governing();
    let also: Vec<(RecordId, Part)> = (rules.also_fixes)(case);
    let mut fixed = vec![fixed(case.world, case.data, Part::Scope)];
    fixed.extend(
        also.iter().filter_map(|(id, part)| Some(self::fixed(case.world, &case.world.record(*id)?, *part))),
    );
    let mut set = Fields::new();
    let title = format!("Approval of {}: {}", case.id(), case.data.title());
    set.insert("title".into(), text::title(&title).into());
    set.insert("subject".into(), case.id().to_string().into());
    if let Some((id, _)) = also.iter().find(|(id, _)| id.kind == Kind::ImpactAnalysis) {
        set.insert("impact_analysis".into(), id.to_string().into());
    }
    set.insert("fixed_content".into(), Value::Array(fixed));
    set.insert("required_roles".into(), json!(roles_for(rules, case)));
    set.insert("authority_subjects".into(), json!((rules.subjects)(case)));
    set.insert("authors".into(), json!((rules.authors)(case)));
    if let Some(days) = governing.approval_valid_days().filter(|_| rules.expires) {
        set.insert("expires_at".into(), case.now.day().plus_days(i64::from(days)).to_string().into());
    }
    set
}

fn fixed(world: &dyn World, data: &SharedRecord, part: Part) -> Value {
    let digest = world.part_digest(data, part);
    json!({"record": data.head.id, "part": part.code(), "digest": digest})
}

/// Whether all content that the approval fixes is unchanged.
pub fn covers_hold(world: &dyn World, data: &SharedRecord) -> bool {
    let Some(approval) = data.typed::<Approval>() else { return false };
    !approval.fixed_content.is_empty()
        && approval.fixed_content.iter().all(|fixed| {
            let record = fixed.record.and_then(|id| world.record(id));
            let (Some(record), Some(part)) = (record, fixed.part) else { return false };
            world.part_digest(&record, part) == *fixed.digest
        })
}
