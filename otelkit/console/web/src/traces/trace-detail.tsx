// One trace: its waterfall, the panel of the chosen span, and its log lines. The chosen span is kept in the address.
import { fetchTrace } from "../api/client";
import { usePolled } from "../api/polling";
import type { LogRecord, Trace } from "../api/types";
import { CopyButton } from "../parts/copy-button";
import { BackIcon, ErrorIcon } from "../parts/icons";
import { ServiceTag } from "../parts/service-tag";
import { Age } from "../parts/time-stamp";
import { useTitle } from "../parts/title";
import { lastAddress } from "../routing/last-address";
import { setQuery, usePlace } from "../routing/navigation";
import { tracesPath } from "../routing/route";
import { LoadingRows } from "../states/loading";
import { ProblemNotice } from "../states/problem";
import { formatDateTime, formatDuration, plural } from "../time/format";
import { compareTimes, toMilliseconds } from "../time/nanoseconds";
import { SpanPanel } from "./span-panel";
import { TraceLogs } from "./trace-logs";
import { Waterfall } from "./waterfall";
import { buildTree, layOutWaterfall } from "./waterfall-layout";

/** A trace younger than this may still grow, in milliseconds. */
const settled = 120_000;

export function TraceDetail({ traceId }: { traceId: string }) {
  const { data, problem } = usePolled(`trace ${traceId}`, (signal) => fetchTrace(traceId, signal), (trace) =>
    isYoung(trace) ? 2_000 : null,
  );
  if (data) return <TraceView trace={data} />;
  return (
    <>
      <BackToTraces />
      {problem === undefined ? <LoadingRows label="Loading the trace" rows={10} /> : null}
      {problem?.kind === "missing" ? <UnknownTrace traceId={traceId} /> : null}
      {problem && problem.kind !== "missing" ? <ProblemNotice problem={problem} /> : null}
    </>
  );
}

function TraceView({ trace }: { trace: Trace }) {
  const { roots, orphans } = buildTree(trace.spans);
  const root = roots[0];
  const name = root?.name ?? trace.traceId;
  useTitle(name, "Traces");
  const asked = usePlace().query.get("span");
  const spans = new Map(trace.spans.map((span) => [span.spanId, span]));
  const chosen = asked === null ? undefined : spans.get(asked);
  const logs = [...trace.logs].sort((a, b) => compareTimes(a.time, b.time));
  const logsBySpan = groupBySpan(logs);
  const row = chosen && layOutWaterfall(trace.spans, new Set()).rows.find((candidate) => candidate.span === chosen);
  const choose = (span: string | null): void => setQuery({ span });

  return (
    <>
      <TraceHead trace={trace} name={name} rootService={root?.service ?? ""} failed={trace.spans.filter((span) => span.status === "error").length} />
      {orphans.size > 0 ? (
        <p class="hint" data-testid="incomplete">
          The parent of {plural(orphans.size, "span")} was not received, or not yet.
        </p>
      ) : null}
      <div class={`trace-layout ${row ? "with-panel" : ""}`}>
        <div class="trace-main">
          {trace.spans.length > 0 ? (
            <Waterfall spans={trace.spans} logsBySpan={logsBySpan} selected={chosen?.spanId ?? null} onSelect={choose} />
          ) : (
            <p class="hint">These log lines name the trace, but none of its spans has been received.</p>
          )}
          <TraceLogs traceId={trace.traceId} startTime={trace.startTime} logs={logs} spans={spans} selected={chosen?.spanId ?? null} />
        </div>
        {row ? (
          <SpanPanel
            key={row.span.spanId}
            span={row.span}
            offset={row.offset}
            selfTime={row.selfTime}
            logs={logsBySpan.get(row.span.spanId) ?? []}
            onClose={() => choose(null)}
            onShowLogs={() => showLogs(row.span.spanId)}
          />
        ) : null}
      </div>
    </>
  );
}

function TraceHead({ trace, name, rootService, failed }: { trace: Trace; name: string; rootService: string; failed: number }) {
  const services = [...new Set([rootService, ...trace.spans.map((span) => span.service)])].filter((service) => service !== "");
  return (
    <header class="trace-head">
      <BackToTraces />
      <div class="trace-title">
        <h1 tabIndex={-1}>{name}</h1>
        {failed > 0 ? (
          <span class="chip error">
            <ErrorIcon size={13} />
            {plural(failed, "error")}
          </span>
        ) : null}
      </div>
      <dl class="trace-facts">
        <div>
          <dt>Duration</dt>
          <dd>{formatDuration(trace.duration)}</dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            {formatDateTime(trace.startTime)}
            {isYoung(trace) ? (
              <span class="quiet">
                {" · "}
                <Age time={trace.startTime} />
              </span>
            ) : null}
          </dd>
        </div>
        <div>
          <dt>Services</dt>
          <dd class="trace-services">
            {services.map((service) => (
              <ServiceTag key={service} name={service} />
            ))}
          </dd>
        </div>
        <div>
          <dt>Trace id</dt>
          <dd class="trace-id">
            <code class="id" data-testid="trace-id">
              {trace.traceId}
            </code>
            <CopyButton text={trace.traceId} label="Copy trace id" />
          </dd>
        </div>
      </dl>
    </header>
  );
}

function BackToTraces() {
  return (
    <a class="back" href={lastAddress(tracesPath())}>
      <BackIcon size={14} />
      Traces
    </a>
  );
}

function UnknownTrace({ traceId }: { traceId: string }) {
  useTitle("Unknown trace", "Traces");
  return (
    <div class="notice" data-testid="unknown-trace">
      <h2>No span of this trace is stored</h2>
      <p>
        <code class="id">{traceId}</code>
      </p>
      <p>It may still be on its way (this page keeps asking), it may have been sampled away, or the console may have removed it to stay within its size.</p>
    </div>
  );
}

function isYoung(trace: Trace): boolean {
  return Date.now() - toMilliseconds(trace.startTime) < settled;
}

function groupBySpan(logs: readonly LogRecord[]): ReadonlyMap<string, readonly LogRecord[]> {
  const groups = new Map<string, LogRecord[]>();
  for (const log of logs) {
    if (log.spanId === null) continue;
    const group = groups.get(log.spanId);
    if (group) group.push(log);
    else groups.set(log.spanId, [log]);
  }
  return groups;
}

/** Brings the first log line of a span into view. */
function showLogs(spanId: string): void {
  document.querySelector(`[data-testid="trace-log"][data-span-id="${CSS.escape(spanId)}"]`)?.scrollIntoView({ block: "center" });
}
