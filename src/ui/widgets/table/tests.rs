use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use super::*;
use crate::ui::theme;

struct Screen {
    table: TableState,
    opened: Vec<usize>,
    sorts: usize,
    widened: usize,
    rows: usize,
}

const COLUMNS: [Column<'static>; 3] = [
    Column::new("No.", Width::Fixed(90.0)),
    Column::new("Title", Width::Rest(160.0)),
    Column::new("Age", Width::Fixed(70.0)).right(),
];

fn harness(rows: usize) -> Harness<'static, Screen> {
    let screen = Screen { table: TableState::default(), opened: Vec::new(), sorts: 0, widened: 0, rows };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(600.0, 400.0))
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, screen: &mut Screen| {
                let events = Table::new("Problem reports", &COLUMNS, screen.rows).several().show(
                    ui,
                    &mut screen.table,
                    |row, column| match column {
                        0 => format!("PR-{row:05}").into(),
                        1 => {
                            "Alarm is late when the pump runs at the lowest rate and the door is open".into()
                        }
                        _ => Cell::weak(format!("{row} d")),
                    },
                );
                screen.opened.extend(events.opened);
                screen.sorts += usize::from(events.sort_changed);
                screen.widened += usize::from(events.widths_changed);
            },
            screen,
        );
    harness.run();
    harness
}

fn press(harness: &mut Harness<'static, Screen>, modifiers: Modifiers, keys: &[Key]) {
    for &key in keys {
        harness.key_press_modifiers(modifiers, key);
        harness.run();
    }
}

#[test]
fn rows_are_reached_by_the_text_of_their_first_cell_and_opened_by_pressing_it() {
    let mut harness = harness(10_000);
    harness.get_by_role_and_label(Role::Link, "PR-00003").click_accesskit();
    harness.run();
    assert_eq!(harness.state().opened, [3]);
    assert_eq!(harness.state().table.cursor, Some(3));
    harness.get_by_label("7 d");
    assert!(harness.query_by_label("PR-05000").is_none(), "rows out of sight are not built");
}

#[test]
fn arrows_home_end_and_pages_move_the_cursor_and_scroll() {
    let mut harness = harness(10_000);
    harness.get_by_role_and_label(Role::Link, "PR-00000").focus();
    harness.run();
    press(&mut harness, Modifiers::NONE, &[Key::ArrowDown, Key::ArrowDown, Key::ArrowUp]);
    assert_eq!(harness.state().table.cursor, Some(1));
    press(&mut harness, Modifiers::NONE, &[Key::End]);
    assert_eq!(harness.state().table.cursor, Some(9_999));
    assert!(
        harness.get_by_role_and_label(Role::Link, "PR-09999").is_focused(),
        "scrolled to, and has the focus"
    );
    press(&mut harness, Modifiers::NONE, &[Key::PageUp]);
    let after_page = harness.state().table.cursor.expect("a cursor");
    assert!((9_980..9_995).contains(&after_page), "{after_page}");
    press(&mut harness, Modifiers::NONE, &[Key::Home, Key::Enter]);
    assert_eq!(harness.state().opened, [0]);
}

#[test]
fn an_arrow_down_goes_to_the_first_row_where_nothing_has_the_focus() {
    let mut harness = harness(50);
    press(&mut harness, Modifiers::NONE, &[Key::Enter]);
    assert!(harness.state().opened.is_empty(), "no row is chosen yet");
    press(&mut harness, Modifiers::NONE, &[Key::ArrowDown]);
    assert!(harness.get_by_role_and_label(Role::Link, "PR-00000").is_focused());
    press(&mut harness, Modifiers::NONE, &[Key::ArrowDown, Key::Enter]);
    assert_eq!(harness.state().opened, [1]);
    harness.get_by_role_and_label(Role::Button, "Sort by No.").focus();
    harness.run();
    press(&mut harness, Modifiers::NONE, &[Key::ArrowUp]);
    assert_eq!(harness.state().table.cursor, Some(1), "another widget keeps its keys");
}

#[test]
fn shift_ctrl_and_space_select_several_rows() {
    let mut harness = harness(50);
    harness.get_by_role_and_label(Role::Link, "PR-00000").focus();
    harness.run();
    press(&mut harness, Modifiers::NONE, &[Key::ArrowDown]);
    press(&mut harness, Modifiers::SHIFT, &[Key::ArrowDown, Key::ArrowDown]);
    assert_eq!(harness.state().table.selected.iter().copied().collect::<Vec<_>>(), [1, 2, 3]);
    press(&mut harness, Modifiers::NONE, &[Key::Space]);
    assert_eq!(harness.state().table.selected.iter().copied().collect::<Vec<_>>(), [1, 2]);
    harness.get_by_role_and_label(Role::Link, "PR-00006").click_modifiers(Modifiers::COMMAND);
    harness.run();
    assert!(harness.state().table.selected.contains(&6) && harness.state().table.selected.contains(&1));
    assert!(harness.state().opened.is_empty(), "selecting does not open");
    press(&mut harness, Modifiers::COMMAND, &[Key::A]);
    assert_eq!(harness.state().table.selected.len(), 50);
}

#[test]
fn pressing_a_head_sorts_and_pressing_it_again_reverses_the_order() {
    let mut harness = harness(5);
    harness.get_by_role_and_label(Role::Button, "Sort by Title").click();
    harness.run();
    assert_eq!(harness.state().table.sort, Some(Sort { column: 1, ascending: true }));
    harness.get_by_role_and_label(Role::Button, "Sort by Title").click();
    harness.run();
    assert_eq!(harness.state().table.sort, Some(Sort { column: 1, ascending: false }));
    assert_eq!(harness.state().sorts, 2);
}

