// What the chart says under the pointer: the time and each line's value, largest first; in a heatmap the bucket.
import { formatSeconds } from "../time/format";
import { formatOf, type ChartContent, type Pointer } from "./chart-options";
import { compact, formatValue } from "./format-value";
import { rowLabel } from "./heatmap";

const mostLines = 8;

export function ChartTooltip({ content, pointer }: { content: ChartContent; pointer: Pointer }) {
  const { plot } = content;
  const time = plot.grid.times[pointer.slot];
  if (time === undefined) return null;
  const side = pointer.left > pointer.width / 2 ? { right: `${pointer.width - pointer.left + 14}px` } : { left: `${pointer.left + 14}px` };
  return (
    <div class="tooltip" style={side} aria-hidden="true">
      <p class="tooltip-time">{formatSeconds(new Date(time * 1_000))}</p>
      {plot.kind === "heatmap" ? <Bucket content={content} pointer={pointer} /> : <Lines content={content} pointer={pointer} />}
    </div>
  );
}

function Lines({ content, pointer }: { content: ChartContent; pointer: Pointer }) {
  if (content.plot.kind !== "lines") return null;
  const format = formatOf(content);
  const { lines } = content.plot;
  const values = lines
    .map((line) => ({ line, value: line.values[pointer.slot] ?? null }))
    .filter((entry): entry is { line: (typeof lines)[number]; value: number } => entry.value !== null);
  if (content.view !== "percentiles") values.sort((a, b) => b.value - a.value);
  return (
    <ul>
      {values.slice(0, mostLines).map(({ line, value }) => (
        <li key={line.name}>
          <i style={{ background: `var(${line.colour})` }} />
          <span>{line.name}</span>
          <b>{format(value)}</b>
        </li>
      ))}
      {values.length > mostLines ? <li class="quiet">and {values.length - mostLines} more</li> : null}
    </ul>
  );
}

function Bucket({ content, pointer }: { content: ChartContent; pointer: Pointer }) {
  if (content.plot.kind !== "heatmap") return null;
  const { heatmap } = content.plot;
  const row = Math.floor(pointer.value);
  if (row < 0 || row >= heatmap.rows) return null;
  const count = heatmap.counts[pointer.slot]?.[row] ?? 0;
  return (
    <p>
      {rowLabel(row, heatmap, (value) => formatValue(value, content.unit))}: <b>{compact(Math.round(count * 10) / 10)}</b>
    </p>
  );
}
