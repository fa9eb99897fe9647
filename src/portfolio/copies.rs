//! Several copies of one product file in a portfolio: backups beside the original, or copies that went different ways.
//!
//! A copy of which another file contains every event says nothing more, and is left out with a remark. Copies that went different ways
//! are all shown: each may be worked in.

use std::cmp::Reverse;
use std::path::Path;

use super::files::{Remark, shown};
use super::look::{Portfolio, Product};
use crate::ops::{EventHead, Opened, ProductFile};

/// Leaves out the copies that say nothing more, and tells those that went different ways.
pub(super) fn leave_out(portfolio: &mut Portfolio) {
    let mut all = std::mem::take(&mut portfolio.products);
    all.sort_by(|a, b| {
        (&a.summary.uuid, Reverse(a.summary.head.seq), &a.path).cmp(&(
            &b.summary.uuid,
            Reverse(b.summary.head.seq),
            &b.path,
        ))
    });
    for product in all {
        let others = portfolio.products.iter().filter(|other| other.summary.uuid == product.summary.uuid);
        let mut others = others.peekable();
        let apart = others.peek().map(|other| other.path.clone());
        let whole = others.find(|other| contains(other, &product.summary.head));
        let remark = match (whole, apart) {
            (Some(whole), _) => Some(copy_words(&product.summary.head, whole)),
            (None, Some(other)) => Some(apart_words(&other)),
            (None, None) => None,
        };
        if let Some(why) = remark {
            portfolio.remarks.push(Remark { path: product.path.clone(), why, lacking: false });
        }
        if whole.is_none() {
            portfolio.products.push(product);
        }
    }
}

/// Whether a file contains an event. What cannot be found out is not taken for a copy.
fn contains(product: &Product, event: &EventHead) -> bool {
    let head = &product.summary.head;
    if head.seq <= event.seq {
        return head == event;
    }
    match ProductFile::open_beside(&product.path) {
        Ok(Opened::Open(file)) => file.contains(event).unwrap_or(false),
        Ok(Opened::Not(_)) | Err(_) => false,
    }
}

fn copy_words(head: &EventHead, of: &Product) -> String {
    let whole = shown(&of.path);
    if *head == of.summary.head {
        return format!("it is a copy of {whole}");
    }
    format!(
        "it is an earlier copy of {whole}: its last event is {}, that of the other {}",
        head.seq, of.summary.head.seq
    )
}

fn apart_words(other: &Path) -> String {
    format!(
        "it and {} are copies of one file that went different ways; both are shown. Find out which one is worked in, and keep the other \
         one somewhere else",
        shown(other)
    )
}
