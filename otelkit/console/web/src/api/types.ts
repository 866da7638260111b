// The shapes that the console's REST API answers with. No behaviour lives here.
// Times are decimal strings of Unix nanoseconds (too large for a number); durations are numbers of nanoseconds.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Attributes = { readonly [key: string]: Json };

export interface ServiceSummary {
  readonly name: string;
  readonly spans: number;
  readonly logs: number;
  readonly metrics: number;
  readonly lastSeen: string;
}

export interface TraceSummary {
  readonly traceId: string;
  readonly rootName: string;
  readonly rootService: string;
  readonly startTime: string;
  readonly duration: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly string[];
  readonly complete: boolean;
}

export type SpanKind = "server" | "client" | "internal" | "producer" | "consumer";
export type SpanStatus = "unset" | "ok" | "error";

export interface SpanEvent {
  readonly name: string;
  readonly time: string;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface Span {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly service: string;
  readonly scope: string;
  readonly startTime: string;
  readonly duration: number;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly resource: Attributes;
}

export interface LogRecord {
  readonly id: string | number;
  readonly time: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: Json;
  readonly service: string;
  readonly scope: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly eventName: string | null;
}

export interface Trace {
  readonly traceId: string;
  readonly startTime: string;
  readonly duration: number;
  readonly spans: readonly Span[];
  readonly logs: readonly LogRecord[];
}

export type MetricKind = "sum" | "gauge" | "histogram" | "exponential_histogram";

export interface MetricSummary {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: MetricKind;
  readonly monotonic: boolean | null;
  readonly services: readonly string[];
  readonly seriesCount: number;
  readonly exemplarCount: number;
}

export interface NumberPoint {
  readonly time: string;
  readonly value: number;
}

export interface HistogramPoint {
  readonly time: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
}

export interface Series {
  readonly service: string;
  /** service.instance.id: which of several processes of the service. */
  readonly instance?: string | null;
  readonly attributes: Attributes;
  readonly points: readonly (NumberPoint | HistogramPoint)[];
}

export interface Exemplar {
  readonly time: string;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
  readonly service: string;
  /** False when no span of its trace is stored: sampled away, or removed to stay within size. */
  readonly stored?: boolean;
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: MetricKind;
  readonly monotonic: boolean | null;
  readonly series: readonly Series[];
  /** Series that the answer leaves out. */
  readonly hiddenSeries?: number;
  readonly exemplars: readonly Exemplar[];
}

export interface Stats {
  readonly spans: number;
  readonly traces: number;
  readonly logs: number;
  readonly metricPoints: number;
  readonly exemplars: number;
  readonly logsWithTrace: number;
  readonly rejected: number;
}
