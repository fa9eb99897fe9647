//! Chapter 9 of a period's packet: the trend reviews of the period with each interval against its limits, and counts by month.

use super::paper::Paper;
use super::sections::nothing;
use crate::domain::choice::Choice as _;
use crate::domain::ids::RecordId;
use crate::domain::ledger::Ledger;
use crate::domain::trend_review::{TrendPoint, TrendReview};
use crate::ops::attention;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark};
use mainstay_base::time::{Day, Moment};

/// How many characters a plot is wide.
const PLOT: usize = 25;

/// The plots of the reviews, and the counts of the twelve months before the end of the period.
pub(super) fn blocks(
    paper: &Paper<'_>,
    past: Option<&Ledger>,
    (reviews, to): (&[RecordId], Day),
) -> Result<Vec<Block>, Refused> {
    let found = paper.ask(|world| {
        let read = |id: &RecordId| Some((*id, world.record(*id)?.typed::<TrendReview>()?));
        reviews.iter().filter_map(read).collect::<Vec<_>>()
    })?;
    let mut blocks: Vec<Block> = found.iter().map(|(id, review)| plotted(*id, review)).collect();
    if blocks.is_empty() {
        blocks.push(nothing("No trend review in the period"));
    } else {
        let legend = "In a plot, [ and ] are the limits, | is the centre, o is a value within the limits, and X is one outside. \
                      Whether a trend is adverse is said by the person who signs the review.";
        blocks.push(Block::paragraph(legend));
    }
    blocks.push(months(paper, past, to)?);
    Ok(blocks)
}

/// The intervals of a review as a table with a plot.
fn plotted(id: RecordId, review: &TrendReview) -> Block {
    if review.points.is_empty() {
        return nothing(&format!("{id}: nothing is counted yet"));
    }
    let values = review.points.iter().flat_map(|point| [&point.value, &point.upper, &point.centre]);
    let highest = values.filter_map(|text| text.parse::<f64>().ok()).fold(0.0_f64, f64::max);
    let rows = review
        .points
        .iter()
        .map(|point| {
            let limits = if point.lower.is_empty() && point.upper.is_empty() {
                "no limits".to_owned()
            } else {
                format!("{} to {}", point.lower, point.upper)
            };
            let mark = match point.outside {
                Some(true) => Mark::late("outside"),
                Some(false) => Mark::good("within"),
                None => Mark::neutral("not judged"),
            };
            let cells: Vec<Cell> = vec![
                point.interval.to_string().into(),
                point.count.map_or_else(String::new, |count| count.to_string()).into(),
                point.value.to_string().into(),
                limits.into(),
                plot(point, highest).into(),
                mark.into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Interval", 1),
        Column::number("Count").points(40.0),
        Column::number("Value"),
        Column::text("Limits", 1),
        Column::code("Value against the limits", 1).points(146.0),
        Column::mark("Result").points(66.0),
    ];
    let counted = review.counted.map_or_else(String::new, |counted| format!(", {}", counted.word()));
    let method = review.method.map_or_else(String::new, |method| format!(". {}", method.word()));
    Block::Table { caption: Some(format!("{id}{counted}{method}")), columns, rows }
}

/// A value and its limits on a line from zero to the highest of all.
fn plot(point: &TrendPoint, highest: f64) -> String {
    let place = |text: &str| {
        let value: f64 = text.parse().ok()?;
        let share = if highest > 0.0 { (value / highest).clamp(0.0, 1.0) } else { 0.0 };
        Some((share * (PLOT - 1) as f64).round() as usize)
    };
    let Some(at) = place(&point.value) else { return String::new() };
    let mut line = vec!['.'; PLOT];
    let mut put = |at: Option<usize>, mark: char| {
        if let Some(place) = at.and_then(|at| line.get_mut(at)) {
            *place = mark;
        }
    };
    let (lower, upper) = (place(&point.lower), place(&point.upper));
    if let (Some(lower), Some(upper)) = (lower, upper) {
        (lower..=upper).for_each(|between| put(Some(between), '-'));
    }
    put(lower, '[');
    put(upper, ']');
    put(place(&point.centre), '|');
    put(Some(at), if point.outside == Some(true) { 'X' } else { 'o' });
    line.into_iter().collect()
}

/// Counts of the twelve months before the end of the period.
fn months(paper: &Paper<'_>, past: Option<&Ledger>, to: Day) -> Result<Block, Refused> {
    let end = Moment::end_of(to).min(paper.now);
    let trends = match past {
        Some(ledger) => {
            let Ok(trends) = attention::trends(ledger, end);
            trends
        }
        None => paper.file.trends(end)?,
    };
    let rows = trends
        .months
        .iter()
        .map(|month| {
            let cells: Vec<Cell> = vec![
                month.month.clone().into(),
                month.feedback.to_string().into(),
                month.problems.to_string().into(),
                month.verified.to_string().into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Month", 1),
        Column::number("Feedback received").points(100.0),
        Column::number("Problem reports opened").points(110.0),
        Column::number("Changes verified").points(100.0),
    ];
    Ok(Block::Table { caption: Some("Twelve months up to the end of the period".to_owned()), columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Line;

    fn point(value: &str, lower: &str, upper: &str, outside: Option<bool>) -> TrendPoint {
        let line = |text: &str| Line::new(text).unwrap();
        TrendPoint {
            value: line(value),
            centre: line("2.000"),
            lower: line(lower),
            upper: line(upper),
            outside,
            ..TrendPoint::default()
        }
    }

    #[test]
    fn a_plot_shows_a_value_within_its_limits_and_one_outside() {
        assert_eq!(plot(&point("3.000", "0.000", "6.000", Some(false)), 12.0), "[---|-o-----]............");
        assert_eq!(plot(&point("12.000", "0.000", "6.000", Some(true)), 12.0), "[---|-------]...........X");
    }

    #[test]
    fn a_value_that_is_not_known_has_no_plot_and_all_zeros_do_not_fail() {
        assert_eq!(plot(&point("", "", "", None), 12.0), "");
        assert_eq!(plot(&point("0.000", "0.000", "0.000", Some(false)), 0.0), format!("o{}", ".".repeat(24)));
    }
}
