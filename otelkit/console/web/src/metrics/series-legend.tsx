// The series of a chart: colour, attributes, the last value; pressing one takes it out of the chart or puts it back.
import { formatOf } from "./chart-options";
import { compact } from "./format-value";
import { lastValue, type DrawnSeries, type View } from "./plots";
import { originName, seriesKey, weight, type Origin } from "./series-names";

interface SeriesLegendProps {
  readonly drawn: readonly DrawnSeries[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
  readonly view: View;
  readonly unit: string;
  readonly isHistogram: boolean;
  readonly origin: Origin;
}

export function SeriesLegend({ drawn, hidden, onToggle, view, unit, isHistogram, origin }: SeriesLegendProps) {
  const merged = view === "percentiles" || view === "heatmap";
  const format = formatOf({ view, unit });
  const lastTitle = isHistogram && view !== "rate" ? "Last p95" : view === "rate" ? "Last rate" : "Last";
  const totalTitle = isHistogram ? "Count" : "Total";
  return (
    <table class="legend" data-testid="legend">
      <thead>
        <tr>
          <th scope="col">Series</th>
          {origin.service || origin.instance ? <th scope="col">{origin.service ? "Service" : "Process"}</th> : null}
          <th scope="col" class="numeric">
            {lastTitle}
          </th>
          {view === "value" ? null : (
            <th scope="col" class="numeric">
              {totalTitle}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {drawn.map((entry) => {
          const key = seriesKey(entry.series);
          const last = lastValue(entry.series, view);
          return (
            <tr key={key} class={hidden.has(key) ? "off" : ""}>
              <th scope="row">
                <button type="button" aria-pressed={!hidden.has(key)} onClick={() => onToggle(key)} title="Show or hide this series">
                  <i class={`swatch ${entry.dashed ? "dashed" : ""}`} style={{ "--swatch": merged ? "var(--ink-3)" : `var(${entry.colour})` }} />
                  <SeriesAttributes entry={entry} />
                </button>
              </th>
              {origin.service || origin.instance ? <td>{originName(entry.series, origin)}</td> : null}
              <td class="numeric" data-label={lastTitle}>
                {last === null ? "–" : format(last)}
              </td>
              {view === "value" ? null : (
                <td class="numeric" data-label={totalTitle}>
                  {compact(weight(entry.series))}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function SeriesAttributes({ entry }: { entry: DrawnSeries }) {
  const attributes = Object.entries(entry.series.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (attributes.length === 0) return <span>{entry.series.service || "all"}</span>;
  return (
    <span class="pairs">
      {attributes.map(([name, value]) => (
        <span key={name} class="pair">
          <span class="namespace">{name}=</span>
          {typeof value === "string" ? value : JSON.stringify(value)}
        </span>
      ))}
    </span>
  );
}
