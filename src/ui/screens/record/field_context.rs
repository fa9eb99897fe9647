//! The context of inputs and values: the day, the time zone, and the persons and records to refer to. No drawing.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use crate::domain::field::{FieldDef, Offer, record_ids};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{KeyRow, RowFacts};
use crate::domain::record::RecordData;
use crate::domain::requests::PRODUCT;
use crate::ops::{ListRow, Refused};
use crate::ui::cx::Cx;
use crate::ui::widgets::offer::Offered;

/// The context of a field.
pub struct FieldContext {
    /// Today, in local time.
    pub today: NaiveDate,
    /// The current time.
    pub now: DateTime<Utc>,
    /// The local time zone.
    pub zone: FixedOffset,
    /// Everyone who has an account.
    pub people: Rc<Vec<ListRow>>,
    /// Records that can be referred to, by kind.
    pub records: Vec<(Kind, Rc<Vec<ListRow>>)>,
    /// The values that inputs offer.
    offers: Vec<(Offer, Rc<Vec<Offered>>)>,
}

/// Every list that a field may offer.
const OFFERS: [Offer; 3] = [Offer::Versions, Offer::Criteria, Offer::Sources];

impl FieldContext {
    /// The current context; shares the cached lists.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(cx: &mut Cx<'_>) -> Result<Self, Refused> {
        let records = Kind::ALL
            .iter()
            .filter(|kind| kind.def().referable)
            .map(|kind| Ok((*kind, cx.list(*kind)?)))
            .collect::<Result<_, Refused>>()?;
        let offers =
            OFFERS.iter().map(|offer| Ok((*offer, cx.offers(*offer)?))).collect::<Result<_, Refused>>()?;
        let people = cx.list(Kind::Person)?;
        Ok(Self { today: cx.today().date(), now: cx.now().utc(), zone: zone(cx), people, records, offers })
    }

    /// The values that the input of a field offers.
    pub fn offered(&self, field: &FieldDef) -> &[Offered] {
        let found = self.offers.iter().find(|(offer, _)| field.offers == Some(*offer));
        found.map_or(&[], |(_, values)| values.as_slice())
    }

    /// The title of a record, or the name of a person.
    pub fn title(&self, id: RecordId) -> Option<&str> {
        let rows = if id.kind == Kind::Person {
            &self.people
        } else {
            &self.records.iter().find(|(kind, _)| *kind == id.kind)?.1
        };
        // Newest first, and most files have no gaps in their numbers: start at the expected place.
        let guess = rows.first().map_or(0, |first| first.id.number.saturating_sub(id.number) as usize);
        let row =
            rows.get(guess).filter(|row| row.id == id).or_else(|| rows.iter().find(|row| row.id == id))?;
        Some(&row.title)
    }

    /// Records that match the typed text, at most `limit`.
    pub fn fitting(&self, target: Option<Kind>, typed: &str, limit: usize) -> Vec<&ListRow> {
        let typed = typed.trim().to_lowercase();
        self.records
            .iter()
            .filter(|(kind, _)| target.is_none_or(|target| target == *kind))
            .flat_map(|(_, rows)| rows.iter())
            .filter(|row| {
                row.id.to_string().to_lowercase().contains(&typed)
                    || row.title.to_lowercase().contains(&typed)
            })
            .take(limit)
            .collect()
    }
}

/// The time zone of the machine.
pub fn zone(cx: &Cx<'_>) -> FixedOffset {
    FixedOffset::east_opt(cx.stamp.offset_minutes.saturating_mul(60))
        .unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc))
}

/// The known rows of the keyed tables of a record, by field name.
pub type KnownRows = BTreeMap<&'static str, Vec<KeyRow>>;

/// The known rows of the keyed tables of a change request, or of a record that belongs to one.
pub fn known_rows(cx: &mut Cx<'_>, data: &RecordData) -> KnownRows {
    let def = data.def();
    if def.keyed.is_empty() {
        return KnownRows::new();
    }
    let facts = row_facts(cx, data);
    def.keyed.iter().map(|(field, key)| (*field, (key.rows)(facts.as_ref()))).collect()
}

fn row_facts(cx: &mut Cx<'_>, data: &RecordData) -> Option<RowFacts> {
    let change = if data.head.id.kind == Kind::ChangeRequest {
        data.clone()
    } else {
        let through = data.def().trace.map_or(&[][..], |trace| trace.through);
        let id = through.iter().flat_map(|field| record_ids(data.value(field))).next()?;
        cx.page(id).ok()?.data.clone()
    };
    let product = cx.page(PRODUCT).ok()?.data.clone();
    Some(RowFacts { change, product })
}
