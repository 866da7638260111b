// The rows of the trace list. On a narrow screen each row becomes a card; see styles/traces.css.
import type { TraceSummary } from "../api/types";
import { ErrorIcon } from "../parts/icons";
import { ServiceTag } from "../parts/service-tag";
import { Age } from "../parts/time-stamp";
import { tracePath } from "../routing/route";
import { useServiceColour } from "../service-colours";
import { formatDuration, plural } from "../time/format";

interface TraceTableProps {
  readonly traces: readonly TraceSummary[];
  readonly pointedAt: string | null;
  readonly onPoint: (traceId: string | null) => void;
}

export function TraceTable({ traces, pointedAt, onPoint }: TraceTableProps) {
  const longest = Math.max(...traces.map((trace) => trace.duration), 1);
  return (
    <table class="traces" data-testid="trace-table">
      <thead>
        <tr>
          <th scope="col">Trace</th>
          <th scope="col">Services</th>
          <th scope="col" class="numeric">
            Spans
          </th>
          <th scope="col">Duration</th>
          <th scope="col" class="numeric">
            Started
          </th>
        </tr>
      </thead>
      <tbody onMouseLeave={() => onPoint(null)}>
        {traces.map((trace) => (
          <TraceRow
            key={trace.traceId}
            trace={trace}
            longest={longest}
            pointedAt={trace.traceId === pointedAt}
            onPoint={() => onPoint(trace.traceId)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface TraceRowProps {
  readonly trace: TraceSummary;
  readonly longest: number;
  readonly pointedAt: boolean;
  readonly onPoint: () => void;
}

function TraceRow({ trace, longest, pointedAt, onPoint }: TraceRowProps) {
  const colourOf = useServiceColour();
  const others = trace.services.filter((service) => service !== trace.rootService);
  return (
    <tr class={pointedAt ? "pointed-at" : ""} data-testid="trace-row" data-trace-id={trace.traceId} onMouseEnter={onPoint}>
      <th scope="row">
        <a href={tracePath(trace.traceId)} class="row-link">
          <span class="trace-name">{trace.rootName || "(root not received)"}</span>
          {trace.complete ? null : (
            <span class="chip" title="Some parents have not been received">
              incomplete
            </span>
          )}
          {trace.errorCount > 0 ? (
            <span class="chip error" title={`${plural(trace.errorCount, "failed span")}`} data-testid="error-mark">
              <ErrorIcon size={13} />
              {trace.errorCount}
              <span class="chip-noun">{trace.errorCount === 1 ? "error" : "errors"}</span>
            </span>
          ) : null}
        </a>
      </th>
      <td class="trace-services">
        {[trace.rootService, ...others].filter(Boolean).map((service) => (
          <ServiceTag key={service} name={service} />
        ))}
      </td>
      <td class="numeric trace-spans">
        {trace.spanCount}
        <span class="unit"> {trace.spanCount === 1 ? "span" : "spans"}</span>
      </td>
      <td class="trace-duration">
        <span class="duration-value">{formatDuration(trace.duration)}</span>
        <span class={`duration-bar colour-${colourOf(trace.rootService)}`} aria-hidden="true">
          <span style={{ width: `${Math.max((trace.duration / longest) * 100, 0.6)}%` }} />
        </span>
      </td>
      <td class="numeric trace-age">
        <Age time={trace.startTime} />
      </td>
    </tr>
  );
}
