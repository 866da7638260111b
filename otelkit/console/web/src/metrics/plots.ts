// From a metric as the API gives it to what a chart draws: lines, or a heatmap. Pure.
import type { Metric, Series } from "../api/types";
import { toSeconds } from "../time/nanoseconds";
import { quantile, type Buckets } from "./buckets";
import { makeHeatmap, type Heatmap } from "./heatmap";
import { countIncrements, histogramIncrements, histogramPoints, isHistogramPoint, numberPoints, sumIncrements } from "./increments";
import { bucketsPerSlot, lastInSlot, makeGrid, ratePerSlot, type TimeGrid, type Values } from "./time-grid";

export type View = "rate" | "total" | "value" | "percentiles" | "p95" | "heatmap";

export interface Line {
  readonly name: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly dashed: boolean;
  readonly values: Values;
}

export interface DrawnSeries {
  readonly series: Series;
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
}

export type Plot =
  | { readonly kind: "lines"; readonly grid: TimeGrid; readonly lines: readonly Line[] }
  | { readonly kind: "heatmap"; readonly grid: TimeGrid; readonly heatmap: Heatmap };

const percentiles = [
  { name: "p50", share: 0.5, colour: "--colour-1" },
  { name: "p95", share: 0.95, colour: "--colour-0" },
  { name: "p99", share: 0.99, colour: "--colour-4" },
];

/** The views that make sense for a metric, the first being the one to begin with. */
export function viewsOf(metric: Pick<Metric, "kind" | "monotonic">): readonly View[] {
  if (metric.kind === "histogram" || metric.kind === "exponential_histogram") return ["percentiles", "heatmap", "p95", "rate"];
  if (metric.kind === "sum" && metric.monotonic !== false) return ["rate", "total"];
  return ["value"];
}

/** What a chart of these series shows. Null while there are too few points for the view: a rate needs two. */
export function makePlot(drawn: readonly DrawnSeries[], view: View): Plot | null {
  const grid = makeGrid(drawn.map(({ series }) => series.points.map((point) => toSeconds(point.time))));
  if (grid.times.length === 0) return null;
  if (view === "percentiles" || view === "heatmap") {
    const slots = bucketsPerSlot(drawn.flatMap(({ series }) => histogramIncrements(histogramPoints(series))), grid);
    if (slots.every((slot) => slot === null)) return null;
    if (view === "heatmap") return { kind: "heatmap", grid, heatmap: makeHeatmap(slots) };
    return {
      kind: "lines",
      grid,
      lines: percentiles.map(({ name, share, colour }) => ({ name, colour, dashed: false, values: quantiles(share, slots) })),
    };
  }
  const lines = drawn.map(({ series, name, colour, dashed }) => ({ name, colour, dashed, values: valuesOf(series, view, grid) }));
  if (lines.every((line) => line.values.every((value) => value === null))) return null;
  return { kind: "lines", grid, lines };
}

/** The last value that is drawn for one series in this view. */
export function lastValue(series: Series, view: View): number | null {
  const grid = makeGrid([series.points.map((point) => toSeconds(point.time))]);
  if (view === "percentiles" || view === "heatmap") return valuesOf(series, "p95", grid).findLast((value) => value !== null) ?? null;
  return valuesOf(series, view, grid).findLast((value) => value !== null) ?? null;
}

function valuesOf(series: Series, view: View, grid: TimeGrid): Values {
  const histogram = series.points.some(isHistogramPoint);
  if (view === "p95") return quantiles(0.95, bucketsPerSlot(histogramIncrements(histogramPoints(series)), grid));
  if (view === "rate") {
    const increments = histogram ? countIncrements(histogramPoints(series)) : sumIncrements(numberPoints(series));
    return ratePerSlot(increments, grid);
  }
  return lastInSlot(
    numberPoints(series).map((point) => ({ time: toSeconds(point.time), value: point.value })),
    grid,
  );
}

function quantiles(share: number, slots: readonly (Buckets | null)[]): Values {
  return slots.map((slot) => (slot ? quantile(share, slot) : null));
}
