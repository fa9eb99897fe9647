//! What a workstation remembers of the list of a kind: its columns, their widths, and the views that the user named.
//!
//! Does not belong here: the effect of a view, and what a view consists of (`ops::listing`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::Kind;
use crate::domain::text::one_line;
use crate::ops::listing::{ListQuery, columns};

/// Most views that are kept for a kind.
pub const VIEWS_MAX: usize = 50;
/// Most characters of the name of a view.
pub const NAME_MAX: usize = 60;

/// What is remembered of the list of a kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListMemory {
    /// Codes of the chosen columns in their order; empty: those that the kind declares.
    pub columns: Vec<String>,
    /// Changed widths in points, by code of the column.
    pub widths: BTreeMap<String, f32>,
    /// The views that the user named, sorted by name.
    pub views: Vec<SavedView>,
}

/// A view under a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    /// Its name.
    pub name: String,
    /// Name of the person whose records it shows: in another file, the same number is somebody else.
    pub owner_name: Option<String>,
    /// What it shows, and how.
    pub query: ListQuery,
}

impl ListMemory {
    /// The same without what the kind does not know, which may stand in a settings file that is older, newer or damaged.
    #[must_use]
    pub fn sane(mut self, kind: Kind) -> Self {
        let all = columns(kind);
        let known = |code: &str| all.iter().any(|column| column.code == code);
        self.columns = ListQuery { columns: self.columns, ..ListQuery::default() }.sane(kind).columns;
        self.widths.retain(|code, width| known(code) && width.is_finite());
        for width in self.widths.values_mut() {
            *width = width.clamp(24.0, 4_096.0);
        }
        let mut views: BTreeMap<String, SavedView> = BTreeMap::new();
        for view in self.views {
            let name = one_line(view.name.trim(), NAME_MAX);
            if !name.is_empty() {
                views.insert(name.clone(), SavedView { name, query: view.query.sane(kind), ..view });
            }
        }
        self.views = views.into_values().take(VIEWS_MAX).collect();
        self
    }

    /// The view of this name.
    pub fn view(&self, name: &str) -> Option<&SavedView> {
        self.views.iter().find(|view| view.name == name)
    }

    /// Keeps a view under its name; one of the same name is replaced.
    pub fn keep(&mut self, view: SavedView) {
        self.views.retain(|known| known.name != view.name);
        self.views.push(view);
        self.views.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_memory_falls_back_to_what_the_kind_knows() {
        let view = |name: &str| SavedView { name: name.to_owned(), ..SavedView::default() };
        let memory = ListMemory {
            columns: vec!["title".to_owned(), "colour".to_owned()],
            widths: BTreeMap::from([
                ("title".to_owned(), f32::NAN),
                ("state".to_owned(), 9.0),
                ("colour".to_owned(), 80.0),
            ]),
            views: vec![view(""), view("  \u{7} "), view("Weekly"), view("Weekly")],
        };
        let sane = memory.sane(Kind::Feedback);
        assert_eq!(sane.columns, ["title"]);
        assert_eq!(sane.widths, BTreeMap::from([("state".to_owned(), 24.0)]));
        assert_eq!(sane.views.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Weekly"]);
        let many = ListMemory {
            views: (0..400).map(|number| view(&format!("View {number}"))).collect(),
            ..ListMemory::default()
        };
        assert_eq!(many.sane(Kind::Feedback).views.len(), VIEWS_MAX);
    }

    #[test]
    fn a_view_of_the_same_name_is_replaced() {
        let mut memory = ListMemory::default();
        for text in ["alarm", "battery"] {
            let query = ListQuery { text: text.to_owned(), ..ListQuery::default() };
            memory.keep(SavedView { name: "Weekly".to_owned(), owner_name: None, query });
        }
        assert_eq!(memory.views.len(), 1);
        assert_eq!(memory.view("Weekly").map(|view| view.query.text.as_str()), Some("battery"));
    }
}
