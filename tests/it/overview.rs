//! The attention list is made beside the window: the former one is shown until the new one is there.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mainstay::ui::overview::{Overview, Shown};

use crate::chain::feedback;
use crate::desk::Desk;

/// Asks again as frames do, until something else than `before` is there.
fn wait(overview: &mut Overview, desk: &Desk, before: Option<&Shown>) -> Shown {
    for _ in 0..3000 {
        let shown = overview.of(&desk.file, desk.now).unwrap();
        match (shown, before) {
            (Some(shown), Some(before)) if Rc::ptr_eq(&shown.attention, &before.attention) => {}
            (Some(shown), _) => return shown,
            (None, before) => {
                assert!(before.is_none(), "what was shown stays until there is something newer");
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no list came");
}

#[test]
fn the_former_list_is_shown_until_the_new_one_is_there() {
    let mut desk = Desk::staffed_once();
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let wake = move || {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let mut overview = Overview::in_background(wake, Duration::ZERO);
    let first = wait(&mut overview, &desk, None);
    assert_eq!(*first.attention, desk.file.attention(desk.now).unwrap());
    // The list may be taken just before the window is woken for it.
    let woken = (0..3000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        woken.load(Ordering::Relaxed) > 0
    });
    assert!(woken, "the window is woken when the list is there");
    let again = overview.of(&desk.file, desk.now).unwrap().unwrap();
    assert!(Rc::ptr_eq(&first.attention, &again.attention), "nothing changed, so nothing is made anew");

    let fb = feedback(&mut desk);
    let second = wait(&mut overview, &desk, Some(&first));
    assert_eq!(*second.attention, desk.file.attention(desk.now).unwrap());
    assert!(second.attention.coming.iter().any(|item| item.record == fb));
    assert_eq!(*second.trends, desk.file.trends(desk.now).unwrap());
}

#[test]
fn without_a_second_connection_the_list_is_made_where_it_is_asked_for() {
    let desk = Desk::staffed_once();
    let mut here = Overview::default();
    let shown = here.of(&desk.file, desk.now).unwrap().unwrap();
    assert_eq!(*shown.attention, desk.file.attention(desk.now).unwrap());
    // The name of the file is gone, the open file is not.
    let away = desk.file.path().with_extension("away");
    std::fs::rename(desk.file.path(), &away).unwrap();
    let mut beside = Overview::in_background(|| {}, Duration::from_mins(1));
    let shown = beside.of(&desk.file, desk.now).unwrap().unwrap();
    assert_eq!(*shown.attention, desk.file.attention(desk.now).unwrap());
}
