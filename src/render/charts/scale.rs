//! From values to places, and the round values in between.

/// Values from `low` to `high` laid out from `start` to `end`.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    /// Whether all values are 0, so that no tick but 0 means anything.
    is_flat: bool,
}

impl Scale {
    /// A scale that holds 0 and every finite value of these; where all are 0, it goes to 1.
    pub fn from_zero(values: impl IntoIterator<Item = f64>, start: f64, end: f64) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        let is_flat = low == high;
        if is_flat {
            high = 1.0;
        }
        Self { low, high, start, end, is_flat }
    }

    /// A scale for lines, whose height means nothing: around the values where they are far from 0, but always so that a
    /// quarter of the largest fills the height, lest a trifle look like a landslide.
    pub fn for_lines(values: &[f64], start: f64, end: f64, most_ticks: usize, is_whole: bool) -> Self {
        let scale = Self::from_zero(values.iter().copied(), start, end);
        let lowest = values.iter().copied().filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min);
        if !lowest.is_finite() || lowest <= scale.high / 2.0 || is_whole {
            return scale.rounded(most_ticks, is_whole);
        }
        let middle = (lowest + scale.high) / 2.0;
        let reach = f64::max((scale.high - lowest) * 0.6, scale.high / 8.0);
        Self { low: middle - reach, high: middle + reach, ..scale }
    }

    /// The same scale up to the next tick beyond the values.
    pub fn rounded(self, most: usize, is_whole: bool) -> Self {
        let step = self.step(most, is_whole);
        Self { low: (self.low / step).floor() * step, high: (self.high / step).ceil() * step, ..self }
    }

    pub fn at(&self, value: f64) -> f64 {
        let value = if value.is_finite() { value } else { 0.0 };
        let part = (value - self.low) / (self.high - self.low);
        self.start + part * (self.end - self.start)
    }

    /// Round values within the scale, lowest first: about `most` of them, 0 among them.
    pub fn ticks(&self, most: usize, is_whole: bool) -> Vec<f64> {
        if self.is_flat {
            return vec![0.0];
        }
        let step = self.step(most, is_whole);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }

    /// 1, 2 or 5 times a power of ten.
    fn step(&self, most: usize, is_whole: bool) -> f64 {
        let rough = (self.high - self.low) / most.max(1) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|m| m * power).find(|step| *step >= rough * (1.0 - 1e-9));
        let step = step.unwrap_or(10.0 * power);
        if is_whole { step.max(1.0) } else { step }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_zero() {
        let ticks = |values: &[f64], is_whole| Scale::from_zero(values.iter().copied(), 0.0, 1.0).ticks(5, is_whole);
        assert_eq!(ticks(&[4.3e6], false), [0.0, 1e6, 2e6, 3e6, 4e6]);
        assert_eq!(ticks(&[-3.0, 5.0], false), [-2.0, 0.0, 2.0, 4.0]);
        assert_eq!(ticks(&[2.0], true), [0.0, 1.0, 2.0]);
        assert_eq!(ticks(&[0.0, f64::NAN], true), [0.0]);
        assert_eq!(ticks(&[1e10], false).last(), Some(&1e10));
    }

    #[test]
    fn lines_near_each_other_are_not_torn_apart() {
        let ends = |values: &[f64]| {
            let scale = Scale::for_lines(values, 0.0, 1.0, 4, false);
            (scale.low, scale.high)
        };
        assert_eq!(ends(&[96.0, 100.0]), (85.5, 110.5));
        assert_eq!(ends(&[60.0, 100.0]), (56.0, 104.0));
        assert_eq!(ends(&[40.0, 100.0]), (0.0, 100.0));
        assert_eq!(ends(&[-40.0, -10.0]), (-40.0, 0.0));
    }

    #[test]
    fn a_rounded_scale_ends_on_a_tick() {
        let scale = Scale::from_zero([4.3], 0.0, 100.0).rounded(5, false);
        assert_eq!((scale.at(0.0), scale.at(5.0)), (0.0, 100.0));
    }
}
