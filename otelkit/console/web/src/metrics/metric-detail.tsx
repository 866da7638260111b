// One metric: its chart in the view the reader chooses, the legend of its series, and its exemplars.
import { useMemo, useState } from "preact/hooks";
import { fetchMetric } from "../api/client";
import { usePolled } from "../api/polling";
import type { Metric, Series } from "../api/types";
import { Choice } from "../parts/choice";
import { BackIcon } from "../parts/icons";
import { ServiceSelect } from "../parts/service-select";
import { useTitle } from "../parts/title";
import { lastAddress } from "../routing/last-address";
import { setQuery, usePlace } from "../routing/navigation";
import { metricsPath } from "../routing/route";
import { paletteSize } from "../service-colours";
import { LoadingRows } from "../states/loading";
import { ProblemNotice } from "../states/problem";
import { formatCount } from "../time/format";
import { compareTimes } from "../time/nanoseconds";
import { Chart } from "./chart";
import type { ChartContent } from "./chart-options";
import { ExemplarTable } from "./exemplar-table";
import { readUnit } from "./format-value";
import { kindName } from "./metric-kinds";
import { MetricName } from "./metric-name";
import { makePlot, viewsOf, type DrawnSeries, type View } from "./plots";
import { SeriesLegend } from "./series-legend";
import { filterSeries, mostSeries, neededOrigin, rankSeries, seriesKey, seriesName, type Origin } from "./series-names";
import { rangeStart, ranges, readRange } from "./time-range";

const viewNames: Readonly<Record<View, string>> = {
  rate: "Rate",
  total: "Total",
  value: "Value",
  percentiles: "Percentiles",
  p95: "p95 by series",
  heatmap: "Heatmap",
};

export function MetricDetail({ name }: { name: string }) {
  useTitle(name, "Metrics");
  const { query } = usePlace();
  const service = query.get("service") ?? "";
  const range = readRange(query.get("range"));
  const { data, problem } = usePolled(
    `metric ${name} ${service} ${range}`,
    (signal) => fetchMetric(name, service, rangeStart(range, Date.now()), signal),
    () => 3_000,
  );
  return (
    <>
      <header class="metric-head">
        <a class="back" href={lastAddress(metricsPath())}>
          <BackIcon size={14} />
          Metrics
        </a>
        <h1 tabIndex={-1}>
          <MetricName name={name} />
        </h1>
        {data ? (
          <p class="metric-about">
            {data.description === "" ? null : <span>{data.description}</span>}
            <span class="quiet">
              {kindName(data)}
              {readUnit(data.unit) === "" ? "" : ` · ${readUnit(data.unit)}`}
            </span>
          </p>
        ) : null}
      </header>
      <div class="filters">
        <Choice label="Time range" value={range} options={ranges} onChange={(value) => setQuery({ range: value })} testId="range" />
        <ServiceSelect value={service} onChange={(value) => setQuery({ service: value })} />
      </div>
      {data ? <MetricView metric={data} /> : null}
      {!data && problem === undefined ? <LoadingRows label="Loading the metric" rows={6} /> : null}
      {!data && problem?.kind === "missing" ? (
        <div class="notice" data-testid="unknown-metric">
          <h2>No metric of this name has arrived</h2>
          <p>It appears here with its first export.</p>
        </div>
      ) : null}
      {!data && problem && problem.kind !== "missing" ? <ProblemNotice problem={problem} /> : null}
    </>
  );
}

function MetricView({ metric }: { metric: Metric }) {
  const { query } = usePlace();
  const views = viewsOf(metric);
  const asked = query.get("view");
  const view = views.find((candidate) => candidate === asked) ?? views[0] ?? "value";
  const text = query.get("series") ?? "";
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const origin = neededOrigin(metric.series);
  const left = metric.hiddenSeries ?? 0;
  const found = filterSeries(metric.series, text);
  const drawn = useMemo(() => drawnSeries(found, origin), [metric, text]);
  const content = useMemo(() => {
    const plot = makePlot(
      drawn.filter(({ series }) => !hidden.has(seriesKey(series))),
      view,
    );
    const exemplars = [...metric.exemplars].sort((a, b) => compareTimes(b.time, a.time));
    return plot && { plot, view, unit: metric.unit, exemplars };
  }, [drawn, hidden, view, metric]);

  function toggle(key: string): void {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  }

  return (
    <>
      <section class="card" aria-label="Chart">
        <header class="card-head">
          {views.length > 1 ? (
            <Choice
              label="View"
              value={view}
              options={views.map((value) => ({ value, text: viewNames[value] }))}
              onChange={(value) => setQuery({ view: value === views[0] ? null : value })}
              testId="view"
            />
          ) : null}
          {content && view === "percentiles" ? <PercentileKey content={content} /> : null}
          {metric.series.length > mostSeries ? (
            <label class="number-field">
              <span>Series</span>
              <input
                type="search"
                placeholder="filter by attribute"
                value={text}
                aria-label="Filter series"
                onInput={(event) => setQuery({ series: event.currentTarget.value })}
              />
            </label>
          ) : null}
        </header>
        {content ? <Chart content={content} label={`${viewNames[view]} of ${metric.name} over time`} /> : <TooFewPoints metric={metric} />}
        {found.length + left > drawn.length ? (
          <p class="hint" data-testid="series-cap">
            The {drawn.length} largest of {formatCount(found.length + left)} series are drawn. Filter them by attribute or service to see others.
          </p>
        ) : null}
        <div class="scroll">
          <SeriesLegend
            drawn={drawn}
            hidden={hidden}
            onToggle={toggle}
            view={view}
            unit={metric.unit}
            isHistogram={metric.kind.endsWith("histogram")}
            origin={origin}
          />
        </div>
      </section>
      <ExemplarTable exemplars={metric.exemplars} unit={metric.unit} first={metric.kind.endsWith("histogram") ? "largest" : "newest"} />
    </>
  );
}

/** Which line is which percentile; the legend below lists what they were computed from. */
function PercentileKey({ content }: { content: ChartContent }) {
  if (content.plot.kind !== "lines") return null;
  return (
    <ul class="key" data-testid="percentile-key">
      {content.plot.lines.map((line) => (
        <li key={line.name}>
          <i class="swatch" style={{ "--swatch": `var(${line.colour})` }} />
          {line.name}
        </li>
      ))}
      {content.exemplars.length > 0 ? (
        <li>
          <i class="exemplar-mark" />
          exemplar
        </li>
      ) : null}
    </ul>
  );
}

function drawnSeries(found: readonly Series[], origin: Origin): readonly DrawnSeries[] {
  return rankSeries(found)
    .slice(0, mostSeries)
    .map((series, index) => ({
      series,
      name: seriesName(series, origin),
      colour: `--colour-${index % paletteSize}`,
      dashed: index >= paletteSize,
    }));
}

function TooFewPoints({ metric }: { metric: Metric }) {
  const points = Math.max(0, ...metric.series.map((series) => series.points.length));
  return (
    <div class="chart-empty" data-testid="too-few-points">
      {points === 0 ? (
        <p>
          No points in this time.{" "}
          <button type="button" class="text-button" onClick={() => setQuery({ range: "all" })}>
            Show everything
          </button>
        </p>
      ) : (
        <p>This view is drawn between two points, and one has arrived so far. The next comes with the next export.</p>
      )}
    </div>
  );
}
