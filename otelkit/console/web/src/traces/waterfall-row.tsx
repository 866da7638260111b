// One span in the waterfall: its name in the tree, its bar on the time axis, and marks for its events and log lines.
import type { LogRecord } from "../api/types";
import { levelOf } from "../logs/severity";
import { ChevronIcon, ErrorIcon } from "../parts/icons";
import { useServiceColour } from "../service-colours";
import { formatDuration, formatOffset, plural } from "../time/format";
import { nanosecondsBetween } from "../time/nanoseconds";
import type { WaterfallRow } from "./waterfall-layout";

interface WaterfallRowProps {
  readonly row: WaterfallRow;
  readonly total: number;
  readonly logs: readonly LogRecord[];
  readonly selected: boolean;
  readonly inTabOrder: boolean;
  readonly onSelect: () => void;
  readonly onToggle: () => void;
}

export function WaterfallRowView({ row, total, logs, selected, inTabOrder, onSelect, onToggle }: WaterfallRowProps) {
  const colourOf = useServiceColour();
  const { span } = row;
  const failed = span.status === "error";
  return (
    <div
      role="treeitem"
      class={`row ${selected ? "selected" : ""} ${failed ? "failed" : ""} colour-${colourOf(span.service)}`}
      aria-level={row.depth + 1}
      aria-expanded={row.descendants > 0 ? !row.collapsed : undefined}
      aria-selected={selected}
      aria-label={describe(row)}
      tabIndex={inTabOrder ? 0 : -1}
      data-testid="span-row"
      data-span-id={span.spanId}
      onClick={onSelect}
    >
      <div class="row-name" style={{ "--depth": Math.min(row.depth, 16) }}>
        {row.descendants > 0 ? (
          <button
            type="button"
            class="toggle"
            tabIndex={-1}
            aria-hidden="true"
            title={row.collapsed ? "Expand" : "Collapse"}
            data-testid="span-toggle"
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            <ChevronIcon size={12} />
          </button>
        ) : (
          <span class="toggle" />
        )}
        <span class="row-service" title={span.service} />
        <span class="row-title" title={`${span.name} · ${span.service}`}>
          {span.name}
        </span>
        {row.collapsed ? <span class="chip">+{row.descendants}</span> : null}
        {failed || row.hidesError ? (
          <span class="row-error" title={failed ? span.statusMessage || "Failed" : "A hidden span failed"}>
            <ErrorIcon size={14} />
          </span>
        ) : null}
        {row.orphan ? (
          <span class="chip" title={`Its parent ${span.parentSpanId ?? ""} was not received`}>
            parent missing
          </span>
        ) : null}
      </div>
      <div class="row-time">
        <Bar row={row} total={total} />
        {span.events.map((event, index) => (
          <i
            key={`event-${index}`}
            class={`row-event ${event.name === "exception" ? "failed" : ""}`}
            style={{ left: at(row.offset + nanosecondsBetween(span.startTime, event.time), total) }}
            title={event.name}
          />
        ))}
        {logs.map((log) => (
          <i
            key={log.id}
            class={`row-log level-${levelOf(log.severityNumber)}`}
            style={{ left: at(row.offset + nanosecondsBetween(span.startTime, log.time), total) }}
          />
        ))}
      </div>
    </div>
  );
}

/** The figure stands behind the bar; the time axis ends early enough for it. */
function Bar({ row, total }: { row: WaterfallRow; total: number }) {
  const start = total > 0 ? row.offset / total : 0;
  const width = total > 0 ? row.span.duration / total : 1;
  return (
    <>
      <span class="bar" style={{ left: `${start * 100}%`, width: `max(${width * 100}%, 3px)` }} />
      <span class="bar-figure" style={{ left: `${(start + width) * 100}%` }}>
        {formatDuration(row.span.duration)}
      </span>
    </>
  );
}

function at(offset: number, total: number): string {
  return `${Math.min(Math.max(total > 0 ? offset / total : 0, 0), 1) * 100}%`;
}

function describe(row: WaterfallRow): string {
  const { span } = row;
  const parts = [span.name, span.service, formatDuration(span.duration), `starts at ${formatOffset(row.offset)}`];
  if (span.status === "error") parts.push(`failed${span.statusMessage === "" ? "" : `: ${span.statusMessage}`}`);
  if (row.collapsed) parts.push(`${plural(row.descendants, "span")} hidden`);
  return parts.join(", ");
}
