//! The icons that we draw ourselves, so that they are the same on every machine. No text here.

use eframe::egui;
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use crate::ui::theme::Tone;

/// An icon on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A calendar sheet.
    Calendar,
    /// A cross: close, dismiss, remove.
    Close,
    /// Chevron to the left.
    Back,
    /// Chevron to the right.
    Forward,
    /// Chevron up.
    Up,
    /// Chevron down.
    Down,
    /// A magnifying glass.
    Search,
    /// A padlock.
    Lock,
    /// A plus.
    Add,
    /// A question mark in a ring.
    Help,
}

/// Draws `icon` in the middle of `rect`.
pub fn paint_icon(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    let stroke = Stroke::new(1.5, colour);
    let middle = rect.center();
    let at = |x: f32, y: f32| -> Pos2 { middle + vec2(x, y) };
    let open = |points: Vec<Pos2>| {
        painter.line(points, stroke);
    };
    match icon {
        Icon::Calendar => {
            let leaf = Rect::from_center_size(at(0.0, 0.5), vec2(13.0, 12.0));
            painter.rect_stroke(leaf, 2.0, stroke, egui::StrokeKind::Middle);
            painter.hline(leaf.x_range(), leaf.top() + 3.5, stroke);
            painter.vline(middle.x - 3.0, leaf.top() - 2.0..=leaf.top() + 1.0, stroke);
            painter.vline(middle.x + 3.0, leaf.top() - 2.0..=leaf.top() + 1.0, stroke);
        }
        Icon::Close => {
            painter.line_segment([at(-4.0, -4.0), at(4.0, 4.0)], stroke);
            painter.line_segment([at(-4.0, 4.0), at(4.0, -4.0)], stroke);
        }
        Icon::Back => open(vec![at(2.0, -4.0), at(-2.0, 0.0), at(2.0, 4.0)]),
        Icon::Forward => open(vec![at(-2.0, -4.0), at(2.0, 0.0), at(-2.0, 4.0)]),
        Icon::Up => open(vec![at(-4.0, 2.0), at(0.0, -2.0), at(4.0, 2.0)]),
        Icon::Down => open(vec![at(-4.0, -2.0), at(0.0, 2.0), at(4.0, -2.0)]),
        Icon::Search => {
            painter.circle_stroke(at(-1.5, -1.5), 4.5, stroke);
            painter.line_segment([at(2.0, 2.0), at(6.0, 6.0)], stroke);
        }
        Icon::Lock => {
            painter.rect_stroke(
                Rect::from_center_size(at(0.0, 2.5), vec2(10.0, 7.0)),
                1.5,
                stroke,
                egui::StrokeKind::Middle,
            );
            open(vec![
                at(-3.0, -1.0),
                at(-3.0, -4.0),
                at(-1.5, -6.0),
                at(1.5, -6.0),
                at(3.0, -4.0),
                at(3.0, -1.0),
            ]);
        }
        Icon::Help => {
            painter.circle_stroke(middle, 7.0, stroke);
            let hook = [
                (-2.3, -1.8),
                (-1.6, -3.4),
                (0.0, -4.0),
                (1.6, -3.4),
                (2.2, -2.0),
                (1.4, -0.6),
                (0.0, 0.4),
                (0.0, 1.4),
            ];
            open(hook.into_iter().map(|(x, y)| at(x, y)).collect());
            painter.circle_filled(at(0.0, 3.8), 1.0, colour);
        }
        Icon::Add => {
            painter.line_segment([at(-4.5, 0.0), at(4.5, 0.0)], stroke);
            painter.line_segment([at(0.0, -4.5), at(0.0, 4.5)], stroke);
        }
    }
}

/// Side of the square of a tone's shape, in points.
pub const SHAPE: f32 = 12.0;

/// Draws the shape of a tone in the middle of `rect`: ring, check mark, diamond, triangle.
pub fn paint_tone(painter: &Painter, rect: Rect, tone: Tone, colour: Color32) {
    let middle = rect.center();
    let at = |x: f32, y: f32| -> Pos2 { pos2(middle.x + x, middle.y + y) };
    match tone {
        Tone::Neutral => {
            painter.circle_stroke(middle, 4.0, Stroke::new(1.75, colour));
        }
        Tone::Good => {
            painter.line(vec![at(-4.5, 0.5), at(-1.5, 3.5), at(4.5, -3.5)], Stroke::new(2.0, colour));
        }
        Tone::Due => {
            let points = vec![at(0.0, -5.0), at(5.0, 0.0), at(0.0, 5.0), at(-5.0, 0.0)];
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Tone::Late => {
            let points = vec![at(0.0, -5.0), at(5.5, 4.5), at(-5.5, 4.5)];
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
    }
}
