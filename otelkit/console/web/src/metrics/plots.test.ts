import { describe, expect, it } from "vitest";
import type { HistogramPoint, Metric, NumberPoint, Series } from "../api/types";
import { glanceAt, sparkPath } from "./glance";
import { lastValue, makePlot, viewsOf, type DrawnSeries } from "./plots";

const at = (seconds: number): string => `${seconds}000000000`;
const numbers = (...values: number[]): NumberPoint[] => values.map((value, index) => ({ time: at(index * 10), value }));

function histogram(seconds: number, buckets: number[]): HistogramPoint {
  return { time: at(seconds), count: buckets.reduce((a, b) => a + b, 0), sum: 0, min: null, max: null, bounds: [1, 2, 4], buckets };
}

function series(points: Series["points"], attributes = {}): Series {
  return { service: "payments-api", attributes, points };
}

const drawn = (...all: Series[]): DrawnSeries[] => all.map((one, index) => ({ series: one, name: `s${index}`, colour: "--colour-0", dashed: false }));

function metric(kind: Metric["kind"], monotonic: boolean | null, ...all: Series[]): Metric {
  return { name: "m", unit: "", description: "", kind, monotonic, series: all, exemplars: [] };
}

describe("viewsOf", () => {
  it.each([
    ["sum", true, "rate"],
    ["sum", false, "value"],
    ["gauge", null, "value"],
    ["histogram", null, "percentiles"],
    ["exponential_histogram", null, "percentiles"],
  ] as const)("a %s (monotonic: %s) begins with its %s", (kind, monotonic, view) => expect(viewsOf({ kind, monotonic })[0]).toBe(view));
});

describe("makePlot", () => {
  it("draws counters as rates per second or as they are", () => {
    const counter = series(numbers(0, 20, 20, 50));
    expect(makePlot(drawn(counter), "rate")).toMatchObject({ kind: "lines", lines: [{ values: [2, 0, 3] }] });
    expect(makePlot(drawn(counter), "total")).toMatchObject({ lines: [{ values: [20, 20, 50] }] });
    expect(lastValue(counter, "rate")).toBe(3);
  });

  it("says nothing where a rate lacks its second point", () => {
    expect(makePlot(drawn(series(numbers(5))), "rate")).toBeNull();
    expect(makePlot(drawn(series(numbers(5))), "value")).toMatchObject({ lines: [{ values: [5] }] });
    expect(makePlot([], "value")).toBeNull();
  });

  it("computes percentiles from what was added, all series together", () => {
    const one = series([histogram(0, [100, 0, 0, 0]), histogram(10, [150, 0, 0, 0])]);
    const other = series([histogram(0, [0, 0, 7, 0]), histogram(10, [0, 0, 57, 0])]);
    const plot = makePlot(drawn(one, other), "percentiles");
    expect(plot).toMatchObject({ lines: [{ name: "p50", values: [1] }, { name: "p95" }, { name: "p99" }] });
    expect(lastValue(one, "percentiles")).toBeCloseTo(0.95, 9);
  });

  it("draws a heatmap of the same increments", () => {
    const plot = makePlot(drawn(series([histogram(0, [1, 0, 0, 0]), histogram(10, [1, 3, 0, 0])])), "heatmap");
    expect(plot?.kind === "heatmap" && plot.heatmap.largest).toBe(3);
  });
});

describe("glanceAt", () => {
  it("adds the rates of all series up", () => {
    expect(glanceAt(metric("sum", true, series(numbers(0, 20)), series(numbers(0, 30))))).toMatchObject({ last: "5/s", values: [5] });
  });

  it("gives histograms their 95th percentile", () => {
    expect(glanceAt(metric("histogram", null, series([histogram(0, [0, 0, 0, 0]), histogram(10, [0, 100, 0, 0])])))).toMatchObject({
      last: "1.95",
      meaning: "p95",
    });
  });

  it("counts a gauge that paused with its last value", () => {
    const steady = series(numbers(1, 1, 1));
    const pausing = series([numbers(4)[0] ?? { time: at(0), value: 4 }]);
    expect(glanceAt(metric("gauge", null, steady, pausing))).toMatchObject({ values: [5, 5], meaning: "sum" });
  });

  it("is nothing before the second point of a counter", () => expect(glanceAt(metric("sum", true, series(numbers(4))))).toBeNull());
});

it("sparkPath fills its box and skips gaps", () => {
  expect(sparkPath([0, null, 10], 100, 20)).toBe("M0 20L100 0");
  expect(sparkPath([], 100, 20)).toBe("");
});
