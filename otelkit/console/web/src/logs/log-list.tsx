// The list of log records with its filters: newest first, following what arrives.
import { useEffect, useState } from "preact/hooks";
import { fetchLogs } from "../api/client";
import { useFeed } from "../api/feed";
import type { LogRecord } from "../api/types";
import { useTitle } from "../parts/title";
import { usePlace } from "../routing/navigation";
import { queryString } from "../routing/route";
import { useServices } from "../services";
import { OlderItems, WaitingItems } from "../states/feed-end";
import { FirstData } from "../states/first-data";
import { LoadingRows } from "../states/loading";
import { NoMatch } from "../states/no-match";
import { ProblemNotice } from "../states/problem";
import { LogFilters } from "./log-filter-bar";
import { anyLogFilter, noLogFilters, readLogFilters } from "./log-filters";
import { LogRow } from "./log-row";

const timed = { idOf: (log: LogRecord) => String(log.id), timeOf: (log: LogRecord) => log.time };

export function LogList() {
  useTitle("Logs");
  const filters = readLogFilters(usePlace().query);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  // An opened record must not move away while it is read.
  const hold = opened.size > 0;
  const key = `logs${queryString({ ...filters })}`;
  useEffect(() => setOpened(new Set()), [key]);
  const feed = useFeed(key, (before, signal) => fetchLogs(filters, before, signal), timed, hold);
  const nothingYet = useServices().every((service) => service.logs === 0);
  const { items } = feed;

  function toggle(id: string): void {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  }

  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>Logs</h1>
        <LogFilters filters={filters} />
      </header>
      {items === undefined && feed.problem === undefined ? <LoadingRows label="Loading logs" rows={14} /> : null}
      {items === undefined && feed.problem ? <ProblemNotice problem={feed.problem} /> : null}
      {items?.length === 0 ? (
        anyLogFilter(filters) && !nothingYet ? (
          <NoMatch what="log lines" cleared={noLogFilters} />
        ) : (
          <FirstData what="logs" />
        )
      ) : null}
      {items !== undefined && items.length > 0 ? (
        <>
          <WaitingItems feed={feed} noun="line" />
          <ol class="logs" data-testid="log-list">
            {items.map((log) => (
              <LogRow key={log.id} log={log} open={opened.has(String(log.id))} onToggle={() => toggle(String(log.id))} />
            ))}
          </ol>
          <OlderItems feed={feed} noun="line" />
        </>
      ) : null}
    </>
  );
}
