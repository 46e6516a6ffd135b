//! A store cut by time: each slice is wholly older than the next, and small enough that several are worked on at once.

use std::ops::Range;
use std::sync::Arc;

use crate::logs::Store;
use crate::logs::store::Block;

/// Rows of blocks, oldest first in each; the times of the blocks overlap.
pub(super) type Slice<'a> = Vec<(&'a Arc<Block>, Range<usize>)>;

/// Rows of a slice of several blocks from which on it is cut in two.
const MOST: usize = 32_768;
/// Rows of a slice for queries that may end soon.
const SMALL: usize = 1_024;
/// Rows of a block alone that are worth a slice of their own.
const WORTH: usize = 1_024;

/// The slices of a store that have records of the time from `window.0` to `window.1`, both included, oldest first.
pub(super) fn of(store: &Store, (from, to): (i64, i64)) -> Vec<Slice<'_>> {
    let mut slices = Vec::new();
    for cluster in store.clusters() {
        let blocks = cluster.into_iter().map(|index| &store.blocks()[index]);
        let slice = blocks.map(|block| (block, first(block, |at| at < from)..first(block, |at| at <= to)));
        cut(slice.collect(), &mut slices);
    }
    slices
}

/// The same in pieces of [`SMALL`] rows where a block stands alone, for queries that may end soon.
pub(super) fn small(slices: Vec<Slice<'_>>) -> Vec<Slice<'_>> {
    slices.into_iter().flat_map(pieces).collect()
}

fn pieces(slice: Slice<'_>) -> Vec<Slice<'_>> {
    let [(block, rows)] = &slice[..] else { return vec![slice] };
    rows.clone().step_by(SMALL).map(|from| vec![(*block, from..(from + SMALL).min(rows.end))]).collect()
}

/// The first row of which `is_before` is not true.
fn first(block: &Block, is_before: impl Fn(i64) -> bool) -> usize {
    let (mut low, mut high) = (0, block.len());
    while low < high {
        let middle = low.midpoint(high);
        if is_before(block.at_ms(middle)) { low = middle + 1 } else { high = middle }
    }
    low
}

/// Cuts a slice where blocks begin and end. Parts where one block stands alone can be worked on as whole columns; small ones between are joined.
fn cut<'a>(mut slice: Slice<'a>, to: &mut Vec<Slice<'a>>) {
    slice.retain(|(_, rows)| !rows.is_empty());
    if slice.len() < 2 {
        to.extend(Some(slice).filter(|slice| !slice.is_empty()));
        return;
    }
    let mut edges: Vec<i64> =
        slice.iter().flat_map(|(block, rows)| [block.at_ms(rows.start), block.at_ms(rows.end - 1).saturating_add(1)]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut joined = Slice::new();
    for pair in edges.windows(2) {
        let part = between(&slice, pair[0], pair[1]);
        if part.len() == 1 && count(&part) >= WORTH {
            halve(std::mem::take(&mut joined), to);
            to.push(part);
        } else {
            join(&mut joined, part);
        }
    }
    halve(joined, to);
}

/// The rows from `from` on that are before `until`.
fn between<'a>(slice: &Slice<'a>, from: i64, until: i64) -> Slice<'a> {
    let part = slice.iter().map(|(block, rows)| (*block, before(from, block, rows)..before(until, block, rows)));
    part.filter(|(_, rows)| !rows.is_empty()).collect()
}

/// The first of `rows` that is not before `at`.
fn before(at: i64, block: &Block, rows: &Range<usize>) -> usize {
    first(block, |at_ms| at_ms < at).clamp(rows.start, rows.end)
}

fn count(slice: &Slice<'_>) -> usize {
    slice.iter().map(|(_, rows)| rows.len()).sum()
}

/// Adds a part that is newer than all of `joined`.
fn join<'a>(joined: &mut Slice<'a>, part: Slice<'a>) {
    for (block, rows) in part {
        match joined.iter_mut().find(|(known, _)| Arc::ptr_eq(known, block)) {
            Some((_, known)) => known.end = rows.end,
            None => joined.push((block, rows)),
        }
    }
}

/// Cuts what is large in the middle, unless it is all of one moment.
fn halve<'a>(slice: Slice<'a>, to: &mut Vec<Slice<'a>>) {
    let Some((block, rows)) = slice.iter().max_by_key(|(_, rows)| rows.len()) else { return };
    let middle = block.at_ms(rows.start.midpoint(rows.end));
    let (older, newer) = (between(&slice, i64::MIN, middle), between(&slice, middle, i64::MAX));
    if count(&slice) <= MOST || older.is_empty() || newer.is_empty() {
        to.push(slice);
        return;
    }
    halve(older, to);
    halve(newer, to);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::store::{Incoming, Origin, Writer};

    /// A store of blocks with a record at each of these seconds.
    fn store(blocks: &[Vec<i64>]) -> Store {
        let origin = Arc::new(Origin { log: String::new(), stream: String::new() });
        let mut writer = Writer::default();
        for (number, times) in blocks.iter().enumerate() {
            let ids: Vec<String> = times.iter().enumerate().map(|(n, at)| format!("{number} {n} {at}")).collect();
            let record = |(at, id): (&i64, &'_ String)| (*at, id.clone());
            let records: Vec<(i64, String)> = times.iter().zip(&ids).map(record).collect();
            let mut builder = crate::logs::store::Builder::default();
            for (at, id) in &records {
                builder.add(&Incoming { at_ms: Some(*at), arrived_ms: *at, id, origin: &origin, line: id.as_bytes() });
            }
            writer.add_block(builder.finish()).unwrap();
        }
        Arc::unwrap_or_clone(writer.snapshot())
    }

    fn times(slices: &[Slice<'_>]) -> Vec<Vec<i64>> {
        slices.iter().map(|slice| slice.iter().flat_map(|(block, rows)| rows.clone().map(|row| block.at_ms(row))).collect()).collect()
    }

    /// Every record of the window once, and each slice older than the next.
    fn is_right(store: &Store, window: (i64, i64)) -> usize {
        let slices = of(store, window);
        let times = times(&slices);
        let count: usize = times.iter().map(Vec::len).sum();
        let wanted = store.newest().filter(|entry| (window.0..=window.1).contains(&entry.at_ms)).count();
        assert_eq!(count, wanted);
        assert!(times.windows(2).all(|pair| pair[0].iter().max() < pair[1].iter().min()));
        slices.len()
    }

    #[test]
    fn blocks_that_overlap_at_their_ends_are_cut_there() {
        let store = store(&[(0..20_000).collect(), (19_000..39_000).collect(), (38_500..58_500).collect()]);
        assert!(is_right(&store, (i64::MIN, i64::MAX)) >= 3);
        is_right(&store, (19_500, 38_600));
        assert_eq!(is_right(&store, (100, 200)), 1);
        assert_eq!(is_right(&store, (90_000, 99_000)), 0);
    }

    #[test]
    fn blocks_over_the_same_time_are_cut_in_the_middle_and_one_moment_cannot_be() {
        let store_of_same = store(&[(0..40_000).collect(), (0..40_000).collect()]);
        assert!(is_right(&store_of_same, (i64::MIN, i64::MAX)) >= 2);
        assert_eq!(is_right(&store(&[vec![5; 40_000], vec![5; 30_000]]), (i64::MIN, i64::MAX)), 1);
    }
}
