//! The Rust types that a field can have, and the lists of values that an input offers.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FieldDef, FieldType};
use crate::domain::choice::Choice;
use crate::domain::ids::RecordId;
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};

/// A list of values that the file itself knows, offered where a field is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The versions of the product, from its releases.
    Versions,
    /// The codes of the problem criteria of the maintenance plan.
    Criteria,
    /// The codes of the feedback sources of the maintenance plan.
    Sources,
}

/// A Rust type that a field can have.
pub trait FieldValue: Serialize + DeserializeOwned + Default {
    /// How the value is entered, shown and stored.
    const TYPE: FieldType;
}

impl FieldValue for Line {
    const TYPE: FieldType = FieldType::Line;
}
impl FieldValue for Text {
    const TYPE: FieldType = FieldType::Text;
}
impl FieldValue for Option<bool> {
    const TYPE: FieldType = FieldType::YesNo;
}
impl FieldValue for Option<u32> {
    const TYPE: FieldType = FieldType::Number;
}
impl FieldValue for Option<Day> {
    const TYPE: FieldType = FieldType::Day;
}
impl FieldValue for Option<Moment> {
    const TYPE: FieldType = FieldType::Moment;
}
impl FieldValue for Vec<Line> {
    const TYPE: FieldType = FieldType::Lines;
}
impl FieldValue for Option<RecordId> {
    const TYPE: FieldType = FieldType::Record;
}
impl FieldValue for Vec<RecordId> {
    const TYPE: FieldType = FieldType::Records;
}
impl<C: Choice> FieldValue for Option<C> {
    const TYPE: FieldType = FieldType::Choice(C::OPTIONS);
}
impl<C: Choice> FieldValue for Vec<C> {
    const TYPE: FieldType = FieldType::Choices(C::OPTIONS);
}

/// One row of a table field. Declared with the macro `rows`.
pub trait RowValue: Serialize + DeserializeOwned + Default {
    /// The columns of the table.
    const COLUMNS: &'static [FieldDef];
}

/// A table field: its rows, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Table<R>(pub Vec<R>);

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<R> std::ops::Deref for Table<R> {
    type Target = Vec<R>;
    fn deref(&self) -> &Vec<R> {
        &self.0
    }
}

impl<R: RowValue> FieldValue for Table<R> {
    const TYPE: FieldType = FieldType::Rows(R::COLUMNS);
}