#[test]
fn removed_rows_are_neither_selected_nor_under_the_cursor() {
    let mut harness = harness(20);
    harness.state_mut().table.go_to(15);
    harness.run();
    harness.state_mut().rows = 3;
    harness.run();
    assert_eq!(harness.state().table.cursor, None);
    assert!(harness.state().table.selected.is_empty());
}

#[test]
fn a_frame_of_ten_thousand_rows_requests_only_the_visible_cells() {
    let asked = std::rc::Rc::new(std::cell::Cell::new(0_usize));
    let counter = asked.clone();
    let mut state = TableState::default();
    let mut harness = Harness::builder()
        .with_size(egui::vec2(600.0, 400.0))
        .with_context_setup(theme::install)
        .build_ui(move |ui| {
            counter.set(0);
            Table::new("Rows", &COLUMNS, 10_000).show(ui, &mut state, |_, _| {
                counter.set(counter.get() + 1);
                "text".into()
            });
        });
    harness.run();
    assert!(asked.get() < 100, "{} cells were requested", asked.get());
}

#[test]
fn the_keyboard_works_on_visible_rows_when_the_cursor_was_scrolled_away() {
    let mut harness = harness(10_000);
    harness.state_mut().table.go_to(5_000);
    harness.run();
    harness.state_mut().table.cursor = Some(3);
    harness.run();
    assert!(harness.query_by_label("PR-00003").is_none(), "the cursor is out of sight");
    harness.key_press(Key::Tab);
    harness.run();
    for _ in 0..COLUMNS.len() {
        harness.key_press(Key::Tab);
        harness.run();
    }
    press(&mut harness, Modifiers::NONE, &[Key::ArrowDown, Key::Enter]);
    assert!(harness.state().opened.first().is_some_and(|row| *row > 4_900), "{:?}", harness.state().opened);
}

#[test]
fn widths_are_changed_and_restored_by_keys_on_a_head() {
    let mut harness = harness(5);
    let head = |harness: &Harness<'static, Screen>| {
        harness.get_by_role_and_label(Role::Button, "Sort by No.").rect()
    };
    let before = head(&harness).width();
    harness.get_by_role_and_label(Role::Button, "Sort by No.").focus();
    harness.run();
    press(&mut harness, Modifiers::SHIFT, &[Key::ArrowRight, Key::ArrowRight, Key::ArrowLeft]);
    assert_eq!(harness.state().table.widths[0], Some(before + 16.0));
    assert!((head(&harness).width() - before - 16.0).abs() < 0.5);
    assert!(
        harness.get_by_role_and_label(Role::Button, "Sort by No.").is_focused(),
        "the keys stay on the head"
    );
    assert_eq!(harness.state().widened, 3);
    press(&mut harness, Modifiers::SHIFT, &[Key::ArrowLeft; 9]);
    assert_eq!(harness.state().table.widths[0], Some(48.0), "no column vanishes");
    press(&mut harness, Modifiers::SHIFT, &[Key::Home]);
    assert_eq!(harness.state().table.widths[0], None);
    press(&mut harness, Modifiers::NONE, &[Key::ArrowRight]);
    assert!(!harness.get_by_role_and_label(Role::Button, "Sort by No.").is_focused(), "plain arrows move on");
    assert_eq!(harness.state().table.widths, [None; 3]);
    assert_eq!(harness.state().sorts, 0);
}

#[test]
fn an_edge_is_named_after_its_column_and_moved_by_assistive_technology() {
    let mut harness = harness(5);
    let edge = harness.get_by_role_and_label(Role::Splitter, "Width of Title");
    let before = edge.accesskit_node().numeric_value().expect("a width");
    edge.increment_accesskit();
    harness.run();
    assert_eq!(harness.state().table.widths[1].map(f64::from), Some(before + 16.0));
    assert_eq!(harness.state().widened, 1);
    assert!(
        harness.query_by_role_and_label(Role::Splitter, "Width of Age").is_none(),
        "the last takes the rest"
    );
}

#[test]
fn headings_are_toggled_by_keys_and_never_selected_and_columns_fit_their_content() {
    let toggled = std::rc::Rc::new(std::cell::Cell::new(0_usize));
    let counter = toggled.clone();
    let columns = [
        Column::new("No.", Width::Fit(300.0)),
        Column::new("Title", Width::Rest(160.0)),
        Column::new("Nothing", Width::Fit(300.0)),
    ];
    let heading = |row: usize| {
        (row == 0).then(|| Heading { name: "Open".to_owned(), count: "9 records".to_owned(), open: true })
    };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(600.0, 400.0))
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, state: &mut TableState| {
                let table = Table::new("Rows", &columns, 10).several().headings(&heading);
                let events = table.show(ui, state, |row, column| match column {
                    0 => format!("PR-{row:05}").into(),
                    _ => Cell::default(),
                });
                if events.toggled == Some(0) {
                    counter.set(counter.get() + 1);
                }
            },
            TableState::default(),
        );
    harness.run();
    let width = |name: &str| harness.get_by_role_and_label(Role::Button, name).rect().width();
    assert!(width("Sort by Nothing") < 90.0 && width("Sort by Title") > 380.0);
    harness.get_by_role_and_label(Role::Button, "Open, 9 records").focus();
    harness.run();
    harness.key_press(Key::Space);
    harness.run();
    harness.key_press(Key::ArrowLeft);
    harness.run();
    assert_eq!(toggled.get(), 2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    assert!(harness.state().selected.iter().copied().eq(1..10));
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    harness.run();
    assert!(harness.state().selected.iter().copied().eq(1..2), "a heading inside a range is no row");
}
