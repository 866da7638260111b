// Exemplars over the chart: links, so that they can be opened in a new tab, pointed at and tested like any other.
// They are plain elements placed after each drawing; uPlot owns the layer they stand in.
import type uPlot from "uplot";
import type { Exemplar } from "../api/types";
import { tracePath } from "../routing/route";
import { formatClock } from "../time/format";
import { toSeconds } from "../time/nanoseconds";
import type { ChartContent } from "./chart-options";
import { formatValue } from "./format-value";
import { rowPosition } from "./heatmap";

/** One dot a cell of this many pixels: more would hide each other. The largest value of a cell stays. */
const cell = 13;

export function drawExemplars(chart: uPlot, content: ChartContent): void {
  let layer = chart.over.querySelector<HTMLElement>(".exemplar-layer");
  if (!layer) {
    layer = document.createElement("div");
    layer.className = "exemplar-layer";
    chart.over.append(layer);
  }
  const { min = null, max = null } = chart.scales["x"] ?? {};
  if (min === null || max === null) return layer.replaceChildren();
  const cells = new Map<string, PlacedExemplar>();
  for (const exemplar of content.exemplars) {
    const time = toSeconds(exemplar.time);
    if (time < min || time > max || exemplar.stored === false) continue;
    const placed = { exemplar, left: chart.valToPos(time, "x"), top: height(chart, exemplar, content) };
    const key = `${Math.floor(placed.left / cell)} ${Math.floor(placed.top / cell)}`;
    const present = cells.get(key);
    if (!present || present.exemplar.value < exemplar.value) cells.set(key, placed);
  }
  layer.replaceChildren(...[...cells.values()].map((placed) => dot(placed, content)));
}

interface PlacedExemplar {
  readonly exemplar: Exemplar;
  /** Pixels from the upper left corner of the plot. */
  readonly left: number;
  readonly top: number;
}

function dot({ exemplar, left, top }: PlacedExemplar, content: ChartContent): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = tracePath(exemplar.traceId, exemplar.spanId);
  link.className = "exemplar-dot";
  link.dataset["testid"] = "exemplar-dot";
  // The table below holds the same links in the order of the keyboard.
  link.tabIndex = -1;
  link.title = `${formatValue(exemplar.value, content.unit)} at ${formatClock(exemplar.time)}: open its trace`;
  link.style.left = `${left}px`;
  link.style.top = `${top}px`;
  return link;
}

/** An exemplar stands at its value where the axis shows values; at the bottom where it shows rates or totals. */
function height(chart: uPlot, exemplar: Exemplar, { plot, view }: ChartContent): number {
  if (plot.kind === "heatmap") return chart.valToPos(rowPosition(exemplar.value, plot.heatmap), "y");
  if (view === "rate" || view === "total") return chart.over.clientHeight - 6;
  return chart.valToPos(exemplar.value, "y");
}
