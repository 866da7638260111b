// The chart: uPlot in the page's colours, exemplars as dots that lead to their traces, and the values under the pointer.
// What is drawn was computed in plots.ts; options are in chart-options.ts.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useThemeInForce } from "../theme/theme";
import { chartData, chartOptions, type ChartContent, type Pointer } from "./chart-options";
import { ChartTooltip } from "./chart-tooltip";
import { drawExemplars } from "./exemplar-dots";

interface ChartProps {
  readonly content: ChartContent;
  readonly label: string;
}

export function Chart({ content, label }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const drawn = useRef(content);
  drawn.current = content;
  const width = useWidth(frame);
  const theme = useThemeInForce();
  const [pointer, setPointer] = useState<Pointer | null>(null);
  const height = width < 560 ? 240 : 320;
  const ready = width > 0;

  // A new shape (other lines, other axes, another theme) needs a new chart; new points do not.
  const shape = [shapeOf(content), theme].join("|");
  useEffect(() => {
    if (!frame.current || !ready) return;
    const made = new uPlot(
      chartOptions({
        content: () => drawn.current,
        size: { width, height },
        onPointer: setPointer,
        onDraw: (plot) => drawExemplars(plot, drawn.current),
      }),
      chartData(drawn.current),
      frame.current,
    );
    chart.current = made;
    return () => {
      chart.current = null;
      made.destroy();
      setPointer(null);
    };
  }, [shape, ready]);

  useEffect(() => chart.current?.setData(chartData(content)), [content]);
  useEffect(() => chart.current?.setSize({ width, height }), [width, height]);

  return (
    <div class="chart" role="img" aria-label={label} data-testid="chart">
      <div ref={frame} class="chart-frame" style={{ minHeight: `${height}px` }} />
      {pointer ? <ChartTooltip content={content} pointer={pointer} /> : null}
    </div>
  );
}

function shapeOf({ plot, unit, view }: ChartContent): string {
  const parts = plot.kind === "lines" ? plot.lines.map((line) => `${line.name}${line.colour}${line.dashed}`) : ["heatmap"];
  return [view, unit, ...parts].join("|");
}

/** The width of an element in pixels, 0 before it is known. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
