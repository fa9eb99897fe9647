//! The drawing of a table: head, visible rows, draggable column edges. What a screen reader gets of it is in `reading`.

mod reading;

use eframe::egui;
use egui::{
    Align, Color32, CursorIcon, FontFamily, FontId, Galley, Id, Key, Modifiers, Rect, Response, ScrollArea,
    Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    accesskit::{self, Role},
    pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{Cell, Column, Sort, Table, TableEvents, TableState, Width, keys::Keys};
use crate::ui::{
    theme::{Palette, bold_family, palette, size, space},
    widgets::icons::{SHAPE, paint_tone},
};
use reading::{describe_edge, describe_head};

pub(super) const PAD: f32 = space::S;
const NARROWEST: f32 = 48.0;
/// Points by which a key changes a width.
const STEP: f32 = 16.0;

/// The state that may change while a table is drawn.
struct Turn<'t> {
    state: &'t mut TableState,
    events: TableEvents,
}

impl Turn<'_> {
    /// Sets the width of a column; `None` restores its default width.
    fn set_width(&mut self, index: usize, width: Option<f32>) {
        if let Some(slot) = self.state.widths.get_mut(index) {
            *slot = width.map(|width| width.max(NARROWEST));
        }
    }
}

/// The values that stay the same while a table is drawn.
pub(super) struct Drawing<'a> {
    table: Table<'a>,
    id: Id,
    pub(super) palette: &'static Palette,
    /// Left edge and width of each column, from the left of the table.
    spans: Vec<(f32, f32)>,
    width: f32,
}

impl<'a> Drawing<'a> {
    pub fn new(table: Table<'a>, ui: &Ui, state: &TableState) -> Self {
        let room = ui.available_width();
        let widths = widths(table.columns, (&state.widths, &state.needed), room);
        let mut left = 0.0;
        let spans: Vec<(f32, f32)> = widths
            .iter()
            .map(|&width| {
                let span = (left, width);
                left += width;
                span
            })
            .collect();
        let id = ui.make_persistent_id(("table", table.id_salt));
        Self { table, id, palette: palette(ui), spans, width: left.max(room) }
    }

