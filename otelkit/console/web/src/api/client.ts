// Requests to the console's REST API, one function an endpoint. When they are made is decided in polling.ts and feed.ts.
import { queryString, type Query } from "../routing/route";
import { reportAnswer, reportSilence } from "./connection";
import type { LogRecord, Metric, MetricSummary, ServiceSummary, Stats, Trace, TraceSummary } from "./types";

export interface Page<T> {
  readonly items: readonly T[];
  /** Where older items go on: the `before` of the next request. */
  readonly next: string | null;
}

/** Why a request brought nothing: `gone` is no console at all, `missing` a 404, `refused` any other answer. */
export class RequestProblem extends Error {
  constructor(
    readonly kind: "gone" | "missing" | "refused",
    message: string,
  ) {
    super(message);
    this.name = "RequestProblem";
  }
}

export interface TraceQuery {
  readonly service: string;
  readonly q: string;
  readonly status: string;
  readonly minDurationMs: string;
}

export interface LogQuery {
  readonly service: string;
  readonly severity: string;
  readonly text: string;
  readonly traceId: string;
}

const pageSize = { traces: 50, logs: 100 };

export async function fetchTraces(query: TraceQuery, before: string | null, signal: AbortSignal): Promise<Page<TraceSummary>> {
  const answer = await get<{ traces: TraceSummary[]; next: string | null }>(
    "/api/traces",
    { ...query, limit: pageSize.traces, before },
    signal,
  );
  return { items: answer.traces, next: answer.next };
}

export function fetchTrace(traceId: string, signal: AbortSignal): Promise<Trace> {
  return get<Trace>(`/api/traces/${traceId}`, {}, signal);
}

export async function fetchLogs(query: LogQuery, before: string | null, signal: AbortSignal): Promise<Page<LogRecord>> {
  const answer = await get<{ logs: LogRecord[]; next: string | null }>(
    "/api/logs",
    { ...query, limit: pageSize.logs, before },
    signal,
  );
  return { items: answer.logs, next: answer.next };
}

export async function fetchMetrics(service: string, signal: AbortSignal): Promise<readonly MetricSummary[]> {
  return (await get<{ metrics: MetricSummary[] }>("/api/metrics", { service }, signal)).metrics;
}

export function fetchMetric(name: string, service: string, since: string | null, signal: AbortSignal): Promise<Metric> {
  return get<Metric>(`/api/metrics/${encodeURIComponent(name)}`, { service, since }, signal);
}

export async function fetchServices(signal: AbortSignal): Promise<readonly ServiceSummary[]> {
  return (await get<{ services: ServiceSummary[] }>("/api/services", {}, signal)).services;
}

export function fetchStats(signal: AbortSignal): Promise<Stats> {
  return get<Stats>("/api/stats", {}, signal);
}

async function get<T>(path: string, query: Query, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path + queryString(query), { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (signal.aborted) throw error;
    reportSilence();
    throw new RequestProblem("gone", "The console does not answer.");
  }
  reportAnswer();
  if (response.ok) return (await response.json()) as T;
  throw new RequestProblem(response.status === 404 ? "missing" : "refused", await refusal(response));
}

async function refusal(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null && "error" in answer && typeof answer.error === "string") return answer.error;
  } catch {
    // Not JSON: the status line says what is known.
  }
  return `The console answered ${response.status} ${response.statusText}`.trim();
}
