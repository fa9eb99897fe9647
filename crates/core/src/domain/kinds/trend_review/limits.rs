//! Limits of counts and rates (ISO 7870-2 u-charts; exact quantiles of the Poisson and binomial distributions).

use statrs::distribution::{Binomial, DiscreteCDF as _, Poisson};

use super::TrendMethod;

/// The share below which a value is below the lower limit: three standard deviations of a normal distribution.
const TAIL: f64 = 0.001_35;
/// Standard errors of a u-chart.
const SIGMAS: f64 = 3.0;
/// Rates are given for this many installed.
pub(super) const PER: f64 = 1_000.0;

/// One interval as it enters the computation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chart {
    /// How many were counted.
    pub count: u32,
    /// The installed base; 0 if it is not known.
    pub installed: u32,
}

/// The value of an interval with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// What is plotted: a count, or a rate per 1,000 installed.
    pub value: f64,
    /// The centre line.
    pub centre: f64,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
}

impl Limits {
    /// Whether the value is outside its limits.
    pub fn is_outside(self) -> bool {
        self.value < self.lower || self.value > self.upper
    }
}

/// The limits of each interval; `None` where the installed base is needed and not known, or nothing can be computed.
pub fn limits_of(method: TrendMethod, intervals: &[Chart]) -> Vec<Option<Limits>> {
    let total: f64 = intervals.iter().map(|one| f64::from(one.count)).sum();
    match method {
        TrendMethod::Poisson => {
            let mean = if intervals.is_empty() { 0.0 } else { total / intervals.len() as f64 };
            intervals.iter().map(|one| poisson(*one, mean)).collect()
        }
        TrendMethod::UChart | TrendMethod::Binomial => {
            let known = intervals.iter().filter(|one| one.installed > 0);
            let (count, base) = known.fold((0.0, 0.0), |(count, base), one| {
                (count + f64::from(one.count), base + f64::from(one.installed))
            });
            let centre = if base > 0.0 { count / base } else { 0.0 };
            let limits = if method == TrendMethod::UChart { u_chart } else { binomial };
            intervals.iter().map(|one| if one.installed == 0 { None } else { limits(*one, centre) }).collect()
        }
    }
}

/// Without any count the limits are zero: the first event is outside.
fn poisson(one: Chart, mean: f64) -> Option<Limits> {
    let value = f64::from(one.count);
    if mean <= 0.0 {
        return Some(Limits { value, centre: 0.0, lower: 0.0, upper: 0.0 });
    }
    let distribution = Poisson::new(mean).ok()?;
    let lower = distribution.inverse_cdf(TAIL) as f64;
    let upper = distribution.inverse_cdf(1.0 - TAIL) as f64;
    Some(Limits { value, centre: mean, lower, upper })
}

fn u_chart(one: Chart, centre: f64) -> Option<Limits> {
    let base = f64::from(one.installed);
    let width = SIGMAS * (centre / base).sqrt();
    Some(Limits {
        value: f64::from(one.count) / base * PER,
        centre: centre * PER,
        lower: (centre - width).max(0.0) * PER,
        upper: (centre + width) * PER,
    })
}

fn binomial(one: Chart, centre: f64) -> Option<Limits> {
    let base = f64::from(one.installed);
    let share = |count: f64| count / base * PER;
    if one.count > one.installed || centre > 1.0 {
        return None;
    }
    let distribution = Binomial::new(centre, u64::from(one.installed)).ok()?;
    let (lower, upper) = if centre <= 0.0 {
        (0.0, 0.0)
    } else {
        (distribution.inverse_cdf(TAIL) as f64, distribution.inverse_cdf(1.0 - TAIL) as f64)
    };
    Some(Limits {
        value: share(f64::from(one.count)),
        centre: centre * PER,
        lower: share(lower),
        upper: share(upper),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charts(rows: &[(u32, u32)]) -> Vec<Chart> {
        rows.iter().map(|(count, installed)| Chart { count: *count, installed: *installed }).collect()
    }

    /// Quantiles of a Poisson distribution with mean 10, from its table: P(X ≤ 2) = 0.00277, P(X ≤ 1) = 0.00050; P(X ≤ 20) = 0.99841,
    /// P(X ≤ 21) = 0.99930.
    #[test]
    fn poisson_limits_are_the_exact_quantiles() {
        let limits = limits_of(TrendMethod::Poisson, &charts(&[(10, 0), (10, 0), (10, 0)]));
        let first = limits.first().copied().flatten().unwrap();
        assert_eq!((first.lower, first.centre, first.upper), (2.0, 10.0, 21.0));
        assert!(!first.is_outside());
        let outside = limits_of(TrendMethod::Poisson, &charts(&[(40, 0), (0, 0), (0, 0), (0, 0)]));
        assert!(outside.first().copied().flatten().unwrap().is_outside());
    }

    /// Centre 30 / 3000 = 0.01; for 1000 installed 0.01 ± 3 √(0.01 / 1000) = 0.01 ± 0.009487.
    #[test]
    fn u_chart_limits_are_three_standard_errors_around_the_whole_rate() {
        let limits = limits_of(TrendMethod::UChart, &charts(&[(10, 1000), (10, 1000), (10, 1000)]));
        let first = limits.first().copied().flatten().unwrap();
        assert!((first.centre - 10.0).abs() < 1e-9);
        assert!((first.lower - 0.513_167).abs() < 1e-5, "{}", first.lower);
        assert!((first.upper - 19.486_833).abs() < 1e-5, "{}", first.upper);
    }

    #[test]
    fn what_needs_an_installed_base_has_no_limits_without_it() {
        let limits = limits_of(TrendMethod::UChart, &charts(&[(3, 0), (4, 100)]));
        assert_eq!(limits.first(), Some(&None));
        assert!(limits.get(1).copied().flatten().is_some());
        assert_eq!(limits_of(TrendMethod::Binomial, &charts(&[(3, 0)])), vec![None]);
        assert_eq!(limits_of(TrendMethod::Binomial, &charts(&[(30, 10)])), vec![None], "more than installed");
    }

    #[test]
    fn nothing_counted_has_limits_of_zero() {
        for method in [TrendMethod::Poisson, TrendMethod::UChart, TrendMethod::Binomial] {
            let limits = limits_of(method, &charts(&[(0, 50), (0, 50)]));
            let first = limits.first().copied().flatten().unwrap();
            assert_eq!((first.lower, first.upper), (0.0, 0.0));
            assert!(!first.is_outside());
        }
    }
}