    pub fn show<'d>(
        self,
        ui: &mut Ui,
        state: &mut TableState,
        cell: &dyn Fn(usize, usize) -> Cell<'d>,
    ) -> TableEvents {
        state.clamp_to(self.table.rows);
        state.widths.resize(self.table.columns.len(), None);
        let mut turn = Turn { state, events: TableEvents::default() };
        let builder = UiBuilder::new()
            .accessibility_role(Role::Table)
            .accessibility_label(self.table.id_salt.to_owned());
        ui.scope_builder(builder, |ui| {
            self.count(ui);
            if let Some(height) = self.table.height {
                ui.set_height(height);
            }
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::horizontal().id_salt(self.id.with("across")).auto_shrink([false, false]).show(
                ui,
                |ui| {
                    ui.set_width(self.width);
                    let behind = ui.available_rect_before_wrap();
                    ui.painter().rect_filled(behind, 6.0, self.palette.surface);
                    self.head(ui, &mut turn);
                    self.body(ui, &mut turn, cell);
                    self.edges(ui, &mut turn);
                },
            );
        });
        if turn.events.selection_changed && self.table.heading.is_some() {
            turn.state.selected.retain(|row| self.table.heading_of(*row).is_none());
        }
        turn.events
    }

    fn head(&self, ui: &mut Ui, turn: &mut Turn<'_>) {
        let (row, _) = ui.allocate_exact_size(vec2(self.width, space::ROW), Sense::hover());
        ui.painter().hline(row.x_range(), row.bottom() - 0.5, Stroke::new(1.0, self.palette.line));
        for (index, column) in self.table.columns.iter().enumerate() {
            let rect = self.cell_rect(row, index);
            let sense = if column.sortable { Sense::click() } else { Sense::focusable_noninteractive() };
            let response = ui.interact(rect, self.id.with(("head", index)), sense);
            let sort = turn.state.sort.filter(|sort| sort.column == index);
            self.paint_head(ui, rect, column, (sort, &response));
            response.widget_info(|| {
                if column.sortable {
                    WidgetInfo::labeled(Role::Button, ui.is_enabled(), format!("Sort by {}", column.title))
                } else {
                    WidgetInfo::labeled(Role::Label, ui.is_enabled(), column.title)
                }
            });
            ui.ctx().accesskit_node_builder(response.id, |node| describe_head(node, sort));
            if response.has_focus() {
                crate::ui::theme::ring_around(ui.ctx(), response.id, rect.shrink(1.0));
            }
            if index + 1 < self.table.columns.len()
                && let Some(width) = self.width_by_keys(ui, response.id, index)
            {
                turn.set_width(index, width);
                turn.events.widths_changed = true;
            }
            if response.clicked() {
                let ascending = sort.is_none_or(|sort| !sort.ascending);
                turn.state.sort = Some(Sort { column: index, ascending });
                turn.events.sort_changed = true;
            }
        }
    }

    fn paint_head(
        &self,
        ui: &Ui,
        rect: Rect,
        column: &Column<'_>,
        (sort, response): (Option<Sort>, &Response),
    ) {
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        if column.sortable && response.hovered() {
            painter.rect_filled(rect, 4.0, self.palette.hover);
        }
        let ink = if sort.is_some() { self.palette.text } else { self.palette.weak };
        let inner = rect.shrink2(vec2(PAD, 0.0));
        let mark = if sort.is_some() { SHAPE } else { 0.0 };
        let galley =
            line(ui, column.title, FontId::new(size::SMALL, bold_family()), ink, inner.width() - mark);
        let x = aligned(inner, galley.size().x + mark, column.align);
        let middle = rect.center().y;
        painter.galley(pos2(x, middle - galley.size().y / 2.0), galley.clone(), ink);
        if let Some(sort) = sort {
            let at = pos2(x + galley.size().x + 7.0, middle);
            let (base, tip) = if sort.ascending { (3.0, -3.0) } else { (-3.0, 3.0) };
            let points = vec![at + vec2(-4.0, base), at + vec2(4.0, base), at + vec2(0.0, tip)];
            painter.add(egui::Shape::convex_polygon(points, ink, Stroke::NONE));
        }
    }

    fn body<'d>(&self, ui: &mut Ui, turn: &mut Turn<'_>, cell: &dyn Fn(usize, usize) -> Cell<'d>) {
        let seen = ui.available_height().max(space::ROW);
        let page = ((seen / space::ROW) as usize).saturating_sub(1).max(1);
        let offset = self.offset(ui);
        let in_sight = |row: &usize| (offset..offset + seen).contains(&((*row as f32 + 0.5) * space::ROW));
        let row = turn.state.cursor.filter(in_sight).unwrap_or(self.first_seen(ui));
        let row_id = self.row_id(row);
        let heading = self.table.heading_of(row).map(|heading| heading.open);
        let keys =
            Keys { row, row_id, rows: self.table.rows, page, several: self.table.is_several(), heading };
        keys.act(ui, turn.state, &mut turn.events);

        let mut area = ScrollArea::vertical().id_salt(self.id.with("down")).auto_shrink([false, false]);
        if let Some(row) = turn.state.scroll_to.take()
            && let Some(offset) = self.offset_for(ui, row, seen)
        {
            area = area.vertical_scroll_offset(offset);
        }
        let height = self.table.rows as f32 * space::ROW;
        let out = area.show_viewport(ui, |ui, view| {
            ui.set_height(height);
            ui.set_width(self.width);
            let first = ((view.top() / space::ROW).floor().max(0.0)) as usize;
            let last = ((view.bottom() / space::ROW).ceil().max(0.0) as usize).min(self.table.rows);
            let middle = |row: usize| (row as f32 + 0.5) * space::ROW;
            let in_sight = |row: &usize| (view.top()..view.bottom()).contains(&middle(*row));
            let stop = turn.state.cursor.filter(in_sight).unwrap_or(first);
            let origin = ui.max_rect().min;
            for row in first..last {
                let top = origin.y + row as f32 * space::ROW;
                let rect = Rect::from_min_size(pos2(origin.x, top), vec2(self.width, space::ROW));
                self.row(ui, (row, row == stop, rect), turn, cell);
            }
        });
        ui.data_mut(|data| data.insert_temp(self.id.with("offset"), out.state.clamped_offset().y));
        if std::mem::take(&mut turn.state.focus_cursor) && self.table.rows > 0 {
            let row = turn.state.cursor.unwrap_or(self.first_seen(ui));
            ui.memory_mut(|memory| memory.request_focus(self.row_id(row)));
            ui.ctx().request_repaint();
        }
    }

    fn row<'d>(
        &self,
        ui: &mut Ui,
        (row, stop, rect): (usize, bool, Rect),
        turn: &mut Turn<'_>,
        cell: &dyn Fn(usize, usize) -> Cell<'d>,
    ) {
        let sense = if stop { Sense::click() } else { Sense::CLICK };
        let response = ui.interact(rect, self.row_id(row), sense);
        if let Some(heading) = self.table.heading_of(row) {
            self.heading(ui, rect, &response, &heading);
            if response.has_focus() {
                crate::ui::theme::ring_around(ui.ctx(), response.id, rect.shrink(1.0));
            }
            if response.clicked() {
                turn.state.cursor = Some(row);
                turn.state.focus_cursor = true;
                turn.events.toggled = Some(row);
            }
            return;
        }
        let chosen = turn.state.selected.contains(&row);
        let fill = if chosen {
            Some(self.palette.select)
        } else if response.hovered() {
            Some(self.palette.hover)
        } else {
            (row % 2 == 1).then_some(self.palette.stripe)
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, 0.0, fill);
        }
        if response.has_focus() {
            crate::ui::theme::ring_around(ui.ctx(), response.id, rect.shrink(1.0));
        }
        let on_name = self.cells(ui, (row, rect), &response, cell);
        let name = cell(row, 0).text;
        let role = if self.is_read() { Role::Row } else { Role::Link };
        response.widget_info(|| WidgetInfo::selected(role, ui.is_enabled(), chosen, &name));
        self.describe_row(ui, (row, response.id), cell);
        if response.double_clicked() || (on_name && response.clicked() && ui.input(|i| i.modifiers.is_none()))
        {
            turn.events.opened = Some(row);
        }
        if response.secondary_clicked() {
            turn.state.choose_only(row);
        }
        if response.secondary_clicked() || response.context_menu_opened() {
            turn.events.menu = Some((row, response.id));
        }
        if response.clicked() {
            turn.events.selection_changed = true;
            let modifiers = ui.input(|input| input.modifiers);
            if self.table.is_several() && modifiers.command {
                turn.state.toggle(row);
            } else if self.table.is_several() && modifiers.shift {
                turn.state.extend_to(row);
            } else {
                turn.state.choose_only(row);
            }
            turn.state.focus_cursor = true;
        }
    }

    /// Whether the rows are only read.
    fn is_read(&self) -> bool {
        self.table.rows_are == super::RowsAre::Read
    }

    /// Draws the cells of a row; returns whether the pointer is on the text of the first cell.
    fn cells<'d>(
        &self,
        ui: &Ui,
        (row, rect): (usize, Rect),
        response: &Response,
        cell: &dyn Fn(usize, usize) -> Cell<'d>,
    ) -> bool {
        let pointer = response.hover_pos();
        let mut on_name = false;
        for (index, column) in self.table.columns.iter().enumerate() {
            let place = self.cell_rect(rect, index);
            if !ui.is_rect_visible(place) {
                continue;
            }
            let content = cell(row, index);
            let (text_rect, elided) = self.paint_cell(ui, place, (index, column.align), &content);
            let touched = pointer.is_some_and(|at| place.contains(at));
            if index == 0 && !self.is_read() && pointer.is_some_and(|at| text_rect.contains(at)) {
                on_name = true;
                ui.painter().hline(
                    text_rect.x_range(),
                    text_rect.bottom(),
                    Stroke::new(1.0, self.palette.accent),
                );
                ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
            }
            if touched && elided {
                response.show_tooltip_text(content.text.as_ref());
            }
            if index > 0 {
                self.name_cell(ui, (row, index), place, &content);
            }
        }
        // Without a pointer, a press can only come from assistive technology, which presses the name of the row.
        on_name || (response.clicked() && pointer.is_none())
    }

    fn paint_cell(
        &self,
        ui: &Ui,
        place: Rect,
        (index, align): (usize, Align),
        content: &Cell<'_>,
    ) -> (Rect, bool) {
        let mut inner = place.shrink2(vec2(PAD, 0.0));
        let ink = match content.tone {
            Some(tone) => self.palette.tone(tone).text,
            None if index == 0 && !self.is_read() => self.palette.accent,
            None if content.weak => self.palette.weak,
            None => self.palette.text,
        };
        if let Some(tone) = content.tone {
            let shape =
                Rect::from_min_size(pos2(inner.left(), place.center().y - SHAPE / 2.0), vec2(SHAPE, SHAPE));
            paint_tone(ui.painter(), shape, tone, ink);
            inner.min.x += SHAPE + space::XS;
        }
        let font = FontId::new(size::BODY, FontFamily::Proportional);
        let galley = line(ui, &content.text, font, ink, inner.width());
        let at = pos2(aligned(inner, galley.size().x, align), place.center().y - galley.size().y / 2.0);
        let text_rect = Rect::from_min_size(at, galley.size());
        let elided = galley.elided;
        ui.painter().galley(at, galley, ink);
        (text_rect, elided)
    }

    fn edges(&self, ui: &Ui, turn: &mut Turn<'_>) {
        let frame = ui.min_rect();
        let count = self.spans.len();
        for (index, &(left, width)) in self.spans.iter().enumerate().take(count.saturating_sub(1)) {
            let x = frame.left() + left + width;
            let grip = Rect::from_x_y_ranges(x - 3.0..=x + 3.0, frame.top()..=frame.top() + space::ROW);
            let response = ui.interact(grip, self.id.with(("edge", index)), Sense::CLICK | Sense::DRAG);
            if response.hovered() || response.dragged() {
                ui.ctx().set_cursor_icon(CursorIcon::ResizeColumn);
                ui.painter().vline(x, frame.y_range(), Stroke::new(1.0, self.palette.accent));
            }
            let title = self.table.columns.get(index).map_or("", |column| column.title);
            ui.ctx().accesskit_node_builder(response.id, |node| describe_edge(node, title, width));
            let asked = |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action));
            let steps =
                asked(accesskit::Action::Increment) as f32 - asked(accesskit::Action::Decrement) as f32;
            if response.dragged() || steps != 0.0 {
                turn.set_width(index, Some(width + response.drag_delta().x + steps * STEP));
            }
            if response.double_clicked() {
                turn.set_width(index, None);
            }
            turn.events.widths_changed |=
                response.drag_stopped() || response.double_clicked() || steps != 0.0;
        }
    }

    /// The width that a key gives a column when its head has the focus; `Some(None)` restores the default width.
    fn width_by_keys(&self, ui: &Ui, head: Id, index: usize) -> Option<Option<f32>> {
        if !ui.memory(|memory| memory.has_focus(head)) {
            return None;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, key));
        let width = self.spans.get(index).map(|(_, width)| *width)?;
        if pressed(Key::ArrowLeft) {
            Some(Some(width - STEP))
        } else if pressed(Key::ArrowRight) {
            Some(Some(width + STEP))
        } else {
            pressed(Key::Home).then_some(None)
        }
    }

    fn cell_rect(&self, row: Rect, index: usize) -> Rect {
        let (left, width) = self.spans.get(index).copied().unwrap_or_default();
        Rect::from_min_size(pos2(row.left() + left, row.top()), vec2(width, row.height()))
    }

    fn row_id(&self, row: usize) -> Id {
        self.id.with(("row", row))
    }

    fn offset(&self, ui: &Ui) -> f32 {
        ui.data(|data| data.get_temp::<f32>(self.id.with("offset"))).unwrap_or(0.0)
    }

    fn first_seen(&self, ui: &Ui) -> usize {
        (self.offset(ui) / space::ROW).floor().max(0.0) as usize
    }

    /// The offset that brings `row` into view, or `None` if it is already visible.
    fn offset_for(&self, ui: &Ui, row: usize, seen: f32) -> Option<f32> {
        let (top, now) = (row as f32 * space::ROW, self.offset(ui));
        if top < now {
            Some(top)
        } else if top + space::ROW > now + seen {
            Some(top + space::ROW - seen)
        } else {
            None
        }
    }
}

