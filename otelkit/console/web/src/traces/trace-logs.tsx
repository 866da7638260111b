// The log lines of a trace in order of time. Each leads to its span in the waterfall, and shows when that span is chosen.
import type { LogRecord, Span } from "../api/types";
import { inlineAttributes } from "../parts/attribute-table";
import { Traceback } from "../parts/exception-text";
import { ServiceDot } from "../parts/service-tag";
import { readLog } from "../logs/log-text";
import { shownAttributes } from "../logs/shown-attributes";
import { levelOf } from "../logs/severity";
import { logsPath, tracePath } from "../routing/route";
import { formatDateTime, formatOffset, plural } from "../time/format";
import { nanosecondsBetween } from "../time/nanoseconds";

interface TraceLogsProps {
  readonly traceId: string;
  readonly startTime: string;
  readonly logs: readonly LogRecord[];
  readonly spans: ReadonlyMap<string, Span>;
  readonly selected: string | null;
}

export function TraceLogs({ traceId, startTime, logs, spans, selected }: TraceLogsProps) {
  return (
    <section class="trace-logs" aria-labelledby="trace-logs-title" data-testid="trace-logs">
      <header>
        <h2 id="trace-logs-title">Logs</h2>
        <p>
          {plural(logs.length, "line")} with this trace id
          {logs.length > 0 ? (
            <>
              {" · "}
              <a href={logsPath({ trace: traceId })}>Open in Logs</a>
            </>
          ) : null}
        </p>
      </header>
      {logs.length === 0 ? (
        <p class="nothing">No log line carries this trace id. Lines logged inside a span do, once otelkit.init() has run.</p>
      ) : (
        <ol>
          {logs.map((log) => (
            <TraceLog key={log.id} log={log} traceId={traceId} startTime={startTime} spans={spans} selected={selected} />
          ))}
        </ol>
      )}
    </section>
  );
}

interface TraceLogProps {
  readonly log: LogRecord;
  readonly traceId: string;
  readonly startTime: string;
  readonly spans: ReadonlyMap<string, Span>;
  readonly selected: string | null;
}

function TraceLog({ log, traceId, startTime, spans, selected }: TraceLogProps) {
  const { message, traceback } = readLog(log);
  const level = levelOf(log.severityNumber);
  const span = log.spanId === null ? undefined : spans.get(log.spanId);
  const highlighted = selected !== null && log.spanId === selected;
  const rest = inlineAttributes(shownAttributes(log));
  return (
    <li
      class={`trace-log level-${level} ${highlighted ? "highlighted" : ""}`}
      data-testid="trace-log"
      data-span-id={log.spanId ?? ""}
      aria-current={highlighted ? "true" : undefined}
    >
      <span class="log-offset" title={formatDateTime(log.time)}>
        {formatOffset(nanosecondsBetween(startTime, log.time))}
      </span>
      <span class="log-level">{log.severityText || level}</span>
      <span class="log-said">
        <span class="log-message">{message}</span>
        {rest === "" ? null : <span class="log-rest">{rest}</span>}
      </span>
      {span ? (
        <a class="log-span" href={tracePath(traceId, span.spanId)} data-history="replace" data-testid="log-span-link">
          <ServiceDot name={log.service} />
          {span.name}
        </a>
      ) : (
        <span class="log-span">
          <ServiceDot name={log.service} />
          {log.service}
        </span>
      )}
      {traceback === null ? null : <Traceback traceback={traceback} />}
    </li>
  );
}
