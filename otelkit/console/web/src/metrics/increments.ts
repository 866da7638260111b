// What was added between consecutive points of a cumulative series. Pure.
// A counter that falls has been restarted: what it shows then was added since.
import type { HistogramPoint, NumberPoint, Series } from "../api/types";
import { toSeconds } from "../time/nanoseconds";
import { rebucket, type Buckets } from "./buckets";

export interface Increment<T> {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly added: T;
}

export function isHistogramPoint(point: NumberPoint | HistogramPoint): point is HistogramPoint {
  return "buckets" in point;
}

export function numberPoints(series: Series): readonly NumberPoint[] {
  return series.points.filter((point): point is NumberPoint => !isHistogramPoint(point));
}

export function histogramPoints(series: Series): readonly HistogramPoint[] {
  return series.points.filter(isHistogramPoint);
}

export function sumIncrements(points: readonly NumberPoint[]): readonly Increment<number>[] {
  return pairs(points).map(({ earlier, later }) => ({
    from: toSeconds(earlier.time),
    to: toSeconds(later.time),
    added: later.value >= earlier.value ? later.value - earlier.value : later.value,
  }));
}

export function histogramIncrements(points: readonly HistogramPoint[]): readonly Increment<Buckets>[] {
  return pairs(points).map(({ earlier, later }) => ({
    from: toSeconds(earlier.time),
    to: toSeconds(later.time),
    added: later.count >= earlier.count ? subtract(later, earlier) : { bounds: later.bounds, buckets: later.buckets },
  }));
}

/** How many observations were added: the histogram as a counter. */
export function countIncrements(points: readonly HistogramPoint[]): readonly Increment<number>[] {
  return sumIncrements(points.map(({ time, count }) => ({ time, value: count })));
}

/** Exponential histograms change their bounds as they grow: the earlier counts are brought to the later bounds. */
function subtract(later: HistogramPoint, earlier: HistogramPoint): Buckets {
  const before = rebucket(earlier, later.bounds).buckets;
  return { bounds: later.bounds, buckets: later.buckets.map((count, index) => Math.max(0, count - (before[index] ?? 0))) };
}

function pairs<P extends { readonly time: string }>(points: readonly P[]): readonly { readonly earlier: P; readonly later: P }[] {
  return points.slice(1).flatMap((later, index) => {
    const earlier = points[index];
    return earlier && BigInt(later.time) > BigInt(earlier.time) ? [{ earlier, later }] : [];
  });
}
