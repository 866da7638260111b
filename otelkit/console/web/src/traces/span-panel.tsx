// Everything one span says: status, times, events, attributes, links, resource. Beside the waterfall, or a sheet over it on a phone.
import type { ComponentChildren } from "preact";
import type { LogRecord, Span, SpanEvent } from "../api/types";
import { AttributeTable } from "../parts/attribute-table";
import { CopyButton } from "../parts/copy-button";
import { ExceptionText } from "../parts/exception-text";
import { CloseIcon } from "../parts/icons";
import { ServiceTag } from "../parts/service-tag";
import { tracePath } from "../routing/route";
import { formatDateTime, formatDuration, formatOffset, plural } from "../time/format";
import { nanosecondsBetween } from "../time/nanoseconds";

interface SpanPanelProps {
  readonly span: Span;
  readonly offset: number;
  readonly selfTime: number;
  readonly logs: readonly LogRecord[];
  readonly onClose: () => void;
  readonly onShowLogs: () => void;
}

export function SpanPanel({ span, offset, selfTime, logs, onClose, onShowLogs }: SpanPanelProps) {
  return (
    <aside
      class="span-panel"
      aria-label={`Span ${span.name}`}
      data-testid="span-panel"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header>
        <h2>{span.name}</h2>
        <button type="button" class="icon-button" aria-label="Close span" title="Close (Esc)" data-testid="close-span" onClick={onClose}>
          <CloseIcon />
        </button>
        <p>
          <ServiceTag name={span.service} />
          <span class="chip">{span.kind}</span>
          {span.status === "unset" ? null : <span class={`chip ${span.status}`}>{span.status}</span>}
        </p>
      </header>
      {span.status === "error" && span.statusMessage !== "" ? <p class="status-message">{span.statusMessage}</p> : null}
      <dl class="facts">
        <Fact name="Duration">{formatDuration(span.duration)}</Fact>
        <Fact name="Self time">{formatDuration(selfTime)}</Fact>
        <Fact name="Starts at">
          <span title={formatDateTime(span.startTime)}>{formatOffset(offset)}</span>
        </Fact>
        <Fact name="Logs">
          {logs.length === 0 ? (
            "None"
          ) : (
            <button type="button" class="text-button" onClick={onShowLogs} data-testid="span-logs">
              {plural(logs.length, "line")}
            </button>
          )}
        </Fact>
      </dl>
      {span.events.length > 0 ? (
        <Section title="Events" open>
          {span.events.map((event, index) => (
            <EventView key={index} event={event} span={span} />
          ))}
        </Section>
      ) : null}
      <Section title="Attributes" open>
        <AttributeTable attributes={span.attributes} label="Attributes" />
      </Section>
      {span.links.length > 0 ? (
        <Section title="Links" open>
          {span.links.map((link) => (
            <div key={link.spanId}>
              <a class="id" href={tracePath(link.traceId, link.spanId)}>
                {link.traceId}
              </a>
              {Object.keys(link.attributes).length > 0 ? <AttributeTable attributes={link.attributes} label="Link attributes" /> : null}
            </div>
          ))}
        </Section>
      ) : null}
      <Section title="Resource">
        <AttributeTable attributes={span.resource} label="Resource" />
      </Section>
      <Section title="Identity">
        <dl class="attributes">
          <Identity name="span id" value={span.spanId} />
          {span.parentSpanId === null ? null : <Identity name="parent id" value={span.parentSpanId} />}
          <Identity name="scope" value={span.scope} />
        </dl>
      </Section>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Section({ title, open = false, children }: { title: string; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="panel-section" open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function Identity({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value} {value === "" ? null : <CopyButton text={value} label={`Copy ${name}`} />}
      </dd>
    </div>
  );
}

function EventView({ event, span }: { event: SpanEvent; span: Span }) {
  const { "exception.stacktrace": stack, "exception.type": type, "exception.message": message, ...rest } = event.attributes;
  const what = typeof type === "string" ? type : "";
  return (
    <div class="event">
      <p class="event-head">
        <strong>{event.name}</strong> <span class="quiet">{formatOffset(nanosecondsBetween(span.startTime, event.time))}</span>
      </p>
      {typeof stack === "string" ? (
        <ExceptionText text={stack} />
      ) : what === "" ? null : (
        <p class="exception-message">
          {what}: {String(message ?? "")}
        </p>
      )}
      {Object.keys(rest).length > 0 ? <AttributeTable attributes={rest} label={`Attributes of ${event.name}`} /> : null}
    </div>
  );
}
