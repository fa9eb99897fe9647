//! A notification of the desktop about what is overdue: off by default, once a day for each file, with the numbers of records and no
//! other word of them (docs/adr/0111-the-desktop-is-told-little.md).

use std::collections::BTreeSet;

use eframe::egui::Context;

use crate::domain::ids::RecordId;
use crate::domain::workflow::Tone;
use crate::ui::app::App;

/// Numbers that are named.
const NAMED: usize = 3;

/// How the desktop is told: the title and the text. It never fails, since a machine without notifications is none to complain about.
pub type Tell = Box<dyn Fn(&str, &str)>;

/// How the desktop is told, if not by its notifications.
#[derive(Default)]
pub struct Telling {
    by: Option<Tell>,
}

/// Tells by the notifications of the desktop, on a thread of its own: the service may be slow, or there may be none.
fn by_desktop(title: &str, text: &str) {
    let (title, text) = (title.to_owned(), text.to_owned());
    let told = std::thread::Builder::new().name("Notification".to_owned()).spawn(move || {
        let shown = notify_rust::Notification::new().appname("Mainstay").summary(&title).body(&text).show();
        if let Err(error) = shown {
            log::info!("the desktop was not told: {error}");
        }
    });
    if let Err(error) = told {
        log::info!("the desktop was not told: {error}");
    }
}

/// The text for records that are overdue: “Overdue: CR-0004, SR-0002 and 3 more”.
fn overdue_words(records: &BTreeSet<RecordId>) -> String {
    let named: Vec<String> = records.iter().take(NAMED).map(ToString::to_string).collect();
    let more = records.len().saturating_sub(NAMED);
    let named = named.join(", ");
    if more == 0 { format!("Overdue: {named}") } else { format!("Overdue: {named} and {more} more") }
}

impl App {
    /// Tells the desktop in another way, for a program that drives the window.
    pub fn tell_by(&mut self, tell: Tell) {
        self.hands.telling.by = Some(tell);
    }

    /// Tells the desktop once a day what is overdue in the open file, if the person wants that.
    pub(super) fn tell_when_due(&mut self, _: &Context) {
        if !self.settings.values.notify {
            return;
        }
        let (today, uuid) = match (&self.desk, &self.session) {
            (Some(desk), Some(_)) => (self.stamp().now.day(), desk.uuid.clone()),
            (Some(_) | None, _) => return,
        };
        if self.settings.values.notified.get(&uuid) == Some(&today.to_string()) {
            return;
        }
        let found = self.with_cx(|_, cx| cx.attention().ok().flatten());
        let Some((Some(attention), _)) = found else { return };
        self.settings.values.told(uuid, today);
        let late = attention.now.iter().filter(|item| item.tone == Tone::Late).map(|item| item.record);
        let late: BTreeSet<RecordId> = late.collect();
        if late.is_empty() {
            return;
        }
        let words = overdue_words(&late);
        match &self.hands.telling.by {
            Some(tell) => tell("Mainstay", &words),
            None => by_desktop("Mainstay", &words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;

    #[test]
    fn only_numbers_are_said_and_few_of_them() {
        let records =
            |count: u32| (1..=count).map(|number| RecordId::new(Kind::ChangeRequest, number)).collect();
        assert_eq!(overdue_words(&records(1)), "Overdue: CR-0001");
        assert_eq!(overdue_words(&records(3)), "Overdue: CR-0001, CR-0002, CR-0003");
        assert_eq!(overdue_words(&records(5)), "Overdue: CR-0001, CR-0002, CR-0003 and 2 more");
    }
}
