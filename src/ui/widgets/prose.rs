//! Running text: headings, paragraphs, lists, tables, remarks, code and links. It draws blocks and does not know where they come from.

use eframe::egui;
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, FontFamily, FontId, Frame, Label, Margin, RichText, Stroke, Ui, accesskit, vec2};

use crate::help::{Block, Link, Span, Style};
use crate::ui::theme::{body, bold_family, hint, palette, size, small, space, title};

/// From this width on, a table stands in columns; on less room each row is a small list.
const COLUMNS_FROM: f32 = 520.0;
/// Room for the mark of a list item, in points.
const MARK: f32 = 18.0;

/// Draws blocks. `to` is the anchor of the heading that is scrolled to the top. Returns the link that was followed.
pub fn prose_ui(ui: &mut Ui, blocks: &[Block], to: Option<&str>) -> Option<Link> {
    let mut followed = None;
    ui.spacing_mut().item_spacing.y = space::XS;
    // A line with links is as high as one without.
    ui.spacing_mut().interact_size.y = size::BODY_LINE;
    for (index, block) in blocks.iter().enumerate() {
        ui.push_id(index, |ui| {
            let link = match block {
                Block::Heading { level, text, anchor } => {
                    block_heading_ui(ui, *level, text, to == Some(anchor.as_str()));
                    None
                }
                Block::Paragraph(spans) => {
                    let link = spans_ui(ui, spans);
                    ui.add_space(space::XS);
                    link
                }
                Block::Note(spans) => note_ui(ui, spans),
                Block::List { numbered, items } => list_ui(ui, *numbered, items),
                Block::Table { head, rows } => table_ui(ui, head, rows),
                Block::Code(text) => {
                    code_ui(ui, text);
                    None
                }
            };
            followed = link.or(followed.take());
        });
    }
    followed
}

fn block_heading_ui(ui: &mut Ui, level: u8, text: &str, scroll: bool) {
    ui.add_space(if level <= 2 { space::L } else { space::S });
    let response = heading_ui(ui, level, text);
    if scroll {
        response.scroll_to_me(Some(Align::TOP));
    }
}

/// A heading that a screen reader knows as one.
pub fn heading_ui(ui: &mut Ui, level: u8, text: &str) -> egui::Response {
    let words = match level {
        1 => RichText::new(text).text_style(egui::TextStyle::Heading),
        2 => title(text),
        3 => body(text).family(bold_family()).color(palette(ui).weak),
        _ => body(text).family(bold_family()),
    };
    let response = ui.add(Label::new(words).wrap());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(accesskit::Role::Heading);
        node.set_level(usize::from(level));
    });
    response
}

fn note_ui(ui: &mut Ui, spans: &[Span]) -> Option<Link> {
    let colour = palette(ui).accent;
    let frame = Frame::new().inner_margin(Margin { left: 12, right: 4, top: 4, bottom: 4 });
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        spans_ui(ui, spans)
    });
    let rect = shown.response.rect;
    ui.painter().vline(rect.left() + 2.0, rect.y_range(), Stroke::new(2.0, colour));
    shown.inner
}

fn code_ui(ui: &mut Ui, text: &str) {
    let palette = palette(ui);
    let frame = Frame::new()
        .fill(palette.surface)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(4)
        .inner_margin(Margin::same(8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(Label::new(RichText::new(text).monospace()).wrap());
    });
}

fn list_ui(ui: &mut Ui, numbered: bool, items: &[Vec<Span>]) -> Option<Link> {
    let mut followed = None;
    for (index, item) in items.iter().enumerate() {
        ui.push_id(index, |ui| {
            let mark = if numbered { format!("{}.", index + 1) } else { "•".to_owned() };
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                let mark = Label::new(body(mark).color(palette(ui).weak)).selectable(false);
                ui.scope(|ui| {
                    ui.set_width(MARK);
                    ui.add(mark);
                });
                ui.vertical(|ui| {
                    ui.set_width(ui.available_width());
                    followed = spans_ui(ui, item).or(followed.take());
                });
            });
        });
    }
    followed
}

