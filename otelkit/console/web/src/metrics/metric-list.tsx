// The list of metrics with search, kind and service.
import { fetchMetrics } from "../api/client";
import { usePolled } from "../api/polling";
import type { MetricSummary } from "../api/types";
import { Choice } from "../parts/choice";
import { SearchField } from "../parts/search-field";
import { ServiceSelect } from "../parts/service-select";
import { ServiceTag } from "../parts/service-tag";
import { useTitle } from "../parts/title";
import { useRememberedAddress } from "../routing/last-address";
import { setQuery, usePlace } from "../routing/navigation";
import { metricPath } from "../routing/route";
import { FirstData } from "../states/first-data";
import { LoadingRows } from "../states/loading";
import { NoMatch } from "../states/no-match";
import { ProblemNotice } from "../states/problem";
import { formatCount } from "../time/format";
import { readUnit } from "./format-value";
import { MetricGlance } from "./metric-glance";
import { filterMetrics, kindName } from "./metric-kinds";
import { MetricName } from "./metric-name";

const cleared = { q: null, kind: null, service: null };

export function MetricList() {
  useTitle("Metrics");
  useRememberedAddress();
  const { query } = usePlace();
  const service = query.get("service") ?? "";
  const text = query.get("q") ?? "";
  const kind = query.get("kind") ?? "";
  const { data, problem } = usePolled(`metrics ${service}`, (signal) => fetchMetrics(service, signal), () => 4_000);
  const found = data ? filterMetrics(data, text, kind) : [];

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Metrics</h1>
        <form class="filters" role="search" aria-label="Filter metrics" onSubmit={(event) => event.preventDefault()}>
          <SearchField value={text} onChange={(q) => setQuery({ q })} label="Search metrics" placeholder="Name or description" testId="metric-search" />
          <ServiceSelect value={service} onChange={(name) => setQuery({ service: name })} />
          <Choice
            label="Kind"
            value={kind}
            options={[
              { value: "", text: "All" },
              { value: "counter", text: "Counters" },
              { value: "gauge", text: "Gauges" },
              { value: "histogram", text: "Histograms" },
            ]}
            onChange={(value) => setQuery({ kind: value })}
            testId="kind-filter"
          />
        </form>
      </header>
      {data === undefined && problem === undefined ? <LoadingRows label="Loading metrics" rows={10} /> : null}
      {data === undefined && problem ? <ProblemNotice problem={problem} /> : null}
      {data?.length === 0 ? service === "" ? <FirstData what="metrics" /> : <NoMatch what="metrics" cleared={cleared} /> : null}
      {data && data.length > 0 && found.length === 0 ? <NoMatch what="metrics" cleared={cleared} /> : null}
      {found.length > 0 ? <MetricTable metrics={found} service={service} /> : null}
    </>
  );
}

function MetricTable({ metrics, service }: { metrics: readonly MetricSummary[]; service: string }) {
  return (
    <table class="metrics" data-testid="metric-table">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Last 30 minutes</th>
          <th scope="col">Kind</th>
          <th scope="col">Unit</th>
          <th scope="col" class="numeric">
            Series
          </th>
          <th scope="col" class="numeric">
            Exemplars
          </th>
          <th scope="col">Services</th>
        </tr>
      </thead>
      <tbody>
        {[...metrics].sort((a, b) => (a.name < b.name ? -1 : 1)).map((metric) => (
          <tr key={`${metric.name} ${metric.kind} ${metric.unit}`} data-testid="metric-row">
            <th scope="row">
              <a class="row-link" href={metricPath(metric.name, { service })}>
                <MetricName name={metric.name} />
                {metric.description === "" ? null : <span class="metric-description">{metric.description}</span>}
              </a>
            </th>
            <td class="metric-glance">
              <MetricGlance metric={metric} service={service} />
            </td>
            <td class="metric-kind">{kindName(metric)}</td>
            <td class="metric-unit">{readUnit(metric.unit)}</td>
            <td class="numeric metric-series">
              {formatCount(metric.seriesCount)}
              <span class="unit"> series</span>
            </td>
            <td class="numeric metric-exemplars">
              {metric.exemplarCount === 0 ? null : (
                <>
                  {formatCount(metric.exemplarCount)}
                  <span class="unit"> exemplars</span>
                </>
              )}
            </td>
            <td class="trace-services">
              {metric.services.map((name) => (
                <ServiceTag key={name} name={name} />
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
