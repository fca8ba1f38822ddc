//! Intervals, tests and quantiles, as the reference texts define them.
//!
//! In go counts and samples, out come numbers or their absence, never NaN.

use statrs::distribution::{ContinuousCDF, Normal};

/// The normal quantile of a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % interval of `successes` in `trials` (Wilson 1927, without continuity correction).
///
/// `None` without trials, or with more successes than trials.
pub fn wilson(successes: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 || successes > trials {
        return None;
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let z2 = Z * Z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// The two-sided p-value of Fisher's exact test for two ratios, each as successes of trials: the probability of all
/// tables with the same totals that are no likelier than this one (Fisher 1935; the definition of R and scipy).
///
/// `None` where a side has no trials, or more successes than trials.
pub fn fisher(first: (u64, u64), second: (u64, u64)) -> Option<f64> {
    /// Tables as likely as this one differ from it by the rounding of their products.
    const AS_LIKELY: f64 = 1.0 + 1e-7;
    let ((successes, trials), (other_successes, other_trials)) = (first, second);
    if trials == 0 || other_trials == 0 || successes > trials || other_successes > other_trials {
        return None;
    }
    let total = successes + other_successes;
    let (fewest, most) = (total.saturating_sub(other_trials), total.min(trials));
    // How much likelier k + 1 successes on the first side are than k.
    let ratio = |k: u64| {
        let up = (total - k) as f64 * (trials - k) as f64;
        let down = (k + 1) as f64 * (other_trials + k + 1 - total) as f64;
        up / down
    };
    // Weights relative to the likeliest number: nothing overflows, and what underflows is too small to count.
    let likeliest = (u128::from(total + 1) * u128::from(trials + 1)) / u128::from(trials + other_trials + 2);
    let likeliest = u64::try_from(likeliest).ok()?.clamp(fewest, most);
    let above = (likeliest..most).scan(1.0, |weight, k| {
        *weight *= ratio(k);
        Some(*weight)
    });
    let below = (fewest..likeliest).rev().scan(1.0, |weight, k| {
        *weight /= ratio(k);
        Some(*weight)
    });
    let mut weights: Vec<f64> = below.collect();
    weights.reverse();
    weights.push(1.0);
    weights.extend(above);
    let bound = weights[usize::try_from(successes - fewest).ok()?] * AS_LIKELY;
    let as_unlikely: f64 = weights.iter().filter(|weight| **weight <= bound).sum();
    Some((as_unlikely / weights.iter().sum::<f64>()).min(1.0))
}

/// Whole numbers in order, each with how often it occurs: days repeat, and a large sample of them is a short list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    values: Vec<(i32, u64)>,
    count: u64,
}

impl FromIterator<i32> for Counted {
    fn from_iter<I: IntoIterator<Item = i32>>(values: I) -> Self {
        let mut sorted: Vec<i32> = values.into_iter().collect();
        sorted.sort_unstable();
        let values = sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect();
        Self { values, count: sorted.len() as u64 }
    }
}

impl Counted {
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What is left once some of them are taken away.
    pub fn without(&self, some: &Counted) -> Self {
        let mut taken = some.values.iter().peekable();
        let mut values = Vec::with_capacity(self.values.len());
        for &(value, count) in &self.values {
            while taken.next_if(|other| other.0 < value).is_some() {}
            let taken = taken.next_if(|other| other.0 == value).map_or(0, |other| other.1);
            if count > taken {
                values.push((value, count - taken));
            }
        }
        Self { count: values.iter().map(|value| value.1).sum(), values }
    }

    /// The mean of the two in the middle, which are one where their number is odd. `None` of nothing.
    pub fn median(&self) -> Option<f64> {
        let last = self.count.checked_sub(1)?;
        let (low, high) = (self.at(last / 2)?, self.at(last - last / 2)?);
        Some(f64::from(low) + (f64::from(high) - f64::from(low)) / 2.0)
    }

    /// The value at a place in the order, from 0.
    fn at(&self, place: u64) -> Option<i32> {
        let mut before = 0;
        let holds = |&&(_, count): &&(i32, u64)| {
            before += count;
            place < before
        };
        self.values.iter().find(holds).map(|value| value.0)
    }
}

/// The two-sided p-value of the Mann–Whitney U test with average ranks, correction for ties and for continuity
/// (normal approximation). `None` where a side is empty or all values are equal.
pub fn mann_whitney(first: &Counted, second: &Counted) -> Option<f64> {
    let (n1, n2) = (first.count as f64, second.count as f64);
    if first.count == 0 || second.count == 0 {
        return None;
    }
    let (mut below, mut rank_sum, mut ties) = (0.0, 0.0, 0.0);
    let mut others = second.values.iter().peekable();
    let mut tie = |of_first: u64, of_second: u64| {
        let equal = (of_first + of_second) as f64;
        rank_sum += of_first as f64 * (below + (equal + 1.0) / 2.0);
        ties += equal * equal * equal - equal;
        below += equal;
    };
    for &(value, count) in &first.values {
        while let Some(other) = others.next_if(|other| other.0 < value) {
            tie(0, other.1);
        }
        tie(count, others.next_if(|other| other.0 == value).map_or(0, |other| other.1));
    }
    others.for_each(|other| tie(0, other.1));
    let u = rank_sum - n1 * (n1 + 1.0) / 2.0;
    let n = n1 + n2;
    let variance = n1 * n2 / 12.0 * ((n + 1.0) - ties / (n * (n - 1.0)));
    if variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let distance = ((u - n1 * n2 / 2.0).abs() - 0.5).max(0.0);
    let normal = Normal::new(0.0, 1.0).ok()?;
    Some((2.0 * normal.sf(distance / variance.sqrt())).min(1.0))
}

/// Spearman's rank correlation: Pearson's of the average ranks. `None` with fewer than two pairs or where a side does not vary.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let firsts: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
    let seconds: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    pearson(&average_ranks(&firsts), &average_ranks(&seconds))
}

