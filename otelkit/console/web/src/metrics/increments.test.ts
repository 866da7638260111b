import { describe, expect, it } from "vitest";
import type { HistogramPoint } from "../api/types";
import { countIncrements, histogramIncrements, sumIncrements } from "./increments";

const at = (seconds: number): string => `${seconds}000000000`;

function histogram(seconds: number, bounds: number[], buckets: number[]): HistogramPoint {
  return { time: at(seconds), count: buckets.reduce((a, b) => a + b, 0), sum: 0, min: null, max: null, bounds, buckets };
}

describe("sumIncrements", () => {
  it("are the differences of consecutive points", () => {
    expect(sumIncrements([{ time: at(10), value: 5 }, { time: at(15), value: 9 }, { time: at(25), value: 9 }])).toEqual([
      { from: 10, to: 15, added: 4 },
      { from: 15, to: 25, added: 0 },
    ]);
  });

  it("begin anew after a restart", () => {
    expect(sumIncrements([{ time: at(1), value: 100 }, { time: at(2), value: 3 }])).toEqual([{ from: 1, to: 2, added: 3 }]);
  });

  it("need two points at different times", () => {
    expect(sumIncrements([{ time: at(1), value: 5 }])).toEqual([]);
    expect(sumIncrements([{ time: at(1), value: 5 }, { time: at(1), value: 7 }])).toEqual([]);
  });
});

describe("histogramIncrements", () => {
  it("are the differences bucket by bucket", () => {
    const [only] = histogramIncrements([histogram(1, [1, 2], [1, 2, 3]), histogram(2, [1, 2], [1, 5, 4])]);
    expect(only?.added).toEqual({ bounds: [1, 2], buckets: [0, 3, 1] });
  });

  it("hold when the bounds grow coarser, as exponential histograms do", () => {
    const [only] = histogramIncrements([histogram(1, [0, 1, 2, 4], [0, 1, 1, 1, 0]), histogram(2, [0, 1, 4, 16], [0, 1, 4, 2, 0])]);
    expect(only?.added).toEqual({ bounds: [0, 1, 4, 16], buckets: [0, 0, 2, 2, 0] });
  });

  it("begin anew after a restart", () => {
    const [only] = histogramIncrements([histogram(1, [1], [9, 9]), histogram(2, [1], [1, 0])]);
    expect(only?.added.buckets).toEqual([1, 0]);
  });
});

it("countIncrements works without buckets", () => {
  const points = [histogram(1, [], []), histogram(2, [], [])].map((point, index) => ({ ...point, count: index * 4 }));
  expect(countIncrements(points)).toEqual([{ from: 1, to: 2, added: 4 }]);
});
