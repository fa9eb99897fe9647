//! Hands results from several workers to one receiver in the order of their numbers. Workers run ahead of the receiver only a little, so that
//! memory does not grow with the number of results.
//!
//! What the results are belongs to the caller.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::refused::Refused;

/// Results by which workers may be ahead of the receiver: so many that one slow result does not let the other workers wait.
const AHEAD_MAX: usize = if cfg!(test) { 16 } else { 128 };
/// Time after which a waiting receiver asks again whether to continue.
const PATIENCE: Duration = Duration::from_millis(50);

/// The results that wait for the receiver.
pub(super) struct InOrder<T> {
    /// The number that the next free worker takes.
    next: AtomicUsize,
    total: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// The number of the result that the receiver takes next.
    wanted: usize,
    ready: BTreeMap<usize, T>,
    /// Whether the workers must end.
    stopped: bool,
}

impl<T> InOrder<T> {
    /// A queue for results with the numbers below `total`.
    pub(super) fn new(total: usize) -> Self {
        let state = State { wanted: 0, ready: BTreeMap::new(), stopped: false };
        Self { next: AtomicUsize::new(0), total, state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    /// Makes results until there are no more or somebody stopped. A worker that fails or panics stops the others.
    pub(super) fn work(&self, make: &dyn Fn(usize) -> Result<T, Refused>) -> Result<(), Refused> {
        let mut unfinished = Unfinished { queue: self, finished: false };
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.total || !self.put(number, make(number)?) {
                unfinished.finished = true;
                return Ok(());
            }
        }
    }

    /// Adds a result, when the receiver is near enough. Returns whether to continue.
    fn put(&self, number: usize, result: T) -> bool {
        let mut state = self.state();
        while !state.stopped && number >= state.wanted + AHEAD_MAX {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.stopped {
            let wanted = number == state.wanted;
            state.ready.insert(number, result);
            if wanted {
                self.changed.notify_all();
            }
        }
        !state.stopped
    }

    /// Passes the results to `receive` in order. Asks `go_on` before each and while it waits; it receives the number of the next result. Stops
    /// the workers and returns `false` when one of the two says so, and when a worker ended before the last result.
    pub(super) fn receive(&self, go_on: &dyn Fn(usize) -> bool, receive: &mut dyn FnMut(T) -> bool) -> bool {
        let all = self.receive_all(go_on, receive);
        self.stop();
        all
    }

    fn receive_all(&self, go_on: &dyn Fn(usize) -> bool, receive: &mut dyn FnMut(T) -> bool) -> bool {
        for number in 0..self.total {
            let result = loop {
                if !go_on(number) {
                    return false;
                }
                if let Some(result) = self.take() {
                    break result;
                }
                if self.state().stopped {
                    return false;
                }
            };
            if !receive(result) {
                return false;
            }
        }
        true
    }

    /// The result that the receiver wants next; `None` if it is not there soon.
    fn take(&self) -> Option<T> {
        let mut state = self.state();
        let wanted = state.wanted;
        if !state.ready.contains_key(&wanted) && !state.stopped {
            let waited = self.changed.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let result = state.ready.remove(&wanted)?;
        state.wanted += 1;
        drop(state);
        self.changed.notify_all();
        Some(result)
    }
}

/// Stops everybody when a worker ends without having finished.
struct Unfinished<'q, T> {
    queue: &'q InOrder<T>,
    finished: bool,
}

impl<T> Drop for Unfinished<'_, T> {
    fn drop(&mut self) {
        if !self.finished {
            self.queue.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTAL: usize = 500;

    /// The results that three workers and a receiver agree on, whether it received all, and how the workers ended.
    fn run(
        make: &(dyn Fn(usize) -> Result<usize, Refused> + Sync),
        go_on: &dyn Fn(usize) -> bool,
    ) -> (Vec<usize>, bool, Vec<bool>) {
        let queue = InOrder::new(TOTAL);
        let mut received = Vec::new();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..3).map(|_| scope.spawn(|| queue.work(make))).collect();
            let all = queue.receive(go_on, &mut |result| {
                received.push(result);
                true
            });
            let ended = workers.into_iter().map(|worker| worker.join().is_ok_and(|ended| ended.is_ok()));
            (received, all, ended.collect())
        })
    }

    #[test]
    fn results_arrive_in_order_however_long_each_takes_and_workers_stay_near() {
        let made = AtomicUsize::new(0);
        let slow_first = |number: usize| {
            if number == 0 {
                std::thread::sleep(Duration::from_millis(30));
                assert!(made.load(Ordering::Relaxed) <= AHEAD_MAX + 3, "the others wait");
            }
            made.fetch_add(1, Ordering::Relaxed);
            Ok(number)
        };
        let (received, all, ended) = run(&slow_first, &|_| true);
        assert!(all && ended == [true; 3]);
        assert!(received.into_iter().eq(0..TOTAL));
    }

    #[test]
    fn a_worker_that_fails_or_panics_ends_the_others_and_the_receiver() {
        let failing = |number: usize| {
            if number == 200 { Err(Refused::Rule("broken".to_owned())) } else { Ok(number) }
        };
        let (received, all, ended) = run(&failing, &|_| true);
        assert!(!all && received.len() <= 200);
        assert_eq!(ended.iter().filter(|well| !**well).count(), 1);
        let (_, all, ended) = run(
            &|number| {
                assert_ne!(number, 200);
                Ok(number)
            },
            &|_| true,
        );
        assert!(!all);
        assert_eq!(ended.iter().filter(|well| !**well).count(), 1);
    }

    #[test]
    fn whoever_stops_waiting_ends_the_workers_even_while_one_is_slow() {
        let (received, all, ended) = run(&|number| Ok(number), &|number| number < 100);
        assert!(!all && received.len() == 100 && ended == [true; 3]);
        let asked = std::cell::Cell::new(0);
        let slow = |number: usize| {
            std::thread::sleep(Duration::from_millis(if number == 0 { 400 } else { 0 }));
            Ok(number)
        };
        let twice = |_| {
            asked.set(asked.get() + 1);
            asked.get() <= 2
        };
        let (received, all, _) = run(&slow, &twice);
        assert!(!all && received.is_empty());
    }
}
