//! Work that is done on all cores at once.
//!
//! In come things to do; out come their results, in order. Knows nothing of what is done.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does something for each of some items, on as many threads as there are cores.
pub fn beside_each_other<I: Sync, T: Send>(items: &[I], each: impl Fn(&I) -> T + Sync) -> Vec<T> {
    beside(|| (), items, each).1
}

/// Does one thing and another for each of some items, on as many threads as there are cores.
///
/// They are threads of their own: a worker of a pool that waits for an aggregate would begin with the next item meanwhile,
/// and have all of them on its stack while the others have nothing to do.
pub fn beside<O, I: Sync, T: Send>(one: impl FnOnce() -> O, items: &[I], each: impl Fn(&I) -> T + Sync) -> (O, Vec<T>) {
    let next = AtomicUsize::new(0);
    let work = || -> Vec<(usize, T)> {
        let places = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        places.map_while(|at| Some((at, each(items.get(at)?)))).collect()
    };
    let others = thread::available_parallelism().map_or(0, |cores| cores.get() - 1);
    let (one, mut done) = thread::scope(|scope| {
        let threads: Vec<_> = (0..others.min(items.len())).map(|_| scope.spawn(work)).collect();
        let one = one();
        let mut done = work();
        for thread in threads {
            done.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        (one, done)
    });
    done.sort_by_key(|(at, _)| *at);
    (one, done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_their_items_whoever_is_done_first() {
        let items: Vec<u64> = (0..50).collect();
        let slowest_first = |item: &u64| {
            thread::sleep(std::time::Duration::from_micros(50 - item));
            item * item
        };
        let (one, squares) = beside(|| "one", &items, slowest_first);
        assert_eq!(one, "one");
        assert_eq!(squares, items.iter().map(|item| item * item).collect::<Vec<_>>());
        assert_eq!(beside(|| 1, &[], slowest_first), (1, Vec::new()));
        assert_eq!(beside_each_other(&items, slowest_first), squares);
    }
}