fn table_ui(ui: &mut Ui, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) -> Option<Link> {
    if ui.available_width() < COLUMNS_FROM { stacked_ui(ui, head, rows) } else { columns_ui(ui, head, rows) }
}

/// Each row below the other: the first cell as its name, the others under it with the heads of their columns.
fn stacked_ui(ui: &mut Ui, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) -> Option<Link> {
    let mut followed = None;
    for (index, row) in rows.iter().enumerate() {
        ui.push_id(index, |ui| {
            ui.add_space(space::XS);
            for (column, cell) in row.iter().enumerate() {
                if column == 0 {
                    let words = crate::help::words_of(cell);
                    ui.add(Label::new(body(words).family(bold_family())).wrap());
                    continue;
                }
                if row.len() > 2
                    && let Some(name) = head.get(column)
                {
                    ui.label(hint(ui, crate::help::words_of(name)));
                }
                ui.push_id(column, |ui| followed = spans_ui(ui, cell).or(followed.take()));
            }
        });
    }
    followed
}

fn columns_ui(ui: &mut Ui, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) -> Option<Link> {
    let mut followed = None;
    let columns = head.len().max(1);
    let gap = space::L;
    let room = ui.available_width() - gap * (columns as f32 - 1.0);
    // The first column names the row; the others say more.
    let first = if columns == 1 { room } else { room * 0.3 };
    let other = if columns == 1 { room } else { (room - first) / (columns as f32 - 1.0) };
    let line = palette(ui).line;
    let width = |column: usize| if column == 0 { first } else { other };
    let mut row_ui = |ui: &mut Ui, cells: &[Vec<Span>], is_head: bool| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for (column, cell) in cells.iter().enumerate().take(columns) {
                ui.allocate_ui(vec2(width(column), 0.0), |ui| {
                    ui.vertical(|ui| {
                        ui.set_width(width(column));
                        if is_head {
                            ui.add(
                                Label::new(small(crate::help::words_of(cell)).color(palette(ui).weak)).wrap(),
                            );
                        } else {
                            ui.push_id(column, |ui| followed = spans_ui(ui, cell).or(followed.take()));
                        }
                    });
                });
            }
        });
        let rect = ui.min_rect();
        ui.painter().hline(rect.x_range(), rect.bottom() + 1.0, Stroke::new(1.0, line));
        ui.add_space(space::XS);
    };
    row_ui(ui, head, true);
    for (index, row) in rows.iter().enumerate() {
        ui.push_id(index, |ui| row_ui(ui, row, false));
    }
    followed
}

/// A run of text. A run without a link is one label; one with links is a line of labels and links that wraps.
fn spans_ui(ui: &mut Ui, spans: &[Span]) -> Option<Link> {
    if spans.iter().all(|span| span.link.is_none()) {
        ui.add(Label::new(job(ui, spans)).wrap());
        return None;
    }
    let mut followed = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        for span in spans {
            let Some(link) = &span.link else {
                ui.add(Label::new(job(ui, std::slice::from_ref(span))).wrap());
                continue;
            };
            let words = body(&span.text).underline().color(palette(ui).accent);
            if ui.add(egui::Link::new(words)).clicked() {
                followed = Some(link.clone());
            }
        }
    });
    followed
}

fn job(ui: &Ui, spans: &[Span]) -> LayoutJob {
    let palette = palette(ui);
    let mut job = LayoutJob::default();
    for span in spans {
        let family = match span.style {
            Style::Plain | Style::Italic => FontFamily::Proportional,
            Style::Bold => bold_family(),
            Style::Code => FontFamily::Monospace,
        };
        let points = if span.style == Style::Code { size::BODY - 1.0 } else { size::BODY };
        let colour = if span.style == Style::Italic { palette.weak } else { palette.text };
        let format = TextFormat {
            font_id: FontId::new(points, family),
            color: colour,
            line_height: Some(size::BODY_LINE),
            ..TextFormat::default()
        };
        job.append(&span.text, 0.0, format);
    }
    job
}
