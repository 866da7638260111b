// The list of traces with its filters: newest first, following what arrives.
import { useState } from "preact/hooks";
import { fetchTraces } from "../api/client";
import { useFeed } from "../api/feed";
import type { TraceSummary } from "../api/types";
import { useTitle } from "../parts/title";
import { useServices } from "../services";
import { usePlace } from "../routing/navigation";
import { useRememberedAddress } from "../routing/last-address";
import { queryString } from "../routing/route";
import { FirstData } from "../states/first-data";
import { OlderItems, WaitingItems } from "../states/feed-end";
import { LoadingRows } from "../states/loading";
import { NoMatch } from "../states/no-match";
import { ProblemNotice } from "../states/problem";
import { LatencyPlotView } from "./latency-plot-view";
import { TraceFilters } from "./trace-filter-bar";
import { anyTraceFilter, noTraceFilters, readTraceFilters } from "./trace-filters";
import { TraceTable } from "./trace-table";

const timed = { idOf: (trace: TraceSummary) => trace.traceId, timeOf: (trace: TraceSummary) => trace.startTime };

export function TraceList() {
  useTitle("Traces");
  useRememberedAddress();
  const filters = readTraceFilters(usePlace().query);
  const [pointedAt, setPointedAt] = useState<string | null>(null);
  // A row must not move away under the pointer.
  const hold = pointedAt !== null;
  const feed = useFeed(`traces${queryString({ ...filters })}`, (before, signal) => fetchTraces(filters, before, signal), timed, hold);
  const nothingYet = useServices().every((service) => service.spans === 0);
  const { items } = feed;

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Traces</h1>
        <TraceFilters filters={filters} />
      </header>
      {items === undefined && feed.problem === undefined ? <LoadingRows label="Loading traces" /> : null}
      {items === undefined && feed.problem ? <ProblemNotice problem={feed.problem} /> : null}
      {items?.length === 0 ? (
        anyTraceFilter(filters) && !nothingYet ? (
          <NoMatch what="traces" cleared={noTraceFilters} />
        ) : (
          <FirstData what="traces" />
        )
      ) : null}
      {items !== undefined && items.length > 0 ? (
        <>
          {items.length > 2 ? <LatencyPlotView traces={items} pointedAt={pointedAt} onPoint={setPointedAt} /> : null}
          <WaitingItems feed={feed} noun="trace" />
          <TraceTable traces={items} pointedAt={pointedAt} onPoint={setPointedAt} />
          <OlderItems feed={feed} noun="trace" />
        </>
      ) : null}
    </>
  );
}
