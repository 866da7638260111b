// Where each span of a trace stands in its waterfall: order, depth, offset and width. Pure; drawing is in waterfall.tsx.
import type { Span } from "../api/types";
import { addNanoseconds, compareTimes, nanosecondsBetween } from "../time/nanoseconds";

export interface WaterfallRow {
  readonly span: Span;
  readonly depth: number;
  /** Spans below this one, at any depth; shown as a number while collapsed. */
  readonly descendants: number;
  readonly collapsed: boolean;
  /** A collapsed row hides a failed span. */
  readonly hidesError: boolean;
  /** Its parent is named but was not received. */
  readonly orphan: boolean;
  /** Nanoseconds from the start of the trace. */
  readonly offset: number;
  /** Time not covered by its children, in nanoseconds. */
  readonly selfTime: number;
}

export interface Waterfall {
  readonly rows: readonly WaterfallRow[];
  readonly startTime: string;
  readonly duration: number;
}

export interface SpanTree {
  readonly roots: readonly Span[];
  readonly children: ReadonlyMap<string, readonly Span[]>;
  readonly orphans: ReadonlySet<string>;
}

/** Parents and children, each in order of time. Spans whose parent is missing, and rings of parents, stand at the top. */
export function buildTree(spans: readonly Span[]): SpanTree {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const unique = [...byId.values()].sort((a, b) => compareTimes(a.startTime, b.startTime) || b.duration - a.duration);
  const roots: Span[] = [];
  const children = new Map<string, Span[]>();
  const orphans = new Set<string>();
  for (const span of unique) {
    const parent = span.parentSpanId;
    if (parent === null || !byId.has(parent)) {
      roots.push(span);
      if (parent !== null) orphans.add(span.spanId);
    } else {
      const siblings = children.get(parent);
      if (siblings) siblings.push(span);
      else children.set(parent, [span]);
    }
  }
  const reached = reach(roots, children);
  for (const span of unique) {
    // A ring of parents is reachable from no root: cut it open at its first span.
    if (reached.has(span.spanId)) continue;
    const siblings = children.get(span.parentSpanId ?? "") ?? [];
    children.set(span.parentSpanId ?? "", siblings.filter((sibling) => sibling !== span));
    roots.push(span);
    orphans.add(span.spanId);
    for (const id of reach([span], children)) reached.add(id);
  }
  return { roots, children, orphans };
}

export function layOutWaterfall(spans: readonly Span[], collapsed: ReadonlySet<string>): Waterfall {
  const { roots, children, orphans } = buildTree(spans);
  const startTime = earliest(spans);
  const rows: WaterfallRow[] = [];
  const pending = roots.map((span) => ({ span, depth: 0 })).reverse();
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { span, depth } = item;
    const own = children.get(span.spanId) ?? [];
    const below = own.length === 0 ? [] : descendantsOf(span, children);
    const isCollapsed = own.length > 0 && collapsed.has(span.spanId);
    rows.push({
      span,
      depth,
      descendants: below.length,
      collapsed: isCollapsed,
      hidesError: isCollapsed && below.some((descendant) => descendant.status === "error"),
      orphan: orphans.has(span.spanId),
      offset: nanosecondsBetween(startTime, span.startTime),
      selfTime: selfTime(span, own),
    });
    if (!isCollapsed) for (const child of [...own].reverse()) pending.push({ span: child, depth: depth + 1 });
  }
  return { rows, startTime, duration: extent(spans, startTime) };
}

/** The spans on the way from the top to a span, itself left out: what must be open for it to be seen. */
export function ancestorsOf(spanId: string, spans: readonly Span[]): readonly string[] {
  const parents = new Map(spans.map((span) => [span.spanId, span.parentSpanId]));
  const found: string[] = [];
  for (let id = parents.get(spanId) ?? null; id !== null && parents.has(id) && !found.includes(id); id = parents.get(id) ?? null) {
    found.push(id);
  }
  return found;
}

/** Nanoseconds of a span in which none of its children ran. */
export function selfTime(span: Span, children: readonly Span[]): number {
  let covered = 0;
  let frontier = 0;
  for (const child of [...children].sort((a, b) => compareTimes(a.startTime, b.startTime))) {
    const start = Math.max(nanosecondsBetween(span.startTime, child.startTime), frontier);
    const end = Math.min(nanosecondsBetween(span.startTime, addNanoseconds(child.startTime, child.duration)), span.duration);
    if (end > start) {
      covered += end - start;
      frontier = end;
    }
  }
  return Math.max(0, span.duration - covered);
}

function earliest(spans: readonly Span[]): string {
  return spans.reduce((first, span) => (compareTimes(span.startTime, first) < 0 ? span.startTime : first), spans[0]?.startTime ?? "0");
}

function extent(spans: readonly Span[], startTime: string): number {
  return spans.reduce((longest, span) => Math.max(longest, nanosecondsBetween(startTime, span.startTime) + span.duration), 0);
}

function reach(from: readonly Span[], children: ReadonlyMap<string, readonly Span[]>): Set<string> {
  const reached = new Set<string>();
  const pending = [...from];
  for (let span = pending.pop(); span; span = pending.pop()) {
    if (reached.has(span.spanId)) continue;
    reached.add(span.spanId);
    pending.push(...(children.get(span.spanId) ?? []));
  }
  return reached;
}

function descendantsOf(span: Span, children: ReadonlyMap<string, readonly Span[]>): readonly Span[] {
  const found: Span[] = [];
  const pending = [...(children.get(span.spanId) ?? [])];
  for (let next = pending.pop(); next; next = pending.pop()) {
    found.push(next);
    pending.push(...(children.get(next.spanId) ?? []));
  }
  return found;
}
