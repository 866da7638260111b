// A common time axis for series whose points arrive at times of their own. Pure.
// What was added between two points is spread evenly over the slots in between, so that rates and counts add up.
import { addBuckets, scaleBuckets, type Buckets } from "./buckets";
import type { Increment } from "./increments";

export interface TimeGrid {
  /** The end of each slot, Unix seconds. */
  readonly times: readonly number[];
  /** The width of a slot in seconds. */
  readonly step: number;
  readonly start: number;
}

export type Values = (number | null)[];

/** A grid over all the times given, one slot for a typical gap between points of a series, at most `most` slots. */
export function makeGrid(timesOfSeries: readonly (readonly number[])[], most = 240): TimeGrid {
  const all = timesOfSeries.flat();
  if (all.length === 0) return { times: [], step: 1, start: 0 };
  const start = all.reduce((least, time) => Math.min(least, time));
  const end = all.reduce((greatest, time) => Math.max(greatest, time));
  if (end <= start) return { times: [end], step: 1, start: end - 1 };
  const step = Math.max(typicalGap(timesOfSeries) ?? end - start, (end - start) / most);
  const slots = Math.max(1, Math.ceil((end - start) / step - 1e-6));
  return { times: Array.from({ length: slots }, (_, index) => Math.min(start + (index + 1) * step, end)), step, start };
}

/** The last value in each slot; null where a series has none. */
export function lastInSlot(points: readonly { readonly time: number; readonly value: number }[], grid: TimeGrid): Values {
  const values: Values = grid.times.map(() => null);
  for (const point of points) values[slotOf(point.time, grid)] = point.value;
  return values;
}

/** Per second, in each slot; null where nothing was measured. */
export function ratePerSlot(increments: readonly Increment<number>[], grid: TimeGrid): Values {
  const added = grid.times.map(() => 0);
  const covered = grid.times.map(() => 0);
  for (const increment of increments) {
    for (const { slot, seconds } of overlaps(increment, grid)) {
      added[slot] = (added[slot] ?? 0) + (increment.added * seconds) / (increment.to - increment.from);
      covered[slot] = (covered[slot] ?? 0) + seconds;
    }
  }
  return added.map((amount, slot) => ((covered[slot] ?? 0) > 0 ? amount / (covered[slot] ?? 1) : null));
}

/** The observations of all series together in each slot; null where nothing was measured. */
export function bucketsPerSlot(increments: readonly Increment<Buckets>[], grid: TimeGrid): (Buckets | null)[] {
  const slots: (Buckets | null)[] = grid.times.map(() => null);
  for (const increment of increments) {
    for (const { slot, seconds } of overlaps(increment, grid)) {
      const part = scaleBuckets(increment.added, seconds / (increment.to - increment.from));
      const present = slots[slot];
      slots[slot] = present ? addBuckets(present, part) : part;
    }
  }
  return slots;
}

function overlaps(increment: Increment<unknown>, grid: TimeGrid): readonly { slot: number; seconds: number }[] {
  const found: { slot: number; seconds: number }[] = [];
  for (let slot = slotOf(increment.from, grid); slot < grid.times.length; slot += 1) {
    const from = grid.start + slot * grid.step;
    if (from >= increment.to) break;
    const seconds = Math.min(increment.to, from + grid.step) - Math.max(increment.from, from);
    if (seconds > grid.step * 1e-6) found.push({ slot, seconds });
  }
  return found;
}

function slotOf(time: number, grid: TimeGrid): number {
  const slot = Math.ceil((time - grid.start) / grid.step - 1e-6) - 1;
  return Math.min(Math.max(slot, 0), grid.times.length - 1);
}

/** The median gap between consecutive points of a series. */
function typicalGap(timesOfSeries: readonly (readonly number[])[]): number | null {
  const gaps = timesOfSeries
    .flatMap((times) => times.slice(1).map((time, index) => time - (times[index] ?? time)))
    .filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? null;
}