/// One line of text, cut with "…" at `width`.
pub(super) fn line(ui: &Ui, text: &str, font: FontId, ink: Color32, width: f32) -> std::sync::Arc<Galley> {
    let first = text.split(['\n', '\r']).next().unwrap_or_default();
    let mut job = LayoutJob::simple_singleline(first.to_owned(), font, ink);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

fn aligned(inner: Rect, width: f32, align: Align) -> f32 {
    match align {
        Align::Min => inner.left(),
        Align::Center => inner.center().x - width / 2.0,
        Align::Max => inner.right() - width,
    }
}

/// Dragged widths are kept; the remaining width goes to the columns that take the rest, otherwise to the last.
fn widths(columns: &[Column<'_>], (dragged, needed): (&[Option<f32>], &[f32]), room: f32) -> Vec<f32> {
    let dragged = |index: usize| dragged.get(index).copied().flatten();
    let fixed = |index: usize, column: &Column<'_>| match (dragged(index), column.width) {
        (Some(width), _) | (None, Width::Fixed(width)) => Some(width),
        (None, Width::Fit(most)) => {
            Some(needed.get(index).copied().unwrap_or(NARROWEST).clamp(NARROWEST, most.max(NARROWEST)))
        }
        (None, Width::Rest(_)) => None,
    };
    let taken: f32 = columns.iter().enumerate().filter_map(|(index, column)| fixed(index, column)).sum();
    let sharers =
        columns.iter().enumerate().filter(|(index, column)| fixed(*index, column).is_none()).count();
    let share = if sharers == 0 { 0.0 } else { (room - taken).max(0.0) / sharers as f32 };
    let mut widths: Vec<f32> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            fixed(index, column).unwrap_or(match column.width {
                Width::Fixed(width) | Width::Fit(width) => width,
                Width::Rest(least) => share.max(least),
            })
        })
        .collect();
    let total: f32 = widths.iter().sum();
    if let Some(last) = widths.last_mut()
        && total < room
    {
        *last += room - total;
    }
    widths
}
