// One log record: a line that opens into everything it says.
import type { LogRecord } from "../api/types";
import { AttributeTable, inlineAttributes } from "../parts/attribute-table";
import { Traceback } from "../parts/exception-text";
import { ArrowIcon, ChevronIcon } from "../parts/icons";
import { ServiceTag } from "../parts/service-tag";
import { Clock } from "../parts/time-stamp";
import { lastError } from "../parts/traceback";
import { logsPath, tracePath } from "../routing/route";
import { firstLine, readLog } from "./log-text";
import { levelOf } from "./severity";
import { shownAttributes } from "./shown-attributes";

interface LogRowProps {
  readonly log: LogRecord;
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function LogRow({ log, open, onToggle }: LogRowProps) {
  const level = levelOf(log.severityNumber);
  const { message, traceback } = readLog(log);
  const details = `log-${log.id}`;
  const rest = inlineAttributes(shownAttributes(log));
  return (
    <li class={`log level-${level} ${open ? "open" : ""}`} data-testid="log-row" data-trace-id={log.traceId ?? ""}>
      <div class="log-line" onClick={(event) => toggleUnlessLink(event, onToggle)}>
        <button
          type="button"
          class="toggle"
          aria-expanded={open}
          aria-controls={details}
          aria-label={open ? "Close the record" : "Open the record"}
          data-testid="log-toggle"
        >
          <ChevronIcon size={12} />
        </button>
        <Clock time={log.time} />
        <span class="log-level">{log.severityText || level}</span>
        <ServiceTag name={log.service} />
        <span class="log-said">
          {log.eventName ? <span class="chip">{log.eventName}</span> : null}
          <span class="log-message">{firstLine(message)}</span>
          {traceback === null ? null : <span class="log-error">{lastError(traceback)}</span>}
          {rest === "" ? null : <span class="log-rest">{rest}</span>}
        </span>
        {log.traceId === null ? (
          <span class="log-trace" />
        ) : (
          <a
            class="log-trace"
            href={tracePath(log.traceId, log.spanId)}
            title={`Trace ${log.traceId}`}
            data-testid="log-trace-link"
          >
            Trace
            <ArrowIcon size={13} />
          </a>
        )}
      </div>
      {open ? <LogDetails id={details} log={log} message={message} traceback={traceback} /> : null}
    </li>
  );
}

/** The whole line opens the record, except its link, and except while its text is being selected. */
function toggleUnlessLink(event: MouseEvent, toggle: () => void): void {
  if (event.target instanceof Element && event.target.closest("a")) return;
  if (getSelection()?.type === "Range") return;
  toggle();
}

interface LogDetailsProps {
  readonly id: string;
  readonly log: LogRecord;
  readonly message: string;
  readonly traceback: string | null;
}

function LogDetails({ id, log, message, traceback }: LogDetailsProps) {
  const { "exception.stacktrace": stack, ...attributes } = log.attributes;
  const shown = traceback === null || typeof stack !== "string" ? log.attributes : attributes;
  return (
    <div class="log-details" id={id} data-testid="log-details">
      {message.includes("\n") || message.length > 120 ? <pre class="log-body">{message}</pre> : null}
      {typeof log.body === "object" && log.body !== null ? <pre class="log-body">{JSON.stringify(log.body, null, 2)}</pre> : null}
      {traceback === null ? null : <Traceback traceback={traceback} />}
      <div class="log-tables">
        <section>
          <h3>Attributes</h3>
          <AttributeTable attributes={shown} label="Attributes" />
        </section>
        <section>
          <h3>Resource</h3>
          <AttributeTable attributes={{ ...log.resource, "scope.name": log.scope }} label="Resource" />
        </section>
      </div>
      {log.traceId === null ? (
        <p class="quiet">Logged outside any span.</p>
      ) : (
        <p class="log-identity">
          Trace{" "}
          <a class="id" href={tracePath(log.traceId, log.spanId)}>
            {log.traceId}
          </a>
          {" · "}
          <a href={logsPath({ trace: log.traceId })}>All logs of this trace</a>
        </p>
      )}
    </div>
  );
}
