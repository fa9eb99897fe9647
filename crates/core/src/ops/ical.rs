//! What every iCalendar file (RFC 5545) of the program begins with.

use icalendar::{Calendar, Property};

/// An empty calendar with a name.
pub(super) fn calendar_named(name: &str) -> Calendar {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    let program = concat!("-//Mainstay//Mainstay ", env!("CARGO_PKG_VERSION"), "//EN");
    calendar.append_property(Property::new("PRODID", program));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar.name(name);
    calendar
}
