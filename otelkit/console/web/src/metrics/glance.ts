// A metric in one number and one small line, for the list: what all its series say together. Pure.
import type { Metric } from "../api/types";
import { toSeconds } from "../time/nanoseconds";
import { quantile } from "./buckets";
import { formatRate, formatValue } from "./format-value";
import { histogramIncrements, histogramPoints } from "./increments";
import { makePlot, viewsOf, type DrawnSeries } from "./plots";
import { bucketsPerSlot, makeGrid, type Values } from "./time-grid";

export interface Glance {
  readonly values: Values;
  readonly last: string;
  /** What `last` is: a rate, a 95th percentile, a value. */
  readonly meaning: string;
}

/** Null while there are too few points. Counters add up to a rate, gauges to a sum, histograms to a 95th percentile. */
export function glanceAt(metric: Metric): Glance | null {
  const view = viewsOf(metric)[0];
  if (view === "percentiles") return glanceAtHistogram(metric);
  const drawn: DrawnSeries[] = metric.series.map((series) => ({ series, name: "", colour: "", dashed: false }));
  const plot = makePlot(drawn, view === "rate" ? "rate" : "value");
  if (plot?.kind !== "lines") return null;
  const values = addUp(plot.lines.map((line) => line.values));
  const last = values.findLast((value) => value !== null) ?? null;
  if (last === null) return null;
  return view === "rate"
    ? { values, last: formatRate(last, metric.unit), meaning: "now" }
    : { values, last: formatValue(last, metric.unit), meaning: metric.series.length > 1 ? "sum" : "now" };
}

function glanceAtHistogram(metric: Metric): Glance | null {
  const grid = makeGrid(
    metric.series.map((series) => series.points.map((point) => toSeconds(point.time))),
    60,
  );
  const slots = bucketsPerSlot(metric.series.flatMap((series) => histogramIncrements(histogramPoints(series))), grid);
  const values = slots.map((slot) => (slot ? quantile(0.95, slot) : null));
  const last = values.findLast((value) => value !== null) ?? null;
  return last === null ? null : { values, last: formatValue(last, metric.unit), meaning: "p95" };
}

/** Slot by slot; a series without a value in a slot counts with its last one. */
function addUp(lines: readonly Values[]): Values {
  const width = Math.max(0, ...lines.map((line) => line.length));
  const latest: (number | null)[] = lines.map(() => null);
  return Array.from({ length: width }, (_, slot) => {
    let total: number | null = null;
    lines.forEach((line, index) => {
      latest[index] = line[slot] ?? latest[index] ?? null;
      const value = latest[index];
      if (value !== null && value !== undefined) total = (total ?? 0) + value;
    });
    return total;
  });
}

/** The line as an SVG path in a box of the given size; the bottom is zero or the least value below it. */
export function sparkPath(values: Values, width: number, height: number): string {
  const known = values.filter((value): value is number => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(...known, low + Number.EPSILON);
  const points = values.flatMap((value, index) => {
    if (value === null) return [];
    const x = values.length > 1 ? (index / (values.length - 1)) * width : width;
    return [`${round(x)} ${round(height - ((value - low) / (high - low)) * height)}`];
  });
  return points.length === 0 ? "" : `M${points.join("L")}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
