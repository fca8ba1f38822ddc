//! Where the time of a run went, for those who ask with `--timings`.

use super::console::Console;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The steps of a run in the order in which they were first taken, with the time of each. Copies share them.
#[derive(Debug, Clone)]
pub struct Timings {
    began: Instant,
    steps: Rc<RefCell<Vec<(&'static str, Duration)>>>,
}

impl Timings {
    pub fn new() -> Self {
        Self { began: Instant::now(), steps: Rc::default() }
    }

    /// Does a step and notes how long it took. Steps of one name add up; a step within another would count twice.
    pub fn time<T>(&self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        let taken = began.elapsed();
        let mut steps = self.steps.borrow_mut();
        match steps.iter_mut().find(|(name, _)| *name == step) {
            Some((_, sum)) => *sum += taken,
            None => steps.push((step, taken)),
        }
        done
    }

    /// Says the steps, what is none of them, and all together.
    pub fn say(&self, console: Console) {
        console.note(&table(&self.steps.borrow(), self.began.elapsed()));
    }
}

fn table(steps: &[(&'static str, Duration)], whole: Duration) -> String {
    let known: Duration = steps.iter().map(|step| step.1).sum();
    let rest = [("everything else", whole.saturating_sub(known)), ("in all", whole)];
    let rows: Vec<_> = steps.iter().chain(&rest).collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, taken) in rows {
        let _ = writeln!(text, "{name:width$} {:>9.3} s", taken.as_secs_f64());
    }
    text.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_step_is_said_too() {
        let steps = [("reading", Duration::from_millis(1500)), ("writing", Duration::from_millis(20))];
        let expected = "reading             1.500 s\nwriting             0.020 s\neverything else     0.080 s\n\
                        in all              1.600 s";
        assert_eq!(table(&steps, Duration::from_millis(1600)), expected);
    }

    #[test]
    fn steps_of_one_name_add_up() {
        let timings = Timings::new();
        assert_eq!(timings.time("a step", || 1) + timings.time("a step", || 2), 3);
        assert_eq!(timings.steps.borrow().len(), 1);
    }
}
