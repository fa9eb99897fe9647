//! Trend reviews: what was counted over a period, against which limits, and what a person says of it (IEC 62304 9.6, MDR 88; domain
//! 1.2, 2.12).
//!
//! The program counts and computes limits by a stated method. Whether a trend is adverse is said by a person, who signs.

mod counting;
mod limits;
mod rules;

pub use counting::{Bucket, buckets, count};
pub use limits::{Chart, Limits, limits_of};
pub use rules::{is_adverse, last_review, unanswered};

use crate::domain::choice::choice;
use crate::domain::deadline::Deadline;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::record::{KindDef, record, rows};
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::states;

choice! {
    /// What is counted.
    pub enum Counted {
        /// All feedback, by the day on which it was received.
        Feedback = "feedback", "Feedback";
        /// Complaints, by the day on which they were received.
        Complaints = "complaints", "Complaints";
        /// Problem reports, by the day on which they were detected.
        Problems = "problems", "Problem reports";
        /// Problem reports whose effect on safety is not excluded.
        SafetyProblems = "safety_problems", "Safety-relevant problem reports";
    }
}

choice! {
    /// The method by which limits are computed.
    pub enum TrendMethod {
        /// Exact limits of a Poisson distribution around the mean count.
        Poisson = "poisson", "Poisson limits of counts";
        /// Rates by installed base, with limits of three standard errors (u-chart).
        UChart = "u_chart", "Rate by installed base, u-chart";
        /// Exact limits of a binomial distribution of the share of the installed base.
        Binomial = "binomial", "Share of installed base, binomial limits";
    }
}

impl TrendMethod {
    /// Whether it needs the installed base.
    pub const fn needs_base(self) -> bool {
        matches!(self, Self::UChart | Self::Binomial)
    }

    /// The method in a sentence, as it is printed.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Poisson => {
                "Counts by interval. The centre is the mean count; the limits are the 0.135 % and 99.865 % quantiles of a Poisson distribution with that mean."
            }
            Self::UChart => {
                "Rates per 1,000 installed, by interval. The centre is the whole count divided by the whole base; the limits are three standard errors, the square root of the centre divided by the base of the interval (u-chart). A limit below zero is zero."
            }
            Self::Binomial => {
                "Share of the installed base, by interval. The centre is the whole count divided by the whole base; the limits are the 0.135 % and 99.865 % quantiles of a binomial distribution of the base of the interval."
            }
        }
    }
}

choice! {
    /// The length of an interval.
    pub enum Interval {
        /// A calendar month.
        Month = "month", "Month";
        /// A calendar quarter.
        Quarter = "quarter", "Quarter";
    }
}

choice! {
    /// What a person says of a trend.
    pub enum Adverse {
        /// There is no adverse trend.
        No = "no", "No adverse trend";
        /// It is watched.
        Watch = "watch", "Watch";
        /// There is one.
        Yes = "yes", "Adverse trend";
    }
}

choice! {
    /// Whether a trend is reported in the European Union (MDR 88).
    pub enum Article88 {
        /// A trend report is sent.
        Report = "report", "Trend report is sent";
        /// It is not significant in the sense of Article 88.
        NotSignificant = "not_significant", "Not significant";
        /// The article does not apply.
        NotApplicable = "not_applicable", "Does not apply";
    }
}

rows! {
    /// The installed base from a day on.
    pub struct InstalledFrom {
        /// From this day on.
        from: Option<Day> = "From" => required(TrendReviewState::Done.code());
        /// How many are installed.
        installed: Option<u32> = "Installed" => required(TrendReviewState::Done.code());
    }
}

rows! {
    /// One interval: its count, its base and its limits.
    pub struct TrendPoint {
        /// The interval.
        interval: Line = "Interval";
        /// How many were counted.
        count: Option<u32> = "Count";
        /// The installed base.
        installed: Option<u32> = "Installed";
        /// The value that is plotted.
        value: Line = "Value";
        /// The centre line.
        centre: Line = "Centre";
        /// The lower limit.
        lower: Line = "Lower limit";
        /// The upper limit.
        upper: Line = "Upper limit";
        /// Whether it is outside the limits.
        outside: Option<bool> = "Outside";
    }
}

rows! {
    /// How many have one value of a property.
    pub struct BreakdownRow {
        /// The property.
        by: Line = "By";
        /// The value.
        value: Line = "Value";
        /// How many in the period.
        count: Option<u32> = "Count";
        /// How many in the period of the same length before it.
        before: Option<u32> = "Before";
    }
}

