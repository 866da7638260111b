// What a log record says, as text: bodies may be plain, structured or carry a traceback.
import type { LogRecord } from "../api/types";
import { splitTraceback, type SplitText } from "../parts/traceback";

/** The body's message and the traceback behind it. A traceback kept in the attributes counts when the body has none. */
export function readLog(log: LogRecord): SplitText {
  const said = splitTraceback(bodyText(log));
  if (said.traceback !== null) return said;
  const stack = log.attributes["exception.stacktrace"];
  if (typeof stack !== "string" || stack.trim() === "") return said;
  return { message: said.message, traceback: splitTraceback(stack).traceback ?? stack.trimEnd() };
}

export function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end);
}

function bodyText(log: LogRecord): string {
  const { body } = log;
  if (typeof body === "string") return body;
  if (body === null || body === undefined) return log.eventName ?? "";
  if (typeof body === "object" && !Array.isArray(body)) {
    const said = (body as Record<string, unknown>)["event"] ?? (body as Record<string, unknown>)["message"];
    if (typeof said === "string") return said;
  }
  return JSON.stringify(body);
}
