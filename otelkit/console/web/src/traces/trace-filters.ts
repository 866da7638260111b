// The filters of the trace list as they stand in the address.
import type { TraceQuery } from "../api/client";

export function readTraceFilters(query: URLSearchParams): TraceQuery {
  const slower = Number(query.get("slower"));
  return {
    service: query.get("service") ?? "",
    q: query.get("q") ?? "",
    status: query.get("status") === "error" ? "error" : "",
    minDurationMs: slower > 0 && Number.isFinite(slower) ? String(slower) : "",
  };
}

export const noTraceFilters = { service: null, q: null, status: null, slower: null };

export function anyTraceFilter(filters: TraceQuery): boolean {
  return Object.values(filters).some((value) => value !== "");
}
