// The plot above the trace list: one dot a trace. A picture of the table below it, so hidden from screen readers.
import type { TraceSummary } from "../api/types";
import { navigate } from "../routing/navigation";
import { tracePath } from "../routing/route";
import { useServiceColour } from "../service-colours";
import { formatDuration, formatSeconds } from "../time/format";
import { plotLatency } from "./latency-plot";

interface LatencyPlotProps {
  readonly traces: readonly TraceSummary[];
  readonly pointedAt: string | null;
  readonly onPoint: (traceId: string | null) => void;
}

export function LatencyPlotView({ traces, pointedAt, onPoint }: LatencyPlotProps) {
  const colourOf = useServiceColour();
  const plot = plotLatency(traces);
  return (
    <figure class="latency-plot" aria-hidden="true" data-testid="latency-plot" onMouseLeave={() => onPoint(null)}>
      <div class="latency-area">
        {plot.rules.map((rule) => (
          <div key={rule.duration} class="latency-rule" style={{ bottom: `${rule.y * 100}%` }}>
            <span>{formatDuration(rule.duration)}</span>
          </div>
        ))}
        <div class="latency-dots">
          {plot.traces.map(({ trace, x, y }) => (
            <span
              key={trace.traceId}
              class={[
                "latency-dot",
                trace.errorCount > 0 ? "failed" : `colour-${colourOf(trace.rootService)}`,
                trace.traceId === pointedAt ? "pointed-at" : "",
              ].join(" ")}
              style={{ left: `${x * 100}%`, bottom: `${y * 100}%` }}
              title={`${trace.rootName}, ${formatDuration(trace.duration)}`}
              onMouseEnter={() => onPoint(trace.traceId)}
              onClick={() => navigate(tracePath(trace.traceId))}
            />
          ))}
        </div>
      </div>
      <figcaption>
        <span>{formatSeconds(new Date(plot.from))}</span>
        <span>{formatSeconds(new Date(plot.to))}</span>
      </figcaption>
    </figure>
  );
}
