// Histograms as bucket counts: quantiles, and counts re-expressed on other bounds. Pure.
// `bounds` are the upper bounds in rising order; `buckets` has one count more, the last being everything above.

export interface Buckets {
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
}

/**
 * The value below which the share `q` of the observations lies, straight lines assumed within a bucket, as Prometheus'
 * histogram_quantile does: in the last bucket the answer is its lower bound, in the first one zero is the lower end.
 * Null without observations.
 */
export function quantile(q: number, { bounds, buckets }: Buckets): number | null {
  const total = sum(buckets);
  if (!(total > 0)) return null;
  const rank = q * total;
  let below = 0;
  for (let index = 0; index < buckets.length; index += 1) {
    const count = buckets[index] ?? 0;
    if (count > 0 && below + count >= rank) {
      const upper = bounds[index];
      if (upper === undefined) return bounds.at(-1) ?? null;
      const lower = index === 0 ? Math.min(0, upper) : (bounds[index - 1] ?? 0);
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}

/** How many observations were at or below `value`; within a bucket a straight line is assumed. */
export function countUpTo(value: number, { bounds, buckets }: Buckets): number {
  let below = 0;
  for (let index = 0; index < bounds.length; index += 1) {
    const upper = bounds[index] ?? Infinity;
    const count = buckets[index] ?? 0;
    if (value < upper) {
      const lower = bounds[index - 1];
      return lower === undefined || value <= lower ? below : below + count * ((value - lower) / (upper - lower));
    }
    below += count;
  }
  return value === Infinity ? below + (buckets[bounds.length] ?? 0) : below;
}

/** The same observations counted between other bounds. Exact where the old bounds include the new ones. */
export function rebucket(source: Buckets, bounds: readonly number[]): Buckets {
  if (sameBounds(source.bounds, bounds)) return source;
  let below = 0;
  const buckets = [...bounds, Infinity].map((bound) => {
    const upTo = countUpTo(bound, source);
    const count = upTo - below;
    below = upTo;
    return count;
  });
  return { bounds, buckets };
}

export function addBuckets(left: Buckets, right: Buckets): Buckets {
  const bounds = sameBounds(left.bounds, right.bounds) ? left.bounds : unionOfBounds([left.bounds, right.bounds]);
  const added = rebucket(right, bounds).buckets;
  return { bounds, buckets: rebucket(left, bounds).buckets.map((count, index) => count + (added[index] ?? 0)) };
}

export function unionOfBounds(all: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(all.flat())].sort((a, b) => a - b);
}

export function scaleBuckets(source: Buckets, factor: number): Buckets {
  return { bounds: source.bounds, buckets: source.buckets.map((count) => count * factor) };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function sameBounds(left: readonly number[], right: readonly number[]): boolean {
  return left === right || (left.length === right.length && left.every((bound, index) => bound === right[index]));
}