rows! {
    /// Whether an earlier adverse trend was reversed (IEC 62304 9.7 b).
    pub struct ReversedRow {
        /// The earlier review.
        review: Option<RecordId> = "Earlier review" => target(Kind::TrendReview), required(TrendReviewState::Done.code());
        /// Whether its trend was reversed.
        reversed: Option<bool> = "Reversed" => required(TrendReviewState::Done.code());
        /// The evidence.
        evidence: Line = "Evidence" => required(TrendReviewState::Done.code());
    }
}

states! {
    /// States of a trend review.
    pub enum TrendReviewState {
        /// It is under way.
        Open = "open", "Under way", Due, 1, false;
        /// It is signed.
        Done = "done", "Done", Good, 2, true;
        /// Given up; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use TrendReviewState as S;

const OPEN: &[&str] = &[S::Open.code()];
const DONE: &str = S::Done.code();

/// Most intervals of a review: ten years of months.
pub const INTERVALS_MAX: usize = 120;

record! {
    /// A trend review.
    pub struct TrendReview : TrendReview {
        section "Period and method", "IEC 62304 9.6", true, OPEN => {
            /// The occasion, in a few words.
            title: Line = "Title" => required(S::Open.code()), hint("Trends of the second half of 2026");
            /// What is counted.
            counted: Option<Counted> = "What is counted" => required(S::Open.code());
            /// The first day of the period.
            period_from: Option<Day> = "From" => required(DONE);
            /// The last day of the period.
            period_to: Option<Day> = "Until" => past(), required(DONE);
            /// The length of an interval.
            interval: Option<Interval> = "Interval" => required(DONE);
            /// The method.
            method: Option<TrendMethod> = "Method" => required(DONE), clause("MDR 88");
            /// The installed base, from each day on which it changed.
            installed: Table<InstalledFrom> = "Installed base" => clause("MDR 88");
        }
        section "Counted by the program", "IEC 62304 9.6", true, OPEN => {
            /// How many there were in the period.
            total: Option<u32> = "In the period" => by_system();
            /// How many there were in the period of the same length before.
            total_before: Option<u32> = "In the period before" => by_system();
            /// The intervals with their limits.
            points: Table<TrendPoint> = "Intervals" => by_system(), rows_at_most(INTERVALS_MAX);
            /// How many by item, cause, effect, version and channel.
            breakdown: Table<BreakdownRow> = "Breakdown" => by_system();
            /// The day on which it was counted.
            counted_on: Option<Day> = "Counted on" => by_system(), required(DONE);
        }
        section "Judgement", "IEC 62304 9.6, 9.7 b", true, OPEN => {
            /// Whether the trend is adverse.
            adverse: Option<Adverse> = "Trend" => required(DONE), clause("IEC 62304 9.6");
            /// Why.
            rationale: Text = "Rationale" => required(DONE), clause("IEC 62304 9.6");
            /// The problem reports that follow.
            problem_reports: Vec<RecordId> = "Problem reports" => target(Kind::ProblemReport), clause("IEC 62304 9.6");
            /// The corrective or preventive action that follows.
            capa_ref: Line = "CAPA reference" => clause("ISO 13485 8.5.2");
            /// What is done.
            actions: Text = "Actions";
            /// Whether it is reported as a trend in the European Union. The program does not decide that.
            article_88: Option<Article88> = "Trend report (MDR 88)" => clause("MDR 88");
            /// Why.
            article_88_rationale: Text = "Reasons (MDR 88)" => clause("MDR 88");
            /// Whether earlier adverse trends were reversed.
            reversed: Table<ReversedRow> = "Earlier adverse trends" => clause("IEC 62304 9.7 b");
        }
    }
}

/// The declaration of trend reviews.
pub const DEF: KindDef = KindDef {
    purpose: "What feedback and problems show over time: counted by the program with stated limits, judged and signed by a person.",
    clause: "IEC 62304 9.6",
    since: RETIREMENT_RULES,
    sections: TrendReview::SECTIONS,
    states: TrendReviewState::ALL,
    moves: rules::MOVES,
    deadlines: &[Deadline::new(
        "Conclude the trend review",
        Role::Quality,
        OPEN,
        crate::domain::deadline::Limit::Days("follow_up_days", crate::domain::deadline::STATE_SINCE),
        "IEC 62304 9.6",
    )],
    create_by: rules::REVIEWERS,
    edit_by: rules::REVIEWERS,
    on_edit: rules::counted_again,
    violations: rules::violations,
    columns: &["counted", "period_to", "adverse"],
    place: Place::Area(25),
    referable: true,
    assignable: true,
    gist: "adverse",
    evidence: &["9.6"],
    chapter: Some(9),
    ..KindDef::new(Kind::TrendReview, "Trend review", "Trend reviews")
};