fn pearson(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let n = xs.len() as f64;
    let (mean_x, mean_y) = (xs.iter().sum::<f64>() / n, ys.iter().sum::<f64>() / n);
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in xs.iter().zip(ys) {
        xy += (x - mean_x) * (y - mean_y);
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
    }
    (xs.len() > 1 && xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// Ranks from 1; equal values share the mean of their ranks.
fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let below = order.partition_point(|&i| values[i] < values[run[0]]);
        let rank = below as f64 + (run.len() as f64 + 1.0) / 2.0;
        for &i in run {
            ranks[i] = rank;
        }
    }
    ranks
}

/// The quantile at `share` of the range, linear between neighbours (type 7 of Hyndman and Fan 1996). `None` of nothing.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    Some(sorted[below] + (place - below as f64) * (sorted[above] - sorted[below]))
}

pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// What became of someone who was followed for some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// The event that is counted.
    Won(i32),
    /// A competing event, after which the counted one cannot come.
    Lost(i32),
    /// Still open when last seen.
    Open(i32),
}

impl Followed {
    pub fn days(self) -> i32 {
        match self {
            Followed::Won(days) | Followed::Lost(days) | Followed::Open(days) => days,
        }
    }
}

/// The cumulative incidence of winning within `days`, losing being a competing outcome (Aalen and Johansen 1978).
///
/// `None` of nobody, and past the longest time anyone was followed, unless all who were followed that long were decided.
/// Whoever is censored on the day of an event was still at risk of it. All are in order of their days.
pub fn cumulative_incidence(followed: &[Followed], days: i32) -> Option<f64> {
    debug_assert!(followed.is_sorted_by_key(|f| f.days()), "in order of days");
    let longest = followed.last()?.days();
    let was_left_open = followed.contains(&Followed::Open(longest));
    if days > longest && was_left_open {
        return None;
    }
    let mut at_risk = followed.len() as f64;
    let (mut undecided, mut incidence) = (1.0, 0.0);
    for same_day in followed.chunk_by(|a, b| a.days() == b.days()) {
        if same_day[0].days() > days {
            break;
        }
        let won = same_day.iter().filter(|f| matches!(f, Followed::Won(_))).count() as f64;
        let lost = same_day.iter().filter(|f| matches!(f, Followed::Lost(_))).count() as f64;
        incidence += undecided * won / at_risk;
        undecided *= 1.0 - (won + lost) / at_risk;
        at_risk -= same_day.len() as f64;
    }
    Some(incidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(actual: Option<f64>, expected: f64, tolerance: f64) {
        let actual = actual.expect("a value");
        assert!((actual - expected).abs() < tolerance, "{actual} is not {expected}");
    }

    #[test]
    fn wilson_agrees_with_newcombe_1998() {
        // Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        for (successes, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let (l, h) = wilson(successes, trials).unwrap();
            near(Some(l), low, 0.000_06);
            near(Some(h), high, 0.000_06);
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn fisher_agrees_with_the_lady_tasting_tea() {
        // Fisher, The Design of Experiments (1935): three of four cups each; two-sided 34/70.
        near(fisher((3, 4), (1, 4)), 34.0 / 70.0, 1e-9);
        // Four of four each: 2/70.
        near(fisher((4, 4), (0, 4)), 2.0 / 70.0, 1e-9);
        assert_eq!(fisher((0, 0), (1, 2)), None);
        assert_eq!(fisher((3, 2), (1, 2)), None);
    }

    #[test]
    fn fisher_agrees_with_the_convictions_of_twins_and_with_large_tables() {
        // Fisher (1962), Confidence limits for a cross-product ratio; R: fisher.test gives 0.0005367.
        near(fisher((2, 17), (10, 13)), 0.000_536_7, 5e-8);
        // Summed over all tables in the logarithms of factorials.
        near(fisher((450, 1000), (400, 1000)), 0.026_635_538, 1e-8);
        near(fisher((300, 1000), (301, 1000)), 1.0, 1e-9);
        near(fisher((0, 500), (200, 5000)), 8.412_597e-9, 1e-14);
        near(fisher((5, 700), (80, 2100)), 5.209_142e-6, 1e-11);
        near(fisher((0, 10), (0, 20)), 1.0, 1e-12);
        near(fisher((10, 10), (20, 20)), 1.0, 1e-12);
    }

    #[test]
    fn mann_whitney_agrees_with_hollander_and_wolfe() {
        // Hollander and Wolfe, Nonparametric Statistical Methods, example 4.1: permeability constants of the human
        // chorioamnion at term and at 12-26 weeks. U = 35 of 50 pairs, no ties: z = (|35 - 25| - 0.5) / sqrt(50 * 16 / 12).
        // In hundredths, for ranks do not ask for the unit.
        let counted = |values: &[i32]| values.iter().copied().collect::<Counted>();
        let term = counted(&[80, 83, 189, 104, 145, 138, 191, 164, 73, 146]);
        let early = counted(&[115, 88, 90, 74, 121]);
        near(mann_whitney(&term, &early), 0.2446, 0.000_1);
        near(mann_whitney(&early, &term), 0.2446, 0.000_1);
        // Ranks of 1, 1, 2 | 1, 2, 2: 2, 2, 5 | 2, 5, 5, so U = 9 - 6 = 3 of a mean of 4.5, ties 24 + 24 = 48:
        // the variance is 9 / 12 * (7 - 48 / 30) = 4.05, z = 1 / 2.01246 = 0.4969, p = 0.6193.
        near(mann_whitney(&counted(&[1, 1, 2]), &counted(&[1, 2, 2])), 0.6193, 0.000_1);
        assert_eq!(mann_whitney(&counted(&[1, 1]), &counted(&[1])), None);
        assert_eq!(mann_whitney(&counted(&[]), &counted(&[1])), None);
    }

    #[test]
    fn counted_values_have_a_middle_and_can_be_taken_away() {
        let all: Counted = [5, 1, 5, 9, 2].into_iter().collect();
        assert_eq!((all.count(), all.median()), (5, Some(5.0)));
        let rest = all.without(&[5, 1].into_iter().collect());
        assert_eq!(rest, [2, 5, 9].into_iter().collect());
        assert_eq!([2, 5].into_iter().collect::<Counted>().median(), Some(3.5));
        assert_eq!(all.without(&all).median(), None);
    }

    #[test]
    fn spearman_is_one_of_a_rising_row_and_shares_ranks_of_ties() {
        near(spearman(&[(1.0, 10.0), (2.0, 11.0), (5.0, 300.0)]), 1.0, 1e-12);
        near(spearman(&[(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)]), -1.0, 1e-12);
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5 over sqrt(4.5 * 5).
        near(spearman(&[(1.0, 1.0), (2.0, 2.0), (2.0, 3.0), (3.0, 4.0)]), 4.5 / 22.5_f64.sqrt(), 1e-12);
        assert_eq!(spearman(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(spearman(&[]), None);
    }

    #[test]
    fn quantiles_are_linear_between_neighbours() {
        // Places 0.9 * 2 = 1.8 of 0, 70, 129: 70 + 0.8 * 59.
        near(quantile(&[129.0, 0.0, 70.0], 0.9), 117.2, 1e-12);
        near(median(&[1.0, 2.0]), 1.5, 1e-12);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn incidence_takes_losses_as_competing_and_open_ones_as_censored() {
        use Followed::{Lost, Open, Won};
        // Ten at risk, one won on day 0; nine left, one lost on 39; eight, one censored on 62; seven, one won on 70:
        // 1/10 + 9/10 * 8/9 * 1/7.
        let followed =
            [Won(0), Lost(39), Open(62), Won(70), Lost(87), Open(87), Open(107), Open(112), Won(129), Open(171)];
        near(cumulative_incidence(&followed, 30), 0.1, 1e-12);
        near(cumulative_incidence(&followed, 90), 0.1 + 0.8 / 7.0, 1e-12);
        assert_eq!(cumulative_incidence(&followed, 180), None);
        near(cumulative_incidence(&[Won(3), Lost(5)], 180), 0.5, 1e-12);
        assert_eq!(cumulative_incidence(&[], 30), None);
    }
}
