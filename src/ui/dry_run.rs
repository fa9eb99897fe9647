//! The dry run of the act that is being entered, repeated only when the act or the file changes.
//!
//! Belongs here: running it against the file. Does not belong here: drawing, or guessing what an act requires.

use crate::domain::requests::Asks;
use crate::domain::time::Day;
use crate::domain::workflow::Condition;
use crate::ops::{Act, Refused};
use crate::ui::cx::Cx;

/// The last dry run of what is being entered.
#[derive(Default)]
pub struct DryRun {
    /// The act, event and day of the dry run.
    of: Option<(Act, u64, Day)>,
    /// What the act requires. A refused act keeps its previous requirements.
    asks: Asks,
    missing: Vec<Condition>,
    /// How often a dry run was made.
    #[cfg(test)]
    pub(super) made: usize,
}

impl DryRun {
    /// Repeats the dry run for an act. The act carries no reasons, because the dry run reports whether they are required.
    pub fn update(&mut self, cx: &Cx<'_>, act: Act) {
        let now = (cx.file.head().seq, cx.today());
        if self.of.as_ref().is_some_and(|(of, seq, day)| *of == act && (*seq, *day) == now) {
            return;
        }
        match cx.file.preview(cx.session, act.clone(), cx.stamp) {
            Ok(preview) => (self.asks, self.missing) = (preview.asks, preview.missing),
            Err(Refused::NoChange) => (self.asks, self.missing) = Default::default(),
            Err(_) => self.missing.clear(),
        }
        self.of = Some((act, now.0, now.1));
        #[cfg(test)]
        {
            self.made += 1;
        }
    }

    /// Whether the act requires a reason.
    pub const fn asks_reason(&self) -> bool {
        self.asks.reason.is_some()
    }

    /// Whether the act requires a reason for the late entry.
    pub const fn asks_late_reason(&self) -> bool {
        self.asks.late_reason.is_some()
    }

    /// Whether the act is signed.
    pub const fn is_signed(&self) -> bool {
        self.asks.password.is_some()
    }

    /// The unmet conditions.
    pub fn missing(&self) -> &[Condition] {
        &self.missing
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::{Kind, RecordId};
    use crate::domain::record::Fields;
    use crate::domain::time::Moment;
    use crate::ops::{Password, ProductFile, Request, Session, Stamp};
    use crate::ui::cx::Cache;
    use crate::ui::sample::{PASSWORD, new_pump};

    fn file(folder: &std::path::Path) -> (ProductFile, Session, Stamp) {
        let now = Moment::parse("2031-03-03T09:00:00Z").unwrap();
        let stamp = Stamp::at(now, 60, "QA-PC2");
        let path = folder.join("pump.mainstay");
        let (file, ana, _) =
            ProductFile::create(&path, &new_pump(), &Password::new(PASSWORD), &stamp).unwrap();
        (file, ana, stamp)
    }

    fn edit(kind: Kind, set: serde_json::Value) -> Act {
        let set: Fields = set.as_object().unwrap().clone();
        Act::from(Request::Edit { id: RecordId::new(kind, 1), set })
    }

    #[test]
    fn a_dry_run_is_made_once_for_each_change_and_reports_what_is_required() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, session, stamp) = file(folder.path());
        let mut dry_run = DryRun::default();
        let mut look = |file: &ProductFile, stamp: &Stamp, act: &Act| {
            let (mut cache, mut commands) = (Cache::default(), Vec::new());
            let cx = Cx {
                file,
                session: &session,
                stamp,
                cache: &mut cache,
                commands: &mut commands,
                refusal: None,
            };
            for _ in 0..60 {
                dry_run.update(&cx, act.clone());
            }
            (dry_run.made, dry_run.is_signed(), dry_run.asks_reason(), dry_run.missing().len())
        };
        let class = edit(Kind::Product, json!({"software_safety_class": "c"}));
        let model = edit(Kind::Product, json!({"model": "PG-2"}));
        let nameless = edit(Kind::Product, json!({"title": null}));
        let refused = edit(Kind::Product, json!({"title": "two\nlines"}));
        assert_eq!(look(&file, &stamp, &class), (1, true, true, 0), "the class is signed, with a reason");
        assert_eq!(look(&file, &stamp, &model), (2, false, false, 0), "the model is not");
        assert_eq!(look(&file, &stamp, &nameless), (3, false, false, 1), "missing conditions are reported");
        assert_eq!(look(&file, &stamp, &class), (4, true, true, 0));
        assert_eq!(look(&file, &stamp, &refused), (5, true, true, 0), "a refused act keeps its requirements");
        assert_eq!(look(&file, &stamp, &edit(Kind::Product, json!({}))), (6, false, false, 0));
        file.perform(&session, model.clone(), None, &stamp).unwrap();
        assert_eq!(look(&file, &stamp, &model), (7, false, false, 0), "nothing would change");
        let tomorrow = Stamp { now: stamp.now.plus_seconds(86_400), ..stamp };
        assert_eq!(look(&file, &tomorrow, &model).0, 8);
    }
}
