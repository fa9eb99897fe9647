//! The authors of reviewed and approved content, from the audit trail and not only from the names in the records. The guards
//! of the kinds decide what follows from authorship.

use crate::domain::event::{Event, FieldChange};
use crate::domain::ids::RecordId;
use crate::domain::impact_analysis::ImpactAnalysis;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Meaning;
use crate::domain::workflow::World;
use mainstay_base::distinct::distinct;

/// Whether an event makes its actor an editor of a record: it created the record, or edited content that an approval of it fixes.
pub fn writes(event: &Event, id: RecordId) -> bool {
    let Some((kind, verb)) = event.request.split_once('.') else { return false };
    let in_scope = |field: &FieldChange| id.kind.def().section_of(&field.field).is_some_and(|s| s.scope);
    kind == id.kind.code()
        && ["create", "edit"].contains(&verb)
        && event
            .changes
            .iter()
            .filter(|change| change.record == id)
            .flat_map(|change| &change.fields)
            .any(in_scope)
}

/// The authors of an impact analysis: those whom it names, those who signed it as authored, and everybody who ever edited
/// it or an analysis that it replaces and whose text it copied.
pub fn of_analysis(world: &dyn World, data: &SharedRecord) -> Vec<RecordId> {
    let mut authors = Vec::new();
    let mut seen = vec![data.head.id];
    let mut next = Some(data.clone());
    while let Some(data) = next.take() {
        let id = data.head.id;
        authors.extend(world.editors(id));
        let signatures = world.signatures(id);
        let authored = signatures.iter().filter(|signature| signature.meaning == Meaning::Authored);
        authors.extend(authored.map(|signature| signature.signer));
        if let Some(analysis) = data.typed::<ImpactAnalysis>() {
            authors.extend(&analysis.performed_by);
            next = analysis
                .supersedes
                .filter(|former| !seen.contains(former))
                .and_then(|former| world.record(former));
        }
        seen.extend(next.as_ref().map(|former| former.head.id));
    }
    distinct(authors)
}

/// The authors of the content that an approval of a change fixes: the creator of the change, everybody who edited its scope,
/// and the authors of its impact analysis.
pub fn of_change(world: &dyn World, data: &SharedRecord, analysis: Option<&SharedRecord>) -> Vec<RecordId> {
    let mut authors = vec![data.head.created_by];
    authors.extend(world.editors(data.head.id));
    authors.extend(analysis.map(|analysis| of_analysis(world, analysis)).unwrap_or_default());
    distinct(authors)
}
