// A histogram over time as a grid of counts: a column a slot, a row a bucket. Pure; painting is in chart-heatmap.ts.
import { rebucket, unionOfBounds, type Buckets } from "./buckets";

export interface Heatmap {
  /** Upper bounds of the rows, lowest first; the last row has none when it is open. */
  readonly bounds: readonly number[];
  /** The lower end of the lowest row. */
  readonly floor: number;
  /** counts[column][row] */
  readonly counts: readonly (readonly number[])[];
  readonly rows: number;
  readonly largest: number;
}

/** Rows that no observation reached are cut off at both ends, one kept as a margin. */
export function makeHeatmap(slots: readonly (Buckets | null)[]): Heatmap {
  const bounds = unionOfBounds(slots.map((slot) => slot?.bounds ?? []));
  const full = slots.map((slot) => (slot ? rebucket(slot, bounds).buckets : bounds.map(() => 0).concat(0)));
  const used = [...bounds.keys(), bounds.length].filter((row) => full.some((column) => (column[row] ?? 0) > 1e-9));
  const first = Math.max(0, (used[0] ?? 0) - 1);
  const last = Math.min(bounds.length, (used.at(-1) ?? 0) + 1);
  const counts = full.map((column) => column.slice(first, last + 1));
  return {
    bounds: bounds.slice(first, last + 1),
    floor: first === 0 ? Math.min(0, bounds[0] ?? 0) : (bounds[first - 1] ?? 0),
    counts,
    rows: last - first + 1,
    largest: counts.reduce((most, column) => Math.max(most, ...column), 0),
  };
}

/** Where a value stands on the rows' axis: 0 at the bottom, `rows` at the top. */
export function rowPosition(value: number, heatmap: Heatmap): number {
  const { bounds, floor, rows } = heatmap;
  let lower = floor;
  for (let row = 0; row < rows; row += 1) {
    const upper = bounds[row];
    if (upper === undefined) return row + 0.5;
    if (value <= upper) return upper > lower ? Math.max(0, row + (value - lower) / (upper - lower)) : row;
    lower = upper;
  }
  return rows;
}

/** The bounds of a row as text: "5 ms – 10 ms", "above 10 s". */
export function rowLabel(row: number, heatmap: Heatmap, format: (value: number) => string): string {
  const lower = row === 0 ? heatmap.floor : heatmap.bounds[row - 1];
  const upper = heatmap.bounds[row];
  if (upper === undefined) return `above ${format(lower ?? 0)}`;
  return `${format(lower ?? 0)} – ${format(upper)}`;
}
