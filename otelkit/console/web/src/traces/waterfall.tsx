// The waterfall: the spans of a trace as a tree on a common time axis, moved through with the keyboard.
// Where everything stands is computed in waterfall-layout.ts.
import { useEffect, useRef, useState } from "preact/hooks";
import type { LogRecord, Span } from "../api/types";
import { formatDuration, plural } from "../time/format";
import { ticks } from "../time/ticks";
import { keyEffect } from "./waterfall-keys";
import { ancestorsOf, layOutWaterfall } from "./waterfall-layout";
import { WaterfallRowView } from "./waterfall-row";

/** Rows drawn at first and with each further press; a trace may have thousands of spans. */
const rowsAtOnce = 500;

interface WaterfallProps {
  readonly spans: readonly Span[];
  readonly logsBySpan: ReadonlyMap<string, readonly LogRecord[]>;
  readonly selected: string | null;
  readonly onSelect: (spanId: string | null) => void;
}

export function Waterfall({ spans, logsBySpan, selected, onSelect }: WaterfallProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const [shown, setShown] = useState(rowsAtOnce);
  const tree = useRef<HTMLDivElement>(null);
  const waterfall = layOutWaterfall(spans, collapsed);
  const { rows, duration } = waterfall;
  const marks = ticks(duration, 4);
  const parents = rows.filter((row) => row.descendants > 0).map((row) => row.span.spanId);
  const inTabOrder = rows.some((row) => row.span.spanId === focused) ? focused : (selected ?? rows[0]?.span.spanId);

  // A span chosen elsewhere (a log line, the address) must be open and in sight.
  useEffect(() => {
    if (selected === null) return;
    const hiding = ancestorsOf(selected, spans).filter((id) => collapsed.has(id));
    if (hiding.length > 0) setCollapsed(new Set([...collapsed].filter((id) => !hiding.includes(id))));
    setFocused(selected);
    const place = rows.findIndex((row) => row.span.spanId === selected);
    if (place >= shown) setShown(place + rowsAtOnce);
    requestAnimationFrame(() => rowElement(selected)?.scrollIntoView({ block: "nearest" }));
  }, [selected]);

  function rowElement(spanId: string): HTMLElement | null {
    return tree.current?.querySelector<HTMLElement>(`[data-span-id="${CSS.escape(spanId)}"]`) ?? null;
  }

  function setOpen(spanId: string, open: boolean): void {
    const next = new Set(collapsed);
    if (open) next.delete(spanId);
    else next.add(spanId);
    setCollapsed(next);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.metaKey || event.ctrlKey || event.altKey || !inTabOrder) return;
    const effect = keyEffect(event.key, rows.slice(0, shown), inTabOrder);
    if (!effect) return;
    event.preventDefault();
    if (effect.kind === "close") onSelect(null);
    else if (effect.kind === "select") onSelect(effect.spanId);
    else if (effect.kind === "focus") {
      setFocused(effect.spanId);
      rowElement(effect.spanId)?.focus();
      // With the panel open, moving through the tree is reading the panel.
      if (selected !== null) onSelect(effect.spanId);
    } else setOpen(effect.spanId, effect.kind === "expand");
  }

  return (
    <section class="waterfall" aria-label="Waterfall" data-testid="waterfall">
      <div class="ruler">
        <div class="ruler-name">
          {plural(spans.length, "span")}
          {parents.length > 1 || collapsed.size > 0 ? (
            <button
              type="button"
              class="text-button"
              onClick={() => setCollapsed(collapsed.size > 0 ? new Set() : new Set(parents))}
            >
              {collapsed.size > 0 ? "Expand all" : "Collapse all"}
            </button>
          ) : null}
        </div>
        <div class="ruler-marks" aria-hidden="true">
          {marks.map((mark) => (
            <span key={mark} style={{ left: `${share(mark, duration)}%` }}>
              {formatDuration(mark)}
            </span>
          ))}
        </div>
      </div>
      <div class="waterfall-body">
        <div class="waterfall-grid" aria-hidden="true">
          {marks.map((mark) => (
            <i key={mark} style={{ left: `${share(mark, duration)}%` }} />
          ))}
        </div>
        <div role="tree" aria-label="Spans" ref={tree} onKeyDown={onKeyDown}>
          {rows.slice(0, shown).map((row) => (
            <WaterfallRowView
              key={row.span.spanId}
              row={row}
              total={duration}
              logs={logsBySpan.get(row.span.spanId) ?? []}
              selected={row.span.spanId === selected}
              inTabOrder={row.span.spanId === inTabOrder}
              onSelect={() => {
                setFocused(row.span.spanId);
                onSelect(row.span.spanId);
              }}
              onToggle={() => setOpen(row.span.spanId, row.collapsed)}
            />
          ))}
        </div>
      </div>
      {rows.length > shown ? (
        <p class="waterfall-more">
          <button type="button" class="button" onClick={() => setShown(shown + rowsAtOnce)}>
            Show {Math.min(rowsAtOnce, rows.length - shown)} more of {rows.length} rows
          </button>
        </p>
      ) : null}
    </section>
  );
}

function share(offset: number, total: number): number {
  return total > 0 ? (offset / total) * 100 : 0;
}
