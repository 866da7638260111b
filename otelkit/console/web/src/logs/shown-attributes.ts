// The attributes of a log record worth a place on its line: not those that say again what the line already shows.
import type { Attributes, LogRecord } from "../api/types";

const saidElsewhere = /^(exception\.(stacktrace|message)|code\.|thread\.|process\.|log\.(file|record)\.|otelkit\.exception\.fingerprint$)/;

export function shownAttributes(log: LogRecord): Attributes {
  return Object.fromEntries(Object.entries(log.attributes).filter(([name]) => !saidElsewhere.test(name)));
}
