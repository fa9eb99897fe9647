//! What one part of the window hands to another: files to the screen that reads them, and the record under the hand in a list.

use std::path::PathBuf;

use eframe::egui;
use egui::{Context, Id};

use crate::domain::ids::RecordId;

/// The screen that gets files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// The import of feedback.
    Import,
    /// The review of a document.
    Documents,
    /// The advisory data.
    Advisories,
    /// The list of SOUP.
    Register,
    /// The page of this release.
    Release(RecordId),
}

fn files_slot() -> Id {
    Id::unique("files_for_a_screen")
}

fn record_slot() -> Id {
    Id::unique("record_in_hand")
}

/// Gives files to a screen, which takes them when it is drawn next.
pub fn give(ctx: &Context, to: To, paths: Vec<PathBuf>) {
    ctx.data_mut(|data| data.insert_temp(files_slot(), Some((to, paths))));
    ctx.request_repaint();
}

/// Takes the files that were given to this screen.
pub fn given(ctx: &Context, to: To) -> Vec<PathBuf> {
    ctx.data_mut(|data| {
        let slot = data.get_temp_mut_or_default::<Option<(To, Vec<PathBuf>)>>(files_slot());
        slot.take_if(|(wanted, _)| *wanted == to).map(|(_, paths)| paths).unwrap_or_default()
    })
}

/// The file that was dropped on the window in this frame, or given to this screen.
pub fn dropped_or_given(ctx: &Context, to: To) -> Option<PathBuf> {
    super::parts::dropped(ctx).or_else(|| given(ctx, to).into_iter().next())
}

/// Notes the record on which the cursor of a list is.
pub fn note_in_hand(ctx: &Context, record: Option<RecordId>) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(record_slot(), (pass, record)));
}

/// The record on which the cursor of the list on screen is.
pub fn in_hand(ctx: &Context) -> Option<RecordId> {
    let now = ctx.cumulative_pass_nr();
    let (pass, record) = ctx.data(|data| data.get_temp::<(u64, Option<RecordId>)>(record_slot()))?;
    record.filter(|_| pass + 1 >= now)
}
