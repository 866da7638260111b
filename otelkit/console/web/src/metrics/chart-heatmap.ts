// Paints a heatmap under uPlot's axes: the more observations in a bucket, the stronger the colour.
import type uPlot from "uplot";
import { resolveColour, translucent } from "../theme/resolve-colour";
import type { Plot } from "./plots";

export function paintHeatmap(chart: uPlot, plot: Plot): void {
  if (plot.kind !== "heatmap" || plot.heatmap.largest <= 0) return;
  const { heatmap, grid } = plot;
  const colour = resolveColour("--colour-0");
  const { ctx } = chart;
  ctx.save();
  heatmap.counts.forEach((column, slot) => {
    const from = grid.start + slot * grid.step;
    const left = Math.round(chart.valToPos(from, "x", true));
    const right = Math.round(chart.valToPos(grid.times[slot] ?? from, "x", true));
    column.forEach((count, row) => {
      if (count <= 1e-9) return;
      const bottom = Math.round(chart.valToPos(row, "y", true));
      const top = Math.round(chart.valToPos(row + 1, "y", true));
      // The square root keeps rare buckets visible beside common ones.
      ctx.fillStyle = translucent(colour, 0.1 + 0.9 * Math.sqrt(count / heatmap.largest));
      ctx.fillRect(left, top, Math.max(right - left - 1, 1), Math.max(bottom - top - 1, 1));
    });
  });
  ctx.restore();
}
