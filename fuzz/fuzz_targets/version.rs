//! Any three texts as versions of any scheme: no panic, and the answers never contradict each other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_soup::model::advisory::{Bound, Interval};
use mainstay_soup::model::version::{
    Event, EventKind, Scheme, Vers, compare, exactness, intervals_of_events, within,
};

fuzz_target!(|input: (u8, &str, &str, &str)| {
    let (choice, a, b, c) = input;
    let scheme = Scheme::ALL[usize::from(choice) % Scheme::ALL.len()];
    let order = |one: &str, other: &str| compare(scheme, one, other).ok();
    if scheme.check(a).is_ok() {
        assert!(order(a, a).is_some_and(|ordering| ordering.is_eq()));
    }
    assert_eq!(order(a, b), order(b, a).map(|ordering| ordering.reverse()));
    if let (Some(ab), Some(bc), Some(ac)) = (order(a, b), order(b, c), order(a, c)) {
        assert!(!(ab.is_le() && bc.is_le()) || ac.is_le());
        assert!(!(ab.is_ge() && bc.is_ge()) || ac.is_ge());
    }
    let bound = |included| Some(Bound { version: a.to_owned(), included });
    let below = within(scheme, &Interval { from: None, to: bound(false) }, b);
    let above = within(scheme, &Interval { from: bound(true), to: None }, b);
    assert_eq!(below.is_ok(), above.is_ok());
    assert!(below.is_err() || below != above);

    let event = |kind, version: &str| Event { kind, version: version.to_owned() };
    let events =
        [event(EventKind::Introduced, a), event(EventKind::Fixed, b), event(EventKind::LastAffected, c)];
    let _ = (intervals_of_events(Some(scheme), &events), exactness(Some(a)));
    for native in ["npm", "pypi", "gem", "nuget", "maven"] {
        if let Ok(range) = Vers::from_native(native, a) {
            assert_eq!(Vers::parse(&range.to_string()).as_ref(), Ok(&range));
        }
    }
    if let Ok(range) = Vers::parse(a) {
        assert_eq!(Vers::parse(&range.to_string()).as_ref(), Ok(&range));
        let _ = range.contains(b);
    }
});
