// How uPlot is told to draw a plot: axes, colours, formats. The component around it is chart.tsx.
import type uPlot from "uplot";
import type { Exemplar } from "../api/types";
import { resolveColour, translucent } from "../theme/resolve-colour";
import { formatSeconds } from "../time/format";
import { paintHeatmap } from "./chart-heatmap";
import { formatRate, formatValue } from "./format-value";
import type { Line, Plot, View } from "./plots";

export interface ChartContent {
  readonly plot: Plot;
  readonly view: View;
  readonly unit: string;
  readonly exemplars: readonly Exemplar[];
}

/** What the pointer is over: a slot, and a height on the y scale. */
export interface Pointer {
  readonly slot: number;
  readonly value: number;
  /** Pixels from the left edge of the chart. */
  readonly left: number;
  readonly width: number;
}

interface ChartSetup {
  readonly content: () => ChartContent;
  readonly size: { readonly width: number; readonly height: number };
  readonly onPointer: (pointer: Pointer | null) => void;
  readonly onDraw: (plot: uPlot) => void;
}

/** Formats a value of the y axis as the view means it. */
export function formatOf(content: Pick<ChartContent, "view" | "unit">): (value: number) => string {
  return content.view === "rate" ? (value) => formatRate(value, content.unit) : (value) => formatValue(value, content.unit);
}

export function chartData({ plot }: ChartContent): uPlot.AlignedData {
  const times = [...plot.grid.times];
  if (plot.kind === "heatmap") return [times, times.map(() => null)];
  return [times, ...plot.lines.map((line) => line.values)];
}

export function chartOptions({ content, size, onPointer, onDraw }: ChartSetup): uPlot.Options {
  const { plot } = content();
  const ink = resolveColour("--ink-3");
  const rule = resolveColour("--line");
  const axis: uPlot.Axis = {
    stroke: ink,
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    ticks: { show: false },
    grid: { stroke: rule, width: 1 },
  };
  return {
    ...size,
    padding: [12, 28, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 }, y: false },
    scales: {
      x: { time: true, range: (_, from, to) => timeRange(content(), from, to) },
      y: { range: (_, least, greatest) => valueRange(content(), least, greatest) },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 30, gap: 8, values: (_, splits) => splits.map((seconds) => formatSeconds(new Date(seconds * 1_000))), space: 84 },
      plot.kind === "heatmap" ? heatmapAxis(axis, content) : valueAxis(axis, content),
    ],
    series: [{}, ...(plot.kind === "lines" ? plot.lines.map((line) => lineOptions(line, plot.lines.length === 1)) : [{ show: false }])],
    hooks: {
      drawAxes: [(chart) => paintHeatmap(chart, content().plot)],
      draw: [onDraw],
      setCursor: [
        (chart) => {
          const { left = -1, top = -1, idx } = chart.cursor;
          if (left < 0 || idx === null || idx === undefined) return onPointer(null);
          onPointer({ slot: idx, value: chart.posToVal(top, "y"), left: left + chart.over.offsetLeft, width: chart.width });
        },
      ],
    },
  };
}

/** A line that is alone has the area under it shaded. */
function lineOptions(line: Line, alone: boolean): uPlot.Series {
  const colour = resolveColour(line.colour);
  return {
    stroke: colour,
    width: 1.75,
    spanGaps: true,
    ...(alone ? { fill: translucent(colour, 0.1) } : {}),
    ...(line.dashed ? { dash: [5, 4] } : {}),
    // A lone point makes no line: it is drawn as a dot.
    points: { show: (_, series) => line.values.length <= 2 && series > 0, size: 6, fill: translucent(colour, 1) },
  };
}

function valueAxis(axis: uPlot.Axis, content: () => ChartContent): uPlot.Axis {
  return {
    ...axis,
    values: (_, splits) => splits.map((value) => formatOf(content())(value)),
    size: (_, values) => Math.max(44, 14 + 6.4 * Math.max(0, ...(values ?? []).map((value) => value.length))),
  };
}

/** One label a bucket bound, thinned out when the rows are low. */
function heatmapAxis(axis: uPlot.Axis, content: () => ChartContent): uPlot.Axis {
  return {
    ...valueAxis(axis, content),
    grid: { show: false },
    splits: () => {
      const { plot } = content();
      if (plot.kind !== "heatmap") return [];
      const every = Math.ceil(plot.heatmap.rows / 10);
      return plot.heatmap.bounds.map((_, row) => row + 1).filter((split) => split % every === 0);
    },
    values: (_, splits) => {
      const { plot, unit } = content();
      return splits.map((split) => (plot.kind === "heatmap" ? formatValue(plot.heatmap.bounds[split - 1] ?? 0, unit) : ""));
    },
  };
}

/** From the first slot's beginning to the last slot, and as far as the exemplars reach. */
function timeRange({ plot }: ChartContent, from: number, to: number): [number, number] {
  const first = plot.kind === "heatmap" ? plot.grid.start : Math.min(from, to - plot.grid.step);
  return [first, Math.max(to, first + 1e-3)];
}

function valueRange({ plot, view, exemplars }: ChartContent, least: number | null, greatest: number | null): [number, number] {
  if (plot.kind === "heatmap") return [0, plot.heatmap.rows];
  const withExemplars = view === "percentiles" || view === "p95" || view === "value";
  const values = withExemplars ? exemplars.map((exemplar) => exemplar.value) : [];
  const low = Math.min(0, least ?? 0);
  const high = values.reduce((most, value) => Math.max(most, value), greatest ?? 0);
  return [low, high > low ? high + (high - low) * 0.08 : low + 1];
}
