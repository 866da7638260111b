// The filters of the log list as they stand in the address.
import type { LogQuery } from "../api/client";

export function readLogFilters(query: URLSearchParams): LogQuery {
  const severity = Number(query.get("severity"));
  return {
    service: query.get("service") ?? "",
    severity: Number.isInteger(severity) && severity >= 1 && severity <= 24 ? String(severity) : "",
    text: query.get("text") ?? "",
    traceId: (query.get("trace") ?? "").trim().toLowerCase(),
  };
}

export const noLogFilters = { service: null, severity: null, text: null, trace: null };

export function anyLogFilter(filters: LogQuery): boolean {
  return Object.values(filters).some((value) => value !== "");
}
