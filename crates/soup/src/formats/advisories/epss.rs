//! FIRST's list of exploit predictions (EPSS): a CSV with a comment line that gives the date and the model.

use std::io::BufRead;

use crate::model::advisory::{ExploitPrediction, Published};
use mainstay_base::note::{Gravity, Unreadable};

use super::Sink;
use super::fields::check_date;
use super::table::{Row, Rows};

/// Why scores without column names are refused.
pub(super) const NO_HEADER: &str = "scores of CVEs without the line `cve,epss,percentile`: the column of the \
    probability is not known, so use the file as FIRST publishes it";

/// Whether it is the line of column names, in lower case and without quotation marks.
pub(super) fn is_header(line: &str) -> bool {
    line.starts_with("cve,epss")
}

/// Whether it is the comment line.
pub(super) fn is_comment(line: &str) -> bool {
    line.starts_with("#model_version")
}

/// Reads the list.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("EPSS CSV", "EPSS");
    let mut rows = Rows::new(reader);
    let empty = || Unreadable::at("document", NO_HEADER);
    let mut first = rows.next()?.ok_or_else(empty)??;
    if is_comment(&first.raw) {
        let day = first.cells.iter().find_map(|cell| cell.trim().strip_prefix("score_date:"));
        sink.report.data_date = day.map(str::to_owned);
        check_date(day, &first.place, "score_date", &mut sink.report.notes);
        first = rows.next()?.ok_or_else(empty)??;
    }
    if sink.report.data_date.is_none() {
        let text = "no `score_date` at the top: the date of the scores is not known";
        sink.report.notes.add(Gravity::Warning, first.place.clone(), text);
    }
    let columns = (first.column("cve"), first.column("epss"), first.column("percentile"));
    let (Some(cve), Some(epss), Some(percentile)) = columns else {
        return Err(Unreadable::at(first.place, NO_HEADER));
    };
    while let Some(row) = rows.next()? {
        match row {
            Ok(row) => {
                let outcome = prediction(&row, [cve, epss, percentile]);
                sink.give(&row.raw, row.place.clone(), outcome.map(Published::Predicted))?;
            }
            Err(refused) => sink.refuse(refused),
        }
    }
    Ok(())
}

fn prediction(row: &Row, [cve, epss, percentile]: [usize; 3]) -> Result<ExploitPrediction, Unreadable> {
    let text = |at| row.cell(Some(at)).unwrap_or_default();
    let share = |at, name| {
        let text: String = text(at);
        match text.parse::<f64>() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(text),
            _ => Err(Unreadable::at(row.place.clone(), format!("`{name}` is not a number from 0 to 1"))),
        }
    };
    let cve = text(cve);
    if cve.is_empty() {
        return Err(Unreadable::at(row.place.clone(), "the line names no CVE"));
    }
    Ok(ExploitPrediction {
        cve,
        probability: share(epss, "epss")?,
        percentile: share(percentile, "percentile")?,
    })
}
