// Where each trace stands in the plot above the list: time to the right, duration upwards on a logarithmic scale. Pure.
import type { TraceSummary } from "../api/types";
import { toMilliseconds } from "../time/nanoseconds";

export interface PlottedTrace {
  readonly trace: TraceSummary;
  /** 0 at the left edge, 1 at the right. */
  readonly x: number;
  /** 0 at the bottom, 1 at the top. */
  readonly y: number;
}

export interface LatencyPlot {
  readonly traces: readonly PlottedTrace[];
  readonly rules: readonly { readonly duration: number; readonly y: number }[];
  readonly from: number;
  readonly to: number;
}

/** The scale runs over whole decades, so that it stays still while traces arrive. */
export function plotLatency(traces: readonly TraceSummary[]): LatencyPlot {
  const times = traces.map((trace) => toMilliseconds(trace.startTime));
  const from = Math.min(...times);
  const to = Math.max(...times);
  const levels = traces.map((trace) => Math.log10(Math.max(trace.duration, 1_000)));
  const floor = Math.floor(Math.min(...levels));
  const ceiling = Math.max(Math.ceil(Math.max(...levels)), floor + 1);
  const height = (level: number): number => (level - floor) / (ceiling - floor);
  return {
    traces: traces.map((trace, index) => ({
      trace,
      x: to > from ? ((times[index] ?? from) - from) / (to - from) : 0.5,
      y: height(levels[index] ?? floor),
    })),
    rules: decades(floor, ceiling).map((level) => ({ duration: 10 ** level, y: height(level) })),
    from,
    to,
  };
}

/** The decades that get a rule: all of them while they are few, every second or third otherwise. */
function decades(floor: number, ceiling: number): readonly number[] {
  const step = Math.ceil((ceiling - floor) / 3);
  return Array.from({ length: Math.floor((ceiling - floor) / step) + 1 }, (_, index) => floor + index * step);
}
