import { expect, it } from "vitest";
import type { TraceSummary } from "../api/types";
import { plotLatency } from "./latency-plot";

function trace(seconds: number, duration: number): TraceSummary {
  return {
    traceId: String(seconds),
    rootName: "",
    rootService: "",
    startTime: `${seconds}000000000`,
    duration,
    spanCount: 1,
    errorCount: 0,
    services: [],
    complete: true,
  };
}

it("places traces by time and by the logarithm of their duration", () => {
  const plot = plotLatency([trace(20, 10e6), trace(15, 1e6), trace(10, 1e9)]);
  expect(plot.traces.map(({ x }) => x)).toEqual([1, 0.5, 0]);
  expect(plot.traces.map(({ y }) => y)).toEqual([1 / 3, 0, 1].map((y) => expect.closeTo(y, 9) as number));
  expect(plot.rules.map((rule) => rule.duration)).toEqual([1e6, 1e7, 1e8, 1e9]);
});

it("stands up to a single moment and to durations of zero", () => {
  const plot = plotLatency([trace(5, 0), trace(5, 0)]);
  for (const { x, y } of plot.traces) {
    expect(x).toBe(0.5);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(1);
  }
});

it("keeps few rules over many decades", () => expect(plotLatency([trace(1, 1e3), trace(2, 1e12)]).rules.length).toBeLessThanOrEqual(4));
