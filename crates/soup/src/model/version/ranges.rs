//! Intervals of versions: whether a version is inside, how OSV events become intervals, and sets of intervals without overlaps.

use super::bounds::{self, End};
use super::{Incomparable, Scheme, compare};
use crate::model::advisory::{Bound, Interval, Versions};
use std::cmp::Ordering;

/// The effect of a version in an OSV range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Versions are affected from this one on; `0` is before every version.
    Introduced,
    /// Versions are not affected from this one on.
    Fixed,
    /// Versions after this one are not affected.
    LastAffected,
    /// Nothing is stated from this version on; `*` is after every version.
    Limit,
}

/// An event of an OSV range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its effect.
    pub kind: EventKind,
    /// Its version, as written.
    pub version: String,
}

/// Whether a version is inside an interval. One bound that certainly excludes it is enough, even if the other cannot be compared.
pub fn within(scheme: Scheme, interval: &Interval, version: &str) -> Result<bool, Incomparable> {
    let beyond = |bound: &Option<Bound>, end: End| match bound {
        None => Ok(true),
        Some(bound) => bounds::inside(scheme, version, bound, end),
    };
    let above = beyond(&interval.from, End::Lower);
    if above == Ok(false) {
        return Ok(false);
    }
    match (above, beyond(&interval.to, End::Upper)) {
        (_, Ok(false)) => Ok(false),
        (Ok(above), Ok(below)) => Ok(above && below),
        (Err(why), _) | (_, Err(why)) => Err(why),
    }
}

/// Whether a claim's versions contain a version: listed as written, equal in the scheme, or inside an interval.
///
/// Without a scheme, only equal texts and intervals without bounds are certain. A claim that lists versions and has no interval contains
/// only the versions that it lists.
pub fn contains(versions: &Versions, scheme: Option<Scheme>, version: &str) -> Result<bool, Incomparable> {
    if versions.listed.iter().any(|listed| listed.trim_ascii() == version.trim_ascii()) {
        return Ok(true);
    }
    if versions.intervals.iter().any(|interval| *interval == Interval::default()) {
        return Ok(true);
    }
    let Some(scheme) = scheme else {
        return if versions.intervals.is_empty() {
            Ok(false)
        } else {
            Err(Incomparable::NoOrder(versions.order.clone()))
        };
    };
    if versions.listed.iter().any(|listed| compare(scheme, listed, version) == Ok(Ordering::Equal)) {
        return Ok(true);
    }
    let mut undecided = None;
    for interval in &versions.intervals {
        match within(scheme, interval, version) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => undecided = undecided.or(Some(why)),
        }
    }
    undecided.map_or(Ok(false), Err)
}

/// The intervals that OSV events describe, in ascending order (OSV schema, “Evaluation”).
///
/// Events that the scheme cannot sort, or that have no scheme, are taken in the order of the source. A comparison with such an interval
/// then reports why it is not possible.
pub fn intervals_of_events(scheme: Option<Scheme>, events: &[Event]) -> Vec<Interval> {
    let mut sorted: Vec<&Event> = events.iter().filter(|event| event.kind != EventKind::Limit).collect();
    if let Some(scheme) = scheme
        .filter(|scheme| sorted.iter().all(|event| is_start(event) || scheme.check(&event.version).is_ok()))
    {
        sorted.sort_by(|a, b| match (is_start(a), is_start(b)) {
            (false, false) => scheme.sorting(&a.version, &b.version).unwrap_or(Ordering::Equal),
            (a, b) => b.cmp(&a),
        });
    }
    let mut intervals = Vec::new();
    let mut open: Option<Option<Bound>> = None;
    for event in sorted {
        let bound = |included| Some(Bound { version: event.version.clone(), included });
        match event.kind {
            EventKind::Introduced => {
                open.get_or_insert_with(|| if is_start(event) { None } else { bound(true) });
            }
            EventKind::Fixed | EventKind::LastAffected => {
                let to = bound(event.kind == EventKind::LastAffected);
                intervals.extend(open.take().map(|from| Interval { from, to }));
            }
            EventKind::Limit => {}
        }
    }
    intervals.extend(open.map(|from| Interval { from, to: None }));
    limited(scheme, intervals, events)
}

/// Whether the event is `introduced: 0`, which is before every version.
fn is_start(event: &Event) -> bool {
    event.kind == EventKind::Introduced && event.version.trim_ascii() == "0"
}

/// Cuts intervals off at the highest limit, if there are limits.
fn limited(scheme: Option<Scheme>, intervals: Vec<Interval>, events: &[Event]) -> Vec<Interval> {
    let limits = || events.iter().filter(|event| event.kind == EventKind::Limit).map(|event| &event.version);
    let order =
        |a: &str, b: &str| scheme.and_then(|scheme| scheme.sorting(a, b).ok()).unwrap_or(Ordering::Equal);
    let Some(highest) = limits().max_by(|a, b| order(a, b)) else { return intervals };
    if limits().any(|limit| limit == "*") {
        return intervals;
    }
    let cut = |mut interval: Interval| {
        let stays = interval.to.as_ref().is_some_and(|to| order(&to.version, highest).is_lt());
        if !stays {
            interval.to = Some(Bound { version: highest.clone(), included: false });
        }
        interval
    };
    intervals.into_iter().map(cut).collect()
}

/// The order of two lower bounds, for sorting.
fn lower(scheme: Scheme, a: Option<&Bound>, b: Option<&Bound>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => {
            let ordering = scheme.sorting(&a.version, &b.version).unwrap_or(Ordering::Equal);
            ordering.then(b.included.cmp(&a.included))
        }
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// The order of two upper bounds, for sorting.
fn upper(scheme: Scheme, a: Option<&Bound>, b: Option<&Bound>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => {
            let ordering = scheme.sorting(&a.version, &b.version).unwrap_or(Ordering::Equal);
            ordering.then(a.included.cmp(&b.included))
        }
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// The same set of versions as ascending intervals without overlaps; empty ones are dropped.
///
/// All bounds are versions of the scheme.
pub(super) fn united(scheme: Scheme, mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.retain(|interval| !is_empty(scheme, interval));
    intervals.sort_by(|a, b| lower(scheme, a.from.as_ref(), b.from.as_ref()));
    let mut united: Vec<Interval> = Vec::new();
    for interval in intervals {
        match united.last_mut() {
            Some(last) if overlap(scheme, last, &interval) => {
                if upper(scheme, interval.to.as_ref(), last.to.as_ref()).is_gt() {
                    last.to = interval.to;
                }
            }
            _ => united.push(interval),
        }
    }
    united
}

/// The versions that both contain.
pub(super) fn common(scheme: Scheme, a: &Interval, b: &Interval) -> Interval {
    let from = if lower(scheme, a.from.as_ref(), b.from.as_ref()).is_ge() { &a.from } else { &b.from };
    let to = if upper(scheme, a.to.as_ref(), b.to.as_ref()).is_le() { &a.to } else { &b.to };
    Interval { from: from.clone(), to: to.clone() }
}

fn is_empty(scheme: Scheme, interval: &Interval) -> bool {
    let (Some(from), Some(to)) = (&interval.from, &interval.to) else { return false };
    match scheme.sorting(&from.version, &to.version).unwrap_or(Ordering::Less) {
        Ordering::Less => false,
        Ordering::Equal => !(from.included && to.included),
        Ordering::Greater => true,
    }
}

/// Whether an interval that starts at or after the start of `first` has versions in common with it.
fn overlap(scheme: Scheme, first: &Interval, second: &Interval) -> bool {
    !is_empty(scheme, &common(scheme, first, second))
}
