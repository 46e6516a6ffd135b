//! The same work on many things at once, on all cores.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many things are worked on at once.
pub fn width() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does `work` on each of `items`; the results come in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let mut results = Vec::with_capacity(items.len());
    in_order(items, work, |result| {
        results.push(result);
        ControlFlow::Continue(())
    });
    results
}

/// Does `work` on each of `items`, and `take` with the results in the order of the items while later ones are still worked on. When it breaks, no item
/// is begun any more.
pub fn in_order<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync, take: impl FnMut(R) -> ControlFlow<()> + Send) {
    if items.len() < 2 || width() < 2 {
        // What breaks has ended the work by that.
        let _ended = items.iter().map(work).try_for_each(take);
        return;
    }
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let line = Mutex::new(Line { waiting: BTreeMap::new(), taken: 0, take });
    let run = || {
        while !is_over.load(Ordering::Relaxed)
            && let Some((index, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, items.get(index)?)))
        {
            let result = work(item);
            let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
            // Another may have ended it meanwhile.
            if is_over.load(Ordering::Relaxed) || line.arrive(index, result).is_break() {
                is_over.store(true, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        (1..width().min(items.len())).for_each(|_| drop(scope.spawn(run)));
        run();
    });
}

/// Results on their way: those wait that are there before one in front of them.
struct Line<R, F> {
    waiting: BTreeMap<usize, R>,
    taken: usize,
    take: F,
}

impl<R, F: FnMut(R) -> ControlFlow<()>> Line<R, F> {
    fn arrive(&mut self, index: usize, result: R) -> ControlFlow<()> {
        self.waiting.insert(index, result);
        while let Some(result) = self.waiting.remove(&self.taken) {
            self.taken += 1;
            (self.take)(result)?;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(super::map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(super::map(&[7], |item| item + 1), [8]);
        assert!(super::map(&[] as &[u8], |_| 1).is_empty());
    }

    #[test]
    fn results_are_taken_in_order_until_there_are_enough() {
        use std::ops::ControlFlow;
        use std::sync::atomic::{AtomicUsize, Ordering};
        let (items, begun): (Vec<usize>, _) = ((0..10_000).collect(), AtomicUsize::new(0));
        let mut taken = Vec::new();
        super::in_order(
            &items,
            |item| {
                begun.fetch_add(1, Ordering::Relaxed);
                *item
            },
            |result| {
                taken.push(result);
                if result == 99 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!(taken, (0..100).collect::<Vec<_>>());
        assert!(begun.into_inner() < items.len(), "what nobody wants is not begun");
    }
}
